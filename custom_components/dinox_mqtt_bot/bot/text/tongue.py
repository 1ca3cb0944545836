"""The words that people type, in every language that has a file: `translations/<language>.json`.

They stand below `common` in keys that begin with `words_`, parted by commas, the one that the bot writes
first: `words_command_history: verlauf, chronik`. A further language needs its file and no code.
"""

from collections.abc import Mapping, Sequence
from functools import cache
import json
from pathlib import Path
import unicodedata

FOLDER = Path(__file__).parents[2] / "translations"
LONGEST_PHRASE = 5
"""Words that a phrase has at most."""

_WORDS = "words_"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": "'"})

type Phrases = Mapping[tuple[str, ...], str]
"""What is meant by some words, as `plainly` writes them."""


def plainly(text: str) -> str:
    """Return words as they are compared: in small letters without accents, `ü` as `ue`."""
    if text.isascii():
        return text.lower()
    text = text.casefold().translate(_UMLAUTS)
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def read_words(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the words of a language by their keys, out of what stands below its `common`."""
    return {
        key.removeprefix(_WORDS): tuple(word.strip() for word in text.split(","))
        for key, text in texts.items()
        if key.startswith(_WORDS)
    }


def _read(folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        file.stem: read_words(json.loads(file.read_text("utf-8")).get("common", {}))
        for file in sorted(folder.glob("*.json"))
    }


LANGUAGES = _read(FOLDER)
"""The words of each language by key."""


@cache
def words(key: str) -> frozenset[str]:
    """Return the words of a key in all languages, in small letters; those with umlauts also without."""
    said = [word.casefold() for language in LANGUAGES.values() for word in language.get(key, ())]
    return frozenset({*said, *map(plainly, said)})


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
