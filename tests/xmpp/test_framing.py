"""A stream cut into stanzas, however the wire cuts it."""

import random

import pytest

from custom_components.dinox_mqtt_bot.xmpp.stream.framing import (
    NOTHING,
    Bounds,
    Closed,
    Frame,
    Framer,
    NotWellFormed,
    Opened,
)

HEADER = b"<?xml version='1.0'?> <stream:stream xmlns='jabber:client' a=\">\">"
BOUNDS = Bounds(2_000, 20)


def cut(*pieces: bytes, bounds: Bounds = BOUNDS) -> list[Opened | Frame | Closed]:
    framer = Framer(lambda opening: bounds)
    return [found for piece in pieces for found in framer.feed(piece) if found is not None]


def framed(stanza: bytes, bounds: Bounds = BOUNDS) -> bytes | None:
    _, frame, closed = cut(HEADER + stanza + b"</stream:stream>", bounds=bounds)
    assert isinstance(frame, Frame)
    assert isinstance(closed, Closed)
    assert stanza.startswith(frame.opening)
    return frame.whole


@pytest.mark.parametrize(
    "stanza",
    [
        b"<r xmlns='urn:xmpp:sm:3'/>",
        b"<message  a='>' b=\"'/>\" ><body>x &gt; y &lt;</body\n></message >",
        b"<iq><![CDATA[ </iq> ]]><!-- <a> --><?pi <b> ?><!bogus ></iq>",
        "<m>\u00e9\U0001f600</m>".encode(),
        b"<a>" * 60 + b"</a>" * 60,
    ],
    ids=["empty", "quotes", "sections", "letters", "deep"],
)
def test_a_stanza_is_kept_whole(stanza: bytes) -> None:
    assert framed(stanza, Bounds(2_000, 60)) == stanza


@pytest.mark.parametrize(
    "stanza",
    [
        b"<m>" + b"x" * 2_000 + b"</m>",
        b"<m>" + b"<a/>" * 20 + b"</m>",
        b"<m" + b" a=''" * 20 + b"/>",
        b"<m>" + b"<![CDATA[" + b"x" * 2_000 + b"]]></m>",
        b"<m><a b='" + b"/>" * 100_000 + b"'/><b/></m>",
        b'<m><a b="' + b"/>" * 100_000 + b'"></a><b/></m>',
        b"<m><" + b"n" * 100_000 + b"></" + b"n" * 100_000 + b"></m>",
        b"<m><a></a" + b" " * 100_000 + b"></m>",
    ],
    ids=["text", "children", "attributes", "section", "value", "other value", "name", "closing tag"],
)
def test_what_is_over_a_bound_is_passed_over_to_its_end(stanza: bytes) -> None:
    assert framed(stanza) is None
    for seed in range(5):
        chance = random.Random(seed)
        data, pieces = HEADER + stanza + b"<next/>", list[bytes]()
        while data:
            length = chance.choice((1, 2, 3, 10_000, 40_000))
            pieces.append(data[:length])
            data = data[length:]
        assert [found.name for found in cut(*pieces)[1:] if isinstance(found, Frame)] == [b"m", b"next"]


@pytest.mark.parametrize(
    ("stanza", "bounds"),
    [
        (b"<a>" * 61 + b"</a>" * 61, Bounds(10_000, 1_000)),
        (b"<a>" * 5_000 + b"</a>" * 5_000, Bounds(10**6, 10**6)),
        (b"<a" + b" b=''" * 65 + b"/>", Bounds(10_000, 1_000)),
        (b"<a xmlns='" + b"u" * 600 + b"'/>", Bounds(10_000, 1_000)),
        (b'<a b="" xmlns:c = "' + b"u" * 600 + b'"/>', Bounds(10_000, 1_000)),
        (b"<a><b/></a>", NOTHING),
    ],
    ids=["deep", "very deep", "attributes", "namespace", "prefix", "nothing"],
)
def test_depth_attributes_and_namespaces_are_bounded_for_all(stanza: bytes, bounds: Bounds) -> None:
    assert framed(stanza, bounds) is None


def test_an_opening_tag_that_is_too_long_is_not_judged() -> None:
    _, frame, after = cut(HEADER + b"<m a='" + b"x" * 100_000, b"'/>", b"<b/>")
    assert frame == Frame(b"m", b"", None)
    assert after == Frame(b"b", b"<b/>", b"<b/>")


def test_every_cut_of_the_wire_gives_the_same() -> None:
    data = HEADER + b"\n<a b='>'><![CDATA[>]]><!-- - -->x<c/></a> <presence/><!-- <d> --></stream:stream>"
    whole = cut(data)
    for at in range(len(data)):
        assert cut(data[:at], data[at:]) == whole
    assert cut(*(data[at : at + 1] for at in range(len(data)))) == whole


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request",
        b"\x16\x03\x01",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<stream:stream/>",
        b"<stream:stream a='" + b"x" * 100_000 + b"'>",
        b"<" * 70_000,
        HEADER + b"<a><b></a>",
        HEADER + b"</stream>",
        HEADER + b"</stream:stream></x>",
        b"</stream:stream>",
    ],
    ids=["http", "tls", "doctype", "empty", "long", "no tags", "crossed", "other end", "after", "end"],
)
def test_what_is_no_stream_is_not_taken_for_one(data: bytes) -> None:
    with pytest.raises(NotWellFormed):
        cut(data)


def test_within_a_long_stanza_there_are_pauses() -> None:
    framer = Framer(lambda opening: BOUNDS)
    assert list(framer.feed(HEADER + b"<a>" + b"<b/>" * 2_000)).count(None) >= 3
