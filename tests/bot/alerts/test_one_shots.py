"""What is told once, and then no more."""

from collections import Counter
from dataclasses import replace
from random import Random
import re
from typing import Any

from alert_rules import above, stale
from fakes import GUEST, ME, NOON, World
import pytest

from bot.alerts.notices import GATHER
from bot.model.rules import AlertRule, Contact, Display, Role, Subscription
from bot.model.utterance import Reaction, Utterance

YOU = "you@example.org"


def house(*rules: AlertRule, **how: Any) -> World:
    contacts = (Contact(ME), Contact(YOU, role=Role.OPERATOR), Contact(GUEST, role=Role.VIEWER))
    world = World(Subscription("#", display=Display.SILENT), alerts=rules, contacts=contacts, **how)
    world.receive("washer/power", "800 W")
    world.later(1)
    return world


async def passes(world: World, seconds: float = GATHER + 1) -> None:
    """Let time pass, and what has to wait beside the path be done."""
    world.wait(seconds)
    world.later(GATHER)
    await world.settle()


def to(world: World, jid: str) -> list[str]:
    return [each.text for each in world.outbox.notices if each.to == jid]


async def test_it_is_told_once_to_who_asked_and_then_the_rule_is_gone() -> None:
    world = house()
    asked = await world.ask("once washer/power < 5 W for 3m", YOU, Role.OPERATOR)
    assert asked.startswith(
        "I tell you once (rule 1): Tell it as an alert when washer/power is below 5 W for 3 min"
    )
    assert "⏳ 1. washer/power < 5 W — you@example.org" in await world.ask("waiting")
    world.receive("washer/power", "2 W")
    await passes(world, 100)
    assert to(world, YOU) == []
    await passes(world, 90)
    (told,) = to(world, YOU)
    assert told.startswith("⚠ *washer/power < 5 W*")
    assert "👍" not in told
    assert (to(world, ME), world.bot.rules.alerts, world.bot.alerts.active) == ([], (), [])
    world.receive("washer/power", "900 W")
    world.receive("washer/power", "1 W")
    await passes(world, 600)
    assert len(to(world, YOU)) == 1
    assert (await world.ask("waiting")).startswith("Nothing is waited for.")


async def test_what_has_not_happened_by_its_end_is_not_told_any_more() -> None:
    world = house()
    assert "until 09:00 at the latest" in await world.ask("once washer/power < 5 until 9:00")
    assert "until 09:00" in await world.ask("waiting")
    await passes(world, 3601)
    assert world.bot.rules.alerts == ()
    world.receive("washer/power", "2 W")
    await passes(world)
    assert to(world, ME) == []


async def test_past_its_end_nothing_is_told_even_before_the_rule_has_gone() -> None:
    world = house(above("900", "washer/power", once=True, until=NOON + 100))
    world.clock.time += 200
    world.receive("washer/power", "1000 W")
    world.wait(GATHER + 1)
    assert to(world, ME) == []


@pytest.mark.parametrize(
    "rule", [above("900", "washer/power", once=True), stale(60, "washer/power", once=True)]
)
async def test_a_kill_between_telling_and_going_tells_nothing_again(rule: AlertRule) -> None:
    world = house(rule)
    world.receive("washer/power", "1000 W")
    world.wait(GATHER + 100)
    assert len(to(world, ME)) == 1
    # What removes the rule has not run.
    world.restart()
    world.receive("washer/power", "10 W")
    world.receive("washer/power", "1000 W")
    world.wait(GATHER + 100)
    assert len(to(world, ME)) == 1
    await world.settle()
    assert world.bot.rules.alerts == ()


async def test_a_rule_that_a_kill_brings_back_tells_nothing_again() -> None:
    """Home Assistant saves its configuration a second later: what has gone may be there once more."""
    rule = above("900", "washer/power", once=True)
    world = house(rule)
    world.receive("washer/power", "1000 W")
    await passes(world)
    assert (len(to(world, ME)), world.bot.rules.alerts) == (1, ())
    world.bot.rules = replace(world.bot.rules, alerts=(rule,))
    world.restart()
    world.receive("washer/power", "10 W")
    world.receive("washer/power", "1000 W")
    await passes(world)
    assert len(to(world, ME)) == 1
    assert world.bot.rules.alerts == ()
    # Whatever was kept for that goes with the next start.
    world.restart()
    await passes(world)
    assert world.book.kept == []


async def test_killed_before_it_was_told_it_is_told_by_the_next_run() -> None:
    world = house(above("900", "washer/power", once=True))
    world.receive("washer/power", "1000 W")
    world.restart()
    await passes(world)
    assert len(to(world, ME)) == 1
    assert world.bot.rules.alerts == ()


