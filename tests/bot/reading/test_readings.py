"""What messages mean."""

import json
import random
from typing import override

from hypothesis import given, strategies as st
import pytest

from bot.model.message import MORE, Field, Kind, Message, Properties, Reading
from bot.model.rules import Subscription
from bot.payload.fields import MOST_FIELDS, fields_of, parse_json
from bot.payload.interpret import LARGE
from bot.ports import Templates
from bot.reading.readings import Readings
from bot.text.foreign import is_plain

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def read(payload: bytes | str, topic: str = "home/x", **properties: str) -> Reading:
    data = payload.encode() if isinstance(payload, str) else payload
    user = tuple(properties.items())
    return Readings().read(Message(topic, data, received=1000.0, properties=Properties(user=user)))


def knowing(
    *configs: dict[str, object], templates: Templates | None = None, component: str = "sensor"
) -> Readings:
    readings = Readings(templates)
    for number, config in enumerate(configs):
        topic = f"homeassistant/{component}/e{number}/config"
        assert readings.learn(Message(topic, json.dumps(config).encode()))
    return readings


# Numbers and text.


@pytest.mark.parametrize(
    ("payload", "text", "value", "unit"),
    [
        ("22.5", "22.5", 22.5, ""),
        ("22,5", "22,5", 22.5, ""),
        (" 22.50 \n", "22.50", 22.5, ""),
        ("22.5 °C", "22.5", 22.5, "°C"),
        ("45%", "45", 45.0, "%"),
        ("22.5\0", "22.5", 22.5, ""),
        ("\ufeff22.5", "22.5", 22.5, ""),
        ("26.6 ℃", "26.6", 26.6, "°C"),
        ("70℉", "70", 70.0, "°F"),
        ("19.5 ˚C", "19.5", 19.5, "°C"),
        ("19.5 Â°C", "19.5", 19.5, "°C"),
        ("3.2 ㎥", "3.2", 3.2, "㎥"),
        ("30rpm", "30", 30.0, "rpm"),
        ("12V", "12", 12.0, "V"),
        ("48.11;ok", "48.11", 48.11, ""),
        ("48,1 °C; OK", "48,1", 48.1, "°C"),
        ('"20.4"', "20.4", 20.4, ""),
        ('"20,4 °C"', "20,4", 20.4, "°C"),
        ('{"value": "20,4 ℃"}', "20,4", 20.4, "°C"),
    ],
)
def test_numbers_are_read_with_their_units(payload: str, text: str, value: float, unit: str) -> None:
    reading = read(payload)
    assert (reading.text, reading.value, reading.unit) == (text, value, unit)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("ON", "ON"),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("nan", "nan"),
        ("-nan", "-nan"),
        ("inf °C", "inf °C"),
        ("0Y", "0Y"),
        ("3E", "3E"),
        ("1e", "1e"),
        ("07Q", "07Q"),
        ("4th", "4th"),
        ("12ab", "12ab"),
        ("48.11;cutoff", "48.11;cutoff"),
        ("1;2;ok", "1;2;ok"),
        ("\ufeff", ""),
        ("0x1F", "0x1F"),
        ("1.2.3", "1.2.3"),
        ("true", "true"),
        ("line 1\r\nline 2\n", "line 1\nline 2"),
        ("{broken", "{broken"),
        ("[1, 2", "[1, 2"),
        ('"open', '"open'),
        ("<header>text", "<header>text"),
        ("ID3 tag missing in file", "ID3 tag missing in file"),
        ("GIF89a is a picture format", "GIF89a is a picture format"),
        ("%PDF-1.7 is a document format", "%PDF-1.7 is a document format"),
        ("OggS is a container format", "OggS is a container format"),
        ("BMS voltage: 12.6V", "BMS voltage: 12.6V"),
        ("\x1b[0;36m[D] ready\x1b[0m", "[D] ready"),
        ("a\0b, c, d, e", "a␀b, c, d, e"),
        ("\x07\x07\x07" + "a" * 9, "␇␇␇aaaaaaaaa"),
        (" ", ""),
        ("# http://a.b", "# http://a.b"),
    ],
)
def test_text_is_text_whatever_it_begins_with(payload: str, text: str) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text, reading.value) == (Kind.TEXT, text, None)


