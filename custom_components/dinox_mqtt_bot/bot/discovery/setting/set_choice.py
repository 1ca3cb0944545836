"""The choice among what a text may mean: whole names before names alike, one hit or a question."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ...model.replies import BotError, WhichOne
from ...model.vocabulary import BUILT_IN, Vocabulary
from ...ports import Phrases
from ...text.states import ends_in_state, is_state_word, order_of, side_of
from ..devices import Devices
from ..entities import Entity, name_words
from ..set_request import (
    Setting,
    Wish,
    allowed,
    describe,
    stands_off,
    stepped,
    stepping,
    ways_back,
    wish,
    wishes_typed,
)
from .aspects import behind
from .kinds import EXACT_ONLY, LOCK, OWNERS
from .set_groups import wishes_for_several
from .set_joined import all_but, each_of, parted_by_and, parted_by_except
from .set_refusal import refusal, which_one
from .set_targets import How, Named, alike, exact, handle

_OWNED = frozenset({"number", "text"})
"""What a thermostat's or a lamp's word for something of its own is never meant for."""
_LOCKING = frozenset({"lock", "unlock"})
_FREE_TEXT = frozenset({"text", "notify"})


MOST_UNASKED = 3
"""Things that are set at once without asking first."""

__all__ = [
    "MOST_UNASKED",
    "LastSet",
    "Setting",
    "Wish",
    "allowed",
    "describe",
    "ends_in_state",
    "handle",
    "is_state_word",
    "is_unknown",
    "parted_by_and",
    "parted_by_except",
    "side_of",
    "stands_off",
    "stepped",
    "stepping",
    "taking",
    "understood",
    "wants",
    "ways_back",
    "wishes_typed",
]


@dataclass(frozen=True, slots=True)
class _Hit:
    named: Named
    wish: Wish


def understood(
    devices: Devices, text: str, phrases: Phrases, vocabulary: Vocabulary = BUILT_IN
) -> tuple[Wish, ...]:
    """Return what `kitchen lamp brightness 40` wants: one wish, or several for `all lamps off`.

    What `and` joins is several too: `lamp on and fan off`, `lamp and fan off`; and of all something may be
    excepted: `all lamps off except the hall`. Raises BotError `which_one`, `no_device`, `no_device_similar`,
    `not_settable`, `value_missing`, `value_not_allowed`, `part_unknown`, `set_too_many`, or as `all_but`.
    """

    def read(said: str) -> tuple[tuple[Wish, ...], str]:
        return _of_one(devices, said, phrases, vocabulary)

    def words_of(entity: Entity) -> set[str]:
        return {word for part in devices.words(entity) for word in part}

    try:
        return read(text)[0]
    except BotError:
        if parted := parted_by_except(text):
            return all_but(parted[0], parted[1], read, words_of)
        if len(joined := parted_by_and(text)) < 2:
            raise
        return each_of(joined, read)


def _of_one(
    devices: Devices, text: str, phrases: Phrases, vocabulary: Vocabulary
) -> tuple[tuple[Wish, ...], str]:
    """Return what is wanted without any `and`, and the words that are the value."""
    words = text.split()
    named = exact(devices, words)
    if hits := _best(_exact_hits(devices, named, vocabulary)):
        several = hits[1:] and hits[0].named.how is How.PLACE
        if several and (group := wishes_for_several(devices, words, vocabulary, hits[0].named.count - 1)):
            return group, words[-1]
        return (_one(hits, words, phrases),), hits[0].named.value
    longest = max((each.count for each in named if each.how is not How.PLACE), default=0)
    if group := wishes_for_several(devices, words, vocabulary, longest):
        return group, words[-1]
    silent = not any(each.entity.controls and not each.value for each in named)
    if locks := _best(_lock_hits(devices, words, vocabulary)) if silent else []:
        return (_one(locks, words, phrases),), locks[0].named.value
    # What is called so and takes no value may be called without its last word: `gate lock` for the lock.
    valued = (each.count for each in named if each.how is not How.PLACE and each.value)
    like = alike(devices, words, longest) or alike(devices, words, max(valued, default=0))
    if hits := _best(_alike_hits(like, vocabulary)):
        return (_one(hits, words, phrases),), hits[0].named.value
    raise refusal(devices, words, [*named, *like], phrases)


def wants(devices: Devices, said: str, phrases: Phrases, vocabulary: Vocabulary) -> bool:
    """Say whether a line without `set` is to set something: a name, and a value that it takes.

    What is pressed, written or installed is not meant by its name alone.
    """
    try:
        wishes = understood(devices, said, phrases, vocabulary)
    except WhichOne:
        return ends_in_state(said)
    except BotError:
        return False
    return all(
        each.entity.component not in EXACT_ONLY and each.control.letters is None and each.value.said
        for each in wishes
    )


def is_unknown(devices: Devices, said: str, phrases: Phrases, vocabulary: Vocabulary) -> bool:
    """Say whether nothing is called as what is to be set."""
    try:
        understood(devices, said, phrases, vocabulary)
    except BotError as err:
        return err.key in {"no_device", "no_device_similar"}
    return False


def taking(
    devices: Devices, topics: Collection[str], value: str, vocabulary: Vocabulary
) -> list[tuple[str, str]]:
    """Return the things that speak on some topics and take a value, the main ones: handle and name."""
    taken = [
        entity
        for entity in devices
        if entity.controls
        and any(topic in topics for topic, _ in entity.values)
        and wish(entity, value, How.NAME, vocabulary) is not None
    ]
    main = [entity for entity in taken if entity.main] or taken
    return [(handle(entity), entity.full_name) for entity in main]


@dataclass(frozen=True, slots=True)
class LastSet:
    """What was set last, and to what: what else may be meant by a few words after that."""

    devices: Devices
    wishes: tuple[Wish, ...]
    vocabulary: Vocabulary

    @property
    def handles(self) -> tuple[str, ...]:
        return tuple(handle(each.entity) for each in self.wishes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.entity.full_name for each in self.wishes)

    @property
    def setting(self) -> str:
        """What all of it was set to, as it is typed; nothing where that differs."""
        settings = {str(each.setting) for each in self.wishes}
        return settings.pop() if len(settings) == 1 else ""

    def takes(self, value: str) -> bool:
        """Say whether all of it takes a value too, and no value is just any text."""
        return bool(value) and all(self._takes(each.entity, value) for each in self.wishes)

    def takes_just(self, word: str) -> bool:
        """Say whether a word is one of the words of all of it, and means nothing else there."""
        found = (wish(each.entity, word, How.NAME, self.vocabulary) for each in self.wishes)
        return all(each is not None and each.value.said == word for each in found)

    def _takes(self, entity: Entity, value: str) -> bool:
        may = entity.component not in EXACT_ONLY
        return may and wish(entity, value, How.NAME, self.vocabulary) is not None

    def alike(self, named: str) -> list[tuple[str, str]]:
        """Return what else of its kinds is called so or stands there and takes the same: handle and name."""
        kinds, ids = ({getattr(each.entity, key) for each in self.wishes} for key in ("component", "id"))
        wanted, devices = set(name_words(named)), self.devices
        return [
            (handle(each), each.full_name)
            for each in devices
            if wanted and each.main and each.component in kinds and each.id not in ids
            if wanted <= {word for part in devices.words(each) for word in part}
            if self._takes(each, self.setting)
        ]


def _one(hits: Sequence[_Hit], words: Sequence[str], phrases: Phrases) -> Wish:
    if len(hits) == 1:
        return hits[0].wish
    raise which_one([hit.named for hit in hits], words, phrases)


def _best(hits: Iterable[_Hit]) -> list[_Hit]:
    """Return the hits with the most words, of these those that were named best.

    What is only named, and so pressed, counts where nothing else takes what stands there as a value.
    """
    hits = list(hits)
    every = [hit for hit in hits if hit.named.value] or hits
    most = max((hit.named.count for hit in every), default=0)
    every = [hit for hit in every if hit.named.count == most]
    how = max((hit.named.how for hit in every), default=How.ALIKE)
    every = [hit for hit in every if hit.named.how is how]
    every = [hit for hit in every if hit.named.entity.main] or every
    return [hit for hit in every if hit.wish.named] or every


def _exact_hits(devices: Devices, named: Sequence[Named], vocabulary: Vocabulary) -> Iterable[_Hit]:
    names = [each for each in named if each.how is How.NAME]
    longest = max((each.count for each in names), default=0)
    whole = max((each.count for each in named if each.how in (How.NAME, How.DEVICE)), default=0)
    settable = {each.count for each in names if each.entity.controls}
    owned = _claims(named, vocabulary)
    for each in _whole_first(devices, names, named):
        entity = each.entity
        if not entity.controls or not _may(each):
            continue
        if each.how is How.PLACE and each.count <= whole:  # something else is called just so
            continue
        if owned.get((entity.component, entity.device, each.value), each.count) < each.count:
            continue
        if entity.component in _FREE_TEXT and (each.count < longest or _swallows(devices, each)):
            continue
        found = wish(entity, each.value, each.how, vocabulary)
        if found is None:
            continue
        # What is called as its device is refuses a value: nobody meant something else of the device.
        own = found.named and entity.component in OWNERS
        if each.how is not How.DEVICE or each.count not in settable or own:
            yield _Hit(each, found)


def _whole_first(devices: Devices, names: Sequence[Named], named: Sequence[Named]) -> list[Named]:
    """Leave out who is called so only beside its device, where another is called so as a whole."""
    whole = {
        (each.count, each.value)
        for each in names
        if each.entity.controls and len(devices.words(each.entity)[0]) == each.count
    }
    return [
        each
        for each in named
        if each.how is not How.NAME
        or (each.count, each.value) not in whole
        or len(devices.words(each.entity)[0]) <= each.count
    ]


def _may(named: Named) -> bool:
    """Say whether an entity may be meant by how it was named."""
    if named.how is How.NAME:
        return True
    entity = named.entity
    installs = named.how is How.KIND and entity.component == "update"
    return installs or (entity.main and entity.component not in EXACT_ONLY)


def _claims(named: Sequence[Named], vocabulary: Vocabulary) -> Mapping[tuple[str, str, str], int]:
    """Return what owners of a word have claimed, with the words of their names.

    By component, device and value; of a selection only a mode that is one of the owner's too.
    """
    found: dict[tuple[str, str, str], int] = {}
    for each in named:
        if each.entity.component not in OWNERS or not each.value or each.how in (How.KIND, How.PLACE):
            continue
        for control in each.entity.controls:
            rest = behind(each.entity.component, control, each.value) if control.aspect else ""
            mode = rest and control.aspect == "mode" and control.take(rest, vocabulary) is not None
            for component in (*_OWNED, *(("select",) if mode else ())) if rest else ():
                key = component, each.entity.device, rest
                found[key] = min(found.get(key, each.count), each.count)
    return found


def _swallows(devices: Devices, named: Named) -> bool:
    """Say whether what would be written as a text looks like the name of something else about its device."""
    said = name_words(named.value)[:1]
    device = named.entity.device
    if not said or not device or named.entity.name:
        return False
    words = {
        word
        for other in devices.found(name_words(device))
        if other.device == device and other.id != named.entity.id
        for word in (*devices.words(other)[1], *_aspect_words(other))
    }
    return bool(get_close_matches(said[0], words, 1, 0.75))


def _aspect_words(entity: Entity) -> list[str]:
    return [word for control in entity.controls for word in name_words(control.aspect)]


def _lock_hits(devices: Devices, words: Sequence[str], vocabulary: Vocabulary) -> Iterable[_Hit]:
    """Return the locks of what is to be locked or unlocked, where the door itself only tells how it is."""
    for hit in _alike_hits(alike(devices, words, 0), vocabulary):
        if hit.named.entity.component == LOCK and order_of(hit.named.value) in _LOCKING:
            yield hit


def _alike_hits(like: Sequence[Named], vocabulary: Vocabulary) -> list[_Hit]:
    """Return hits of names alike; where a thing owns the word that was said, no other has it."""
    found = (
        _Hit(each, taken)
        for each in like
        if (taken := wish(each.entity, each.value, each.how, vocabulary)) is not None
    )
    hits = list(found)
    own = [hit for hit in hits if hit.wish.named and hit.named.entity.component in OWNERS]
    return own or hits
