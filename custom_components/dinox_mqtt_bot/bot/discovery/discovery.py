"""What announces itself over MQTT: what the values on a topic are called, and their units."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
import re

from ..model.topics import ENTITIES, INNER, Filters, is_wild, matches
from ..ports import StateWords
from .bindings import Binding, bindings_of, common_name
from .config import Config, configs
from .devices import Devices
from .entities import Entity, entity_of, kept, name_words
from .native.doubles import Doubles, same_place
from .native.natives import FILTERS, Natives
from .wording import Wording

_LARGEST = 262_144
_MOST_IN_CONFIG = 1_000
"""Topics one configuration speaks of; each takes some microseconds of the event loop."""
_MOST_ENTITIES, _MOST_KEPT = 20_000, 32_000_000
"""Entities of all configurations, and about how many bytes they take. Who came first stays."""
_MOST_KEPT_OF_ONE = 8_000_000
"""Bytes that one configuration may take: it is taken in at once when it has been read."""
_MOST_ON_TOPIC = 100
"""Entities of one topic: their templates run with each of its messages."""
_MOST_REFUSED = 1_000
"""Configurations that are remembered for having been refused."""

_NAMELESS = frozenset({"device_automation", "tag"})
"""Components that no entity comes of: they only tell which device speaks on a topic."""

_TOPIC = re.compile(r"/(\w+)/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")
_INSIDE = ENTITIES.rstrip("/")
"""What stands in the place of the prefix where Home Assistant's own entities are announced."""

type _Bindings = dict[str, tuple[Binding, ...]]
type Part = tuple[Entity, tuple[tuple[str, Binding], ...], int]
"""An entity of a configuration, what it finds on its topics, and the bytes that it takes."""
__all__ = ["Binding", "Devices", "Discovery", "Entity", "Part"]


