"""When nobody wants to be disturbed, and when nothing may ring."""

from collections.abc import Callable, Iterable
from datetime import datetime
import math

from ..model.rules import Contact, Priority
from ..ports import Memory
from ..text.weekly import Weekly, read_weekly

QUIET = "quiet_until"
UNDISTURBED = "undisturbed_until"
CONTACTS = "undisturbed_contacts"
SOURCE = "undisturbed_by_entity"


class DoNotDisturb:
    """Quiet: nothing rings. Do not disturb: all but the critical waits, for all or one contact.

    `source` is what an entity says, `contacts` whose own presence says so. All of it outlasts a restart.
    A contact may have hours of its own, outside of which it is not to be disturbed either.
    """

    def __init__(self, memory: Memory, local: Callable[[float], datetime]) -> None:
        self._memory = memory
        self._local = local
        self._hours: dict[str, Weekly] = {}
        # When the hours of those begin who were spared by them.
        self._opens: dict[str, float] = {}
        self.quiet_until = _read(memory.get(QUIET))
        self.undisturbed_until = _read(memory.get(UNDISTURBED))
        self.source = memory.get(SOURCE) == "on"
        self.contacts = {jid for jid in memory.get(CONTACTS).split("\n") if jid}
        self.behind: set[str] = set()
        """Those for whom something is held: until they are told that, they are told nothing newer."""

    def apply(self, contacts: Iterable[Contact]) -> bool:
        """Take over the hours of the contacts; say whether they are others."""
        read = {contact.jid: read_weekly(contact.hours) for contact in contacts if contact.hours}
        hours = {jid: weekly for jid, weekly in read.items() if weekly is not None}
        changed, self._hours = hours != self._hours, hours
        if changed:
            self._opens.clear()
        return changed

    def end(self, now: float) -> bool:
        """End quiet and undisturbed time that have run out; say whether anything has."""
        opened = [to for to, at in self._opens.items() if at <= now]
        for to in opened:
            del self._opens[to]
        quiet, undisturbed = (0 < end <= now for end in (self.quiet_until, self.undisturbed_until))
        if quiet:
            self.set_quiet(0.0)
        if undisturbed:
            self.set_undisturbed(0.0)
        return quiet or undisturbed or bool(opened)

    def quiet(self, now: float) -> bool:
        return now < self.quiet_until

    def undisturbed(self, now: float) -> bool:
        return self.source or now < self.undisturbed_until

    def spares(self, to: str, now: float) -> bool:
        """Say whether a contact or target is not to be disturbed."""
        return self.undisturbed(now) or to in self.contacts or self._is_closed(to, now)

    def _is_closed(self, to: str, now: float) -> bool:
        """Say whether it is outside of somebody's hours, and note when they begin."""
        if (weekly := self._hours.get(to)) is None or (opens := weekly.opens_at(now, self._local)) <= now:
            return False
        self._opens[to] = opens
        return True

    def holds(self, to: str, priority: Priority, now: float) -> bool:
        """Say whether something of this priority has to wait; if so, all that is newer waits behind it."""
        if priority is Priority.CRITICAL or not (to in self.behind or self.spares(to, now)):
            return False
        self.behind.add(to)
        return True

    def set_quiet(self, until: float) -> None:
        """Let nothing ring until then; 0 ends it."""
        self.quiet_until = until
        self._memory.set(QUIET, repr(until))

    def set_undisturbed(self, until: float) -> None:
        """Disturb nobody until then; 0 ends it."""
        self.undisturbed_until = until
        self._memory.set(UNDISTURBED, repr(until))

    def set_source(self, undisturbed: bool) -> None:
        self.source = undisturbed
        self._memory.set(SOURCE, "on" if undisturbed else "")

    def set_contact(self, jid: str, undisturbed: bool) -> None:
        (self.contacts.add if undisturbed else self.contacts.discard)(jid)
        self._memory.set(CONTACTS, "\n".join(sorted(self.contacts)))

    @property
    def due_at(self) -> float:
        """When one of them ends; infinity for never."""
        ends = (self.quiet_until, self.undisturbed_until, *self._opens.values())
        return min((end for end in ends if end > 0), default=math.inf)


def _read(text: str) -> float:
    return float(text) if text else 0.0
