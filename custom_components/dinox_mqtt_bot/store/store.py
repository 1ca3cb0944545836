"""One database of one bot: history, outbox, alerts, and what else must survive a restart."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
import sqlite3
from typing import Self

from ..bot.model.errors import BotError
from ..bot.model.message import Message
from ..bot.model.notice import Notice
from .alert_book import SqliteAlertBook
from .archive import NumberIn
from .backlog import Backlog, RowChange
from .history import SqliteHistory
from .keeping import Keeping, Retention
from .outbox import SqliteOutbox
from .reader import ReadConnection
from .recent import Recent
from .schema import open_database, open_reader
from .upkeep import purge
from .writer import Writer

SET = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"


class Store:
    """Called in the event loop, but for `open` and `close`, which block; a `ports.Memory`."""

    history: SqliteHistory
    outbox: SqliteOutbox
    alerts: SqliteAlertBook

    def __init__(
        self,
        connection: sqlite3.Connection,
        reading: sqlite3.Connection,
        *,
        loop: asyncio.AbstractEventLoop,
        number_in: NumberIn,
        retention: Retention,
    ) -> None:
        self._loop = loop
        self._on_committed: Callable[[list[Message]], None] = _nobody
        self._on_stored: Callable[[Notice], None] = _nobody
        self._backlog = Backlog()
        keeping = Keeping(retention)
        self._writer = Writer(
            connection,
            self._backlog,
            report=self._report,
            purge=lambda now: purge(connection, keeping, now, self._forget),
        )
        self._reader = ReadConnection(reading, self._writer, loop)
        recent = Recent()
        self.history = SqliteHistory(
            self._backlog, self._reader, recent, self._writer, keeping, number_in=number_in
        )
        self.outbox = SqliteOutbox(self._backlog, self._reader)
        self.alerts = SqliteAlertBook(self._backlog, self._reader, self.outbox)
        self._writer.prepare()
        recent.load(reading)
        self.history.load(reading)
        self.outbox.load(reading)
        self.outbox.doubt(reading)
        self.alerts.load(reading)
        self._meta: dict[str, str] = dict(reading.execute("SELECT key, value FROM meta").fetchall())
        # Last: from here on there is a thread to end.
        self._writer.start()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        loop: asyncio.AbstractEventLoop,
        number_in: NumberIn,
        retention: Retention | None = None,
    ) -> Self:
        """Open the database and its writer. Blocks. Raises `database_newer`, `database_unusable`."""
        with ExitStack() as opened:
            connection = opened.enter_context(closing(open_database(path)))
            try:
                reading = opened.enter_context(closing(open_reader(path)))
                store = cls(
                    connection, reading, loop=loop, number_in=number_in, retention=retention or Retention()
                )
            except sqlite3.Error as error:
                raise BotError("database_unusable", path=path.name, reason=error) from error
            opened.pop_all()
            return store

    def start(
        self, *, on_committed: Callable[[list[Message]], None], on_stored: Callable[[Notice], None]
    ) -> None:
        """Tell what is safe: stored messages with QoS > 0, and each notice that may be said now."""
        self._on_committed, self._on_stored = on_committed, on_stored

    @property
    def backlog(self) -> int:
        """How much is handed over and not committed yet."""
        return len(self._backlog)

    @property
    def dropped(self) -> int:
        """Messages with QoS 0 that found the backlog full."""
        return self._backlog.dropped

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present, or empty."""
        return self._writer.trouble

    def ready(self) -> bool:
        """False while the source of messages should pause."""
        return self._backlog.ready

    def get(self, key: str) -> str:
        """Return what was set, empty if nothing was. No I/O."""
        return self._meta.get(key, "")

    def set(self, key: str, value: str) -> None:
        """Remember across restarts (tell)."""
        if self._meta.get(key) != value:
            self._meta[key] = value
            self._backlog.change(RowChange(SET, ((key, value),)))

    def close(self) -> None:
        """Commit what is queued, then let go of the file. Blocks, but not for ever."""
        self._writer.close()
        self._reader.close()

    def _report(self, committed: list[Message], notices: list[Notice]) -> None:
        if committed:
            self._in_loop(self._committed, committed)
        if notices:
            self._in_loop(self._stored, notices)

    def _committed(self, messages: list[Message]) -> None:
        self._on_committed(messages)

    def _stored(self, notices: list[Notice]) -> None:
        for notice in notices:
            if self.outbox.waits(notice.id):
                self._on_stored(notice)

    def _forget(self, notice_ids: list[str]) -> None:
        self._in_loop(self.outbox.forget, notice_ids)

    def _in_loop[T](self, function: Callable[[T], None], argument: T) -> None:
        try:
            self._loop.call_soon_threadsafe(function, argument)
        except RuntimeError:
            # The loop is closed: nobody is left to be told.
            return


def _nobody(_news: object) -> None:
    """Nobody is told before `start`."""
