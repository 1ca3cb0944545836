"""Values inside payloads."""

from hypothesis import given, strategies as st
import pytest

from bot.model.message import Field, Message, Reading
from bot.model.rules import Value
from bot.payload.paths import lookup, number_in, parse_path, write_path
from bot.reading.readings import Readings

DISCOVERY = b"""{"state_topic": "t", "value_template": "{{ value_json.temperature }}", "name": "Freezer",
  "unit_of_measurement": "\xc2\xb0C", "unique_id": "x"}"""
SECOND = b"""{"state_topic": "t", "value_template": "{{ value_json.hum }}", "name": "Humidity",
  "unit_of_measurement": "%", "unique_id": "y"}"""


def read(payload: str | bytes, *configurations: bytes) -> Reading:
    readings = Readings()
    for number, configuration in enumerate(configurations):
        assert readings.learn(Message(f"homeassistant/sensor/n{number}/config", configuration))
    return readings.read(Message("t", payload.encode() if isinstance(payload, str) else payload))


def found(payload: str | bytes, path: str) -> Value | None:
    return lookup(read(payload), parse_path(path))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("[0].a", (0, "a")),
        ("a[-1]", ("a", -1)),
        ('"living room".temp', ("living room", "temp")),
        ('data."a.b"', ("data", "a.b")),
        ("data['a.b']", ("data", "a.b")),
        ('data["a b"].c', ("data", "a b", "c")),
        ("Battery level", ("Battery level",)),
        ("a..b.", ("a", "b")),
        ("a[x]", ("a", "[", "x]")),
        ('a"b', ('a"b',)),
    ],
)
def test_paths_are_parsed(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@given(st.text())
def test_every_text_is_a_path(text: str) -> None:
    parse_path(text)


@given(
    st.lists(
        st.integers(-999, 999) | st.text(alphabet="ab.c[] '_1é", min_size=1).filter(str.strip), max_size=5
    )
)
def test_a_path_written_is_parsed_back(steps: list[str | int]) -> None:
    assert parse_path(write_path(tuple(steps))) == tuple(steps)


def test_a_key_with_double_quotes_is_written_with_single_ones() -> None:
    assert parse_path(write_path(('a"b', "c"))) == ('a"b', "c")


@pytest.mark.parametrize(
    ("payload", "path", "value"),
    [
        ("22.5 °C", "", Value("22.5", 22.5, "°C")),
        ("22,5", "", Value("22,5", 22.5)),
        ("ON", "", Value("ON")),
        ("true", "", Value("true")),
        ('"on"', "", Value("on")),
        ('{"temp": 22.5}', "temp", Value("22.5", 22.5)),
        ('{"temp": 22.5}', "", Value("22.5", 22.5)),
        ('{"temp": 22.5, "unit": "°C"}', "", Value("22.5", 22.5, "°C")),
        ('{"temp": 22.5, "unit": "°C"}', "temp", Value("22.5", 22.5, "°C")),
        ('{"Temp": 22.5}', "temp", Value("22.5", 22.5)),
        ('{"temp": 1, "Temp": 2}', "Temp", Value("2", 2.0)),
        ('{"value": 22.1, "unit": "C"}', "", Value("22.1", 22.1, "C")),
        ('{"value": 22.1, "unit": "C", "battery": 90}', "", Value("22.1", 22.1, "C")),
        ('{"value": 22.1, "unit": "C", "battery": 90}', "battery", Value("90", 90.0)),
        ('{"value": 22.1, "unit": "C", "battery": 90}', "value", Value("22.1", 22.1, "C")),
        ('{"t": {"value": "22,5", "unit_of_measurement": "°C"}}', "t", Value("22,5", 22.5, "°C")),
        ('{"t": "22,5 °C"}', "t", Value("22,5", 22.5, "°C")),
        ('{"a": {"b": [{"c": false}]}}', "a.b[0].c", Value("false")),
        ('{"a": {"b": [1, 2]}}', "a.b[-1]", Value("2", 2.0)),
        ('{"a": {"b": [1, 2]}}', "a.b", Value("1, 2")),
        ('{"a": {"x": 1, "y": 2}}', "a", Value("x: 1, y: 2")),
        ('{"a.b": 5}', "a.b", Value("5", 5.0)),
        ('{"a": {"b.c": {"d": 5}}}', "a.b.c.d", Value("5", 5.0)),
        ('{"living room": {"temp": 5}}', '"living room".temp', Value("5", 5.0)),
        ("[1, 2]", "[1]", Value("2", 2.0)),
        ('{"a": 1, "b": "x"}', "", Value("a 1 · b x", exact="a: 1, b: x")),
    ],
)
def test_values_are_found(payload: str, path: str, value: Value) -> None:
    assert found(payload, path) == value


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ("", ""),
        (b"\xff\xd8\xff\xe0" + bytes(range(32)), ""),
        ("null", ""),
        ('{"value": null, "unit": "C"}', ""),
        ('{"a": 1}', "b"),
        ('{"a": null}', "a"),
        ('{"a": {"value": null}}', "a"),
        ('{"a": 1}', "a.b"),
        ('{"a": [1]}', "a[1]"),
        ('{"a": [1]}', "a[-2]"),
        ('{"a": 1}', "a[0]"),
        ("22.5", "temp"),
        ("not json", "temp"),
    ],
)
def test_what_is_not_there_is_no_value(payload: str | bytes, path: str) -> None:
    assert found(payload, path) is None


