"""Who gets what: which contacts are told of a topic, and which topics belong to what was chosen."""

from collections.abc import Callable, Collection, Iterable
from itertools import chain

from ..model.rules import AlertRule, Contact, Follow, Priority, Scope
from ..model.topics import Filters, covers, is_wild


class Audience:
    """Says by topic and priority which contacts are told, and whether a topic belongs to what was chosen.

    `topics` yields those of chosen devices and areas.
    """

    def __init__(self, topics: Callable[[Iterable[Follow]], Iterable[str]]) -> None:
        self._topics = topics
        self._contacts: tuple[Contact, ...] = ()
        self._known: dict[tuple[Follow, ...], Filters[str]] = {}

    def apply(self, contacts: Iterable[Contact]) -> None:
        """Take over who gets what."""
        self._contacts = tuple(contacts)
        self._known.clear()

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

    def unheard(self, rule: AlertRule, targets: Collection[str]) -> str:
        """Return what is to be said of a rule that nobody would be told of by its own wish; else nothing."""
        receiving = [contact for contact in self._contacts if contact.receives]
        named = {contact.jid for contact in self._contacts}.intersection(rule.contacts)
        if named or rule.targets or rule.escalate_to or rule.priority is Priority.SILENT:
            return ""
        if targets and rule.priority >= Priority.ALERT:
            return ""
        if not receiving:
            return "rule_nobody"
        return "" if any(self._may_want(each, rule) for each in receiving) else "rule_for_nobody"

    def _may_want(self, contact: Contact, rule: AlertRule) -> bool:
        """Say whether a contact is told of something that a rule may look at."""
        if rule.priority < contact.least:
            return False
        if not (contact.about and is_wild(rule.filter)):
            return self.wants(contact, rule.filter, rule.priority)
        every = chain(_filters(contact.about), self._topics(contact.about))
        return any(covers(rule.filter, each) or covers(each, rule.filter) for each in every)

    def covers(self, chosen: tuple[Follow, ...], topic: str, *, usual: bool = False) -> bool:
        """Say whether a topic belongs to what was chosen; of nothing chosen it is as `usual`."""
        if not chosen:
            return usual
        if (found := self._known.get(chosen)) is None:
            found = Filters({each: each for each in chain(_filters(chosen), self._topics(chosen))})
            self._known[chosen] = found
        return bool(found.find(topic))


def _filters(chosen: Iterable[Follow]) -> Iterable[str]:
    return (each.key for each in chosen if each.scope is Scope.TOPIC)
