"""What an entity of Home Assistant's discovery finds on a topic: a name, a unit, a template, a form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from ..model.message import Field, Kind
from ..payload.fields import parse_json
from ..payload.interpret import Meaning, quantity
from ..ports import Templates
from ..text.foreign import cut, plain
from ..text.numbers import with_unit
from .config import Config, area_of, device_of, string, template_in, topic_in, truth
from .form_kinds import form_of, presence_form
from .forms import PLAIN, Form
from .sources import Source, sources_of
from .templates import ValueTemplate, compile_template
from .wording import UNTRANSLATED, Wording

_MOST_TOPICS = 20
"""Topics of one entity."""

_LONGEST_SCALAR = 300
"""Characters of a bare number or truth value, which is JSON too."""

_LONGEST_NUMBER = 64
"""Characters of a number with its unit."""

_MOST_JOINED = 2
"""Entities after all of which a topic is called whose value is the same for them."""

_LONGEST_ASPECT = 100
"""Characters of a topic's key."""

_MAIN_TOPICS = frozenset({"state_topic", "topic", "image_topic", "url_topic", "json_attributes_topic"})

_IN_STATE = {
    ("light", "json"): {"": "state", "brightness": "brightness", "color_temp": "color_temp"}
    | {"color_mode": "color_mode", "effect": "effect"},
    ("vacuum", ""): {"": "state", "fan_speed": "fan_speed"},
}
"""What the JSON on a state topic tells, by component and schema: each aspect with its key."""

_BY_TEMPLATE = ("brightness", "color_temp", "effect")
"""What a lamp of the schema `template` reads from its state topic besides the state."""

_PERCENT = frozenset(
    {"position", "tilt", "tilt_position", "percentage", "brightness", "current_humidity", "target_humidity"}
)
_SHARES = frozenset({"battery", "humidity", "moisture"})
"""Classes of sensors that never are more than the whole."""
_SPELLINGS = str.maketrans({"\u00b5": "\u03bc", "℃": "°C", "℉": "°F"})
"""Home Assistant's spelling of units: Greek mu for the micro sign."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What one entity finds on a topic, and the form of it; the classes are a sensor's.

    `aspect` is empty for the main value of an entity, else what it is: `brightness`, `current_temperature`;
    `label` is its word in the user's language, where there is one, and `kind` that of its component.
    `main` is False for what configures or diagnoses, or what Home Assistant does not enable by itself.
    `aside`: it only gives its topic a name, if nothing else does. `presence`: it says whether a device is
    there.
    """

    device: str
    entity: str
    unit: str = ""
    template: ValueTemplate | None = None
    form: Form = PLAIN
    aside: bool = False
    device_class: str = ""
    state_class: str = ""
    component: str = ""
    main: bool = True
    aspect: str = ""
    presence: bool = False
    label: str = ""
    kind: str = field(default="", compare=False)
    unique_id: str = field(default="", compare=False)
    area: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The name as HA gives it: that of the device, then that of the entity."""
        return full_name(self.device, self.entity)

    @property
    def partial(self) -> bool:
        """Whether messages may leave its value out, as others tell of it."""
        return self.template is not None and self.template.partial

    @property
    def speaks(self) -> bool:
        """Whether there is a value on the topic, and not only what belongs to one."""
        return self.presence or not self.aside

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the most that its value can be, where that is known."""
        if self.unit == "%" and self.device_class in _SHARES:
            return 0, 100
        return self.form.bounds

    def amount(self, value: str) -> Meaning | None:
        """Return what a value is as a number, with its unit; None if it is none.

        Where a configuration has neither unit nor class, letters behind a number make a code of it: `3E`.
        """
        if len(value) > _LONGEST_NUMBER or value[:1].isalpha():
            return None
        return _amount(value, self.unit, self.form.textual)

    def shown(self, value: str) -> str:
        """Return a value as people read it, without its unit."""
        found = self.amount(value)
        return self.form.shown(value if found is None else found.text)

    def value_text(self, value: str) -> str:
        """Return a value as people read it, with its unit if it is a number."""
        found = self.amount(value)
        return self.form.shown(value) if found is None else with_unit(self.form.shown(found.text), found.unit)

    @property
    def called(self) -> str:
        """The name that a field has of it, in lower case."""
        return _folded(self.entity or self.device)

    @property
    def place(self) -> str:
        """The field of the JSON that it takes as it is, in lower case; empty where it does more."""
        return self.template.place.casefold() if self.template is not None else ""

    def field(self, value: str) -> Field:
        """Return a value that was found as a field of a reading."""
        amount = self.amount(value)
        shown = self.form.shown(value if amount is None else amount.text)
        name = plain(self.entity or self.device)
        return Field(name, shown, amount.unit if amount else "", "" if shown == value else value)


