"""Stored messages: `ports.History` over SQLite."""

import asyncio
from collections.abc import Iterable
import sqlite3
from typing import override

from ..bot import ports
from ..bot.model.alert import Record
from ..bot.model.history import (
    ALWAYS,
    Entry,
    ListeningSince,
    Past,
    Point,
    Row,
    Run,
    Series,
    Sizes,
    Span,
    Statistics,
    TopicRow,
)
from ..bot.model.message import Message, Reading
from ..bot.model.rules import Priority, Subscription
from ..bot.model.status import STOPPED, LinkStatus
from .alert_book import group_of
from .archive import (
    read_export,
    read_page,
    read_statistics,
    read_topics,
    read_untold,
    read_waiting,
    read_waits,
)
from .backlog import Backlog, RowChange
from .keeping import Keeping, read_sizes
from .past import read_listening, read_past, read_runs
from .reader import ReadConnection
from .recent import Recent
from .series import NumberIn, read_beginning, read_numbers, read_series
from .writer import Writer

LOGGED_CHARACTERS = 1_000

# Beyond so many topics that wait to be told at once, a killed run loses the rest for the chat.
MAX_UNTOLD = 10_000

TOLD = "DELETE FROM untold WHERE topic_id = (SELECT id FROM topics WHERE topic = ?) AND number <= ?"
LOG_PUBLISH = "INSERT INTO publish_log (topic, text, payload_length, who, at) VALUES (?, ?, ?, ?, ?)"
LOG_CONNECTION = "INSERT INTO connection_log (link, phase, reason, detail, at) VALUES (?, ?, ?, ?, ?)"


