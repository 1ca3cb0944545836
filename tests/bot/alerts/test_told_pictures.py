"""An alert with a picture: the words first, the picture to whom they reached, and a thumb below either."""

from dataclasses import replace
from typing import Any

from alert_rules import above
from fakes import GUEST, ME, World
import pytest

from bot.alerts.rules.grammar import changed, read_rule, write_rule
from bot.model.announcements import AlertTold
from bot.model.replies import BotError
from bot.model.rules import Contact, Display, Priority, Role, Subscription
from bot.model.utterance import Reaction

ADDRESS = "https://files.example.org/1/chart.png"


def home(**how: Any) -> tuple[World, list[AlertTold]]:
    """Return a home with a rule that has a picture, and what is announced of it."""
    contacts = (Contact(ME), Contact(GUEST, role=Role.VIEWER))
    rules = (above(**{"picture": "chart", **how}),)
    world = World(Subscription("t", display=Display.SILENT), contacts=contacts, alerts=rules)
    told: list[AlertTold] = []
    world.bot.listen(lambda each: told.append(each) if isinstance(each, AlertTold) else None)
    return world, told


def come(world: World, *values: str) -> None:
    for value in values:
        world.receive("t", value)
        world.later(3)


@pytest.mark.parametrize(
    ("typed", "picture"),
    [
        ("picture chart", "chart"),
        ("for 5m photo camera.garden critical", "camera.garden"),
        ("bild Diagramm", "chart"),
        ("picture Image.Door_1 as Door", "image.door_1"),
        ("picture none", ""),
    ],
)
def test_it_is_typed_behind_a_condition_and_written_so(typed: str, picture: str) -> None:
    rule = read_rule(f"t > 30 {typed}", "t".__eq__)
    assert rule.picture == picture
    assert read_rule(write_rule(rule), "t".__eq__) == rule
    assert changed(rule, "picture never").picture == ""


@pytest.mark.parametrize("typed", ["picture switch.lamp", 'picture "front door"', "picture camera.Üß"])
def test_what_is_no_picture_is_refused(typed: str) -> None:
    with pytest.raises(BotError, match="rule_picture"):
        read_rule(f"t > 30 {typed}", "t".__eq__)


@pytest.mark.parametrize("typed", ["contains no picture", "== picture of a cat", "picture == open"])
def test_a_picture_that_somebody_speaks_of_is_none(typed: str) -> None:
    assert read_rule(f"t {typed}", "t".__eq__).picture == ""


async def test_it_is_said_and_a_camera_that_is_not_there_is_refused() -> None:
    world, _ = home()
    said = await world.ask("alert t > 50 picture camera.garden")
    assert "it shows camera.garden" in said
    assert "it shows the chart of the last hour" in await world.ask("rule 1")
    assert "camera.attic" in await world.ask("alert t > 60 picture camera.attic")
    assert len(world.bot.alerts.rules) == 2
    world.pictures.cameras.clear()
    assert "camera.garden" in await world.ask("rule 2 > 55")
    assert world.bot.alerts.rule("2").condition.values == ("55",)


def test_it_is_announced_once_the_words_are_on_their_way() -> None:
    world, told = home()
    world.receive("t", "40")
    assert not told
    world.later(3)
    assert [each.to for each in told] == [(ME, GUEST)]
    assert len(world.outbox.notices) == 2
    come(world, "41", "20")
    assert len(told) == 1


def test_who_is_not_to_be_disturbed_gets_none_with_the_words() -> None:
    world, told = home()
    world.bot.do_not_disturb.set_contact(ME, undisturbed=True)
    come(world, "40")
    assert [each.to for each in told] == [(GUEST,)]
    assert [each.to for each in world.outbox.holding] == [ME]


def test_where_nobody_may_be_disturbed_nothing_is_announced() -> None:
    world, told = home()
    for to in (ME, GUEST):
        world.bot.do_not_disturb.set_contact(to, undisturbed=True)
    come(world, "40")
    assert len(world.outbox.holding) == 2
    assert not told


def test_a_rule_without_a_picture_shows_nothing() -> None:
    world, told = home(picture="")
    come(world, "40")
    assert world.outbox.notices
    assert not told


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.CRITICAL])
async def test_a_thumb_below_the_picture_is_one_below_the_words(priority: Priority) -> None:
    world, told = home(priority=priority)
    come(world, "40")
    world.bot.alerts.show(told[0], {ME: ADDRESS})
    picture = world.outbox.notices[-1]
    assert (picture.text, picture.file, picture.to) == (ADDRESS, True, ME)
    await world.bot.react(Reaction(ME, picture.id, ("👍",), world.clock.time))
    (alert,) = world.bot.alerts.active
    assert alert.acknowledged_by == ME


async def test_of_another_incident_it_is_no_picture() -> None:
    world, told = home()
    come(world, "40", "20", "40")
    world.bot.alerts.show(told[0], {ME: ADDRESS})
    picture = world.outbox.notices[-1]
    assert picture.text == ADDRESS
    assert not world.bot.alerts.told_by(picture.id)


def test_a_rule_that_is_gone_meanwhile_still_shows_it() -> None:
    world, told = home()
    come(world, "40")
    world.bot.apply(replace(world.bot.rules, alerts=()))
    world.bot.alerts.show(told[0], {ME: ADDRESS})
    assert world.outbox.notices[-1].text == ADDRESS
