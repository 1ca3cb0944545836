"""How a bot introduces itself by Home Assistant's discovery, and which of it is for nobody to command."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from bot.discovery.discovery import Discovery
from bot.peers.beacon import discovery_node, introduces, introduction_topic, is_own, last_alert_topic
from bot.peers.introduction import introduction, last_alert

BOT = "dinox-mqtt-bot-1"
STATUS = "dinox/bots/status/dinox-mqtt-bot-1"
NAMES = {
    key: key.title() for key in ("online", "alerts_firing", "last_alert", "paused", "pause", "reconnect")
}
SECONDS = 1_700_000_000.0


def written(*, commands: bool) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(introduction(BOT, "Küche", "1.2", NAMES, commands=commands))
    return told


def test_each_bot_has_a_node_of_its_own() -> None:
    assert discovery_node(BOT) == BOT
    assert discovery_node("01JABC") == "dinox-mqtt-bot-01JABC"
    assert introduction_topic("ha", BOT) == "ha/device/dinox-mqtt-bot-1/config"


@pytest.mark.parametrize("prefix", ["homeassistant", "home/my discovery"])
@pytest.mark.parametrize("bot_id", [BOT, "01JABC"])
def test_the_introduction_of_any_bot_is_known_by_its_topic(prefix: str, bot_id: str) -> None:
    assert introduces(introduction_topic(prefix, bot_id))


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/device/lamp/config",
        "homeassistant/sensor/dinox-mqtt-bot-1/config",
        "homeassistant/device/dinox-mqtt-bot-1/state",
        "homeassistant/device/my-dinox-mqtt-bot-1/config",
    ],
)
def test_what_others_announce_is_no_introduction_of_a_bot(topic: str) -> None:
    assert not introduces(topic)


def test_the_last_alert_is_one_of_the_bots_own_topics() -> None:
    assert is_own(last_alert_topic(BOT), BOT)
    assert not is_own(last_alert_topic("other"), BOT)


def test_the_device_is_there_by_its_status() -> None:
    told = written(commands=False)
    assert told["device"] == {
        "identifiers": [BOT],
        "name": "Küche",
        "manufacturer": "DinoX",
        "model": "MQTT Bot",
        "sw_version": "1.2",
    }
    assert told["components"]["online"] == {
        "platform": "binary_sensor",
        "unique_id": "dinox-mqtt-bot-1_online",
        "name": "Online",
        "state_topic": STATUS,
        "value_template": (
            "{% if value_json is defined and value_json.status is defined %}"
            "{{ value_json.status }}{% endif %}"
        ),
        "payload_on": "online",
        "payload_off": "offline",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
    }
    others = [each for key, each in told["components"].items() if key != "online" and "unique_id" in each]
    assert [each["availability_topic"] for each in others] == [STATUS] * 3


@pytest.mark.parametrize(
    ("commands", "there", "not_there"),
    [
        (False, {"paused": "binary_sensor"}, {"pause": "switch", "reconnect": "button"}),
        (True, {"pause": "switch", "reconnect": "button"}, {"paused": "binary_sensor"}),
    ],
)
def test_what_it_has_not_is_taken_away_where_it_was_known(
    commands: bool, there: dict[str, str], not_there: dict[str, str]
) -> None:
    told = written(commands=commands)["components"]
    assert {
        key: each["platform"] for key, each in told.items() if each == {"platform": each["platform"]}
    } == (not_there)
    assert {key: told[key]["platform"] for key in there} == there
    assert ("dinox/bots/command/" in json.dumps(told)) is commands


@pytest.mark.parametrize("commands", [False, True])
def test_it_is_a_configuration_that_can_be_read(commands: bool) -> None:
    discovery = Discovery("homeassistant")
    payload = introduction(BOT, "Küche", "1.2", NAMES, commands=commands)
    entities = [entity for entity, _, _ in discovery.read(introduction_topic("homeassistant", BOT), payload)]
    assert {entity.component for entity in entities} == {"binary_sensor", "sensor", "switch", "button"}


def test_the_last_alert_is_one_harmless_line() -> None:
    told = json.loads(last_alert("⚠ Cellar\n\x1b[31mred\u202eexe\x00" + "ä" * 1_000, SECONDS))
    assert told["time"] == "2023-11-14T22:13:20Z"
    assert told["text"].startswith("⚠ Cellar redexe␀ää")
    assert len(told["text"]) == 255


@given(st.text(max_size=2_000))
def test_every_text_fits_into_a_state(text: str) -> None:
    payload = last_alert(text, SECONDS)
    told = json.loads(payload)
    assert len(told["text"]) <= 255
    assert told["text"].isprintable() or "\n" not in told["text"]
    assert len(payload) < 4_096
