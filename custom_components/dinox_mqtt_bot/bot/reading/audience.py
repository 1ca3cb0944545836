"""Who gets what: which contacts are told of a topic, and which topics belong to what was chosen."""

from collections.abc import Callable, Iterable
from itertools import chain

from ..discovery.devices import Devices
from ..discovery.topic_uses import state_topics
from ..model.bounded import Bounded
from ..model.rules import Contact, Follow, Priority, Scope
from ..model.topics import Filters
from .following import keys_of

_MOST_KNOWN = 200
"""Choices of which is remembered what belongs to them."""

type Receivers = Callable[[str, Priority], list[str]]
"""Returns the bare JIDs that are told of what a topic says with a priority."""


class Audience:
    """Says by topic and priority which contacts are told, and whether a topic belongs to what was chosen."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._contacts: tuple[Contact, ...] = ()
        self._known = Bounded[tuple[Follow, ...], Filters[str]](_MOST_KNOWN)

    def apply(self, contacts: Iterable[Contact]) -> None:
        """Take over who gets what."""
        self._contacts = tuple(contacts)

    def renew(self) -> None:
        """Take note that devices are known otherwise."""
        self._known.clear()

    def receivers(self, topic: str, priority: Priority) -> list[str]:
        """Return who is told; where nobody wants to be, everybody who receives: better than nobody."""
        receiving = [contact for contact in self._contacts if contact.receives]
        wanting = [contact.jid for contact in receiving if self.wants(contact, topic, priority)]
        return wanting or [contact.jid for contact in receiving]

    def wants(self, contact: Contact, topic: str, priority: Priority) -> bool:
        """Say whether a contact is told of what a topic says; what is on no topic concerns everybody."""
        if not contact.receives or priority < contact.least:
            return False
        return not topic or self.covers(contact.about, topic, usual=True)

    def covers(self, chosen: tuple[Follow, ...], topic: str, *, usual: bool = False) -> bool:
        """Say whether a topic belongs to what was chosen; of nothing chosen it is as `usual`."""
        if not chosen:
            return usual
        if (found := self._known.get(chosen)) is None:
            found = Filters({each: each for each in chain(_filters(chosen), self._topics(chosen))})
            self._known.put(chosen, found)
        return bool(found.find(topic))

    def _topics(self, chosen: tuple[Follow, ...]) -> Iterable[str]:
        """Yield the topics on which chosen devices, or those of chosen areas, tell or are told something."""
        wanted = {(each.scope, each.key) for each in chosen}
        for entity in self._devices if wanted else ():
            if not wanted.isdisjoint(keys_of(entity)):
                yield from state_topics(entity)
                yield from (control.topic for control in entity.controls)


def _filters(chosen: Iterable[Follow]) -> Iterable[str]:
    return (each.key for each in chosen if each.scope is Scope.TOPIC)