async def test_the_first_of_many_topics_is_told_and_no_other() -> None:
    world = house(above(topic="door/+", once=True))
    for number in range(3):
        world.receive(f"door/{number}", "40")
    await passes(world)
    world.receive("door/9", "40")
    await passes(world)
    assert len(to(world, ME)) == 1
    assert "door/0" in to(world, ME)[0]


@pytest.mark.parametrize(
    "line",
    [
        "tell me once when washer/power < 5",
        "tell me when washer/power < 5 once",
        "let me know once when washer/power is below 5",
        "mqtt once washer/power below 5",
        "einmal washer/power unter 5",
        "alert washer/power < 5 once",
    ],
)
async def test_it_is_asked_for_as_people_speak(line: str) -> None:
    world = house()
    await world.bot.hear(Utterance(ME, line, "1", NOON))
    (rule,) = world.bot.rules.alerts
    assert rule.once


async def test_who_asked_or_an_admin_may_forget_it_and_nobody_else() -> None:
    world = house()
    await world.ask("once washer/power < 5", YOU, Role.OPERATOR)
    await world.ask("once washer/power > 5000 as mine")
    assert "admin" in await world.ask("waiting off mine", YOU, Role.OPERATOR)
    assert "removed" in await world.ask("waiting off 1", YOU, Role.OPERATOR)
    assert "removed" in await world.ask("waiting off mine")
    await world.ask("alert washer/power > 5000 as real")
    assert "no rule that tells once" in await world.ask("waiting off real")
    assert "operator" in await world.ask("once washer/power < 5", GUEST, Role.VIEWER)


async def test_nobody_acknowledges_what_is_over() -> None:
    world = house(above("900", "washer/power", once=True))
    world.receive("washer/power", "1000 W")
    world.wait(GATHER + 1)
    await world.bot.react(Reaction(ME, world.outbox.notices[-1].id, ("👍",), NOON))
    assert world.bot.alerts.active == []


async def test_nothing_is_waited_for_on_what_nobody_knows_without_asking() -> None:
    world = house()
    assert "all the same" in await world.ask("once Dryer < 5")
    assert (await world.ask("yes")).startswith("I tell you once")


async def test_hundreds_of_them_are_told_once_each_however_often_the_bot_is_killed() -> None:
    random = Random(7)
    rules = [
        above("30", f"d/{each}", once=True, id=f"o{each}", number=each + 1, name=f"Watch {each}")
        for each in range(300)
    ]
    world = house(*rules, storm=0)
    told: Counter[str] = Counter()
    topics = [rule.filter for rule in rules for _ in range(2)]
    random.shuffle(topics)
    for at, topic in enumerate(topics):
        world.receive(topic, str(random.choice((31, 40))))
        if random.random() < 0.1:
            world.later(random.choice((0.5, GATHER, 10)))
        if random.random() < 0.02:
            await world.settle()
        if at % 29 == 0:
            world.restart()
    await passes(world, 60)
    await passes(world, 60)
    for text in to(world, ME):
        told.update(re.findall(r"\bd/\d+\b", text))
    assert len(told) == 300
    assert set(told.values()) == {1}
    assert world.bot.rules.alerts == ()


async def test_an_operator_waits_for_what_is_heard_already_and_not_for_ever_more() -> None:
    world = World(
        Subscription("home/#", display=Display.SILENT),
        contacts=(Contact(ME), Contact(YOU, role=Role.OPERATOR)),
    )
    world.receive("home/x", "1")
    for line in ("once secret/x > 5", "once secret/# happens"):
        await world.ask(line, YOU, Role.OPERATOR)
        assert "I do not listen to secret/" in await world.ask(line, YOU, Role.OPERATOR)
    assert "secret/x" not in world.bot.wanted
    assert (await world.ask("once home/+ happens", YOU, Role.OPERATOR)).startswith("I tell you once")
    for number in range(60):
        answer = await world.ask(f"once home/x > {number}", YOU, Role.OPERATOR)
    assert answer.startswith("50 things are waited for already.")
    assert (await world.ask("once home/x > 99")).startswith("I tell you once")


async def test_only_who_asked_is_told_and_no_phone() -> None:
    world = house(targets=("notify.mobile_app_phone",))
    await world.ask("once washer/power > 900 critical", YOU, Role.OPERATOR)
    world.receive("washer/power", "1000 W")
    await passes(world)
    assert {each.to for each in world.outbox.notices} == {YOU}
