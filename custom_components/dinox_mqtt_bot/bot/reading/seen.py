"""Topics that came in and their fields, found by their words, and how well what was said fits a name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
import re

from ..discovery.entities import name_words
from ..model.history import TopicRow
from ..payload.fields import BETWEEN_FIELDS
from ..payload.technical import is_technical
from ..text.states import is_state_word
from ..text.tongue import senses

_SPOKEN = 4
"""Letters from which on the beginning of a word says which word is meant, behind the first one."""


class Fit(IntEnum):
    """How well a name fits what was said."""

    LEVELS = 1
    SHOWN = 2
    PART = 3
    FULL = 4
    ALIAS = 5


_LEVELS = re.compile(r"[/.\[\]]+")


class Seen:
    """A topic that came in and what it was called then; the words of both, each between blanks.

    `field` is the field of it that is meant, as the chat shows it, which is another level then.
    """

    __slots__ = ("field", "name", "path", "shown", "topic")

    def __init__(self, topic: str, name: str, field: str = "") -> None:
        self.topic = topic
        self.name = name
        self.field = field
        if field:
            topic = f"{topic}/{field}"
            name = topic if name == self.topic else f"{name} {field}"
        self.path = f" {' '.join(name_words(topic))} "
        self.shown = self.path if name == topic else f" {' '.join(name_words(name))} "

    @property
    def words(self) -> set[str]:
        return {*self.path.split(), *self.shown.split()}

    def ends(self, said: Sequence[str]) -> bool:
        """Say whether the last levels are called so, one at least and each as a whole."""
        levels = [*self.topic.split("/"), *filter(None, _LEVELS.split(self.field))]
        return any(name_words("/".join(levels[at:])) == said for at in range(len(levels)))


_MOST_WORDS = 100
"""Words of a name that are looked at: what is said without a blank may have thousands (`1,1,1,1`)."""

type SeenHit = tuple[int, Fit, Seen]
"""How many words of what was said are a topic's name, how well they fit, and which topic it is."""


def seen_hits(seen: Sequence[Sequence[Seen]], said: tuple[str, ...]) -> Iterator[SeenHit]:
    """Yield the topics that are called so, or whose last levels are."""
    longest = min(len(said), _MOST_WORDS)
    phrases = [(length, f" {' '.join(said[:length])} ") for length in range(1, longest + 1)]
    for each in seen[0] if seen else ():
        for length, phrase in phrases:
            if each.shown == phrase:
                yield length, Fit.SHOWN, each
            elif each.path.endswith(phrase) and each.ends(said[:length]):
                yield length, Fit.LEVELS, each


def fits(said: Sequence[str], every: set[str]) -> bool:
    """Say whether each word is there: as a whole, or long enough for it as the beginning or part of one."""
    return all(
        word in every or (not word.isdigit() and any(_begins(word, other, first=at == 0) for other in every))
        for at, word in enumerate(said)
    )


def _begins(word: str, other: str, *, first: bool) -> bool:
    if len(word) >= _SPOKEN:
        return word in other
    return first and len(word) > 1 and other.startswith(word)


type Phrase = tuple[str, ...]


def phrases_of(full: Phrase, name: Phrase, device: Phrase, area: Phrase) -> Iterator[tuple[Phrase, Fit]]:
    """Yield what an entity is called, with its area or without, and how well that fits."""
    for own, fit in ((full, Fit.FULL), ((*device, *name), Fit.FULL), (name, Fit.PART), (device, Fit.PART)):
        if own:
            yield own, fit
            yield (*area, *own), fit
            yield (*own, *area), fit


class Fields:
    """The fields that were told last on topics, by the words of their own names."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[TopicRow, tuple[str, ...]]] = {}
        self._named: dict[str, list[Seen]] = {}

    def learn(self, rows: Iterable[TopicRow]) -> None:
        """Know the fields of what came in; all that were known before are forgotten."""
        before, same = self._told, True
        self._told = {}
        for row in rows:
            kept, names = before.get(row.topic, (None, ()))
            if kept is None or (kept.last_text, kept.name) != (row.last_text, row.name):
                names = _fields_in(row.last_text)
                same = same and kept is not None and (kept.name, before[row.topic][1]) == (row.name, names)
            self._told[row.topic] = row, names
        if not same or before.keys() != self._told.keys():
            self._named = {}
            for row, names in self._told.values():
                for each in names:
                    for word in set(_own(each)):
                        self._named.setdefault(word, []).append(Seen(row.topic, row.name, each))

    def of(self, topic: str) -> list[Seen]:
        """Return the fields of a topic, where it has several."""
        row, names = self._told.get(topic, (None, ()))
        return [Seen(topic, row.name, each) for each in names] if row and names[1:] else []

    def begun(self, said: tuple[str, ...], spoken: Callable[[str], bool]) -> tuple[int, list[Seen], bool]:
        """Return how many words are the name of a field, which may be meant, and whether it is just that.

        Of what devices tell (`spoken`) they know the names better. A word that several topics have, or that
        stands for a kind of value, names no field alone.
        """
        for length in range(len(said), 0, -1):
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
    """Return what the fields are called that a topic's newest text shows: `toner 20 · paper ok`, `toner: 20`."""
    parts = text.split(BETWEEN_FIELDS)
    one = len(parts) == 1
    names = (part.partition(": " if one else " ")[0] for part in parts if (": " if one else " ") in part)
    return tuple(each for each in names if each and " " not in each and not is_technical(each))


def _own(field: str) -> tuple[str, ...]:
    """Return the words of the last level of a field."""
    levels = [level for level in _LEVELS.split(field) if level and not level.isdigit()]
    return name_words(levels[-1]) if levels else ()


def _is_common(word: str) -> bool:
    return len(word) < _SHORTEST or is_state_word(word) or word in senses("kind") or word in senses("command")


_SHORTEST = 2
"""Letters of a word that names a field alone."""
