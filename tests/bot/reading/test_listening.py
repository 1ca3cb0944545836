"""Under which subscription a message comes in, and what the broker is asked for."""

import json

from fakes import World
import pytest

from bot.discovery import state_topics
from bot.model.message import QoS
from bot.model.rules import AlertRule, Condition, Display, Follow, Operator, Priority, Scope, Subscription
from bot.reading import listening
from bot.reading.listening import WAIT

EVERYTHING = (Follow(Scope.ALL),)
LAMP = {
    "name": None,
    "stat_t": "z/lamp",
    "cmd_t": "z/lamp/set",
    "avty_t": "z/bridge/state",
    "dev": {"name": "Lamp", "ids": "lamp"},
}


def announce(world: World, config: object = LAMP, topic: str = "switch/lamp") -> None:
    world.receive(f"homeassistant/{topic}/config", json.dumps(config) if config else "")


def look(world: World) -> None:
    """Let the time go by until the broker is asked for what was announced."""
    world.later(0)
    world.later(WAIT)


def states(world: World) -> set[str]:
    return {topic for topic, qos in world.broker.wanted[-1].items() if topic.startswith("z/")}


def test_what_devices_announce_is_asked_for_a_moment_later_and_once() -> None:
    world = World()
    asked = len(world.broker.wanted)
    for number in range(300):
        announce(world, LAMP | {"stat_t": f"z/{number}/lamp"}, f"switch/{number}")
    assert len(world.broker.wanted) == asked
    look(world)
    assert len(world.broker.wanted) == asked + 1
    assert states(world) == {"z/+/lamp", "z/bridge/state"}
    assert world.broker.wanted[-1]["z/+/lamp"] is QoS.AT_MOST_ONCE
    world.later(60)
    assert len(world.broker.wanted) == asked + 1


def test_what_is_gone_is_asked_for_no_more() -> None:
    world = World()
    announce(world)
    look(world)
    assert states(world) == {"z/lamp", "z/bridge/state"}
    announce(world, None)
    look(world)
    assert states(world) == set()


def test_what_a_subscription_brings_is_not_asked_for_twice() -> None:
    world = World(Subscription("z/#"))
    announce(world)
    look(world)
    assert states(world) == {"z/#"}


def test_a_new_subscription_is_asked_for_although_a_group_brings_it() -> None:
    world = World(Subscription("z/lamp", QoS.AT_MOST_ONCE))
    for number in range(300):
        announce(world, LAMP | {"stat_t": f"z/{number}"}, f"switch/{number}")
    look(world)
    assert {"z/lamp", "z/+"} <= states(world)


def test_nothing_is_asked_for_while_discovery_is_off() -> None:
    world = World(discovery_prefix="")
    announce(world)
    look(world)
    assert states(world) == set()


def test_the_state_of_a_device_is_known_acknowledged_and_not_kept() -> None:
    world = World()
    announce(world)
    world.receive("z/lamp", "ON")
    assert world.bot.readings.devices.newest("z/lamp") is not None
    assert world.history.appended == []
    assert [message.topic for message in world.history.skipped][-1] == "z/lamp"


def test_too_many_topics_are_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_topics, "MOST_TOPICS", 3)
    world = World()
    for number in range(9):
        announce(world, LAMP | {"stat_t": f"z/{number}"}, f"switch/{number}")
    look(world)
    announce(world, LAMP | {"stat_t": "z/more"}, "switch/more")
    look(world)
    (said,) = world.said
    assert said.startswith("Devices announce more topics than the bot listens to: 7 of 10")


async def test_discovery_says_how_many_topics_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_topics, "MOST_TOPICS", 1)
    world = World()
    announce(world)
    look(world)
    assert "not listened to, as there are too many: 1" in await world.ask("discovery")


# Who is told.


def test_what_is_followed_is_told_and_kept() -> None:
    world = World(follows=EVERYTHING)
    announce(world)
    look(world)
    world.receive("z/lamp", "ON")
    world.later(1)
    assert world.said == ["*Lamp* on"]
    world.later(5)
    world.receive("z/lamp", "ON")
    world.later(5)
    assert len(world.said) == 1
    assert [reading.message.topic for reading, _ in world.history.appended] == ["z/lamp"] * 2


def test_of_a_device_that_is_followed_what_it_is_told_itself_is_no_news() -> None:
    world = World(Subscription("z/#", display=Display.EACH), follows=EVERYTHING)
    announce(world)
    look(world)
    world.receive("z/lamp/set", "ON")
    world.later(5)
    assert world.said == []
    assert world.history.appended[0][1] is Priority.SILENT


def test_a_topic_subscribed_by_its_name_is_told_as_that_says() -> None:
    world = World(
        Subscription("z/lamp", display=Display.EACH),
        Subscription("z2m/bridge/logging"),
        follows=EVERYTHING,
    )
    announce(world)
    look(world)
    for _ in range(2):
        world.receive("z/lamp", "ON")
        world.later(5)
    world.receive("z2m/bridge/logging", "hello")
    world.later(5)
    assert world.said == ["*Lamp* on", "*Lamp* on", "*z2m/bridge/logging* hello"]


def test_technical_topics_are_kept_and_told_to_nobody() -> None:
    world = World(Subscription("#"), Subscription("loud/#", priority=Priority.CRITICAL))
    for topic in ("z2m/bridge/logging", "loud/bridge/info", "tele/plug/STATE", "tele/plug/INFO1"):
        world.receive(topic, "x")
    world.later(10)
    assert world.said == []
    assert [priority for _, priority in world.history.appended] == [Priority.SILENT] * 4


