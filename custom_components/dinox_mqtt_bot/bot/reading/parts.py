"""The entities of one topic in the order in which people look, and what of them the chat tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
import re

from ..discovery.bindings import Binding, full_name
from ..discovery.telling import told
from ..discovery.templates import ValueTemplate
from ..model.message import MORE, Field, Kind
from ..payload.fields import together
from ..payload.interpret import Meaning, described
from ..payload.technical import is_of_radio, is_technical, told_of
from ..text.plain import plain
from .budget import Found, Spoken

_DEVICES = (
    *("light", "climate", "water_heater", "cover", "valve", "lock", "fan", "humidifier", "vacuum"),
    *("lawn_mower", "alarm_control_panel", "siren", "switch", "event", "device_tracker"),
)
"""What a device is there for: a radiator's or a shutter's switches are only about how it works."""

_NOTICED = (
    *("door", "garage_door", "window", "opening", "lock", "motion", "occupancy", "presence", "moving"),
    *("vibration", "sound", "smoke", "gas", "carbon_monoxide", "heat", "safety", "moisture"),
)
"""Classes of binary sensors; the others come behind."""

_MEASURED = ("temperature", "humidity", "power")
_LAST = frozenset({"battery", "current", "duration", "frequency", "timestamp", "voltage"})
"""Classes of sensors that come first, and last."""

_BY_UNIT = {"°C": "temperature", "°F": "temperature", "W": "power"}
"""What sensors without a class measure."""

_NEVER_FIRST = frozenset({"button", "camera", "image", "number", "scene", "select", "text", "update"})
"""Components that are not what a device is there for, even if they are called as it is."""

_COMPOSED = frozenset({"cover", "update", "valve"})
"""Components that say in their own way what they find, even if that is a single value."""

_MOST_TOLD = 8
"""Entities of a topic that the chat tells; how many more there are is counted."""

_ROOM = frozenset({"temperature", "current temperature", "local temperature"})
"""Names of sensors that have what a thermostat has."""

_DIGITS = re.compile("([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Part:
    """One entity of a topic: what it finds is from `start` to `end` among what all of them find.

    `label` is what its value is called beside those of the others, nothing if the entity is called as its
    device is. `told`: it is in the chat. `spare`: it is, where nothing else has a value. `composed`: its
    values make one text.
    """

    label: str
    start: int
    end: int
    told: bool
    spare: bool
    composed: bool


@dataclass(frozen=True, slots=True)
class Arranged:
    """What entities find on a topic, as people look at it.

    What is found is called by its name of `names`. `name` is that of the only entity, where there is one.
    """

    spoken: Spoken
    names: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    name: str = ""


def arranged(spoken: Spoken) -> Arranged:
    """Return the entities of a topic as people look at them, whatever the order they became known in."""
    ordered = tuple(sorted(spoken, key=_place))
    groups = [list(group) for _, group in groupby(ordered, key=_entity)]
    several = len({binding.device for _, binding in ordered}) > 1
    parts: list[Part] = []
    start, labels, said, regulated = 0, set[str](), set[ValueTemplate](), False
    for group in groups:
        binding, count = group[0][1], len(group)
        label = _label(binding, labels, several=several) if len(groups) > 1 else ""
        templates = {each.template for _, each in group if each.template is not None}
        again = count == 1 and bool(templates) and (templates <= said or (regulated and _is_room(binding)))
        shown = _is_main(binding) and not again
        composed = count > 1 or binding.component in _COMPOSED
        parts.append(Part(label, start, start + count, shown, _is_spare(binding), composed))
        labels.add(label)
        if shown and count > 1:
            said |= templates
            regulated = regulated or any(each.aspect == "current_temperature" for _, each in group)
        start += count
    names = tuple(plain(binding.entity or binding.device) for _, binding in ordered)
    only = ordered[0][1] if len(groups) == 1 else None
    name = full_name(only.device, _own_name(only)) if only else ""
    return Arranged(ordered, names, tuple(parts), name)


def _label(binding: Binding, taken: Iterable[str], *, several: bool) -> str:
    """Return what an entity is called beside others: by its kind, where one has the device's name already."""
    own = _own_name(binding)
    name = full_name(binding.device, own) if several else own
    if name in taken and not own:
        name = f"{name} {binding.component.replace('_', ' ')}".strip().capitalize()
    return plain(name)


def _own_name(binding: Binding) -> str:
    """Return the name of a binding's entity, without what the binding finds of it."""
    words = binding.aspect.replace("_", " ")
    if not words:
        return binding.entity
    return "" if binding.entity == words.capitalize() else binding.entity.removesuffix(words).rstrip()


def _is_main(binding: Binding) -> bool:
    return binding.main and binding.device_class != "signal_strength" and not is_of_radio(_own_name(binding))


