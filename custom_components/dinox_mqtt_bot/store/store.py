"""One database of one bot: history, outbox, alerts, and what else must survive a restart."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
import sqlite3
from typing import Self

from ..bot.model.message import Message
from ..bot.model.notice import Notice
from ..bot.model.status import Gap
from .alert_book import SqliteAlertBook
from .backlog import Backlog
from .history import SqliteHistory
from .keeping import Keeping, Retention
from .lookout import Lookout
from .memory import SqliteMemory
from .outbox import SqliteOutbox
from .reader import ReadConnection
from .recent import Recent
from .schema import open_database, open_reader, unusable
from .series import NumberIn
from .writer import Writer


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
        self._lookout = Lookout(loop, lambda: self.trouble, self._say)
        self._backlog = Backlog(self._lookout.given, self._lookout.accepted)
        keeping = Keeping(retention)
        self._writer = Writer(
            connection,
            self._backlog,
            keeping=keeping,
            report=self._report,
            forgotten=self._forget,
            look=lambda: self._in_loop(self._lookout.look),
        )
        self._reader = ReadConnection(reading, self._writer, loop)
        recent = Recent()
        self.history = SqliteHistory(
            self._backlog, self._reader, recent, self._writer, keeping, number_in=number_in
        )
        self.outbox = SqliteOutbox(self._backlog, self._reader, self._lookout.unstored)
        self.alerts = SqliteAlertBook(self._backlog, self._reader, self.outbox)
        self._writer.prepare()
        recent.load(reading)
        self.history.load(reading)
        self.outbox.load(reading)
        self.outbox.doubt(reading)
        self.alerts.load(reading)
        self._memory = SqliteMemory(self._backlog)
        self._memory.load(reading)
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
        self._lookout.start(self._backlog, on_judged=on_judged or _nothing, on_gap=on_gap or _nobody)

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
        if not self._backlog.idle:
            await self._reader.settle()

    async def keep_still(self, *, still: bool) -> None:
        """Leave the file alone while it is copied, with all in it that came before; or no longer."""
        await self.settle()
        await asyncio.wrap_future(self._writer.keep_still(still=still))

    def get(self, key: str) -> str:
        """Return what was set, empty if nothing was. No I/O."""
        return self._memory.get(key)

    def set(self, key: str, value: str) -> None:
        """Remember across restarts (tell)."""
        self._memory.set(key, value)

    def close(self) -> None:
        """Commit what is queued, then let go of the file, whole in itself. Blocks, but not for ever."""
        self._in_loop(self._lookout.stop)
        # The last to close brings the log into the file, which a reader cannot.
        self._reader.close()
        self._writer.close()

    def _report(self, committed: list[Message], notices: list[Notice]) -> None:
        if committed:
            self._in_loop(self._committed, committed)
        if notices:
            self._in_loop(self._lookout.stored, notices)

    def _committed(self, messages: list[Message]) -> None:
        self._on_committed(messages)

    def _say(self, notice: Notice) -> None:
        if self.outbox.waits(notice.id):
            self._on_stored(notice)

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
