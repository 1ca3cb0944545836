"""Several things that `and` joins: `lamp on and fan off`, `lamp, fan and radio off`."""

from collections.abc import Callable, Sequence
from contextlib import suppress
import re

from ...model.replies import BotError
from ...text.politeness import is_wish
from ...text.states import is_state_word
from ...text.tongue import either, fold, words
from ..set_request import Wish

_MOST = 8
"""Things that are looked at, of those that are named one by one."""
_BETWEEN = re.compile(rf"(?i),\s+(?:(?:{either('joint')})\s+)?|\s+(?:{either('joint')})\s+")
_BEFORE = words("before_name") | words("command_set")

type Read = Callable[[str], tuple[tuple[Wish, ...], str]]
"""Returns what one part wants, and the words that are its value. Raises BotError."""


def parted_by_and(text: str) -> list[str]:
    """Return the parts of a text that `and` joins, as far as there are not too many."""
    parts = _BETWEEN.split(text, _MOST)
    return parts if all(parts) and len(parts) <= _MOST else []


def each_of(parts: Sequence[str], read: Read) -> tuple[Wish, ...]:
    """Return what all of the parts want; one without a value has that of the next.

    Raises the BotError of a part that wants nothing, so that nothing is done.
    """
    found: list[tuple[Wish, ...]] = []
    value, after = "", tuple[Wish, ...]()
    for part in reversed(parts):
        wishes, own = _part(part, value, after, read)
        value, after = own or value, wishes
        found.append(wishes)
    every = (wish for wishes in reversed(found) for wish in wishes)
    return tuple({(wish.entity.id, wish.control.aspect): wish for wish in every}.values())


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
    """Return a part without what is said before names: `and turn the fan off`."""
    spoken = part.split()
    while len(spoken) > 1 and (is_wish(spoken[0]) or fold(spoken[0]) in _BEFORE):
        del spoken[0]
    return " ".join(spoken)
