"""Rules that fire only at some times of the week."""

from typing import Any

from alert_rules import above, rule_of, stale
from fakes import ME, World
import pytest

from bot.alerts.notices import GATHER
from bot.model.rules import AlertRule, Contact, Display, Operator, Subscription

# The tests' day begins at 8:00.
HOUR = 3600.0


def house(*rules: AlertRule) -> World:
    return World(Subscription("#", display=Display.SILENT), alerts=rules, contacts=(Contact(ME),))


def opened(only: str, **how: Any) -> AlertRule:
    return rule_of(Operator.EQUAL, "open", topic="door", name="Door", only=only, **how)


def test_what_is_wrong_before_fires_when_the_time_begins() -> None:
    world = house(opened("22:00-6:00", hold=600))
    world.receive("door", "open")
    world.wait(13.9 * HOUR)
    assert world.said == []
    world.wait(0.2 * HOUR)
    (told,) = world.said
    assert told.startswith("⚠ *Door*")
    assert world.bot.alerts.active[0].fired % (24 * HOUR) == pytest.approx(
        (world.clock.now() - 0.1 * HOUR) % (24 * HOUR), abs=60
    )


def test_what_is_well_again_by_then_says_nothing_and_within_it_fires_at_once() -> None:
    world = house(opened("22:00-6:00"))
    world.receive("door", "open")
    world.wait(HOUR)
    world.receive("door", "closed")
    world.wait(14 * HOUR)
    assert world.said == []
    world.receive("door", "open")
    world.wait(GATHER + 1)
    assert len(world.said) == 1
    world.wait(9 * HOUR)
    world.receive("door", "closed")
    world.wait(GATHER + 1)
    assert world.said[-1].startswith("✅")


@pytest.mark.parametrize("operator", [Operator.HAPPENS, Operator.CHANGES])
def test_what_happens_at_another_time_is_not_told(operator: Operator) -> None:
    rule = rule_of(operator, topic="bell", name="Bell", only="9:00-10:00")
    world = house(rule)
    for value in ("1", "2", "3"):
        world.receive("bell", value)
        world.wait(GATHER + 1)
    assert world.said == []
    world.wait(HOUR)
    world.receive("bell", "4")
    world.wait(GATHER + 1)
    assert len(world.said) == 1


def test_a_silence_is_told_when_the_time_begins() -> None:
    world = house(stale(600, "t", only="12:00-13:00"))
    world.receive("t", "1")
    world.wait(3.9 * HOUR)
    assert world.said == []
    world.wait(0.2 * HOUR)
    assert len(world.said) == 1


def test_a_restart_in_between_changes_nothing() -> None:
    world = house(opened("22:00-6:00"))
    world.receive("door", "open")
    world.wait(HOUR)
    world.restart()
    world.wait(12.9 * HOUR)
    assert world.said == []
    world.wait(0.2 * HOUR)
    assert len(world.said) == 1


async def test_a_rule_is_typed_shown_changed_and_rehearsed_with_its_times() -> None:
    world = house()
    world.receive("door", "closed")
    made = await world.ask("alert door == open for 5m only monday to friday 22:00-6:00 as Door")
    assert made.endswith("when door is open for 5 min; only Monday–Friday, 22:00–06:00.")
    assert "only weekdays 22:00-06:00" in await world.ask("rule Door")
    assert (await world.ask("rule Door only weekend")).endswith("; only Saturday, Sunday.")
    assert (await world.ask("rule Door only every day")).endswith("is open for 5 min.")
    assert (await world.ask("rule Door only never")).endswith("is open for 5 min.")
    assert (await world.ask("rule Door only nonsense")).startswith("“nonsense” is no time of the week.")


async def test_try_counts_what_would_have_fired_at_these_times_only() -> None:
    world = house()
    for _ in range(3):
        world.receive("t", "40")
        world.wait(HOUR)
        world.receive("t", "20")
        world.wait(HOUR)
    assert "fired 3×" in await world.ask("try t > 30")
    assert "fired 1×" in await world.ask("try t > 30 only 10:00-11:00")


def test_a_rule_of_a_later_version_with_unknown_times_fires_at_any() -> None:
    world = house(above(topic="t", only="full moon"))
    world.receive("t", "40")
    world.wait(GATHER + 1)
    assert len(world.said) == 1


@pytest.mark.parametrize(
    "rule", [opened("13:00-8:00"), stale(600, topic="door", name="Door", only="13:00-8:00")]
)
def test_a_clock_that_is_set_back_into_the_hours_lets_it_fire(rule: AlertRule) -> None:
    world = house(rule)
    world.receive("door", "open")
    world.wait(900)
    assert world.said == []
    world.later(-HOUR)
    world.wait(60)
    (told,) = world.said
    assert told.startswith("⚠ *Door*")
