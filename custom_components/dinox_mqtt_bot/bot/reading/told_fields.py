"""The fields that were told last on topics which no device speaks for, found by their words."""

from collections.abc import Callable, Iterable

from ..discovery.entities import name_words
from ..payload.fields import BETWEEN_FIELDS
from ..text.numbers import number
from ..text.states import is_state_word
from ..text.tongue import senses
from .seen import LEVELS, Seen

type Told = tuple[str, str, str]
"""A topic, what it is called, and its newest text."""

_SHORTEST = 2
"""Letters of a word that names a field alone."""
_MOST_WORDS = 16
"""Words of a line that may be a field's name: with more every line would be looked at again and again."""


class ToldFields:
    """The fields that were told last on topics, by the words of their own names."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Told, tuple[str, ...]]] = {}
        self._named: dict[str, list[Seen]] = {}

    def learn(self, topics: Iterable[Told]) -> None:
        """Know the fields of what came in; all that were known before are forgotten."""
        before, self._told = self._told, {}
        for told in topics:
            kept = before.get(told[0])
            self._told[told[0]] = told, kept[1] if kept and kept[0] == told else _fields_in(told[2])
        called = [(told[:2], names) for told, names in self._told.values()]
        if called != [(told[:2], names) for told, names in before.values()]:
            self._named = {}
            for seen in (Seen(*told, each) for told, names in called for each in names):
                for word in set(_own(seen.field)):
                    self._named.setdefault(word, []).append(seen)

    def of(self, topic: str) -> list[Seen]:
        """Return the fields of a topic, where it has several."""
        (_, name, _), names = self._told.get(topic, (("", "", ""), ()))
        return [Seen(topic, name, each) for each in names] if names[1:] else []

    def begun(self, said: tuple[str, ...], spoken: Callable[[str], bool]) -> tuple[int, list[Seen], bool]:
        """Return how many words are the name of a field, which may be meant, and whether it is just that.

        Of what devices tell (`spoken`) they know the names better. A word that several topics have, or that
        stands for a kind of value, names no field alone.
        """
        for length in range(min(len(said), _MOST_WORDS), 0, -1):
            phrase = said[:length]
            every = {id(each): each for word in phrase for each in self._named.get(word, ())}.values()
            having = [each for each in every if set(phrase) <= each.words and not spoken(each.topic)]
            exact = [each for each in having if each.ends(phrase) or f" {' '.join(phrase)} " == each.shown]
            found = exact or having
            alone = all(set(phrase) <= {*name_words(each.field)} for each in found)
            several = len({each.topic for each in found}) > 1
            if found and not (alone and (several or all(map(_is_common, phrase)))):
                return length, found, bool(exact)
        return 0, [], False


def _fields_in(text: str) -> tuple[str, ...]:
    """Return what the fields are called that a text shows: `toner 20 · paper ok`, `toner: 20`.

    Of several words without a number nobody knows where the name ends: `state out of paper`.
    """
    parts = text.split(BETWEEN_FIELDS)
    if len(parts) == 1:
        name, _, value = text.partition(": ")
        return (name,) if value and " " not in name else ()
    spoken = [part.split() for part in parts]
    return tuple(each[0] for each in spoken if each[1:] and (len(each) == 2 or number(each[1])))


def _own(field: str) -> tuple[str, ...]:
    """Return the words of the last level of a field."""
    levels = [level for level in LEVELS.split(field) if level and not level.isdigit()]
    return name_words(levels[-1]) if levels else ()


def _is_common(word: str) -> bool:
    return len(word) < _SHORTEST or is_state_word(word) or word in senses("kind") or word in senses("command")
