"""Home Assistant's MQTT discovery: what the values on a topic are called, and their units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
import json
import re

from .abbreviations import STATE_KEYS
from .plain import plain
from .value_templates import ValueTemplate, compile_template

_LARGEST = 262_144
_MOST_CONFIGS = 20_000
_MOST_IN_CONFIG = 1_000
"""Topics one configuration speaks of; each takes some microseconds of the event loop."""
_MOST_ON_TOPIC = 100
"""Entities of one topic: their templates run with each of its messages."""

_TOPIC = re.compile(r"/(\w+)/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")

# They carry a device's attributes or its availability: worth a name, no value of their own.
_SIDE_TOPICS = frozenset({"json_attributes_topic", "availability_topic"})


@dataclass(frozen=True, slots=True)
class Binding:
    """What one entity finds on a topic. `on` and `off` are its payloads for these states, in lower case."""

    device: str
    entity: str
    unit: str = ""
    template: ValueTemplate | None = None
    on: str = ""
    off: str = ""
    aside: bool = False

    @property
    def name(self) -> str:
        """The name as HA gives it: that of the device, then that of the entity."""
        if not self.device or self.entity.startswith(self.device):
            return self.entity
        return f"{self.device} {self.entity}".rstrip()


type _Bindings = dict[str, tuple[Binding, ...]]


class Discovery:
    """The discovery configurations seen on the broker, by the topics they speak of. No prefix: there are none."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._configs: dict[str, _Bindings] = {}
        self._by_topic: dict[str, _Bindings] = {}

    def is_config(self, topic: str) -> bool:
        """Say whether a topic is one that configurations are published on."""
        return topic.endswith("/config") and topic.startswith(self.prefix) and self._component(topic) != ""

    def learn(self, topic: str, payload: bytes) -> bool:
        """Take in one configuration, or its removal (an empty payload). True if it changed anything."""
        component = self._component(topic)
        bindings = _collect(_entities(component, payload) if len(payload) <= _LARGEST else ())
        known = self._configs.get(topic, {})
        if bindings == known or (topic not in self._configs and len(self._configs) >= _MOST_CONFIGS):
            return False
        self._forget(topic)
        if bindings:
            self._configs[topic] = bindings
        for state_topic, found in bindings.items():
            self._by_topic.setdefault(state_topic, {})[topic] = found
        return True

    def bindings(self, topic: str) -> tuple[Binding, ...]:
        """Return what entities find on a topic; those that only stand aside if there is nothing else."""
        every = [binding for found in self._by_topic.get(topic, {}).values() for binding in found]
        strong = [binding for binding in every if not binding.aside]
        return tuple((strong or every)[:_MOST_ON_TOPIC])

    def _component(self, topic: str) -> str:
        ours = self.prefix and topic.startswith(self.prefix)
        found = _TOPIC.fullmatch(topic, len(self.prefix)) if ours else None
        return found[1] if found else ""

    def _forget(self, topic: str) -> None:
        for state_topic in self._configs.pop(topic, ()):
            configs = self._by_topic[state_topic]
            del configs[topic]
            if not configs:
                del self._by_topic[state_topic]


def _collect(entities: Iterator[Mapping[str, object]] | tuple[()]) -> _Bindings:
    found: dict[str, dict[Binding, None]] = {}
    spoken = (
        (topic, config, key) for config in entities for key in config if (topic := _state_topic(config, key))
    )
    for topic, config, key in islice(spoken, _MOST_IN_CONFIG):
        bindings = found.setdefault(topic, {})
        if len(bindings) < _MOST_ON_TOPIC:
            bindings[_binding(config, key)] = None
    return {topic: tuple(bindings) for topic, bindings in found.items()}


def _entities(component: str, payload: bytes) -> Iterator[Mapping[str, object]]:
    """Yield the configuration of every entity with its keys in full; nothing for what is no configuration."""
    try:
        config = json.loads(payload)
    except ValueError, RecursionError:
        return
    if not isinstance(config, dict):
        return
    config = _expanded(config)
    parts = config.get("components")
    if component != "device":
        yield {**config, "platform": component}
    elif isinstance(parts, dict):
        common = {
            key: config[key] for key in ("device", "state_topic", "availability_topic") if key in config
        }
        yield from (common | _expanded(part) for part in parts.values() if isinstance(part, dict))


def _expanded(config: dict[str, object]) -> dict[str, object]:
    """Return a configuration with the keys in full and `~` at either end of a topic replaced."""
    full = {STATE_KEYS.get(key, key): value for key, value in config.items()}
    base = full.pop("~", None)
    if isinstance(base, str):
        for key, value in full.items():
            if key.endswith("topic") and isinstance(value, str):
                full[key] = _based(base, value)
    return full


def _based(base: str, topic: str) -> str:
    if topic.startswith("~"):
        topic = base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _state_topic(config: Mapping[str, object], key: str) -> str:
    """Return the topic under `key` if values arrive on it, else nothing."""
    topic = config[key]
    sends = "command" in key or key.startswith("set_")
    return topic if key.endswith("topic") and not sends and isinstance(topic, str) else ""


def _binding(config: Mapping[str, object], key: str) -> Binding:
    template = _template(config, key.removesuffix("topic").rstrip("_"))
    states = key == "state_topic"
    return Binding(
        _device(config),
        _entity(config, key),
        _unit(config, key),
        compile_template(template) if template else None,
        _word(config, "payload_on") if states else "",
        _word(config, "payload_off") if states else "",
        key in _SIDE_TOPICS,
    )


def _template(config: Mapping[str, object], stem: str) -> str:
    """Find the template that belongs to `<stem>_topic`: `brightness_state_topic` has `brightness_value_template`."""
    base = stem.removesuffix("state").rstrip("_")
    names = [f"{base}_value", f"{stem}_value", stem, base] if base else ["value", "state", "state_value"]
    found = (config.get(f"{name}_template") for name in names)
    return next((template for template in found if isinstance(template, str) and template), "")


def _device(config: Mapping[str, object]) -> str:
    device = config.get("device")
    return _string(device, "name") if isinstance(device, dict) else ""


def _string(config: Mapping[str, object], key: str) -> str:
    value = config.get(key)
    return " ".join(plain(value).split()) if isinstance(value, str) else ""


def _entity(config: Mapping[str, object], key: str) -> str:
    name = _string(config, "name")
    if "name" not in config:  # HA names it after its class then; a name of null means the device itself
        name = _string(config, "device_class").replace("_", " ").capitalize()
    if key in ("state_topic", "topic", "image_topic", "url_topic") or key in _SIDE_TOPICS:
        return name
    aspect = key.removesuffix("_topic").removesuffix("_state").removesuffix("_status").replace("_", " ")
    return f"{name} {aspect}" if name else aspect.capitalize()


def _unit(config: Mapping[str, object], key: str) -> str:
    if key == "state_topic":
        return _string(config, "unit_of_measurement")
    degrees = _string(config, "temperature_unit").removeprefix("°")
    return f"°{degrees}" if degrees and "temperature" in key else ""


def _word(config: Mapping[str, object], key: str) -> str:
    value = config.get(key)
    return str(value).lower() if isinstance(value, str | bool | int) else ""
