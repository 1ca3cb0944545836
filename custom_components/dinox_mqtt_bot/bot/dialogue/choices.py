"""The possible answers to a question: how they are shown, and which of them somebody means."""

from collections.abc import Iterable, Sequence
import re

from ..model.forms import Button
from ..model.inquiry import FOR_A_WHILE, Option
from ..ports import Phrases
from ..text.tongue import plainly, words
from .context import bare_emoji

_YES, _NO = words("yes"), words("no")
_LABELS = {
    "yes": "common.inquiry_yes",
    "no": "common.inquiry_no",
    FOR_A_WHILE.id: "common.inquiry_for_a_while",
}
_WORDS = {FOR_A_WHILE.id: words("for_a_while")}
_AROUND = re.compile(r"\A[\s#.!?,;:()]+|[\s.!?,;:()]+\Z")
_KEYCAP = "\u20e3"
_LONGEST = 200
"""Characters: blanks at the end of a text are looked for from each blank anew."""


class Choices:
    """Each is named by its number, its label, its id, and by 👍 or 👎 where those stand beside it.

    👍 and 👎 stand beside yes and no, else beside the two there are, or the only one. Other words for yes and
    no are understood where yes and no are among the answers.
    """

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = tuple(options)
        self._own = [{_word(each.label), _word(each.id)} - {""} for each in options]
        # A number that is an answer itself stands for nothing else.
        self._numbered = not any(name.isdecimal() for own in self._own for name in own)
        self._marks = _marks(self._own)
        self._names = [
            own
            | _others(own)
            | _WORDS.get(option.id, frozenset())
            | ({mark} if mark else set())
            | ({str(at)} if self._numbered else set())
            for at, (option, own, mark) in enumerate(
                zip(self.options, self._own, self._marks, strict=True), 1
            )
        ]

    @property
    def twice(self) -> str:
        """Return the name that two answers have; empty if each has its own, and has one."""
        seen: set[str] = set()
        for each, own in zip(self.options, self._own, strict=True):
            if not own or seen & own:
                return each.label or each.id
            seen |= own
        return ""

    def label(self, option: Option, phrases: Phrases) -> str:
        """Return what an answer is called; yes and no in the reader's language."""
        if option.label:
            return option.label
        key = _LABELS.get(option.id)
        return phrases.phrase(key) if key else option.id

    def lines(self, phrases: Phrases) -> list[str]:
        """Return each answer with all that it can be chosen by: `1 Yes 👍`."""
        numbers = [str(at) if self._numbered else "•" for at in range(1, len(self.options) + 1)]
        labels = [self.label(each, phrases) for each in self.options]
        return [" ".join(filter(None, line)) for line in zip(numbers, labels, self._marks, strict=True)]

    def buttons(self, phrases: Phrases) -> list[Button]:
        """Return each answer with the shortest that says it."""
        labels = [self.label(each, phrases) for each in self.options]
        return [Button(label, str(at) if self._numbered else label) for at, label in enumerate(labels, 1)]

    def example(self, phrases: Phrases) -> str:
        """Return what may be typed for the first answer."""
        return "1" if self._numbered else self.label(self.options[0], phrases)

    def chosen(self, said: Iterable[str]) -> Option | None:
        """Return the one answer that is meant by some words or emojis; None for none and for several."""
        heard = {_word(each) for each in said} - {""}
        found = [option for option, names in zip(self.options, self._names, strict=True) if names & heard]
        return found[0] if len(found) == 1 else None

    def at(self, place: str) -> Option | None:
        """Return the answer at a place in the list, the first at 0."""
        number = int(place) if place.isdecimal() and len(place) < 3 else len(self.options)
        return self.options[number] if number < len(self.options) else None


def _marks(own: Sequence[set[str]]) -> list[str]:
    marks = ["👍" if names & _YES else "👎" if names & _NO else "" for names in own]
    if any(marks):
        # Of two that say yes only the first is meant by it.
        return [mark if mark not in marks[:at] else "" for at, mark in enumerate(marks)]
    return ["👍", "👎"][: len(own)] if len(own) <= 2 else marks


def _others(own: set[str]) -> frozenset[str]:
    """Return the other words for an answer that is yes or no."""
    return _YES if own & _YES else _NO if own & _NO else frozenset()


def _word(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    bare = bare_emoji(_AROUND.sub("", text)).replace(_KEYCAP, "")
    return " ".join(plainly(bare).split())
