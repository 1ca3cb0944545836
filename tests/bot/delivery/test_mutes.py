"""What is muted: topics and rules, which may be called alike."""

import json
from typing import Any

from alert_rules import above
from fakes import ME, NOON, OFFLINE, World

from bot.alerts.notices import GATHER
from bot.model.rules import AlertRule, Contact, Display, Subscription
from bot.model.utterance import Reaction

SENSORS = Subscription("#", display=Display.SILENT)


def house(*rules: AlertRule, **how: Any) -> World:
    return World(SENSORS, alerts=rules, contacts=(Contact(ME),), **how)


def lose_broker(world: World) -> None:
    world.broker.status = OFFLINE
    world.bot.broker_changed(OFFLINE)
    world.later(121)
    world.later(GATHER)


async def test_a_topic_that_is_called_as_a_rule_is_not_the_rule() -> None:
    world = house(above(topic="s/+", id="r1"))
    for topic in ("broker", "r1"):
        world.receive(topic, "1")
        await world.ask(f"mute {topic}")
    await world.ask("mute # 8h")
    await world.ask("unmute #")
    lose_broker(world)
    world.receive("s/1", "35")
    world.later(GATHER)
    assert [text.split("\n")[0] for text in world.said] == ["⚠ *MQTT broker*", "⚠ *hot*: s/1 35, limit 30"]
    assert await world.ask("mute") == "Muted:\n• broker — for good\n• r1 — for good"
    world.restart()
    assert await world.ask("mute") == "Muted:\n• broker — for good\n• r1 — for good"


async def test_all_topics_muted_leave_the_broker_to_be_told_of() -> None:
    world = house()
    await world.ask("mute # 8h")
    lose_broker(world)
    assert [text.split("\n")[0] for text in world.said] == ["⚠ *MQTT broker*"]


async def test_the_brokers_own_alert_is_muted_by_its_name_or_a_reaction() -> None:
    world = house()
    lose_broker(world)
    await world.bot.react(Reaction(ME, world.outbox.notices[0].id, ("🔕",), NOON))
    assert await world.ask("mute") == "Muted:\n• MQTT broker — for good"
    assert await world.ask("unmute mqtt broker") == "mqtt broker is told again."
    assert (await world.ask('mute "MQTT broker" 1h')).endswith(": MQTT broker")
    world.restart()
    assert len(world.bot.alerts.mutes.rules) == 1
    world.later(3601)
    assert list(world.bot.alerts.mutes) == []


async def test_the_mute_of_a_rule_goes_with_the_rule() -> None:
    world = house(above(topic="s/+", name="Hot"), above(topic="t/+", id="r2", number=2, name="Other"))
    await world.ask("mute Hot")
    await world.ask("mute Other")
    await world.ask("rule Other off")
    await world.ask("rmalert Hot")
    assert await world.ask("mute") == "Muted:\n• Other — for good"
    world.restart()
    assert await world.ask("unmute Other") == "Other is told again."


async def test_mutes_of_an_earlier_version_stay_what_they_were() -> None:
    world = house(above(topic="s/+", name="Hot"))
    world.memory.set(
        "mutes", json.dumps({"r1": None, "s/2": NOON + 60, "broker": None, "gone": None, "": None})
    )
    world.memory.texts.pop("muted_rules")
    world.restart()
    assert await world.ask("mute") == (
        "Muted:\n• Hot — for good\n• MQTT broker — for good\n"
        "• s/2 — until 08:01\n• broker — for good\n• gone — for good"
    )
    world.restart()
    assert list(world.bot.alerts.mutes.rules) == ["r1", "broker"]
    assert list(world.bot.alerts.mutes.topics) == ["s/2", "broker", "gone"]
