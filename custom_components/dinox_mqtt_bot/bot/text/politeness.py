"""What stands around what is said: polite words, marks, and the verb of a wish."""

from collections.abc import Callable

from .tongue import pairs, words

MARKS = "?!.,;: "
_POLITE, _GREETINGS = words("polite"), words("greeting")
_MEANT = frozenset('?#+/*%°"”“’\'')
"""Signs that mean something by themselves, or end what was quoted."""
_GREETING = 2
"""Words that a greeting alone has at most: `hi there`."""


def bare(word: str) -> str:
    """Return a word without the marks around it, as words are compared."""
    return word.strip(MARKS).casefold()


def without_polite(text: str) -> str:
    """Return a line without greeting and polite words at its ends, a single blank between the others."""
    words = text.split()
    if len(words) > _GREETING and bare(words[0]) in _GREETINGS:
        words.pop(0)
    while words and bare(words[0]) in _POLITE:
        words.pop(0)
    while words and (bare(words[-1]) in _POLITE or (len(words) > 1 and _is_smile(words[-1]))):
        words.pop()
    return " ".join(words)


def _is_smile(word: str) -> bool:
    """Say whether a word is no word but a smiley, an emoji or a dash: what behind it stands has no letters."""
    return not any(each.isalnum() or each in _MEANT for each in word)


def spelt_out(line: str, known: Callable[[str], bool], key: str = "spelt") -> str:
    """Return a line with its words as they are written properly, but for those that are `known`.

    `key` has the words, each with what it is written as.
    """
    said = (word.replace("’", "").replace("'", "").casefold() for word in line.split())
    every = zip(line.split(), said, strict=True)
    return " ".join(word if known(word) else pairs(key).get(plain, word) for word, plain in every)


def is_wish(word: str) -> bool:
    """Say whether somebody wishes for something with a line that begins with this word: `open`, `mach`."""
    return bare(word) in words("wish")
