"""Names that look like what was said, in a bounded time however many there are."""

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from heapq import nlargest
from itertools import islice

from ..discovery.entities import name_words
from ..text.tongue import senses, words

MOST_COMPARED = 100
"""Words that a misspelt one is compared with; each takes some ten microseconds of the event loop."""
MOST_NEAR = 3
_LIKELY = 0.5
_CUTOFF = 0.7
_BEGINS = 0.2
"""How much less it counts that a name only begins so."""
_FURTHER = 4
"""By how many letters a word that is near may be longer or shorter."""
_SHORTEST = 3
_LONGEST = 40
_DOORS = sorted(words("opening_door"))
_JOINTS = words("compound_joint")
"""Letters that stand between the words of a German compound: `küchenlampe`."""


def close(word: str, pool: Iterable[str]) -> list[str]:
    """Return the words that a misspelt one may be: they begin like it, and are about as long."""
    first, least, most = word[:1], len(word) - _FURTHER, len(word) + _FURTHER
    similar = (each for each in pool if each.startswith(first) and least <= len(each) <= most)
    near = dict.fromkeys(islice(similar, MOST_COMPARED))
    return get_close_matches(word, near, MOST_NEAR, _CUTOFF)


_KINDS = frozenset({*senses("one"), *senses("several")})


def compound(word: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the two words of names that are written as one: `badfenster`, `kitchenlamp`; else none.

    The last may be for a kind of things too: `küchenlicht`.

    One word that has another form in names is that: `haustüre`.
    """
    for end in (each for each in _DOORS if word.endswith(each) and len(each) + 1 < len(word) <= _LONGEST):
        if one := next((each for other in _DOORS if knows(each := word.removesuffix(end) + other)), ""):
            return (one,)
    last = len(word) - _SHORTEST if len(word) <= _LONGEST else 0
    for at in range(_SHORTEST, last + 1):
        head, tail = word[:at], word[at:]
        for first in (head, head[:-1]) if head[-1] in _JOINTS else (head,):
            if knows(first) and (knows(tail) or tail in _KINDS):
                return first, tail
    return ()


def misspelt(text: str, names: Iterable[str]) -> str:
    """Return the first of some names that a text is but for a few letters of its words; else nothing."""
    said = name_words(text)
    every = ((name, name_words(name)) for name in names)
    return next((name for name, words in every if _is_nearly(said, words)), "")


def _is_nearly(said: Sequence[str], words: Sequence[str]) -> bool:
    pairs = zip(said, words, strict=False)
    return len(said) == len(words) and all(one == other or close(one, (other,)) for one, other in pairs)


def ranked(said: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the few names that look like what was said, the nearest first."""
    said = list(said)
    matcher = SequenceMatcher(b=" ".join(said))

    def likeness(name: str) -> float:
        """Return how alike a name is, or if that is more, how alike it begins."""
        words = name_words(name)
        return max(_ratio(matcher, words), _ratio(matcher, words[: len(said)]) - _BEGINS)

    return nlargest(MOST_NEAR, (name for name in names if likeness(name) > _LIKELY), key=likeness)


def _ratio(matcher: SequenceMatcher[str], words: Sequence[str]) -> float:
    matcher.set_seq1(" ".join(words))
    return matcher.ratio()
