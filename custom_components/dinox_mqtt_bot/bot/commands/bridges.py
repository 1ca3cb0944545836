"""Commands about bridges: make or change, list, remove."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..bridges.grammar import ARROWS, changed_bridge, checked_bridge
from ..model.handles import Handles
from ..model.replies import BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import Bridge as Kept, Direction, Role
from ..text.tongue import fold
from .command import Command, Parts, Things, param
from .doubts import known_topic, topic_to_publish, unknown

EXAMPLE = Typed("bridge", "home/# me@example.org")


def find_bridge(parts: Parts, handle: str) -> Kept:
    """Find by number or name. Raises BotError `no_bridges`, `no_bridge` or `no_bridge_similar`."""
    handles = Handles(parts.bridges.all)
    if (found := handles.get(handle)) is not None:
        return found
    if not parts.bridges.all:
        raise BotError("no_bridges", example=EXAMPLE)
    if similar := handles.similar(handle):
        raise BotError("no_bridge_similar", bridge=handle, similar=similar)
    raise BotError("no_bridge", bridge=handle)


@dataclass(frozen=True, kw_only=True)
class Bridge(Command):
    """Carries messages between a topic and a contact or room: home/# me@example.org short."""

    node: ClassVar[str] = "bridge"
    role: ClassVar[Role] = Role.ADMIN

    topic: str = param("Topic, topic filter or alias; or number or name of a bridge to change.", named=True)
    what: str = param(
        "Address, then payload, short or file, out, in or both, room, trusted, topic out/x, limit 10 (a "
        "minute), on, off, as “name”.",
        default="",
        greedy=True,
        verbatim=True,
    )
    force: bool = param(
        "Whether it is made although nothing is known of the topic.", default=False, aside=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        meant = Handles(parts.bridges.all).get(self.topic)
        if meant is not None and not self.what.strip():
            return _shown(parts, meant)
        if meant is not None:
            return await self._kept(parts, "bridge_changed", changed_bridge(self.what, meant), meant)
        if self.topic.removeprefix("#").isdigit():
            find_bridge(parts, self.topic)  # there is none, and the error says so
        named, names, known = await known_topic(parts, self.topic)
        made = changed_bridge(self.what, Kept(named.topic, ""))
        if not made.to:
            raise BotError("bridge_nobody", example=EXAMPLE)
        # Where nothing is to come from the topic, nothing has to be known of it.
        if not (self.force or known or made.direction is Direction.IN):
            checked_bridge(made, {contact.jid for contact in parts.rules.contacts})
            raise unknown(names, replace(self, force=True), self.topic, "unknown_bridge")
        return await self._kept(parts, "bridge_made", made)

    async def _kept(self, parts: Parts, key: str, bridge: Kept, before: Kept | None = None) -> Text:
        """Keep a bridge, with the topic that is called as what was said of where it publishes."""
        if bridge.topic and (before is None or bridge.topic != before.topic):
            again = replace(self, force=True)
            topic = await topic_to_publish(parts, bridge.topic, again, force=self.force)
            bridge = replace(bridge, topic=topic)
        return await _kept(parts, key, bridge)


async def _kept(parts: Parts, key: str, bridge: Kept) -> Text:
    bridge = checked_bridge(bridge, {contact.jid for contact in parts.rules.contacts})
    name = fold(bridge.name)
    taken = [each for each in parts.bridges.all if name and fold(each.name) == name and each.id != bridge.id]
    if taken or name.removeprefix("#").isdigit():
        raise BotError("bridge_name", name=bridge.name)
    kept = await parts.ports.rules.put_bridge(bridge)
    placeholders = {"number": str(kept.number), "what": _what(kept), "settings": _settings(parts, kept)}
    return Text(key, placeholders, _facts(parts, kept))


def _what(bridge: Kept) -> str:
    """Return what leads where."""
    return f"{bridge.filter} {ARROWS[bridge.direction]} {bridge.to}"


def _settings(parts: Parts, bridge: Kept) -> Cell:
    """Return how a bridge carries, in the words in which it is typed."""
    words = [bridge.name] if bridge.name else []
    if bridge.direction is not Direction.IN:
        words.append("template" if bridge.template else bridge.format.value)
        words.append(f"limit {bridge.per_minute}")
    if bridge.direction is not Direction.OUT:
        words += [f"topic {parts.bridges.topic(bridge)}", f"role {bridge.role.word}"]
        words += ["retain"] * bridge.retain
    words += ["room"] * bridge.room + ["trusted"] * bridge.trusted + ["off"] * (not bridge.enabled)
    return ", ".join(words)


def _state(parts: Parts, bridge: Kept) -> Cell:
    if not bridge.room and all(contact.jid != bridge.to for contact in parts.rules.contacts):
        return Text("bridge_no_contact")
    if refused := parts.ports.chat.rooms_refused.get(bridge.to):
        return Text("bridge_refused", {"reason": refused})
    if bridge.room and not parts.bridges.trusts(bridge.to):
        return Text("bridge_not_trusted")
    waiting = parts.bridges.waiting(bridge)
    return Text("bridge_waiting", {"count": str(waiting)}) if waiting else ""


def _facts(parts: Parts, bridge: Kept) -> Mapping[str, object]:
    return {
        "number": bridge.number,
        "name": bridge.name,
        "filter": bridge.filter,
        "to": bridge.to,
        "room": bridge.room,
        "nick": bridge.nick,
        "direction": bridge.direction.value,
        "format": bridge.format.value,
        "template": bridge.template,
        "topic": parts.bridges.topic(bridge),
        "role": bridge.role.word,
        "trusted": bridge.trusted,
        "per_minute": bridge.per_minute,
        "qos": int(bridge.qos),
        "retain": bridge.retain,
        "enabled": bridge.enabled,
    }


def _row(parts: Parts, bridge: Kept) -> tuple[Cell, ...]:
    row = Text(
        "row_on" if bridge.enabled else "row_off", {"number": str(bridge.number), "what": _what(bridge)}
    )
    return row, _settings(parts, bridge), _state(parts, bridge)


def _shown(parts: Parts, bridge: Kept) -> Table:
    rows = [_row(parts, bridge)]
    if bridge.template:
        rows.append((Text("column_template"), bridge.template, ""))
    return Table(
        title=Text("bridge_shown"),
        columns=("column_name", "column_settings", "column_state"),
        rows=tuple(rows),
        facts=(_facts(parts, bridge),),
    )


@dataclass(frozen=True, kw_only=True)
class Bridges(Command):
    """Lists the bridges between topics and contacts or rooms."""

    node: ClassVar[str] = "bridges"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        every = parts.bridges.all
        return Table(
            title=Text("bridges", {"count": str(len(every))}),
            columns=("column_name", "column_settings", "column_state"),
            rows=tuple(_row(parts, bridge) for bridge in every),
            empty=Text("bridges_empty", {"example": EXAMPLE}),
            facts=tuple(_facts(parts, bridge) for bridge in every),
        )


@dataclass(frozen=True, kw_only=True)
class RmBridge(Command):
    """Removes a bridge; what it has carried stays in the history."""

    node: ClassVar[str] = "rmbridge"
    aliases: ClassVar[tuple[str, ...]] = ("delbridge",)
    role: ClassVar[Role] = Role.ADMIN

    bridge: str = param("Number or name of the bridge.", greedy=True, of=Things.BRIDGES)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        gone = find_bridge(parts, self.bridge)
        facts = _facts(parts, gone)
        await parts.ports.rules.remove_bridge(gone)
        return Text("bridge_removed", {"number": str(gone.number), "what": _what(gone)}, facts)
