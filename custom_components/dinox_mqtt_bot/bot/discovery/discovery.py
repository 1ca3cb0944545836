"""Home Assistant's MQTT discovery: what the values on a topic are called, and their units."""

from collections.abc import Iterable
from itertools import chain, islice
import re

from .bindings import Binding, bindings_of
from .config import configs
from .devices import Devices
from .entities import entity_of

_LARGEST = 262_144
_MOST_CONFIGS = 20_000
_MOST_IN_CONFIG = 1_000
"""Topics one configuration speaks of; each takes some microseconds of the event loop."""
_MOST_ON_TOPIC = 100
"""Entities of one topic: their templates run with each of its messages."""

_TOPIC = re.compile(r"/(\w+)/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")
type _Bindings = dict[str, tuple[Binding, ...]]
__all__ = ["Binding", "Discovery"]


class Discovery:
    """The discovery configurations by their topics, none without prefix; `devices` learns entities."""

    def __init__(self, prefix: str, devices: Devices | None = None) -> None:
        self.prefix = prefix
        self._devices = devices
        self._configs: dict[str, _Bindings] = {}
        self._by_topic: dict[str, _Bindings] = {}

    def is_config(self, topic: str) -> bool:
        return topic.endswith("/config") and topic.startswith(self.prefix) and self._component(topic) != ""

    def learn(self, topic: str, payload: bytes) -> bool:
        """Take in one configuration, or its removal (an empty payload). True if it changed anything."""
        component = self._component(topic)
        spoken = configs(component, payload) if len(payload) <= _LARGEST else ()
        every = [(config, tuple(bindings_of(config))) for config in islice(spoken, _MOST_IN_CONFIG)]
        if self._devices is not None:
            entities = (entity_of(f"{topic} {number}", *each) for number, each in enumerate(every))
            self._devices.learn(topic, tuple(entities))
        bindings = _collect(chain.from_iterable(found for _, found in every))
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
            others = self._by_topic[state_topic]
            del others[topic]
            if not others:
                del self._by_topic[state_topic]


def _collect(spoken: Iterable[tuple[str, Binding]]) -> _Bindings:
    found: dict[str, dict[Binding, None]] = {}
    for topic, binding in islice(spoken, _MOST_IN_CONFIG):
        bindings = found.setdefault(topic, {})
        if len(bindings) < _MOST_ON_TOPIC:
            bindings[binding] = None
    return {topic: tuple(bindings) for topic, bindings in found.items()}