def test_the_name_that_home_assistant_gives_a_value_finds_it() -> None:
    reading = read('{"temperature": -18, "hum": 40}', DISCOVERY, SECOND)
    assert lookup(reading, parse_path("humidity")) == Value("40", 40.0, "%")
    assert lookup(reading, parse_path("hum")) == Value("40", 40.0)
    assert lookup(reading, parse_path("other")) is None


def test_the_unit_that_home_assistant_knows_belongs_to_the_field() -> None:
    assert lookup(read('{"temperature": -18, "x": 1}', DISCOVERY), ("temperature",)) == Value(
        "-18", -18.0, "°C"
    )
    named = DISCOVERY.replace(b'"Freezer"', b'"Temperature"')
    both = read('{"temperature": -18, "hum": 40}', named, SECOND)
    assert lookup(both, ("temperature",)) == Value("-18", -18.0, "°C")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.text(),
)
def test_no_payload_and_no_path_raise(payload: object, path: str) -> None:
    import json

    lookup(read(json.dumps(payload)), parse_path(path))


@pytest.mark.parametrize(
    ("text", "number"), [('{"a": {"b": "21.5 °C"}}', 21.5), ('{"a": 1}', None), ("21.5 °C", None)]
)
def test_the_number_at_a_path_of_a_text(text: str, number: float | None) -> None:
    find = number_in("a.b")
    assert find is not None
    assert find(text) == number


def test_no_path_leads_to_no_number() -> None:
    assert number_in("") is None


def test_a_path_of_very_many_steps_leads_nowhere() -> None:
    assert found('{"a": 1}', ".".join("a" * 20_000)) is None


SENSOR = b"""{"Time": "2026-04-01T07:00:00", "DS18B20": {"Id": "01A2", "Temperature": 68.5},
  "BME280": {"Temperature": 70.1, "DewPoint": 50, "Humidity": 40, "Pressure": 29.9, "SeaPressure": 30.1},
  "TX23": {"Speed": {"Act": 12, "Avg": 8.5}, "Dir": "NNW"},
  "TempUnit": "F", "PressureUnit": "inHg", "SpeedUnit": "km/h"}"""


@pytest.mark.parametrize(
    ("path", "number", "unit"),
    [
        ("DS18B20.Temperature", 68.5, "°F"),
        ("BME280.DewPoint", 50.0, "°F"),
        ("BME280.Humidity", 40.0, ""),
        ("bme280.pressure", 29.9, "inHg"),
        ("BME280.SeaPressure", 30.1, "inHg"),
        ("TX23.Speed.Avg", 8.5, "km/h"),
    ],
)
def test_units_that_tasmota_tells_beside_are_those_of_the_values_they_are_for(
    path: str, number: float, unit: str
) -> None:
    reading = Readings().read(Message("tele/roof/SENSOR", SENSOR))
    value = lookup(reading, parse_path(path))
    assert value is not None
    assert (value.number, value.unit) == (number, unit)
    shown = {field.name.lower(): field.unit for field in reading.fields}
    assert shown[path.lower()] == unit
    assert "tempunit" not in shown
    assert lookup(reading, parse_path("TempUnit")) == Value("F")
    assert lookup(reading, parse_path("DS18B20.Id")) == Value("01A2")


def test_a_unit_without_a_value_is_a_value() -> None:
    assert Readings().read(Message("a", b'{"TempUnit": "C"}')).fields == (Field("TempUnit", "C"),)
