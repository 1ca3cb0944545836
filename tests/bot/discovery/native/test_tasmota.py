"""Devices with Tasmota: by their own discovery they have names, units, words and controls."""

import json
from random import Random

from fakes import World
from hypothesis import given, settings, strategies as st
import pytest

from bot.discovery.native.tasmota import TASMOTA
from bot.model.rules import Subscription

MAC = "5CCF7F001122"
TOPIC = f"tasmota/discovery/{MAC}"
DEVICE: dict[str, object] = {
    "ip": "192.0.2.7",
    "dn": "Wine cooler",
    "fn": ["Wine cooler", None, None, None],
    "hn": "cooler-4386",
    "mac": MAC,
    "md": "Gosund SP1",
    "ty": 0,
    "if": 0,
    "ofln": "Offline",
    "onln": "Online",
    "state": ["OFF", "ON", "TOGGLE", "HOLD"],
    "sw": "14.4.1",
    "t": "cooler",
    "ft": "%prefix%/%topic%/",
    "tp": ["cmnd", "stat", "tele"],
    "rl": [1, 0, 0, 0],
    "swc": [-1, -1],
    "swn": [None, None],
    "btn": [0, 0],
    "so": {"30": 0, "68": 0, "73": 0, "82": 0, "114": 0},
    "lk": 0,
    "lt_st": 0,
    "bat": 0,
    "dslp": 0,
    "sho": [],
    "sht": [],
    "ver": 1,
}
SENSORS: dict[str, object] = {
    "Time": "2026-03-01T10:00:00",
    "Switch1": "OFF",
    "ENERGY": {"Total": 3.5, "TotalTariff": [1.5, 2.0], "Power": 61, "Voltage": 231, "Factor": 0.9},
    "AM2301": {"Temperature": 12.5, "Humidity": 63.1, "DewPoint": 5.6},
    "BME280-76": {"Pressure": 1012.1, "SeaPressure": 1019.0},
    "ANALOG": {"Temperature1": 20.5, "CTEnergy1": {"Power": 900}},
    "WIND": {"Speed": {"Act": 4.5}, "Dir": {"Card": "NW"}},
    "PMS5003": {"PM2.5": 7},
    "AS3935": {"Energy": 14},
    "PN532": {"UID": "0400"},
    "TempUnit": "C",
    "PressureUnit": "hPa",
    "SpeedUnit": "km/h",
}


def device(**said: object) -> str:
    return json.dumps(DEVICE | said)


def world(**said: object) -> World:
    """Return a home where a device has announced itself and some of its messages are asked for."""
    home = World(Subscription("stat/#"), Subscription("tele/#"))
    home.receive(f"{TOPIC}/config", device(**said), retain=True)
    return home


def names(home: World) -> list[str]:
    return [entity.full_name for entity in home.bot.readings.devices if entity.main]


async def shown(home: World, name: str) -> dict[str, str]:
    """Return the entities that a name fits, each with what is told of it."""
    lines = (await home.ask(f"devices {name}")).splitlines()
    parts = (line.removeprefix("• ").split(" — ") for line in lines if line.startswith("• "))
    return {each[0]: each[1] if len(each) > 1 else "" for each in parts}


async def sent(home: World, said: str) -> list[tuple[str, str]]:
    """Set something; return what was published."""
    before = len(home.broker.published)
    await home.ask(f"set {said}")
    return [(topic, payload.decode()) for topic, payload, _, _ in home.broker.published[before:]]


async def test_a_plug_has_its_name_its_state_and_is_switched() -> None:
    home = world()
    home.receive("stat/cooler/POWER", "ON")
    assert home.bot.readings.name("stat/cooler/POWER") == "Wine cooler"
    assert home.history.appended[-1][0].text in {"on", "ON"}
    assert (await shown(home, "wine cooler"))["Wine cooler"].lower() == "on"
    assert await sent(home, "wine cooler off") == [("cmnd/cooler/POWER1", "OFF")]


