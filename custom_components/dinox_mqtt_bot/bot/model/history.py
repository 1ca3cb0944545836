"""What can be asked of the stored messages: numbers over time, statistics, all of them, their count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from .rules import Priority


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
class Series:
    """The numbers of a topic over time, made of what was kept for so many seconds `each`; 0: of messages."""

    points: tuple[Point, ...] = ()
    each: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a filter's messages in a span come to. Times are 0 where there is nothing.

    Of more than one topic there are no `numbers`. `low`, `mean`, `high` are None without them; of equal
    values the newest gives the time.
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
    """How much is stored: rows by table, bytes, times of the oldest and newest message.

    `days` and `most` limit the messages kept, `log_days` the logs. `fives` and `hours`: since when there are
    numbers for each 5 minutes and each hour, 0 for never; `series` are the topics and fields that have them.
    """

    rows: Mapping[str, int]
    size: int
    oldest: float = 0.0
    newest: float = 0.0
    days: float = 0.0
    most: int = 0
    log_days: float = 0.0
    fives: float = 0.0
    hours: float = 0.0
    series: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the history. `text` is what a person reads; `repeated` marks a redelivery."""

    topic: str
    name: str
    text: str
    time: float
    retain: bool
    repeated: bool
    priority: Priority


@dataclass(frozen=True, slots=True)
class Past:
    """One message of the history, to be read again.

    `payload` is its text, or what the device wrote for that; `id` rises. `kind` tells bytes from the digits
    they are shown as.
    """

    id: int
    topic: str
    payload: str
    time: float
    retain: bool
    kind: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Run:
    """One word of a topic again and again, in the order in which messages came; times are Unix seconds.

    `payload` is what says that and nothing else: the word, or JSON with the one field; None for one of many
    other words. `field` tells series of words apart; `count` leaves out what the broker had kept.
    """

    topic: str
    payload: str | None
    field: str
    at: float
    last_at: float
    count: int


@dataclass(frozen=True, slots=True)
class ListeningSince:
    """From a Unix time on: whether the broker could be heard, and whether the bot ran at all."""

    at: float
    online: bool
    running: bool = True


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One step of one notice: its id, for whom, how far it came, and when (Unix seconds).

    `state` is a `Delivery` or `held`, `merged`, `superseded`; `note`: the notice merged into, why it failed…
    """

    notice: str
    to: str
    state: str
    at: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class TopicRow:
    topic: str
    name: str
    count: int
    first_seen: float
    last_seen: float
    last_text: str
