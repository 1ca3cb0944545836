"""The entities of one topic in the order in which people look, and what of them the chat tells."""

from collections.abc import Iterable, Iterator, Sequence
from copy import replace
from dataclasses import dataclass
from itertools import chain
import re

from ..discovery.bindings import Binding, full_name
from ..discovery.telling import value_line
from ..discovery.templates import ValueTemplate
from ..model.message import MORE, Field, Kind
from ..payload.fields import together
from ..payload.interpret import Meaning, described
from ..payload.technical import is_of_radio, is_technical, told_of
from ..text.foreign import plain
from .budget import Found, SpokenBindings

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
    device is. `told`: it is in the chat; else it is where nothing else has a value, the `idle` ones last.
    `composed`: its values make one text.
    """

    label: str
    start: int
    end: int
    told: bool
    idle: int
    composed: bool


@dataclass(frozen=True, slots=True)
class Arranged:
    """What entities find on a topic, as people look at it.

    What is found is called by its name of `names`. `name` is that of an entity that has several values there
    and the topic for itself. `device` is the one whose topic it is, `place` that of the first entity among
    those of the device.
    """

    spoken: SpokenBindings
    names: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    name: str = ""
    device: str = ""
    place: tuple[object, ...] = ()


_SWITCHED = frozenset({"fan", "humidifier", "light", "siren", "switch"})


def arranged(spoken: SpokenBindings) -> Arranged:
    """Return the entities of a topic as people look at them, whatever the order they became known in."""
    entities: dict[tuple[str, ...], list[tuple[str, Binding]]] = {}
    for config, binding in spoken:
        key = config, binding.device, binding.component, _own_name(binding)
        entities.setdefault(key, []).append((config, binding))
    placed = sorted(entities.items(), key=_place)
    groups = [sorted(each, key=_aspect) for _, each in placed]
    ordered = tuple(chain.from_iterable(groups))
    names = tuple(plain(binding.entity or binding.device) for _, binding in ordered)
    only = ordered[0][1] if len(groups) == 1 and len(ordered) > 1 else None
    name = full_name(only.device, _own_name(only)) if only else ""
    parts = tuple(_parts([[binding for _, binding in each] for each in groups]))
    devices = {binding.device for _, binding in ordered}
    if len(devices) != 1:
        return Arranged(ordered, names, parts, name)
    return Arranged(ordered, names, parts, name, devices.pop(), _place(placed[0]))


def _parts(groups: Sequence[Sequence[Binding]]) -> Iterator[Part]:
    several = len({each[0].device for each in groups}) > 1
    switched = sum(_is_switched(each[0]) for each in groups)
    events = set[str]()  # the sensor of an action tells nothing beside its event
    start, labels, said, regulated = 0, set[str](), set[ValueTemplate](), False
    for each in groups:
        first, end = each[0], start + len(each)
        label = _label(first, labels, several=several) if len(groups) > 1 else ""
        labels.add(label)
        if not label and switched > 1 and _is_switched(first):
            # `off · Fan on` does not tell what is off.
            label = f"{first.kind[:1].upper()}{first.kind[1:]}"
        templates = {binding.template for binding in each if binding.template is not None}
        again = len(each) == 1 and bool(templates) and (templates <= said or first.place in events)
        told = _is_main(first) and not again and not (regulated and _is_room(first))
        composed = len(each) > 1 or first.component in _COMPOSED
        yield Part(label, start, end, told, _idleness(first), composed)
        if told and first.component == "event" and first.place:
            events.add(first.place)
        if told and len(each) > 1:
            said |= templates
            regulated = regulated or any(binding.aspect == "current_temperature" for binding in each)
        start = end


def _label(binding: Binding, taken: Iterable[str], *, several: bool) -> str:
    """Return what an entity is called beside others: by its kind, where one has the device's name already."""
    own = _own_name(binding)
    name = full_name(binding.device, own) if several else own
    if name in taken and not own:
        name = f"{name} {binding.component.replace('_', ' ')}".strip().capitalize()
    return plain(name)


def _own_name(binding: Binding) -> str:
    """Return the name of a binding's entity, without what the binding finds of it."""
    if not binding.aspect:
        return binding.entity
    words = binding.label or binding.aspect.replace("_", " ")
    alone = binding.entity.casefold() == words.casefold()
    return "" if alone else binding.entity.removesuffix(words).rstrip()


def _is_main(binding: Binding) -> bool:
    return binding.main and _is_heard(binding)


