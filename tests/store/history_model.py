"""The history, said slowly: all in lists, looked through from one end to the other."""

from dataclasses import dataclass, field

from custom_components.dinox_mqtt_bot.bot.model.history import Point, Span, Statistics, TopicRow
from custom_components.dinox_mqtt_bot.bot.model.message import Message, Reading
from custom_components.dinox_mqtt_bot.bot.model.topics import matches


@dataclass
class Stored:
    """One message; `wait` names the wait in which it is to be told, 0 for none."""

    reading: Reading
    repeated: bool
    wait: int

    @property
    def topic(self) -> str:
        return self.reading.message.topic

    @property
    def received(self) -> float:
        return self.reading.message.received

    @property
    def number(self) -> float | None:
        return None if self.repeated else self.reading.value


@dataclass
class Topic:
    """What is known of a topic beside its messages."""

    first_seen: float
    last_seen: float
    count: int = 0
    last_text: str = ""
    payload: bytes = b""


@dataclass
class HistoryModel:
    rows: list[Stored] = field(default_factory=list)
    topics: dict[str, Topic] = field(default_factory=dict)
    delivered: set[tuple[int, str, bytes]] = field(default_factory=set)
    untold: dict[str, int] = field(default_factory=dict)
    waits: int = 0

    def append(self, reading: Reading, *, untold: bool) -> None:
        message = reading.message
        repeated = message.repeated and self.known(message)
        if message.qos:
            self.delivered.add(_fingerprint(message))
        if untold and message.topic not in self.untold:
            self.waits += 1
            self.untold[message.topic] = self.waits
        self.rows.append(Stored(reading, repeated, self.untold[message.topic] if untold else 0))
        topic = self.topics.setdefault(message.topic, Topic(message.received, message.received))
        topic.last_seen, topic.last_text = message.received, reading.text
        topic.payload = message.payload
        topic.count += not repeated

    def mark_told(self, topics: list[str]) -> None:
        for topic in topics:
            self.untold.pop(topic, None)

    def clear(self, topic_filter: str) -> int:
        before = len(self.rows)
        self.rows = [row for row in self.rows if not matches(topic_filter, row.topic)]
        for name, topic in self.topics.items():
            if matches(topic_filter, name):
                topic.count, topic.last_text = 0, ""
        return before - len(self.rows)

    def purge(self, topic_filter: str, limit: float) -> int:
        before = len(self.rows)
        self.rows = [
            row for row in self.rows if row.received >= limit or not matches(topic_filter, row.topic)
        ]
        return before - len(self.rows)

    def reopen(self) -> None:
        """Know only what can still be read as delivered."""
        self.delivered = {_fingerprint(row.reading.message) for row in self.rows if row.reading.message.qos}

    # What is asked.

    def known(self, message: Message) -> bool:
        return _fingerprint(message) in self.delivered

    def unchanged(self, message: Message) -> bool:
        topic = self.topics.get(message.topic)
        return topic is not None and topic.payload == message.payload

    def found(self, topic_filter: str, span: Span) -> list[Stored]:
        return [
            row
            for row in self.rows
            if matches(topic_filter, row.topic) and span.since <= row.received < span.until
        ]

    def to_tell(self) -> list[TopicRow]:
        told: list[tuple[int, TopicRow]] = []
        for topic, wait in self.untold.items():
            rows = [row for row in self.rows if row.topic == topic and row.wait == wait]
            if rows:
                first, last = rows[0], rows[-1]
                row = TopicRow(topic, topic, len(rows), first.received, last.received, last.reading.text)
                told.append((self.rows.index(first), row))
        return [row for _, row in sorted(told, key=lambda each: each[0])]

    def statistics(self, topic_filter: str, span: Span) -> Statistics:
        rows = self.found(topic_filter, span)
        if not rows:
            return Statistics()
        times = [row.received for row in rows]
        topics = len({row.topic for row in rows})
        numbers = [row.number for row in rows if row.number is not None]
        if not numbers or topics > 1:
            return Statistics(len(rows), topics, min(times), max(times))

        def newest(number: float) -> float:
            return max(row.received for row in rows if row.reading.value == number)

        low, high = min(numbers), max(numbers)
        mean = sum(numbers) / len(numbers)
        return Statistics(
            len(rows), topics, min(times), max(times),
            len(numbers), low, newest(low), mean, high, newest(high),
        )  # fmt: skip

    def series(self, topic: str, span: Span, buckets: int) -> list[Point]:
        parts: dict[int, list[tuple[float, float]]] = {}
        width = (span.until - span.since) / buckets
        for row in self.found(topic, span):
            if row.number is not None:
                part = parts.setdefault(int((row.received - span.since) / width), [])
                part.append((row.received, row.number))
        return [
            Point(
                sum(at for at, _ in part) / len(part),
                min(number for _, number in part),
                sum(number for _, number in part) / len(part),
                max(number for _, number in part),
                len(part),
            )
            for _, part in sorted(parts.items())
        ]


def _fingerprint(message: Message) -> tuple[int, str, bytes]:
    return message.packet_id, message.topic, message.payload
