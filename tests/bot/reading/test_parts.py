"""What the chat tells of a topic that several entities speak of: the main state first, in few words."""

from itertools import permutations
import json
import random

from phrases import RealPhrases
import pytest

from bot.model.message import MORE, Message, Reading
from bot.payload.paths import lookup, parse_path
from bot.reading.readings import Readings
from bot.rendering.readings import WIDTH, render_digest, render_reading

ENGLISH = RealPhrases("en")

type Config = dict[str, object]


def entity(component: str, name: str | None, key: str = "", **more: object) -> tuple[str, Config]:
    template = {"val_tpl": f"{{{{ value_json.{key} }}}}"} if key else {}
    return component, {"name": name, **template, **more}


def diagnostic(name: str, key: str, **more: object) -> tuple[str, Config]:
    return entity("sensor", name, key, ent_cat="diagnostic", **more)


LAST_SEEN = entity("sensor", "Last seen", "last_seen", dev_cla="timestamp", en=False, ent_cat="diagnostic")
QUALITY = entity("sensor", "Linkquality", "linkquality", unit_of_meas="lqi", en=False, ent_cat="diagnostic")
COMMON = (
    LAST_SEEN,
    QUALITY,
    entity("update", None, "update", ent_cat="config"),
    diagnostic("Battery", "battery", unit_of_meas="%", dev_cla="battery"),
)
SAID = {"last_seen": "2026-11-29T10:00:00+01:00", "linkquality": 87, "update": {"state": "idle"}}

HOME: dict[str, tuple[tuple[tuple[str, Config], ...], dict[str, object], str]] = {
    "Reading lamp": (
        (
            entity("light", None, schema="json", brightness=True, bri_scl=254, cmd_t="x"),
            entity("select", "Power-on behavior", "power_on", cmd_t="x", ops=["on", "off"], ent_cat="config"),
            entity("select", "Effect", "effect", cmd_t="x", ops=["blink"], ent_cat="config"),
        ),
        {"state": "ON", "brightness": 254, "color_temp": 370, "color_mode": "color_temp", "power_on": "off"}
        | {"color": {"x": 0.45, "y": 0.41}, "effect": None},
        "on, 100 %, 2703 K",
    ),
    "Heater plug": (
        (
            entity("binary_sensor", "Plugged", "plugged", pl_on=True, pl_off=False, ent_cat="diagnostic"),
            entity("sensor", "Current", "current", dev_cla="current", unit_of_meas="A"),
            entity("sensor", "Energy", "energy", dev_cla="energy", unit_of_meas="kWh"),
            entity("sensor", "Power", "power", dev_cla="power", unit_of_meas="W"),
            entity("switch", None, "state", cmd_t="x"),
        ),
        {"state": "OFF", "power": 0.4, "energy": 12.5, "current": 0.02, "plugged": True},
        "off · Power 0.4 W · Energy 12.5 kWh · Current 0.02 A",
    ),
    "Study radiator": (
        (
            entity("switch", "Window detection", "window_detection", cmd_t="x"),
            entity("sensor", "Temperature", "local", dev_cla="temperature", unit_of_meas="°C"),
            entity(
                "climate",
                None,
                curr_temp_t="~",
                curr_temp_tpl="{{ value_json.local }}",
                temp_stat_t="~",
                temp_stat_tpl="{{ value_json.goal }}",
                mode_stat_t="~",
                mode_stat_tpl="{{ value_json.mode }}",
                act_t="~",
                act_tpl="{{ value_json.running }}",
                temp_unit="C",
                modes=["off", "heat"],
            ),
        ),
        {"local": 21.3, "goal": 22, "mode": "heat", "running": "heating", "window_detection": "ON"},
        "21.3 °C → 22, heating · Window detection on",
    ),
    "Cellar door": (
        (
            diagnostic("Voltage", "voltage", unit_of_meas="mV"),
            entity("binary_sensor", None, "contact", dev_cla="door", pl_on=False, pl_off=True),
        ),
        {"contact": False, "battery": 97, "voltage": 3015},
        "on",
    ),
    "Bell button": (
        (diagnostic("Action count", "count"), entity("sensor", "Action", "action")),
        {"action": "double", "battery": 97, "count": 5},
        "Action double",
    ),
    "Washer": (
        (
            entity("number", "Countdown", "countdown", cmd_t="x", unit_of_meas="s", min=0),
            entity("sensor", "Power", "power", dev_cla="power", unit_of_meas="W"),
            entity("switch", None, "state", cmd_t="x"),
            entity("lock", "Child lock", "child_lock", cmd_t="x", ent_cat="config"),
        ),
        {"state": "ON", "power": 1840, "countdown": 0, "child_lock": "UNLOCK"},
        "on · Power 1840 W · Countdown 0 s",
    ),
    "Study blind": (
        (
            entity("switch", "Motor reversal", "reversal", cmd_t="x"),
            entity("cover", None, "state", cmd_t="x", pos_t="~", pos_tpl="{{ value_json.position }}"),
        ),
        {"state": "OPEN", "position": 65, "reversal": "OFF"},
        "open, 65 % · Motor reversal off",
    ),
}


