"""The devices that announced themselves on the broker, found by name, with the newest they have said."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from enum import IntEnum
from itertools import chain, islice
import re

from ..model.message import Message
from ..model.topics import Filters, is_wild
from ..text.tongue import words as spoken
from .entities import Entity, name_words
from .setting.levels import level_in
from .topic_uses import TopicUses

LARGEST = 4_096
"""Bytes of a payload that is kept as it is."""
_EARLIER = 3
"""Messages of a topic that are kept behind the newest, as it lacks what they tell."""
_MOST_KEPT = 16_000_000
"""Bytes of all payloads that are kept."""
_MOST_EARLY, _MOST_KEPT_EARLY = 4_000, 4_000_000
"""Retained messages on topics of no device yet, and the bytes of all of them; the oldest go first."""
_SIMILAR = 3
_MOST_SAID = 100
_MOST_COMPARED = 300
"""Names that a misspelt one is compared with; each takes some ten microseconds of the event loop."""
_TELLING = 4
"""Letters of a part of a word that tell which word it is."""


_BEFORE_NAMES = spoken("before_name") | spoken("between_things")
_KEY = re.compile(rb'"([^"\\]{1,64})"\s*:')


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
        self._by_id: dict[str, Entity] = {}
        self._words: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._index: dict[str, dict[str, None]] = {}
        self._fitting: dict[str, frozenset[str]] = {}
        self._topics: Counter[str] = Counter()
        self.uses = TopicUses()
        self._newest: dict[str, tuple[float, bytes]] = {}
        self._earlier: dict[str, tuple[tuple[float, bytes], ...]] = {}
        self._partial: Counter[str] = Counter()
        # Topics that are filters, each found by those that it matches.
        self._wild = Filters[str]()
        self._any_wild = 0
        self._early: dict[str, tuple[float, bytes]] = {}
        self._early_size = 0
        self._assumed: dict[str, str] = {}
        self._recalls: dict[str, set[str]] = {}
        self._levels: dict[tuple[str, str], float] = {}
        # Hears of each message on a topic that an entity speaks of.
        self.tell: Callable[[str], None] = _ignore
        self.changes = 0
        """How often what there is has changed."""
        self._count = 0
        self._size = 0

    def __iter__(self) -> Iterator[Entity]:
        for entities in self._entities.values():
            yield from entities

    def __len__(self) -> int:
        return self._count

    def learn(self, config_topic: str, entities: tuple[Entity, ...]) -> None:
        """Take in the entities of one configuration topic, in the place of those it had."""
        if entities == self._entities.get(config_topic, ()):
            return
        self.changes += 1
        self._drop(config_topic)
        if not entities:
            return
        self._entities[config_topic] = entities
        self._count += len(entities)
        for entity in entities:
            for topic in _partial_topics(entity):
                self._partial[topic] += 1
            self._expect(_topics(entity))
            for topic, source in (each.recalls for each in entity.controls if each.recalls is not None):
                self._recalls.setdefault(topic, set()).add(source)
            self.uses.learn(entity)
            self._by_id[entity.id] = entity
            self._words[entity.id] = _named(entity)
            for word in chain.from_iterable(self._words[entity.id]):
                self._index.setdefault(word, {})[entity.id] = None
        self._fitting.clear()

    def _expect(self, topics: Iterable[str]) -> None:
        for topic in topics:
            self._topics[topic] += 1
            if self._topics[topic] == 1 and is_wild(topic):
                self._wild.put(topic, topic)
                self._any_wild += 1
            if (early := self._take_early(topic)) is not None and topic not in self._newest:
                self._keep(topic, *early)

    def _keep(self, topic: str, at: float, payload: bytes) -> None:
        """Keep what came on a topic; if there is no room, then nothing of it rather than what is old."""
        earlier = self._others(topic, payload) if topic in self._partial else ()
        self._lose(topic)
        size = len(payload) + sum(len(each) for _, each in earlier)
        if self._size + size <= _MOST_KEPT:
            self._size += size
            self._newest[topic] = at, payload
            if earlier:
                self._earlier[topic] = earlier

    def _others(self, topic: str, payload: bytes) -> tuple[tuple[float, bytes], ...]:
        """Return the messages that tell something else than this one: they have other keys, or none have."""
        keys = _keys(payload)
        others = (
            each for each in self.heard(topic) if (not _keys(each[1]) <= keys if keys else each[1] != payload)
        )
        return tuple(others)[:_EARLIER]

    def _lose(self, topic: str) -> None:
        if (kept := self._newest.pop(topic, None)) is not None:
            earlier = self._earlier.pop(topic, ())
            self._size -= len(kept[1]) + sum(len(payload) for _, payload in earlier)

    def forget(self) -> None:
        """Know no devices any more; what they said stays, for those that are learned again."""
        self.changes += 1
        for each in (self._entities, self._by_id, self._words, self._index, self._fitting, self._topics):
            each.clear()
        self._partial.clear()
        self._wild = Filters()
        self._recalls.clear()
        self.uses.clear()
        self._count = self._any_wild = 0

    def _drop(self, config_topic: str) -> None:
        for entity in self._entities.pop(config_topic, ()):
            self._count -= 1
            self.uses.drop(entity)
            del self._by_id[entity.id]
            for word in set(chain.from_iterable(self._words.pop(entity.id))):
                del self._index[word][entity.id]
                if not self._index[word]:
                    del self._index[word]
            self._assumed.pop(entity.id, None)
            for topic in _partial_topics(entity):
                self._partial[topic] -= 1
                if not self._partial[topic]:
                    del self._partial[topic]
            for topic in _topics(entity):
                self._expect_less(topic)
        self._fitting.clear()

    def _expect_less(self, topic: str) -> None:
        self._topics[topic] -= 1
        if self._topics[topic]:
            return
        del self._topics[topic]
        self._lose(topic)
        self._forget_levels(topic)
        if is_wild(topic):
            self._wild.remove(topic)
            self._any_wild -= 1

    def knows(self, topic: str) -> bool:
        """Say whether an entity speaks of a topic."""
        return topic in self._topics or (self._any_wild > 0 and bool(self._wild.find(topic)))

    def note(self, message: Message, instead: bytes | None = None) -> None:
        """Keep a message if it is on a topic that an entity speaks of, or `instead` what is told by it."""
        payload = message.payload if instead is None else instead
        size = len(payload)
        known = message.topic in self._topics
        if known and size <= LARGEST:
            self._keep(message.topic, message.received, payload)
        for wild in self._wild.find(message.topic) if self._any_wild else ():
            known = True
            if size <= LARGEST:
                self._keep(wild, message.received, payload)
            self.tell(wild)
        if known:
            self._note_level(message)
            self.tell(message.topic)
        elif message.retain and size <= LARGEST:
            # For `#` a broker sends retained messages in any order: a state before its configuration.
            self._keep_early(message)

    def _keep_early(self, message: Message) -> None:
        self._take_early(message.topic)
        self._early[message.topic] = message.received, message.payload
        self._early_size += len(message.payload)
        while len(self._early) > _MOST_EARLY or self._early_size > _MOST_KEPT_EARLY:
            self._take_early(next(iter(self._early)))

    def _take_early(self, topic: str) -> tuple[float, bytes] | None:
        if (early := self._early.pop(topic, None)) is not None:
            self._early_size -= len(early[1])
        return early

    def _note_level(self, message: Message) -> None:
        """Keep how bright a lamp is, which says nothing of that when it is off."""
        for source in self._recalls.get(message.topic, ()):
            if (level := level_in(message.payload, source, None)) is not None:
                self._levels[message.topic, source] = level

    def _forget_levels(self, topic: str) -> None:
        for source in self._recalls.pop(topic, ()):
            self._levels.pop((topic, source), None)

    def level(self, topic: str, source: str) -> float | None:
        """Return the last level above zero that a topic told by a template; None if it told none."""
        return self._levels.get((topic, source))

    def newest(self, topic: str) -> tuple[float, bytes] | None:
        """Return when the newest message came on a topic, and its payload."""
        return self._newest.get(topic)

    def last(self, topics: Collection[str]) -> str:
        """Return on which of some topics something came last, also of those that were read at one time."""
        return next((topic for topic in reversed(self._newest) if topic in topics), "")

    def heard(self, topic: str) -> tuple[tuple[float, bytes], ...]:
        """Return the messages that tell how things on a topic are, the newest first, each with its time."""
        newest = self._newest.get(topic)
        return () if newest is None else (newest, *self._earlier.get(topic, ()))

    def assume(self, entity: Entity, said: str) -> None:
        """Keep what an entity was told that does not tell its state itself."""
        self._assumed[entity.id] = said

    def assumed(self, entity: Entity) -> str:
        """Return what an entity was told last; empty if nothing was, or if it tells its state itself."""
        return self._assumed.get(entity.id, "")

    # Found by name.

    def having(self, words: Iterable[str]) -> Iterator[Entity]:
        """Yield the entities that have all of some words as they are."""
        first, *rest = sorted((self._index.get(word, {}) for word in words), key=len)
        for each in first:
            if all(each in other for other in rest):
                yield self._by_id[each]

    def label(self, entity: Entity) -> str:
        """Return what an entity is called, with its area where one of another area is called so too."""
        name = entity.full_name
        if not entity.area or not (words := name_words(name)):
            return name
        areas = {each.area for each in self.having(words) if each.full_name == name}
        return f"{name} ({entity.area})" if len(areas) > 1 else name

    def words(self, entity: Entity) -> tuple[tuple[str, ...], ...]:
        """Return the words of an entity's full name, its own, its device's, its area's, and its kind."""
        return self._words[entity.id]

    @property
    def vocabulary(self) -> Collection[str]:
        """Every word that names have."""
        return self._index.keys()

    def match(self, entity: Entity, words: Sequence[str]) -> Match:
        """Say how well words (`name_words`) name an entity."""
        full, name, device, area, _ = self._words[entity.id]
        wanted = tuple(words)
        if wanted in {full, name, (*area, *full), (*area, *name)}:
            return Match.NAME
        if wanted == device:
            return Match.DEVICE
        return Match.ALIKE if all(entity.id in self._fits(each) for each in wanted) else Match.NO

    def _fits(self, said: str) -> frozenset[str]:
        """Return the ids of the entities that have a word like one that was said."""
        if (known := self._fitting.get(said)) is not None:
            return known
        if len(self._fitting) >= _MOST_SAID:
            self._fitting.clear()
        like = (entities for word, entities in self._index.items() if _alike(said, word))
        found = self._fitting[said] = frozenset(chain.from_iterable(like))
        return found

    def named(self, words: Sequence[str]) -> list[Entity]:
        """Return the entities that words name best; of several those not only for setting a device up."""
        best: list[Entity] = []
        level = Match.ALIKE
        for entity in self.found(words) if words else ():
            if (found := self.match(entity, words)) >= level:
                best = [*best, entity] if found == level else [entity]
                level = found
        return [entity for entity in best if entity.main] or best

    def found(self, words: Sequence[str]) -> list[Entity]:
        """Return every entity that words fit: its name, device, area or kind; none where there is no word."""
        if not words:
            return []
        return [self._by_id[each] for each in sorted(frozenset.intersection(*map(self._fits, words)))]

    def similar(self, name: str) -> list[str]:
        """Return names of devices, entities and areas that look like one, the nearest first."""
        said = " ".join(name_words(name))
        every = {
            " ".join(name_words(each)): each
            for entity in self
            for each in (entity.full_name, entity.device, entity.area)
            if each
        }
        if len(every) > _MOST_COMPARED:
            every = {word: each for word, each in every.items() if word[:2] == said[:2]}
        return [every[near] for near in get_close_matches(said, islice(every, _MOST_COMPARED), _SIMILAR)]


