"""Readings as chat text."""

import json

from hypothesis import given, strategies as st
from phrases import RealPhrases
import pytest

from bot.model.message import Message, Properties
from bot.model.rules import Priority, Subscription
from bot.ports import Phrases
from bot.reading.readings import Readings
from bot.rendering.readings import (
    LONGEST_NAME,
    MOST_CHARACTERS,
    MOST_FIELDS,
    MOST_LINES,
    MOST_TOPICS,
    render_digest,
    render_reading,
    render_value,
)
from bot.text.foreign import is_plain

WJ = "\u2060"
ENGLISH: Phrases = RealPhrases("en")
READINGS = Readings()

type Payload = bytes | str


def rendered(
    payload: Payload, subscription: Subscription | None = None, *, topic: str = "home/x", retain: bool = False
) -> str:
    data = payload.encode() if isinstance(payload, str) else payload
    message = Message(topic, data, retain=retain)
    return render_reading(READINGS.read(message, subscription), subscription, ENGLISH)


def body(payload: Payload) -> str:
    """Return the text behind or below the name."""
    text = rendered(payload)
    assert text.startswith(("*home/x* ", "*home/x*\n"))
    return text.removeprefix("*home/x*")[1:]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("22.5", "22.5"),
        ("22.5 °C", "22.5 °C"),
        ("45%", "45 %"),
        ("0.0012", "0.0012"),
        ("ON", "ON"),
        ("two\nlines", "two\n\u2003lines"),
        ("", "(empty)"),
        (" \n", "(empty)"),
        ('""', "(empty)"),
        ('{"value": 22.1, "unit": "C"}', "22.1 C"),
        ('{"temperature": 22.1, "unit": "°C"}', "temperature: 22.1 °C"),
        ('{"a": {"b": 1}, "c": "x\\ny"}', "a.b 1 · c x y"),
        ("[1, 2, 3]", "1, 2, 3"),
        (b"\x89PNG\r\n\x1a\n" + bytes(45_222), "PNG image"),
        (b"OggS\0" + bytes(60), "OGG audio, 65 B"),
        (b"\0\0\0\x18ftypisom" + bytes(60), "MP4 video, 72 B"),
        (b"%PDF-1.7\xff" + bytes(60), "PDF document, 69 B"),
        (b"PK\3\4" + bytes(60), "ZIP archive, 64 B"),
        (b"\x00\x01\x02\xff", "Data, 4 B: 00 01 02 ff"),
        (bytes(5_000_000), "Data, 5 MB"),
        ("#EXTM3U\nhttps://a.b/s", "Stream: https://a.b/s"),
        ("<html><title>A page</title></html>", "Web page “A page”, 34 B"),
        ("<html><body></body></html>", "Web page, 26 B"),
    ],
)
def test_a_value_reads_as_people_write(payload: Payload, text: str) -> None:
    assert body(payload) == text


@pytest.mark.parametrize(
    "payload",
    [
        "🏓 Pong! (Node-RED antwortet in 0ms)",
        '😂 What does an IT guy say when he\'s cold? "Hold on, let me open a few Windows."',
        "Benzin: 1,299 EUR/L",
        "BMS voltage: 12.6V",
        "OK: Kitchen light turned on",
    ],
)
def test_what_flows_write_for_people_stays_as_it_is(payload: str) -> None:
    assert body(payload) == payload


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (
            "📖 DinoX Node-RED Bot\n\nAvailable commands:\n• time — Current date & time\n• ping — Pong!",
            (
                "📖 DinoX Node-RED Bot\n\n\u2003Available commands:\n"
                "\u2003◦ time — Current date & time\n\u2003◦ ping — Pong!"
            ),
        ),
        (
            "⛽ Fuel Prices\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟢 Super E5: 1.769 €\n❌ JET: Closed",
            (
                "⛽ Fuel Prices\n\u200322.11.2026, 08:55\n\n\u2003⛽ HEM:\n"
                "\u2003  🟢 Super E5: 1.769 €\n\u2003❌ JET: Closed"
            ),
        ),
        (
            "⚠️ Error fetching fuel prices: apikey nicht angegeben",
            "› ⚠️ Error fetching fuel prices: apikey nicht angegeben",
        ),
        ("✅ Washing machine done", "› ✅ Washing machine done"),
    ],
)
def test_what_flows_write_keeps_its_lines_and_is_not_taken_for_the_bots(payload: str, text: str) -> None:
    assert body(payload) == text


