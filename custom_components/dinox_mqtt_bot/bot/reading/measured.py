"""What measures a kind of value: sensors of the class, thermostats too, and topics that look like it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import replace
from itertools import islice

from ..discovery.entities import Entity, name_words
from ..model.replies import BotError
from ..text.kinds import seems
from ..text.tongue import words
from .topic_lookup import (
    FILLERS,
    Begun,
    Lookups,
    Meant,
    Names,
    behind_fillers,
    field_ending,
    find_all,
    find_name,
    known_names,
    only_topic,
)

__all__ = [
    "Begun",
    "Meant",
    "Names",
    "called",
    "find_all",
    "find_name",
    "in_rooms",
    "known_names",
    "measuring",
    "only_topic",
    "place_of",
    "things",
    "with_fields",
]

_MOST = 2_000
"""Entities that are looked at."""
_LONG = 4
"""Letters of what may be a part of a longer word."""
_BEFORE = FILLERS | words("in_place")
"""Words that people say before a place."""
_ROOMS = sorted(words("area"), key=len, reverse=True)
_DIAGNOSTIC = "battery"
"""The kind that is asked for though it is nothing that a device is there for."""


async def things(lookups: Lookups, said: str, kind: str, *, outside: bool = False) -> Sequence[Meant]:
    """Return what is meant by a name, or by a kind: all that measures it, of a name or out of doors.

    Raises as `find_all`, and BotError `nothing_outside` or `nothing_such`.
    """
    names = await known_names(lookups)
    if not kind and not outside:
        return await find_all(lookups, said)
    found = outdoors(names, kind) if outside else measuring(names, said, kind)
    if not found:
        raise BotError("nothing_outside" if outside else "nothing_such")
    return found


async def with_fields(lookups: Lookups, every: Iterable[Meant], said: str) -> list[Meant]:
    """Return what is told on each topic for itself: the field that was said, else each of them."""
    found: list[Meant] = []
    for each in every:
        ends = [] if each.field else [await field_ending(lookups, each.topic, word) for word in said.split()]
        if field := next(filter(None, ends), ""):
            found.append(replace(each, field=field, name=f"{each.name} {field}"))
        else:
            found += (() if each.field else lookups.names.fields(each.topic)) or [each]
    return found


def measuring(names: Names, said: str, kind: str) -> list[Meant]:
    """Return what measures a kind, of all that has the words that were said; of everything without any."""
    if found := list(dict.fromkeys(of_entities(names, called(names, said), kind))):
        # How warm a room is, is not how warm its oven is.
        air = in_rooms(names, kind) if name_words(said) in names.places else []
        return [each for each in found if each in air] or found
    spoken = (said,) if said else sorted(words(f"begins_{kind}"))
    every = [each for word in spoken for each in names.find(word)]
    return [each for each in every if not names.spoken(each.topic) and _seems(each, kind)]


def of_entities(names: Names, entities: Iterable[Entity], kind: str) -> Iterator[Meant]:
    """Yield what some entities measure of a kind."""
    for entity in entities:
        if not entity.main and kind != _DIAGNOSTIC:
            continue
        for topic, binding in entity.told:
            own = binding.device_class == kind or seems(kind, binding.unit, ()) * (not binding.aspect)
            if binding.aspect == f"current_{kind}" or (own and entity.component != "number"):
                yield names.meant_by(entity, topic, binding)


def called(names: Names, said: str) -> Sequence[Entity]:
    """Return the entities that have every word that was said, whole words before beginnings of words."""
    spoken, every = name_words(said), list(islice(names.devices, _MOST))
    if not spoken:
        return every
    has = [({word for named in names.devices.words(each) for word in named}, each) for each in every]
    whole = [each for theirs, each in has if set(spoken) <= theirs]
    return whole or [each for theirs, each in has if all(_is_part(word, theirs) for word in spoken)]


def _is_part(word: str, every: Iterable[str]) -> bool:
    return len(word) >= _LONG and any(word in other for other in every)


def outdoors(names: Names, kind: str) -> list[Meant]:
    """Return what measures a kind and is called as what is out of doors, by the nearest of such words."""
    for key in ("outside", "weather", "garden"):
        found = [each for word in sorted(words(f"called_{key}")) for each in measuring(names, word, kind)]
        if found:
            return list(dict.fromkeys(found))
    return []


def is_outdoors(said: str) -> bool:
    """Say whether a name has a word of what is out of doors."""
    every = {word for key in ("outside", "weather", "garden") for word in words(f"called_{key}")}
    return bool(every & set(name_words(said)))


def in_rooms(names: Names, kind: str) -> list[Meant]:
    """Return what measures a kind in the rooms there are: the air, and not the water of a tank.

    Each is called as its room. Where no room is known, nothing.
    """
    air = words(f"kind_{kind}") | words("called_air")
    of_air = (
        each
        for each in islice(names.devices, _MOST)
        if each.area and not is_outdoors(each.area) and {*name_words(each.name)} <= air
    )
    return list(dict.fromkeys(of_entities(names, of_air, kind)))


def _seems(meant: Meant, kind: str) -> bool:
    """Say whether a topic seems to have a kind of value, by its unit or a word: `aussentemperatur` too."""
    spoken = name_words(f"{meant.name} {meant.topic}")
    return seems(kind, meant.unit, spoken) or any(
        begins in word for word in spoken for begins in words(f"begins_{kind}")
    )


def place_of(names: Names, places: Collection[tuple[str, ...]], said: str) -> str:
    """Return what the area is called that is meant, perhaps by less: `bath`, `Lena` for `Lenas Zimmer`.

    Nothing is meant by less where something elsewhere has that in its name and can be set.
    """
    spoken = name_words(said)
    wanted = tuple(word for word in spoken if word not in _BEFORE)
    if wanted[-1:] != spoken[-1:]:
        return ""
    if wanted in places:
        return said[max(behind_fillers(said), default=0) :]
    stem = _stem(wanted)
    found = [place for place in places if stem and _stem(place) == stem]
    having = names.devices.having(wanted) if len(found) == 1 else ()
    if len(found) != 1 or any(each.controls and name_words(each.area) != found[0] for each in having):
        return ""
    return next(each.area for each in names.devices if name_words(each.area) == found[0])


def _stem(place: tuple[str, ...]) -> str:
    """Return what a room is called without the word for a room: `bath` of `bathroom`."""
    joined = "".join(place)
    for room in _ROOMS:
        joined = joined.removesuffix(room)
    return joined.removesuffix("s").removesuffix("e")
