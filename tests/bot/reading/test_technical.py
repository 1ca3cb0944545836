"""Topics on which devices and gateways talk to themselves, and those that say whether they are there."""

import json

import pytest

from bot.discovery.devices import Devices
from bot.discovery.discovery import Discovery
from bot.discovery.topic_uses import TopicUses
from bot.reading.technical import presence_in, says_presence, technical

NONE = TopicUses()
# As docs/following.md explains them.
REASONS = ("log", "lists", "requests", "telemetry", "command", "configuration")


def uses(**configs: object) -> TopicUses:
    devices = Devices()
    discovery = Discovery("homeassistant", devices)
    for component, config in configs.items():
        discovery.learn(f"homeassistant/{component}/x/config", json.dumps(config).encode())
    return devices.uses


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("zigbee2mqtt/bridge/logging", "log"),
        ("my/z2m/bridge/log", "log"),
        ("zigbee2mqtt/bridge/devices", "lists"),
        ("zigbee2mqtt/bridge/groups", "lists"),
        ("zigbee2mqtt/bridge/info", "lists"),
        ("zigbee2mqtt/bridge/definitions", "lists"),
        ("zigbee2mqtt/bridge/extensions", "lists"),
        ("zigbee2mqtt/bridge/converters", "lists"),
        ("zigbee2mqtt/bridge/response/device/rename", "requests"),
        ("zigbee2mqtt/bridge/request/permit_join", "requests"),
        ("zigbee2mqtt/bridge/event", "requests"),
        ("zwave/_CLIENTS/ZWAVE_GATEWAY-A/api/getInfo", "requests"),
        ("zwave/_EVENTS/ZWAVE_GATEWAY-A/node/node_ready", "log"),
        ("homie/boiler/$name", "lists"),
        ("homie/boiler/$fw/version", "lists"),
        ("home/OpenMQTTGateway/SYStoMQTT", "lists"),
        ("tele/plug/STATE", "telemetry"),
        ("plug/tele/INFO1", "telemetry"),
        ("tele/kitchen/plug/INFO3", "telemetry"),
        ("stat/plug/STATUS8", "telemetry"),
        ("cmnd/plug/POWER", "command"),
        ("plug/cmnd/POWER", "command"),
        ("tasmota/discovery/A1B2/config", "configuration"),
        ("homeassistant/status", "configuration"),
        ("homeassistant/sensor/x/config", "configuration"),
    ],
)
def test_these_are_told_to_nobody(topic: str, reason: str) -> None:
    assert technical(topic, "ha", NONE) == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    "topic",
    [
        "zigbee2mqtt/Porch lamp",
        "zigbee2mqtt/bridge/state",
        "bridge/logging",
        "home/bridge/level",
        "tele/plug/SENSOR",
        "stat/plug/RESULT",
        "stat/plug/POWER",
        "home/INFO1",
        "homie/boiler/$state",
        "home/config",
        "home/status",
        "house",
        "cmnd",
    ],
)
def test_these_are_not(topic: str) -> None:
    assert technical(topic, "ha", NONE) == ""


def test_the_birth_of_home_assistant_is_below_the_prefix() -> None:
    assert technical("ha/status", "ha", NONE) == "configuration"


def test_what_a_device_is_there_for_is_no_telemetry() -> None:
    plug = {"name": "Plug", "stat_t": "tele/plug/STATE", "cmd_t": "cmnd/plug/POWER"}
    assert technical("tele/plug/STATE", "homeassistant", uses(switch=plug)) == ""
    aside = plug | {"ent_cat": "diagnostic"}
    assert technical("tele/plug/STATE", "homeassistant", uses(switch=aside)) == "telemetry"


def test_what_a_device_is_told_is_a_command() -> None:
    lamp = uses(light={"stat_t": "z/lamp", "cmd_t": "z/lamp/do"})
    for topic in ("z/lamp/do", "z/lamp/set", "z/lamp/get", "z/lamp/set/brightness"):
        assert technical(topic, "homeassistant", lamp) == "command"
    for topic in ("z/lamp", "z/other/set", "z/lamp/setting", "/set"):
        assert technical(topic, "homeassistant", lamp) == ""


def test_a_topic_for_both_ways_is_told() -> None:
    both = uses(switch={"stat_t": "x/relay", "cmd_t": "x/relay"})
    assert technical("x/relay", "homeassistant", both) == ""


@pytest.mark.parametrize(
    "topic", ["z/lamp/availability", "tele/plug/LWT", "homie/x/$state", "z2m/bridge/state"]
)
def test_these_say_whether_a_device_is_there(topic: str) -> None:
    assert says_presence(topic, NONE)


def test_a_device_names_the_topic_that_says_whether_it_is_there() -> None:
    node = uses(sensor={"stat_t": "node/t", "avty_t": "node/status"})
    assert says_presence("node/status", node)
    assert not says_presence("other/status", node)


def test_a_topic_with_a_value_of_its_own_says_more() -> None:
    node = uses(sensor={"stat_t": "node/LWT", "avty_t": "node/LWT"})
    assert not says_presence("node/LWT", node)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("online", True),
        ("Online", True),
        ('{"state":"offline"}', False),
        ("ready", True),
        ("lost", False),
        ("init", None),
        ("the state went offline at noon", None),
        ("online offline", None),
        ("", None),
        ("offline" + " " * 300, None),
    ],
)
def test_the_usual_words(text: str, there: bool | None) -> None:
    assert presence_in(text) is there
