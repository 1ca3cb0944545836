"""Which fields of an object the chat leaves out."""

from pathlib import Path
import re

from hypothesis import given, strategies as st
import pytest

from bot.model.message import MORE, Field
from bot.payload.fields import fields_of, together
from bot.payload.technical import (
    TECHNICAL,
    TECHNICAL_OBJECTS,
    UNSURE,
    is_of_radio,
    is_technical,
    told_of,
)

PAGE = Path(__file__).parents[3] / "docs/messages.md"


def told(payload: dict[str, object]) -> str:
    return together(told_of(fields_of(payload)))


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"temperature": 21.4, "humidity": 45}, "temperature 21.4 · humidity 45"),
        (
            {"temperature": 21.4, "linkquality": 87, "last_seen": "2026-11-29T10:00:00Z", "humidity": 45},
            "temperature 21.4 · humidity 45",
        ),
        ({"lux": 3, "LinkQuality": 9, "RSSI": -70, "link-quality": 1, "lqi": 4}, "lux 3"),
        (
            {"lux": 3, "update": {"state": "idle", "installed_version": 4}, "update_available": False},
            "lux 3",
        ),
        ({"lux": 3, "color": {"x": 0.3, "h": 12}, "color_mode": "xy", "effect": None}, "lux 3"),
        ({"lux": 3, "seq": 12, "Time": "10:00", "uptime": 7, "Wifi": {"RSSI": 80, "AP": 1}}, "lux 3"),
        ({"lux": 3, "meta": {"rssi": -70, "gain": 2}}, "lux 3 · meta.gain 2"),
        ({"lux": 3, "updates": {"day": 1}, "update": "weekly"}, "lux 3 · updates.day 1 · update weekly"),
    ],
)
def test_what_a_device_tells_of_itself_is_left_out_beside_others(
    payload: dict[str, object], text: str
) -> None:
    assert told(payload) == text


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"rssi": -70, "uptime": 5}, "rssi -70 · uptime 5"),
        ({"rssi": -70, "effect": None}, "rssi -70"),
        ({"a": None, "b": None}, "a null · b null"),
        ({"color": {"r": 255, "g": 0}}, "color.r 255 · color.g 0"),
    ],
)
def test_what_has_nothing_else_is_told(payload: dict[str, object], text: str) -> None:
    assert told(payload) == text


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"battery": 97, "voltage": 3015, "lux": 3}, "lux 3 · battery 97"),
        ({"power": 12, "voltage": 231}, "power 12 · voltage 231"),
        ({"battery": 97, "voltage": 3015}, "voltage 3015 · battery 97"),
        ({"counter": 4711, "battery": 90}, "counter 4711 · battery 90"),
        ({"counter": 4711, "lux": 3}, "lux 3"),
    ],
)
def test_a_voltage_or_a_counter_is_told_where_it_is_what_counts(
    payload: dict[str, object], text: str
) -> None:
    assert told(payload) == text


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"battery": 97, "contact": True, "tamper": False}, "contact true · tamper false · battery 97"),
        ({"brightness": 5, "position": 65, "state": "OPEN"}, "state OPEN · position 65 · brightness 5"),
    ],
)
def test_the_state_comes_first_and_the_battery_last(payload: dict[str, object], text: str) -> None:
    assert told(payload) == text


def test_an_empty_text_is_told_as_one() -> None:
    assert told({"action": "", "lux": 3}) == "action – · lux 3"


def test_what_is_not_shown_of_a_large_object_stays_counted() -> None:
    payload: dict[str, object] = {"rssi": 1, **{f"f{number}": number for number in range(50)}}
    found = told_of(fields_of(payload))
    assert (found[0], found[-1]) == (Field("f0", "0"), Field(MORE, "11"))


def test_of_an_object_of_many_fields_all_of_which_are_left_out_all_are_told() -> None:
    fields = fields_of({"update": {f"f{number}": number for number in range(50)}})
    assert told_of(fields) == fields


@pytest.mark.parametrize(("name", "technical"), [("Link quality", True), ("Power", False), ("Time", False)])
def test_entities_that_tell_how_a_device_is_heard_are_known(name: str, technical: bool) -> None:
    assert is_of_radio(name) is technical


def test_the_page_for_users_has_all_names() -> None:
    table = "".join(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("  |"))
    named = set(re.findall(r"`(\w+)`", table))
    assert named == TECHNICAL | TECHNICAL_OBJECTS | UNSURE | {"voltage"}


@given(st.dictionaries(st.text(max_size=12), st.integers() | st.none() | st.text(max_size=5), min_size=1))
def test_something_is_always_told_and_nothing_that_is_not_there(payload: dict[str, object]) -> None:
    fields = fields_of(payload)
    found = told_of(fields)
    assert found
    assert set(found) <= set(fields)
    assert len(set(found)) == len(found) or len(set(fields)) < len(fields)


@given(st.text(max_size=40))
def test_any_name_is_judged(name: str) -> None:
    assert is_technical(name) in (True, False)
