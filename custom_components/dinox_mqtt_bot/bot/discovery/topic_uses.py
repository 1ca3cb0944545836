"""What devices use their topics for: to tell how they are, whether they are there, to be told something."""

from collections import Counter
from collections.abc import Collection, Iterator

from ..payload.interpret import interpret
from ..ports import Templates
from .entities import Entity, Source
from .state_topics import StateTopics

_PICTURES = frozenset({"camera", "image"})
"""Components whose topics bring pictures: nobody asks for those unasked."""

_LARGEST = 4_096
"""Bytes of a payload that is looked at for whether something is there."""


class TopicUses:
    """The topics of all entities, by what they are for. `states` are those that are listened to."""

    def __init__(self) -> None:
        self.states = StateTopics()
        self._listened: Counter[str] = Counter()
        self._main: Counter[str] = Counter()
        self._repeated: Counter[str] = Counter()
        # By topic where something is said again: where it is said first.
        self._first: dict[str, Counter[str]] = {}
        self._commands: Counter[str] = Counter()
        # By topic: how it says that something is there, and of which devices, each with its entities.
        self._sources: dict[str, tuple[Counter[Source], Counter[str]]] = {}

    def learn(self, entity: Entity) -> None:
        for topic in state_topics(entity):
            self._listened[topic] += 1
            if self._listened[topic] == 1:
                self.states.add(topic)
        main = _main_topics(entity)
        for topic in main:
            self._main[topic] += 1
        for topic in entity.repeats:
            self._repeated[topic] += 1
            self._first.setdefault(topic, Counter()).update(main)
        for control in entity.controls:
            self._commands[control.topic] += 1
        for source in entity.sources:
            if (known := self._sources.get(source.topic)) is None:
                known = self._sources[source.topic] = Counter(), Counter()
            known[0][source] += 1
            known[1][entity.device or entity.full_name] += 1

    def drop(self, entity: Entity) -> None:
        for topic in state_topics(entity):
            if _less(self._listened, topic):
                self.states.drop(topic)
        for topic in _main_topics(entity):
            _less(self._main, topic)
        for topic in entity.repeats:
            for first in _main_topics(entity):
                _less(self._first[topic], first)
            if _less(self._repeated, topic):
                del self._first[topic]
        for control in entity.controls:
            _less(self._commands, control.topic)
        for source in entity.sources:
            sources, devices = self._sources[source.topic]
            _less(sources, source)
            if _less(devices, entity.device or entity.full_name) and not devices:
                del self._sources[source.topic]

    def clear(self) -> None:
        for each in (
            *(
                self.states,
                self._listened,
                self._main,
                self._repeated,
                self._first,
                self._commands,
                self._sources,
            ),
        ):
            each.clear()

    def is_main(self, topic: str) -> bool:
        """Say whether a device tells there what it is there for."""
        return topic in self._main

    def is_repeated(self, topic: str) -> bool:
        """Say whether a device says again there what it says elsewhere, and nothing else."""
        return topic in self._repeated and topic not in self._main

    def first(self, topic: str) -> Collection[str]:
        """Return the topics on which is said first what is repeated on one."""
        return self._first.get(topic, ())

    def is_command(self, topic: str) -> bool:
        """Say whether a device is told something there, and tells nothing itself."""
        if topic in self._listened:
            return False
        return topic in self._commands or any(base in self._listened for base in _bases(topic))

    def devices(self, topic: str) -> list[str]:
        """Return the devices of which a topic says whether they are there."""
        found = self._sources.get(topic)
        return list(found[1]) if found else []

    def is_there(self, topic: str, payload: bytes, templates: Templates) -> bool | None:
        """Say whether those `devices` are there; None for what says neither."""
        if len(payload) > _LARGEST:
            return None
        meaning = interpret(payload)
        for source in self._sources[topic][0]:
            text: str | None = meaning.text.strip()
            if source.template is not None:
                text = source.template.render(meaning.text, meaning.json, templates)
            if (there := source.says(text)) is not None:
                return there
        return None


def state_topics(entity: Entity) -> Iterator[str]:
    """Yield, once each, the topics on which an entity tells how it is, and whether it is there."""
    if entity.component not in _PICTURES:
        yield from dict.fromkeys(topic for topic, _ in entity.values)
    yield from dict.fromkeys(source.topic for source in entity.sources)


def _main_topics(entity: Entity) -> set[str]:
    return {topic for topic, _ in entity.values}.difference(entity.repeats) if entity.main else set()


def _bases(topic: str) -> Iterator[str]:
    """Yield what stands before a level that tells or asks a device something: `z/lamp` of `z/lamp/set/x`."""
    for word in ("/set", "/get"):
        base, found, rest = topic.rpartition(word)
        if found and base and (not rest or rest[0] == "/"):
            yield base


def _less[Counted](counted: Counter[Counted], what: Counted) -> bool:
    """Count one less; say whether none is left."""
    counted[what] -= 1
    if counted[what]:
        return False
    del counted[what]
    return True
