"""What a new subscription brings first, and that it is told once."""

import json
from typing import Any

from fakes import World
import pytest

from bot.chat import first_look
from bot.chat.first_look import GREETED
from bot.model.rules import (
    AlertRule,
    Condition,
    Display,
    Follow,
    Operator,
    Priority,
    Scope,
    Subscription,
)

HOME = Subscription("home/#", display=Display.CHANGES)


def flood(world: World, count: int = 60, *, retain: bool = True) -> None:
    for number in range(count):
        world.receive(f"home/room{number}/temperature", str(20 + number), retain=retain)


@pytest.mark.parametrize("retain", [True, False])
def test_a_flood_is_told_as_a_few_lines(retain: bool) -> None:
    world = World(HOME)
    flood(world, retain=retain)
    world.later(0.3)
    assert world.said == []
    world.later(1)
    (said,) = world.said
    lines = said.split("\n")
    assert lines[0] == "First look at home/#. Topics: 60, devices: 0."
    assert "room0" in said
    assert lines[-1] == "All values: devices, topics. Fewer messages: display home/# digest"
    assert len(lines) <= 12
    assert len(world.history.appended) == 60
    assert world.history.waiting == {}


def test_a_flood_that_goes_on_is_told_after_a_while() -> None:
    world = World(HOME)
    flood(world, 5)
    for number in range(20):
        world.receive(f"home/{number}", "1")
        world.later(0.5)
    assert world.said[0].startswith("First look at home/#. Topics: 21,")


def test_a_few_values_are_told_as_they_are() -> None:
    world = World(HOME)
    flood(world, 2)
    world.later(0.3)
    assert world.said[0].startswith("📌 *home/room0/temperature* 20")


def test_afterwards_everything_is_told_as_usual() -> None:
    world = World(HOME)
    flood(world)
    world.later(2)
    flood(world)
    world.later(5)
    assert len(world.said) == 1
    world.receive("home/room3/temperature", "99")
    world.later(5)
    assert world.said[1] == "*home/room3/temperature* 99"


def test_what_was_looked_at_is_not_new_after_a_restart() -> None:
    world = World(HOME)
    flood(world)
    world.later(2)
    world.restart()
    flood(world, retain=False)
    world.later(5)
    assert world.said[-1].startswith("home/room0/temperature: 20")


async def test_a_filter_that_comes_back_is_new_again() -> None:
    world = World(HOME)
    flood(world)
    world.later(2)
    await world.ask("unsubscribe home/#")
    assert world.memory.get("looked_at") == ""
    await world.ask("subscribe home/#")
    flood(world, retain=False)
    world.later(5)
    assert world.said[-1].startswith("First look at home/#")


@pytest.mark.parametrize("wanted", [Subscription("home/room1/temperature"), HOME])
def test_one_topic_is_no_flood(wanted: Subscription) -> None:
    world = World(wanted)
    world.receive("home/room1/temperature", "20")
    world.later(0.3)
    assert world.said == ["*home/room1/temperature* 20"]


@pytest.mark.parametrize("display", [Display.DIGEST, Display.BOARD])
def test_what_tells_little_by_itself_is_not_gathered(display: Display) -> None:
    world = World(Subscription("home/#", display=display))
    flood(world)
    world.later(2)
    assert not any(said.startswith("First look") for said in world.said)


def test_what_stands_out_comes_first() -> None:
    world = World(HOME)
    flood(world)
    for number in range(6):
        world.receive(f"home/window{number}", "open")
    world.receive("home/lamp", "on")
    world.receive("home/sensor/battery", "4")
    world.receive("home/pump/availability", "offline")
    world.later(2)
    lines = world.said[0].split("\n")
    assert lines[1:5] == [
        "Away: home/pump",
        "Battery low: home/sensor/battery",
        "Open: home/window0, home/window1, home/window2, home/window3 and 2 more",
        "On: home/lamp",
    ]


def test_one_large_value_is_told_in_a_few_lines_too() -> None:
    world = World(HOME)
    world.receive("home/inverter", json.dumps({f"field{number}": number for number in range(30)}))
    world.later(2)
    assert world.said[0].startswith("First look at home/#. Topics: 1")
    assert world.said[0].count("\n") < 12


def test_devices_that_are_there_are_counted_and_not_listed() -> None:
    world = World(HOME)
    for number in range(9):
        world.receive(f"home/{number}/availability", "online", retain=True)
    world.later(2)
    assert world.said[0].split("\n")[0] == "First look at home/#. Topics: 9, devices: 9."
    world.receive("home/3/availability", "offline")
    world.wait(60)
    assert world.said[1] == "home/3 is away."


