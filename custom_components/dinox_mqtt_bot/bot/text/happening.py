"""What happens to things, as people say it: `opens`, `gets wet`, `aufgeht`."""

from collections.abc import Collection

from .standing import pronoun_in
from .tongue import LONGEST_PHRASE, meant, words

_MARKS = "?!.,;: "


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
