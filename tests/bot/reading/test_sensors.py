"""The values of a topic that can be sensors."""

import json

import pytest

from bot.model.message import Kind, Message, Reading
from bot.payload.paths import lookup, parse_path
from bot.reading.readings import Readings
from bot.reading.sensors import FoundValue, classes_of, values_of


class Stranger:
    """An entity that is none of discovery."""

    called = "x"
    device_class = component = ""


def config(name: str, template: str, **more: object) -> bytes:
    found = {"name": name, "state_topic": "t", "unique_id": name.lower(), "device": {"name": "Box"}, **more}
    return json.dumps(found | ({"value_template": template} if template else {})).encode()


def read(payload: bytes, *configs: bytes) -> Reading:
    readings = Readings()
    for number, each in enumerate(configs):
        assert readings.learn(Message(f"homeassistant/sensor/n{number}/config", each))
    return readings.read(Message("t", payload))


WARM = config("Warmth", "{{ value_json.a.t }}", device_class="temperature", state_class="measurement")
DAMP = config("Damp.ness", "{{ value_json.h | round(1) }}")
SUM = config("Sum", "{{ value_json.h + 1 }}")
ALL = config("All", "{{ value_json }}")


def test_what_discovery_names_comes_first_and_once() -> None:
    reading = read(b'{"a": {"t": 21, "x": [1, 2]}, "h": 40.04, "name": "n"}', WARM, DAMP, WARM, SUM, ALL)
    found = values_of(reading, 10)
    assert found == [
        FoundValue("Warmth", "Warmth", "sensor", "warmth"),
        FoundValue('."Damp.ness"'.removeprefix("."), "Damp.ness", "sensor", "damp.ness"),
        FoundValue("a.x", "a.x"),
        FoundValue("name", "name"),
    ]
    values = [lookup(reading, parse_path(each.path)) for each in found]
    assert [value.text for value in values if value] == ["21", "40", "1, 2", "n"]
    assert values_of(reading, 2) == found[:2]


def test_classes_are_those_of_discovery() -> None:
    reading = read(b'{"a": {"t": 21}, "h": 40}', WARM, DAMP)
    assert classes_of(reading, "Warmth") == ("temperature", "measurement")
    assert classes_of(reading, "h") == ("", "")
    alone = read(b"21", config("Warmth", "", device_class="temperature"))
    assert classes_of(alone, "") == ("temperature", "")
    assert values_of(alone, 10) == [FoundValue("", "Box Warmth", "sensor", "warmth")]


@pytest.mark.parametrize(
    ("payload", "paths"),
    [
        (b"21.5", [""]),
        (b"words", [""]),
        (b"", []),
        (b"\x01\x02\x03\xff", []),
        (b"[1, 2]", [""]),
        (
            json.dumps({f"k{number}": 1 for number in range(60)}).encode(),
            [f"k{number}" for number in range(40)],
        ),
        (json.dumps({"k" * 300: 1, "b": 2}).encode(), ["b"]),
        (b'{"a": nan, "b": 1}', ["a", "b"]),
    ],
)
def test_a_value_is_every_field_or_the_whole(payload: bytes, paths: list[str]) -> None:
    assert [each.path for each in values_of(read(payload), 50)] == paths


def test_of_several_entities_with_one_value_none_gives_the_name() -> None:
    reading = read(b"21", config("One", ""), config("Two", ""))
    assert values_of(reading, 10) == [FoundValue("", reading.name)]


def test_only_entities_of_discovery_count() -> None:
    stranger = [(Stranger(), "1")]
    reading = Reading(Message("t", b""), "t", Kind.JSON, "", json={"b": 1}, found=stranger)  # type: ignore[arg-type]
    assert values_of(reading, 10) == [FoundValue("b", "b")]
