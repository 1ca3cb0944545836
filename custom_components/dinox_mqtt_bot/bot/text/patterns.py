"""Sentences with places for words: `heat the {room} to {degrees}`, `good night*`."""

import re

_PLACE = re.compile(r"\{(\w+)\}|\*")
_END = " \t\n.!?…"


class Sentence:
    """What somebody may say: `{name}` stands for some words, `*` for any or none.

    A place takes as few words as it can. Nothing is tried twice, so time grows with the text only. Case, the
    width of blanks and what ends a sentence do not matter.
    """

    def __init__(self, pattern: str) -> None:
        pattern = _flat(pattern)
        places = list(_PLACE.finditer(pattern))
        ends = [0, *(place.end() for place in places)]
        begins = [*(place.start() for place in places), len(pattern)]
        words = [re.escape(pattern[end:begin]) for end, begin in zip(ends, begins, strict=True)]
        self._first = re.compile(words[0], re.IGNORECASE)
        self._names = [place[1] or "" for place in places]
        self._then = [re.compile(each, re.IGNORECASE) for each in words[1:]]
        if self._then:
            self._then[-1] = re.compile(rf"{words[-1]}\Z", re.IGNORECASE)

    def match(self, text: str) -> dict[str, str] | None:
        """Return what stands in the named places; None if the text is no such sentence."""
        text = _flat(text)
        found = self._first.match(text)
        if not self._then:
            return {} if found and found.end() == len(text) else None
        said: dict[str, str] = {}
        for name, words in zip(self._names, self._then, strict=True):
            if found is None:
                return None
            start = found.end()
            found = words.search(text, start + bool(name))
            if found and name:
                said[name] = text[start : found.start()].strip()
        return said if found and all(said.values()) else None


def says(text: str, words: str) -> bool:
    """Say whether words stand in a text, in this order and each as a whole; case and blanks do not matter."""
    wanted = re.escape(_flat(words))
    return re.search(rf"(?<!\w){wanted}(?!\w)", _flat(text), re.IGNORECASE) is not None


def _flat(text: str) -> str:
    return " ".join(text.split()).rstrip(_END)