class Discovery:
    """The discovery configurations by their topics, none without prefix; `devices` learns entities.

    `natives`: what devices say of themselves in ways of their own. A device of them is read under its own
    topic as if that were a configuration. What Home Assistant's discovery has too is left to that.
    """

    def __init__(
        self,
        prefix: str,
        devices: Devices | None = None,
        words: StateWords | None = None,
        natives: Natives | None = None,
    ) -> None:
        self.prefix = prefix
        self.natives = Natives() if natives is None else natives
        self._doubles = Doubles()
        self._devices = devices
        self._words = Wording(words)
        # The topics that are filters: values come on any that they match.
        self._wild = Filters[_Bindings]()
        self._configs: dict[str, _Bindings] = {}
        self._by_topic: dict[str, _Bindings] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._entities = self._kept = 0
        self._refused: dict[str, None] = {}
        self._lost: set[str] = set()

    @property
    def refused(self) -> int:
        """Configurations for which there was no room."""
        return len(self._refused)

    @property
    def filters(self) -> tuple[str, ...]:
        """What brings the configurations."""
        levels = ("+/+", "+/+/+") if self.prefix else ()
        ours = tuple(f"{self.prefix}/{each}/config" for each in levels)
        return ours + FILTERS if ours else ()

    def configurations(self, topic_filter: str) -> int:
        """Return on how many topics that a filter matches devices tell what they are."""
        topics = chain((each for each in self._configs if each not in self.natives), self.natives.topics)
        return sum(matches(topic_filter, topic) for topic in topics)

    def is_config(self, topic: str) -> bool:
        if topic.endswith("/config") and self._component(topic):
            return True
        return self.prefix != "" and self.natives.place(topic) is not None

    def hear(self, topic: str, payload: bytes) -> str | None:
        """Keep what a device says of itself in its own way; return the device, None for anything else.

        What it says counts when it is learned. The device is empty where there is no room for it.
        """
        if (found := self.natives.place(topic)) is None:
            return None
        way, device, part = found
        if self.natives.hear(way, device, part, payload):
            return device
        self.refuse(device)
        return ""

    def take_doubted(self) -> list[str]:
        """Return, once, the devices of which Home Assistant's discovery has more or less than before."""
        return self._doubles.take_doubted()

    def learn(self, topic: str, payload: bytes) -> bool:
        """Take in one configuration, or its removal (an empty payload). True if it changed anything."""
        return self.take(topic, list(self.read(topic, payload)))

    def read(self, topic: str, payload: bytes) -> Iterator[Part]:
        """Yield what is in a configuration, or in what a device has told of itself, entity by entity."""
        if topic in self.natives:
            return self._read_native(topic)
        spoken = configs(self._component(topic), payload) if len(payload) <= _LARGEST else ()
        return self.parts(topic, spoken)

    def parts(self, topic: str, spoken: Iterable[Config]) -> Iterator[Part]:
        """Yield what is in the configurations of entities that one topic has, entity by entity."""
        for number, config in enumerate(islice(spoken, _MOST_IN_CONFIG)):
            bindings = tuple(_reached(topic, self._bindings_of(config)))
            entity = entity_of(f"{topic} {number}", config, bindings)
            yield entity, bindings, kept(entity)

    def _read_native(self, device: str) -> Iterator[Part]:
        self._doubles.forget(device)
        for number, announced in enumerate(islice(self.natives.read(device), _MOST_IN_CONFIG)):
            bindings = tuple(dict.fromkeys(chain.from_iterable(map(self._bindings_of, announced))))
            entity = entity_of(f"{device} {number}", announced[0], bindings)
            self._doubles.speaks(device, (spoken for spoken, _ in bindings))
            if not self._has_twin(entity):
                yield entity, bindings, kept(entity)

    def _bindings_of(self, config: Config) -> Iterator[tuple[str, Binding]]:
        return bindings_of(config, self._words)

    def _has_twin(self, entity: Entity) -> bool:
        """Say whether Home Assistant's discovery has an entity of the same value, with as much to set."""
        return any(
            (self._component(config) not in {"sensor", "binary_sensor"} or not entity.controls)
            and same_place(binding, other)
            for topic, binding in entity.values
            for config, other in self.spoken(topic)
            if config not in self.natives
        )

    def take(self, topic: str, parts: Sequence[Part]) -> bool:
        """Take in what was read in a configuration. True if it changed anything."""
        entities = tuple(entity for entity, _, _ in parts if entity.component not in _NAMELESS)
        if not self._has_room(topic, len(parts), sum(size for _, _, size in parts)):
            return False
        if self._devices is not None:
            self._devices.learn(topic, entities)
        bindings = _collect(chain.from_iterable(found for _, found, _ in parts))
        if bindings == self._configs.get(topic, {}):
            return False
        before = self._forget(topic)
        if topic not in self.natives:
            self._doubles.forget(topic)
            self._doubles.doubt((*before, *bindings))
        if bindings:
            self._configs[topic] = bindings
        for state_topic, found in bindings.items():
            others = self._by_topic.setdefault(state_topic, {})
            others[topic] = found
            if is_wild(state_topic):
                self._wild.put(state_topic, others)
        self._lost.update(each for each in before if each not in self._by_topic)
        return True

    def take_lost(self) -> set[str]:
        """Return, once, the topics of which no entity finds anything any more."""
        lost, self._lost = self._lost, set()
        return lost

    def _has_room(self, topic: str, count: int, size: int) -> bool:
        """Count the entities of a configuration in place of those it had; say whether there is room."""
        before = self._sizes.get(topic, (0, 0))
        all_entities, all_kept = self._entities - before[0] + count, self._kept - before[1] + size
        larger = count > before[0] or size > before[1]
        full = all_entities > _MOST_ENTITIES or all_kept > _MOST_KEPT or size > _MOST_KEPT_OF_ONE
        if larger and full:
            self.refuse(topic)
            return False
        self._entities, self._kept = all_entities, all_kept
        self._sizes.pop(topic, None)
        if count:
            self._sizes[topic] = count, size
        self._refused.pop(topic, None)
        return True

    def refuse(self, topic: str) -> None:
        """Count a configuration for which there is no room."""
        if len(self._refused) < _MOST_REFUSED:
            self._refused[topic] = None

    def bindings(self, topic: str) -> tuple[Binding, ...]:
        """Return what entities find on a topic; those that only stand aside if there is nothing else."""
        return tuple(binding for _, binding in self.spoken(topic))

    def name(self, topic: str) -> str:
        """Return what a topic is called after those that find something there; empty if there is no name."""
        return common_name(topic, self.bindings(topic))

    def kind(self, topic: str) -> str:
        """Return what the one thing on a topic is, where something of another kind has its name elsewhere."""
        told = [binding for binding in self.bindings(topic) if not (binding.aside or binding.aspect)]
        if len(told) != 1 or self._devices is None or not (words := name_words(told[0].name)):
            return ""
        alike = (each for each in self._devices.having(words) if each.full_name == told[0].name)
        others = (each for each in alike if each.component != told[0].component)
        twins = any(at != topic for each in others for at, _ in each.values)
        return self._words.kinds.get(told[0].component, "") if twins else ""

    def spoken(self, topic: str) -> tuple[tuple[str, Binding], ...]:
        """Return the `bindings` of a topic, each with the topic of the configuration that has it."""
        sources = (self._by_topic.get(topic, {}), *self._wild.find(topic))
        if not any(sources):
            return ()
        every = [
            (config, binding) for source in sources for config, found in source.items() for binding in found
        ]
        strong = [each for each in every if not each[1].aside]
        return tuple((strong or _once(every))[:_MOST_ON_TOPIC])

    def _component(self, topic: str) -> str:
        if not self.prefix:
            return ""
        before = _INSIDE if topic.startswith(ENTITIES) else self.prefix
        found = _TOPIC.fullmatch(topic, len(before)) if topic.startswith(before) else None
        return found[1] if found else ""

    def _forget(self, topic: str) -> _Bindings:
        """Forget a configuration; return what it had."""
        before = self._configs.pop(topic, {})
        for state_topic in before:
            others = self._by_topic[state_topic]
            del others[topic]
            if not others:
                del self._by_topic[state_topic]
                if is_wild(state_topic):
                    self._wild.remove(state_topic)
        return before


def _once(every: Iterable[tuple[str, Binding]]) -> list[tuple[str, Binding]]:
    """Return each binding once: what says whether a device is there is the same for all of its entities."""
    found: dict[int, tuple[str, Binding]] = {}
    for each in every:
        found.setdefault(id(each[1]), each)  # they are one object, and far quicker told apart by that
    once = {binding: config for config, binding in reversed(found.values())}
    return [(config, binding) for binding, config in reversed(once.items())]


def _reached(topic: str, found: Iterable[tuple[str, Binding]]) -> Iterator[tuple[str, Binding]]:
    """Leave out what a device on a broker would say of what is inside of Home Assistant."""
    inside = topic.startswith(ENTITIES)
    return (each for each in found if inside or not each[0].startswith(INNER))


def _collect(spoken: Iterable[tuple[str, Binding]]) -> _Bindings:
    found: dict[str, dict[Binding, None]] = {}
    for topic, binding in islice(spoken, _MOST_IN_CONFIG):
        bindings = found.setdefault(topic, {})
        if len(bindings) < _MOST_ON_TOPIC:
            bindings[binding] = None
    return {topic: tuple(bindings) for topic, bindings in found.items()}
