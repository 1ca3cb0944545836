"""Alerts that wait, because a device is away or another rule fires, which explains them."""

import asyncio
import json
from typing import Any

from alert_rules import rule_of, stale
from fakes import ME, World
import pytest

from bot.alerts.notices import GATHER
from bot.alerts.rules.grammar import read_rule, write_rule
from bot.alerts.silence import GRACE
from bot.alerts.watches import circular, waiting_for
from bot.model.replies import BotError
from bot.model.rules import AlertRule, Contact, Display, Operator, Priority, Subscription

YOU = "you@example.org"
DEVICES = ("Freezer", "Cellar", "Attic")
BRIDGE = "z/bridge/state"


def sensor(name: str, **how: Any) -> str:
    """Return what Zigbee2MQTT announces of a sensor."""
    config = {
        "name": None,
        "device": {"name": name, "identifiers": [name]},
        "unique_id": name,
        "state_topic": f"z/{name}",
        "value_template": "{{ value_json.temperature }}",
        "unit_of_measurement": "°C",
        "availability": [{"topic": BRIDGE, "value_template": "{{ value_json.state }}"}],
        **how,
    }
    return json.dumps(config)


def house(*rules: AlertRule, devices: tuple[str, ...] = DEVICES) -> World:
    world = World(
        Subscription("z/#", display=Display.SILENT),
        alerts=rules,
        contacts=(Contact(ME), Contact(YOU)),
    )
    for name in devices:
        world.receive(f"homeassistant/sensor/{name}/config", sensor(name), retain=True)
    world.receive(BRIDGE, '{"state":"online"}', retain=True)
    for name in devices:
        world.receive(f"z/{name}", '{"temperature": 20}')
        world.wait(60)
    world.outbox.notices.clear()
    return world


def leave(world: World) -> None:
    world.receive(BRIDGE, '{"state":"offline"}')


def come_back(world: World) -> None:
    world.receive(BRIDGE, '{"state":"online"}')


def told(world: World, to: str = ME) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == to and "#" in notice.text]


def test_what_falls_silent_with_its_bridge_is_told_once() -> None:
    world = house(stale(600, "z/+"))
    leave(world)
    world.wait(1200)
    (text,) = told(world)
    assert text.splitlines()[0] == "⚠ *silent*: Freezer 20 °C"
    assert text.splitlines()[-1] == "z is away: 3 devices."
    assert len(world.bot.alerts.active) == 3
    assert told(world, YOU) == [text]


def test_those_that_wait_are_listed_with_what_they_wait_for() -> None:
    world = house(stale(600, "z/+"))
    leave(world)
    world.wait(1200)
    listed = asyncio.run(world.ask("alerts"))
    assert listed.count("waits: z") == 2
    facts = {each.name: world.bot.alerts.explained(each) for each in world.bot.alerts.active}
    assert facts == {"Freezer": "", "Cellar": "z", "Attic": "z"}


def test_what_comes_at_the_same_time_is_counted() -> None:
    world = house(*each_silent())
    for name in DEVICES:
        world.receive(f"z/{name}", '{"temperature": 22}')
    leave(world)
    world.wait(700)
    (text,) = told(world)
    assert text.splitlines()[-1] == "z is away: 3 devices, 2 alerts held."
    come_back(world)
    for name in DEVICES:
        world.receive(f"z/{name}", '{"temperature": 23}')
    world.wait(300)
    assert [each.splitlines()[0] for each in told(world)[1:]] == ["✅ *Attic* is over: 23 °C"]
    assert world.bot.alerts.engine.untold == {}.keys()


def test_one_of_them_is_told_as_one() -> None:
    world = house(*each_silent()[:2])
    world.receive("z/Freezer", '{"temperature": 22}')
    world.receive("z/Cellar", '{"temperature": 22}')
    leave(world)
    world.wait(700)
    assert told(world)[0].splitlines()[-1] == "z is away: 3 devices, 1 alert held."


def each_silent(**how: Any) -> list[AlertRule]:
    """Return a rule for each device."""
    return [
        stale(600, f"z/{name}", **{"id": name, "number": number, "name": name, **how})
        for number, name in enumerate(DEVICES, 1)
    ]


def test_what_is_silent_still_after_its_bridge_is_back_is_told_then() -> None:
    world = house(stale(600, "z/+"))
    leave(world)
    world.wait(1200)
    come_back(world)
    world.receive("z/Freezer", '{"temperature": 21}')
    world.receive("z/Cellar", '{"temperature": 21}')
    world.wait(GRACE - 10)
    assert [text[0] for text in told(world)] == ["⚠", "✅"]
    world.wait(60)
    assert told(world)[2].splitlines()[0] == "⚠ *silent*: Attic 20 °C"
    assert "away" not in told(world)[2]


