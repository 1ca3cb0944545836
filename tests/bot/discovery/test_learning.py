"""Large configurations: taken in by and by, in their order, and what comes meanwhile."""

import json

from fakes import ME, World
import pytest

from bot.model.rules import Subscription
from bot.model.timers import NEVER

TOPIC = "homeassistant/device/x/config"


def device(count: int, topic: str = "home/{}", name: str = "Device") -> str:
    """Return the configuration of a device with so many sensors."""
    parts = {
        f"c{number}": {"p": "sensor", "name": f"S{number}", "stat_t": topic.format(number)}
        for number in range(count)
    }
    return json.dumps({"dev": {"name": name}, "cmps": parts, "o": {"name": "x" * 17_000}})


def world() -> World:
    return World(Subscription("home/#"))


def finish(bot: World) -> int:
    """Let the clock ring as long as there is something to do; return how often that was."""
    for rung in range(100):
        if bot.bot.readings.due_at == NEVER:
            return rung
        bot.later(0)
    raise AssertionError("never done")


def name(bot: World, topic: str = "home/3") -> str:
    return bot.bot.readings.name(topic)


def test_a_large_configuration_is_read_in_slices_and_counts_as_a_whole() -> None:
    bot = world()
    bot.receive(TOPIC, device(170), retain=True)
    assert bot.clock.alarms[-1] == bot.clock.time
    assert name(bot) == "home/3"
    for _ in range(3):
        bot.later(0)
        assert name(bot) == "home/3"
    assert finish(bot) == 1
    assert (name(bot), len(bot.bot.readings.devices)) == ("Device S3", 170)


def test_a_message_that_comes_meanwhile_is_read_as_before() -> None:
    bot = world()
    bot.receive(TOPIC, device(170), retain=True)
    bot.later(0)
    bot.receive("home/3", "21")
    assert bot.history.appended[-1][0].name == "home/3"
    finish(bot)
    bot.receive("home/3", "22")
    assert bot.history.appended[-1][0].name == "Device S3"


def test_large_configurations_are_taken_in_their_order() -> None:
    bot = world()
    for number in range(3):
        bot.receive(f"homeassistant/device/{number}/config", device(60, "home/{}", f"D{number}"), retain=True)
    finish(bot)
    assert len(bot.bot.readings.devices) == 180


@pytest.mark.parametrize("steps", [0, 1])
def test_a_removal_ends_what_is_being_read(steps: int) -> None:
    bot = world()
    bot.receive(TOPIC, device(170), retain=True)
    for _ in range(steps):
        bot.later(0)
    bot.receive(TOPIC, "", retain=True)
    assert finish(bot) == 0
    assert (name(bot), len(bot.bot.readings.devices)) == ("home/3", 0)


@pytest.mark.parametrize("count", [2, 120])
def test_a_newer_configuration_takes_the_place_of_one_that_is_being_read(count: int) -> None:
    bot = world()
    bot.receive(TOPIC, device(170), retain=True)
    bot.later(0)
    bot.receive(TOPIC, device(count, name="Newer"), retain=True)
    finish(bot)
    assert (name(bot, "home/1"), len(bot.bot.readings.devices)) == ("Newer S1", count)


def test_the_same_again_changes_nothing() -> None:
    bot = world()
    for _ in range(2):
        bot.receive(TOPIC, device(60), retain=True)
        finish(bot)
    assert name(bot) == "Device S3"


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.learning._MOST_WAITING", 60_000)
    bot = world()
    for number in range(3):
        bot.receive(f"homeassistant/device/{number}/config", device(60, "home/{}", f"D{number}"), retain=True)
    assert bot.bot.readings.refused == 1
    assert bot.bot.readings.tick(0.0) is None
    finish(bot)
    assert len(bot.bot.readings.devices) == 120


async def test_what_there_is_no_room_for_is_said_once_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.discovery._MOST_ENTITIES", 1)
    bot = world()
    for number in range(3):
        bot.receive(f"homeassistant/sensor/{number}/config", f'{{"stat_t": "home/{number}", "name": "N"}}')
    (said,) = [text for text in bot.said if "More devices" in text]
    assert "It knows 1 entities and learns no new ones until some are removed." in said
    assert "no room for 2 more configurations" in await bot.ask("/mqtt discovery", ME)
    bot.receive("homeassistant/sensor/0/config", "")
    bot.receive("homeassistant/sensor/1/config", '{"stat_t": "home/1"}')
    bot.receive("homeassistant/sensor/2/config", "")
    assert bot.bot.readings.refused == 0
    bot.receive("homeassistant/sensor/4/config", '{"stat_t": "home/4"}')
    assert len([text for text in bot.said if "More devices" in text]) == 2
