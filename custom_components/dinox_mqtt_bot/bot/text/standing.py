"""Words that stand for a thing and are no name of it: `it`, `someone`."""

from collections.abc import Collection

from .politeness import MARKS
from .tongue import words

_PRONOUNS = words("pronoun")


def is_pronoun(word: str) -> bool:
    """Say whether a word stands for a thing that was spoken of."""
    return word.strip(MARKS).casefold() in _PRONOUNS


def pronoun_in(topic: str, rest: str, fillers: Collection[str]) -> tuple[str, str]:
    """Return the word that stands for a thing, and what stands behind it; nothing where none does.

    `fillers` are said before names: what is only that is no name either.
    """
    left = [*topic.split(), *rest.split()]
    while left and left[0].casefold() in fillers:
        left.pop(0)
    if not left and topic.strip(MARKS).casefold() in _PRONOUNS:
        return topic.strip(MARKS), ""
    first = left[0].strip(MARKS) if left else ""
    if first.casefold() in _PRONOUNS:
        return first, " ".join(left[1:])
    alone = topic.casefold() in fillers and bool(left) and not first[:1].isalnum()
    return (topic, rest) if alone else ("", "")