def test_what_is_more_urgent_or_for_others_is_told_too() -> None:
    world = house(
        stale(600, "z/Freezer", id="a", number=1, name="Freezer", contacts=(ME,)),
        stale(660, "z/Cellar", id="b", number=2, name="Cellar", contacts=(YOU,)),
        stale(720, "z/Attic", id="c", number=3, name="Attic", priority=Priority.CRITICAL),
        stale(900, "z/Attic", id="d", number=4, name="Attic again"),
    )
    leave(world)
    world.wait(1500)
    assert [text.splitlines()[0][:10] for text in told(world)] == ["⚠ *Freezer", "🔴 *Attic*:"[:10]]
    assert [text.splitlines()[0][:9] for text in told(world, YOU)] == ["⚠ *Cellar", "🔴 *Attic*:"[:9]]


def test_a_wrong_value_of_a_device_that_is_away_is_told() -> None:
    world = house(stale(600, "z/+"), rule_of(Operator.ABOVE, "25", topic="z/Cellar", name="Hot", hold=900))
    world.receive("z/Cellar", '{"temperature": 30}')
    leave(world)
    world.wait(1200)
    assert [text.splitlines()[0] for text in told(world)] == [
        "⚠ *silent*: Freezer 20 °C",
        "⚠ *Hot*: Cellar 30 °C ↗, limit 25 °C",
    ]


def test_what_waits_goes_on_waiting_after_a_restart_and_is_told_if_nobody_says_who_is_away() -> None:
    world = house(stale(600, "z/+"))
    leave(world)
    world.wait(1200)
    world.restart()
    for name in DEVICES:
        world.receive(f"homeassistant/sensor/{name}/config", sensor(name), retain=True)
    leave(world)
    world.wait(1200)
    assert len(told(world)) == 1
    world.restart()
    world.wait(1200)
    assert len(told(world)) == 2
    assert told(world)[1].splitlines()[0] == "⚠ 2 alerts: silent"


def test_a_device_that_is_there_by_another_way_is_not_away() -> None:
    world = house(stale(600, "z/Freezer"), devices=("Freezer",))
    config = sensor(
        "Freezer", availability=[{"topic": BRIDGE}, {"topic": "z/there"}], availability_mode="any"
    )
    world.receive("homeassistant/sensor/Freezer/config", config, retain=True)
    world.receive(BRIDGE, "offline")
    world.receive("z/there", "online")
    world.wait(1200)
    assert "away" not in told(world)[0]


def test_one_device_is_called_by_its_name() -> None:
    world = house(stale(600, "z/Freezer"), devices=("Freezer",))
    leave(world)
    world.wait(1200)
    assert told(world)[0].splitlines()[-1] == "Freezer is away."


# By hand.

POWER = rule_of(Operator.EQUAL, "off", topic="z/mains", id="p", number=7, name="Power outage")


def pump(**how: Any) -> AlertRule:
    return rule_of(Operator.EQUAL, "off", topic="z/pump", id="q", number=8, name="Pump", **how)


def test_a_rule_says_nothing_while_the_one_fires_that_it_comes_after() -> None:
    world = house(POWER, pump(after="7"), devices=())
    world.receive("z/mains", "off")
    world.wait(GATHER + 1)
    world.receive("z/pump", "off")
    world.wait(3600)
    assert [text.splitlines()[0] for text in told(world)] == ["⚠ *Power outage*: z/mains off"]
    assert "waits: Power outage" in asyncio.run(world.ask("alerts"))
    world.receive("z/mains", "on")
    world.receive("z/pump", "on")
    world.wait(600)
    assert [text[0] for text in told(world)] == ["⚠", "✅"]


def test_it_is_told_what_is_still_so_when_that_one_is_over() -> None:
    world = house(POWER, pump(after="7"), devices=())
    world.receive("z/pump", "off")
    world.receive("z/mains", "off")
    world.wait(60)
    world.receive("z/mains", "on")
    world.wait(GRACE + 60)
    assert [text.splitlines()[0] for text in told(world)] == [
        "⚠ *Power outage*: z/mains off",
        "✅ *Power outage* is over: z/mains on",
        "⚠ *Pump*: z/pump off",
    ]


