"""What was meant by `set`: the entity, the thing about it, the value, and what is published for that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import re

from ..model.errors import BotError
from ..model.topics import fold
from ..ports import Phrases, Templates
from ..text.numbers import number_text, with_unit
from ..text.words import MAX_ALIAS_WORDS
from .config import is_whole
from .controls import Control, SetValue
from .devices import Devices, Match
from .entities import Entity, name_words
from .templates import compile_template

_MOST_NAMES = 8
_MOST_CHOICES = 20

_ASPECTS = {
    "helligkeit": "brightness",
    "farbtemperatur": "color_temp",
    "color temperature": "color_temp",
    "effekt": "effect",
    "temperatur": "temperature",
    "modus": "mode",
    "stufe": "speed",
    "feuchte": "humidity",
    "neigung": "tilt",
    "richtung": "direction",
}
"""Other words for what can be set about a thing."""

# What Home Assistant hands to command templates beside the value; the bot has none of it.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_INSIDE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_UNKNOWN = re.compile(
    r"(?<![.\w])(?:this|entity_id|name|code|tone|volume_level|duration|position|position_open|position_closed"
    r"|tilt_min|tilt_max|states?|is_state|trigger)\b"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One value for one thing about an entity."""

    entity: Entity
    control: Control
    value: SetValue

    @property
    def asks_first(self) -> bool:
        return self.control.asks_first(self.value)

    @property
    def value_text(self) -> str:
        """The value as a person reads it, with what it is about."""
        return f"{self.control.aspect.replace('_', ' ')} {self.value.said}".strip()

    def publishes(self, templates: Templates) -> list[tuple[str, str]]:
        """Return what is to be published, in this order. Raises BotError `template_too_much`."""
        control, payload = self.control, self.value.payload
        if control.template:
            payload = _rendered(self.entity, control.template, payload, templates)
        main = control.topic, control.written(payload)
        return [each for each in (control.before, main, control.after) if each is not None]


def _rendered(entity: Entity, template: str, payload: str, templates: Templates) -> str:
    inside = " ".join(_QUOTED.sub("", part) for part in _INSIDE.findall(template))
    text = None
    if not inside and is_whole(template):
        text = template
    elif inside and not _UNKNOWN.search(inside):
        text = compile_template(template).render(payload, None, templates)
    if text is None:
        raise BotError("template_too_much", name=entity.full_name)
    return text


def understood(devices: Devices, text: str, phrases: Phrases) -> Wish:
    """Return what `kitchen lamp brightness 40` wants: the longest name with an allowed value.

    Raises BotError `no_device`, `no_device_similar`, `not_settable`, `device_ambiguous`, `value_missing` or
    `value_not_allowed`.
    """
    words = text.split()
    near: list[tuple[list[Entity], str]] = []
    for name, value in _parted(words):
        entities = devices.named(name_words(name), settable=True)
        wishes = [wish for entity in entities for wish in _wishes(entity, value)]
        if len(wishes) == 1:
            return wishes[0]
        if wishes:
            raise _ambiguous([wish.entity for wish in wishes])
        if entities:
            near.append((entities, value))
    raise _refusal(devices, words, near, phrases)