@pytest.mark.parametrize(
    ("payload", "parsed"), [("true", True), ("false", False), ("null", None), ("TRUE", None)]
)
def test_a_boolean_is_text_and_json(payload: str, parsed: object) -> None:
    assert read(payload).json is parsed


def test_an_empty_payload_is_empty() -> None:
    reading = read(b"")
    assert (reading.kind, reading.text, reading.name, reading.time) == (Kind.EMPTY, "", "home/x", 1000.0)


# Bytes.


@pytest.mark.parametrize(
    ("payload", "text", "media"),
    [
        (PNG, "PNG, 264 B", "png"),
        (b"PK\3\4" + bytes(60), "ZIP, 64 B", "zip"),
        (b"\0", "00", "data"),
        (b"\x01\x02\x03\xff", "01 02 03 ff", "data"),
        (b"\xff\xfe", "ff fe", "data"),
        (bytes(5_000), "5 kB", "data"),
        (b"\xff" * 5_000, "5 kB", "data"),
        (b"word\x01" * LARGE, "1.3 MB", "data"),
        (b"word\xff " * LARGE, "1.6 MB", "data"),
    ],
)
def test_a_binary_payload_is_named_by_kind_and_size(payload: bytes, text: str, media: str) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text, reading.media) == (Kind.BINARY, text, media)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"M\xfcnchen", "München"),
        (b"K\xc3\xbcche \xfc \xb5", "Küche � µ"),
        (b"a\xffb\0cdefgh", "a�b␀cdefgh"),
        (b"caf\x85, quite long", "caf�, quite long"),
    ],
)
def test_bytes_that_are_no_utf_8_are_latin_1_if_that_can_be(payload: bytes, text: str) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text) == (Kind.TEXT, text)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("\u202ea" * LARGE, "a" * (LARGE // 2) + "…"),
        ("words\r\n\n" * LARGE, "words\n\n" * (LARGE // 8) + "…"),
        ("a" * (LARGE + 1), "a" * LARGE + "…"),
        ("a" * LARGE, "a" * LARGE),
        ('{"a": 1}' + " " * LARGE, '{"a": 1}' + " " * (LARGE - 8) + "…"),
    ],
    ids=["unclean", "lines", "clean", "just short enough", "JSON"],
)
def test_of_very_long_text_the_beginning_is_kept(payload: str, text: str) -> None:
    reading = read(payload)
    assert reading.kind is Kind.TEXT
    assert reading.text == text


@pytest.mark.parametrize("payload", [b"22.5 \xb0C", b"22.5 \xb0C\0", b"22,5\xb0C"])
def test_a_degree_sign_in_latin_1_is_one(payload: bytes) -> None:
    reading = read(payload)
    assert (reading.kind, reading.value, reading.unit) == (Kind.NUMBER, 22.5, "°C")


@pytest.mark.parametrize(
    ("payload", "text", "value", "unit"),
    [
        (b"21.5 deg C", "21.5", 21.5, "°C"),
        (b"21.5 \xba C", "21.5", 21.5, "°C"),
        ("21,5 º C".encode(), "21,5", 21.5, "°C"),
        (b"1 013.25 hPa", "1013.25", 1013.25, "hPa"),
        ("1\u202f013,25 hPa".encode(), "1013,25", 1013.25, "hPa"),
        (b'"1 013.25 hPa"', "1013.25", 1013.25, "hPa"),
        ("1’013".encode(), "1013", 1013.0, ""),
    ],
)
def test_units_in_words_and_groups_of_digits_are_read(
    payload: bytes, text: str, value: float, unit: str
) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text, reading.value, reading.unit) == (Kind.NUMBER, text, value, unit)


def test_json_with_a_sign_in_latin_1_is_json() -> None:
    reading = read(b'{"value": 22.5, "unit": "\xb0C", "place": "K\xfcche"}')
    assert reading.fields == (Field("value", "22.5", "°C"), Field("place", "Küche"))


def test_a_web_page_is_known_with_its_title() -> None:
    reading = read("<!DOCTYPE html><title>The &quot;page&quot;</title>")
    assert (reading.kind, reading.media) == (Kind.HTML, 'The "page"')


@pytest.mark.parametrize(
    "payload",
    [
        b"#EXTM3U\nhttp://a.b/s\n",
        b"[playlist]\nFile1=http://a.b/s",
        b"#EXTM3U\n#EXTINF:-1,M\xfcsli\nhttp://a.b/s",
    ],
)
def test_a_playlist_is_known_with_its_stream(payload: bytes) -> None:
    reading = read(payload)
    assert (reading.kind, reading.media) == (Kind.PLAYLIST, "http://a.b/s")


def test_a_playlist_that_is_mostly_damaged_is_known_too() -> None:
    reading = read(b"#EXTM3U\n#" + b"\xff" * 5_000 + b"\nhttp://a.b/s")
    assert (reading.kind, reading.text, reading.media) == (Kind.PLAYLIST, "http://a.b/s", "http://a.b/s")


# JSON.


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        ('{"t": 22.1, "h": 45}', [Field("t", "22.1"), Field("h", "45")]),
        ('{"a": {"b": [1, {"c": true}]}}', [Field("a.b[0]", "1"), Field("a.b[1].c", "true")]),
        (
            '{"a": [1, "x", null], "b": [], "c": {}}',
            [Field("a", "1, x, null"), Field("b", "[]"), Field("c", "{}")],
        ),
        (
            '{"value": 22.1, "unit": "°C", "battery": 9}',
            [Field("value", "22.1", "°C"), Field("battery", "9")],
        ),
        ('{"temperature": 22.1, "unit": "°C"}', [Field("temperature", "22.1", "°C")]),
        (
            '{"t": {"value": "22", "unit_of_measurement": "°C"}, "h": 1}',
            [Field("t", "22", "°C"), Field("h", "1")],
        ),
        ('{"t": {"value": 2, "unit": "V", "at": "x"}}', [Field("t.value", "2", "V"), Field("t.at", "x")]),
        ('{"a": 1, "b": 2, "unit": "V"}', [Field("a", "1"), Field("b", "2"), Field("unit", "V")]),
        ('{"on": true, "b": 2, "unit": "V\\n"}', [Field("on", "true"), Field("b", "2", "V")]),
        ('{"unit": 5, "value": 1}', [Field("unit", "5"), Field("value", "1")]),
        ('{"value": {"x": 1}, "unit": "V"}', [Field("value.x", "1"), Field("unit", "V")]),
        ('{"a": 1, "a": 2, "b": 0.0012}', [Field("a", "2"), Field("b", "0.0012")]),
        (
            '{"a": 1e400, "b": NaN, "c": -Infinity}',
            [Field("a", "1e400"), Field("b", "NaN"), Field("c", "-Infinity")],
        ),
        ('{"a": "\\ud800\\u0000x", "\\u0007": 1}', [Field("a", "�␀x"), Field("␇", "1")]),
        ('{"a": "tab\there", "b": "line\nend"}', [Field("a", "tab\there"), Field("b", "line\nend")]),
        ('[{"a": 1}, 2]', [Field("[0].a", "1"), Field("[1]", "2")]),
    ],
)
def test_json_is_shown_in_fields(payload: str, fields: list[Field]) -> None:
    reading = read(payload)
    assert (reading.kind, list(reading.fields)) == (Kind.JSON, fields)