def test_a_restart_leaves_what_waited_its_time_to_be_over() -> None:
    world = house(POWER, pump(after="7"), devices=())
    world.receive("z/pump", "off")
    world.receive("z/mains", "off")
    world.wait(60)
    world.receive("z/mains", "on")
    world.wait(20)
    world.restart()
    world.wait(30)
    assert "Pump" not in "".join(told(world))
    world.wait(GRACE)
    assert told(world)[-1].startswith("⚠ *Pump*: z/pump off")


def test_the_end_of_what_was_told_does_not_wait_with_what_begins_anew() -> None:
    world = house(POWER, pump(after="7"), devices=())
    world.receive("z/pump", "off")
    world.wait(10)
    world.receive("z/mains", "off")
    world.wait(60)
    for value in ("on", "off"):
        world.receive("z/pump", value)
    world.wait(60)
    assert [text.splitlines()[0][:9] for text in told(world)] == ["⚠ *Pump*:", "⚠ *Power ", "✅ *Pump* "]
    world.receive("z/mains", "on")
    world.wait(GRACE + 60)
    assert told(world)[-1].startswith("⚠ *Pump*: z/pump off")


def test_the_clock_set_back_keeps_nothing_back_for_ever() -> None:
    world = house(POWER, pump(after="7"), devices=())
    world.receive("z/mains", "off")
    world.receive("z/pump", "off")
    world.wait(60)
    world.receive("z/mains", "on")
    world.clock.time -= 7200
    world.wait(GRACE + 60)
    assert "Pump" in told(world)[1]


def test_rules_that_wait_for_one_another_do_not_wait() -> None:
    world = house(
        rule_of(Operator.EQUAL, "off", topic="z/a", id="a", number=1, name="A", after="2"),
        rule_of(Operator.EQUAL, "off", topic="z/b", id="b", number=2, name="B", after="1"),
        devices=(),
    )
    world.receive("z/a", "off")
    world.receive("z/b", "off")
    world.wait(60)
    assert [text.splitlines()[0] for text in told(world)] == ["⚠ 2 alerts: A, B"]


def test_a_rule_waits_for_one_that_is_there_and_not_for_itself() -> None:
    other = pump(after="Power outage")
    assert waiting_for(other, (POWER, other)).after == "7"
    assert waiting_for(POWER, ()) == POWER
    for wrong, key in ((pump(after="Pump"), "rule_after_itself"), (pump(after="Storm"), "no_rule")):
        with pytest.raises(BotError) as caught:
            waiting_for(wrong, (POWER, pump()))
        assert caught.value.key == key
    with pytest.raises(BotError) as caught:
        waiting_for(rule_of(Operator.CHANGES, id="p", number=7, after="8"), (POWER, pump(after="7")))
    assert caught.value.key == "rule_after_itself"


@pytest.mark.parametrize(
    ("after", "is_so"), [({"1": "2"}, False), ({"1": "2", "2": "3", "3": "2"}, True), ({"1": "1"}, True)]
)
def test_circles(after: dict[str, str], is_so: bool) -> None:
    assert circular("1", after) is is_so


@pytest.mark.parametrize(
    ("said", "after", "hold"),
    [
        ('z/pump is off after "Power outage"', "Power outage", 0),
        ("z/pump is off after power outage", "power outage", 0),
        ("z/pump is off for 5m after #7 critical", "7", 300),
        ("z/pump ist aus nach 7", "7", 0),
        ("z/pump is off after 10 min", "", 600),
        ("z/pump ist aus nach 10 Minuten", "", 600),
        ("z/pump is off after never", "", 0),
    ],
)
def test_as_it_is_typed(said: str, after: str, hold: float) -> None:
    rule = read_rule(said, "z/pump".__eq__)
    assert (rule.after, rule.hold, rule.condition.values) == (after, hold, rule.condition.values[:1])
    assert read_rule(write_rule(rule), "z/pump".__eq__) == rule


def test_in_the_chat() -> None:
    world = house(POWER, devices=())
    world.receive("z/pump", "on")
    made = asyncio.run(world.ask("alert z/pump is off after power outage"))
    assert "not while rule #7 fires" in made
    assert world.bot.alerts.rule("8").after == "7"
    assert "would wait for itself" in asyncio.run(world.ask("rule 7 after 8"))
    assert "after never" not in asyncio.run(world.ask("rule 8 after never"))
    assert world.bot.alerts.rule("8").after == ""
    assert "no alert rule “storm”" in asyncio.run(world.ask("rule 8 after storm"))