@lru_cache(4_096)
def _amount(value: str, unit: str, textual: bool) -> Meaning | None:
    """Return a number with its unit; what devices measure comes again and again."""
    found = quantity(value)
    if found is None or (textual and _is_code(value, found.unit)):
        return None
    return found if found.unit or not unit else Meaning(Kind.NUMBER, found.text, found.value, unit)


def _is_code(value: str, unit: str) -> bool:
    return unit.isalpha() and not value.strip().removesuffix(unit)[-1:].isspace()


@lru_cache(4_096)
def _folded(name: str) -> str:
    return plain(name).casefold()


def full_name(device: str, entity: str) -> str:
    """Join the names of a device and of one of its entities, which may begin with that of the device."""
    if not device or _begins(entity.casefold(), device.casefold()):
        return entity
    return f"{device} {entity}".rstrip()


def _begins(name: str, words: str) -> bool:
    """Say whether a name begins with whole words."""
    return name.startswith(words) and not name[len(words) :][:1].isalnum()


def bindings_of(config: Config, words: Wording = UNTRANSLATED) -> Iterator[tuple[str, Binding]]:
    """Yield the topics that values of an entity arrive on, each with what the entity finds there."""
    yield from islice(_found(config, words), _MOST_TOPICS)
    yield from _presence(config, words)


def common_name(topic: str, bindings: Sequence[Binding]) -> str:
    """Return what a topic is called that entities find something on; nothing if there is no such name."""
    names = list(dict.fromkeys(binding.name for binding in bindings))
    devices = {binding.device for binding in bindings}
    if len(names) == 1:
        return names[0]
    device = devices.pop() if len(devices) == 1 else ""
    if not device or any(binding.template is not None or binding.form.key for binding in bindings):
        return device
    # All of them have the same value there.
    entities = list(dict.fromkeys(binding.entity for binding in bindings))
    if len(names) <= _MOST_JOINED and all(entities):
        return " / ".join([names[0], *entities[1:]])
    return full_name(device, topic.rpartition("/")[2])


def entity_name(config: Config) -> str:
    """Return what an entity is called beside its device; empty if it is called as the device is."""
    if "name" in config:  # a name of null means the device itself
        return string(config, "name")
    return string(config, "device_class").replace("_", " ").capitalize()


def is_main(config: Config) -> bool:
    """Say whether an entity is what its device is there for, and not what configures or diagnoses it."""
    return not config.get("entity_category") and truth(config, "enabled_by_default", default=True)


def _found(config: Config, words: Wording) -> Iterator[tuple[str, Binding]]:
    for key in config:
        if key.endswith("topic") and (topic := _state_topic(config, key)):
            for aspect, template in _aspects(config, key):
                aside = key == "json_attributes_topic"
                yield topic, _binding(config, aspect, template, words, aside=aside)


def _aspects(config: Config, key: str) -> Iterator[tuple[str, ValueTemplate | None]]:
    """Yield what the messages under a key tell of an entity, each with its template."""
    component, schema = string(config, "platform"), string(config, "schema").lower()
    inside = _IN_STATE.get((component, schema if component == "light" else ""))
    if key == "state_topic" and inside is not None:
        yield from ((aspect, ValueTemplate("", "value_json", (name,))) for aspect, name in inside.items())
        return
    template = _template(config, _stem(key))
    yield _aspect(component, key), template
    if (component, key) == ("cover", "position_topic") and template and "tilt_position" in template.source:
        yield "tilt_position", template
    if key == "state_topic" and (component, schema) == ("light", "template"):
        every = ((aspect, _compiled(config, f"{aspect}_template")) for aspect in _BY_TEMPLATE)
        yield from ((aspect, template) for aspect, template in every if template is not None)


def _state_topic(config: Config, key: str) -> str:
    """Return the topic under the key of one if values arrive on it, else nothing."""
    sends = "command" in key or key.startswith(("set_", "availability"))
    return "" if sends else topic_in(config, key)


