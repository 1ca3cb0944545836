"""Commands about whom the bot talks to, and about forgetting what was said."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..model.history import ALWAYS
from ..model.replies import Caller, Cell, Reply, Table, Text
from ..model.rules import Contact, Role
from ..model.topics import valid_filter
from .command import Command, Parts, param

ALL = ("#", "$SYS/#")
"""What matches every topic except the broker's own (MQTT 5 §4.7.2)."""


@dataclass(frozen=True, kw_only=True)
class Contacts(Command):
    """Lists the contacts: what they may do, what they get, who is not to be disturbed."""

    node: ClassVar[str] = "contacts"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        contacts = parts.rules.contacts
        return Table(
            title=Text("contacts", {"count": str(len(contacts))}),
            columns=("column_contact", "column_role", "column_settings", "column_state", "column_detail"),
            rows=tuple(_row(parts, contact) for contact in contacts),
            empty=Text("contacts_empty"),
            facts=tuple(_facts(parts, contact) for contact in contacts),
        )


def _row(parts: Parts, contact: Contact) -> tuple[Cell, ...]:
    name = f"{contact.name} ({contact.jid})" if contact.name else contact.jid
    return (
        name,
        Text(f"role_{contact.role.word}"),
        "" if contact.receives else Text("receives_nothing"),
        Text("contact_undisturbed") if contact.jid in parts.do_not_disturb.contacts else "",
        Text("contact_has_user") if contact.user else "",
    )


def _facts(parts: Parts, contact: Contact) -> dict[str, object]:
    return {
        "jid": contact.jid,
        "name": contact.name,
        "role": contact.role.word,
        "receives": contact.receives,
        "do_not_disturb": contact.jid in parts.do_not_disturb.contacts,
        "user": contact.user,
    }


@dataclass(frozen=True, kw_only=True)
class Clear(Command):
    """Deletes the stored messages of a topic, of a topic filter, or all; asks first."""

    node: ClassVar[str] = "clear"
    role: ClassVar[Role] = Role.ADMIN
    destructive: ClassVar[bool] = True

    filter: str = param("Topic, topic filter or alias; nothing for all messages.", default="", alias=True)
    confirm: bool = param("Whether it is done without asking first.", default=False)

    @override
    async def at_stake(self, parts: Parts) -> Text:
        filters = self._filters(parts)
        count = sum([(await parts.ports.history.statistics(each, ALWAYS)).messages for each in filters])
        key = "clear_stake" if self.filter else "clear_stake_all"
        return Text(key, {"count": str(count), "filter": self.filter})

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        gone = sum([await parts.ports.history.forget(each) for each in self._filters(parts)])
        if not self.filter:
            parts.ports.outbox.mark_all_read()
        key = "clear_done" if self.filter else "clear_done_all"
        return Text(key, {"count": str(gone), "filter": self.filter}, {"removed": gone})

    def _filters(self, parts: Parts) -> tuple[str, ...]:
        if not self.filter:
            return ALL
        topic_filter = parts.subscriptions.resolve(self.filter)
        valid_filter(topic_filter)
        return (topic_filter,)