async def test_the_newest_of_several_topics_counts() -> None:
    home = world()
    home.receive("stat/cooler/POWER", "ON")
    home.later(60)
    home.receive("tele/cooler/STATE", '{"POWER": "OFF", "Wifi": {"RSSI": 80, "Signal": -58}}')
    assert (await shown(home, "wine cooler"))["Wine cooler"].lower() == "off"
    home.later(60)
    home.receive("stat/cooler/POWER", "ON")
    assert (await shown(home, "wine cooler"))["Wine cooler"].lower() == "on"
    assert (await shown(home, "wine cooler signal"))["Wine cooler Signal"] == "−58 dBm"


def test_what_is_said_again_is_told_once() -> None:
    home = world()
    home.wait(600)
    before = len(home.said)
    home.receive("stat/cooler/RESULT", '{"POWER": "ON"}')
    home.receive("stat/cooler/POWER", "ON")
    home.receive("tele/cooler/STATE", '{"POWER": "ON", "Wifi": {"RSSI": 80}}')
    home.wait(600)
    assert [text.lower().count("on") for text in home.said[before:]] == [1 + "Wine cooler".count("on")]
    assert [each[1].name for each in home.history.appended[-3:]] == ["NORMAL", "SILENT", "SILENT"]


def test_what_is_only_said_again_is_told_until_it_is_said_first() -> None:
    home = world()
    home.wait(600)
    home.receive("tele/cooler/STATE", '{"POWER": "ON"}')
    home.receive("stat/cooler/RESULT", '{"POWER": "OFF"}')
    home.receive("tele/cooler/STATE", '{"POWER": "OFF"}')
    assert [each[1].name for each in home.history.appended[-3:]] == ["NORMAL", "NORMAL", "SILENT"]


def test_of_a_lamp_one_message_tells_all_that_has_changed() -> None:
    home = world(rl=[2], lt_st=1)
    home.receive("stat/cooler/RESULT", '{"POWER": "ON", "Dimmer": 40}')
    home.receive("stat/cooler/POWER", "ON")
    home.receive("tele/cooler/STATE", '{"POWER": "ON", "Dimmer": 40}')
    assert [each[1].name for each in home.history.appended[-3:]] == ["NORMAL", "SILENT", "SILENT"]


async def test_a_device_that_says_it_is_gone_is_not_set() -> None:
    home = world()
    home.receive("tele/cooler/LWT", "Offline", retain=True)
    assert await sent(home, "wine cooler on") == []
    home.receive("tele/cooler/LWT", "Online", retain=True)
    assert await sent(home, "wine cooler on") == [("cmnd/cooler/POWER1", "ON")]


async def test_what_sleeps_is_not_taken_to_be_gone() -> None:
    home = world(dslp=1)
    home.receive("tele/cooler/LWT", "Offline", retain=True)
    assert await sent(home, "wine cooler on") == [("cmnd/cooler/POWER1", "ON")]


def test_topics_follow_the_pattern_of_the_device() -> None:
    pattern = "plugs/%id%/%hostname%/%topic%/%prefix%/"
    home = world(ft=pattern, tp=["set", "said", "told"])
    assert home.bot.readings.name("plugs/001122/cooler-4386/cooler/said/POWER1") == "Wine cooler"
    controls = [each.topic for entity in home.bot.readings.devices for each in entity.controls]
    assert controls == ["plugs/001122/cooler-4386/cooler/set/POWER1"]


@pytest.mark.parametrize(
    "said",
    [
        {"tp": ["cmnd", "stat"]},
        {"tp": "cmnd"},
        {"tp": [1, 2, 3]},
        {"ft": ""},
        {"ft": "%prefix%/+/"},
        {"ft": "%prefix%/#/"},
        {"ft": "%prefix%/%topic%"},
        {"ft": "x" * 1_024 + "/"},
        {"ft": 7},
    ],
)
def test_a_device_that_does_not_say_where_it_is_heard_is_none(said: dict[str, object]) -> None:
    assert names(world(**said)) == []


