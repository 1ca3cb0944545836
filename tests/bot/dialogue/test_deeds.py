"""What alert rules have done when they fire, and when they are over."""

import asyncio
import json
from typing import Any

from alert_rules import rule_of
from fakes import ME, World
import pytest

from bot.dialogue.deeds import MOST_A_MINUTE
from bot.model.rules import AlertRule, Contact, Display, Operator, Preset, Subscription

LAMP = json.dumps(
    {
        "name": None,
        "device": {"name": "Hall lamp", "identifiers": ["l"]},
        "unique_id": "l",
        "state_topic": "z/lamp",
        "command_topic": "z/lamp/set",
    }
)
LOCK = json.dumps(
    {
        "name": None,
        "device": {"name": "Front door", "identifiers": ["d"]},
        "unique_id": "d",
        "state_topic": "z/lock",
        "command_topic": "z/lock/set",
    }
)


def house(*rules: AlertRule) -> World:
    world = World(
        Subscription("#", display=Display.SILENT),
        alerts=rules,
        contacts=(Contact(ME),),
        presets=(Preset("Movie", "z/scene", "movie", number=1),),
    )
    world.receive("homeassistant/switch/lamp/config", LAMP, retain=True)
    world.receive("homeassistant/lock/door/config", LOCK, retain=True)
    world.receive("z/lamp", "OFF")
    world.receive("z/lock", "LOCKED")
    return world


def door(**how: Any) -> AlertRule:
    return rule_of(Operator.EQUAL, "open", topic="z/door", name="Door", **how)


def hear(world: World, topic: str, payload: str) -> list[tuple[str, str]]:
    """Let a message come in and what follows be done; return what was published since."""
    before = len(world.broker.published)
    world.receive(topic, payload)
    asyncio.run(world.settle())
    return [(each[0], each[1].decode()) for each in world.broker.published[before:]]


def test_it_is_done_when_it_fires_and_when_it_is_over() -> None:
    world = house(door(then="hall lamp on", afterwards="movie"))
    assert hear(world, "z/door", "open") == [("z/lamp/set", "ON")]
    assert hear(world, "z/door", "open") == []
    assert hear(world, "z/door", "closed") == [("z/scene", "movie")]


def test_what_happens_has_it_done_each_time() -> None:
    world = house(rule_of(Operator.HAPPENS, topic="z/bell", name="Bell", then="movie"))
    assert hear(world, "z/bell", "ring") == [("z/scene", "movie")]
    assert hear(world, "z/bell", "ring") == [("z/scene", "movie")]


def test_what_comes_and_goes_is_done_so_often_a_minute() -> None:
    world = house(door(then="hall lamp on"))
    done = [each for _ in range(30) for value in ("open", "closed") for each in hear(world, "z/door", value)]
    assert len(done) == MOST_A_MINUTE
    world.wait(61)
    assert hear(world, "z/door", "open") == [("z/lamp/set", "ON")]


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("unlock front door", "only if you say that you mean it"),
        ("gone lamp on", "“gone lamp on” is nothing that can be done so"),
        ("status", "nothing"),
    ],
)
def test_what_cannot_be_done_is_told(deed: str, why: str) -> None:
    world = house(door(then=deed))
    assert hear(world, "z/door", "open") == []
    told = next(text for text in world.said if text.startswith(f"“Door” could not do “{deed}”: "))
    assert why in told


def ask(world: World, line: str) -> str:
    return asyncio.run(world.ask(line))


def test_in_the_chat() -> None:
    world = house()
    world.receive("z/door", "closed")
    made = ask(world, 'alert z/door is open for 5m then "hall lamp on" afterwards movie critical')
    assert "then “hall lamp on” is done; afterwards “movie” is done" in made
    rule = world.bot.alerts.rule("1")
    assert (rule.then, rule.afterwards, rule.hold) == ("hall lamp on", "movie", 300)
    assert "is nothing that can be done so" in ask(world, "alert z/door is open then dance")
    assert "is nothing that can be done so" in ask(world, 'rule 1 then "rmalert 1"')
    assert "asks for a yes first" in ask(world, "alert z/door is open then unlock front door")
    assert "asks for a yes first" in ask(world, "rule 1 afterwards unlock front door")
    ask(world, "rule 1 then never")
    assert world.bot.alerts.rule("1").then == ""
    assert "Alert rule 2" in ask(world, "alarm z/door ist offen dann hall lamp on")
    assert world.bot.alerts.rule("2").then == "hall lamp on"


def test_once_and_then() -> None:
    world = house()
    world.receive("z/door", "closed")
    ask(world, "once z/door is open then hall lamp on")
    assert hear(world, "z/door", "open") == [("z/lamp/set", "ON")]
    hear(world, "z/door", "closed")
    assert hear(world, "z/door", "open") == []
