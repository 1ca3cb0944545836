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
        self._standing = (self.quiet_until > 0, self.undisturbed_until > 0 or self.source)
        self.contacts = {jid for jid in memory.get(CONTACTS).split("\n") if jid}

    def ended(self, now: float) -> bool:
        """Say whether quiet or undisturbed time has run out since this was asked last."""
        standing = (self.quiet(now), self.undisturbed(now))
        before, self._standing = self._standing, standing
        return any(was and not is_ for was, is_ in zip(before, standing, strict=True))

    def quiet(self, now: float) -> bool:
        return now < self.quiet_until

    def undisturbed(self, now: float) -> bool:
        return self.source or now < self.undisturbed_until

    def holds(self, to: str, priority: Priority, now: float) -> bool:
        """Say whether something of this priority has to wait for a contact or target."""
        if priority is Priority.CRITICAL:
            return False
        return self.undisturbed(now) or to in self.contacts

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

    def due_at(self, now: float) -> float:
        """When one of them ends; infinity for never."""
        ends = (self.quiet_until, self.undisturbed_until)
        return min((end for end in ends if end > now), default=math.inf)


def _read(text: str) -> float:
    return float(text) if text else 0.0