def test_relays_have_the_names_that_they_were_given() -> None:
    home = world(rl=[1, 1, 1], fn=["Counter", "Oven light", None])
    assert names(home) == ["Wine cooler Counter", "Wine cooler Oven light", "Wine cooler switch 3"]
    assert home.bot.readings.name("stat/cooler/POWER2") == "Wine cooler Oven light"
    # Only one relay goes without a number.
    assert home.bot.readings.name("stat/cooler/POWER") == "stat/cooler/POWER"


def test_relays_are_lamps_where_that_was_chosen() -> None:
    home = world(so={"30": 1})
    assert [each.component for each in home.bot.readings.devices if each.main] == ["light"]


async def test_words_for_on_and_off_are_those_that_were_chosen() -> None:
    home = world(state=["dark", "bright", "TOGGLE", "HOLD"])
    assert await sent(home, "wine cooler on") == [("cmnd/cooler/POWER1", "bright")]
    home = world(state=[None])
    assert await sent(home, "wine cooler off") == [("cmnd/cooler/POWER1", "OFF")]


async def test_sensors_have_names_units_and_values() -> None:
    home = world()
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": SENSORS, "ver": 1}), retain=True)
    home.receive("tele/cooler/SENSOR", json.dumps(SENSORS))
    told = {name: text for name, text in (await shown(home, "wine cooler")).items() if text}
    assert told == {
        "Wine cooler": "can be set: on, off",
        "Wine cooler AM2301 DewPoint": "5.6 °C",
        "Wine cooler AM2301 Humidity": "63.1 %",
        "Wine cooler AM2301 Temperature": "12.5 °C",
        "Wine cooler ANALOG CTEnergy1 Power": "900 W",
        "Wine cooler ANALOG Temperature1": "20.5 °C",
        "Wine cooler AS3935 Energy": "14",
        "Wine cooler BME280-76 Pressure": "1012.1 hPa",
        "Wine cooler BME280-76 SeaPressure": "1019 hPa",
        "Wine cooler ENERGY Factor": "0.9",
        "Wine cooler ENERGY Power": "61 W",
        "Wine cooler ENERGY Total": "3.5 kWh",
        "Wine cooler ENERGY TotalTariff 0": "1.5 kWh",
        "Wine cooler ENERGY TotalTariff 1": "2 kWh",
        "Wine cooler ENERGY Voltage": "231 V",
        "Wine cooler PMS5003 PM2.5": "7 \u03bcg/m³",
        "Wine cooler WIND Dir Card": "NW",
        "Wine cooler WIND Speed Act": "4.5 km/h",
    }


@pytest.mark.parametrize(("unit", "shown_unit"), [("F", "°F"), ("C", "°C"), ("K", "K"), (3, "")])
def test_degrees_are_those_that_the_device_counts(unit: object, shown_unit: str) -> None:
    home = world()
    told = {"sn": {"DS18B20": {"Temperature": 70.5}, "TempUnit": unit}}
    home.receive(f"{TOPIC}/sensors", json.dumps(told), retain=True)
    home.receive("tele/cooler/SENSOR", json.dumps(told["sn"]))
    reading = home.history.appended[-1][0]
    assert (reading.name, reading.text, reading.unit) == (
        "Wine cooler DS18B20 Temperature",
        "70.5",
        shown_unit,
    )


def test_parts_come_in_any_order() -> None:
    parts = [
        (f"{TOPIC}/config", device(rl=[1, 1], swc=[1, -1])),
        (f"{TOPIC}/sensors", json.dumps({"sn": SENSORS})),
    ]
    first = World()
    for topic, payload in parts:
        first.receive(topic, payload, retain=True)
    last = World()
    for topic, payload in (*parts[::-1], *parts):
        last.receive(topic, payload, retain=True)
    assert list(first.bot.readings.devices) == list(last.bot.readings.devices) != []


def test_what_is_removed_is_forgotten() -> None:
    home = world()
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": SENSORS}), retain=True)
    assert "Wine cooler ENERGY Power" in names(home)
    home.receive(f"{TOPIC}/sensors", "", retain=True)
    assert names(home) == ["Wine cooler"]
    home.receive(f"{TOPIC}/config", "", retain=True)
    assert (list(home.bot.readings.devices), list(home.bot.readings._discovery.natives)) == ([], [])
    assert home.bot.readings.name("stat/cooler/POWER") == "stat/cooler/POWER"


