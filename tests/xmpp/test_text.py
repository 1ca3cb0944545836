"""Text that cannot break a stream."""

import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st
import pytest
from slixmpp.xmlstream.tostring import escape

from custom_components.dinox_mqtt_bot.xmpp.text import body_bytes, cut_bytes, wire_bytes, xml_safe

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
CLUSTERS = ("e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "1\ufe0f\u20e3")


@given(ANY_TEXT)
def test_safe_text_survives_xml(text: str) -> None:
    safe = xml_safe(text)
    assert len(safe) == len(text)
    parsed = ET.fromstring(f"<a>{escape(safe)}</a>".encode())
    assert (parsed.text or "") == safe.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_forbids_is_replaced(bad: str) -> None:
    assert xml_safe(f"a{bad}b") == "a\ufffdb"


@pytest.mark.parametrize("good", ["\t\n", "äöü", "\x7f\x85", "🏠", "\U0001ffff"])
def test_what_xml_allows_stays(good: str) -> None:
    assert xml_safe(good) == good


@given(ANY_TEXT)
def test_bytes_on_the_wire_are_those_of_slixmpp(text: str) -> None:
    safe = xml_safe(text)
    assert wire_bytes(safe) == len(escape(safe).encode())


@given(st.text("aä&<\"'🏠", max_size=400), st.integers(64, 900))
def test_a_cut_text_fits_and_says_how_much_is_missing(text: str, limit: int) -> None:
    result = cut_bytes(text, limit)
    assert wire_bytes(result) <= limit
    kept, mark, missing = result.partition("… [+")
    assert text.startswith(kept)
    assert len(text) - len(kept) == (int(missing.rstrip("]")) if mark else 0)


@given(st.text("a&", min_size=200, max_size=400), st.integers(64, 150))
def test_no_more_is_cut_than_must_be(text: str, limit: int) -> None:
    assert wire_bytes(cut_bytes(text, limit)) > limit - len("&amp;") - 1


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("limit", range(64, 90))
def test_a_cut_leaves_characters_whole(cluster: str, limit: int) -> None:
    kept = cut_bytes(cluster * 40, limit).partition("…")[0]
    assert kept == cluster * (len(kept) // len(cluster))


def test_marks_without_end_are_cut_somewhere() -> None:
    text = "a" + "\u0301" * 500
    assert cut_bytes(text, 200).startswith("a\u0301\u0301")


def test_a_body_leaves_room_for_its_envelope() -> None:
    assert body_bytes(None) < 65_536
    assert body_bytes(262_144) < 262_144
    assert body_bytes(1) > 5_000