@pytest.mark.parametrize(
    ("payload", "text", "value", "unit"),
    [
        ('{"value": 22.1, "unit": "°C"}', "22.1", 22.1, "°C"),
        ('{"value": "22,1 °C"}', "22,1", 22.1, "°C"),
        ('{"value": "open", "unit": "x"}', "open", None, "x"),
        ("[1, 2.50, true]", "1, 2.5, true", None, ""),
        ("[]", "[]", None, ""),
        ("{}", "{}", None, ""),
        ('"quoted"', "quoted", None, ""),
    ],
)
def test_json_with_a_single_value_is_that_value(
    payload: str, text: str, value: float | None, unit: str
) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text, reading.value, reading.unit) == (Kind.JSON, text, value, unit)
    assert reading.fields == ()


@pytest.mark.parametrize(
    ("payload", "text", "value"),
    [
        ('{"count": 7}', "count: 7", 7.0),
        ('{"name": "s", "value": 42.5, "alarm": 100}', "name s · value 42.5 · alarm 100", 42.5),
        ('{"temperature": 22.1, "unit": "°C"}', "temperature: 22.1 °C", 22.1),
        ('{"a": 1, "b": 2}', "a 1 · b 2", None),
        ('{"value": "open", "b": 2}', "value open · b 2", None),
    ],
)
def test_json_has_one_line_of_text_and_its_main_number(payload: str, text: str, value: float | None) -> None:
    reading = read(payload)
    assert (reading.text, reading.value) == (text, value)