def test_a_battery_is_a_main_thing() -> None:
    assert names(world(bat=1)) == ["Wine cooler", "Wine cooler Battery Level"]


async def test_a_dimmer_is_read_and_set() -> None:
    home = world(rl=[2], lt_st=1)
    home.receive("tele/cooler/STATE", '{"POWER": "ON", "Dimmer": 35}')
    assert "35" in (await shown(home, "wine cooler"))["Wine cooler"]
    home.later(1)
    home.receive("stat/cooler/RESULT", '{"POWER": "ON", "Dimmer": 70}')
    # What is told next leaves out what has not changed.
    for word in ("OFF", "ON"):
        home.later(1)
        home.receive("stat/cooler/RESULT", json.dumps({"POWER": word}))
        home.receive("stat/cooler/POWER", word)
        state = (await shown(home, "wine cooler"))["Wine cooler"]
        assert state.startswith(word.lower())
    assert "70" in state
    assert ("cmnd/cooler/Dimmer", "20") in await sent(home, "wine cooler brightness 20")


def control(home: World, aspect: str) -> list[str]:
    return [
        each.topic.removeprefix("cmnd/cooler/")
        for entity in home.bot.readings.devices
        for each in entity.controls
        if each.aspect == aspect
    ]


@pytest.mark.parametrize(
    ("said", "bright", "white", "words"),
    [
        ({"lt_st": 0}, [], [], 0),
        ({"lt_st": "5"}, [], [], 0),
        ({"lt_st": 2}, ["Dimmer"], ["CT"], 0),
        ({"lt_st": 3}, ["Dimmer"], [], 1),
        ({"lt_st": 5, "lk": 1}, ["Dimmer"], ["CT"], 1),
        ({"lt_st": 1, "ty": 1}, ["Dimmer3"], [], 0),
        ({"lt_st": 4, "rl": [2, 2]}, ["Dimmer1", "Dimmer2"], [], 1),
        ({"lt_st": 5, "rl": [1, 2, 2]}, ["Dimmer1", "Dimmer2"], ["CT"], 1),
        ({"lt_st": 3, "rl": [2, 2], "so": {"68": 1}}, ["Channel1", "Channel2"], [], 0),
    ],
)
def test_lights_have_the_channels_that_they_are_made_of(
    said: dict[str, object], bright: list[str], white: list[str], words: int
) -> None:
    home = world(**({"rl": [2]} | said))
    assert control(home, "brightness") == bright
    assert control(home, "color_temp") == white
    assert len(control(home, "effect")) == words


@pytest.mark.parametrize(("option", "kelvins"), [(0, (2000, 6535)), (1, (2631, 5000))])
def test_white_has_the_range_that_was_chosen(option: int, kelvins: tuple[int, int]) -> None:
    home = world(rl=[2], lt_st=2, so={"82": option})
    scales = [
        each.scale
        for entity in home.bot.readings.devices
        for each in entity.controls
        if each.aspect == "color_temp"
    ]
    assert [(scale.low, scale.high) for scale in scales if scale] == [kelvins]


async def test_shutters_open_close_and_go_where_they_shall() -> None:
    home = world(rl=[1, 3, 3, 3, 3], sho=[0, 1], sht=[[0, 0, 0], [-90, 90, 1500]])
    assert names(home)[-2:] == ["Wine cooler cover 1", "Wine cooler cover 2"]
    assert await sent(home, "cover 1 open") == [("cmnd/cooler/Backlog", "ShutterOpen1")]
    assert await sent(home, "cover 2 stop") == [("cmnd/cooler/Backlog", "ShutterStop2")]
    assert await sent(home, "cover 1 position 30") == [("cmnd/cooler/ShutterPosition1", "30")]
    assert await sent(home, "cover 2 position 30") == [("cmnd/cooler/ShutterPosition2", "70")]
    assert await sent(home, "cover 2 tilt 50") == [("cmnd/cooler/ShutterTilt2", "0")]
    home.receive("tele/cooler/SENSOR", '{"Shutter1": {"Position": 40, "Direction": 0, "Target": 40}}')
    assert "40" in (await shown(home, "cover 1"))["Wine cooler cover 1"]
    home.later(1)
    home.receive("stat/cooler/RESULT", '{"Shutter1": {"Position": 55, "Direction": 1, "Target": 90}}')
    assert "55" in (await shown(home, "cover 1"))["Wine cooler cover 1"]


