"""The part of the history that looks at it as a whole, over a list; and a pencil."""

from collections.abc import Iterable
from math import inf

from bot.model.charts import Picture
from bot.model.history import ALWAYS, Entry, Point, Row, Run, Series, Sizes, Span, Statistics
from bot.model.message import Message, Reading
from bot.model.rules import Priority, Subscription
from bot.model.topics import matches
from bot.payload.paths import lookup, parse_path
from bot.ports import Phrases
from bot.rendering.sparkline import gather
from bot.text.numbers import with_unit


class FakeArchive:
    """`bot.archive.Archive`, and the pages."""

    def __init__(self) -> None:
        self.appended: list[tuple[Reading, Priority]] = []
        self.kept: list[tuple[Subscription, ...]] = []
        self.sizes_told = Sizes({"messages": 0, "topics": 0}, 0)
        self.due = 0
        self.each = 0
        self.gone: list[tuple[float, float]] = []
        self.kept_runs: list[Run] = []

    def _found(
        self, topic_filter: str, span: Span = ALWAYS, fresh: bool = False
    ) -> list[tuple[int, Reading, Priority]]:
        return [
            (number, reading, priority)
            for number, (reading, priority) in enumerate(self.appended, 1)
            if matches(topic_filter, reading.message.topic)
            and span.since <= reading.time < span.until
            and not (fresh and reading.message.repeated)
        ]

    def _numbers(self, topic: str, field: str, span: Span) -> list[tuple[float, float]]:
        found = [
            (reading, lookup(_raw(reading), parse_path(field)))
            for _, reading, _ in self._found(topic, span, fresh=True)
        ]
        if not field:
            return [(reading.time, reading.value) for reading, _ in found if reading.value is not None]
        return [
            (reading.time, value.number) for reading, value in found if value and value.number is not None
        ]

    async def page(self, topic_filter: str, limit: int, span: Span = ALWAYS, offset: int = 0) -> list[Row]:
        rows = [
            Row(
                topic=reading.message.topic,
                name=reading.name,
                text=with_unit(reading.text, reading.unit),
                time=reading.time,
                retain=reading.message.retain,
                repeated=reading.message.repeated,
                priority=priority,
            )
            for _, reading, priority in self._found(topic_filter, span)
        ]
        return rows[: max(len(rows) - offset, 0)][-limit:]

    async def series(self, topic: str, field: str, span: Span, buckets: int) -> Series:
        """Return what there is and, as made of `each` seconds, what is gone."""
        numbers = (self.gone if self.each else []) + self._numbers(topic, field, span)
        return Series(tuple(gather(numbers, span, buckets)), self.each)

    async def runs(self, topic: str, span: Span) -> list[Run]:
        """Return what was kept of messages that may be gone."""
        mine = [each for each in self.kept_runs if each.topic == topic and each.at < span.until]
        earlier = {each.field: place for place, each in enumerate(mine) if each.at < span.since}
        return [each for place, each in enumerate(mine) if place >= earlier.get(each.field, 0)]

    async def beginning(self, topic: str, field: str) -> float:
        return min((at for at, _ in self._numbers(topic, field, ALWAYS)), default=0.0)

    async def numbers(self, topic: str, field: str, limit: int) -> list[Point]:
        newest = self._numbers(topic, field, ALWAYS)[-limit:]
        return [Point(at, value, value, value) for at, value in newest]

    async def statistics(self, topic_filter: str, span: Span) -> Statistics:
        found = [reading for _, reading, _ in self._found(topic_filter, span)]
        numbers = [(reading.value, reading.time) for reading in found if reading.value is not None]
        low, low_at = min(numbers, key=lambda each: each[0], default=(None, 0.0))
        high, high_at = max(numbers, key=lambda each: each[0], default=(None, 0.0))
        return Statistics(
            len(found),
            len({reading.message.topic for reading in found}),
            min((reading.time for reading in found), default=0.0),
            max((reading.time for reading in found), default=0.0),
            len(numbers),
            low,
            low_at,
            sum(value for value, _ in numbers) / len(numbers) if numbers else None,
            high,
            high_at,
        )

    async def export(self, topic_filter: str, span: Span, after: int, limit: int) -> list[Entry]:
        return [
            Entry(
                number,
                reading.message.topic,
                reading.name,
                reading.text,
                reading.value,
                reading.message.payload.decode(errors="replace"),
                reading.time,
                int(reading.message.qos),
                reading.message.retain,
                reading.message.repeated,
                priority,
            )
            for number, reading, priority in self._found(topic_filter, span)
            if number > after
        ][:limit]

    async def sizes(self) -> Sizes:
        return self.sizes_told

    async def purge(self, now: float) -> int:
        return self.due

    async def forget(self, topic_filter: str) -> int:
        gone = [self.appended[number - 1] for number, _, _ in self._found(topic_filter)]
        self.appended = [each for each in self.appended if each not in gone]
        return len(gone)

    def keep(self, subscriptions: Iterable[Subscription]) -> None:
        self.kept.append(tuple(subscriptions))


def _raw(reading: Reading) -> Reading:
    """Return a reading without the names that only a device's discovery gives: a store has the JSON alone."""
    bare = Message(reading.message.topic, reading.message.payload)
    return Reading(bare, "", reading.kind, reading.text, json=reading.json)


class FakePictures:
    """`bot.ports.Pictures`: what was to be drawn."""

    def __init__(self) -> None:
        self.drawn: list[tuple[Picture, bool]] = []
        self.cameras = {"camera.garden"}
        self.phrases: list[Phrases] = []

    async def draw(self, picture: Picture, phrases: Phrases, *, dark: bool = False) -> bytes:
        assert picture.span.until < inf
        self.drawn.append((picture, dark))
        self.phrases.append(phrases)
        return b"PNG"

    def shows(self, entity: str) -> bool:
        return entity in self.cameras
