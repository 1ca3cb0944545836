"""The devices that announced themselves on the broker, found by name, with the newest they have said."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from enum import IntEnum

from .configs import Config
from .entities import Entity, entity_of, name_words
from .message import Message

_MOST_ENTITIES = 20_000
_LARGEST = 4_096
"""Bytes of a payload that is kept; longer ones are pictures."""
_SIMILAR = 3


class Match(IntEnum):
    """How well words name an entity."""

    NO = 0
    ALIKE = 1
    DEVICE = 2
    NAME = 3


class Devices:
    """The entities of the discovery configurations, and the newest message on each of their topics."""

    def __init__(self) -> None:
        self._entities: dict[str, tuple[Entity, ...]] = {}
        self._words: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._topics: Counter[str] = Counter()
        self._newest: dict[str, tuple[float, bytes]] = {}
        self._assumed: dict[str, str] = {}
        self._count = 0

    def __iter__(self) -> Iterator[Entity]:
        for entities in self._entities.values():
            yield from entities

    def __len__(self) -> int:
        return self._count

    def learn(self, config_topic: str, configs: Iterable[Config]) -> None:
        """Take in the entities of one configuration topic, in the place of those it had."""
        entities = tuple(
            entity_of(f"{config_topic} {number}", config) for number, config in enumerate(configs)
        )
        if entities == self._entities.get(config_topic, ()):
            return
        self._drop(config_topic)
        if not entities or self._count + len(entities) > _MOST_ENTITIES:
            return
        self._entities[config_topic] = entities
        self._count += len(entities)
        for entity in entities:
            self._words[entity.id] = _named(entity)
            self._topics.update(_topics(entity))

    def forget(self) -> None:
        """Know no devices any more; what they said stays, for those that are learned again."""
        self._entities.clear()
        self._words.clear()
        self._topics.clear()
        self._count = 0

    def _drop(self, config_topic: str) -> None:
        for entity in self._entities.pop(config_topic, ()):
            self._count -= 1
            del self._words[entity.id]
            self._assumed.pop(entity.id, None)
            for topic in _topics(entity):
                self._topics[topic] -= 1
                if not self._topics[topic]:
                    del self._topics[topic]
                    self._newest.pop(topic, None)

    def note(self, message: Message) -> None:
        """Keep a message if it is on a topic that an entity speaks of."""
        if message.topic in self._topics and len(message.payload) <= _LARGEST:
            self._newest[message.topic] = message.received, message.payload

    def newest(self, topic: str) -> tuple[float, bytes] | None:
        """Return when the newest message came on a topic, and its payload."""
        return self._newest.get(topic)

    def assume(self, entity: Entity, said: str) -> None:
        """Keep what an entity was told that does not tell its state itself."""
        self._assumed[entity.id] = said

    def assumed(self, entity: Entity) -> str:
        """Return what an entity was told last; empty if nothing was, or if it tells its state itself."""
        return self._assumed.get(entity.id, "")

    # Found by name.

    def match(self, entity: Entity, words: Sequence[str]) -> Match:
        """Say how well words (`name_words`) name an entity."""
        full, name, device, area, component = self._words[entity.id]
        wanted = tuple(words)
        if wanted in {full, name, (*area, *full), (*area, *name)}:
            return Match.NAME
        if wanted == device:
            return Match.DEVICE
        every = (*full, *area, *component)
        return (
            Match.ALIKE if all(any(word.startswith(each) for word in every) for each in wanted) else Match.NO
        )

    def named(self, words: Sequence[str], *, settable: bool = False) -> list[Entity]:
        """Return the entities that words name best; of several those that are not there only to set a device up."""
        best: list[Entity] = []
        level = Match.ALIKE
        for entity in self if words else ():
            if settable and not entity.controls:
                continue
            if (found := self.match(entity, words)) >= level:
                best = [*best, entity] if found == level else [entity]
                level = found
        return [entity for entity in best if entity.main] or best

    def found(self, words: Sequence[str]) -> list[Entity]:
        """Return every entity that words fit: its name, its device, its area or its kind."""
        return [entity for entity in self if self.match(entity, words) is not Match.NO]

    def similar(self, name: str) -> list[str]:
        """Return names of devices, entities and areas that look like one, the nearest first."""
        names = {
            " ".join(name_words(each)): each
            for entity in self
            for each in (entity.full_name, entity.device, entity.area)
            if each
        }
        return [names[near] for near in get_close_matches(" ".join(name_words(name)), names, _SIMILAR)]


def _named(entity: Entity) -> tuple[tuple[str, ...], ...]:
    every = entity.full_name, entity.name or entity.full_name, entity.device, entity.area, entity.component
    return tuple(map(name_words, every))


def _topics(entity: Entity) -> list[str]:
    return [topic for topic, _ in entity.values] + [source.topic for source in entity.sources]
