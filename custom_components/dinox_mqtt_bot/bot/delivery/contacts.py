"""Whom the bot talks to: people it meets, rooms it enters."""

from collections.abc import Callable, Iterable, Mapping

from ..model.rules import Contact, RuleSet
from ..ports import Chat


class Contacts:
    """Meets exactly the contacts of a rule set, and enters its rooms and those that bridges lead to.

    `name` is the bot's own, by which it enters a room that names none; `know` hears of each change first.
    """

    def __init__(self, chat: Chat, know: Callable[[Iterable[Contact]], None], name: str) -> None:
        self._chat = chat
        self._know = know
        self._name = name
        self._known: Mapping[str, Contact] | None = None
        self._rooms: Mapping[str, str] = {}

    def __contains__(self, jid: str) -> bool:
        return jid in (self._known or {})

    def apply(self, rules: RuleSet) -> None:
        """Take over who is a contact now."""
        known = {contact.jid: contact for contact in rules.contacts}
        if known != self._known:
            self._known = known
            self._know(rules.contacts)
            self._chat.meet(rules.contacts)
        rooms = {each.to: each.nick or self._name for each in rules.bridges if each.room and each.enabled}
        rooms |= {each.jid: each.nick or self._name for each in rules.contacts if each.room}
        if rooms != self._rooms:
            self._rooms = rooms
            self._chat.join(rooms)