def _is_room(binding: Binding) -> bool:
    """Say whether a sensor tells the temperature that a thermostat on the same topic tells already."""
    return binding.device_class == "temperature" and _own_name(binding).casefold() in _ROOM


def _is_spare(binding: Binding) -> bool:
    """Say whether what only diagnoses or configures a device is worth being told alone."""
    late = binding.component == "update" or binding.device_class == "timestamp"
    return not (late or is_technical(_own_name(binding)))


def _entity(each: tuple[str, Binding]) -> tuple[str, ...]:
    config, binding = each
    return config, binding.device, binding.component, _own_name(binding)


def _place(each: tuple[str, Binding]) -> tuple[object, ...]:
    """Return the place of an entity among those of a topic, and of a value among those of its entity."""
    config, binding = each
    name, template = _own_name(binding), binding.template
    written = () if template is None else (template.source, *map(str, template.path))
    return (
        not _is_main(binding),
        binding.device,
        bool(name) or binding.component in _NEVER_FIRST,
        *_rank(binding),
        _natural(name),
        config,
        binding.component,
        name,
        binding.aspect,
        written,
    )


def _rank(binding: Binding) -> tuple[int, int]:
    component, device_class = binding.component, binding.device_class
    if component in _DEVICES:
        return 0, _DEVICES.index(component)
    if component == "binary_sensor":
        return 1, _NOTICED.index(device_class) if device_class in _NOTICED else len(_NOTICED)
    if component != "sensor":
        return 5, component in ("button", "scene", "update")
    measured = device_class or _BY_UNIT.get(binding.unit) or _own_name(binding).casefold()
    if measured in _MEASURED:
        return 2, _MEASURED.index(measured)
    return 4 if measured in _LAST else 3, 0


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a name as it is sorted: `L2` before `L10`."""
    parts = _DIGITS.split(name.casefold())
    return tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))


def bound(meaning: Meaning, found: Found, arranged: Arranged) -> Meaning:
    """Return what a payload means by what the entities of HA discovery have found in it."""
    inside = isinstance(meaning.json, dict)
    every = [
        _field(name, binding, text)
        if text is not None and (inside or binding.template is not None) and text[:1] != "{"
        else None
        for name, (binding, text) in zip(arranged.names, found, strict=True)
    ]
    fields = tuple([field for field in every if field is not None])
    if len(found) == 1 or not fields:
        return _only(meaning, *next((each for each in found if each[1] is not None), found[0]))
    lines = _lines(arranged.parts, found, every)
    if any(binding.template is None and text is None for binding, text in found):
        # An entity without a template takes the object as a whole: nothing of it is to be lost.
        taken = {_path(binding) for binding, _ in found}
        others = tuple(field for field in described(meaning).fields if field.name not in taken)
        fields, lines = fields + others, lines + told_of(others, len(meaning.text))
    return meaning._replace(kind=Kind.JSON, unit="", text=together(lines), fields=fields, told=lines)


def _lines(parts: Sequence[Part], found: Found, fields: Sequence[Field | None]) -> tuple[Field, ...]:
    """Return what the chat tells: what is not left to `devices`, or that, if there is nothing else."""
    told = [line for part in parts if part.told and (line := _line(part, found, fields)) is not None]
    if not told:
        every = [(part, line) for part in parts if (line := _line(part, found, fields)) is not None]
        told = [line for part, line in every if part.spare] or [line for _, line in every]
    if len(told) > _MOST_TOLD:
        return *told[:_MOST_TOLD], Field(MORE, str(len(told) - _MOST_TOLD))
    return tuple(told)


def _line(part: Part, found: Found, fields: Sequence[Field | None]) -> Field | None:
    if part.composed:
        values = [(binding, text) for binding, text in found[part.start : part.end] if text is not None]
        text = told(values)
        return Field(part.label, text) if text and not text.startswith("{") else None
    field = fields[part.start]
    return field if field is None or field.name == part.label else replace(field, name=part.label)


def _field(name: str, binding: Binding, text: str) -> Field:
    amount = binding.amount(text)
    shown = binding.form.shown(text if amount is None else amount.text)
    return Field(name, shown, amount.unit if amount else "", "" if shown == text else text)


def _only(meaning: Meaning, binding: Binding, text: str | None) -> Meaning:
    """Return what one entity has found as the whole meaning, or the payload as it is if that was nothing."""
    if text is None:
        return described(meaning)
    found, shown = binding.amount(text), binding.shown(text)
    exact = "" if shown == text else text
    if found is None:
        return meaning._replace(kind=Kind.TEXT, text=shown, value=None, unit="", exact=exact)
    return meaning._replace(kind=Kind.NUMBER, text=shown, value=found.value, unit=found.unit, exact=exact)


def _path(binding: Binding) -> str:
    template = binding.template
    if template is None or template.root != "value_json":
        return ""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in template.path)
    return "".join(steps).removeprefix(".")
