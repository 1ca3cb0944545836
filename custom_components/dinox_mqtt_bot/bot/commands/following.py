"""Commands about what is told: of which devices that announced themselves, and to whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.rule_texts import weekly_text
from ..discovery.entities import Entity, name_words
from ..discovery.entity_state import state_text
from ..discovery.setting.set_refusal import told_apart
from ..discovery.topic_uses import state_topics
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Term, Text, Typed
from ..model.rules import Contact, Follow as Followed, Priority, Role, Scope
from ..reading.contact_words import named_contact, wished
from ..reading.following import device_key, entities_of, follow_name, to_follow
from ..text.tongue import words
from .command import Command, Parts, Things, param, require

MANY = 50
"""Topics from which it is asked first whether they are to be told."""
MOST_FOLLOWS = 200
MOST_VALUES = 8

_EVERYTHING = words("all")


@dataclass(frozen=True, kw_only=True)
class Follow(Command):
    """Tells what changes of a device, of an area or of everything that announced itself."""

    node: ClassVar[str] = "follow"
    role: ClassVar[Role] = Role.ADMIN
    destructive: ClassVar[bool] = True
    final: ClassVar[bool] = False

    name: str = param("Device, entity or area, or all; nothing for a list.", default="", greedy=True)
    confirm: bool = param("Whether it is done without asking first, however much it is.", default=False)

    @override
    def needs_confirmation(self, parts: Parts) -> bool:
        return self._count(parts) > MANY

    def _count(self, parts: Parts) -> int:
        try:
            return len(_topics(parts, self._wanted(parts)))
        except BotError:
            return 0  # which is said when it is run

    def _wanted(self, parts: Parts) -> tuple[Followed, ...]:
        return _chosen(parts, self.name) if self.name else ()

    @override
    async def at_stake(self, parts: Parts) -> Text:
        wanted = self._wanted(parts)
        return Text("follow_stake", _cells(parts, wanted))

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.name:
            return _listed(parts)
        wanted, before = self._wanted(parts), parts.rules.follows
        new = tuple(each for each in wanted if not _is_known(each, before))
        if new and len(before) + len(new) > MOST_FOLLOWS:
            raise BotError("too_many_follows", most=MOST_FOLLOWS)
        if new:
            kept = () if new[0].scope is Scope.ALL else before
            await parts.ports.rules.set_follows((*kept, *new))
        keys = ("followed", "followed_silent") if new else ("already_followed", "already_followed_silent")
        return _values(parts, wanted, *keys)


@dataclass(frozen=True, kw_only=True)
class Unfollow(Command):
    """Tells nothing more of a device, an area or everything; it stays in the list of devices."""

    node: ClassVar[str] = "unfollow"
    role: ClassVar[Role] = Role.ADMIN

    name: str = param("Device, entity or area as it is followed, or all.", greedy=True, of=Things.FOLLOWED)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        before = parts.rules.follows
        gone = _named(parts, self.name)
        if not gone:
            raise self._unknown(parts)
        await parts.ports.rules.set_follows(tuple(each for each in before if each not in gone))
        return Text("unfollowed", {"name": _name_cell(parts, gone)}, {"unfollowed": _facts(parts, gone)})

    def _unknown(self, parts: Parts) -> BotError:
        """Return why nothing of this name can be left: it is part of something, or nothing at all is."""
        names = [name for name, _ in _rows(parts) if isinstance(name, str)]
        if not parts.rules.follows:
            return BotError("nothing_followed")
        try:
            topics = _topics(parts, _chosen(parts, self.name))
        except BotError as err:
            return err
        whole = ", ".join(names) or Term("follow_all", "everything")
        if topics and topics <= _topics(parts, parts.rules.follows):
            return BotError("followed_with", name=self.name, whole=whole)
        return BotError("not_followed", name=self.name, followed=whole)


def _chosen(parts: Parts, name: str) -> tuple[Followed, ...]:
    if name.strip().casefold() in _EVERYTHING:
        return (Followed(Scope.ALL),)
    return to_follow(parts.readings.devices, name)


def _is_known(follow: Followed, follows: Iterable[Followed]) -> bool:
    return any(each.scope is Scope.ALL or (each.scope, each.key) == _key(follow) for each in follows)


def _key(follow: Followed) -> tuple[Scope, str]:
    return follow.scope, follow.key


def _named(parts: Parts, name: str) -> list[Followed]:
    """Return what is followed under a name: as it is called now, as it was, or as it would be chosen."""
    follows, devices = parts.rules.follows, parts.readings.devices
    if name.strip().casefold() in _EVERYTHING:
        return list(follows)
    words = name_words(name)
    called = [
        each for each in follows if words in {name_words(follow_name(each, devices)), name_words(each.name)}
    ]
    if called:
        return [each for each in called if each.scope is not Scope.ALL]
    try:
        wanted = {_key(each) for each in to_follow(devices, name)}
    except BotError:
        return []
    return [each for each in follows if _key(each) in wanted]


def _topics(parts: Parts, follows: Sequence[Followed]) -> set[str]:
    return {
        topic for entity in entities_of(follows, parts.readings.devices) for topic in state_topics(entity)
    }


def _cells(parts: Parts, follows: Sequence[Followed]) -> dict[str, Cell]:
    entities = entities_of(follows, parts.readings.devices)
    return {
        "name": _name_cell(parts, follows),
        "devices": str(len({device_key(entity) for entity in entities})),
        "topics": str(len({topic for entity in entities for topic in state_topics(entity)})),
    }


def _name_cell(parts: Parts, follows: Sequence[Followed]) -> Cell:
    if any(each.scope is Scope.ALL for each in follows):
        return Text("follow_all")
    return ", ".join(dict.fromkeys(follow_name(each, parts.readings.devices) for each in follows))


def _facts(parts: Parts, follows: Iterable[Followed]) -> list[dict[str, str]]:
    return [
        {"scope": each.scope.value, "name": follow_name(each, parts.readings.devices)} for each in follows
    ]


def _rows(parts: Parts) -> Iterator[tuple[Cell, Mapping[str, Cell]]]:
    for follow in parts.rules.follows:
        cells = _cells(parts, (follow,))
        yield cells["name"], cells


def follow_rows(parts: Parts) -> tuple[tuple[Cell, Text], ...]:
    """Return what is followed, each with how much that is."""
    return tuple((name, Text("follow_counts", cells)) for name, cells in _rows(parts))


def follow_facts(parts: Parts) -> tuple[Mapping[str, object], ...]:
    return tuple(_facts(parts, parts.rules.follows))


def _listed(parts: Parts) -> Table:
    example = Typed("follow", _example(parts.readings.devices))
    return Table(
        title=Text("follows", {"count": str(len(parts.rules.follows))}),
        columns=("column_name", "column_what"),
        rows=follow_rows(parts),
        empty=Text("follows_empty", {"example": example, "devices": Typed("devices")}),
        facts=follow_facts(parts),
    )


def _example(devices: Iterable[Entity]) -> str:
    return next((entity.area or entity.device for entity in devices if entity.area or entity.device), "")


def _values(parts: Parts, follows: Sequence[Followed], key: str, silent: str) -> Table:
    """Say what is followed, with what it says now: the next message comes when that changes."""
    devices, look = parts.readings.devices, parts.readings.limited(parts.ports.templates)
    cells = _cells(parts, follows)
    rows: list[tuple[Cell, ...]] = []
    every = list(entities_of(follows, devices))
    now = parts.ports.clock.now()
    for entity, name in zip(every, told_apart(every, parts.ports.phrases), strict=True):
        if len(rows) >= MOST_VALUES or look.over:
            break
        if text := state_text(entity, devices, look, now):
            rows.append((devices.label(entity) if name == entity.full_name else name, Amount(text)))
    return Table(
        title=Text(key, cells),
        columns=("column_name", "column_value"),
        rows=tuple(rows),
        empty=Text(silent, cells),
        facts=({"followed": _facts(parts, follows), **_counted(cells)},),
        note=Text("followed_note", {"unfollow": Typed("unfollow"), "name": _left_by(parts, follows)}),
    )


def _left_by(parts: Parts, follows: Sequence[Followed]) -> Cell:
    """Return the name by which it is followed no longer: what is followed with everything has none."""
    known = {_key(each) for each in parts.rules.follows}
    return _name_cell(parts, follows if known & set(map(_key, follows)) else parts.rules.follows)


def _counted(cells: Mapping[str, Cell]) -> dict[str, int]:
    return {key: int(str(cells[key])) for key in ("devices", "topics")}


@dataclass(frozen=True, kw_only=True)
class Contacts(Command):
    """Lists the contacts: what they may do, what they get, who is not to be disturbed; or changes what one gets: anna about garden/# from alert only 7:00-22:00."""  # noqa: E501 - shown to users word for word

    node: ClassVar[str] = "contacts"
    role: ClassVar[Role] = Role.OPERATOR

    contact: str = param("Name or address of one contact; nothing for all.", default="", of=Things.CONTACTS)
    change: str = param(
        "What it gets and may do: about garden/#, Shed, from alert, only 7:00-22:00, digest or each, operates garden/#; all for everything.",  # noqa: E501 - shown to users word for word
        default="",
        greedy=True,
        verbatim=True,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        every = parts.rules.contacts
        said = f"{self.contact} {self.change}".strip()
        contact, change = named_contact(every, said) if said else (None, "")
        if contact is not None and change:
            require(caller, Role.ADMIN, self.node)
            wanted = await wished(parts, contact, change)
            await parts.ports.rules.put_contact(wanted)
            return _contacts(parts, [wanted], Text("contact_changed"))
        return _contacts(parts, [contact] if contact else every)


def _contacts(parts: Parts, contacts: Sequence[Contact], title: Text | None = None) -> Table:
    """Return contacts, and the rules that none of all would be told of."""
    unheard = [
        rule.name
        for rule in parts.rules.alerts
        if parts.listening.audience.unheard(rule, parts.rules.targets)
    ]
    return Table(
        title=title or Text("contacts", {"count": str(len(contacts))}),
        columns=(
            *("column_contact", "column_role", "column_settings", "column_unreachable"),
            *("column_state", "column_detail"),
        ),
        rows=tuple(_contact_row(parts, contact) for contact in contacts),
        empty=Text("contacts_empty"),
        facts=tuple(_contact_facts(parts, contact) for contact in contacts),
        note=Text("contacts_unheard", {"rules": ", ".join(unheard)}) if unheard else None,
    )


def _contact_row(parts: Parts, contact: Contact) -> tuple[Cell, ...]:
    name = f"{contact.name} ({contact.jid})" if contact.name else contact.jid
    reason = _unreachable(parts, contact)
    return (
        Text("contact_room", {"name": name}) if contact.room else name,
        Text(f"role_{contact.role.word}"),
        *_gets(parts, contact),
        Text("contact_unreachable", {"reason": reason}) if reason else "",
        Text("contact_undisturbed") if contact.jid in parts.do_not_disturb.contacts else "",
        Text("contact_has_user") if contact.user else "",
    )


def _gets(parts: Parts, contact: Contact) -> Iterator[Cell]:
    """Yield what a contact gets, and operates, where that is not everything or nothing."""
    if not contact.receives:
        yield Text("receives_nothing")
    if contact.about:
        yield Text("contact_about", {"what": _parts_named(parts, contact.about)})
    if contact.least > Priority.NORMAL:
        yield Text("contact_from", {"priority": Text(f"priority_{contact.least.word}")})
    if contact.hours:
        yield Text("contact_only", {"times": weekly_text(contact.hours, parts.ports.phrases)})
    if contact.digest:
        yield Text("contact_digest")
    if contact.operates:
        yield Text("contact_operates", {"what": _parts_named(parts, contact.operates)})


def _parts_named(parts: Parts, follows: Iterable[Followed]) -> str:
    return ", ".join(follow_name(each, parts.readings.devices) for each in follows)


def _unreachable(parts: Parts, contact: Contact) -> str:
    """Return why nothing reaches a contact, empty if something does."""
    return dict(parts.status.unreachable).get(contact.jid, "")


def _contact_facts(parts: Parts, contact: Contact) -> dict[str, object]:
    return {
        "jid": contact.jid,
        "name": contact.name,
        "room": contact.room,
        "role": contact.role.word,
        "receives": contact.receives,
        "about": [follow_name(each, parts.readings.devices) for each in contact.about],
        "from": contact.least.word,
        "only": contact.hours,
        "digest": contact.digest,
        "operates": [follow_name(each, parts.readings.devices) for each in contact.operates],
        "do_not_disturb": contact.jid in parts.do_not_disturb.contacts,
        "unreachable": _unreachable(parts, contact),
        "user": contact.user,
    }
