"""Things that `and` joins: `lamp, fan and radio off`; and all but some: `all lamps off except the hall`."""

from collections.abc import Callable, Sequence
from contextlib import suppress
import re

from ...model.replies import BotError
from ...text.excepted import parted_by_except
from ...text.politeness import is_wish
from ...text.states import is_state_word
from ...text.tongue import either, fold, senses, words
from ..entities import Entity, name_words
from ..set_request import Wish

_MOST = 8
"""Things that are looked at, of those that are named one by one."""
_BETWEEN = re.compile(rf"(?i),\s+(?:(?:{either('joint')})\s+)?|\s+(?:{either('joint')})\s+")
_BEFORE = words("before_name") | words("command_set")
_ONE, _SEVERAL = senses("one"), senses("several")
_AROUND = words("before_name") | words("between_things") | words("in_place") | words("follow_one")
_SHORTEST = 3
"""Letters of the beginning of a word by which something is excepted: `flur` of `Flurlicht`."""
_LONGEST_VALUE = 3
"""Words of a value behind what is excepted: `all lamps except the hall off`."""

__all__ = ["all_but", "each_of", "parted_by_and", "parted_by_except"]

type WordsOf = Callable[[Entity], set[str]]
"""Returns the words of everything that an entity is called by."""

type Read = Callable[[str], tuple[tuple[Wish, ...], str]]
"""Returns what one part wants, and the words that are its value. Raises BotError."""


def parted_by_and(text: str) -> list[str]:
    """Return the parts of a text that `and` joins, as far as there are not too many."""
    parts = _BETWEEN.split(text, _MOST)
    return parts if all(parts) and len(parts) <= _MOST else []


def each_of(parts: Sequence[str], read: Read) -> tuple[Wish, ...]:
    """Return what all of the parts want: one without a value has that of the next.

    One without a name has that of the one before: `floor lamp 30 % and warm white`.

    Raises the BotError of a part that wants nothing, so that nothing is done.
    """
    found: list[tuple[Wish, ...]] = []
    value, after = "", tuple[Wish, ...]()
    for part in reversed(_named(parts, read)):
        wishes, own = _part(part, value, after, read)
        value, after = own or value, wishes
        found.append(wishes)
    every = (wish for wishes in reversed(found) for wish in wishes)
    return tuple({(wish.entity.id, wish.control.aspect): wish for wish in every}.values())


def _named(parts: Sequence[str], read: Read) -> list[str]:
    """Return the parts, those that are only another value with the name before them."""
    named = [*parts[:1]]
    for part in parts[1:]:
        said = part
        with suppress(BotError):
            name = named[-1].removesuffix(read(named[-1])[1]).strip()
            said = part if _is_read(part, read) or not _is_read(f"{name} {part}", read) else f"{name} {part}"
        named.append(said)
    return named


def _is_read(part: str, read: Read) -> bool:
    with suppress(BotError):
        return bool(read(part)[0])
    return False


def _part(part: str, value: str, after: Sequence[Wish], read: Read) -> tuple[tuple[Wish, ...], str]:
    said = _without_verbs(part)
    verb = part.partition(" ")[0]  # `open the cover and turn the pump on`
    for text in dict.fromkeys((part, said, f"{said} {verb}")):
        with suppress(BotError):
            return read(text)
    with suppress(BotError):
        wishes, own = read(f"{said} {value}")
        # What is the brightness of one is no temperature of another; both can be off.
        alike = {each.control.aspect for each in wishes} == {each.control.aspect for each in after}
        if value and (alike or is_state_word(value)):
            return wishes, own
    return read(said)


def _without_verbs(part: str) -> str:
    """Return a part without what is said before names, its state last: `and turn off the fan`."""
    spoken, state = part.split(), list[str]()
    while len(spoken) > 1 and (is_wish(spoken[0]) or fold(spoken[0]) in _BEFORE):
        turns = is_wish(spoken[0]) and len(spoken) > 2 and is_state_word(spoken[1])
        state += [spoken.pop(1)] if turns else []
        del spoken[0]
    return " ".join((*spoken, *state))


def all_but(whole: str, behind: str, read: Read, words_of: WordsOf) -> tuple[Wish, ...]:
    """Return what is wanted of all but what is named behind it, perhaps before the value: `the hall off`.

    Raises BotError `except_unknown` where nothing of all that is called so, `except_all` where nothing is
    left, or what is wrong with the whole.
    """
    spoken = behind.split()
    for count in range(min(len(spoken) - 1, _LONGEST_VALUE) + 1):
        rest, value = spoken[: len(spoken) - count], spoken[len(spoken) - count :]
        try:
            wishes = read(" ".join((whole, *value)))[0]
        except BotError as err:
            error = err
            continue
        return _without(wishes, " ".join(rest), words_of)
    raise error


def _without(wishes: Sequence[Wish], named: str, words_of: WordsOf) -> tuple[Wish, ...]:
    """Return the wishes for what is not named. Raises as `all_but`."""
    excepted: set[str] = set()
    for part in parted_by_and(named) or [named]:
        found = _named_in(wishes, part, words_of)
        if not found:
            raise BotError("except_unknown", name=part)
        excepted |= found
    left = tuple(each for each in wishes if each.entity.id not in excepted)
    if not left:
        raise BotError("except_all", name=named)
    return left


def _named_in(wishes: Sequence[Wish], named: str, words_of: WordsOf) -> set[str]:
    """Return the ids of what is called so or stands there: by whole names, by words, by their beginnings."""
    wanted = [word for word in name_words(named) if word not in _AROUND]
    entities = [each.entity for each in wishes]
    whole = {each.id for each in entities if set(wanted) == set(name_words(each.full_name))}
    if whole or not wanted:
        return whole
    found: set[str] = set()
    for begins in (False, True):
        for each in entities if not found else ():
            # `the hall light` is the lamp in the hall.
            said = [word for word in wanted if each.component not in {_ONE.get(word), _SEVERAL.get(word)}]
            known = words_of(each)
            if said and all(word in known or (begins and _begins(word, known)) for word in said):
                found.add(each.id)
    return found


def _begins(word: str, known: set[str]) -> bool:
    return len(word) >= _SHORTEST and any(each.startswith(word) for each in known)
