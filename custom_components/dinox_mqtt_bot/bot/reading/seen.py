"""Topics that came in, or fields of them, found by their words, and how well what was said fits a name."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
import re

from ..discovery.entities import name_words

_SPOKEN = 4
"""Letters from which on the beginning of a word says which word is meant, behind the first one."""


class Fit(IntEnum):
    """How well a name fits what was said."""

    LEVELS = 1
    SHOWN = 2
    PART = 3
    FULL = 4
    ALIAS = 5


LEVELS = re.compile(r"[/.\[\]]+")


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
        levels = [*self.topic.split("/"), *filter(None, LEVELS.split(self.field))]
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
        return other.startswith(word) or other.endswith(word) or (len(word) > _SPOKEN and word in other)
    return first and len(word) > 1 and other.startswith(word)


type Phrase = tuple[str, ...]


def phrases_of(full: Phrase, name: Phrase, device: Phrase, area: Phrase) -> Iterator[tuple[Phrase, Fit]]:
    """Yield what an entity is called, with its area or without, and how well that fits."""
    for own, fit in ((full, Fit.FULL), ((*device, *name), Fit.FULL), (name, Fit.PART), (device, Fit.PART)):
        if own:
            yield own, fit
            yield (*area, *own), fit
            yield (*own, *area), fit
