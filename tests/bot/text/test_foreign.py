"""Foreign text beside the bot's own."""

import re

from phrases import load
import pytest

from bot.text.foreign import LOOKALIKES, MARKS, NESTED, QUOTED, flat, nested, one_line, quoted, short


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_sign_that_a_text_of_the_bot_begins_with_is_known(language: str) -> None:
    lines = [
        line
        for path, text in load(language).items()
        if path.startswith(("common.", "exceptions.")) and path != "common.decimal_mark"
        for line in text.split("\n")
    ]
    signs = {line[0] for line in lines if line and not re.match(r"[\w{(#×%]", line)}
    assert len(signs) > 5
    assert signs <= MARKS


@pytest.mark.parametrize("text", ["21.5 °C", "ON", "🔔 Bell", "Müller", "❌ closed", " a", "\u00a0a", ""])
def test_what_begins_with_none_of_the_bots_signs_stays(text: str) -> None:
    assert short(text, 20) == text.strip()
    assert [flat(text), quoted(text), nested(text)] == [text] * 3


BULLETS, OMISSIONS = "•∙·●‧⋅⦁・⬤", "…‥⋯"
# Nobody sees these before a mark: format characters, blanks, what is set on another letter, and the like.
HIDDEN = (
    *("", " ", "\u200b", "\ufeff\u2060 ", "\u3164\u2800", "\ufe0f", "\u0301", "\u20dd", "\u20e3", "\u0e47"),
    *("\u0903", "\U0001bca0", "\U0001bca3", "\U00016fe4", "\U0001d159", "\ufffc", "\U0001f3fb", "\U0001f3ff"),
    *("\u2065", "\U000e0041", "\U00013430", "\U00013441", "\ufff0", "\ue000", "\u0301 \u0e47\u200b"),
)


@pytest.mark.parametrize("mark", sorted((MARKS | LOOKALIKES) - {*BULLETS, *OMISSIONS}))
@pytest.mark.parametrize("before", HIDDEN)
def test_a_sign_of_the_bots_is_seen_to_be_quoted(mark: str, before: str) -> None:
    text = f"{before}{mark}\ufe0f over"
    assert short(text, 20) == f"{QUOTED}{mark}\ufe0f over"
    assert flat(text).lstrip() == quoted(text).lstrip() == f"{QUOTED}{mark}\ufe0f over"


@pytest.mark.parametrize("before", HIDDEN)
def test_a_list_stays_one_in_other_signs(before: str) -> None:
    assert {short(f"{before}{sign} a", 20) for sign in BULLETS} == {"◦ a"}
    assert {short(f"{before}{sign} a", 20) for sign in OMISSIONS} == {"... a"}


def test_what_cannot_be_seen_goes_from_a_beginning_and_stays_within() -> None:
    assert flat("\u200b\u2060a👩\u200d🚀") == "a👩\u200d🚀"
    assert quoted("a\n\u200bb") == "a\nb"
    assert quoted("\ue000 é\u0301✅") == "\ue000 é\u0301✅"
    assert quoted("\u0301") == ""


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", " \n\n "])
def test_what_stands_in_a_line_of_the_bots_has_no_end_of_its_own(end: str) -> None:
    assert short(f"a{end}✅ b", 20) == "a ✅ b"
    assert "\n" not in flat(f"a{end}✅ b")
    assert flat(f"a{end}✅ b").split() == ["a", "✅", "b"]


def test_below_a_name_only_the_first_line_begins_where_the_bots_do() -> None:
    assert nested("ok\n\n✅ home/x: 1\n• b") == f"ok\n\n{NESTED}{QUOTED}✅ home/x: 1\n{NESTED}◦ b"
    assert quoted("ok\n✅ home/x: 1") == f"ok\n{QUOTED}✅ home/x: 1"
    assert nested("plain\nlines") == f"plain\n{NESTED}lines"


def test_long_text_is_cut() -> None:
    assert one_line("✅ " + "a" * 20, 5) == "✅ aaa…"
    assert short("a" * 5_000_000, 5) == "aaaaa…"


def test_of_ever_so_many_lines_the_first_are_told() -> None:
    lines = quoted("\n".join(["✅"] * 30_000)).split("\n")
    assert len(lines) == 2_001
    assert lines[-1] == "…"
    assert not any(line.startswith("✅") for line in lines)
