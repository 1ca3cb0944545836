"""Contacts whom nothing reaches."""

from collections.abc import Iterable

from ..model.rules import Contact
from ..ports import Memory

UNREACHABLE = "unreachable_contacts"


class UnreachableContacts:
    """Remembers which contacts nothing reaches, and why (`replies.REASONS`), over restarts."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._contacts: frozenset[str] = frozenset()
        kept = (line.partition(" ") for line in memory.get(UNREACHABLE).split("\n") if line)
        self._reasons = {jid: reason for jid, _, reason in kept}

    @property
    def unreachable(self) -> tuple[tuple[str, str], ...]:
        """The addresses, each with the reason."""
        return tuple(self._reasons.items())

    def apply(self, contacts: Iterable[Contact]) -> bool:
        """Forget who is no contact any more; say whether there was somebody to forget."""
        self._contacts = frozenset(contact.jid for contact in contacts)
        return self._keep({jid: reason for jid, reason in self._reasons.items() if jid in self._contacts})

    def note(self, jid: str, reason: str) -> bool:
        """Take note that nothing reaches a contact, or without a reason that something does; say if new.

        A room that only a bridge leads to is none.
        """
        if jid not in self._contacts:
            return False
        others = {each: why for each, why in self._reasons.items() if each != jid}
        return self._keep({**others, jid: reason} if reason else others)

    def _keep(self, reasons: dict[str, str]) -> bool:
        if reasons == self._reasons:
            return False
        self._reasons = reasons
        self._memory.set(UNREACHABLE, "\n".join(f"{jid} {why}" for jid, why in reasons.items()))
        return True
