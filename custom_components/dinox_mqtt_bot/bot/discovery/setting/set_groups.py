"""Several things that are set at once: `all lamps off`, `kitchen blinds down`, `Küche aus`."""

from collections.abc import Iterator, Sequence
from itertools import islice

from ...model.replies import BotError
from ...model.vocabulary import Vocabulary
from ...text.tongue import fold, words as spoken
from ...text.units import SHARES
from ..devices import Devices
from ..entities import Entity, name_words
from ..set_request import Wish, wish
from . import kind_words, kinds
from .set_targets import How, is_one, names_and_values

_MOST = 50
_PLURAL = {each.removesuffix("-") for each in spoken("plural")}
"""What names of things have behind them where there are several."""
_SHORTEST = 3
"""Letters of a word that may have a plural."""
_OFF = "off"


def wishes_for_several(
    devices: Devices, words: Sequence[str], vocabulary: Vocabulary, above: int
) -> tuple[Wish, ...]:
    """Return one wish for each of several things, by name; nothing if a text is about one.

    They are named with more than `above` words. Raises BotError `set_too_many`.
    """
    for count, name, value in names_and_values(words):
        if count <= above or not value:
            continue
        wishes = list(islice(_wishes(devices, name, value, vocabulary), _MOST + 1))
        if len(wishes) > _MOST:
            raise BotError("set_too_many", most=_MOST)
        if wishes:
            return tuple(sorted(wishes, key=lambda each: each.entity.full_name))
    return ()


def _wishes(devices: Devices, name: tuple[str, ...], value: str, vocabulary: Vocabulary) -> Iterator[Wish]:
    everything = name[0] in kind_words.ALL
    left = [word for word in name if word not in kind_words.ALL and word not in kind_words.BETWEEN]
    at = next((at for at, word in enumerate(left) if kind_words.several(word)), None)
    if at is None and left[1:]:
        at = next((at for at, word in enumerate(left) if kind_words.all_there(word)), None)
    if at is None and everything:
        at = next((at for at, word in enumerate(left) if kind_words.one(word)), None)
    if at is None and everything:
        at = next((at for at, word in enumerate(left) if _ones(devices, word)), None)
    place = tuple(left if at is None else left[:at] + left[at + 1 :])
    ones = _ones(devices, left[at]) if at is not None and not kind_words.any_of(left[at]) else frozenset()
    if ones:
        components = kinds.SIMPLE | kinds.OWNERS | {kinds.COVER}
    elif at is not None:
        components = kind_words.any_of(left[at]) - kinds.EXACT_ONLY
    elif place:
        components = kinds.SIMPLE | {kinds.COVER}
    else:
        components = kinds.SIMPLE if everything else frozenset()
    if at is None and place and (warmed := list(_warmed(devices, place, value, vocabulary))):
        yield from warmed
        return
    for entity in _placed(devices, place, whole=at is None and not everything) if components else ():
        if entity.component not in components or not entity.main or not entity.controls:
            continue
        if not (ones & _words(devices, entity) if ones else at is None or is_one(entity, components)):
            continue
        found = wish(entity, value, How.PLACE, vocabulary)
        if found is not None and (at is not None or _meant(entity, found, place)):
            yield found


def _ones(devices: Devices, word: str) -> frozenset[str]:
    """Return the words of names that a word is the plural of: `hatch` of `hatches`, `pumpe` of `pumpen`."""
    ends = (end for end in _PLURAL if word.endswith(end) and len(word) - len(end) >= _SHORTEST)
    return frozenset(one for end in ends if (one := word.removesuffix(end)) in devices.vocabulary)


def _warmed(devices: Devices, place: tuple[str, ...], value: str, vocabulary: Vocabulary) -> Iterator[Wish]:
    """Yield the wishes for the heating of a room, where a number for it may be degrees: `bedroom 19`."""
    share = value.endswith("%") or fold(value.rpartition(" ")[2]) in SHARES
    for entity in () if share else _placed(devices, place, whole=True):
        found = wish(entity, value, How.PLACE, vocabulary) if entity.component == kinds.CLIMATE else None
        if found is not None and found.value.number is not None:
            yield found


def _placed(devices: Devices, place: tuple[str, ...], *, whole: bool) -> Iterator[Entity]:
    """Yield what stands in a room; unless it is named as a `whole`, also what has that in its name."""
    for entity in devices.having(place) if place else list(devices):
        if name_words(entity.area) == place or (
            not whole and all(word in _words(devices, entity) for word in place)
        ):
            yield entity


def _words(devices: Devices, entity: Entity) -> set[str]:
    return {word for named in devices.words(entity)[:4] for word in named}


def _meant(entity: Entity, found: Wish, place: Sequence[str]) -> bool:
    """Say whether a thing is meant where only a room was named, or nothing but all.

    All of a room is switched off; to what else is said, its lamps listen, and its blinds to open and close.
    """
    if not found.control.aspect and found.value.said == _OFF:
        return True
    if not place:
        return False
    return entity.component == kinds.LIGHT or (entity.component == kinds.COVER and bool(found.control.words))
