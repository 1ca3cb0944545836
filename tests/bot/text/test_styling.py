"""What is bold in a chat: one line, which nothing from outside forges or ends."""

from hypothesis import given, strategies as st
import pytest

from bot.text.foreign import inert
from bot.text.styling import bold, unstyled

WJ = "\u2060"


@pytest.mark.parametrize(
    ("text", "styled"),
    [
        ("Freezer warm", "*Freezer warm*"),
        ("  Freezer\n warm ", "*Freezer warm*"),
        ("a * b", "*a ∗ b*"),
        ("*", "*∗*"),
        ("_x_", f"*{WJ}_x_*"),
        ("xmpp:a@b", f"*xmpp{WJ}:a@b*"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_text_is_bold_as_it_is_and_on_one_line(text: str, styled: str) -> None:
    assert bold(text) == styled


@given(st.text("ab *_\n", max_size=12))
def test_bold_begins_and_ends_at_letters_and_only_there(text: str) -> None:
    styled = bold(text)
    if styled:
        assert styled.count("*") == 2
        assert (styled[0], styled[-1]) == ("*", "*")
        assert not styled[1].isspace()
        assert not styled[-2].isspace()
        assert "\n" not in styled
        assert unstyled(styled) == styled[1:-1]


@given(st.text("ab *:\n", max_size=12))
def test_what_comes_from_outside_is_never_taken_for_bold(text: str) -> None:
    foreign = inert(text)
    assert unstyled(foreign) == foreign


def test_where_nothing_is_bold_the_words_stay() -> None:
    assert unstyled("⚠ *Too hot*: s/1 31\nafter *a* 3 * 4 * 5") == "⚠ Too hot: s/1 31\nafter a 3 * 4 * 5"
