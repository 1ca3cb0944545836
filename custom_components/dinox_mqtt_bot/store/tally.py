"""How far each notice has come, in memory: counts, and what a delivery mark means."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from ..bot.model.notice import Notice, is_target
from ..bot.model.status import Delivery

_RANK = {Delivery.QUEUED: 0, Delivery.SENT: 1, Delivery.RECEIVED: 2, Delivery.READ: 3}
_UNREAD = (Delivery.SENT, Delivery.RECEIVED)
_SETTLED = (Delivery.READ, Delivery.ACCEPTED, Delivery.FAILED)

# A contact whose client sends no markers reads nothing, as far as the bot can know.
MOST_UNREAD = 10_000


@dataclass(slots=True)
class _Standing:
    """Where one notice stands. Without a delivery it is held; a higher `number` was put later.

    Not `unread` is what nobody has to read, or nobody can tell who has: what a room has, and a retraction.
    `taken_at` is when a server first took it, in Unix time.
    """

    contact: str
    chain: str
    corrects: bool
    delivery: Delivery | None
    number: int
    unread: bool = True
    taken_at: float = 0.0


class Tally:
    """Notices in order, until read or settled; of a contact's unread ones the newest `MOST_UNREAD`."""

    def __init__(self) -> None:
        self.undelivered = 0
        self.failed = 0
        self.unread = 0
        self._numbers = count()
        # The oldest is found in no time, which in a plain dict is not so after many were deleted.
        self._contacts: dict[str, OrderedDict[str, _Standing]] = {}
        self._unread: Counter[str] = Counter()
        self._standings: dict[str, _Standing] = {}
        # The newest waiting correction of each chain.
        self._waiting: dict[str, str] = {}
        # Of each contact, the chain of what a client has confirmed last.
        self.confirmed: dict[str, str] = {}

    def __contains__(self, notice_id: str) -> bool:
        return notice_id in self._standings

    def chain_of(self, notice: Notice) -> str:
        """Return the id of the notice that a series of corrections began with."""
        replaced = self._standings.get(notice.replaces)
        return replaced.chain if replaced else notice.replaces or notice.id

    def contact_of(self, notice_id: str) -> str:
        standing = self._standings.get(notice_id)
        return standing.contact if standing is not None else ""

    def taken_at(self, notice_id: str) -> float:
        """Return when a server first took a notice that is not read or settled, in Unix time; 0 for never."""
        standing = self._standings.get(notice_id)
        return standing.taken_at if standing is not None else 0.0

    def said_as(self, notice_id: str) -> list[str]:
        """Return a notice that is not read or settled, and the corrections of it."""
        contact = self.contact_of(notice_id)
        notices = self._contacts[contact].items() if contact else ()
        return [key for key, standing in notices if notice_id in {key, standing.chain}]

    def waits(self, notice_id: str) -> bool:
        standing = self._standings.get(notice_id)
        return standing is not None and standing.delivery is Delivery.QUEUED

    def holds(self, notice_id: str) -> bool:
        standing = self._standings.get(notice_id)
        return standing is not None and standing.delivery is None

    @property
    def held_for(self) -> set[str]:
        return {standing.contact for standing in self._standings.values() if standing.delivery is None}

    def add(
        self,
        notice_id: str,
        contact: str,
        chain: str,
        corrects: bool,
        delivery: Delivery | None,
        *,
        unread: bool = True,
        taken_at: float = 0.0,
    ) -> str:
        """Count a notice (no delivery: held); return the correction a waiting one supersedes, or nothing."""
        superseded = self._waiting.get(chain, "") if corrects and delivery else ""
        if superseded:
            self.drop(superseded)
        standing = _Standing(contact, chain, corrects, delivery, next(self._numbers), unread, taken_at)
        self._standings[notice_id] = standing
        self._contacts.setdefault(contact, OrderedDict())[notice_id] = standing
        self._count(standing, 1)
        if corrects and delivery is Delivery.QUEUED:
            self._waiting[chain] = notice_id
        return superseded

    def release(self, notice_id: str) -> tuple[str, str]:
        """Let a held notice wait; return which waiting correction of its chain gives way to which."""
        standing = self._standings[notice_id]
        self._count(standing, -1)
        standing.delivery = Delivery.QUEUED
        self._count(standing, 1)
        if not standing.corrects:
            return "", ""
        older, newer = self._waiting.get(standing.chain, ""), notice_id
        if older and self._standings[older].number > standing.number:
            older, newer = newer, older
        self.drop(older)
        self._waiting[standing.chain] = newer
        return older, newer

    def mark(self, notice_id: str, delivery: Delivery, at: float = 0.0) -> list[str]:
        """Return which notices come to this delivery now; nothing goes back (read > received > sent).

        But what a server could not take, or may have lost, waits again, unless it is a correction: the next
        one replaces that.
        """
        standing = self._standings.get(notice_id)
        if not standing or not _advances(standing, delivery):
            return []
        earlier: Iterable[str] = ()
        if delivery is Delivery.READ:
            earlier = self._read_before(notice_id, standing)
        elif delivery is Delivery.RECEIVED and standing.delivery is Delivery.QUEUED and not standing.unread:
            earlier = self._told_before(notice_id, standing)
        if delivery in {Delivery.SENT, Delivery.RECEIVED}:
            standing.taken_at = standing.taken_at or at
        changed = [*earlier, notice_id]
        if delivery in {Delivery.RECEIVED, Delivery.READ}:
            self.confirmed[standing.contact] = standing.chain
        for changed_id in changed:
            self._move(changed_id, delivery)
        return changed

    def mark_all_read(self, contact: str) -> list[str]:
        """Return which notices, of all contacts or of one, count as read now."""
        standings = self._contacts.get(contact, {}) if contact else self._standings
        changed = [key for key, standing in standings.items() if standing.delivery in _UNREAD]
        for notice_id in changed:
            self._move(notice_id, Delivery.READ)
        return changed

    def drop(self, notice_id: str) -> None:
        """Forget a notice that is superseded, settled or deleted."""
        standing = self._standings.pop(notice_id, None)
        if not standing:
            return
        self._count(standing, -1)
        self._arrived(notice_id, standing)
        notices = self._contacts[standing.contact]
        del notices[notice_id]
        if not notices:
            del self._contacts[standing.contact]

    def _read_before(self, notice_id: str, standing: _Standing) -> Iterable[str]:
        """XEP-0333 §4: a marker holds for what was sent before as well. What still waits was not seen."""
        earlier: list[str] = []
        for key, other in self._contacts[standing.contact].items():
            if key == notice_id:
                break
            if other.delivery in _UNREAD:
                earlier.append(key)
        return earlier

    def _told_before(self, notice_id: str, standing: _Standing) -> Iterable[str]:
        """Yield what waits again and what a room therefore has: it tells of something that came later.

        A room tells no more than the end of what it has, and a server that was killed lost no other part.
        """
        for key, other in self._contacts[standing.contact].items():
            waits_again = other.delivery is Delivery.QUEUED and other.taken_at > 0 and key != notice_id
            if waits_again and (not standing.taken_at or other.taken_at <= standing.taken_at):
                yield key

    def _move(self, notice_id: str, delivery: Delivery) -> None:
        if delivery in _SETTLED:
            self.failed += delivery is Delivery.FAILED
            self.drop(notice_id)
            return
        standing = self._standings[notice_id]
        self._count(standing, -1)
        standing.delivery = delivery
        self._count(standing, 1)
        self._arrived(notice_id, standing)

    def _arrived(self, notice_id: str, standing: _Standing) -> None:
        if self._waiting.get(standing.chain) == notice_id:
            del self._waiting[standing.chain]

    def _count(self, standing: _Standing, number: int) -> None:
        if standing.delivery is Delivery.QUEUED:
            self.undelivered += number
        elif standing.delivery in _UNREAD:
            self.unread += number if standing.unread else 0
            self._unread[standing.contact] += number
            if self._unread[standing.contact] > MOST_UNREAD:
                self._drop_oldest(standing.contact)

    def _drop_oldest(self, contact: str) -> None:
        notices = self._contacts[contact].items()
        self.drop(next(key for key, standing in notices if standing.delivery in _UNREAD))


def _advances(standing: _Standing, new: Delivery) -> bool:
    old = standing.delivery
    if new is Delivery.FAILED:
        return old in {None, Delivery.QUEUED, Delivery.SENT}
    if old is None or is_target(standing.contact) is not (new is Delivery.ACCEPTED):
        return False
    if new is Delivery.QUEUED:
        # That a room has passed something on is its server's word, as that it was sent.
        taken = old is Delivery.SENT or (old is Delivery.RECEIVED and not standing.unread)
        return taken and not standing.corrects
    return new is Delivery.ACCEPTED or _RANK[new] > _RANK[old]
