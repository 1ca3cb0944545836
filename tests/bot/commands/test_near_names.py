"""A misspelt name gets the names that look like it, whichever command it is for."""

from fakes import World
import pytest
import talk_home

from bot.model.rules import Subscription


@pytest.mark.parametrize(
    "line",
    [
        *("publish freezr 5", "subscribe freezr", "alert freezr > 5", "mute freezr", "unmute freezr"),
        *("bridge freezr me@example.org", "try freezr > 5", "topics freezr", "priority freezr alert"),
        *("display freezr digest", "alias freezr Ice", "history freezr", "chart freezr", "export freezr"),
        *("purge freezr", "clear freezr", "qos freezr 1", "qos freezr", "set freezr on", "follow freezr"),
        *("unsubscribe freezr", "value freezr", "rmalias freezr", "devices freezr"),
    ],
)
async def test_a_misspelt_name_gets_those_that_look_like_it(line: str) -> None:
    assert "Freezer Door" in await talk_home.english().ask(line)


@pytest.mark.parametrize("line", ["publish pantri 5", "value pantri", "qos pantri 1", "try pantri > 5"])
async def test_an_alias_is_a_name_as_well(line: str) -> None:
    world = World(Subscription("home/shelf", alias="Pantry"))
    assert "Pantry" in await world.ask(line)


async def test_what_is_written_as_a_topic_is_no_misspelt_name() -> None:
    world = talk_home.english()
    assert "Nothing is stored of home/freezr" in await world.ask("try home/freezr > 5")
    assert await World().ask("unsubscribe home/freezer") == "home/freezer is not subscribed."
