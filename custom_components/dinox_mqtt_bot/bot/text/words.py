"""Words of a text, quotes understood, and words with a meaning of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
import re

from .tongue import words as understood

MAX_ALIAS_WORDS = 12
MAX_QUOTED = 60
_WORD = re.compile(r"\S+")
_CLOSING = {'"': '"', "'": "'", "“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", "‘": "’", "‚": "‘’"}
_CLOSED = {opening: re.compile(rf"[{closing}](?!\S)") for opening, closing in _CLOSING.items()}
_PARTED = {opening: re.compile(rf"[{closing}]\.[\"']") for opening, closing in _CLOSING.items()}
"""Where a name in quotes ends that has a field in quotes behind it: `"home/meter"."Power now"`."""
NAMED = understood("named")
NO_WORDS = understood("never")
ON = understood("on") - understood("yes")
OFF = understood("off") - understood("no") - {"0"}
SWITCH = ON | OFF


def spellings(choice: str) -> frozenset[str]:
    """Return the words for one of the few that a parameter takes, in every language."""
    return frozenset(understood(f"choice_{choice}")) | {choice}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, without its quotes, and where it begins with them."""

    text: str
    start: int
    quoted: bool

    @property
    def end(self) -> int:
        """Where it ends, its quotes included."""
        return self.start + len(self.text) + 2 * self.quoted


def beginnings(text: str, most: int = MAX_ALIAS_WORDS) -> Iterator[tuple[str, str]]:
    """Yield what a text begins with, without quotes, and what follows it: first the most words."""
    begun = list(islice(split_words(text), most))
    for count in range(len(begun), 0, -1):
        yield " ".join(word.text for word in begun[:count]), text[begun[count - 1].end :]


def split_words(text: str) -> Iterator[Word]:
    """Yield the words. A quote opens at a word's start and closes at an end, else it is a letter."""
    at = 0
    hopeless: set[str] = set()
    while (match := _WORD.search(text, at)) is not None:
        opening = match[0][0]
        closed = None
        if opening in _CLOSED and opening not in hopeless:
            closed = _CLOSED[opening].search(text, match.start() + 1)
            if closed is None:
                hopeless.add(opening)
        if closed is None:
            yield Word(match[0], match.start(), quoted=False)
            at = match.end()
        elif _PARTED[opening].search(text, match.start() + 1, closed.start()):
            yield Word(text[match.start() : closed.end()], match.start(), quoted=False)
            at = closed.end()
        else:
            yield Word(text[match.start() + 1 : closed.start()], match.start(), quoted=True)
            at = closed.end()
