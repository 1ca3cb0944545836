"""Commands about presets: list, run, make, remove."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, override

from ..model.caller import PREFIX, Caller
from ..model.errors import BotError
from ..model.message import QoS
from ..model.replies import Cell, Reply, Table, Text
from ..model.rules import Preset as Kept, Role
from ..model.subscriptions import fold
from ..text.words import words
from .command import Command, Parts, param, usage
from .named_presets import checked, filled, find_preset, spoken

MAX_PAYLOAD_SHOWN = 200

_LIST = frozenset({"", "list"})
_REMOVE = frozenset({"remove", "rm", "del"})


@dataclass(frozen=True, kw_only=True)
class Presets(Command):
    """Lists the presets."""

    node: ClassVar[str] = "presets"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        presets = parts.rules.presets
        return Table(
            title=Text("presets", {"count": str(len(presets))}),
            columns=("column_name", "column_topic", "column_payload", "column_settings"),
            rows=tuple(_row(preset) for preset in presets),
            empty=Text("presets_empty", {"example": f"{PREFIX} preset add Light home/light/set ON"}),
            facts=tuple(_facts(preset) for preset in presets),
            note=Text("presets_note", {"run": f"{PREFIX} preset", "remove": f"{PREFIX} preset remove"}),
        )


def _row(preset: Kept) -> tuple[Cell, ...]:
    settings = [f"QoS {int(preset.qos)}"] * (preset.qos is not QoS.AT_LEAST_ONCE)
    settings += ["retain"] * preset.retain
    settings += [preset.role.word] * (preset.role is not Role.OPERATOR)
    return f"{preset.number}. {preset.name}", preset.topic, preset.payload, ", ".join(settings)


def _facts(preset: Kept) -> Mapping[str, object]:
    return {
        "number": preset.number,
        "name": preset.name,
        "topic": preset.topic,
        "payload": preset.payload,
        "qos": int(preset.qos),
        "retain": preset.retain,
        "role": preset.role.word,
    }


@dataclass(frozen=True, kw_only=True)
class Preset(Command):
    """Publishes what a preset says, or makes, removes and lists presets."""

    node: ClassVar[str] = "preset"

    name: str = param("Name or number of the preset; or add, remove, list.", default="")
    value: str = param(
        "The value for a preset that takes one; after add: name, topic and payload; after remove: name or number.",
        default="",
        greedy=True,
        verbatim=True,
    )
    qos: QoS | None = param("After add: how reliably the broker gets it.", default=None, short="q")
    retain: bool = param(
        "After add: whether the broker keeps it for those who subscribe later.", default=False, short="r"
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        word = fold(self.name)
        if word in _LIST:
            return await Presets().run(parts, caller)
        if word == "add":
            _require(caller, Role.ADMIN)
            return await self._added(parts)
        if word in _REMOVE:
            _require(caller, Role.ADMIN)
            return await self._removed(parts)
        preset, value = spoken(parts.rules.presets, f"{self.name} {self.value}")
        return await run_preset(parts, preset, value, caller)

    async def _added(self, parts: Parts) -> Reply:
        name, topic, payload = self._typed()
        qos = QoS.AT_LEAST_ONCE if self.qos is None else self.qos
        wanted = checked(Kept(name, parts.subscriptions.resolve(topic), payload, qos=qos, retain=self.retain))
        if any(fold(preset.name) == fold(wanted.name) for preset in parts.rules.presets):
            raise BotError("preset_taken", preset=wanted.name)
        kept = await parts.ports.rules.put_preset(wanted)
        placeholders = {**_shown(kept, kept.payload), "run": f"{PREFIX} preset {kept.name}"}
        return Text("preset_made", placeholders, _facts(kept))

    def _typed(self) -> tuple[str, str, str]:
        """Return name, topic and payload; two quotes stand for no payload. Raises BotError `missing_parameter`."""
        given = list(islice(words(self.value), len(_ADDED)))
        if len(given) < len(_ADDED):
            missing = _ADDED[len(given)]
            raise BotError("missing_parameter", parameter=missing, usage=f"{usage(Preset)}; {_ADD_USAGE}")
        payload = self.value[given[-1].start :]
        empty = given[-1].quoted and not given[-1].text and given[-1].end == len(self.value.rstrip())
        return given[0].text, given[1].text, "" if empty else payload

    async def _removed(self, parts: Parts) -> Reply:
        gone = find_preset(parts.rules.presets, self.value)
        await parts.ports.rules.remove_preset(gone)
        return Text("preset_removed", {"number": str(gone.number), "name": gone.name}, _facts(gone))


_ADDED = ("name", "topic", "payload")
_ADD_USAGE = f"{PREFIX} preset add [--qos 0|1|2] [--retain] <name> <topic> <payload…>"


def _require(caller: Caller, role: Role) -> None:
    if caller.role < role:
        raise BotError("not_allowed", command=Preset.node, role=role.word)


async def run_preset(parts: Parts, preset: Kept, value: str, caller: Caller) -> Text:
    """Publish what a preset says, for a caller. Raises BotError `not_allowed`, or what publishing raises."""
    _require(caller, preset.role)
    clock = parts.ports.clock
    moment = clock.local(clock.now()).isoformat(timespec="seconds")
    payload = filled(preset.payload, {"value": value, "contact": caller.who, "timestamp": moment})
    await parts.publisher.publish(
        preset.topic, payload.encode(errors="replace"), preset.qos, preset.retain, caller
    )
    facts = {**_facts(preset), "payload": payload}
    return Text("preset_done" if payload else "preset_done_empty", _shown(preset, payload), facts)


def _shown(preset: Kept, payload: str) -> dict[str, Cell]:
    cut = payload[:MAX_PAYLOAD_SHOWN]
    return {
        "name": preset.name,
        "number": str(preset.number),
        "topic": preset.topic,
        "payload": cut if cut == payload else f"{cut}…",
    }
