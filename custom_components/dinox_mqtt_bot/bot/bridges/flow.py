"""How much one bridge carries: so many messages a minute singly, the rest together; nothing is dropped."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
import json
from typing import Self

from ..model.message import Message, Reading
from ..model.rules import Subscription
from ..model.timers import NEVER, is_due
from ..text.rate import MINUTE, Window

MOST_TOPICS = 200


@dataclass(slots=True)
class Gathered:
    """The newest reading of one topic, how many there were, the smallest and the largest number."""

    reading: Reading
    subscription: Subscription
    count: int = 0
    least: float | None = None
    most: float | None = None

    def add(self, reading: Reading, subscription: Subscription) -> None:
        self.reading, self.subscription = reading, subscription
        self.count += 1
        value = reading.value
        if value is not None:
            self.least = value if self.least is None else min(self.least, value)
            self.most = value if self.most is None else max(self.most, value)


type Place = tuple[float, str, int]
"""When a message was received, its topic, and how many there were of both before it."""


class Places:
    """Tells messages from each other that come in a row: many have the same time, and some the same text."""

    def __init__(self) -> None:
        self._received = 0.0
        self._topics = Counter[str]()

    def next(self, received: float, topic: str) -> Place:
        if received != self._received:
            self._received = received
            self._topics.clear()
        self._topics[topic] += 1
        return received, topic, self._topics[topic] - 1


class Kept:
    """What tells after a kill what waits: since when (Unix time), and what came since and does not.

    That was said at once, or is not carried at all. The newest of it stay: they could hide what counts.
    """

    def __init__(self, since: float, passed: Iterable[Place] = ()) -> None:
        self.since = since
        self._passed = deque(passed, MOST_TOPICS)
        self._places = Places()

    @classmethod
    def load(cls, text: str) -> Self:
        """Return what `dump` wrote. Raises ValueError for anything else, also for nothing."""
        try:
            since, *passed = json.loads(text)
            return cls(float(since), [(float(at), str(topic), int(before)) for at, topic, before in passed])
        except TypeError as error:
            raise ValueError(str(error)) from error

    def dump(self) -> str:
        return json.dumps([self.since, *self._passed])

    def meet(self, message: Message, *, waits: bool) -> None:
        """Note that a message came, and whether it is to be told of later."""
        place = self._places.next(message.received, message.topic)
        if not waits:
            self._passed.append(place)

    @property
    def passed(self) -> set[Place]:
        """What does not wait."""
        return set(self._passed)


class Flow:
    """The messages of one bridge. While one waits, all that follow wait too: the order stays."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.unlisted = 0
        self.kept = Kept(0.0)
        self._said = Window()
        self._topics: dict[str, Gathered] = {}
        self._not_before = 0.0

    def __len__(self) -> int:
        """Of how many topics something waits."""
        return len(self._topics)

    @property
    def due_at(self) -> float:
        """When what waits may be said; infinity if nothing waits."""
        if not self._topics:
            return NEVER
        full = 0 < self.per_minute <= len(self._said)
        return max(self._not_before, self._said.moves_at if full else 0.0)

    def may_pass(self, now: float) -> bool:
        """Say whether one more may be said by itself now, and count it if so."""
        if self._topics or not self._has_room(now):
            return False
        self._note(now)
        return True

    def meet(self, message: Message, *, waits: bool) -> None:
        """Note that a message came. What is kept begins anew with each moment in which nothing waits."""
        if not self._topics and message.received != self.kept.since:
            self.kept = Kept(message.received)
        self.kept.meet(message, waits=waits)

    def gather(self, reading: Reading, subscription: Subscription, not_before: float = 0.0) -> None:
        """Keep a reading, to be told with others, at `not_before` at the earliest."""
        topic = reading.message.topic
        if not self._topics:
            self._not_before = not_before
        if topic not in self._topics and len(self._topics) >= MOST_TOPICS:
            self.unlisted += 1
            return
        self._topics.setdefault(topic, Gathered(reading, subscription)).add(reading, subscription)

    def is_due(self, now: float) -> bool:
        return is_due(self.due_at, now, MINUTE)

    def release(self, now: float) -> tuple[Iterable[Gathered], int]:
        """Take what waits as one message: the topics in order of arrival, and what they leave out."""
        gathered, unlisted = self._topics.values(), self.unlisted
        self._topics, self.unlisted = {}, 0
        self._has_room(now)
        self._note(now)
        return gathered, unlisted

    def _note(self, now: float) -> None:
        if self.per_minute:
            self._said.add(now)

    def _has_room(self, now: float) -> bool:
        said = self._said.count(now)
        return not self.per_minute or said < self.per_minute
