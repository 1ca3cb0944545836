"""Commands about the devices of MQTT discovery: list them, set them, learn them anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, islice
from typing import ClassVar, override

from ..discovery.entities import Entity, name_words
from ..discovery.entity_state import is_offline, state_text
from ..discovery.setting.set_choice import MOST_UNASKED, Wish, allowed, is_state_word, understood
from ..discovery.setting.set_refusal import told_apart
from ..model.replies import (
    Amount,
    BotError,
    Caller,
    Cell,
    ChoiceWord,
    FieldName,
    Reply,
    Speech,
    Table,
    Text,
    Typed,
    WhichOne,
    Worded,
)
from ..model.rules import Role
from ..model.topics import fold, valid_topic
from ..reading.budget import Limited
from ..reading.topic_lookup import Ambiguous, Meant, behind_fillers, no_name
from ..text.numbers import number
from ..text.tongue import words
from .command import Command, Parts, Things, param, require, usage, within, worded
from .confirmation import Doubtful

MOST = 200
FEW = 25
"""Entities that are listed one by one; of more, the devices."""

_MOST_NAMES = 20
_HIDDEN = "•••"
_MOST_MISSPELT = 5
"""Words of a name that may be spelt otherwise."""
_NO_DEVICE = frozenset({"no_device", "no_device_similar"})

type _Published = list[tuple[str, str]]

_ON = words("on") | {"1"}
_OFF = words("off")
_REFRESH = words("refresh")
_STATUS = words("command_status") | {""}
_PREFIX = words("prefix")
_CHOICES = (ChoiceWord("on"), ChoiceWord("off"), ChoiceWord("refresh"), ChoiceWord("prefix"))


@dataclass(frozen=True, kw_only=True)
class Devices(Command):
    """Lists the devices that announced themselves over MQTT, with their values and what can be set."""

    node: ClassVar[str] = "devices"
    aliases: ClassVar[tuple[str, ...]] = ("device",)

    name: str = param("Device, entity, kind or area; nothing for all.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        known = parts.readings.devices
        words = name_words(self.name)
        entities = known.found(words) if words else list(known)
        if self.name and not entities:
            similar = ", ".join(known.similar(self.name))
            key = "no_device_similar" if similar else "no_device"
            raise BotError(key, name=self.name, similar=similar)
        entities.sort(key=lambda each: (fold(each.area), fold(each.device), not each.main, fold(each.name)))
        whole = bool(words) or len(entities) <= FEW
        look = _Look(parts, parts.readings.limited(parts.ports.templates))
        return Table(
            title=Text("devices", {"count": str(len(entities)), "devices": str(_devices(entities))}),
            columns=("column_name", "column_value", "column_state", "column_settable", "column_area"),
            rows=tuple(_rows(look, entities) if whole else _device_rows(look, entities)),
            empty=_nothing(parts),
            facts=tuple(_facts(look, entity) for entity in entities[:MOST]),
            note=None if whole else Text("devices_note", {"example": Typed("devices")}),
            more=Text("devices_more", {"example": Typed("devices")}),
        )


@dataclass(frozen=True)
class _Look:
    """What a listing looks at."""

    parts: Parts
    templates: Limited

    def value(self, entity: Entity) -> str:
        """Return what an entity says, if there is time left to find out."""
        if self.templates.over:
            return ""
        return state_text(entity, self.parts.readings.devices, self.templates, self.parts.ports.clock.now())

    def offline(self, entity: Entity) -> bool:
        if self.templates.over:
            return False
        return is_offline(entity, self.parts.readings.devices, self.templates, self.parts.ports.clock.now())

    def raw(self, entity: Entity) -> bool:
        return self.parts.readings.budget.is_raw(entity, self.templates)

    def state(self, entity: Entity) -> Cell:
        if self.offline(entity):
            return Text("device_offline")
        return Text("device_raw") if self.raw(entity) else ""

    def settable(self, entity: Entity) -> Worded:
        return worded(self.parts, partial(allowed, entity))


def _devices(entities: Iterable[Entity]) -> int:
    return len({entity.device_id or entity.device or entity.full_name for entity in entities})


def _nothing(parts: Parts) -> Text:
    prefix = parts.rules.discovery_prefix
    if not prefix:
        return Text("devices_off", {"on": Typed("discovery", last="on")})
    return Text("devices_empty", {"prefix": prefix})


def _rows(look: _Look, entities: Sequence[Entity]) -> Iterable[tuple[Cell, ...]]:
    """Yield a row for each entity; of those that nobody is shown, the names."""
    shown = entities[:MOST]
    for entity, name in zip(shown, told_apart(shown, look.parts.ports.phrases), strict=True):
        settable = look.settable(entity)
        told = Text("device_settable", {"what": settable}) if settable.plain else ""
        yield name, Amount(look.value(entity)), look.state(entity), told, entity.area
    yield from ((entity.full_name, "", "", "", entity.area) for entity in entities[MOST:])


def _device_rows(look: _Look, entities: Iterable[Entity]) -> Iterable[tuple[Cell, ...]]:
    """Yield one row for each device, with the values of what it is there for."""
    groups = groupby(entities, key=lambda entity: (entity.area, entity.device or entity.full_name))
    for (area, device), each in islice(groups, MOST):
        group = list(each)
        main = ([entity for entity in group if entity.main] or group)[:MOST]
        values = [(entity.name, text) for entity in main if (text := look.value(entity))]
        offline = all(look.offline(entity) for entity in group)
        raw = any(look.raw(entity) for entity in main)
        state = Text("device_offline") if offline else Text("device_raw") if raw else ""
        yield device, _side_by_side(look.parts, values), state, "", area
    yield from ((device, "", "", "", area) for (area, device), _ in groups)


def _side_by_side(parts: Parts, values: Sequence[tuple[str, str]]) -> Worded:
    return worded(
        parts, lambda phrases: ", ".join(f"{name} {phrases.amount(text)}".strip() for name, text in values)
    )


def _facts(look: _Look, entity: Entity) -> Mapping[str, object]:
    return {
        "name": entity.full_name,
        "device": entity.device,
        "component": entity.component,
        "area": entity.area,
        "value": look.value(entity),
        "offline": look.offline(entity),
        "raw": look.raw(entity),
        "settable": str(look.settable(entity)),
    }


@dataclass(frozen=True, kw_only=True)
class Discovery(Command):
    """Shows what MQTT discovery has found, switches it on or off, or reads the configurations anew."""

    node: ClassVar[str] = "discovery"

    what: str = param("on, off, refresh or prefix; nothing for how things stand.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        word = fold(self.what)
        if parts.rules.discovery_prefix and word.partition(" ")[0] in _PREFIX:
            return Text(
                "discovery_prefix", {"prefix": parts.rules.discovery_prefix or "–"}, _discovery_facts(parts)
            )
        if word in _STATUS or word.partition(" ")[0] in _PREFIX:
            return _standing(parts)
        if word not in _ON | _OFF | _REFRESH:
            raise BotError(
                "invalid_choice",
                parameter=FieldName(self.node, "what"),
                value=self.what[:60],
                choices=_CHOICES,
                usage=usage(Discovery),
            )
        require(caller, Role.ADMIN, self.node)
        if word in _REFRESH:
            return _refreshed(parts)
        return await _switched(parts, on=word in _ON)


def _discovery_facts(parts: Parts) -> Mapping[str, object]:
    known = list(parts.readings.devices)
    return {
        "enabled": bool(parts.rules.discovery_prefix),
        "prefix": parts.rules.discovery_prefix,
        "devices": _devices(known),
        "entities": len(known),
        "settable": sum(bool(entity.controls) for entity in known),
        "refused": parts.readings.refused,
        "states": len(parts.readings.devices.uses.states),
        "states_left_out": parts.readings.devices.uses.states.left_out,
        "slow": sorted(parts.readings.slow),
    }


def _standing(parts: Parts) -> Text:
    facts = _discovery_facts(parts)
    if not parts.rules.discovery_prefix:
        return Text("discovery_off", {"on": Typed("discovery", last="on")}, facts)
    cells: dict[str, Cell] = {key: str(facts[key]) for key in ("prefix", "devices", "entities", "settable")}
    told = Text("discovery", {**cells, "list": Typed("devices")}, facts)
    if refused := parts.readings.refused:
        told = Text("discovery_refused", {"done": told, "count": str(refused)}, facts)
    if left_out := parts.readings.devices.uses.states.left_out:
        told = Text("discovery_states_left_out", {"done": told, "count": str(left_out)}, facts)
    if slow := sorted(parts.readings.slow):
        names = ", ".join(slow[:FEW]) + (", …" if len(slow) > FEW else "")
        told = Text("discovery_switched_off", {"done": told, "configs": names}, facts)
    return told


async def _switched(parts: Parts, *, on: bool) -> Text:
    """Switch discovery; the change comes back through `Bot.apply`."""
    if on is not bool(parts.rules.discovery_prefix):
        await parts.ports.rules.set_discovery(on)
    cells: dict[str, Cell] = {
        "refresh": Typed("discovery", last="refresh"),
        "on": Typed("discovery", last="on"),
    }
    return Text("discovery_on" if on else "discovery_off_done", cells, {"enabled": on})


def _refreshed(parts: Parts) -> Text:
    """Ask the broker for the configurations again; devices that are gone from it are gone here then."""
    prefix = parts.rules.discovery_prefix
    if not prefix:
        return _standing(parts)
    done = Text("discovery_refreshed", {"prefix": prefix})
    if not parts.broker.status.online:
        return Text("when_connected", {"done": done}, _discovery_facts(parts))
    parts.readings.forget()
    parts.ports.broker.renew(parts.listening.bringing(parts.readings.discovery_filters))
    return Text(done.key, done.placeholders, {"enabled": True, "prefix": prefix})


@dataclass(frozen=True, kw_only=True)
class Set(Command):
    """Sets a device that announced itself over MQTT: on, off, a number, a mode."""

    node: ClassVar[str] = "set"
    role: ClassVar[Role] = Role.OPERATOR
    narrow: ClassVar[bool] = True
    destructive: ClassVar[bool] = True
    final: ClassVar[bool] = False

    name: str = param("Device or entity.", of=Things.CONTROLS)
    value: str = param("What to set it to, such as on, 21.5 or brightness 40.", default="", greedy=True)
    force: bool = param("Whether it is sent although the device is offline.", default=False)
    confirm: bool = param("Whether it is done without asking first.", default=False)

    @override
    def needs_confirmation(self, parts: Parts) -> bool:
        wishes = self._wishes(parts)
        return len(wishes) > MOST_UNASKED or any(wish.asks_first for wish in wishes)

    @override
    async def at_stake(self, parts: Parts) -> Text:
        wishes, known = self._wishes(parts), parts.readings.devices
        first = wishes[0]
        if len(wishes) == 1:
            return Text("set_stake", {"name": known.label(first.entity), "value": first.setting})
        cells: dict[str, Cell] = {"count": str(len(wishes)), "names": _names(parts, wishes)}
        if len({str(wish.setting) for wish in wishes}) > 1:
            return Text("set_stake_each", {**cells, "names": _settings(parts, wishes)})
        return Text("set_stake_several", {**cells, "value": first.setting})

    @override
    async def run(self, parts: Parts, caller: Caller) -> Text:
        ended = _ways_back(parts, self._wishes(parts))
        done = await self.set(parts, caller)
        for kept_number in ended:
            parts.reminders.remove(kept_number)
        return done

    async def set(self, parts: Parts, caller: Caller) -> Text:
        """Set what is wished for. Raises what `run` raises."""
        wishes = self._wishes(parts)
        away = [wish for wish in wishes if _is_away(parts, wish)]
        if len(away) == len(wishes) and not self.force:
            raise BotError("device_offline", name=_names(parts, away))
        told = [wish for wish in wishes if self.force or wish not in away]
        published = [wish.publishes(parts.readings.devices, parts.ports.templates) for wish in told]
        topics = [[topic for topic, _ in every] for every in published]
        if len(within(parts, caller, type(self), zip(told, topics, strict=True))) < len(told):
            raise BotError("set_not_all", names=_names(parts, told))
        waits = self._expects(parts, caller, told)
        try:
            for wish, every in zip(told, published, strict=True):
                await _publish(parts, caller, wish, every)
        except BotError:
            parts.awaited.withdraw(caller.who, caller.room)
            raise
        if len(wishes) > 1:
            return _done_several(parts, told, published, away if not self.force else [])
        answer = parts.awaited.answer(caller.who, caller.room) if waits else ""
        name = parts.readings.devices.label(told[0].entity)
        return _done(name, told[0], published[0], answer, offline=bool(away), waits=waits)

    def _expects(self, parts: Parts, caller: Caller, wishes: Sequence[Wish]) -> bool:
        """Have the answer of the devices told, where it can be told later."""
        if not caller.has_chat:
            return False
        there = [wish for wish in wishes if not _is_away(parts, wish)]
        return parts.awaited.expect(caller.who, caller.room, there, parts.ports.clock.now())

    @override
    def about(self, said: str, handle: str) -> Command:
        """Return the command about the one thing that was chosen, with what was said behind the name."""
        words, name = f"{self.name} {self.value}".split(), said.split()
        starts = range(len(words) - len(name) + 1)
        at = next((at for at in starts if words[at : at + len(name)] == name), 0) if name else 0
        words[at : at + len(name)] = [handle]
        return replace(self, name=words[0], value=" ".join(words[1:]))

    def _wishes(self, parts: Parts) -> tuple[Wish, ...]:
        said = f"{self.name} {self.value}".strip()
        try:
            wishes = _understood(parts, said)
        except WhichOne as which:
            options = [Meant(choice.handle, name=choice.label) for choice in which.choices]
            raise Ambiguous(which.said, options) from None
        except BotError as err:
            named = said[max(behind_fillers(said), default=0) :]
            raise self._near(parts, named.split()) or err from None
        for wish in wishes:
            wish.check()
        return wishes

    def _near(self, parts: Parts, words: Sequence[str]) -> Doubtful | None:
        """Return the question whether the name was meant that is near to what was said."""
        for count in range(min(len(words) - 1, _MOST_MISSPELT), 0, -1):
            name, value = " ".join(words[:count]), " ".join(words[count:])
            near = "" if parts.names.find(name) else parts.names.misspelt(name)
            if near and _takes(parts, f"{near} {value}"):
                again = replace(self, name=near, value=value)
                return Doubtful(again, "unknown_set", name=name, near=near, value=value)
        return None


@dataclass(frozen=True, kw_only=True)
class SetFor(Set):
    """Sets something for a time: `back` is the deed that is done at `until`, a Unix time."""

    back: str
    until: float

    @override
    async def run(self, parts: Parts, caller: Caller) -> Text:
        ended = _ways_back(parts, wishes := self._wishes(parts))
        # What was set for a time before goes back to what was before that.
        back = next(iter(ended.values())) if len(ended) == len(wishes) == 1 else self.back
        kept = parts.reminders.add(caller.who, caller.where, back, self.until, deed=True, back=True)
        try:
            done = await self.set(parts, caller)
        except BaseException:
            parts.reminders.remove(kept.number)
            raise
        for kept_number in ended:
            parts.reminders.remove(kept_number)
        cells: dict[str, Cell] = {"time": parts.moment(kept.at), "what": back, "number": f"r{kept.number}"}
        facts = {**done.facts, **kept.facts}
        return Text("set_for", {"done": done, "back": Text("later_kept", cells)}, facts)


def _ways_back(parts: Parts, wishes: Sequence[Wish]) -> dict[int, str]:
    """Return what undoes what was set for a time, by its number, where nothing else was set then than now."""
    now, found = {wish.entity.id for wish in wishes}, dict[int, str]()
    for each in parts.reminders.waiting:
        try:
            then = {wish.entity.id for wish in _understood(parts, each.text)} if each.back else set[str]()
        except BotError, WhichOne:
            continue
        if then and then <= now:
            found[each.number] = each.text
    return found


def _understood(parts: Parts, said: str) -> tuple[Wish, ...]:
    """Return what is to be set, of a compound that no name has its two words. Raises as `understood`."""
    devices, ports = parts.readings.devices, parts.ports
    try:
        return understood(devices, said, ports.phrases, ports.vocabulary)
    except BotError as err:
        if err.key not in _NO_DEVICE:
            raise
        if (spread := parts.names.spread(said)) != said:
            return understood(devices, spread, ports.phrases, ports.vocabulary)
        begun = parts.names.begin(said)
        if len(begun.meant) == 1 and number(said[begun.end :].strip()) is not None:
            raise BotError("not_settable", name=begun.meant[0].name) from None
        words = str(err.placeholders["name"]).split()
        named = words[:-1] if len(words) > 1 and is_state_word(words[-1]) else words
        raise no_name(parts.names, " ".join(named)) from None


def _takes(parts: Parts, said: str) -> bool:
    """Say whether something can be set as it was said."""
    try:
        return bool(_understood(parts, said))
    except BotError:
        return False


def _is_away(parts: Parts, wish: Wish) -> bool:
    return is_offline(wish.entity, parts.readings.devices, parts.ports.templates, parts.ports.clock.now())


async def _publish(parts: Parts, caller: Caller, wish: Wish, every: _Published) -> None:
    entity = wish.entity
    for topic, _ in every:
        valid_topic(topic)
    for topic, payload in every:
        data = payload.encode(errors="replace")
        parts.awaited.sent(topic, data, parts.ports.clock.now())
        await parts.publisher.publish(topic, data, entity.qos, entity.retain, caller)
    if entity.optimistic:
        parts.readings.devices.assume(entity, str(wish.setting))


def _names(parts: Parts, wishes: Sequence[Wish]) -> str:
    names = [parts.readings.devices.label(wish.entity) for wish in wishes[:_MOST_NAMES]]
    return ", ".join(names + ["…"] * (len(wishes) > _MOST_NAMES))


def _settings(parts: Parts, wishes: Sequence[Wish]) -> Worded:
    """Return each of several things with what it is set to: `Kitchen lamp: on, Fan: off`."""
    label = parts.readings.devices.label

    def written(speech: Speech) -> str:
        every = [f"{label(wish.entity)}: {speech.write(wish.setting)}" for wish in wishes[:_MOST_NAMES]]
        return ", ".join(every + ["…"] * (len(wishes) > _MOST_NAMES))

    return worded(parts, written)


def _published_facts(wish: Wish, published: _Published) -> dict[str, object]:
    code = str(dict(wish.value.given).get("code") or "")
    shown = [
        {"topic": topic, "payload": payload.replace(code, _HIDDEN) if code else payload}
        for topic, payload in published
    ]
    return {"name": wish.entity.full_name, "value": str(wish.setting), "published": shown}


def _done(name: str, wish: Wish, published: _Published, answer: str, *, offline: bool, waits: bool) -> Text:
    entity = wish.entity
    cells: dict[str, Cell] = {"name": name, "value": wish.setting}
    facts = {**_published_facts(wish, published), "offline": offline}
    if answer:
        return Text("set_answered", {"name": name, "state": Amount(answer)}, facts)
    sent = "set_sent" if waits else "set_unheard" if entity.optimistic else "set_done"
    return Text("set_offline" if offline else sent, cells, facts)


def _done_several(
    parts: Parts, wishes: Sequence[Wish], published: Sequence[_Published], away: Sequence[Wish]
) -> Text:
    facts = {
        "set": [_published_facts(wish, every) for wish, every in zip(wishes, published, strict=True)],
        "offline": [wish.entity.full_name for wish in away],
    }
    cells: dict[str, Cell] = {
        "count": str(len(wishes)),
        "names": _names(parts, wishes),
        "value": wishes[0].setting,
    }
    if len({str(wish.setting) for wish in (*wishes, *away)}) > 1:
        done = Text("set_each", {"names": _settings(parts, wishes)}, facts)
        return (
            Text("set_each_offline", {"done": done, "offline": _names(parts, away)}, facts) if away else done
        )
    if away:
        return Text("set_several_offline", {**cells, "offline": _names(parts, away)}, facts)
    return Text("set_several", cells, facts)