class SqliteHistory(ports.History):
    """Appends through the backlog, answers from memory, reads pages beside the writer."""

    def __init__(
        self,
        backlog: Backlog,
        reader: ReadConnection,
        recent: Recent,
        writer: Writer,
        keeping: Keeping,
        *,
        number_in: NumberIn,
    ) -> None:
        self._backlog = backlog
        self._reader = reader
        self._recent = recent
        self._writer = writer
        self._keeping = keeping
        self._number_in = number_in
        # The wait of each topic that has something to be told. A number is used once, in all runs: what comes
        # in right after a topic was told is in the next wait, also if one transaction holds both.
        self._untold: dict[str, int] = {}
        self._waits = 0

    def load(self, connection: sqlite3.Connection) -> None:
        """Remember what an earlier run left untold."""
        self._untold.update(read_waiting(connection))
        self._waits = read_waits(connection)

    @override
    def append(
        self, reading: Reading, priority: Priority, *, untold: bool = False, record: Record | None = None
    ) -> None:
        message = reading.message
        digest, repeated = self._recent.learn(message)
        wait = self._wait(message.topic) if untold else 0
        # A word or a number in the place of another is read again from what the device wrote.
        kept = reading.json is not None or (
            bool(reading.found) and reading.text != message.payload.decode(errors="replace")
        )
        content = reading.name, reading.time, reading.kind, reading.text, reading.unit, reading.value, kept
        item = (message, content, priority, digest, repeated, wait)
        if record:
            self._backlog.append_with(item, group_of(record))
            self._hurry(record)
        else:
            self._backlog.append(item)

    def _hurry(self, record: Record) -> None:
        """Have it written at once that an alert began or ended, also for a message that nobody waits for."""
        if record.events:
            self._backlog.wake()

    def _wait(self, topic: str) -> int:
        number = self._untold.get(topic, 0)
        if not number and len(self._untold) < MAX_UNTOLD:
            self._waits += 1
            number = self._untold[topic] = self._waits
        return number

    @override
    def mark_told(self, topics: Iterable[str]) -> None:
        rows = tuple((topic, self._untold.pop(topic)) for topic in topics if topic in self._untold)
        if rows:
            self._backlog.change(RowChange(TOLD, rows, follows=True))

    @override
    async def untold(self) -> list[TopicRow]:
        return await self._reader.read(lambda connection: read_untold(connection, MAX_UNTOLD))

    @override
    def skip(self, message: Message, *, record: Record | None = None) -> None:
        item = (message, None, Priority.SILENT, 0, False, 0)
        if message.qos and record:
            self._backlog.append_with(item, group_of(record))
        elif message.qos:
            self._backlog.append(item)
        elif record:
            self._backlog.change(*group_of(record))
            self._hurry(record)

    @override
    def known(self, message: Message) -> bool:
        return self._recent.known(message)

    @override
    def unchanged(self, message: Message) -> bool:
        return self._recent.unchanged(message)

    @override
    def cleared(self, message: Message) -> bool:
        return self._recent.cleared(message)

    @override
    async def page(self, topic_filter: str, limit: int, span: Span = ALWAYS, offset: int = 0) -> list[Row]:
        return await self._reader.read(
            lambda connection: read_page(connection, topic_filter, limit, span, offset)
        )

    @override
    async def topics(self, topic_filter: str, limit: int) -> list[TopicRow]:
        return await self._reader.read(lambda connection: read_topics(connection, topic_filter, limit))

    @override
    async def past(self, topic_filter: str, since: float, after: int, limit: int) -> list[Past]:
        return await self._reader.read(
            lambda connection: read_past(connection, topic_filter, since, after, limit)
        )

    @override
    async def listening(self, since: float) -> list[ListeningSince]:
        return await self._reader.read(lambda connection: read_listening(connection, since))

    @override
    async def series(self, topic: str, field: str, span: Span, buckets: int) -> Series:
        number = self._number_in(field)
        return await self._reader.read(
            lambda connection: read_series(connection, topic, field, span, number=number, buckets=buckets)
        )

    @override
    async def runs(self, topic: str, span: Span) -> list[Run]:
        return await self._reader.read(lambda connection: read_runs(connection, topic, span))

    @override
    async def beginning(self, topic: str, field: str) -> float:
        return await self._reader.read(lambda connection: read_beginning(connection, topic, field))

    @override
    async def numbers(self, topic: str, field: str, limit: int) -> list[Point]:
        number = self._number_in(field)
        return await self._reader.read(lambda connection: read_numbers(connection, topic, number, limit))

    @override
    async def statistics(self, topic_filter: str, span: Span) -> Statistics:
        return await self._reader.read(lambda connection: read_statistics(connection, topic_filter, span))

    @override
    async def export(self, topic_filter: str, span: Span, after: int, limit: int) -> list[Entry]:
        return await self._reader.read(
            lambda connection: read_export(connection, topic_filter, span, after, limit)
        )

    @override
    async def sizes(self) -> Sizes:
        return await self._reader.read(lambda connection: read_sizes(connection, self._keeping.retention))

    @override
    async def purge(self, now: float) -> int:
        return await asyncio.wrap_future(self._writer.purge(now))

    @override
    async def forget(self, topic_filter: str) -> int:
        return await asyncio.wrap_future(self._writer.forget(topic_filter))

    @override
    def keep(self, subscriptions: Iterable[Subscription]) -> None:
        self._keeping.use(subscriptions)

    @override
    def log_publish(self, topic: str, payload: bytes, who: str, at: float) -> None:
        text = payload[: LOGGED_CHARACTERS * 4].decode(errors="replace")[:LOGGED_CHARACTERS]
        self._backlog.change(RowChange(LOG_PUBLISH, ((topic, text, len(payload), who, at),)))

    @override
    def log_connection(self, link: str, status: LinkStatus, at: float) -> None:
        row = (link, status.phase.value, status.reason, status.detail, at)
        self._backlog.change(RowChange(LOG_CONNECTION, (row,)))

    @override
    def log_start(self, ended: float, broker: LinkStatus, at: float) -> None:
        self.log_connection("broker", STOPPED, ended)
        self.log_connection("broker", broker, at)