def test_half_a_shutter_is_none() -> None:
    assert names(world(rl=[3, 1])) == ["Wine cooler switch 2"]
    assert names(world(rl=[3])) == []


async def test_a_fan_has_a_lamp_and_three_speeds() -> None:
    home = world(rl=[2, 0, 0], fn=["Lamp"], **{"if": 1})
    assert [(each.component, each.name) for each in home.bot.readings.devices if each.main] == [
        ("light", "Lamp"),
        ("fan", ""),
    ]
    assert control(home, "brightness") == []
    assert await sent(home, "wine cooler speed 100") == [("cmnd/cooler/FanSpeed", "3")]
    home.receive("tele/cooler/STATE", '{"POWER1": "OFF", "FanSpeed": 3}')
    assert (await shown(home, "fan"))["Wine cooler"].startswith("100")
    home.later(1)
    home.receive("stat/cooler/RESULT", '{"FanSpeed": 0}')
    assert (await shown(home, "fan"))["Wine cooler"].startswith("0")


async def test_contacts_tell_their_state_in_both_ways() -> None:
    home = world(swc=[1, 13, -1, 77, "x"], swn=["Lid", None])
    assert names(home)[1:] == ["Wine cooler Lid", "Wine cooler binary_sensor 2"]
    home.receive("tele/cooler/SENSOR", '{"Lid": "OFF", "Switch2": "ON"}')
    assert (await shown(home, "lid"))["Wine cooler Lid"].lower() == "off"
    assert (await shown(home, "binary_sensor 2"))["Wine cooler binary_sensor 2"] == ""
    home.later(1)
    home.receive("stat/cooler/RESULT", '{"Lid": {"Action": "ON"}}')
    home.receive("stat/cooler/RESULT", '{"Switch2": {"Action": "ON"}}')
    assert (await shown(home, "lid"))["Wine cooler Lid"].lower() == "on"
    assert (await shown(home, "binary_sensor 2"))["Wine cooler binary_sensor 2"].lower() == "on"


def test_presses_are_told_where_the_device_tells_them() -> None:
    assert names(world(btn=[1, 0], swc=[0])) == ["Wine cooler"]
    home = world(btn=[1, 0, 1], swc=[0, 11], so={"73": 1, "114": 1})
    assert names(home)[1:] == [
        *("Wine cooler Switch 1", "Wine cooler Switch 2"),
        *("Wine cooler Button 1", "Wine cooler Button 3"),
    ]
    home.receive("stat/cooler/RESULT", '{"Button3": {"Action": "DOUBLE"}}')
    assert home.history.appended[-1][0].fields[0].text == "DOUBLE"


@pytest.mark.parametrize("key", ["it's", 'a"b', "a'b\"c", "back\\slash", "}}{{ x", "\n", ""])
async def test_no_key_is_more_than_a_key(key: str) -> None:
    home = world()
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": {"S": {key: 7}}}), retain=True)
    home.receive("tele/cooler/SENSOR", json.dumps({"S": {key: 7}}))
    values = [text for name, text in (await shown(home, "wine cooler")).items() if " S" in name]
    assert values[0] in {"7", ""}


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(sorted(DEVICE)), ANYTHING), st.dictionaries(st.text(), ANYTHING))
def test_nothing_that_is_said_raises(said: dict[str, object], sensors: dict[str, object]) -> None:
    home = World()
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": sensors}))
    home.receive(f"{TOPIC}/config", device(**said))
    home.receive("tele/cooler/SENSOR", json.dumps(sensors))


