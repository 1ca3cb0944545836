"""Which entities a text may mean, and how surely: by whole names, by room and kind, or by names alike."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from ...text.words import MAX_ALIAS_WORDS
from ..devices import Devices, Match
from ..entities import Entity, name_words
from .kind_words import any_of, one
from .kinds import COVER, EXACT_ONLY

_MOST_ALIKE = 300
_SHORTEST = 3
"""Letters of the beginning of a word; what is shorter has to be a whole word."""


class How(IntEnum):
    """How surely words name an entity."""

    ALIKE = 0
    PLACE = 1
    """What of a kind stands in a room: `kitchen light`."""
    DEVICE = 2
    KIND = 3
    """What of a kind belongs to a device: `ceiling fan`."""
    NAME = 4


@dataclass(frozen=True, slots=True)
class Named:
    """An entity, how it was named, with how many words, and what is left of the text behind them."""

    entity: Entity
    how: How
    count: int
    value: str


def handle(entity: Entity) -> str:
    """Return a name that no other entity has: where its configuration is, and which it is there."""
    topic, _, number = entity.id.rpartition(" ")
    return topic if number == "0" else f"{topic}#{number}"


def names_and_values(words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """Yield the ways to part words into a name and a value, the longest name first."""
    for count in range(min(len(words), MAX_ALIAS_WORDS), 0, -1):
        if name := name_words(" ".join(words[:count])):
            yield count, name, " ".join(words[count:])


def exact(devices: Devices, words: Sequence[str]) -> list[Named]:
    """Return the entities that a text begins with the whole name of, or that of their device or kind."""
    if words and "/" in words[0] and (found := _by_handle(devices, words)):
        return found
    every: list[Named] = []
    for count, name, value in names_and_values(words):
        for entity in devices.having(name):
            full, own, device, area, _ = devices.words(entity)
            # As it is told apart, too: `Lamp (Hall)`.
            if any(name in (each, (*area, *each), (*each, *area)) for each in (full, own) if each):
                every.append(Named(entity, How.NAME, count, value))
            elif device and name in (device, (*area, *device), (*device, *area)):
                every.append(Named(entity, How.DEVICE, count, value))
        every += _by_kind(devices, name, count, value)
    return _once(every)


def _by_handle(devices: Devices, words: Sequence[str]) -> list[Named]:
    # A topic has no blanks where discovery configurations are.
    said, value = words[0].strip("\"'"), " ".join(words[1:])
    return [Named(entity, How.NAME, 1, value) for entity in devices if handle(entity) == said]


def _by_kind(devices: Devices, name: tuple[str, ...], count: int, value: str) -> Iterator[Named]:
    """Yield what of a kind belongs to a device or stands in a room: `ceiling fan`, `Licht Küche`."""
    for kind, rest in ((name[-1], name[:-1]), (name[0], name[1:])):
        if not rest or not (components := one(kind)):
            continue
        for entity in devices.having(rest):
            if not is_one(entity, components):
                continue
            if devices.match(entity, rest) >= Match.DEVICE:
                yield Named(entity, How.KIND, count, value)
            elif rest == name_words(entity.area) and entity.main:
                yield Named(entity, How.PLACE, count, value)


def is_one(entity: Entity, components: Collection[str]) -> bool:
    """Say whether a word for kinds of things means an entity: by `blinds` nobody means the garage door."""
    guarded = entity.component == COVER and any(control.guarded for control in entity.controls)
    return entity.component in components and not guarded


def _once(every: Iterable[Named]) -> list[Named]:
    """Return each entity once for a number of words, as it was named best."""
    best: dict[tuple[int, str], Named] = {}
    for each in every:
        key = each.count, each.entity.id
        if key not in best or best[key].how < each.how:
            best[key] = each
    return sorted(best.values(), key=lambda each: (-each.count, each.entity.id))


def alike(devices: Devices, words: Sequence[str], above: int) -> list[Named]:
    """Return main entities with names like the beginning of a text, of more than `above` words."""
    every: list[Named] = []
    for count, name, value in names_and_values(words):
        if count <= above:
            break
        found = [entity for entity in _like(devices, name) if entity.main and entity.controls]
        every += [Named(entity, How.ALIKE, count, value) for entity in found]
    return [each for each in every if each.entity.component not in EXACT_ONLY]


def _like(devices: Devices, name: Sequence[str]) -> list[Entity]:
    """Return entities that have words like those of a name, whole ones if any has, or that and a kind.

    The kind may be all: `Licht` for a lamp. What so many have in common names none of them.
    """
    if name[0].isdecimal():
        return []
    # What cannot be set is no rival: the lock of a door beside the contact that is called as the door.
    found = [entity for entity in devices.having(name) if entity.main and entity.controls]
    found = found or devices.found(name)
    if len(found) > _MOST_ALIKE:
        return []
    found = [entity for entity in found if _long_enough(devices, entity, name)]
    return found or list(islice(_of_kind(devices, name), _MOST_ALIKE))


def _of_kind(devices: Devices, name: Sequence[str]) -> Iterator[Entity]:
    for at, word in enumerate(name):
        rest, components = (*name[:at], *name[at + 1 :]), any_of(word)
        every = (devices.found(rest) if rest else list(devices)) if components else []
        if len(every) <= _MOST_ALIKE:
            fit = [entity for entity in every if is_one(entity, components)]
            yield from (entity for entity in fit if _long_enough(devices, entity, rest))


def _long_enough(devices: Devices, entity: Entity, said: Sequence[str]) -> bool:
    own = _words_of(devices, entity)
    return all(word in own or (len(word) >= _SHORTEST and not word.isdecimal()) for word in said)


def _words_of(devices: Devices, entity: Entity) -> set[str]:
    return {word for named in devices.words(entity) for word in named}
