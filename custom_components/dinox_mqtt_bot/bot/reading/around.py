"""What else the devices tell that something belongs to, and what is told at a place."""

from collections.abc import Iterator
from itertools import islice

from .topic_lookup import Meant, Names, name_words

_MOST = 200


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
