"""Names that look like what was said, in a bounded time however many there are."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from heapq import nlargest
from itertools import islice

from ..discovery.entities import name_words

MOST_COMPARED = 100
"""Words that a misspelt one is compared with; each takes some ten microseconds of the event loop."""
MOST_NEAR = 3
_LIKELY = 0.5
_CUTOFF = 0.7
_FURTHER = 4
"""By how many letters a word that is near may be longer or shorter."""


def close(word: str, pool: Iterable[str]) -> list[str]:
    """Return the words that a misspelt one may be: they begin like it, and are about as long."""
    first, least, most = word[:1], len(word) - _FURTHER, len(word) + _FURTHER
    similar = (each for each in pool if each.startswith(first) and least <= len(each) <= most)
    near = dict.fromkeys(islice(similar, MOST_COMPARED))
    return get_close_matches(word, near, MOST_NEAR, _CUTOFF)


def ranked(said: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the few names that look like what was said, the nearest first."""
    matcher = SequenceMatcher(b=" ".join(said))

    def likeness(name: str) -> float:
        matcher.set_seq1(" ".join(name_words(name)))
        return matcher.ratio()

    return nlargest(MOST_NEAR, (name for name in names if likeness(name) > _LIKELY), key=likeness)
