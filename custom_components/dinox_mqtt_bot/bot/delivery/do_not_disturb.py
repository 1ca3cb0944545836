"""When nobody wants to be disturbed, and when nothing may ring."""

import math

from ..model.rules import Priority
from ..ports import Memory

QUIET = "quiet_until"
UNDISTURBED = "undisturbed_until"
CONTACTS = "undisturbed_contacts"
SOURCE = "undisturbed_by_entity"


class DoNotDisturb:
    """Quiet: nothing rings. Do not disturb: all but the critical waits, for all or one contact.

    `source` is what an entity says, `contacts` whose own presence says so. All of it outlasts a restart.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.quiet_until = _read(memory.get(QUIET))
        self.undisturbed_until = _read(memory.get(UNDISTURBED))
        self.source = memory.get(SOURCE) == "on"
        self.contacts = {jid for jid in memory.get(CONTACTS).split("\n") if jid}
        self.behind: set[str] = set()
        """Those for whom something is held: until they are told that, they are told nothing newer."""

    def end(self, now: float) -> bool:
        """End quiet and undisturbed time that have run out; say whether anything has."""
        quiet, undisturbed = (0 < end <= now for end in (self.quiet_until, self.undisturbed_until))
        if quiet:
            self.set_quiet(0.0)
        if undisturbed:
            self.set_undisturbed(0.0)
        return quiet or undisturbed

    def quiet(self, now: float) -> bool:
        return now < self.quiet_until

    def undisturbed(self, now: float) -> bool:
        return self.source or now < self.undisturbed_until

    def spares(self, to: str, now: float) -> bool:
        """Say whether a contact or target is not to be disturbed."""
        return self.undisturbed(now) or to in self.contacts

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
        ends = (self.quiet_until, self.undisturbed_until)
        return min((end for end in ends if end > 0), default=math.inf)


def _read(text: str) -> float:
    return float(text) if text else 0.0