def test_a_stream_address_is_never_cut() -> None:
    url = "https://a.b/" + "x" * 1_500
    assert body(f"#EXTM3U\n{url}") == f"Stream: {url}"


@pytest.mark.parametrize(
    ("subscription", "retain", "header"),
    [
        (None, False, "*home/x*"),
        (None, True, "📌 *home/x*"),
        (Subscription("home/x", alias="Kitchen"), False, "*Kitchen*"),
        (Subscription("home/x", icon="🌡"), False, "🌡 *home/x*"),
        (Subscription("home/x", priority=Priority.ALERT), False, "⚠ *home/x*"),
        (
            Subscription("home/x", alias="Door", icon="🚪", priority=Priority.CRITICAL),
            True,
            "🔴 🚪 📌 *Door*",
        ),
    ],
)
def test_the_header_names_the_topic_and_what_is_special(
    subscription: Subscription | None, retain: bool, header: str
) -> None:
    assert rendered("1", subscription, retain=retain) == f"{header} 1"


def test_a_long_name_is_cut() -> None:
    assert rendered("1", topic="x" * 500) == "*" + "x" * LONGEST_NAME + "…*\n1"


def test_long_text_is_cut_and_says_how_much_is_missing() -> None:
    assert body("a" * (MOST_CHARACTERS + 12_000)) == "a" * MOST_CHARACTERS + "\n… 12 kB more"
    assert body("a" * 5_000_000) == "a" * MOST_CHARACTERS + "\n… 5 MB more"


def test_a_character_is_never_cut_in_two() -> None:
    assert body("👩‍🚀" * 1_000) == "👩‍🚀" * (MOST_CHARACTERS // 3) + "\n… 3.7 kB more"


def test_many_lines_are_cut() -> None:
    assert body("line\n" * 60 + "end") == "\n\u2003".join(["line"] * MOST_LINES) + "\n… 104 B more"


def test_many_fields_are_cut_and_counted() -> None:
    fields = "\n".join(f"\u2003f{number}: {number}" for number in range(MOST_FIELDS))
    assert body(json.dumps({f"f{number}": number for number in range(100)})) == f"{fields}\n… 80 more fields"


def test_a_field_that_is_called_like_a_topic_is_set_in() -> None:
    assert body('{"other": 1, "home/freezer": "-19.1 °C"}') == "other 1 · home/freezer −19.1 °C"


def test_some_more_fields_than_fit_are_counted() -> None:
    assert body(json.dumps({f"f{number}": number for number in range(25)})).endswith("\n… 5 more fields")


def test_a_long_field_is_cut() -> None:
    assert body(json.dumps({"a": "x" * 1_000, "b": 1})) == f"\u2003a: {'x' * 197}…\n\u2003b: 1"


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [("1700000000", "*home/x* 1\nas of <1700000000.0>"), ("1700003599", "*home/x* 1")],
)
def test_the_time_is_told_where_it_is_not_that_of_receipt(timestamp: str, text: str) -> None:
    properties = Properties(user=(("timestamp", timestamp),))
    reading = READINGS.read(Message("home/x", b"1", received=1_700_003_600.0, properties=properties))
    assert render_reading(reading, None, ENGLISH, lambda time: f"<{time}>") == text