def _alike(said: str, word: str) -> bool:
    """Say whether a word begins as it was said, or has that in it as `Küchenlampe` has the lamp.

    What is said before every name begins none: `the` no thermostat.
    """
    if said in _BEFORE_NAMES:
        return word == said
    ends = len(said) >= _TELLING and word.endswith(said)
    # In the middle of a word a few letters are none: `erst` in `Kälberstall`.
    return word.startswith(said) or ends or (len(said) > _TELLING and said in word)


def _named(entity: Entity) -> tuple[tuple[str, ...], ...]:
    every = entity.full_name, entity.name or entity.full_name, entity.device, entity.area, entity.component
    return tuple(map(name_words, every))


def _keys(payload: bytes) -> frozenset[bytes]:
    return frozenset(_KEY.findall(payload))


def _partial_topics(entity: Entity) -> list[str]:
    """Return the topics whose messages tell of some things only: not each has a value of the entity."""
    if entity.component == "event":
        return [topic for topic, _ in entity.values]
    return [
        topic
        for topic, binding in entity.values
        if (binding.form.choosy if binding.template is None else binding.template.partial)
    ]


def _ignore(topic: str) -> None:
    """Nobody wants to hear of it."""


def _topics(entity: Entity) -> list[str]:
    return [topic for topic, _ in entity.values] + [source.topic for source in entity.sources]