def known(name: str, entities: tuple[tuple[str, Config], ...]) -> Readings:
    """Return readings that know a device whose entities are announced in this order."""
    readings = Readings()
    topic = f"mesh/{name}"
    for component, config in entities:
        own = {key: topic if value == "~" else value for key, value in config.items()}
        place = {} if component == "climate" else {"stat_t": topic}
        unique = "".join(sign for sign in f"{config['name']}{component}" if sign.isalnum())
        payload = json.dumps({**own, **place, "dev": {"name": name, "ids": [name]}})
        assert readings.learn(Message(f"homeassistant/{component}/{unique}/config", payload.encode()))
    return readings


def read(readings: Readings, name: str, payload: dict[str, object]) -> Reading:
    return readings.read(Message(f"mesh/{name}", json.dumps({**payload, **SAID}).encode()))


@pytest.mark.parametrize("name", HOME)
def test_of_each_device_of_a_home_the_main_state_is_told_first(name: str) -> None:
    entities, payload, text = HOME[name]
    reading = read(known(name, (*entities, *COMMON)), name, payload)
    assert (reading.name, reading.text) == (name, text)
    told = render_reading(reading, None, ENGLISH)
    assert told.startswith(f"*{name}*")
    lines = told.removeprefix(f"*{name}*")[1:].split("\n")
    first = text.partition(" · ")[0]
    assert lines[0].strip().replace(": ", " ").startswith(first)
    assert max(map(len, lines)) <= WIDTH + 1
    assert render_digest([(reading, None, 1)], 0, ENGLISH).startswith(f"{name}: {first}")


@pytest.mark.parametrize("name", HOME)
def test_the_order_is_the_same_in_whatever_order_devices_announce_themselves(name: str) -> None:
    entities, payload, text = HOME[name]
    every = [*entities, *COMMON]
    for seed in range(6):
        random.Random(seed).shuffle(every)
        found = read(known(name, tuple(every)), name, payload)
        assert found.text == text
        assert found.fields == read(known(name, (*entities, *COMMON)), name, payload).fields


@pytest.mark.parametrize("name", HOME)
def test_what_is_left_out_does_not_make_a_message_another_one(name: str) -> None:
    entities, payload, text = HOME[name]
    readings = known(name, (*entities, *COMMON))
    texts = set()
    for number in range(5):
        changing = {"last_seen": f"2026-11-29T10:0{number}:00+01:00", "linkquality": 80 + number}
        message = Message(f"mesh/{name}", json.dumps({**payload, **changing}).encode())
        texts.add(readings.read(message).text)
    assert texts == {text}


def test_a_rule_still_sees_what_is_left_out() -> None:
    entities, payload, _ = HOME["Cellar door"]
    reading = read(known("Cellar door", (*entities, *COMMON)), "Cellar door", payload)
    for path, text in (("battery", "97"), ("linkquality", "87"), ("voltage", "3015")):
        found = lookup(reading, parse_path(path))
        assert found is not None
        assert found.text == text
    whole = lookup(reading, ())
    assert whole is not None
    assert "Battery: 97 %" in whole.exact


def test_a_device_that_only_diagnoses_is_told_but_not_how_it_is_heard() -> None:
    readings = known("Repeater", COMMON)
    assert read(readings, "Repeater", {"battery": 80}).text == "Battery 80 %"
    assert read(readings, "Repeater", {}).text == f"Linkquality 87 lqi · Last seen {SAID['last_seen']}"
    newer = {"update": {"installed_version": 3, "latest_version": 4}}
    message = Message("mesh/Repeater", json.dumps({**SAID, **newer}).encode())
    assert readings.read(message).text == "3 → 4 available"


def test_a_message_without_a_main_value_tells_the_others() -> None:
    entities, _, _ = HOME["Cellar door"]
    assert (
        read(known("Cellar door", (*entities, *COMMON)), "Cellar door", {"battery": 9}).text == "Battery 9 %"
    )


def sensor(name: str, key: str, **more: object) -> tuple[str, Config]:
    return entity("sensor", name, key, **more)