def test_one_device_that_is_there_is_nothing_to_tell() -> None:
    world = World(HOME)
    world.receive("home/3/availability", "online", retain=True)
    world.wait(60)
    assert world.said == []


def test_a_device_that_is_away_at_first_is_told_back() -> None:
    world = World(HOME)
    world.receive("home/3/availability", "offline", retain=True)
    world.later(2)
    assert "Away: home/3" in world.said[0]
    world.receive("home/3/availability", "online")
    world.wait(60)
    assert world.said[1] == "home/3 is back."


def test_what_is_followed_at_first_is_looked_at_too() -> None:
    world = World(follows=(Follow(Scope.ALL),))
    for number in range(20):
        config = {
            "name": None,
            "stat_t": f"z/{number}",
            "dev": {"name": f"Lamp {number}", "ids": str(number)},
        }
        world.receive(f"homeassistant/switch/l{number}/config", json.dumps(config))
    world.later(0)
    world.later(1)
    for number in range(20):
        world.receive(f"z/{number}", "ON" if number < 2 else "OFF", retain=True)
    world.later(2)
    lines = world.said[0].split("\n")
    assert lines[0] == "First look at what you follow. Topics: 20, devices: 20."
    assert lines[1] == "On: Lamp 0, Lamp 1"
    assert lines[-1] == "All values: devices. What you follow: topics"
    world.receive("z/5", "ON")
    world.wait(10)
    assert world.said[1] == "*Lamp 5* on"


def test_the_values_shown_are_of_different_devices_and_of_the_things_themselves() -> None:
    world = World(follows=(Follow(Scope.ALL),))
    for device in ("Shed", "Gate"):
        common = {"dev": {"name": device, "ids": device}}
        for number in range(10):
            config = {"name": f"Probe {number}", "stat_t": f"z/{device}/{number}", **common}
            world.receive(f"homeassistant/sensor/{device}{number}/config", json.dumps(config))
    gate = {"name": None, "stat_t": "z/gate", "pos_t": "z/gate/at", "cmd_t": "z/gate/set"}
    world.receive("homeassistant/cover/gate/config", json.dumps(gate | {"dev": {"name": "Gate"}}))
    lamp = {"name": None, "stat_t": "z/lamp", "dev": {"name": "Lamp"}}
    world.receive("homeassistant/switch/lamp/config", json.dumps(lamp))
    world.later(0)
    world.later(2)
    world.receive("z/lamp", "ON", retain=True)
    for number in range(10):
        world.receive(f"z/Shed/{number}", str(number), retain=True)
    world.receive("z/gate/at", "0", retain=True)
    world.receive("z/gate", "closed", retain=True)
    for number in range(10):
        world.receive(f"z/Gate/{number}", str(number), retain=True)
    world.later(0)
    world.later(2)
    lines = world.said[0].split("\n")
    assert lines[1:6] == ["On: Lamp", "Shed Probe 0: 0", "Gate: closed", "Lamp: on", "Shed Probe 1: 1"]


def test_a_subscription_and_what_is_followed_are_both_named() -> None:
    world = World(Subscription("yard/#"), follows=(Follow(Scope.ALL),))
    for number in range(12):
        config = {"name": None, "stat_t": f"z/{number}", "dev": {"name": f"Plug {number}"}}
        world.receive(f"homeassistant/switch/p{number}/config", json.dumps(config))
    world.later(0)
    world.later(1)
    world.receive("yard/pump", "off", retain=True)
    for number in range(12):
        world.receive(f"z/{number}", "OFF", retain=True)
    world.later(2)
    first = world.said[0].split("\n")[0]
    assert first == "First look at yard/# and what you follow. Topics: 13, devices: 12."


def test_alerts_are_counted() -> None:
    world = World(HOME)
    world.bot.conversation.look._firing = lambda: 2
    flood(world)
    world.later(2)
    assert world.said[0].split("\n")[1] == "Alerts now: 2. List: alerts"


def test_what_came_first_is_hidden_by_a_pause_as_anything() -> None:
    world = World(HOME)
    flood(world)
    world.bot.conversation.pause()
    hidden = world.bot.conversation.resume()
    assert hidden.count == 60
    world.later(5)
    assert world.said == []


async def test_what_came_first_under_a_filter_that_is_gone_is_not_told() -> None:
    world = World(HOME)
    flood(world)
    await world.ask("unsubscribe home/#")
    world.later(10)
    assert not any("First look" in said for said in world.said)
    assert world.history.waiting == {}


async def test_of_two_filters_that_are_new_one_may_go() -> None:
    world = World(HOME, Subscription("garden/#", display=Display.CHANGES))
    flood(world)
    world.receive("garden/well", "1")
    await world.ask("unsubscribe garden/#")
    world.later(10)
    assert "garden" not in world.said[0]