def test_integers_of_any_length_are_exact() -> None:
    digits = "9" * 5_000
    assert read(f'{{"a": {digits}, "b": {digits[:300]}}}').fields == (
        Field("a", digits),
        Field("b", digits[:300]),
    )


def test_many_fields_are_counted_instead_of_shown() -> None:
    fields = read(json.dumps({str(number): number for number in range(50)})).fields
    assert len(fields) == MOST_FIELDS + 1
    assert fields[-1] == Field(MORE, "10")


def test_exactly_as_many_fields_as_are_shown_need_no_count() -> None:
    assert len(read(json.dumps({str(number): number for number in range(MOST_FIELDS)})).fields) == MOST_FIELDS


def test_a_long_list_is_told_in_part() -> None:
    text = read(json.dumps([1] * 1_001)).text
    assert text == "1, " * 1_000 + "…"


@pytest.mark.parametrize("payload", ['{"a":' * 10 + "1" + "}" * 10, "[1," * 10 + "[1]" + "]" * 10])
def test_what_is_nested_deep_is_only_hinted_at(payload: str) -> None:
    assert read(payload).fields[-1].text in ("{…}", "[…]")


@pytest.mark.parametrize(
    "payload", ["[" * 100_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000]
)
def test_json_nested_thousands_deep_is_text(payload: str) -> None:
    reading = read(payload)
    assert (reading.kind, reading.text) == (Kind.TEXT, payload)


def test_an_array_of_many_small_ones_is_json() -> None:
    assert read(json.dumps([[]] * 500)).fields[0] == Field("[0]", "[]")


def test_very_large_json_is_text() -> None:
    assert read('["' + "x" * LARGE + '"]').kind is Kind.TEXT


# Names.


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("home/x", "home/x"),
        ("xmpp.example.org/json/sensors", "sensors (JSON)"),
        ("xmpp.example.org/utf8/sensors", "sensors"),
        ("xmpp.example.org/atom_title/news/today", "news/today"),
        ("xmpp.example.org/pubsub/sensors", "xmpp.example.org/pubsub/sensors"),
        ("home/json/sensors", "home/json/sensors"),
        ("xmpp.example.org/json/", "xmpp.example.org/json/"),
        ("xmpp.example.org/json", "xmpp.example.org/json"),
        ("a b/c.d,e/🌡", "a b/c.d,e/🌡"),
        ("a\nb\u202e", "a b"),
        ("\ufeff", "…"),
        ("x" * 1_000, "x" * 200),
    ],
)
def test_a_topic_without_an_alias_is_its_own_name(topic: str, name: str) -> None:
    assert Readings().name(topic) == name


@pytest.mark.parametrize(
    ("topic_filter", "topic", "name"),
    [
        ("home/x", "home/x", "Home"),
        ("home/#", "home", "Home"),
        ("home/#", "home/x/y", "Home / x/y"),
        ("#", "home/x", "Home / home/x"),
        ("home/+/t", "home/kitchen/t", "Home / kitchen"),
        ("+/x/+/#", "a/x/b/c/d", "Home / a/b/c/d"),
        ("$share/bots/home/#", "home/x", "Home / x"),
    ],
)
def test_an_alias_names_a_topic_and_tells_those_of_a_wildcard_apart(
    topic_filter: str, topic: str, name: str
) -> None:
    assert Readings().name(topic, Subscription(topic_filter, alias="Home")) == name


def test_a_changed_subscription_changes_the_name() -> None:
    readings = Readings()
    assert readings.name("a", Subscription("a", alias="old")) == "old"
    assert readings.name("a", Subscription("a", alias="new")) == "new"
    assert readings.name("a") == "a"


def test_what_is_known_of_a_topic_is_kept() -> None:
    readings = Readings()
    first = readings.read(Message("xmpp.example.org/json/x", b"1")).name
    assert readings.read(Message("xmpp.example.org/json/x", b"2")).name is first


