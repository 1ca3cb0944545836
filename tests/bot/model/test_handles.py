"""Things by number or name."""

from dataclasses import dataclass

import pytest

from bot.model.handles import Handles


@dataclass
class Thing:
    name: str
    number: int


LAMP, NAMELESS, SEVEN = Thing("Kitchen lamp", 1), Thing("", 2), Thing("2 lamps", 7)
HANDLES = Handles((LAMP, NAMELESS, SEVEN))


@pytest.mark.parametrize(
    ("handle", "thing"),
    [
        ("1", LAMP),
        ("# 1", LAMP),
        (" kitchen  LAMP ", LAMP),
        ("#kitchen lamp", LAMP),
        ("2", NAMELESS),
        ("#2 lamps", SEVEN),
        ("", None),
        ("#", None),
        ("kitchen", None),
    ],
)
def test_a_thing_has_a_number_and_perhaps_a_name(handle: str, thing: Thing | None) -> None:
    assert HANDLES.get(handle) is thing


WARM, AGAIN, ROOM = Thing("Icebox > −15 °C", 1), Thing("Icebox > −15 °C (2)", 2), Thing("Room 2 lamp", 3)


@pytest.mark.parametrize(
    ("handle", "thing"),
    [
        ("Icebox > −15 °C", WARM),
        ("icebox > -15 °c", WARM),
        ("icebox > -15", WARM),
        ("icebox > -15 (2)", AGAIN),
        ("icebox > -1", None),
        ("room 2", None),
    ],
)
def test_a_limit_is_typed_with_what_keyboards_have(handle: str, thing: Thing | None) -> None:
    assert Handles((WARM, AGAIN, ROOM)).get(handle) is thing


def test_names_that_look_alike_are_said_as_they_are_written() -> None:
    assert HANDLES.similar("#kitchen lamb") == "Kitchen lamp"
    assert HANDLES.similar("door") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 lamps  on ", (SEVEN, "on")),
        ("2 on", (NAMELESS, "on")),
        ('"kitchen lamp"', (LAMP, "")),
        ("door 2", None),
        ("", None),
    ],
)
def test_the_longest_handle_counts(text: str, found: tuple[Thing, str] | None) -> None:
    assert HANDLES.begun(text) == found