def test_without_a_clock_no_time_is_told() -> None:
    properties = Properties(user=(("timestamp", "1700000000"),))
    assert (
        render_reading(READINGS.read(Message("home/x", b"1", properties=properties)), None, ENGLISH)
        == "*home/x* 1"
    )


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (
            "xmpp:x?message;body=/mqtt%20bridge%20%23%20evil@x",
            f"xmpp{WJ}:x?message;body=/mqtt%20bridge%20%23%20evil@x",
        ),
        ('{"a": "xmpp:x?remove", "b": 1}', f"a xmpp{WJ}:x?remove · b 1"),
        ("xm\u202epp:x", f"xmpp{WJ}:x"),
        ("#EXTM3U\nhttp://a.b/?xmpp:c", f"Stream: http://a.b/?xmpp{WJ}:c"),
        ("<html><title>mailto:a@b</title>", f"Web page “mailto{WJ}:a@b”, 31 B"),
        ("```\nall below is code", f"{WJ}```\n\u2003all below is code"),
        ("> said you", f"{WJ}> said you"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_no_payload_acts(payload: str, text: str) -> None:
    assert body(payload) == text


@pytest.mark.parametrize("topic", ["/me leaves", "/mqtt publish a b", "> a", "xmpp:a@b"])
def test_no_topic_acts(topic: str) -> None:
    assert WJ in rendered("1", topic=topic)


def test_a_digest_has_a_line_for_each_topic() -> None:
    kitchen = Subscription("k", alias="Kitchen")
    entries = [
        (READINGS.read(Message("k", "22.5 °C".encode()), kitchen), kitchen, 12),
        (READINGS.read(Message("door", b"two\nlines", retain=True)), None, 1),
        (READINGS.read(Message("light", b'{"state": "ON", "brightness": 254}')), None, 2),
        (READINGS.read(Message("long", b"word " * 100)), None, 1),
        (READINGS.read(Message("none", b"")), None, 1),
        (READINGS.read(Message("bytes", bytes(4_000))), None, 1),
    ]
    assert render_digest(entries, 0, ENGLISH).split("\n") == [
        "Kitchen: 22.5 °C ×12",
        "📌 door: two lines",
        "light: state ON · brightness 254 ×2",
        f"long: {('word ' * 20)[:80]}…",
        "none: (empty)",
        "bytes: Data, 4 kB",
    ]


def test_a_digest_counts_what_it_does_not_list() -> None:
    reading = READINGS.read(Message("k", b"1"))
    lines = render_digest([(reading, None, 3)] * (MOST_TOPICS + 2), 10, ENGLISH).split("\n")
    assert lines == ["k: 1 ×3"] * MOST_TOPICS + ["… 16 more messages"]


def test_nothing_in_a_digest_acts() -> None:
    reading = READINGS.read(Message("/me", b"xmpp:a@b"))
    assert render_digest([(reading, None, 1)], 0, ENGLISH) == f"{WJ}/me: xmpp{WJ}:a@b"


def test_a_value_of_megabytes_fits_a_line() -> None:
    assert render_value(READINGS.read(Message("k", b" " * 3_000_000 + b"x")), ENGLISH, 80) == "…"
    assert render_value(READINGS.read(Message("k", b"x" * 3_000_000)), ENGLISH, 80) == "x" * 80 + "…"


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
    st.text(min_size=1, max_size=30),
    st.booleans(),
)
def test_any_reading_renders_in_every_language(payload: bytes, topic: str, retain: bool) -> None:
    reading = READINGS.read(Message(topic, payload, retain=retain))
    for language in ("en", "de"):
        assert is_plain(render_reading(reading, None, RealPhrases(language)))
        assert is_plain(render_digest([(reading, None, 2)], 1, RealPhrases(language)))


DATED = Properties(user=(("timestamp", "2027-01-15T08:00:00Z"),))


def test_what_was_fetched_afterwards_says_so() -> None:
    undated = READINGS.read(Message("t", b"1", received=1_800_001_000, fetched=True))
    assert render_reading(undated, None, ENGLISH, str) == "⏰ *t* 1\ncame late"
    assert render_reading(undated, None, RealPhrases("de"), str) == "⏰ *t* 1\nkam verspätet"
    dated = READINGS.read(Message("t", b"1", received=1_800_001_000, properties=DATED, fetched=True))
    assert render_reading(dated, None, ENGLISH, str) == "⏰ *t* 1\ncame late, as of 1800000000.0"
    assert render_reading(dated, None, ENGLISH) == "⏰ *t* 1\ncame late"
    assert render_digest([(dated, None, 1)], 0, ENGLISH) == "⏰ t: 1"


def test_only_the_adapter_says_that_something_was_fetched_afterwards() -> None:
    forged = READINGS.read(Message("t", b"1", properties=Properties(user=(("late", "1"),))))
    assert render_reading(forged, None, ENGLISH, str) == "*t* 1"


