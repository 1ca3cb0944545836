"""What each contact gets of the conversation: all of it, what it has chosen, or that as a digest."""

from collections.abc import Callable, Iterable

from ..model.rules import Contact, Priority
from ..model.timers import NEVER
from .batch import Batch

type Wants = Callable[[Contact, str, Priority], bool]
"""Says whether a contact is told of what a topic says with a priority; without a topic it concerns all."""


class Shares:
    """Knows the wishes of those who do not get everything as it comes, and when their digests are due."""

    def __init__(self) -> None:
        self.due_at = NEVER
        self.delay = 300.0
        self._own: dict[str, Contact] = {}
        self._wants: Wants = lambda contact, topic, priority: True

    def apply(self, contacts: Iterable[Contact], wants: Wants, digest_seconds: float) -> None:
        """Take over who wants what, and how often a digest is told."""
        self._own = {
            each.jid: each
            for each in contacts
            if each.about or each.digest or each.least > Priority.NORMAL or each.room
        }
        self._wants, self.delay = wants, digest_seconds

    def __contains__(self, topic: str) -> bool:
        """Say no: what waits for a digest is held for its contact."""
        return False

    def is_plain(self, to: str) -> bool:
        """Say whether a contact gets everything as it comes."""
        contact = self._own.get(to)
        return contact is None or not (contact.about or contact.digest or contact.least > Priority.NORMAL)

    def is_room(self, to: str) -> bool:
        """Say whether a contact is a room, where a command has to be addressed to the bot."""
        return to in self._own and self._own[to].room

    def gathers(self, to: str) -> bool:
        """Say whether a contact wants its values as a digest."""
        return to in self._own and self._own[to].digest

    def gets(self, to: str, topic: str, priority: Priority = Priority.NORMAL) -> bool:
        """Say whether a contact is told of what a topic says."""
        return self.is_plain(to) or self._wants(self._own[to], topic, priority)

    def hearers(self, contacts: Iterable[str], topic: str, priority: Priority) -> list[str]:
        """Return who is told; where nobody wants to be, everybody: better than nobody."""
        every = list(contacts)
        return [to for to in every if self.gets(to, topic, priority)] or every

    def anybody(self, contacts: Iterable[str], topic: str) -> bool:
        """Say whether anybody is told of what a topic says."""
        return any(to not in self._own or self.gets(to, topic) for to in contacts)

    def of(self, to: str, batch: Batch, priority: Priority = Priority.NORMAL) -> Batch:
        """Return what a contact gets of a batch."""
        if self.is_plain(to):
            return batch
        return batch.part(lambda topic: self.gets(to, topic, priority))

    def wait(self, now: float) -> None:
        """Have digests told when the time of one has passed."""
        if self.due_at == NEVER:
            self.due_at = now + self.delay