@pytest.mark.parametrize("order", permutations(range(3)))
def test_entities_of_one_kind_go_by_their_names_and_numbers(order: tuple[int, ...]) -> None:
    switches = [entity("switch", f"L{number}", f"l{number}", cmd_t="x") for number in (10, 9, 2)]
    readings = known("Strip", tuple(switches[at] for at in order))
    assert read(readings, "Strip", {"l2": "ON", "l9": "OFF", "l10": "ON"}).text == "L2 on · L9 off · L10 on"


def test_what_people_look_at_first_comes_first() -> None:
    readings = known(
        "Mixed",
        (
            sensor("Voltage", "a", dev_cla="voltage", unit_of_meas="V"),
            entity("select", "Mode", "b", cmd_t="x", ops=["1"]),
            sensor("Pressure", "c", dev_cla="pressure", unit_of_meas="hPa"),
            sensor("Draw", "d", unit_of_meas="W"),
            sensor("Humidity", "e"),
            entity("binary_sensor", "Fault", "f"),
            entity("binary_sensor", "Motion", "g", dev_cla="motion"),
            sensor("Signal", "h", dev_cla="signal_strength", unit_of_meas="dBm"),
            entity("binary_sensor", "Low", "i", dev_cla="battery"),
        ),
    )
    payload: dict[str, object] = dict.fromkeys("abcdeh", 1) | dict.fromkeys("fgi", "ON")
    names = [line.name for line in read(readings, "Mixed", payload).told]
    assert names == ["Motion", "Fault", "Humidity", "Draw", "Pressure", "Low", "Voltage", "Mode"]


def test_of_many_entities_the_first_are_told_and_the_rest_is_counted() -> None:
    readings = known("Meter", tuple(sensor(f"Reg {number}", f"r{number}") for number in range(12)))
    reading = read(readings, "Meter", {f"r{number}": number for number in range(12)})
    assert (reading.told[0].name, reading.told[7].name, reading.told[8].name) == ("Reg 0", "Reg 7", MORE)
    assert len(reading.fields) == 12
    assert render_reading(reading, None, ENGLISH).endswith("… 4 more fields")
    assert MORE not in reading.text


def test_two_entities_called_as_their_device_are_told_apart_by_their_kind() -> None:
    readings = known("Fan", (entity("fan", None, "fan", cmd_t="x"), entity("light", None, "lamp", cmd_t="x")))
    assert read(readings, "Fan", {"fan": "ON", "lamp": "OFF"}).text == "Light off · Fan on"


def test_entities_of_several_devices_on_a_topic_are_called_after_them() -> None:
    readings = Readings()
    for number, device in enumerate(("Attic", "Barn")):
        config = {"name": "Heat", "stat_t": "hub", "val_tpl": f"{{{{ value_json.t{number} }}}}"}
        payload = json.dumps({**config, "dev": {"name": device}}).encode()
        assert readings.learn(Message(f"homeassistant/sensor/n{number}/config", payload))
    reading = readings.read(Message("hub", b'{"t0": 1, "t1": 2}'))
    assert (reading.name, reading.text) == ("hub", "Attic Heat 1 · Barn Heat 2")


def test_one_entity_of_several_values_gives_its_topic_its_name() -> None:
    readings = Readings()
    config = {"name": "Porch", "schema": "json", "stat_t": "p", "cmd_t": "p/set", "brightness": True}
    assert readings.learn(Message("homeassistant/light/p/config", json.dumps(config).encode()))
    reading = readings.read(Message("p", b'{"state": "ON", "brightness": 51, "linkquality": 4}'))
    assert (reading.name, reading.text) == ("Porch", "on, 20 %")
    assert render_reading(reading, None, ENGLISH) == "*Porch* on, 20 %"
    assert readings.read(Message("p", b'{"linkquality": 4}')).text == "linkquality: 4"


def test_a_topic_of_one_aspect_is_called_after_it() -> None:
    readings = Readings()
    config = {"name": "Pool", "curr_temp_t": "p/is", "temp_stat_t": "p/goal", "temp_unit": "C"}
    assert readings.learn(Message("homeassistant/climate/p/config", json.dumps(config).encode()))
    assert [readings.name(topic) for topic in ("p/is", "p/goal")] == [
        "Pool current temperature",
        "Pool temperature",
    ]


def test_a_word_for_no_value_is_not_told() -> None:
    readings = known("Two", (sensor("A", "a"), sensor("B", "b")))
    assert read(readings, "Two", {"a": "None", "b": 1}).text == "B 1"
