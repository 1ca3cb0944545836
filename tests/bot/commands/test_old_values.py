"""While the broker is away, what is told of values says that it may be old."""

from fakes import OFFLINE, ONLINE, World
import pytest

from bot.model.rules import Subscription


@pytest.mark.parametrize("line", ["value home/a", "topics", "topics home/#", "value home"])
async def test_values_of_a_broker_that_is_away_may_be_old(line: str) -> None:
    world = World(Subscription("home/#"))
    for topic in ("home/a", "home/b"):
        world.receive(topic, "21 °C")
    world.later(60)
    assert "old" not in await world.ask(line)
    world.bot.broker_changed(OFFLINE)
    world.later(600)
    answer = await world.ask(line)
    assert answer.split("\n")[-1] == "⚠ The broker cannot be reached since 08:01: this may be old."
    assert "21 °C" in answer
    world.bot.broker_changed(ONLINE)
    assert "old" not in await world.ask(line)


async def test_it_is_said_in_german_as_well() -> None:
    world = World(Subscription("home/#"), language="de")
    world.receive("home/a", "21.5 °C")
    world.bot.broker_changed(OFFLINE)
    answer = await world.ask("value home/a")
    assert answer.split("\n")[-1] == "⚠ Der Broker ist seit 08:00 nicht erreichbar: Das kann veraltet sein."
    assert "21,5 °C" in answer
