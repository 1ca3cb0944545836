"""One database of one bot: history, outbox, alerts, and what else must survive a restart."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
import sqlite3
import time
from typing import Self

from ..bot.model.message import Message
from ..bot.model.notice import Notice
from ..bot.model.status import Gap
from .alert_book import SqliteAlertBook
from .archive import NumberIn
from .backlog import Backlog, RowChange
from .damage import checked
from .history import SqliteHistory
from .keeping import Keeping, Retention
from .outbox import SqliteOutbox
from .reader import ReadConnection
from .recent import Recent
from .schema import open_database, open_reader, unusable
from .trouble import Trouble
from .unstored import Unstored
from .upkeep import purge
from .writer import Writer

LOOK_SECONDS = 1.0

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
        self._on_judged: Callable[[], None] = _nothing
        self._on_gap: Callable[[Gap], None] = _nobody
        self._unstored = Unstored()
        self._backlog = Backlog(self._given, self._accepted)
        self._trouble = Trouble()
        self._looking: asyncio.TimerHandle | None = None
        self._releasing = False
        keeping = Keeping(retention)
        self._writer = Writer(
            connection,
            self._backlog,
            report=self._report,
            purge=lambda now: purge(connection, keeping, now, self._forget),
            look=lambda: self._in_loop(self._look_again),
        )
        self._reader = ReadConnection(reading, self._writer, loop)
        recent = Recent()
        self.history = SqliteHistory(
            self._backlog, self._reader, recent, self._writer, keeping, number_in=number_in
        )
        self.outbox = SqliteOutbox(self._backlog, self._reader, self._unstored)
        self.alerts = SqliteAlertBook(self._backlog, self._reader, self.outbox)
        self._writer.prepare()
        recent.load(reading)
        self.history.load(reading)
        self.outbox.load(reading)
        self.outbox.doubt(reading)
        self.alerts.load(reading)
        self._meta: dict[str, str] = {}
        for key, value in reading.execute("SELECT key, value FROM meta"):
            self._meta[checked(key, str)] = checked(value, str)
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
        with unusable(path), ExitStack() as opened:
            connection = opened.enter_context(closing(open_database(path)))
            reading = opened.enter_context(closing(open_reader(path)))
            store = cls(
                connection, reading, loop=loop, number_in=number_in, retention=retention or Retention()
            )
            opened.pop_all()
        return store

    def start(
        self,
        *,
        on_committed: Callable[[list[Message]], None],
        on_stored: Callable[[Notice], None],
        on_judged: Callable[[], None] | None = None,
        on_gap: Callable[[Gap], None] | None = None,
    ) -> None:
        """Tell what is safe: stored messages with QoS > 0, and each notice that may be said now.

        While the disk refuses, notices are said unwritten. Once that has lasted, `on_judged` tells that all
        messages taken in so far are to be acknowledged: a broker whose window is full has no alert for us.
        `on_gap` tells what then is not in the history, and when it is over.
        """
        self._on_committed, self._on_stored = on_committed, on_stored
        self._on_judged, self._on_gap = on_judged or _nothing, on_gap or _nobody
        self._look()

    @property
    def backlog(self) -> int:
        """How much is handed over and not committed yet."""
        return len(self._backlog)

    @property
    def dropped(self) -> int:
        """Messages that are not in the history: the backlog was full, or the database cannot hold them."""
        return self._backlog.dropped + self._writer.left_out

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present, or empty."""
        return self._writer.trouble

    @property
    def damage(self) -> str:
        """What is wrong with the file, so that waiting does not help, or empty."""
        return self._writer.damage or self._reader.damage

    def ready(self) -> bool:
        """False while the source of messages should pause."""
        return self._backlog.ready

    async def settle(self) -> None:
        """Return once all that was handed over so far is stored, or cannot be for now."""
        await self._reader.settle()

    def get(self, key: str) -> str:
        """Return what was set, empty if nothing was. No I/O."""
        return self._meta.get(key, "")

    def set(self, key: str, value: str) -> None:
        """Remember across restarts (tell)."""
        if self.get(key) != value:
            self._meta[key] = value
            self._backlog.change(RowChange(SET, ((key, value),), sets=("meta", slice(1))))

    def close(self) -> None:
        """Commit what is queued, then let go of the file, whole in itself. Blocks, but not for ever."""
        self._in_loop(self._stop_looking)
        # The last to close brings the log into the file, which a reader cannot.
        self._reader.close()
        self._writer.close()

    def _report(self, committed: list[Message], notices: list[Notice]) -> None:
        if committed:
            self._in_loop(self._committed, committed)
        if notices:
            self._in_loop(self._stored, notices)

    def _committed(self, messages: list[Message]) -> None:
        self._on_committed(messages)

    def _stored(self, notices: list[Notice]) -> None:
        self._say(self._unstored.stored(notices))

    def _say(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if self.outbox.waits(notice.id):
                self._on_stored(notice)

    def _given(self, notice: Notice) -> None:
        self._unstored.add(notice)
        if self._backlog.stuck:
            self._loop.call_soon(self._say_overdue)

    def _say_overdue(self) -> None:
        self._say(self._unstored.overdue(stuck=self._backlog.stuck))

    # What is looked after in the event loop, which goes on when the writer cannot.

    def _look(self) -> None:
        self._looking = self._loop.call_later(LOOK_SECONDS, self._look)
        self._look_again()

    def _look_again(self) -> None:
        """Follow whether the disk takes what it is given."""
        news = self._trouble.follow(self.trouble, time.monotonic())
        self._backlog.stuck = bool(self._trouble.reason)
        self._say_overdue()
        if self._trouble.lasts(time.monotonic()) or (self._backlog.stuck and self._backlog.crowded):
            self._release()
        if news:
            self._tell_gap()

    def _tell_gap(self) -> None:
        gap = replace(self._backlog.missing, reason=self._trouble.told)
        if not gap.reason:
            self._backlog.missing = Gap()
        self._on_gap(gap)

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    def _accepted(self) -> None:
        """Have a message acknowledged that is taken in while the disk is stuck, once it is judged."""
        if not self._releasing and (self._backlog.crowded or self._trouble.lasts(time.monotonic())):
            self._releasing = True
            self._loop.call_soon(self._release)

    def _release(self) -> None:
        self._releasing = False
        self._on_judged()

    def _forget(self, notice_ids: list[str]) -> None:
        self._in_loop(self.outbox.forget, notice_ids)

    def _in_loop[*Ts](self, function: Callable[[*Ts], None], *arguments: *Ts) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            # The loop is closed: nobody is left to be told.
            return


def _nobody(_news: object) -> None:
    """Nobody is told before `start`."""


def _nothing() -> None:
    """Nothing is to be done before `start`."""
