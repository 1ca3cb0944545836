"""Taking back the last change that one has made."""

from dataclasses import replace

from fakes import GUEST, ME, World
from homes import say
import pytest
from talk_home import english

from bot.model.rules import AlertRule, Condition, Contact, Operator, Role, RuleSet

RULE = AlertRule(
    "home/freezer/temperature", Condition(Operator.ABOVE, ("-15",)), name="Freezer warm", id="rule1", number=1
)


async def test_there_is_nothing_to_take_back_at_first() -> None:
    assert await say(english(), "undo") == "There is no change of yours to take back."


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("alert freezer door = open", "is no more"),
        ("rmalert 1", "Freezer warm is there again"),
        ("rule 1 > -10", "Freezer warm is as it was"),
        ("alias home/door/note Door", "Door is no more"),
        ("subscribe garden/#", "garden/# is no more"),
        ("unsubscribe home/#", "home/# is there again"),
        ("qos home/# 2", "home/# is as it was"),
        ("preset add Night home/scene night", "Night is no more"),
        ("preset remove Movie", "Movie is there again"),
        ("follow cellar", "what is followed is as it was"),
    ],
)
async def test_a_change_is_taken_back_and_that_too(line: str, answer: str) -> None:
    world = english(alerts=(RULE,))
    before = world.bot.rules
    await say(world, line)
    changed = world.bot.rules
    assert changed != before
    assert answer in await say(world, "undo")
    assert _without_ids(world) == _without_ids(world, before)
    await say(world, "undo")
    assert _without_ids(world) == _without_ids(world, changed)


def _without_ids(world: World, rules: RuleSet | None = None) -> object:
    """Return the rules as they can be compared: what was removed comes back under a new id and number."""
    known = rules or world.bot.rules
    kinds = ("alerts", "presets", "bridges")
    nameless = {
        kind: tuple(replace(each, id="", number=0) for each in getattr(known, kind)) for kind in kinds
    }
    topics = sorted(known.subscriptions, key=lambda each: each.filter)
    return topics, nameless, known.follows


async def test_mutes_are_taken_back() -> None:
    world = english(alerts=(RULE,))
    await say(world, "mute kitchen lamp")
    assert "Kitchen lamp is told again" in await say(world, "undo")
    assert not dict(world.bot.alerts.mutes)
    await say(world, "mute 1 2h")
    await say(world, "unmute 1")
    assert "Freezer warm is muted again" in await say(world, "undo")
    assert "rule1" in world.bot.alerts.mutes.rules


async def test_what_somebody_else_has_changed_since_stays() -> None:
    world = english()
    await say(world, "alias home/door/note Door")
    await world.ask("alias home/door/note Letter", who="other@example.org")
    assert "Somebody has changed that since" in await say(world, "undo")
    assert "letter" in world.bot.subscriptions.aliases


async def test_everybody_takes_back_only_their_own() -> None:
    world = english()
    await say(world, "alias home/door/note Door")
    assert "no change of yours" in await world.ask("undo", who="other@example.org")


async def test_who_may_change_no_rules_any_more_does_not_take_one_back_either() -> None:
    world = english()
    await say(world, "alias home/door/note Door")
    assert "admin" in await world.ask("undo", who=ME, role=Role.OPERATOR)


async def test_several_changes_of_one_command_are_listed() -> None:
    world = english(alerts=(RULE,))
    await say(world, "mute 1")
    await say(world, "rmalert 1")
    said = await say(world, "undo")
    assert said.startswith("Taken back:")
    assert "Freezer warm is there again" in said


async def test_other_settings_are_no_such_change() -> None:
    world = english()
    await say(world, "discovery off")
    assert "no change of yours" in await say(world, "undo")


async def test_a_bridge_without_a_name_is_called_by_its_number() -> None:
    world = english(contacts=(Contact(ME), Contact(GUEST)))
    await say(world, f"bridge home/door/note {GUEST}")
    assert "#1 is no more" in await say(world, "undo")
    assert world.bot.rules.bridges == ()
