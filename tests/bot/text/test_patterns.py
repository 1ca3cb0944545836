"""Sentences with places for words."""

from hypothesis import given, strategies as st
import pytest

from bot.text.patterns import Sentence, says


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        ("good night", "Good  Night!", {}),
        ("good night", "good nights", None),
        ("good night", "a good night", None),
        ("good night*", "good night, house", {}),
        ("good night*", "good night", {}),
        ("*night", "good night.", {}),
        ("*", "", {}),
        ("", "", {}),
        ("", "x", None),
        ("heat the {room} to {degrees}", "Heat the living room to 21 °C", ("living room", "21 °C")),
        ("heat the {room} to {degrees}", "heat the to 21", None),
        ("heat the {room} to {degrees}", "heat the bath to ", None),
        ("heat the {room} to {degrees}", "cool the bath to 20", None),
        ("{room} to {degrees}", "to do to 5", ("to do", "5")),
        ("lights {room} off*", "lights kitchen off please", ("kitchen",)),
        ("{room} lights", "kitchen lights and lights", ("kitchen lights and",)),
        ("a.c", "abc", None),
        ("{where}", "  ", None),
        ("x {a} y", "x   y", None),
        ("Heizung {raum}", "heizung KÜCHE", ("KÜCHE",)),
    ],
)
def test_a_sentence_is_heard_with_what_stands_in_its_places(
    pattern: str, text: str, said: tuple[str, ...] | dict[str, str] | None
) -> None:
    found = Sentence(pattern).match(text)
    assert (tuple(found.values()) if found else found) == said


def test_places_have_their_names() -> None:
    assert Sentence("heat the {room} to {degrees}").match("heat the bath to 21") == {
        "room": "bath",
        "degrees": "21",
    }


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("Good  NIGHT, everybody", "good night", True),
        ("Hi!", "hi", True),
        ("this", "hi", False),
        ("lights", "light", False),
        ("is the door open?", "door open", True),
        ("open the door", "door open", False),
        ("a.b", "a.b", True),
    ],
)
def test_words_stand_in_a_text_as_a_whole(text: str, words: str, said: bool) -> None:
    assert says(text, words) is said


@given(st.text(alphabet="ab {}*x", max_size=40), st.text(alphabet="ab {}*", max_size=200))
def test_no_pattern_fails(pattern: str, text: str) -> None:
    found = Sentence(pattern).match(text)
    assert found is None or all(found.values())


@given(st.text(min_size=1, max_size=40), st.integers(1, 8))
def test_a_long_text_is_read_once(text: str, places: int) -> None:
    # A try of all lengths of all places would not end with the test.
    Sentence("{a}x" * places + "y").match(text + "x" * 20_000)
