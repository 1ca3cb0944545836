"""The chaos run counts what it is there for: what is lost, and what comes twice as if it were new."""

from dataclasses import replace

import pytest

from lab.chaos import Figures, Place
from lab.chaos_chat import Seen
from lab.chaos_once import OnceFigures
from lab.chaos_sensors import ROOT

ONE, TWO = f"⚠ {ROOT}/1 is 31", f"⚠ {ROOT}/2 is 31"
GOOD = Place(2, 0, 1, 0)


def place(*told: tuple[str, str, str]) -> Place:
    """Return what came of two numbers: `told` are stanza id, copy and text of each message."""
    seen = Seen()
    for stanza_id, copy, text in told:
        seen.add(stanza_id, copy, text, live=True)
    return Place.of({1, 2}, seen)


@pytest.mark.parametrize(
    ("told", "lost", "marked", "unmarked"),
    [
        ([("a", "1", ONE), ("b", "2", TWO)], 0, 0, 0),
        ([("a", "1", f"{ONE}\n{TWO}")], 0, 0, 0),
        ([("a", "1", ONE)], 1, 0, 0),
        ([("a", "1", ONE), ("a", "1", ONE), ("b", "2", TWO)], 0, 0, 0),
        ([("a", "1", ONE), ("a", "3", ONE), ("b", "2", TWO)], 0, 1, 0),
        ([("a", "1", ONE), ("c", "3", ONE), ("b", "2", TWO)], 0, 0, 1),
    ],
)
def test_what_is_lost_or_comes_again_is_counted(
    told: list[tuple[str, str, str]], lost: int, marked: int, unmarked: int
) -> None:
    assert place(*told) == Place(2, lost, marked, unmarked)


@pytest.mark.parametrize("where", ["contact", "room", "phone"])
@pytest.mark.parametrize("bad", [Place(2, 1, 0, 0), Place(2, 0, 0, 1)])
def test_a_run_fails_wherever_something_is_lost_or_told_as_new(where: str, bad: Place) -> None:
    contact = bad if where == "contact" else GOOD
    figures = Figures(
        sent=2,
        lost=contact.lost,
        duplicates_marked=contact.duplicates_marked,
        duplicates_unmarked=contact.duplicates_unmarked,
        room=bad if where == "room" else GOOD,
        phone=bad if where == "phone" else GOOD,
        kills={},
    )
    assert figures.failed
    assert not replace(figures, lost=0, duplicates_unmarked=0, room=GOOD, phone=GOOD).failed


@pytest.mark.parametrize(
    ("wrong", "failed"),
    [
        ({}, False),
        ({"duplicates_marked": 420}, False),
        ({"lost": 1}, True),
        ({"duplicates_unmarked": 1}, True),
        ({"left": 1}, True),
    ],
)
def test_what_tells_once_is_told_and_gone_and_never_told_again_as_new(
    wrong: dict[str, int], failed: bool
) -> None:
    figures = OnceFigures(1_000, 0, 0, 0, 0, kills=12, seconds=250.0)
    assert replace(figures, **wrong).failed is failed
