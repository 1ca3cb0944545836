"""What fired before now: the incidents of a span, and what they come to."""

from dataclasses import replace
from typing import Any

from alert_rules import above
from fakes import ME, OFFLINE, ONLINE, World
import pytest

from bot.alerts.notices import GATHER
from bot.commands.alerts import Alerts
from bot.commands.rule_rows import incidents_of
from bot.model.alert import AlertEvent, Step
from bot.model.message import Properties
from bot.model.replies import Caller, Surface, Table
from bot.model.rules import AlertRule, Condition, Contact, Display, Operator, Role, Subscription


def house(*rules: AlertRule) -> World:
    return World(Subscription("s/#", display=Display.SILENT), alerts=rules, contacts=(Contact(ME),))


HOT, FREEZER = above(topic="s/+", name="Too hot"), above(topic="s/f", name="Freezer", id="r2", number=2)


async def day(world: World) -> World:
    """Let it be too hot twice, once acknowledged, and then the freezer, which still is."""
    for topic, ack in (("s/1", True), ("s/2", False)):
        world.receive(topic, "40")
        world.later(GATHER)
        world.later(299)
        if ack:
            await world.ask("ack")
        world.later(600)
        world.receive(topic, "20")
        world.later(GATHER)
        world.later(4000)
    world.receive("s/f", "35 °C")
    world.later(GATHER)
    return world


async def facts(world: World, asked: str) -> Any:
    caller = Caller(Surface.ACTION, "action", Role.ADMIN)
    reply = await world.bot.execute(Alerts(filter=asked), caller)
    assert isinstance(reply, Table)
    return reply.facts


async def test_the_alerts_of_a_week_are_listed_with_how_long_and_by_whom() -> None:
    world = await day(house(HOT, FREEZER))
    assert (await world.ask("alerts past")).splitlines() == [
        "Alerts, 7 d: 4",
        f"• 08:00 — Too hot: s/1 (#1) — 40 — for 15 min — acknowledged by {ME}",
        "• 09:21 — Too hot: s/2 (#2) — 40 — for 15 min",
        "• 10:43 — Freezer (#3) — 35 °C — still",
        "• 10:43 — Too hot: s/f (#4) — 35 °C — still",
    ]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("alerts past 2h", "Alerts, 2h: 3"),
        ("alerts earlier today", "Alerts, today: 4"),
        ("alarme vergangene gestern", "No alert, gestern."),
        ("alerts stats 1h", "Alerts, 1h: 2, the most frequent first"),
        ("alerts stats yesterday", "No alert, yesterday."),
        ("alerts past nonsense", "“nonsense” is no time that I understand."),
    ],
)
async def test_any_time_may_be_asked_for(asked: str, first: str) -> None:
    world = await day(house(HOT, FREEZER))
    assert (await world.ask(asked)).splitlines()[0].startswith(first)


async def test_the_statistics_tell_how_often_how_long_and_how_soon_somebody_came() -> None:
    world = await day(house(HOT, FREEZER))
    assert (await world.ask("alerts stats")).splitlines() == [
        "Alerts, 30 d: 4, the most frequent first",
        "• Too hot — 3× — 30 min 2 s in all — 1 of 3 acknowledged, after 5 min on average",
        "• Freezer — 1× — 1 s in all",
        "",
        "1 of 4 acknowledged, after 5 min on average",
    ]


async def test_what_an_action_gets_are_numbers() -> None:
    world = await day(house(HOT, FREEZER))
    past = await facts(world, "past")
    assert [each["number"] for each in past] == [1, 2, 3, 4]
    assert past[0]["acknowledged_at"] - past[0]["fired"] == pytest.approx(299, abs=2)
    assert (past[1]["acknowledged_by"], past[2]["ended"]) == (None, None)
    stats = await facts(world, "stats")
    assert [(each["rule"], each["count"], each["acknowledged"]) for each in stats] == [
        ("Too hot", 3, 1),
        ("Freezer", 1, 0),
    ]
    assert stats[1]["seconds_to_acknowledge"] is None


async def test_a_rule_that_is_gone_leaves_the_topic_and_the_broker_its_name() -> None:
    world = await day(house(HOT, FREEZER))
    world.broker.status = OFFLINE
    world.bot.broker_changed(OFFLINE)
    world.later(200)
    world.later(GATHER)
    world.broker.status = ONLINE
    world.bot.broker_changed(ONLINE)
    world.bot.apply(replace(world.bot.rules, alerts=(HOT,)))
    lines = (await world.ask("alerts past")).splitlines()
    assert "• 10:43 — s/f (#3) — 35 °C — for" in lines[3]
    assert "MQTT broker (#5)" in lines[-1]
    assert "s/f — 1×" in await world.ask("alerts stats")


def test_one_that_comes_and_goes_is_one_incident_until_its_last_end() -> None:
    def event(step: Step, at: float, **how: Any) -> AlertEvent:
        return AlertEvent(7, "r1", "t", step, at, **how)

    steps = (Step.FIRED, Step.RESOLVED, Step.FIRED)
    events = [event(step, at) for at, step in enumerate(steps)]
    assert incidents_of([*events, event(Step.ACKNOWLEDGED, 4, who=ME)])[0].ended == float("inf")
    (one,) = incidents_of([*events, event(Step.RESOLVED, 9)])
    assert (one.fired, one.ended) == (0, 9)
    assert incidents_of([event(Step.RESOLVED, 9)]) == []


async def test_an_incident_of_a_webhook_is_told_by_its_title() -> None:
    rule = AlertRule(
        "$hook/am/+", Condition(Operator.UNEQUAL, ("resolved",)), field="text", name="Am", id="r"
    )
    world = World(alerts=(rule,), contacts=(Contact(ME),))
    named = Properties(user=(("label", "DiskFull"),))
    world.receive("$hook/am/f1", '{"text": "The disk is full"}', properties=named)
    world.later(GATHER)
    assert "Am: DiskFull (am) (#1) — The disk is full" in await world.ask("alerts past")
    assert "DiskFull (am)" in await world.ask("alerts")
    world.receive("$hook/am/f1", '{"text": "resolved"}', properties=named)
    world.later(GATHER)
    assert world.said[-1].startswith("✅ *Am* is over: DiskFull (am) resolved")
