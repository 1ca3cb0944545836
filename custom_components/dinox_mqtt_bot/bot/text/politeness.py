"""What stands around what is said: polite words, marks, and the verb of a wish."""

from collections.abc import Callable

from .tongue import pairs, words

MARKS = "?!.,;: "
_POLITE, _GREETINGS, _ASIDE, _THANKS = map(words, ("polite", "greeting", "aside", "thanking"))
_MEANT = frozenset("?#+/*%°\"”“’'")
"""Signs that mean something by themselves, or end what was quoted."""


def bare(word: str) -> str:
    """Return a word without the marks around it, as words are compared."""
    return word.strip(MARKS).casefold()


def without_polite(text: str) -> str:
    """Return a line without what stands around what is said, a single blank between the other words.

    Greetings, polite words, thanks, smileys: alone thanks and `ok` are what is said.
    """
    words = text.split()
    # `Good morning` may begin a name; with a mark behind it, it does not.
    ends = [end for end in (2, 1) if len(words) > 2 and _are(_GREETINGS, words[:end])]
    words = words[next((end for end in ends if end == 1 or words[end - 1][-1] in MARKS), 0) :]
    while words:
        first = len(words) > 1 and (
            _are(_ASIDE, words[:1]) or (words[0][-1] == "," and _are(_THANKS, words[:1]))
        )
        if first or _are(_POLITE, words[:1]):
            words.pop(0)
        elif _are(_POLITE, words[-1:]) or (len(words) > 1 and _is_smile(words[-1])):
            words.pop()
        elif thanks := next(
            (end for end in (3, 2, 1) if words[end + 1 :] and _are(_THANKS, words[-end:])), 0
        ):
            words = words[:-thanks]
        else:
            break
    return " ".join(words)


def without_polite_words(line: str, known: Callable[[str], bool]) -> str:
    """Return a line without the polite words anywhere in it, but for `known` ones and units: `um 1 grad`."""
    spoken = line.split()
    pairs = zip(["", *spoken], spoken, strict=False)
    return " ".join(
        each for before, each in pairs if known(each) or before.isdigit() or not _are(_POLITE, [each])
    )


def _are(known: frozenset[str], said: list[str]) -> bool:
    return " ".join(map(bare, said)) in known


def _is_smile(word: str) -> bool:
    """Say whether a word is none, but a smiley, an emoji or a dash."""
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
