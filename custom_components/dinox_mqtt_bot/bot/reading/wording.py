"""How names stand in a text: words, quotes with a field behind them, and what people say before them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
import re

from ..text import tongue
from ..text.words import MAX_ALIAS_WORDS, Word, split_words

FILLERS = tongue.words("before_name")
"""Words that people say before a name."""
BEFORE_PLACES = FILLERS | tongue.words("in_place")
"""Words that people say before a place."""
NO_NAMES = FILLERS | tongue.words("asks_is")
"""Words with which no name begins in the middle of a sentence."""
NO_BEGINNINGS = FILLERS | tongue.words("pronoun")
"""Words that begin no name in which they are not whole: `es` of `Esstischlampe`."""
_MOST_FILLERS = 4
_ENDS = re.compile(r"[<>=≥≤≠!]")
QUOTED = re.compile(
    r"""\s*(?:"([^"]+)"|'([^']+)'|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»"""
    r"""|([^\s"'“”„«»<>=!≥≤≠]{1,1000}?)(?=\.["']))"""
    r"""((?:\.(?:"[^"]*"|'[^']*'|[^\s.\["'<>=!≥≤≠]+)|\[-?\d+\])*)(?=\s|\Z|[<>=!≥≤≠])"""
)
_BORDER = re.compile(r"[.\[]")
_MOST_BORDERS = 20
type Known = Callable[[str], bool]
"""Says whether a text is a topic, a topic filter or an alias that there is."""


def split_known(text: str, known: Known) -> tuple[str, str] | None:
    """Return the topic that is known, and the field behind it, if there is such a topic."""
    return next(((topic, field) for topic, field in splits(text) if field and known(topic)), None)


def splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to part a text into a topic and a field of it."""
    last = text.rfind("/") + 1
    found = (match.start() for match in _BORDER.finditer(text, last + 1))
    for at in islice(found, _MOST_BORDERS):
        yield text[:at], text[at:].removeprefix(".")


def plain_words(text: str) -> Iterator[Word]:
    """Yield the words that may be a name: not in quotes, and up to a sign that compares."""
    for word in islice(split_words(text), MAX_ALIAS_WORDS):
        if word.quoted or word.text.startswith("--") or _ENDS.match(word.text):
            return
        if (sign := _ENDS.search(word.text)) is not None:
            yield Word(word.text[: sign.start()], word.start, quoted=False)
            return
        yield word


def said_in(
    spoken: Sequence[Word], parted: Callable[[str], Sequence[str]], joined: Callable[[str, str], bool]
) -> tuple[tuple[str, ...], dict[int, int]]:
    """Return the words as names are compared; by how many of them end a spoken word, how many were spoken.

    `parted` returns what words a spoken one is, `joined` says whether two of them are one: `tank 3`.
    """
    said: list[str] = []
    counts: dict[int, int] = {}
    for count, word in enumerate(spoken, 1):
        # What has no letters, as the slash in `Lamps / hall`, stands only between words.
        if parts := parted(word.text):
            if said and len(parts) == 1 and parts[0].isdigit() and joined(said[-1], parts[0]):
                said[-1] += parts[0]
            else:
                said += parts
            counts[len(said)] = count
    return tuple(said), counts


def behind_fillers(text: str) -> Iterator[int]:
    """Yield where the text goes on behind words that are said before a name."""
    spoken = list(islice(split_words(text), _MOST_FILLERS + 1))
    for word, after in pairwise(spoken):
        if word.quoted or word.text.casefold() not in FILLERS:
            return
        yield after.start
