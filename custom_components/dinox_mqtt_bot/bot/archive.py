"""What can be asked of the stored messages: numbers over time, statistics, all of them, how many there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Protocol

from .rules import Priority, Subscription


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `since` to `until`, which is no part of it any more; Unix seconds."""

    since: float = 0.0
    until: float = inf


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Point:
    """Numbers of one topic that are close in time: when on the whole (Unix time), between what, how many."""

    time: float
    low: float
    mean: float
    high: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the messages of a filter in a span come to. Times are 0 where there is nothing.

    `low`, `mean` and `high` are None without `numbers`; of the values that are alike the newest gives the time.
    """

    messages: int = 0
    topics: int = 0
    first: float = 0.0
    last: float = 0.0
    numbers: int = 0
    low: float | None = None
    low_at: float = 0.0
    mean: float | None = None
    high: float | None = None
    high_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is stored of one message. `payload` is its text, or the JSON it was; `id` rises."""

    id: int
    topic: str
    name: str
    text: str
    value: float | None
    payload: str
    time: float
    qos: int
    retain: bool
    repeated: bool
    priority: Priority


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is stored: rows by table, bytes of the files, the times of the oldest and the newest message.

    `days` and `most` say how long and how many messages are kept, `log_days` how long the logs.
    """

    rows: Mapping[str, int]
    size: int
    oldest: float = 0.0
    newest: float = 0.0
    days: float = 0.0
    most: int = 0
    log_days: float = 0.0


class Archive(Protocol):
    """Stored messages, looked at as a whole. What came in again counts once in numbers and means."""

    async def series(self, topic: str, field: str, span: Span, buckets: int) -> list[Point]:
        """Return the numbers of one topic, or of a field of its JSON, oldest first (ask).

        The span, which has an end, is cut into `buckets` of one length; each that has numbers is a point.
        """

    async def numbers(self, topic: str, field: str, limit: int) -> list[Point]:
        """Return the newest `limit` numbers of one topic, or of a field of its JSON, oldest first (ask)."""

    async def statistics(self, topic_filter: str, span: Span) -> Statistics:
        """Return what the messages whose topic matches come to (ask)."""

    async def export(self, topic_filter: str, span: Span, after: int, limit: int) -> list[Entry]:
        """Return the oldest `limit` messages whose topic matches and whose id is above `after` (ask)."""

    async def sizes(self) -> Sizes:
        """Return how much is stored (ask)."""

    async def purge(self, now: float) -> int:
        """Delete what has been kept long enough; return how many rows went (ask)."""

    async def forget(self, topic_filter: str) -> int:
        """Delete all messages whose topic matches; return how many went (ask)."""

    def keep(self, subscriptions: Iterable[Subscription]) -> None:
        """Keep the messages of each topic as long as its subscription says, from now on (tell)."""