@given(st.binary(), st.binary())
def test_no_bytes_raise(config: bytes, sensors: bytes) -> None:
    assert list(TASMOTA.announced(TOPIC, {"config": config, "sensors": sensors})) == []


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_what_is_known_does_not_depend_on_the_order(random: Random) -> None:
    said = {
        f"tasmota/discovery/{mac}/{part}": payload
        for mac, name in (("A1", "One"), ("A2", "Two"))
        for part, payload in (
            ("config", device(mac=mac, dn=name, t=name.lower(), rl=[1, 1])),
            ("sensors", json.dumps({"sn": SENSORS})),
        )
    }
    every = list(said.items()) * 2
    random.shuffle(every)
    straight, mixed = World(), World()
    for topic, payload in said.items():
        straight.receive(topic, payload, retain=True)
    for topic, payload in every:
        mixed.receive(topic, payload, retain=True)
    assert sorted(map(repr, straight.bot.readings.devices)) == sorted(map(repr, mixed.bot.readings.devices))


@pytest.mark.parametrize(
    "topic",
    ["tasmota/discovery/x/other", "tasmota/discovery/config", "tasmota/x", "x/tasmota/discovery/a/config"],
)
def test_other_topics_announce_nothing(topic: str) -> None:
    assert TASMOTA.place(topic) is None


@pytest.mark.parametrize(
    ("said", "topic", "field"),
    [
        ("wine cooler == off", "stat/cooler/RESULT", ""),
        ("wine cooler voltage > 240 V", "tele/cooler/SENSOR", "ENERGY Voltage"),
        ("wine cooler humidity > 70", "tele/cooler/SENSOR", "AM2301 Humidity"),
        ("wine cooler lid == on", "stat/cooler/RESULT", "Lid"),
    ],
)
async def test_a_rule_is_about_the_topic_that_tells_first(said: str, topic: str, field: str) -> None:
    home = world(swc=[1] if "lid" in said else [-1], swn=["Lid"])
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": SENSORS}), retain=True)
    home.receive("tele/cooler/SENSOR", json.dumps(SENSORS))
    await home.ask(f"alert {said} as Test")
    (rule,) = home.bot.rules.alerts
    assert (rule.filter, rule.field.strip('[]"')) == (topic, field)


async def test_of_several_that_measure_the_same_one_is_asked_for() -> None:
    home = world()
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": SENSORS}), retain=True)
    home.receive("tele/cooler/SENSOR", json.dumps(SENSORS))
    asked = await home.ask("alert wine cooler power > 100 W as Test")
    assert "Wine cooler ENERGY Power" in asked
    assert home.bot.rules.alerts == ()


async def test_the_only_shutter_is_named_by_its_device() -> None:
    home = world(rl=[3, 3])
    await home.ask("alert wine cooler position > 50 as Test")
    home.receive("stat/cooler/RESULT", '{"Shutter1": {"Position": 80}}')
    home.later(5)
    assert any("80" in text and "Test" in text for text in home.said)


async def test_a_rule_does_not_miss_what_only_some_messages_tell() -> None:
    home = world(rl=[1, 1], swc=[1], swn=["Lid"])
    await home.ask("alert wine cooler lid == on as Test")
    for _ in range(3):
        home.receive("stat/cooler/RESULT", '{"Lid": {"Action": "OFF"}}')
        for _ in range(12):
            home.later(60)
            home.receive("stat/cooler/RESULT", '{"POWER1": "ON"}')
    home.wait(600)
    assert not [text for text in home.said if "Test" in text]
    home.receive("stat/cooler/RESULT", '{"Lid": {"Action": "ON"}}')
    home.later(5)
    assert any("Test" in text for text in home.said)


def test_which_sensor_it_is_is_no_main_thing() -> None:
    home = world()
    told = {"DS18B20": {"Id": "01AA", "Temperature": 20}, "ENERGY": {"TotalStartTime": "2026-01-01T00:00:00"}}
    home.receive(f"{TOPIC}/sensors", json.dumps({"sn": told}), retain=True)
    assert names(home) == ["Wine cooler", "Wine cooler DS18B20 Temperature"]
