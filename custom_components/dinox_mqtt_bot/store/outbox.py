"""What must still reach a contact or target, and the ledger of it: `ports.Outbox` over SQLite."""

from collections.abc import Iterable
import logging
import sqlite3
import time
from typing import override

from ..bot import ports
from ..bot.model.history import LedgerRow
from ..bot.model.notice import Notice
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from ..bot.model.status import Delivery
from ..bot.ports import NO_CONTACT, UNSURE_SECONDS
from .backlog import Backlog, Group, RowChange
from .damage import checked
from .notices import (
    DOUBTED,
    HELD,
    KEPT,
    LIVE,
    MOVE,
    PUT,
    READ_ALL,
    READ_WITH,
    RETRACTED,
    RETRY,
    STATE,
    SUPERSEDED,
    WAITING,
    WAITS_AGAIN,
    entered,
    merged,
    moved,
    read_ledger,
    read_notices,
    row_of,
)
from .reader import ReadConnection
from .tally import Tally
from .unstored import Unstored

_LOGGER = logging.getLogger(__name__)

# An alert is not doubted by later runs when it was first handed over longer than this before.
PATIENCE_SECONDS = 600


class SqliteOutbox(ports.Outbox):
    """Counts from memory, changes through the backlog, in the order they were made."""

    def __init__(self, backlog: Backlog, reader: ReadConnection, unstored: Unstored) -> None:
        self._backlog = backlog
        self._reader = reader
        self._unstored = unstored
        self._tally = Tally()
        self._newest: dict[str, str] = {}

    def doubt(self, connection: sqlite3.Connection) -> None:
        """Let alerts wait again that a server only took, and may have lost with the run. After `load`."""
        bounds = {"unsure": UNSURE_SECONDS, "patience": PATIENCE_SECONDS, "alert": Priority.ALERT.value}
        doubted = connection.execute(DOUBTED, bounds).fetchall()
        for (notice_id,) in doubted:
            self.mark(notice_id, Delivery.QUEUED, time.time())

    def load(self, connection: sqlite3.Connection) -> None:
        """Count what an earlier run left."""
        for notice_id, contact, chain, corrects, state, unread, taken_at in connection.execute(LIVE):
            delivery = None if state == HELD else Delivery(state)
            known = checked(notice_id, str), checked(contact, str), checked(chain, str)
            self._tally.add(
                *known, bool(corrects), delivery, unread=bool(unread), taken_at=checked(taken_at, float)
            )

    @property
    @override
    def undelivered(self) -> int:
        return self._tally.undelivered

    @property
    @override
    def failed(self) -> int:
        return self._tally.failed

    @property
    @override
    def unread(self) -> int:
        return self._tally.unread

    @override
    def newest(self, to: str) -> str:
        return self._newest.get(to, "")

    @override
    def confirmed(self, to: str) -> str:
        return self._tally.confirmed.get(to, "")

    @override
    def put(self, notice: Notice) -> None:
        """Store a notice. A correction replaces an older one of the same notice that still waits."""
        self._change(self.group((notice,)))

    @override
    def hold(self, notice: Notice) -> None:
        self._change(self.group((), (notice,)))

    def group(self, notices: Iterable[Notice], held: Iterable[Notice] = ()) -> Group:
        """Count notices and return what stores them; the caller must have it written."""
        changes: list[RowChange] = []
        for notice in notices:
            changes += self._added(notice, Delivery.QUEUED)
        for notice in held:
            changes += self._added(notice, None)
        return tuple(changes)

    def _added(self, notice: Notice, delivery: Delivery | None) -> Iterable[RowChange]:
        if notice.id in self._tally:
            return
        if notice.retracts:
            unsaid = self._tally.holds(notice.retracts)
            yield from self._retracted(notice)
            if unsaid:
                return
        elif delivery is not None:
            self._newest[notice.to] = notice.replaces or notice.id
        chain = self._tally.chain_of(notice)
        unread = not (notice.room or notice.retracts)
        superseded = self._tally.add(
            notice.id, notice.to, chain, bool(notice.replaces), delivery, unread=unread
        )
        if superseded:
            yield from moved(superseded, SUPERSEDED, notice.at, notice.id)
        state = delivery.value if delivery else HELD
        durable = notice.priority >= Priority.ALERT
        yield RowChange(PUT, (row_of(notice, chain, state),), notice, durable=durable)
        yield entered(notice.id, state, notice.at)

    def _retracted(self, notice: Notice) -> Iterable[RowChange]:
        """Take a notice back, with what corrects it: it is not said (again), and nobody has to read it."""
        for key in dict.fromkeys((notice.retracts, *self._tally.said_as(notice.retracts))):
            self._tally.drop(key)
            yield from moved(key, RETRACTED, notice.at, notice.id)

    def waits(self, notice_id: str) -> bool:
        """Whether a notice is to be said, because nothing newer has taken its place. No I/O."""
        return self._tally.waits(notice_id)

    def addressee(self, notice_id: str) -> str:
        """Return whom a notice is for that is not read or settled yet, empty for any other. No I/O."""
        return self._tally.contact_of(notice_id)

    async def waiting(self) -> list[Notice]:
        """Return what is to be said, to contacts and targets: alerts first, the rest by time (ask)."""
        waiting = await self._known(WAITING)
        return sorted(
            (notice for notice in waiting if self._tally.waits(notice.id)),
            key=lambda notice: (
                notice.priority < Priority.ALERT,
                self._tally.taken_at(notice.id) or notice.at,
            ),
        )

    @property
    @override
    def held_for(self) -> set[str]:
        return self._tally.held_for

    @override
    async def held(self, to: str) -> list[Notice]:
        kept = await self._known(KEPT, to)
        return [notice for notice in kept if notice.to == to and self._tally.holds(notice.id)]

    async def _known(self, statement: str, *parameters: object) -> list[Notice]:
        """Return what is stored and what the disk refuses; the latter alone if nothing can be read."""
        try:
            found = await self._reader.read(
                lambda connection: read_notices(connection, statement, *parameters)
            )
        except BotError as err:
            _LOGGER.warning("What waits to be said cannot be read: %s", err)
            found = []
        return list({notice.id: notice for notice in (*found, *self._unstored.notices)}.values())

    @override
    def merge(self, notices: Iterable[Notice], into: Notice | None) -> None:
        """Put one notice in the place of others that are held or wait; those sent meanwhile stay."""
        if into is None:
            self._change(self._released(notices))
            return
        changes = [*self.group((into,))]
        for notice in notices:
            if notice.id != into.id and (self._tally.holds(notice.id) or self._tally.waits(notice.id)):
                self._tally.drop(notice.id)
                changes += merged(notice.id, into.id, into.at)
        self._change(tuple(changes))

    @override
    def pass_on(self, notices: Iterable[Notice], instead: Iterable[Notice]) -> None:
        others = list(instead)
        changes = [*self.group((), others)]
        state, note = (SUPERSEDED, others[0].id) if others else (Delivery.FAILED.value, NO_CONTACT)
        for notice in notices:
            if self._tally.holds(notice.id):
                self._tally.drop(notice.id)
                changes += moved(notice.id, state, time.time(), note)
        self._change(tuple(changes))

    def _released(self, notices: Iterable[Notice]) -> Group:
        changes: list[RowChange] = []
        now = time.time()
        for notice in notices:
            if not self._tally.holds(notice.id):
                continue
            self._newest[notice.to] = notice.replaces or notice.id
            older, newer = self._tally.release(notice.id)
            changes += moved(notice.id, Delivery.QUEUED.value, now, said=notice)
            if older:
                changes += moved(older, SUPERSEDED, now, newer)
        return tuple(changes)

    def mark(self, notice_id: str, delivery: Delivery, at: float, note: str = "") -> None:
        """Enter that a notice has come so far. Nothing goes back; unknown ids are passed over (tell).

        Read holds for all sent to the contact before (XEP-0333). The ledger's `note` says why it failed, or
        still waits.
        """
        if not (changed := self._tally.mark(notice_id, delivery, at)):
            if delivery is Delivery.QUEUED and note:
                self.note_failure(notice_id, note, at)
            return
        if delivery is Delivery.QUEUED:
            self._change(
                (
                    RowChange(MOVE, ((delivery.value, at, None, notice_id),), sets=STATE),
                    RowChange(WAITS_AGAIN, ((notice_id, at, note),)),
                )
            )
            return
        if delivery is Delivery.READ:
            earlier = self._read(READ_WITH, notice_id, at)
        else:
            earlier = tuple(change for key in changed[:-1] for change in moved(key, delivery.value, at))
        self._change((*earlier, *moved(notice_id, delivery.value, at, note)))

    def note_failure(self, notice_id: str, reason: str, at: float) -> None:
        """Enter why a notice that still waits could not be said; it is tried again (tell)."""
        if self._tally.waits(notice_id):
            self._change((RowChange(RETRY, ((notice_id, at, reason),)),))

    @override
    def mark_all_read(self, to: str = "") -> None:
        if self._tally.mark_all_read(to):
            self._change(self._read(READ_ALL, to, time.time()))

    def forget(self, notice_ids: Iterable[str]) -> None:
        """Stop counting notices that were purged."""
        for notice_id in notice_ids:
            self._tally.drop(notice_id)

    @override
    async def ledger(self, notice_ids: Iterable[str]) -> list[LedgerRow]:
        wanted = list(notice_ids)
        return await self._reader.read(lambda connection: read_ledger(connection, wanted))

    @staticmethod
    def _read(statements: tuple[str, ...], parameter: str, at: float) -> Group:
        return tuple(RowChange(statement, ((parameter, at),)) for statement in statements)

    def _change(self, group: Group) -> None:
        if group:
            self._backlog.change(*group)
