"""The one thread that writes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
import logging
import sqlite3
from threading import Event, Thread
import time

from ..bot.model.message import Message
from ..bot.model.notice import Notice
from .backlog import Backlog, WriteBatch, answer
from .damage import DatabaseFile, error_text, is_damage
from .keeping import Keeping, forget
from .rollups import Rollups
from .schema import savepoint, synchronise, transaction
from .table import MessageTable
from .upkeep import Purge, Slices, Upkeep, purge

_LOGGER = logging.getLogger(__name__)

SUMMARY_SECONDS = 1.0
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
STALL_SECONDS = 10.0
LAST_RETRY_SECONDS = 0.2
WARN_EVERY = 1_000
CLOSE_SECONDS = 10.0
CHECKPOINT_PAGES = 1_000
"""Pages of the log after which SQLite brings it into the file, as it does by itself."""

# What the values of one row can be guilty of; everything else of sqlite3.Error is the disk or the file.
_UNFIT = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError)

type Report = Callable[[list[Message], list[Notice]], None]
"""Told in the writer thread: which messages are committed, which notices may be said."""


class Writer:
    """Commits everything queued in one transaction, again and again, until closed.

    One with an alert in it is on the disk, and not just on its way there, before anybody is told.
    While the disk refuses (full, locked, read-only) it tries on with what it has, and takes no more: the rest
    stays in the backlog, whose bound it is that memory keeps to. `look` is called when that begins and ends,
    `forgotten` with the ids of notices that were purged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        backlog: Backlog,
        *,
        keeping: Keeping,
        report: Report,
        forgotten: Callable[[list[str]], None],
        look: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._file = DatabaseFile(connection)
        self._look = look
        self._began = 0.0
        self.left_out = 0
        self.damage = ""
        self._table = MessageTable(connection)
        self._backlog = backlog
        self._report = report
        self._rollups = Rollups(connection)
        self._purge: Purge = lambda now: purge(connection, keeping, self._rollups, now, forgotten)
        self._upkeep = Upkeep(self._purge)
        self._next_summary = 0.0
        self._trouble = ""
        self._failures = 0
        self._durable = False
        self._deadline = 0.0
        self._closing = Event()
        self._thread = Thread(target=self._run, name="dinox_mqtt_bot store", daemon=False)

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present, or empty."""
        if not self._thread.is_alive() and not self._closing.is_set():
            return "the writer thread has ended"
        began = self._began
        stalled = began and time.monotonic() - began > STALL_SECONDS
        return self._trouble or ("the disk does not answer" if stalled else "")

    def prepare(self) -> None:
        """Bring what a killed run left up to date; in the calling thread, before `start`."""
        self._table.summarise()

    def start(self) -> None:
        self._thread.start()

    def flush(self) -> Future[None]:
        """Return what is done once everything handed over so far is committed, or cannot be for now."""
        waiter = self._backlog.flush()
        if self.trouble or not self._thread.is_alive():
            _release([waiter])
        return waiter

    def purge(self, now: float) -> Future[int]:
        """Delete what is due at `now`; the answer is how many rows went."""
        return self._keep_up_with(lambda: self._purge(now))

    def forget(self, topic_filter: str) -> Future[int]:
        """Delete all messages whose topic matches; the answer is how many went."""

        def slices() -> Iterator[int]:
            yield from forget(self._connection, topic_filter)
            self._rollups.forget()

        return self._keep_up_with(slices)

    def keep_still(self, *, still: bool) -> Future[int]:
        """Bring the log into the file and leave that alone from then on, or no longer.

        What is written meanwhile stands in the log alone: a copy of the file and, after it, of the log is
        whole however long it takes.
        """

        def slices() -> Iterator[int]:
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {0 if still else CHECKPOINT_PAGES}")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield 0

        return self._keep_up_with(slices)

    def _keep_up_with(self, slices: Slices) -> Future[int]:
        answer = self._upkeep.ask(slices)
        self._backlog.wake()
        if not self._thread.is_alive():
            self._upkeep.end()
        return answer

    def close(self) -> None:
        """Commit what is queued and end the thread. Blocks, at most for some `CLOSE_SECONDS`."""
        if not self._closing.is_set():
            self._deadline = time.monotonic() + CLOSE_SECONDS
            self._closing.set()
            self._backlog.wake()
        self._thread.join(CLOSE_SECONDS * 2)

    def _run(self) -> None:
        batch = WriteBatch()
        try:
            while not self._ended(batch):
                self._wait()
                if self._failures and batch:
                    self._backlog.take_waiters(batch)
                else:
                    self._backlog.take(batch)
                self._began = time.monotonic()
                batch = self._turn(batch)
                self._began = 0.0
        finally:
            self._end(batch)

    def _ended(self, batch: WriteBatch) -> bool:
        if not self._closing.is_set():
            return False
        late = time.monotonic() > self._deadline
        return bool(self.damage) or late or not (batch or len(self._backlog))

    def _wait(self) -> None:
        if not self._failures:
            summary = self._next_summary - time.monotonic() if self._table.stale else self._upkeep.seconds
            self._backlog.wait(max(0.0, min(summary, self._upkeep.seconds, self._rollups.seconds)))
        elif self._closing.wait(RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS)) - 1]):
            time.sleep(LAST_RETRY_SECONDS)

    def _turn(self, batch: WriteBatch) -> WriteBatch:
        """Commit the batch and return an empty one, or the same one if it has to be tried again."""
        waiters, batch.waiters = batch.waiters, []
        try:
            if batch or self._failures:
                self._file.look()
                self._commit(batch)
            self._backlog.done(batch)
            committed = [item[0] for item in batch.appended if item[0].qos]
            self._report_committed(committed, batch.notices)
            batch = WriteBatch()
            self._keep_up(bool(waiters))
            self._recovered()
        except Exception as error:  # whatever a damaged file makes of it: without this thread all is lost
            _LOGGER.debug("The history was not written", exc_info=True)
            self._failed(error)
        finally:
            _release(waiters)
        return batch

    def _commit(self, batch: WriteBatch) -> None:
        self._synchronise(durable=batch.durable)
        try:
            with transaction(self._connection):
                self._write(batch)
        except Exception as error:  # of whatever kind it is: see `_is_unfit`
            if not _is_unfit(error):
                raise
            # One value the database cannot hold must not hold up the others.
            self._table.forget()
            with transaction(self._connection):
                self._write_each(batch)

    def _synchronise(self, *, durable: bool) -> None:
        """Wait for the disk only where it has to be: memory cards live the longer for it."""
        if durable is not self._durable:
            synchronise(self._connection, durable=durable)
            self._durable = durable

    def _write(self, batch: WriteBatch) -> None:
        self._table.insert(batch.appended)
        if batch.appended:
            self._rollups.added()
        for change in chain.from_iterable(batch.changes):
            self._connection.executemany(change.statement, change.rows)

    def _write_each(self, batch: WriteBatch) -> None:
        pieces = [WriteBatch(appended=[item]) for item in batch.appended]
        pieces += [WriteBatch(changes=[group]) for group in batch.changes]
        for piece in pieces:
            try:
                with savepoint(self._connection):
                    self._write(piece)
            except Exception as error:  # of whatever kind it is: see `_is_unfit`
                if not _is_unfit(error):
                    raise
                self._table.forget()
                if self.left_out % WARN_EVERY == 0:
                    _LOGGER.warning("A row was left out of the history, after %s: %s", self.left_out, error)
                self.left_out += 1

    def _keep_up(self, at_once: bool) -> None:
        self._synchronise(durable=False)
        now = time.monotonic()
        # What is about to be deleted is counted before, and what a topic said last is known after.
        at_once = at_once or not self._upkeep.seconds
        if self._table.stale and (at_once or now >= self._next_summary):
            self._table.summarise()
            self._next_summary = now + SUMMARY_SECONDS
        if self._closing.is_set():
            return
        self._upkeep.step()
        # What is deleted of a topic is not rolled up meanwhile; a purge rolls up by itself.
        if not self._upkeep.busy:
            self._rollups.step()

    def _report_committed(self, committed: list[Message], notices: list[Notice]) -> None:
        if committed or notices:
            self._report(committed, notices)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._table.forget()
        self._rollups.forget()
        new = not self._trouble
        self._trouble = error_text(error)
        if is_damage(error):
            self.damage = self._trouble
        if new:
            _LOGGER.warning("The history cannot be written, trying on: %s", self._trouble)
            self._look()

    def _recovered(self) -> None:
        if self._failures:
            _LOGGER.info("The history is written again")
            self._failures = 0
            self._trouble = ""
            self._look()

    def _end(self, batch: WriteBatch) -> None:
        self._backlog.take(batch)
        if batch:
            _LOGGER.error("%s changes were lost at the end: %s", len(batch), self._trouble)
        _release(batch.waiters)
        self._upkeep.end()
        with suppress(sqlite3.Error):
            # Also where another program has the file open: what is copied without its log is then whole.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


def _is_unfit(error: Exception) -> bool:
    """Say whether it may be due to the values of one row; else it is the disk or the file."""
    if not isinstance(error, sqlite3.Error):
        return True
    return isinstance(error, _UNFIT) and not is_damage(error)


def _release(waiters: list[Future[None]]) -> None:
    for waiter in waiters:
        answer(waiter, None)
