"""Commands about presets: list, run, make, remove; which one is meant, and what it publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
import json
import re
from typing import ClassVar, override

from ..model.handles import Handles
from ..model.message import QoS
from ..model.replies import BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import Preset as Kept, Role
from ..model.topics import fold, valid_topic
from ..text.tongue import words as understood
from ..text.words import split_words
from .command import Command, Parts, Things, param, require, usage
from .doubts import topic_to_publish

LONGEST_NAME = 100
MAX_PAYLOAD_SHOWN = 200
_ADD = understood("add")
_LIST = understood("list") | {""}
_REMOVE = understood("remove")
RESERVED = _REMOVE | _ADD | understood("list")
"""What in the place of a name asks for something else."""

_COMMA = re.compile(r"-?(0|[1-9]\d*),\d+")
_PLACEHOLDER = re.compile(r"\{(value|contact|timestamp)\}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ADDED = ("name", "topic", "payload")
_ADD_USAGE = Typed("preset", "add [--qos 0|1|2] [--retain] <name> <topic> <payload…>")


def takes_value(preset: Kept) -> bool:
    """Say whether something has to be said behind the name."""
    return "{value}" in preset.payload


def with_values(payload: str, values: Mapping[str, str]) -> str:
    """Return a payload with its placeholders filled; JSON stays JSON, whatever the values are."""
    if not _is_json(payload):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], payload)
    parts: list[str] = []
    at = 0
    for string in _STRING.finditer(payload):
        parts.append(_PLACEHOLDER.sub(lambda found: _written(values[found[1]]), payload[at : string.start()]))
        parts.append(_PLACEHOLDER.sub(lambda found: json.dumps(values[found[1]])[1:-1], string[0]))
        at = string.end()
    parts.append(_PLACEHOLDER.sub(lambda found: _written(values[found[1]]), payload[at:]))
    return "".join(parts)


def _is_json(payload: str) -> bool:
    """Say whether a payload is a JSON object or list, with a number in the place of each placeholder."""
    if not payload.lstrip().startswith(("{", "[")):
        return False
    try:
        return isinstance(json.loads(_PLACEHOLDER.sub("0", payload)), (dict, list))
    except ValueError, RecursionError:
        return False


def _written(value: str) -> str:
    """Return a value as JSON: a number (21,5 too), truth value or null as it is, all else as a string."""
    if _COMMA.fullmatch(value.strip()):
        value = value.replace(",", ".")
    try:
        known = json.loads(value, parse_constant=_no_constant)
    except ValueError, RecursionError:
        return json.dumps(value)
    return value.strip() if known is None or isinstance(known, (int, float)) else json.dumps(value)


def _no_constant(word: str) -> None:
    """Refuse `NaN` and its like, which only Python takes for JSON."""
    raise ValueError(word)


def checked_preset(preset: Kept) -> Kept:
    """Return a preset with its name as it is kept. Raises BotError `preset_name` or `invalid_topic`."""
    name = " ".join(preset.name.split())
    if not 1 <= len(name) <= LONGEST_NAME or fold(name) in RESERVED or name.removeprefix("#").isdigit():
        raise BotError("preset_name", maximum=LONGEST_NAME, reserved=", ".join(sorted(RESERVED)))
    valid_topic(preset.topic)
    return replace(preset, name=name)


def find_preset(presets: Sequence[Kept], handle: str) -> Kept:
    """Find by name or number. Raises BotError `no_presets`, `no_preset` or `no_preset_similar`."""
    handles = Handles(presets)
    if (found := handles.get(handle)) is not None:
        return found
    if not presets:
        raise BotError("no_presets")
    if similar := handles.similar(handle):
        raise BotError("no_preset_similar", preset=handle, similar=similar)
    raise BotError("no_preset", preset=handle)


def spoken(presets: Sequence[Kept], text: str) -> tuple[Kept, str]:
    """Return the preset a text begins with, the longest name first, and the value behind it.

    Raises what `find_preset` raises, `preset_value_missing` or `preset_takes_no_value`.
    """
    begun = Handles(presets).begun(text)
    return _with_value(*begun) if begun else (find_preset(presets, text.strip()), "")


def _with_value(preset: Kept, value: str) -> tuple[Kept, str]:
    if value and not takes_value(preset):
        # More likely another preset is meant than nothing by it.
        raise BotError("preset_takes_no_value", preset=preset.name, value=value)
    if takes_value(preset) and not value:
        raise BotError("preset_value_missing", preset=preset.name)
    return preset, value


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
            empty=Text("presets_empty", {"example": Typed("preset", "add Light home/light/set ON")}),
            facts=tuple(_facts(preset) for preset in presets),
            note=Text("presets_note", {"run": Typed("preset"), "remove": Typed("preset", last="remove")}),
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

    name: str = param("Name or number of the preset; or add, remove, list.", default="", of=Things.PRESETS)
    value: str = param(
        "The value for a preset that takes one; after add: name, topic and payload; "
        "after remove: name or number.",
        default="",
        greedy=True,
        verbatim=True,
        longest=4_000,
        lines=True,
    )
    qos: QoS | None = param("After add: how reliably the broker gets it.", default=None, short="q")
    retain: bool = param(
        "After add: whether the broker keeps it for those who subscribe later.", default=False, short="r"
    )
    force: bool = param(
        "After add: whether it is made although nothing is called as the topic.", default=False, aside=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        word = fold(self.name)
        if word in _LIST:
            return await Presets().run(parts, caller)
        if word in _ADD:
            require(caller, Role.ADMIN, self.node)
            return await self._added(parts)
        if word in _REMOVE:
            require(caller, Role.ADMIN, self.node)
            return await self._removed(parts)
        preset, value = spoken(parts.rules.presets, f"{self.name} {self.value}")
        return await run_preset(parts, preset, value, caller)

    @override
    def least_role(self, parts: Parts) -> Role:
        if fold(self.name) in RESERVED:
            return Role.ADMIN
        return spoken(parts.rules.presets, f"{self.name} {self.value}")[0].role

    @override
    async def at_stake(self, parts: Parts) -> Text:
        """Return what is published. Raises BotError `no_deed` for what makes, removes or lists presets."""
        said = f"{self.name} {self.value}".strip()
        if fold(self.name) in RESERVED | _LIST:
            raise BotError("no_deed", deed=said)
        preset, value = spoken(parts.rules.presets, said)
        payload = with_values(preset.payload, {"value": value, "contact": "", "timestamp": ""})
        return Text("preset_stake", {"name": preset.name, "topic": preset.topic, "payload": payload})

    async def _added(self, parts: Parts) -> Reply:
        name, topic, payload = self._typed()
        qos = QoS.AT_LEAST_ONCE if self.qos is None else self.qos
        topic = await topic_to_publish(parts, topic, replace(self, force=True), force=self.force)
        wanted = checked_preset(Kept(name, topic, payload, qos=qos, retain=self.retain))
        if any(fold(preset.name) == fold(wanted.name) for preset in parts.rules.presets):
            raise BotError("preset_taken", preset=wanted.name)
        kept = await parts.ports.rules.put_preset(wanted)
        placeholders = {**_shown(kept, kept.payload), "run": Typed("preset", kept.name)}
        return Text("preset_made", placeholders, _facts(kept))

    def _typed(self) -> tuple[str, str, str]:
        """Return name, topic and payload (`""` for none). Raises BotError `missing_parameter`."""
        given = list(islice(split_words(self.value), len(_ADDED)))
        if len(given) < len(_ADDED):
            missing = _ADDED[len(given)]
            raise BotError("missing_parameter", parameter=missing, usage=(usage(Preset), _ADD_USAGE))
        payload = self.value[given[-1].start :]
        empty = given[-1].quoted and not given[-1].text and given[-1].end == len(self.value.rstrip())
        return given[0].text, given[1].text, "" if empty else payload

    async def _removed(self, parts: Parts) -> Reply:
        gone = find_preset(parts.rules.presets, self.value)
        await parts.ports.rules.remove_preset(gone)
        return Text("preset_removed", {"number": str(gone.number), "name": gone.name}, _facts(gone))


async def run_preset(parts: Parts, preset: Kept, value: str, caller: Caller) -> Text:
    """Publish what a preset says, for a caller. Raises BotError as `require`, or what publishing raises."""
    require(caller, preset.role, Preset.node)
    clock = parts.ports.clock
    moment = clock.local(clock.now()).isoformat(timespec="seconds")
    payload = with_values(preset.payload, {"value": value, "contact": caller.who, "timestamp": moment})
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
