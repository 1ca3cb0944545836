"""What must still reach a contact, and the ledger of what became of it: `ports.Outbox` over SQLite."""

from collections.abc import Callable, Iterable
import sqlite3
import time
from typing import override

from ..bot import ports
from ..bot.ports import Notice
from ..bot.rules import Priority
from ..bot.status import Delivery
from .backlog import Backlog, Change
from .reader import Reader
from .tally import Tally

SUPERSEDED = "superseded"

PUT = """
INSERT INTO outbox (id, contact, text, at, priority, replaces, chain, state, changed)
VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?)
"""
MOVE = "UPDATE outbox SET state = ?1, changed = ?2, sent_at = ifnull(sent_at, ?3) WHERE id = ?4"
# A notice whose row was purged, or could not be stored, has no ledger.
ENTER = "INSERT OR IGNORE INTO ledger (notice, state, at) SELECT id, ?2, ?3 FROM outbox WHERE id = ?1"
# Read holds for all that was sent to the same contact before. One statement, however much that is: rows are
# in the order in which the notices were put.
_READ_WITH = """
    FROM outbox WHERE state IN ('sent', 'received') AND contact = (SELECT contact FROM outbox WHERE id = ?1)
    AND rowid < (SELECT rowid FROM outbox WHERE id = ?1)
"""
_READ_ALL = " FROM outbox WHERE state IN ('sent', 'received') AND ?1 IN ('', contact)"
_ENTER_READ = "INSERT OR IGNORE INTO ledger (notice, state, at) SELECT id, 'read', ?2"
_MOVE_READ = "UPDATE outbox SET state = 'read', changed = ?2 WHERE rowid IN (SELECT rowid"
READ_WITH = (f"{_ENTER_READ} {_READ_WITH}", f"{_MOVE_READ} {_READ_WITH})")
READ_ALL = (f"{_ENTER_READ} {_READ_ALL}", f"{_MOVE_READ} {_READ_ALL})")
WAITING = """
SELECT id, contact, text, at, priority, replaces FROM outbox WHERE state = 'queued'
ORDER BY priority >= ? DESC, at, rowid
"""
LIVE = """
SELECT id, contact, chain, replaces <> '', state FROM outbox
WHERE state IN ('queued', 'sent', 'received') ORDER BY rowid
"""


class SqliteOutbox(ports.Outbox):
    """Counts from memory, changes through the backlog, in the order they were made."""

    def __init__(self, backlog: Backlog, reader: Reader, on_stored: Callable[[Notice], None]) -> None:
        self._backlog = backlog
        self._reader = reader
        self._on_stored = on_stored
        self._tally = Tally()

    def load(self, connection: sqlite3.Connection) -> None:
        """Count what an earlier run left."""
        for notice_id, contact, chain, corrects, state in connection.execute(LIVE):
            self._tally.add(notice_id, contact, chain, bool(corrects), Delivery(state))

    @property
    @override
    def undelivered(self) -> int:
        return self._tally.undelivered

    @property
    @override
    def unread(self) -> int:
        return self._tally.unread

    @override
    def put(self, notice: Notice) -> None:
        """Store a notice. A correction takes the place of an older one of the same notice that still waits."""
        if notice.id in self._tally:
            return
        chain = self._tally.chain_of(notice)
        superseded = self._tally.add(notice.id, notice.to, chain, bool(notice.replaces), Delivery.QUEUED)
        if superseded:
            self._enter(superseded, SUPERSEDED, notice.at)
        row = (
            notice.id, notice.to, notice.text, notice.at, notice.priority.value, notice.replaces, chain, notice.at,
        )  # fmt: skip
        self._backlog.change(Change(PUT, (row,), notice))
        self._backlog.change(Change(ENTER, ((notice.id, Delivery.QUEUED.value, notice.at),)))

    def stored(self, notices: Iterable[Notice]) -> None:
        """Say what is committed, unless something newer has taken its place meanwhile."""
        for notice in notices:
            if self._tally.waits(notice.id):
                self._on_stored(notice)

    async def waiting(self) -> list[Notice]:
        """Return what was not sent yet: alerts first, then oldest first (ask)."""
        found = await self._reader.read(_waiting)
        return [notice for notice in found if self._tally.waits(notice.id)]

    def mark(self, notice_id: str, delivery: Delivery, at: float) -> None:
        """Enter that a notice has come so far. Nothing goes back; unknown ids are passed over (tell).

        Read holds for all that was sent to the same contact before (XEP-0333).
        """
        if not self._tally.mark(notice_id, delivery):
            return
        if delivery is Delivery.READ:
            self._read(READ_WITH, notice_id, at)
        self._enter(notice_id, delivery.value, at)

    def mark_all_read(self, contact: str = "") -> None:
        """Count everything sent, to all contacts or to one, as read now (tell)."""
        if self._tally.mark_all_read(contact):
            self._read(READ_ALL, contact, time.time())

    def forget(self, notice_ids: Iterable[str]) -> None:
        """Stop counting notices that were purged."""
        for notice_id in notice_ids:
            self._tally.drop(notice_id)

    async def ledger(self, notice_id: str) -> list[tuple[str, float]]:
        """Return what became of a notice: state and Unix time, in order (ask)."""
        statement = "SELECT state, at FROM ledger WHERE notice = ? ORDER BY id"
        return await self._reader.read(
            lambda connection: connection.execute(statement, (notice_id,)).fetchall()
        )

    def _read(self, statements: tuple[str, ...], parameter: str, at: float) -> None:
        for statement in statements:
            self._backlog.change(Change(statement, ((parameter, at),)))

    def _enter(self, notice_id: str, state: str, at: float) -> None:
        sent_at = at if state == Delivery.SENT else None
        self._backlog.change(Change(MOVE, ((state, at, sent_at, notice_id),)))
        self._backlog.change(Change(ENTER, ((notice_id, state, at),)))


def _waiting(connection: sqlite3.Connection) -> list[Notice]:
    return [
        Notice(notice_id, contact, text, at, Priority(priority), replaces)
        for notice_id, contact, text, at, priority, replaces in connection.execute(
            WAITING, (Priority.ALERT.value,)
        )
    ]
