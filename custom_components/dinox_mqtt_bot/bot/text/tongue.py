"""The words that people type, in every language that has a file, and how words are compared."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
import re
import unicodedata

from .languages import LANGUAGES

LONGEST_PHRASE = 5
"""Words that a phrase has at most."""

_LONGEST_WORD = 40
"""Characters of a text that is kept with what it is compared as."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": "'"})

type Phrases = Mapping[tuple[str, ...], str]
"""What is meant by some words, as `plainly` writes them."""


def fold(name: str) -> str:
    """Return `name` as names are compared: without regard to case and to how wide its blanks are."""
    return " ".join(name.split()).casefold()


def plainly(text: str) -> str:
    """Return words as they are compared: in small letters without accents, `ü` as `ue`."""
    if text.isascii():
        return text.lower()
    return _plain_word(text) if len(text) <= _LONGEST_WORD else _without_accents(text)


def _without_accents(text: str) -> str:
    text = text.casefold().translate(_UMLAUTS)
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


# The same words are compared with many others.
_plain_word = lru_cache(4_096)(_without_accents)


def _spellings(word: str) -> tuple[str, ...]:
    """Return how a word may be typed: as it is, as `plainly` writes it, without any accents."""
    bare = unicodedata.normalize("NFKD", word.casefold())
    without = "".join(each for each in bare if not unicodedata.combining(each))
    return tuple(dict.fromkeys((word.casefold(), plainly(word), without)))


@cache
def words(key: str) -> frozenset[str]:
    """Return the words of a key in all languages, in small letters; those with umlauts also without."""
    said = (word for language in LANGUAGES.values() for word in language.get(key, ()))
    return frozenset(spelt for word in said for spelt in _spellings(word))


@cache
def pairs(key: str) -> Mapping[str, str]:
    """Return the words of a key that are written `said = meant`, in all languages."""
    every = (each.partition(" = ") for language in LANGUAGES.values() for each in language.get(key, ()))
    return {spelt: meant for said, _, meant in every for spelt in _spellings(said)}


@cache
def senses(kind: str) -> Mapping[str, str]:
    """Return each word of a kind in all languages, as people type it, with the rest of its key: its sense."""
    before = f"{kind}_"
    return {
        spelt: key.removeprefix(before)
        for language in LANGUAGES.values()
        for key, said in language.items()
        if key.startswith(before)
        for word in said
        for spelt in _spellings(word)
    }


@cache
def either(*keys: str) -> str:
    """Return a pattern for one of the words of some keys, the longest first."""
    every = {word for key in keys for word in words(key)}
    return "|".join(map(re.escape, sorted(every, key=lambda word: (-len(word), word))))


@cache
def phrases(kind: str) -> Phrases:
    """Return the words of a kind in all languages, with the rest of each key: what they mean."""
    before = f"{kind}_"
    return {
        tuple(plainly(word).split()): key.removeprefix(before)
        for language in LANGUAGES.values()
        for key, said in language.items()
        if key.startswith(before)
        for word in said
    }


def lead(kind: str, spoken: Sequence[str], at: int = 0) -> tuple[str, int]:
    """Return what the words from a place on mean, the most of them, and where they end; there if nothing."""
    known = phrases(kind)
    for end in range(min(len(spoken), at + LONGEST_PHRASE), at, -1):
        meant = known.get(tuple(spoken[at:end]))
        if meant is not None:
            return meant, end
    return "", at


def meant(kind: str, text: str) -> str:
    """Return what a text means that is one phrase of a kind; empty if it is none."""
    return phrases(kind).get(tuple(plainly(text).split()), "")


def skip(key: str, spoken: Sequence[str], at: int = 0) -> int:
    """Return where words of one key end that stand at a place, the most of them; that place if none do."""
    known = _phrases_of(key)
    ends = range(min(len(spoken), at + LONGEST_PHRASE), at, -1)
    return next((end for end in ends if tuple(spoken[at:end]) in known), at)


@cache
def _phrases_of(key: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(plainly(word).split()) for word in words(key))


def apart(kind: str, text: str) -> tuple[str, str]:
    """Return a text without the first words of a kind in it, and these; the text alone if there are none."""
    said = text.split()
    plain = [plainly(word.strip(",")) for word in said]
    for at in range(len(said)):
        end = lead(kind, plain, at)[1]
        if end > at:
            return " ".join(said[:at] + said[end:]), " ".join(said[at:end])
    return text, ""


def parted_at(text: str, marks: frozenset[str]) -> tuple[str, str, str]:
    """Return what stands before the first of some words in a text, that word, and what is behind it.

    What only leads to that word is left out: `, but only`.
    """
    said = text.split()
    at = next((at for at, word in enumerate(said) if plainly(word) in marks), len(said))
    before = said[: at - 1] if at and at < len(said) and said[at - 1] in words("rule_but") else said[:at]
    return " ".join(before).rstrip(","), " ".join(said[at : at + 1]), " ".join(said[at + 1 :])
