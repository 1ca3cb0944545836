"""What an entity of Home Assistant's discovery finds on a topic: a name, a unit, a template."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from ..model.message import Field, Kind
from ..payload.fields import parse_json
from ..payload.interpret import Meaning, quantity
from ..ports import Templates
from ..text.numbers import number
from ..text.plain import cut, plain
from .config import Config, device_of, string, template_in, topic_in, truth
from .templates import ValueTemplate, compile_template

# They carry a device's attributes or its availability: worth a name, no value of their own.
_SIDE_TOPICS = frozenset({"json_attributes_topic", "availability_topic"})

_MOST_TOPICS = 20
"""Topics of one entity."""

_LONGEST_SCALAR = 300
"""Characters of a bare number or truth value, which is JSON too."""

_LONGEST_ASPECT, _LONGEST_WORD = 100, 255
"""Characters of a topic's key, and of a payload that stands for a state."""

# What devices send for a state and what says nothing to people.
_BARE = frozenset({"true", "false", "yes", "no"})


@dataclass(frozen=True, slots=True)
class Binding:
    """What one entity finds on a topic; `on` and `off` are payloads in lower case, the classes a sensor's.

    `main` is False for what configures or diagnoses, or what Home Assistant does not enable by itself.
    """

    device: str
    entity: str
    unit: str = ""
    template: ValueTemplate | None = None
    on: str = ""
    off: str = ""
    aside: bool = False
    device_class: str = ""
    state_class: str = ""
    component: str = ""
    main: bool = True
    unique_id: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The name as HA gives it: that of the device, then that of the entity."""
        return full_name(self.device, self.entity)

    @property
    def called(self) -> str:
        """The name that a field has of it, in lower case."""
        return _folded(self.entity or self.device)

    def field(self, value: str) -> Field:
        """Return a value that was found as a field of a reading."""
        found = quantity(value)
        text, unit = (value, self.unit) if found is None else (found.text, found.unit or self.unit)
        return Field(plain(self.entity or self.device), text, unit)


@lru_cache(4_096)
def _folded(name: str) -> str:
    return plain(name).casefold()


def full_name(device: str, entity: str) -> str:
    """Join the names of a device and of one of its entities."""
    if not device or entity.startswith(device):
        return entity
    return f"{device} {entity}".rstrip()


def bindings_of(config: Config) -> Iterator[tuple[str, Binding]]:
    """Yield the topics that values of an entity arrive on, each with what the entity finds there."""
    spoken = ((topic, key) for key in config if (topic := _state_topic(config, key)))
    for topic, key in islice(spoken, _MOST_TOPICS):
        yield topic, _binding(config, key)


def entity_name(config: Config) -> str:
    """Return what an entity is called beside its device; empty if it is called as the device is."""
    if "name" in config:  # a name of null means the device itself
        return string(config, "name")
    return string(config, "device_class").replace("_", " ").capitalize()


def _state_topic(config: Config, key: str) -> str:
    """Return the topic under `key` if values arrive on it, else nothing."""
    sends = "command" in key or key.startswith("set_")
    return topic_in(config, key) if key.endswith("topic") and not sends else ""


def _binding(config: Config, key: str) -> Binding:
    template = _template(config, key.removesuffix("topic").rstrip("_"))
    states = key == "state_topic"
    return Binding(
        string(device_of(config), "name"),
        _entity(config, key),
        _unit(config, key),
        compile_template(template) if template else None,
        _word(config, "payload_on") if states else "",
        _word(config, "payload_off") if states else "",
        key in _SIDE_TOPICS,
        string(config, "device_class") if states else "",
        string(config, "state_class") if states else "",
        string(config, "platform"),
        is_main(config),
        string(config, "unique_id"),
    )


def is_main(config: Config) -> bool:
    """Say whether an entity is what its device is there for, and not what configures or diagnoses it."""
    return not config.get("entity_category") and truth(config, "enabled_by_default", default=True)


def _template(config: Config, stem: str) -> str:
    """Find the template of `<stem>_topic`: `brightness_state_topic` has `brightness_value_template`."""
    base = stem.removesuffix("state").rstrip("_")
    names = [f"{base}_value", f"{stem}_value", stem, base] if base else ["value", "state", "state_value"]
    found = (template_in(config, f"{name}_template") for name in names)
    return next((template for template in found if template), "")


def _entity(config: Config, key: str) -> str:
    name = entity_name(config)
    if key in ("state_topic", "topic", "image_topic", "url_topic") or key in _SIDE_TOPICS:
        return name
    aspect = (
        cut(key, _LONGEST_ASPECT)
        .removesuffix("_topic")
        .removesuffix("_state")
        .removesuffix("_status")
        .replace("_", " ")
    )
    return f"{name} {aspect}" if name else aspect.capitalize()


def _unit(config: Config, key: str) -> str:
    if key == "state_topic":
        return string(config, "unit_of_measurement")
    degrees = string(config, "temperature_unit").removeprefix("°")
    return f"°{degrees}" if degrees and "temperature" in key else ""


def _word(config: Config, key: str) -> str:
    value = config.get(key)
    return cut(str(value), _LONGEST_WORD).lower() if isinstance(value, str | bool | int) else ""


def value_in(meaning: Meaning, binding: Binding, templates: Templates | None) -> str | None:
    """Return the text of what an entity finds in a payload, if anything."""
    if binding.template is not None:
        text = binding.template.render(meaning.text, _parsed(meaning), templates)
    else:
        text = meaning.text if meaning.kind in (Kind.NUMBER, Kind.TEXT) else None
    if text is None:
        return None
    word = text.lower()
    if _notices(word):
        return plain(text)
    if binding.on and word == binding.on:
        return "on"
    return "off" if binding.off and word == binding.off else plain(text)


def _notices(word: str) -> bool:
    """Say whether a device's own word for a state, as `open`, says more than `on` or `off`."""
    return len(word) > 1 and word not in _BARE and number(word) is None


def _parsed(meaning: Meaning) -> object:
    """Return a payload as JSON, for templates; of what is not taken for JSON only a bare number can be."""
    if meaning.json is not None or len(meaning.text) > _LONGEST_SCALAR:
        return meaning.json
    try:
        return parse_json(meaning.text)
    except ValueError:
        return None
