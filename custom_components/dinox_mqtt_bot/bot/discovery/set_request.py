"""What was meant by `set`: the entities, the thing about them, the value, and what is published for that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import copysign, isinf
from typing import override

from ..model.replies import BotError, Said, Speech
from ..model.vocabulary import BUILT_IN, Vocabulary
from ..ports import CommandTemplates, Phrases, Templates
from ..text.numbers import number, number_text, with_unit
from .controls import Control, Scale, SetValue
from .devices import Devices
from .entities import Entity
from .entity_state import told_values
from .setting.aspects import behind, without_filler
from .setting.command_templates import written
from .setting.kinds import FAN, LIGHT
from .setting.levels import level_in
from .setting.scales import COLDEST_MIREDS, whole
from .setting.set_targets import How, handle

_MOST_CHOICES = 20
_ON, _OFF = "on", "off"
_DEGREES, _SHARE = 1.0, 0.2
"""How much a step is: of degrees, and of all other ranges."""
_STEPS = {
    "brightness": frozenset({"brightness"}),
    "temperature": frozenset({"temperature"}),
    "speed": frozenset({"speed", "percentage"}),
    "volume": frozenset({"volume"}),
}


@dataclass(frozen=True, slots=True)
class Setting(Said):
    """A value with what it is about, in words that `set` understands: `on`, `brightness 40 %`."""

    aspect: str
    value: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.aspect.replace('_', ' ')} {self.value}".strip()

    @override
    def write(self, speech: Speech) -> str:
        about = speech.text(f"common.aspect_{self.aspect}", self.aspect.replace("_", " "))
        value = speech.text(f"common.set_word_{self.value}", "") or speech.word(f"color_{self.value}", "")
        value = value or speech.amount(self.value)
        return f"{about} {value}".strip()


@dataclass(frozen=True, slots=True)
class Wish:
    """One value for one thing about an entity; `named`: that thing was said."""

    entity: Entity
    control: Control
    value: SetValue
    named: bool = False

    @property
    def asks_first(self) -> bool:
        return self.control.asks_first(self.value)

    @property
    def setting(self) -> Setting:
        """The value as a person reads it, with what it is about."""
        return Setting(self.control.aspect, self.value.said)

    def check(self) -> None:
        """Raise the BotError that is the answer to a value: `code_missing` or `code_wrong`."""
        if self.value.refusal:
            raise BotError(self.value.refusal, name=self.entity.full_name, word=self.value.said)

    def publishes(self, devices: Devices, templates: CommandTemplates) -> list[tuple[str, str]]:
        """Return what is to be published, in this order. Raises BotError `template_too_much`."""
        control, value = self.control, self._recalled(devices, templates)
        payload: str | None = control.written(value)
        if control.template:
            given = {"name": self.entity.name or None, **control.variables(value)}
            payload = written(control.template, given, templates)
        if payload is None:
            raise BotError("template_too_much", name=self.entity.full_name)
        every = control.before, (control.topic, payload), control.after
        published = [each for each in every if each is not None]
        if control.restores is not None and (lit := control.restores.take(_ON)) is not None:
            published += Wish(self.entity, control.restores, lit).publishes(devices, templates)
        return published

    def _recalled(self, devices: Devices, templates: CommandTemplates) -> SetValue:
        """Return the value, or what was told last where that is to be set again."""
        if self.control.recalls is None:
            return self.value
        topic, source = self.control.recalls
        newest, full = devices.newest(topic), number(self.value.payload)
        level = level_in(newest[1], source, templates) if newest is not None else None
        level = level or devices.level(topic, source)
        if level is None or full is None:
            return self.value
        level = whole(min(level, full[0]))
        return replace(self.value, payload=number_text(level), number=level)


def wish(entity: Entity, value: str, how: How, vocabulary: Vocabulary = BUILT_IN) -> Wish | None:
    """Return the one thing about an entity that a value is for: the one named, else the first to take it."""
    if not value:
        return _pressed(entity) if how is How.NAME else None
    for said in filter(None, (value, without_filler(value))):
        found = _named(entity, said, vocabulary) or _taken(entity, said, vocabulary)
        if found is not None:
            return found
    first, _, rest = value.partition(" ")
    if rest and entity.component in {LIGHT, FAN}:
        switched = _taken(entity, first, vocabulary)
        if switched is not None and switched.value.said == _ON:  # `on 40 %`
            found = wish(entity, rest.strip(), How.DEVICE, vocabulary)
            return found if found is not None and found.control.aspect else None
    return None


def _named(entity: Entity, value: str, vocabulary: Vocabulary) -> Wish | None:
    for control in entity.controls:
        rest = behind(entity.component, control, value)
        for said in filter(None, (rest, without_filler(rest))):
            if (taken := control.take(said, vocabulary)) is not None:
                return Wish(entity, control, taken, named=True)
    return None


def _taken(entity: Entity, value: str, vocabulary: Vocabulary) -> Wish | None:
    for control in entity.controls:
        if control.shy or (control.scale is not None and control.scale.mired and _is_low(value)):
            continue
        if (taken := control.take(value, vocabulary)) is not None:
            return Wish(entity, control, taken)
    return None


def _is_low(value: str) -> bool:
    """Say whether a bare number is none of kelvins: nobody says mireds without a word for what they are."""
    found = number(value)
    return found is not None and not found[1] and found[0] < COLDEST_MIREDS


def _pressed(entity: Entity) -> Wish | None:
    """Return what is done to a thing that only one thing can be done to."""
    if entity.component not in {"button", "scene"} or not entity.controls:
        return None
    control = entity.controls[0]
    word, payload = control.words[0]
    return Wish(entity, control, SetValue(word, payload))


def allowed(entity: Entity, phrases: Phrases) -> str:
    """Return everything that can be set about an entity: `on, off; brightness 1 to 100 %`."""
    main = [control for control in entity.controls if not control.aspect and not control.scale]
    first = describe(_together(main), phrases) if len(main) > 1 else ""
    rest = [control for control in entity.controls if not first or control not in main]
    return "; ".join([*filter(None, (first,)), *(describe(control, phrases) for control in rest)])


def _together(controls: Sequence[Control]) -> Control:
    """Return the words of several controls as those of one."""
    first = next((each for each in controls if each.extras is not None), controls[0])
    return replace(first, words=tuple(word for control in controls for word in control.words))


def describe(control: Control, phrases: Phrases) -> str:
    """Return what a control takes: its words, its range, its lengths, that it takes colours."""
    said = [phrases.write(Setting("", word)) for word, _ in control.words[:_MOST_CHOICES]]
    parts = [", ".join(said)] if said else []
    parts += ["…"] * (len(control.words) > _MOST_CHOICES)
    if (scale := control.scale) is not None:
        low, high = number_text(scale.low), with_unit(number_text(scale.high), scale.unit)
        key = "common.range_steps" if scale.step > 0 else "common.range"
        parts.append(phrases.phrase(key, low=low, high=high, step=number_text(scale.step)))
    if control.palette is not None:
        parts.append(phrases.phrase("common.range_colors"))
    if control.moment:
        parts.append(phrases.phrase(f"common.range_{control.moment}"))
    if control.letters is not None:
        low, high = map(str, control.letters)
        parts.append(phrases.phrase("common.range_letters", low=low, high=high))
    return f"{phrases.write(Setting(control.aspect))} {', '.join(parts)}".strip()


def stepping(entities: Iterable[Entity], what: str) -> list[tuple[Entity, Control, Scale]]:
    """Return those of some things that can be a little brighter or warmer (`what`), with what is set."""
    wanted = _STEPS[what]
    return [
        (entity, control, control.scale)
        for entity in entities
        for control in entity.controls
        if control.scale is not None and wanted & {control.aspect, *entity.name.casefold().split()}
    ]


def stepped(
    entity: Entity, control: Control, scale: Scale, devices: Devices, templates: Templates, *, by: float
) -> str:
    """Return what `set` takes for the next value of something; nothing where it is not known how it is.

    `by` is how much more or less is wanted, `inf` or `-inf` a little. What is off becomes brighter from
    nothing on. Raises BotError `step_off` for what is off and is to be less: nobody wants it on by that.
    """
    told = {binding.aspect: value for binding, value in told_values(entity, devices, templates)}
    alike = next((names for names in _STEPS.values() if control.aspect in names), frozenset({""}))
    found = number(next((told[each] for each in (control.aspect, *sorted(alike)) if each in told), ""))
    if stands_off(entity, devices, templates):
        if by < 0:
            raise BotError("step_off", name=entity.full_name)
        found = (0.0, "") if found is None and entity.component == LIGHT else found
    if found is None:
        return ""
    size = _DEGREES if control.aspect == "temperature" else (scale.high - scale.low) * _SHARE
    size = max(size, scale.step) if isinf(by) else abs(by)
    if scale.step > 0 or isinf(by):
        size = round(size / scale.step) * scale.step if scale.step > 0 else round(size)
    new = scale.nearest(round(found[0] + copysign(size, by), 3))
    about = f"{handle(entity)} {control.aspect.replace('_', ' ')}".strip()
    return f"{about} {with_unit(number_text(new), scale.unit)}"


def stands_off(entity: Entity, devices: Devices, templates: Templates) -> bool:
    """Say whether something is off that is switched on with what it is set to: a lamp, a fan."""
    told = ((binding.aspect, value) for binding, value in told_values(entity, devices, templates))
    return entity.component in {LIGHT, FAN} and ("", _OFF) in told


_SIDES = ("on", "off"), ("open", "close"), ("lock", "unlock")
_OTHER = {one: other for pair in _SIDES for one, other in (pair, pair[::-1])}
"""What each order is undone by."""
_STATE = {"close": "closed", "lock": "locked", "unlock": "unlocked"}
"""What a thing says that did what it was told, where it says it otherwise."""
_WHOLE = 100


def undone(done: Wish, devices: Devices, templates: Templates, vocabulary: Vocabulary = BUILT_IN) -> Setting:
    """Return what undoes a wish: of a state its other side, else what the thing says now; empty if unknown.

    What stands half open goes back there.
    """
    control, other = done.control, _OTHER.get(done.value.said, "")
    told = {binding.aspect: value for binding, value in told_values(done.entity, devices, templates)}
    place = number(told.get("position", "")) if not control.aspect else None
    placed = any(each.aspect == "position" for each in done.entity.controls)
    if placed and place is not None and 0 < place[0] < _WHOLE:
        return Setting("position", number_text(place[0]))
    if other and not control.aspect and control.take(other, vocabulary) is not None:
        return Setting(control.aspect, other)
    return Setting(control.aspect, told.get(control.aspect, "") if control.aspect else "")


def ways_back(
    done: Sequence[Wish],
    devices: Devices,
    templates: Templates,
    vocabulary: Vocabulary = BUILT_IN,
    *,
    changing: bool = False,
) -> list[tuple[Wish, Setting]]:
    """Return what undoes some wishes later; of several, or if `changing`, those that change something."""
    several = changing or bool(done[1:])
    wishes = [each for each in done if not _is_already(each, devices, templates)] if several else done
    return [(each, undone(each, devices, templates, vocabulary)) for each in wishes]


def wishes_typed(wishes: Iterable[tuple[Wish, Setting]], phrases: Phrases) -> str:
    """Return what is to be set to what, as it is typed: `hall lamp off and kitchen light on`."""
    joint = phrases.phrase("common.words_joint").partition(",")[0]
    return f" {joint} ".join(f"{one.entity.full_name} {phrases.write(to)}" for one, to in wishes)


def _is_already(done: Wish, devices: Devices, templates: Templates) -> bool:
    """Say whether a thing says already what is wished for."""
    told = {binding.aspect: value for binding, value in told_values(done.entity, devices, templates)}
    said = _STATE.get(done.value.said, done.value.said)
    return told.get(done.control.aspect, "").casefold() == said.casefold()