# Topics of one device.


def roof(*entities: tuple[str, str]) -> Readings:
    """Return readings that know a device with a topic for each entity, called `roof/<name>`."""
    readings = Readings()
    for component, name in entities:
        unit = {"unit_of_meas": "W", "dev_cla": "power"} if "Power" in name else {}
        config = {"name": name, "stat_t": f"roof/{name}", "dev": {"name": "Roof"}, **unit}
        topic = f"homeassistant/{component}/{name.replace(' ', '')}/config"
        assert readings.learn(Message(topic, json.dumps(config).encode()))
    return readings


SOLAR = (("sensor", "Yield"), ("sensor", "Power"), ("binary_sensor", "Producing"), ("sensor", "CH10 Power"))


def test_topics_of_one_device_are_told_together_and_the_main_one_first() -> None:
    readings = roof(*SOLAR)
    entries = [
        (readings.read(Message("roof/Yield", b"1204.5")), None, 1),
        (readings.read(Message("other", b"1")), None, 1),
        (readings.read(Message("roof/CH10 Power", b"48")), None, 2),
        (readings.read(Message("roof/Power", b"97")), None, 1),
        (readings.read(Message("roof/Producing", b"ON")), None, 1),
    ]
    assert render_digest(entries, 0, ENGLISH).split("\n") == [
        "Roof: Producing on · Power 97 W · CH10 Power 48 W ×2",
        "\u2003Yield 1204.5",
        "other: 1",
    ]


def test_of_many_topics_of_a_device_the_rest_is_counted() -> None:
    readings = roof(*(("sensor", f"Register number {number}") for number in range(12)))
    entries = [
        (readings.read(Message(f"roof/Register number {number}", b"1")), None, 1) for number in range(12)
    ]
    lines = render_digest(entries, 0, ENGLISH).split("\n")
    assert lines[0] == "Roof: Register number 0 1 · Register number 1 1"
    assert lines[3] == "\u2003… 6 more fields"
    assert max(map(len, lines)) <= 61


def test_what_has_an_alias_or_another_mark_or_came_late_has_a_line_of_its_own() -> None:
    readings = roof(("sensor", "Yield"), ("sensor", "Power"), ("sensor", "Heat"), ("sensor", "Wind"))
    named = Subscription("roof/Heat", alias="Attic")
    entries = [
        (readings.read(Message("roof/Yield", b"1")), None, 1),
        (readings.read(Message("roof/Power", b"2", retain=True)), None, 1),
        (readings.read(Message("roof/Heat", b"3"), named), named, 1),
        (readings.read(Message("roof/Wind", b"4", fetched=True)), None, 1),
    ]
    assert render_digest(entries, 0, ENGLISH).split("\n") == [
        "Roof Yield: 1",
        "📌 Roof Power: 2 W",
        "Attic: 3",
        "⏰ Roof Wind: 4",
    ]


def test_a_message_that_calls_itself_otherwise_is_of_no_device() -> None:
    readings = roof(("sensor", "Yield"))
    labelled = Properties(user=(("label", "Mine"),))
    assert readings.read(Message("roof/Yield", b"1", properties=labelled)).origin is None
    origin = readings.read(Message("roof/Yield", b"1")).origin
    assert origin is not None
    assert (origin.device, origin.label) == ("Roof", "Yield")


def test_an_entity_that_is_not_called_after_its_device_has_no_place_in_it() -> None:
    readings = Readings()
    config = {"name": "Roofing", "stat_t": "r", "dev": {"name": ""}}
    assert readings.learn(Message("homeassistant/sensor/r/config", json.dumps(config).encode()))
    assert readings.read(Message("r", b"1")).origin is None


def test_as_many_fields_as_have_room_are_told_on_a_line() -> None:
    reading = READINGS.read(Message("k", json.dumps({f"number{at}": at for at in range(9)}).encode()))
    assert render_value(reading, ENGLISH, 25) == "number0 0 · number1 1 · …"
    assert render_value(reading, ENGLISH, 1) == "number0 0 · …"
    assert len(render_digest([(reading, None, 1)], 0, ENGLISH)) <= 64