def _parted(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for count in range(min(len(words), MAX_ALIAS_WORDS), 0, -1):
        yield " ".join(words[:count]), " ".join(words[count:])


def _wishes(entity: Entity, value: str) -> list[Wish]:
    """Return the one thing about an entity that a value is for: the one named, else the first to take it."""
    if not value:
        return _pressed(entity)
    for control in entity.controls:
        rest = _behind(control, value)
        if rest and (taken := control.take(rest)) is not None:
            return [Wish(entity, control, taken)]
    for control in entity.controls:
        if not control.shy and (taken := control.take(value)) is not None:
            return [Wish(entity, control, taken)]
    return []


def _pressed(entity: Entity) -> list[Wish]:
    """Return what is done to a thing that only one thing can be done to."""
    if entity.component not in {"button", "scene"}:
        return []
    control = entity.controls[0]
    word, payload = control.words[0]
    return [Wish(entity, control, SetValue(word, payload))]


def _behind(control: Control, value: str) -> str:
    """Return what stands behind the name of a control, if the value begins with it."""
    if not control.aspect:
        return ""
    names = {control.aspect, control.aspect.replace("_", " ")}
    names |= {word for word, aspect in _ASPECTS.items() if aspect == control.aspect}
    folded = fold(value)
    for name in sorted(names, key=len, reverse=True):
        if folded.startswith(f"{name} "):
            return " ".join(value.split()[len(name.split()) :])
    return ""


def _ambiguous(entities: Sequence[Entity]) -> BotError:
    names = [_placed(entity) for entity in entities[:_MOST_NAMES]] + ["…"] * (len(entities) > _MOST_NAMES)
    return BotError("device_ambiguous", names=", ".join(names))


def _placed(entity: Entity) -> str:
    """Return an entity's name with its area, which may be all that tells it from another one."""
    return f"{entity.full_name} ({entity.area})" if entity.area else entity.full_name


def _refusal(
    devices: Devices, words: Sequence[str], near: Sequence[tuple[list[Entity], str]], phrases: Phrases
) -> BotError:
    """Return the error for a text that means nothing: the name is unknown, or the value not allowed."""
    exact = next(_exact(devices, words), None)
    if exact is not None and not exact.controls:
        return BotError("not_settable", name=exact.full_name)
    if exact is not None and devices.match(exact, name_words(" ".join(words))) is Match.NAME:
        return BotError("value_missing", name=exact.full_name, allowed=allowed(exact, phrases))
    if not near:
        return _unknown(devices, words)
    # The longest name that has something behind it; else nothing was said.
    entities, value = next((each for each in near if each[1]), near[0])
    if len(entities) > 1:
        return _ambiguous(entities)
    entity = entities[0]
    choice = allowed(entity, phrases)
    if not value:
        return BotError("value_missing", name=entity.full_name, allowed=choice)
    named = [control for control in entity.controls if _behind(control, value)]
    if named:
        choice = describe(named[0], phrases)
    return BotError("value_not_allowed", name=entity.full_name, value=value, allowed=choice)


def _exact(devices: Devices, words: Sequence[str]) -> Iterator[Entity]:
    """Yield the entities that are called exactly as a text begins, the longest name first."""
    for part, _ in _parted(words):
        name = name_words(part)
        yield from (entity for entity in devices.named(name) if devices.match(entity, name) is Match.NAME)


def _unknown(devices: Devices, words: Sequence[str]) -> BotError:
    name = " ".join(words)
    for part, _ in _parted(words):
        if found := devices.named(name_words(part)):
            return BotError("not_settable", name=found[0].full_name)
    parts = (name, " ".join(words[:-1]))  # with a value behind the name, or without
    similar = next((near for part in parts if (near := devices.similar(part))), [])
    if similar:
        return BotError("no_device_similar", name=name, similar=", ".join(similar))
    return BotError("no_device", name=name)


def allowed(entity: Entity, phrases: Phrases) -> str:
    """Return everything that can be set about an entity: `on, off; brightness 1 to 100 %`."""
    return "; ".join(describe(control, phrases) for control in entity.controls)


def describe(control: Control, phrases: Phrases) -> str:
    """Return what a control takes: its words, its range, its lengths."""
    parts = [", ".join(word for word, _ in control.words[:_MOST_CHOICES])] if control.words else []
    parts += ["…"] * (len(control.words) > _MOST_CHOICES)
    if (scale := control.scale) is not None:
        low, high = number_text(scale.low), with_unit(number_text(scale.high), scale.unit)
        key = "common.range_steps" if scale.step > 0 else "common.range"
        parts.append(phrases.phrase(key, low=low, high=high, step=number_text(scale.step)))
    if control.letters is not None:
        low, high = map(str, control.letters)
        parts.append(phrases.phrase("common.range_letters", low=low, high=high))
    return f"{control.aspect.replace('_', ' ')} {', '.join(parts)}".strip()
