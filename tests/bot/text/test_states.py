"""Words for states in two languages."""

import pytest

from bot.text.states import is_state_word, may_become, same_state


@pytest.mark.parametrize(
    ("one", "other"), [("open", "Offen"), ("Geöffnet", "offen"), ("OFF", "aus"), ("zu  Hause", "home")]
)
def test_words_for_the_same_state_are_known_in_both_languages(one: str, other: str) -> None:
    assert same_state(one, other)
    assert is_state_word(one)


@pytest.mark.parametrize(
    ("one", "other"), [("open", "on"), ("wet", "open"), ("offen", "zu"), ("blue", "blue")]
)
def test_words_for_different_states_are_not_the_same(one: str, other: str) -> None:
    assert not same_state(one, other)


@pytest.mark.parametrize("word", ["true", "1", "LOCK", ""])
def test_what_only_devices_write_is_no_word_for_a_state(word: str) -> None:
    assert not is_state_word(word)


@pytest.mark.parametrize(
    ("shown", "word", "possible"),
    [
        ("open", "geschlossen", True),
        ("open", "wet", False),
        ("on", "open", False),
        ("on", "aus", True),
        ("blue", "open", True),
        ("open", "blue", True),
    ],
)
def test_what_is_in_one_state_may_be_in_others_of_its_kind(shown: str, word: str, possible: bool) -> None:
    assert may_become(shown, word) is possible
