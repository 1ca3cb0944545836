"""A little more or less of something than now: `brighter`, `a bit colder`."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..ports import Templates
from ..text.numbers import number, number_text, with_unit
from ..text.politeness import bare
from ..text.tongue import plainly, senses, words
from .controls import Control
from .devices import Devices
from .entities import Entity
from .entity_state import values_of
from .setting.scales import Scale

_DEGREES, _SHARE = 1.0, 0.2
"""How much a step is: of degrees, and of all other ranges."""
_STEPS = {
    "brightness": frozenset({"brightness"}),
    "temperature": frozenset({"temperature"}),
    "speed": frozenset({"speed", "percentage"}),
    "volume": frozenset({"volume"}),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Which way something goes: `what` is its aspect; `name` is what else was said."""

    what: str
    up: bool
    name: str


def step_in(line: str) -> Step | None:
    """Return the step that a line has at an end, and the words around it; None if there is none."""
    little = words("step_little") | words("between_things") | words("in_place")
    spoken = [each for each in line.split() if bare(each) not in little]
    for at in {len(spoken) - 1, 0} if spoken else ():
        sense = senses("step").get(plainly(bare(spoken[at])), "")
        what, _, way = sense.rpartition("_")
        if what:
            return Step(what, way == "up", " ".join(spoken[:at] + spoken[at + 1 :]))
    return None


def stepping(entities: Iterable[Entity], step: Step) -> list[tuple[Entity, Control, Scale]]:
    """Return those of some things that can take a step, with what is set for it."""
    wanted = _STEPS[step.what]
    return [
        (entity, control, control.scale)
        for entity in entities
        for control in entity.controls
        if control.scale is not None and wanted & {control.aspect, *entity.name.casefold().split()}
    ]


def stepped(
    entity: Entity, control: Control, scale: Scale, devices: Devices, templates: Templates, *, up: bool
) -> str:
    """Return the next value of something, as `set` takes it; nothing where it is not known how it is."""
    told = {binding.aspect: value for binding, value in values_of(entity, devices, templates)}
    found = number(told.get(control.aspect, told.get("" if not control.aspect else "level", "")))
    if found is None:
        return ""
    size = _DEGREES if control.aspect == "temperature" else (scale.high - scale.low) * _SHARE
    size = max(size, scale.step)
    size = round(size / scale.step) * scale.step if scale.step > 0 else round(size)
    new = scale.nearest(round(found[0] + (size if up else -size), 3))
    return f"{control.aspect.replace('_', ' ')} {with_unit(number_text(new), scale.unit)}".strip()