def test_what_is_urgent_stays_so_although_it_is_followed() -> None:
    world = World(Subscription("z/#", priority=Priority.ALERT), follows=EVERYTHING)
    announce(world)
    look(world)
    world.receive("z/lamp", "ON")
    assert world.said == ["⚠ *Lamp* on"]


def test_what_is_followed_is_told_although_its_wildcard_is_silent() -> None:
    world = World(Subscription("z/#", display=Display.SILENT), follows=EVERYTHING)
    announce(world)
    look(world)
    world.receive("z/lamp", "ON")
    world.later(5)
    assert world.said == ["*Lamp* on"]


def test_a_rule_watches_what_nobody_follows() -> None:
    rule = AlertRule("z/lamp", Condition(Operator.HAPPENS), id="r", number=1, name="Lamp on")
    world = World(alerts=(rule,))
    announce(world)
    look(world)
    world.receive("z/lamp", "ON")
    world.later(10)
    assert any("Lamp on" in text for text in world.said)
    assert world.history.appended[0][1] is Priority.SILENT


def test_more_topics_than_are_remembered_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_KNOWN_TOPICS", 2)
    world = World(Subscription("home/#"), Subscription("bridge/bridge/log", priority=Priority.SILENT))
    for number in range(5):
        world.receive(f"home/{number}", "x")
    assert len(world.history.appended) == 5


def test_one_silent_subscription_stands_for_all_technical_topics_of_a_filter() -> None:
    world = World(Subscription("#"))
    found = [world.bot.listening.best(f"z2m/bridge/{each}") for each in ("logging", "info")]
    assert found[0] is found[1]


# Devices that are away.


def test_a_device_that_is_there_is_no_news_and_one_that_is_away_is() -> None:
    world = World(Subscription("z/#"), follows=EVERYTHING)
    announce(world)
    look(world)
    world.receive("z/bridge/state", "online")
    world.wait(60)
    assert world.said == []
    world.receive("z/bridge/state", "offline")
    world.wait(60)
    world.receive("z/bridge/state", "online")
    world.wait(60)
    assert world.said == ["Lamp is away.", "Lamp is back."]
    assert len(world.history.appended) == 3


def test_what_says_neither_is_a_message_as_any() -> None:
    world = World(Subscription("z/#", display=Display.EACH))
    announce(world)
    look(world)
    world.receive("z/bridge/state", "perhaps")
    world.receive("z/other/availability", "soon")
    world.later(5)
    assert len(world.said[0].split("\n")) == 2


def test_a_device_that_did_not_announce_itself_is_called_as_its_topic() -> None:
    world = World(Subscription("z/+/availability", display=Display.EACH))
    world.memory.set("looked_at", "z/+/availability")
    world.start()
    world.receive("z/pump/availability", '{"state":"offline"}')
    world.wait(60)
    assert world.said == ["z/pump is away."]


def test_away_is_urgent_where_the_subscription_is() -> None:
    world = World(Subscription("z/#", priority=Priority.ALERT))
    announce(world)
    look(world)
    world.receive("z/bridge/state", "online")
    world.receive("z/bridge/state", "offline")
    assert [text.rpartition("* ")[2] for text in world.said] == ["offline"]


def test_what_wants_to_know_hears_that_the_broker_is_asked_for_more() -> None:
    world = World()
    heard: list[int] = []
    world.bot.listening.changed = lambda: heard.append(1)
    announce(world)
    look(world)
    assert heard == [1]
    assert world.said == []


def refuse(world: World, *filters: str) -> None:
    """Let the broker refuse what it was asked for, and time go by until the bot has seen to it."""
    world.broker.refused |= dict.fromkeys(filters, "Not authorized")
    world.bot.broker_changed(world.broker.status)
    look(world)


def test_where_wildcards_are_refused_topics_are_asked_for_one_by_one_and_it_is_said_once() -> None:
    world = World()
    for number in range(120):
        announce(world, LAMP | {"stat_t": f"z/{number}/lamp"}, f"switch/{number}")
    look(world)
    assert states(world) == {"z/+/lamp", "z/bridge/state"}
    refuse(world, "z/+/lamp")
    assert states(world) == {"z/bridge/state", *(f"z/{number}/lamp" for number in range(120))}
    said = "The broker refuses the bot topics of devices (z/+/lamp: Not authorized)."
    assert world.said == [f"{said} It asks for them one by one instead."]
    refuse(world, "z/+/lamp")
    announce(world, LAMP | {"stat_t": "z/new/lamp"}, "switch/new")
    look(world)
    assert "z/new/lamp" in states(world)
    assert len(world.said) == 1


def test_what_is_refused_by_its_name_too_is_told_together() -> None:
    world = World()
    for number in range(4):
        announce(world, LAMP | {"stat_t": f"z/{number}/lamp"}, f"switch/{number}")
    look(world)
    refuse(world, *(f"z/{number}/lamp" for number in range(4)), "elsewhere/asked/by/nobody")
    named = "z/0/lamp, z/1/lamp, z/2/lamp, …: Not authorized"
    told = "What is told there is missing in the lists."
    assert world.said == [f"The broker refuses the bot 4 topics of devices ({named}). {told}"]


def test_that_devices_cannot_be_heard_announcing_themselves_is_told() -> None:
    world = World()
    first = next(iter(world.bot.readings.discovery_filters))
    refuse(world, first)
    refused = f"The broker refuses the bot what devices announce themselves by ({first}: Not authorized)."
    assert world.said == [f"{refused} Those devices have neither names nor units."]


def test_a_refusal_beside_new_devices_is_seen_to_with_them() -> None:
    world = World()
    announce(world)
    look(world)
    announce(world, LAMP | {"stat_t": "z/2"}, "switch/2")
    refuse(world, "z/lamp")
    assert len(world.said) == 1
    assert "z/2" in states(world)
