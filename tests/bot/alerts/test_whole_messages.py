"""Messages as devices really write them, each beside a rule about it: from what comes in to what is told."""

import json

from fakes import World
from homes import say
import pytest

from bot.commands.alerts import Alert
from bot.model.replies import Caller, Surface
from bot.model.rules import Role, Subscription

ALL = Subscription("#")


def heard(world: World, topic: str, payload: str) -> list[str]:
    """Return what is told of a message."""
    before = len(world.said)
    world.receive(topic, payload)
    world.later(5)
    return world.said[before:]


@pytest.mark.parametrize("broken", ["nan", "inf", "-nan", "-inf", "NaN", "-Infinity"])
async def test_a_broken_probe_does_not_blind_the_healthy_one(broken: str) -> None:
    def telemetry(first: str, second: str) -> str:
        return f'{{"Time":"2026-02-03T11:57","A":{{"Temperature":{first}}},"B":{{"Temperature":{second}}}}}'

    world = World(ALL)
    heard(world, "tele/cellar/SENSOR", telemetry("17.1", "21.0"))
    await say(world, 'alert tele/cellar/SENSOR.A.Temperature > 30 as "probe hot"')
    (told,) = heard(world, "tele/cellar/SENSOR", telemetry("37.1", broken))
    assert told.startswith("⚠ *probe hot*: tele/cellar/SENSOR 37.1")
    told_of_both = heard(world, "tele/cellar/SENSOR", telemetry(broken, broken))
    assert not any(text.startswith("✅") for text in told_of_both)


@pytest.mark.parametrize(
    ("before", "limit", "after"),
    [
        ("20.6 ℃", "25", "26.6 ℃"),
        ("20.6 ℃", "77 °F", "26.6 ℃"),
        ("70 ℉", "25 °C", "79.9 ℉"),
        ('"20.6"', "25", '"26.6"'),
        ('"20,6 °C"', "25", '"26,6 °C"'),
        ("20.6;ok", "25", "26.6;ok"),
        ("20,6 °C", "25", "26,6 °C"),
    ],
)
async def test_a_number_is_one_however_it_is_written(before: str, limit: str, after: str) -> None:
    world = World(ALL)
    heard(world, "home/tin", before)
    assert "⚠" not in await say(world, f'alert home/tin > {limit} as "tin"')
    (told,) = heard(world, "home/tin", after)
    assert told.startswith("⚠ *tin*: home/tin 26" if "℉" not in after else "⚠ *tin*: home/tin 79.9 °F")
    assert "highest" in await say(world, "history home/tin")


@pytest.mark.parametrize(
    "rule", ["zigbee2mqtt/+/availability offline", '"zigbee2mqtt/hall lamp/availability" state offline']
)
async def test_a_device_that_says_it_is_gone_in_an_object_is_told_of(rule: str) -> None:
    world = World(ALL)
    heard(world, "zigbee2mqtt/hall lamp/availability", '{"state":"online"}')
    assert "⚠" not in await say(world, f'alert {rule} as "lamp gone"')
    (told,) = heard(world, "zigbee2mqtt/hall lamp/availability", '{"state":"offline"}')
    assert told.startswith("⚠ *lamp gone*: zigbee2mqtt/hall lamp/availability offline")
    assert "it would have fired 1×" in await say(world, f"try {rule}")


@pytest.mark.parametrize("action", [False, True])
@pytest.mark.parametrize(
    ("topic", "condition", "found"),
    [
        ('"zigbee2mqtt/Back door".battery', "< 20", ("battery", ("20",))),
        ('"zigbee2mqtt/Back door"', "battery < 20", ("battery", ("20",))),
        ("zigbee2mqtt/Back door.battery", "< 20", ("battery", ("20",))),
        ('"zigbee2mqtt/Back door".contact', "on", ("contact", ("on",))),
        ('"zigbee2mqtt/Back door".battery', '< 20 as "Door battery"', ("battery", ("20",))),
    ],
)
async def test_a_field_behind_a_quoted_topic_is_that_field(
    topic: str, condition: str, found: tuple[str, tuple[str, ...]], action: bool
) -> None:
    world = World(ALL)
    heard(world, "zigbee2mqtt/Back door", '{"battery":97,"contact":true}')
    if action:
        caller = Caller(Surface.ACTION, "ha", Role.ADMIN)
        await world.bot.execute(Alert(topic=topic, condition=condition), caller)
    else:
        await say(world, f"alert {topic} {condition}")
    (rule,) = world.bot.rules.alerts
    assert (rule.filter, rule.field, rule.condition.values) == ("zigbee2mqtt/Back door", *found)
    assert '"' not in rule.name


async def test_a_rule_fires_on_what_the_chat_shows_and_not_on_its_opposite() -> None:
    world = World(ALL)
    door = {
        "dev": {"ids": ["z1"], "name": "Back door"},
        "o": {"name": "z2m"},
        "stat_t": "zigbee2mqtt/Back door",
        "cmps": {
            "c": {"p": "binary_sensor", "name": "Contact", "dev_cla": "door", "pl_on": False, "pl_off": True}
            | {"val_tpl": "{{ value_json.contact }}", "uniq_id": "1"},
            "b": {"p": "sensor", "name": "Battery", "dev_cla": "battery", "unit_of_meas": "%"}
            | {"val_tpl": "{{ value_json.battery }}", "uniq_id": "2"},
        },
    }
    world.receive("homeassistant/device/0x01/config", json.dumps(door), retain=True)
    world.later(60)
    assert "Contact closed" in heard(world, "zigbee2mqtt/Back door", '{"battery":97,"contact":true}')[0]
    await say(world, 'alert "zigbee2mqtt/Back door" contact == on as "Door open"')
    (told,) = heard(world, "zigbee2mqtt/Back door", '{"battery":97,"contact":false}')
    assert told.startswith("⚠ *Door open*: Back door open")
    (over,) = heard(world, "zigbee2mqtt/Back door", '{"battery":97,"contact":true}')
    assert over.startswith("✅ *Door open* is over: Back door closed")


async def test_what_a_device_says_of_itself_is_no_change() -> None:
    world = World()
    await say(world, 'subscribe "zigbee2mqtt/Hall door"')
    await say(world, 'display "zigbee2mqtt/Hall door" changes')
    told = []
    for number in range(5):
        seen = f'"last_seen":"2026-11-28T19:0{number}:00+01:00","linkquality":10{number}'
        told += heard(world, "zigbee2mqtt/Hall door", f'{{"battery":97,"contact":true,{seen}}}')
    assert told == ["*zigbee2mqtt/Hall door* contact true · battery 97"]
    (told_again,) = heard(world, "zigbee2mqtt/Hall door", '{"battery":97,"contact":false,"linkquality":7}')
    assert "contact false" in told_again


async def test_degrees_are_those_that_stand_beside_them() -> None:
    def pool(degrees: float) -> str:
        sensor = {"Id": "0316", "Temperature": degrees}
        return json.dumps({"Time": "2026-07-01T12:00:00", "DS18B20": sensor, "TempUnit": "F"})

    world = World(ALL)
    await say(world, 'alert tele/pool/SENSOR.DS18B20.Temperature > 30 °C as "pool"')
    (told,) = heard(world, "tele/pool/SENSOR", pool(78.5))
    assert "78.5 °F" in told
    assert not told.startswith("⚠")
    (told,) = heard(world, "tele/pool/SENSOR", pool(90.5))
    assert told.startswith("⚠ *pool*: tele/pool/SENSOR 90.5 °F")
