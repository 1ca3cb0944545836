"""What happens to things, as people say it: `opens`, `gets wet`, `aufgeht`."""

from collections.abc import Collection
import re

from .standing import pronoun_in
from .tongue import LONGEST_PHRASE, meant, words
from .weekly import read_weekly

_MARKS = "?!.,;: "
_MOST_OF_TIMES = 8
_CLOCK = re.compile(r"\d:\d|\d ?[ap]\.?m\b|\buhr\b|\bo.?clock\b", re.IGNORECASE)
"""Without one, two numbers of which the first is less may as well be limits: `between 10 and 20`."""


def change_of(text: str) -> str:
    """Return which change a text tells of, as the keys of the words have it; empty if it tells of none."""
    return meant("becomes", text)


def ends_in_change(clause: str) -> bool:
    """Say whether a clause ends in what happens to something."""
    said = clause.rstrip(_MARKS).split()
    return any(change_of(" ".join(said[at:])) for at in range(-LONGEST_PHRASE, 0))


def by_somebody(clause: str, fillers: Collection[str]) -> bool:
    """Say whether a clause begins with a word for somebody or something: `someone opens the door`."""
    return bool(pronoun_in(clause, "", fillers)[0])


def named_after(change: str) -> frozenset[str]:
    """Return what things are called to which only this happens: what rings is a bell."""
    return words(f"thing_{change}") if change else frozenset()


def times_apart(clause: str, names: Collection[str]) -> tuple[str, str]:
    """Return a clause without the times of the week in it, and these as they are kept: `door at night open`.

    What is in one of the `names` is none, nor is a lone word at the end: that is a state.
    """
    said = clause.split()
    for at in range(len(said)):
        for end in range(min(len(said), at + _MOST_OF_TIMES), at, -1):
            times = " ".join(said[at:end])
            lone = end == at + 1 == len(said) and said[at].isalpha()
            # Of `is on between 10 pm and 6 am` the `on` is the state.
            stated = meant("state", said[at]) and read_weekly(" ".join(said[at + 1 : at + 2])) is None
            if lone or stated or any(times.casefold() in name.casefold() for name in names):
                continue
            numbers = [int(each) for each in re.findall(r"\d{1,2}", times)]
            clear = _CLOCK.search(times) or not numbers or numbers[0] > numbers[-1]
            if clear and (weekly := read_weekly(times.rstrip(_MARKS))) is not None:
                return " ".join(said[:at] + said[end:]), str(weekly)
    return clause, ""
