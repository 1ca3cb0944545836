"""What else the devices tell that something belongs to, and what is told at a place."""

from collections.abc import Collection, Iterator
from itertools import islice

from ..discovery.entities import name_words
from ..text.tongue import words
from .topic_lookup import Meant, Names
from .wording import BEFORE_PLACES, behind_fillers

_MOST = 200
_ROOMS = sorted(words("area"), key=len, reverse=True)


def told_around(names: Names, said: str) -> Iterator[Meant]:
    """Yield what is called so, and all else that the devices of it tell."""
    for meant in names.find(said):
        yield meant
        yield from names.fields(meant.topic)
        device = names.device(meant.topic)
        for entity in islice(names.devices.having(name_words(device) or ("",)), _MOST):
            if entity.device == device:
                yield from names.values(entity)


def called_beside(names: Names, said: str, word: str) -> str:
    """Return what is called as the device of something with a word behind that; nothing if nothing is."""
    devices = dict.fromkeys(filter(None, (names.device(each.topic) for each in names.find(said))))
    for called in (f"{device} {word}" for device in devices):
        begun = names.begin(called)
        if begun.meant and begun.exact and begun.end == len(called):
            return called
    return ""


def tells_kind(names: Names, said: str, kind: str) -> bool:
    """Say whether a thing, or a place, tells a kind of value."""
    if any(kind in names.classes(each) for each in told_around(names, said)):
        return True
    place = name_words(said)
    there = (each for each in names.devices if place and name_words(each.area) == place)
    return any(kind == binding.device_class for each in there for _, binding in each.values)


def is_place(names: Names, said: str) -> bool:
    """Say whether an area is called so."""
    return name_words(said) in names.places


def is_named(names: Names, said: str) -> bool:
    """Say whether a text is nothing but what something is called."""
    begun = names.begin(said)
    return bool(begun.meant) and begun.end == len(said)


def place_of(names: Names, places: Collection[tuple[str, ...]], said: str) -> str:
    """Return what the area is called that is meant, perhaps by less: `bath`, `Lena` for `Lenas Zimmer`.

    Nothing is meant by less where something elsewhere has that in its name and can be set.
    """
    spoken = name_words(said)
    wanted = tuple(word for word in spoken if word not in BEFORE_PLACES)
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