def test_the_memory_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.reading.readings._KNOWN_TOPICS", 3)
    readings = Readings()
    assert [readings.name(str(number)) for number in range(9)] == [str(number) for number in range(9)]
    assert len(readings._plans) == 3


# MQTT 5 user properties.


def test_unit_and_label_properties_are_used() -> None:
    reading = read("22.5", Unit="°C", label="Kitchen\ntemperature")
    assert (reading.unit, reading.name) == ("°C", "Kitchen temperature (home/x)")


def test_other_properties_change_nothing() -> None:
    reading = read("22.5 V", other="x")
    assert (reading.unit, reading.name, reading.time) == ("V", "home/x", 1000.0)


def test_an_alias_passes_a_label() -> None:
    message = Message("home/x", b"1", properties=Properties(user=(("label", "Label"),)))
    assert Readings().read(message, Subscription("home/x", alias="Alias")).name == "Alias"


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        ("1700000000", 1_700_000_000.0),
        ("1700000000.5", 1_700_000_000.5),
        ("1700000000000", 1_700_000_000.0),
        ("1700000000000000", 1_700_000_000.0),
        ("2023-11-14T22:13:20Z", 1_700_000_000.0),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000.0),
        ("2023-11-14 22:13:20", 1_700_000_000.0),
        ("", 1000.0),
        ("0", 1000.0),
        ("-inf", 1000.0),
        ("inf", 1000.0),
        ("nan", 1000.0),
        ("soon", 1000.0),
        ("1970-01-01", 1000.0),
        ("0001-01-01", 1000.0),
        ("9999-12-31T23:59:59-23:59", 1000.0),
    ],
)
def test_the_timestamp_property_is_the_time_if_it_makes_sense(timestamp: str, time: float) -> None:
    assert read("1", timestamp=timestamp).time == time


# Home Assistant discovery.

KITCHEN: dict[str, object] = {"name": "Kitchen"}


def test_a_configuration_is_learned_and_no_reading() -> None:
    readings = Readings()
    assert readings.learn(Message("homeassistant/sensor/a/config", b"broken"))
    assert not readings.learn(Message("home/sensor/a/config", b"{}"))


def test_a_value_has_the_name_and_unit_of_its_entity() -> None:
    readings = Readings()
    assert readings.name("k/t") == "k/t"
    config = {"name": "Temperature", "stat_t": "k/t", "unit_of_meas": "°C", "dev": KITCHEN}
    readings.learn(Message("homeassistant/sensor/a/config", json.dumps(config).encode()))
    reading = readings.read(Message("k/t", b"22.5"))
    assert (reading.name, reading.text, reading.value, reading.unit) == (
        "Kitchen Temperature",
        "22.5",
        22.5,
        "°C",
    )


def test_a_template_picks_the_value() -> None:
    readings = knowing(
        {"name": "T", "stat_t": "k", "val_tpl": "{{ value_json.t | round(1) }}", "unit_of_meas": "°C"}
    )
    reading = readings.read(Message("k", b'{"t": 22.456, "x": 1}'))
    assert (reading.kind, reading.text, reading.value, reading.unit) == (Kind.NUMBER, "22.5", 22.5, "°C")
    assert (reading.fields, reading.json) == ((), {"t": 22.456, "x": 1})


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        (b'{"x": 1, "y": "a"}', Kind.JSON, "x 1 · y a"),
        (b"plain", Kind.TEXT, "plain"),
        (b"", Kind.EMPTY, ""),
        (PNG, Kind.BINARY, "PNG, 264 B"),
        (b"7", Kind.NUMBER, "7"),
    ],
)
def test_where_a_template_finds_nothing_the_payload_is_shown(payload: bytes, kind: Kind, text: str) -> None:
    reading = knowing({"name": "T", "stat_t": "k", "val_tpl": "{{ value_json.t }}"}).read(
        Message("k", payload)
    )
    assert (reading.name, reading.kind, reading.text) == ("T", kind, text)