def test_at_the_end_what_was_gathered_is_said() -> None:
    world = World(HOME)
    flood(world)
    world.bot.close()
    assert world.said[0].startswith("First look at home/#")


def test_many_filters_are_named_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_look, "MOST_COUNTED", 30)
    world = World(*(Subscription(f"home/{letter}/#") for letter in "abcde"))
    for letter in "abcde":
        for number in range(10):
            world.receive(f"home/{letter}/{number}", "1")
    world.later(2)
    assert world.said[0].startswith("First look at home/a/#, home/b/#, home/c/#, …. Topics: 30")


def test_urgent_values_wait_for_nothing() -> None:
    world = World(Subscription("home/#", priority=Priority.ALERT))
    world.receive("home/a", "1")
    assert len(world.said) == 1


def test_who_is_not_to_be_disturbed_gets_it_later() -> None:
    world = World(HOME)
    world.bot.conversation.spare(lambda contact: True)
    flood(world)
    world.later(2)
    assert world.said == []
    assert world.bot.conversation.holding == ["me@example.org"]


def stranger(*subscriptions: Subscription, **how: object) -> World:
    """Return a bot that nobody has heard of."""
    world = World(*subscriptions, **how)  # type: ignore[arg-type]
    world.memory.texts.clear()
    world.restart()
    return world


async def test_a_new_bot_says_who_it_is_before_the_first_it_tells_and_never_again() -> None:
    world = stranger(HOME)
    flood(world, 2)
    world.later(2)
    flood(world, 9, retain=False)
    world.later(10)
    greeting, *others = world.said[0].split("\n")
    assert greeting == (
        "Hello, I am Home. I listen to home/#. Ask for anything by its name, such as"
        " “home/room0/temperature”, or write help."
    )
    assert others[:2] == ["", "📌 *home/room0/temperature* 20"]
    world.restart()
    flood(world, 20, retain=False)
    world.later(10)
    assert sum("Hello" in said for said in world.said) == 1


async def test_with_a_greeting_too_it_is_a_few_lines() -> None:
    world = stranger(HOME, language="de")
    flood(world, 80)
    world.later(9)
    assert world.said[0].startswith("Hallo, ich bin Home und höre auf home/#. Frag nach allem")
    assert "\n\nErster Blick auf home/#." in world.said[0]
    assert world.said[0].count("\n") < 12


async def test_a_bot_that_has_told_much_already_is_no_stranger() -> None:
    world = stranger(HOME, Subscription("garden/#"))
    world.memory.set(first_look.SEEN, "garden/#")
    world.restart()
    flood(world)
    world.later(9)
    assert not any("Hello" in said for said in world.said)


# A bot that has nothing to show at first.


def introduced(*subscriptions: Subscription, **how: Any) -> list[str]:
    """Return what a new bot says within a minute, whatever comes in."""
    world = World(*subscriptions, **how)
    world.memory.set(GREETED, "")
    world.restart()
    world.wait(60)
    said = world.said
    world.restart()
    world.wait(60)
    assert world.said == said
    return said


def test_a_bot_with_alerts_only_says_so() -> None:
    rules = (AlertRule("home/t", Condition(Operator.ABOVE, ("5",)), id="r", number=1),)
    (said,) = introduced(Subscription("home/#", priority=Priority.SILENT), alerts=rules)
    assert said == (
        "Hello, I am Home, and tell of alerts only; rules so far: 1. "
        "Make one with alert home/freezer > -15 for 5m, or write help."
    )


def test_a_bot_with_plain_topics_names_them() -> None:
    topics = [Subscription(f"home/{number}") for number in range(5)]
    (said,) = introduced(*topics)
    assert said == (
        "Hello, I am Home, and tell what comes in on home/0, home/1, home/2, …. "
        "Ask for anything by its name, or write help."
    )


def test_a_german_bot_introduces_itself_in_german() -> None:
    (said,) = introduced(Subscription("home/t"), language="de")
    assert said.startswith("Hallo, ich bin Home und melde, was unter home/t ankommt.")


def test_nobody_is_greeted_where_nobody_is_or_there_is_nothing_to_tell() -> None:
    assert introduced(Subscription("home/t"), contacts=()) == []
    assert introduced() == []


def test_what_comes_in_meanwhile_is_told_after_the_greeting() -> None:
    world = World(Subscription("home/t"))
    world.memory.set(GREETED, "")
    world.restart()
    world.receive("home/t", "21")
    world.wait(10)
    assert [text.partition(" ")[0] for text in world.said] == ["Hello,", "*home/t*"]
