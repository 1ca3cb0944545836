"""Words for states in two languages."""

import pytest

from bot.text.states import class_word, is_state_word, may_become, same_state, side_of


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


@pytest.mark.parametrize(
    ("device_class", "state", "word"),
    [
        ("door", "on", "open"),
        ("moisture", "off", "dry"),
        ("lock", "on", "unlocked"),
        ("power", "on", ""),
        ("", "off", "off"),
        ("door", "unknown", ""),
    ],
)
def test_a_device_class_has_words_for_on_and_off(device_class: str, state: str, word: str) -> None:
    assert class_word(device_class, state) == word


@pytest.mark.parametrize(
    ("word", "side"),
    [("Offen", "on"), ("dry", "off"), ("an", "on"), ("normal", "off"), ("stopped", ""), ("x", "")],
)
def test_a_word_is_for_on_or_off(word: str, side: str) -> None:
    assert side_of(word) == side