def _is_switched(binding: Binding) -> bool:
    """Say whether a binding tells that a thing is on or off which is there to be switched."""
    return binding.component in _SWITCHED and _is_main(binding)


def _is_heard(binding: Binding) -> bool:
    """Say whether a value is none of how its device is heard."""
    return binding.device_class != "signal_strength" and not is_of_radio(_own_name(binding))


def _is_room(binding: Binding) -> bool:
    """Say whether a sensor tells the temperature that a thermostat on the same topic tells already."""
    return binding.device_class == "temperature" and _own_name(binding).casefold() in _ROOM


def _idleness(binding: Binding) -> int:
    """Say how little it is worth to be told of what only diagnoses or configures a device: 0 to 2."""
    if not _is_heard(binding) or binding.device_class == "timestamp" or is_technical(_own_name(binding)):
        return 2
    return int(binding.component == "update")


def _place(entity: tuple[tuple[str, ...], Sequence[tuple[str, Binding]]]) -> tuple[object, ...]:
    """Return the place of an entity among those of a topic."""
    (config, device, component, name), spoken = entity
    binding = min(spoken, key=_aspect)[1]
    unnamed = not name and component not in _NEVER_FIRST
    rank = _rank(binding, name)
    # `Power` is that of the whole of what has a `CH1 Power`.
    called = len(name.split()), _natural(name), name
    return not _is_main(binding), device, not unnamed, rank, called, config, component


def _aspect(each: tuple[str, Binding]) -> tuple[str, ...]:
    """Return the place of a value among those of its entity: the state is the first."""
    binding, template = each[1], each[1].template
    return binding.aspect, *(() if template is None else (template.source, *map(str, template.path)))


def _rank(binding: Binding, name: str) -> tuple[int, int]:
    component, device_class = binding.component, binding.device_class
    if component in _DEVICES:
        return 0, _DEVICES.index(component)
    if component == "binary_sensor" and device_class not in _LAST:
        return 1, _NOTICED.index(device_class) if device_class in _NOTICED else len(_NOTICED)
    if component not in ("binary_sensor", "sensor"):
        return 5, component in ("button", "scene", "update")
    measured = device_class or _BY_UNIT.get(binding.unit) or name.casefold()
    if measured in _MEASURED:
        return 2, _MEASURED.index(measured)
    return 4 if measured in _LAST else 3, 0


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a name as it is sorted: `L2` before `L10`."""
    parts = _DIGITS.split(name.casefold())
    return tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))


def bound(meaning: Meaning, found: Found, arranged: Arranged) -> Meaning:
    """Return what a payload means by what the entities of HA discovery have found in it."""
    if len(found) == 1:
        return _only(meaning, *found[0])
    inside = isinstance(meaning.json, dict)
    every = [
        _field(name, binding, text)
        if text is not None and (inside or binding.template is not None) and text[:1] != "{"
        else None
        for name, (binding, text) in zip(arranged.names, found, strict=True)
    ]
    fields = tuple([field for field in every if field is not None])
    if not fields:
        return _only(meaning, *next((each for each in found if each[1] is not None), found[0]))
    lines = _lines(arranged.parts, found, every)
    if any(binding.template is None and text is None for binding, text in found):
        # An entity without a template takes the object as a whole: nothing of it is to be lost.
        taken = {_path(binding) for binding, _ in found}
        others = tuple(field for field in described(meaning).fields if field.name not in taken)
        fields, lines = fields + others, lines + told_of(others)
    return meaning._replace(kind=Kind.JSON, unit="", text=together(lines), fields=fields, told=lines)


def _lines(parts: Sequence[Part], found: Found, fields: Sequence[Field | None]) -> tuple[Field, ...]:
    """Return what the chat tells: what is not left to `devices`, or that, if there is nothing else."""
    told = [line for part in parts if part.told and (line := _line(part, found, fields)) is not None]
    if not told:
        every = [(part.idle, line) for part in parts if (line := _line(part, found, fields)) is not None]
        least = min((idle for idle, _ in every), default=0)
        told = [line for idle, line in every if idle == least]
    if len(told) > _MOST_TOLD:
        return *told[:_MOST_TOLD], Field(MORE, str(len(told) - _MOST_TOLD))
    return tuple(told)


def _line(part: Part, found: Found, fields: Sequence[Field | None]) -> Field | None:
    if part.composed:
        values = [(binding, text) for binding, text in found[part.start : part.end] if text is not None]
        text = value_line(values)
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
    found = binding.amount(text)
    shown = binding.form.shown(text if found is None else found.text)
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