def _stem(key: str) -> str:
    return key.removesuffix("topic").rstrip("_")


def _aspect(component: str, key: str) -> str:
    """Return what a topic tells of an entity; empty if that is its state."""
    if key in _MAIN_TOPICS or (component, key) == ("lawn_mower", "activity_state_topic"):
        return ""
    return cut(_stem(key), _LONGEST_ASPECT).removesuffix("_state").removesuffix("_status")


def _binding(
    config: Config, aspect: str, template: ValueTemplate | None, words: Wording, *, aside: bool = False
) -> Binding:
    return Binding(
        string(device_of(config), "name"),
        _entity(config, aspect, words),
        _unit(config, aspect),
        template,
        PLAIN if aside else form_of(config, aspect, words),
        aside,
        "" if aspect else string(config, "device_class"),
        "" if aspect else string(config, "state_class"),
        string(config, "platform"),
        is_main(config),
        aspect,
        label=words.aspects.get(aspect, ""),
        kind=words.kinds.get(string(config, "platform"), ""),
        unique_id=string(config, "unique_id"),
        area=area_of(config),
    )


def _template(config: Config, stem: str) -> ValueTemplate | None:
    """Find the template of `<stem>_topic`: `brightness_state_topic` has `brightness_value_template`."""
    base = stem.removesuffix("state").rstrip("_")
    names = [f"{base}_value", f"{stem}_value", stem, base] if base else ["value", "state", "state_value"]
    if string(config, "platform") in ("climate", "water_heater"):
        names.append("value")
    found = (_compiled(config, f"{name}_template") for name in names)
    return next((template for template in found if template is not None), None)


def _compiled(config: Config, key: str) -> ValueTemplate | None:
    source = template_in(config, key)
    if not source:
        return None
    if "regex_findall" in source and "value_json.action" in source:
        # Zigbee2MQTT takes an action apart with patterns, which run too long; the whole of it says as much.
        return ValueTemplate("", "value_json", ("action",))
    return compile_template(source)


def _entity(config: Config, aspect: str, words: Wording) -> str:
    name = entity_name(config)
    said = words.aspects.get(aspect, aspect.replace("_", " "))
    return f"{name} {said}".rstrip() if name else f"{said[:1].upper()}{said[1:]}"


def _unit(config: Config, aspect: str) -> str:
    if not aspect:
        reports = string(config, "platform") == "valve" and truth(config, "reports_position")
        return "%" if reports else string(config, "unit_of_measurement").translate(_SPELLINGS)
    if aspect in _PERCENT:
        return "%"
    if aspect == "color_temp":
        return "K"
    degrees = string(config, "temperature_unit").removeprefix("°")
    return f"°{degrees}" if degrees and "temperature" in aspect else ""


def _presence(config: Config, words: Wording) -> Iterator[tuple[str, Binding]]:
    """Yield the topics that say whether a device is there, called after the device."""
    if sources := sources_of(config):
        device = string(device_of(config), "name")
        entity = words.availability if device else f"{entity_name(config)} {words.availability}".lstrip()
        for source in sources:
            yield source.topic, _presence_binding(device, entity, source)


@lru_cache(1_024)
def _presence_binding(device: str, entity: str, source: Source) -> Binding:
    """Return what all entities of a device have alike."""
    form = presence_form(source.online, source.offline)
    return Binding(device, entity, "", source.template, form, aside=True, presence=True)


def value_in(meaning: Meaning, binding: Binding, templates: Templates | None) -> str | None:
    """Return what an entity finds in a payload, as Home Assistant keeps it, if anything."""
    if binding.template is not None:
        text = binding.template.render(meaning.raw, _parsed(meaning), templates)
    elif isinstance(meaning.json, dict):
        return binding.form.value_of(meaning.json)
    else:
        text = meaning.raw if meaning.kind in (Kind.NUMBER, Kind.TEXT) else None
    return None if text is None else binding.form.value(text)


def _parsed(meaning: Meaning) -> object:
    """Return a payload as JSON, for templates; of what is not taken for JSON only a bare number can be."""
    if meaning.json is not None or len(meaning.text) > _LONGEST_SCALAR:
        return meaning.json
    try:
        return parse_json(meaning.raw)
    except ValueError:
        return None
