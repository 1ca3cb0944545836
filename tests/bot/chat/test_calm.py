"""What a contact reads of homes that say much, by a clock that is not waited for."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
import json
import random

from fakes import NOON, World
from homes import say
import pytest
from storms import Said, live, storm

from bot.model.rules import AlertRule, Condition, Display, Operator, Priority, Subscription

MINUTE = 60.0
STORM = Subscription("home/#", display=Display.CHANGES)


def demo(seconds: int) -> Iterator[Said]:
    """What the demo's home says while nobody does anything, one thing each six seconds."""
    dice = random.Random(5)
    for second in range(0, seconds, 48):
        climate = {"temperature": round(dice.uniform(19, 24), 1), "humidity": dice.randint(38, 60)}
        yield second, "home/freezer/temperature", f"{dice.uniform(-20, -17):.1f}"
        yield second + 6, "home/kitchen/climate", json.dumps(climate)
        yield second + 12, "home/power/meter", json.dumps({"value": dice.randint(180, 900), "unit": "W"})
        yield second + 18, "home/outside", f"{dice.uniform(-3, 12):.1f}"
        yield second + 24, "home/garden/station", json.dumps({"wind": dice.randint(0, 9), "rain": False})
        yield second + 30, "home/door/note", "Parcel at the neighbours'"
        yield second + 42, "home/heating/raw", f"raw {dice.random()}"


@pytest.mark.parametrize("display", [Display.CHANGES, Display.EACH])
def test_thirty_sensors_a_second_are_a_dozen_messages_in_ten_minutes(display: Display) -> None:
    world = World(replace(STORM, display=display))
    said = live(world, storm(600), 600)
    assert 3 <= len(said) <= 12


def test_an_alert_in_a_storm_is_told_within_two_seconds() -> None:
    above = AlertRule("home/oven", Condition(Operator.ABOVE, ("200",)), id="r1", number=1)
    world = World(STORM, alerts=(above,))
    ovens = [(30.5 + 60 * minute, "home/oven", "250" if minute % 2 else "20") for minute in range(10)]
    live(world, [*storm(600), *ovens], 600)
    told = [each.at - NOON for each in world.outbox.notices if each.priority is Priority.ALERT]
    for at, _, payload in ovens:
        assert payload != "250" or any(at <= each <= at + 2 for each in told)
    assert len([each for each in world.outbox.notices if each.priority is Priority.NORMAL]) <= 12


def test_the_demo_at_rest_says_two_things_a_minute_at_most() -> None:
    world = World(STORM)
    said = [each.at - NOON for each in live(world, demo(3_600), 3_600)]
    for minute in range(1, 55):
        assert sum(minute * MINUTE <= at < (minute + 5) * MINUTE for at in said) <= 10


def test_a_door_that_opens_after_hours_is_told_at_once_in_a_busy_home() -> None:
    world = World(STORM)
    door = [(0.0, "home/door", "closed"), (3_000.4, "home/door", "open"), (3_030.4, "home/door", "closed")]
    live(world, [*storm(3_600, 2), *door], 3_600)
    told = [each.at - NOON for each in world.outbox.notices if "home/door" in each.text]
    for at, _, _ in door[1:]:
        assert any(at <= each <= at + 3 for each in told)


def test_a_door_that_swings_all_the_time_waits_like_the_others() -> None:
    world = World(STORM)
    door = [(10.0 * turn, "home/door", "closed" if turn % 2 else "open") for turn in range(180)]
    live(world, [*storm(1_800, 2), *door], 1_800)
    told = [each.at for each in world.outbox.notices if "home/door" in each.text]
    assert len(told) < 20
    assert max(later - earlier for earlier, later in pairwise(told)) > 200


def test_after_quiet_it_is_told_at_once_again() -> None:
    world = World(STORM)
    live(world, [*storm(300), (1_000.0, "home/lamp", "on")], 1_010)
    assert (world.outbox.notices[-1].at, world.said[-1]) == (NOON + 1_000.3, "*home/lamp* on")


# The way out.


def flooded(*subscriptions: Subscription) -> World:
    world = World(*(subscriptions or (STORM,)))
    live(world, storm(600), 600)
    return world


def test_a_flood_is_asked_about_once() -> None:
    world = flooded()
    asked = [text for text in world.said if "`digest`" in text]
    assert len(asked) == 1
    line = asked[0].split("\n")[-1]
    assert line.startswith("home/# changes 4 times a second")
    assert "`digest` · `silent` · `only alerts` · `board`" in line
    assert max(len(text.split("\n")) for text in world.said) <= 12
    world.restart()
    live(world, storm(300), 1_200)
    assert len([text for text in world.said if "`digest`" in text]) == 1


@pytest.mark.parametrize(
    ("word", "display"),
    [("digest", Display.DIGEST), ("Silent.", Display.SILENT), ("board", Display.BOARD)],
)
async def test_one_word_is_the_way_out(word: str, display: Display) -> None:
    world = flooded()
    world.restart()
    assert "home/#" in await say(world, word)
    assert world.bot.rules.subscriptions[0].display is display


async def test_only_alerts_hides_what_is_none() -> None:
    world = flooded()
    await say(world, "only alerts")
    assert world.bot.paused


async def test_without_a_flood_the_words_mean_nothing() -> None:
    world = World(STORM)
    await say(world, "digest")
    assert world.bot.rules.subscriptions[0].display is Display.CHANGES


def test_what_says_much_seldom_is_counted_by_the_minute() -> None:
    world = World(STORM)
    live(world, list(storm(3_000, 1))[::3], 3_000)
    (asked,) = [text for text in world.said if "`digest`" in text]
    assert "home/# changes 2 times a minute" in asked


def test_of_what_is_told_without_a_filter_of_its_own_nothing_is_offered() -> None:
    world = flooded(replace(STORM, display=Display.DIGEST), Subscription("home/storm/1"))
    assert not [text for text in world.said if "home/# changes" in text]


def test_what_is_told_soon_has_the_newest_of_its_topic() -> None:
    world = World(STORM)
    door = [(0.0, "home/door", "closed"), (290.4, "home/door", "open"), (290.5, "home/door", "locked")]
    live(world, [*storm(300, 2), *door], 300)
    told = [each for each in world.outbox.notices if "home/door" in each.text and each.at > NOON + 290]
    assert [each.at < NOON + 294 and "locked" in each.text for each in told] == [True]
