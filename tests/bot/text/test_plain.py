"""Foreign text made harmless."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from bot.text.foreign import cut, inert, is_plain, plain

WJ = "\u2060"
ANY = st.text(st.characters(codec=None, categories=None))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("22.5 °C", "22.5 °C"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc\x0bd\x85e\u2028f", "a\nb\nc\nd\ne\nf"),
        ("a\0b\x07c", "a␀b␇c"),
        ("a\x7fb\x9fc", "a␡b�c"),
        ("\x1b[0;32m[I] ready\x1b[0m", "[I] ready"),
        ("\x1b]0;x", "␛]0;x"),
        ("evil\u202egnp.exe\u2066x\u2069", "evilgnp.exex"),
        ("\ufeff22", "22"),
        ("a\ud800b\uffffc\ufffed", "a�b�c�d"),
        ("👨‍👩‍👧 \u200e", "👨‍👩‍👧 \u200e"),
    ],
)
def test_text_is_made_plain(text: str, safe: str) -> None:
    assert plain(text) == safe


@given(ANY)
def test_plain_text_survives_xml_unchanged(text: str) -> None:
    safe = plain(text)
    body = ET.Element("body")
    body.text = safe
    assert (ET.fromstring(ET.tostring(body, encoding="utf-8")).text or "") == safe


@given(ANY)
def test_plain_text_is_left_as_it_is(text: str) -> None:
    safe = plain(text)
    assert is_plain(safe)
    assert plain(safe) == safe


# What Dino, the strictest of finders, makes a link of: a scheme anywhere, followed by something.
ACTS = re.compile(r"(?i)(xmpp|mailto|tel|geo|sms|im|ftp|javascript|aesgcm|web\+x):\S")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("xmpp:x?message;body=/mqtt%20bridge", f"xmpp{WJ}:x?message;body=/mqtt%20bridge"),
        ("XMPP:a@b", f"XMPP{WJ}:a@b"),
        ("foxmpp:a", f"foxmpp{WJ}:a"),
        ("<xmpp:a@b>", f"<xmpp{WJ}:a@b>"),
        ("mailto:a@b", f"mailto{WJ}:a@b"),
        ("aesgcm://a/b#c", f"aesgcm{WJ}://a/b#c"),
        ("unknown+x.y://z", f"unknown+x.y{WJ}://z"),
        ("web+x:y", f"web+x{WJ}:y"),
        ("https://a.b/?next=xmpp:c@d", f"https://a.b/?next=xmpp{WJ}:c@d"),
        ("https://a.b/c", "https://a.b/c"),
        ("http://a.b", "http://a.b"),
        ("hotel:5", "hotel:5"),
        ("tel: 5", "tel: 5"),
        ("aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff"),
        ("12:30:05", "12:30:05"),
        ("temperature:22", "temperature:22"),
    ],
)
def test_only_web_links_act(text: str, safe: str) -> None:
    assert inert(text) == safe


@given(
    st.lists(
        st.sampled_from(
            [
                "xmpp:",
                "XmPp:",
                "mailto:",
                "aesgcm://",
                "https://",
                "a",
                " ",
                "(",
                "\n",
                "web+x:",
                WJ,
                ":",
                "ftp",
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_no_text_makes_a_link_that_acts(text: str) -> None:
    safe = inert(text)
    assert not any(
        not found.start() or not safe[found.start() - 1].isalpha() or found[1].lower() == "xmpp"
        for found in ACTS.finditer(safe)
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("/me waves", f"{WJ}/me waves"),
        (" /mqtt publish a b", f"{WJ} /mqtt publish a b"),
        ("a /me b", "a /me b"),
        ("a\n```\nb", f"a\n{WJ}```\nb"),
        ("> quoted", f"{WJ}> quoted"),
        ("a\n  > b", f"a\n  {WJ}> b"),
        ("a > b", "a > b"),
        ("*bold* x", f"{WJ}*bold* x"),
        ("a _b_ ~c~ `d`", f"a {WJ}_b_ {WJ}~c~ {WJ}`d`"),
        ("home/_a_/b", "home/_a_/b"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_commands_and_styles_lose_their_effect(text: str, safe: str) -> None:
    assert inert(text) == safe


@pytest.mark.parametrize(
    "text", ["a://" * 500, "xmpp:" * 400, "- " * 1000, "\n" * 2000, "a" * 2000, "web+" * 500, "*_" * 1000]
)
def test_hostile_repetition_does_not_swell_the_text(text: str) -> None:
    assert len(inert(text)) <= 2 * len(text) + 1


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "longe"),
        ("abcde\u0301f", 5, "abcd"),
        ("ab👨‍👩‍👧c", 4, "ab"),
        ("ab👨‍👩‍👧c", 5, "ab"),
        ("ab❤️c", 3, "ab"),
        ("ab👍🏽c", 3, "ab"),
        ("ab🇩🇪c", 3, "ab"),
        ("ab1\ufe0f\u20e3c", 4, "ab"),
        ("a🇩", 1, "a"),
        ("e" + "\u0301" * 9, 3, "e\u0301\u0301"),
    ],
)
def test_text_is_cut_between_characters_as_people_see_them(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(st.text(), st.integers(1, 20))
def test_a_cut_text_begins_the_text_and_keeps_the_limit(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert text.startswith(shown)
    assert min(1, len(text)) <= len(shown) <= limit


@pytest.mark.parametrize("unit", ["\n", " \n", "\x1b", "\x1b[", "\u2028", "\u202e", ">\n", "a:"])
def test_a_million_of_anything_is_made_harmless_in_no_time(unit: str) -> None:
    # What tries from each of them anew would take days.
    assert inert(plain(unit * (1_000_000 // len(unit)) + "!")).endswith("!")