@pytest.mark.parametrize(
    ("template", "payload", "text"),
    [
        ("{{ value_json | int }}", "22.7", "22"),
        ("{{ value_json }}", "true", "true"),
        ("{{ value_json }}", "word", "word"),
        ("{{ value_json }}", "1.2.3", "1.2.3"),
        ("{{ value }}", "x\u202e", "x"),
        ("{{ value }}", '{"a":1}', '{"a":1}'),
        ("{{ value_json }}", "ab" * LARGE, "ab" * (LARGE // 2) + "…"),
    ],
)
def test_templates_see_scalars_as_value_and_as_json(template: str, payload: str, text: str) -> None:
    reading = knowing({"name": "T", "stat_t": "k", "val_tpl": template}).read(Message("k", payload.encode()))
    assert reading.text == text


def test_a_value_keeps_the_unit_it_brings() -> None:
    reading = knowing({"name": "T", "stat_t": "k", "unit_of_meas": "°C"}).read(Message("k", "71 °F".encode()))
    assert (reading.text, reading.unit) == ("71", "°F")


@pytest.mark.parametrize(("payload", "text"), [("1", "on"), ("0", "off"), ("2", "2"), ('{"s": "x"}', "s: x")])
def test_the_payloads_for_on_and_off_read_as_these(payload: str, text: str) -> None:
    config: dict[str, object] = {"name": "T", "stat_t": "k", "pl_on": "1", "pl_off": "0"}
    assert knowing(config, component="switch").read(Message("k", payload.encode())).text == text


@pytest.mark.parametrize(
    ("on", "payload", "text"),
    [
        ("open", "open", "on"),
        ("open", "closed", "off"),
        ("ON", "ON", "on"),
        (None, "ON", "on"),
        (True, "true", "on"),
        ("yes", "YES", "on"),
        ("255", "255", "on"),
        ("255", "jammed", "jammed"),
    ],
)
def test_what_a_device_writes_for_on_and_off_is_read_as_that(on: object, payload: str, text: str) -> None:
    config: dict[str, object] = {"name": "Door", "stat_t": "k", "pl_on": on, "pl_off": "closed"}
    reading = knowing(config, component="binary_sensor").read(Message("k", payload.encode()))
    assert reading.text == text


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        ("{{ value_json.v | round(-308) }}", '{"v":1.7e308}'),
        ("{{ value_json.v | float | round(-400) }}", '{"v":"1.7e308"}'),
    ],
)
def test_a_template_that_overflows_has_no_value(template: str, payload: str) -> None:
    config: dict[str, object] = {"name": "T", "stat_t": "k", "val_tpl": template}
    assert knowing(config).read(Message("k", payload.encode())).text


def test_a_web_page_stays_one_for_an_entity() -> None:
    reading = knowing({"name": "T", "stat_t": "k"}).read(Message("k", b"<html><title>Page</title>"))
    assert reading.kind is Kind.HTML


def entity(name: str, path: str, unit: str = "") -> dict[str, object]:
    template = f"{{{{ value_json{path} }}}}"
    return {"name": name, "stat_t": "k", "val_tpl": template, "unit_of_meas": unit, "dev": KITCHEN}


def test_several_entities_on_a_topic_are_the_fields_of_their_device() -> None:
    readings = knowing(
        entity("Temperature", ".t", "°C"), entity("Humidity", ".h", "%"), entity("Battery", ".b", "%")
    )
    reading = readings.read(Message("k", b'{"t": 22.1, "h": 45, "x": 1}'))
    assert reading.name == "Kitchen"
    assert reading.fields == (Field("Temperature", "22.1", "°C"), Field("Humidity", "45", "%"))
    assert reading.text == "Temperature 22.1 °C · Humidity 45 %"


def test_an_entity_that_takes_the_whole_object_loses_none_of_it() -> None:
    light: dict[str, object] = {"name": None, "stat_t": "k", "schema": "json", "dev": KITCHEN}
    readings = knowing(light, entity("Quality", "['q'].v[0]"), entity("Word", " | default('z')"))
    reading = readings.read(Message("k", b'{"state": "ON", "q": {"v": [7, {}]}}'))
    assert [field.name for field in reading.fields] == ["Quality", "state", "q.v[1]"]


def test_what_comes_out_as_an_object_is_no_field() -> None:
    readings = knowing(entity("Update", ".update"), entity("Power", ".p"), {**entity("", ".s"), "name": None})
    reading = readings.read(Message("k", b'{"update": {"state": "idle"}, "p": 5, "s": 1}'))
    assert reading.fields == (Field("Kitchen", "1"), Field("Power", "5"))


def test_where_no_entity_finds_a_value_the_object_is_shown() -> None:
    readings = knowing(entity("Temperature", ".t"), entity("Humidity", ".h"))
    assert readings.read(Message("k", b'{"x": 1, "y": 2}')).text == "x 1 · y 2"


def test_a_plain_value_for_several_entities_is_itself() -> None:
    readings = knowing({"name": "A", "stat_t": "k", "dev": KITCHEN}, {"name": "B", "stat_t": "k"})
    reading = readings.read(Message("k", b"5"))
    assert (reading.name, reading.text, reading.value) == ("k", "5", 5.0)


class Jinja(Templates):
    @override
    def runs(self, template: str) -> bool:
        return True

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        return f"{text}!{json}\u202e"


def test_other_templates_are_rendered_by_the_port() -> None:
    readings = knowing({"name": "T", "stat_t": "k", "val_tpl": "{{ value_json.t * 2 }}"}, templates=Jinja())
    assert readings.read(Message("k", b'{"t":1}')).text == "{\"t\":1}!{'t': 1}"


def test_attributes_give_a_name_and_nothing_else() -> None:
    readings = knowing({"name": "T", "stat_t": "other", "json_attr_t": "k", "dev": KITCHEN})
    reading = readings.read(Message("k", b'{"a": 1, "b": 2}'))
    assert (reading.name, reading.text) == ("Kitchen T", "a 1 · b 2")


def test_a_prefix_can_be_set() -> None:
    readings = knowing(entity("Temperature", ".t"))
    readings.use_prefix("homeassistant")
    assert readings.name("k") == "Kitchen Temperature"
    readings.use_prefix("ha")
    assert readings.name("k") == "k"
    assert readings.learn(Message("ha/sensor/a/config", b""))
    assert not readings.learn(Message("homeassistant/sensor/a/config", b""))


# Any bytes at all.

STARTS = st.sampled_from(
    [
        b"",
        b"{",
        b"[",
        b'"',
        b"<html>",
        b"#EXTM3U\n",
        b"\x89PNG\r\n\x1a\n",
        b"\x1b[",
        b"22.5 ",
        b"\xef\xbb\xbf",
    ]
)


@given(STARTS, st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_any_payload_is_read_and_the_reading_is_plain(start: bytes, rest: bytes) -> None:
    reading = knowing(entity("Temperature", ".t"), entity("Humidity", "[0].h")).read(
        Message("k", start + rest)
    )
    for text in (reading.text, reading.name, reading.unit, reading.media):
        assert is_plain(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, categories=None), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["value", "unit"]), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_json_is_read_and_its_fields_are_plain(value: object) -> None:
    reading = read(json.dumps(value))
    for field in reading.fields:
        assert is_plain(field.name)
        assert is_plain(field.text)
        assert is_plain(field.unit)


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L"]), min_size=1), st.integers(), min_size=2, max_size=MOST_FIELDS
    )
)
def test_every_member_of_a_flat_object_is_a_field(value: dict[str, int]) -> None:
    fields = fields_of(value)
    assert {field.name: field.text for field in fields} == {key: str(number) for key, number in value.items()}


@pytest.mark.parametrize("size", [23, 24, 40, 56, 72])
def test_payloads_of_awkward_sizes_are_read(size: int) -> None:
    assert read(b"x" * size).text == "x" * size


def test_five_megabytes_of_anything_are_read() -> None:
    noise = random.Random(5).randbytes(1_000_000)
    assert read(noise * 5).text == "5 MB"


def test_json_is_parsed_or_refused() -> None:
    assert parse_json("[1]") == [1]
    with pytest.raises(ValueError, match="deep"):
        parse_json("[" * 70 + "]" * 70)


def test_the_classes_of_a_topics_only_value_are_those_of_its_configuration() -> None:
    readings = Readings()
    config = (
        b'{"state_topic": "a", "device_class": "temperature", "state_class": "measurement", "unique_id": "1"}'
    )
    readings.learn(Message("homeassistant/sensor/a/config", config))
    assert readings.classes("a") == ("temperature", "measurement")
    assert readings.classes("b") == ("", "")
    readings.learn(Message("homeassistant/sensor/b/config", config.replace(b"temperature", b"humidity")))
    assert readings.classes("a") == ("", "")
