"""The brake for storms of alerts, and alerts that several things are due of at once."""

from typing import Any

from alert_rules import above
from fakes import ME, World
import pytest

from bot.alerts.notices import GATHER, MOST_AT_ONCE, MOST_LINES
from bot.model.alert import Step
from bot.model.rules import AlertRule, Contact, Display, Subscription

SENSORS = Subscription("s/#", display=Display.SILENT)
YOU, HER = "you@example.org", "her@example.org"
PHONE = "notify.phone"


def house(*rules: AlertRule, **how: Any) -> World:
    return World(SENSORS, alerts=rules, **{"contacts": (Contact(ME),), **how})


def to(world: World, who: str) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


def all_told(world: World) -> None:
    """Let the bot do what is due now, turn by turn, until there is nothing left."""
    while world.bot.alerts.due_at <= world.clock.time:
        world.later(0)


@pytest.mark.parametrize("number", [1_000, 10 * MOST_LINES + 1])
def test_a_storm_that_begins_at_once_is_one_summary(number: int) -> None:
    world = house(above(topic="s/+"), storm=10)
    for each in range(number):
        world.receive(f"s/{each}", "35")
    world.later(GATHER)
    all_told(world)
    (text,) = to(world, ME)
    assert text.startswith(f"⚠ Many alerts: {number} more in the last minute (hot)\n• ⚠ s/0 35 · #1\n")
    assert text.endswith(f"… and {number - MOST_LINES} more, see alerts")
    assert sum(event.step is Step.TOLD for event in world.book.events) == number
    (notice,) = world.outbox.notices
    assert all(alert.notices == (notice.id,) for alert in world.bot.alerts.active)


def test_each_message_counts() -> None:
    world = house(above(topic="s/+"), storm=3)
    for each in range(3 * MOST_LINES):
        world.receive(f"s/{each}", "35")
    world.later(GATHER)
    all_told(world)
    assert len(to(world, ME)) == 3
    for each in range(50):
        world.receive(f"s/late/{each}".replace("/late/", "/late"), "35")
        world.later(0.1)
    assert len(to(world, ME)) == 3
    world.later(60)
    assert to(world, ME)[3].startswith("⚠ Many alerts: 50 more")


def test_messages_of_the_last_minute_leave_less_room() -> None:
    world = house(above(topic="s/+"), storm=3)
    for each in range(2):
        world.receive(f"s/{each}", "35")
        world.later(GATHER)
    for each in range(2, 2 + 2 * MOST_LINES):
        world.receive(f"s/{each}", "35")
    world.later(GATHER)
    assert len(to(world, ME)) == 3
    assert to(world, ME)[2].startswith("⚠ Many alerts: 80 more")


def test_what_comes_while_a_summary_is_worked_through_is_told_too() -> None:
    world = house(above(topic="s/+"), storm=1, targets=(PHONE,))
    number = 2 * MOST_AT_ONCE
    for each in range(number):
        world.receive(f"s/{each}", "35")
    world.later(GATHER)
    world.receive("s/new", "35")
    world.receive(f"s/{number - 1}", "20")
    all_told(world)
    _, text = to(world, ME)
    assert text.split("\n")[1:] == [
        "• ⚠ s/399 35 · #400",
        "• ✅ s/399 20 ↘ — after 1 s, worst 35 · #400",
        "• ⚠ s/new 35 · #401",
    ]
    assert list(world.bot.alerts.engine.untold) == []
    for each in range(number):
        world.receive(f"s/{each}", "20")
    world.receive("s/new", "20")
    world.later(61)
    all_told(world)
    pushes = {n.push.tag: n.push.title for n in world.outbox.notices if n.push is not None}
    assert {title[0] for title in pushes.values()} == {"✅"}


def test_a_summary_tells_of_no_alert_half() -> None:
    world = house(above(topic="s/+"), storm=1)
    world.receive("s/first", "35")
    world.later(GATHER)
    for each in range(MOST_LINES):
        world.receive(f"s/{each}", "35")
        if each >= MOST_LINES // 2 - 1:
            world.receive(f"s/{each}", "20")
    world.receive("s/more", "35")
    world.later(61)
    lines = to(world, ME)[-1].split("\n")
    assert lines[0] == "⚠ Many alerts: 41 more in the last minute (hot)"
    assert lines[-2].startswith("• ✅ s/28 20")
    assert lines[-1] == "… and 12 more, see alerts"


def test_what_is_over_at_once_is_two_messages_or_a_summary_that_begins_with_what_was_wrong() -> None:
    world = house(above(topic="s/+"), storm=1)
    for value in ("35", "20"):
        world.receive("s/1", value)
    world.later(GATHER)
    (text,) = to(world, ME)
    assert text.split("\n") == [
        "⚠ Many alerts: 1 more in the last minute (hot)",
        "• ⚠ s/1 35 · #1",
        "• ✅ s/1 20 ↘ — after 0 s, worst 35 · #1",
    ]


def test_a_bot_without_contacts_is_braked_too() -> None:
    world = house(above(topic="s/+"), storm=2, contacts=(), targets=(PHONE,))
    for each in range(10):
        world.receive(f"s/{each}", "35")
        world.later(GATHER)
    world.later(60)
    assert len(to(world, PHONE)) == 3


# What is due of one alert at the same time


def escalating(**how: Any) -> World:
    rule = above(topic="s/1", repeat=600, escalate_after=600, escalate_to=(YOU, HER), **how)
    return house(rule, contacts=(Contact(ME), Contact(YOU, receives=False), Contact(HER, receives=False)))


def test_an_alert_is_repeated_and_escalated_in_the_same_moment() -> None:
    world = escalating()
    world.receive("s/1", "35")
    world.later(2)
    for _ in range(3):
        world.later(598)
        world.later(2)
    assert [len(to(world, who)) for who in (ME, YOU, HER)] == [4, 3, 2]
    assert to(world, ME)[1].startswith("⏫ Nobody has acknowledged this for 10 min 2 s:\n⚠ *hot*: s/1 35")


def test_after_an_outage_it_is_repeated_and_escalated() -> None:
    world = escalating()
    world.receive("s/1", "35")
    world.later(2)
    world.bot.close()
    world.clock.time += 7200
    world.restart()
    world.later(0)
    world.later(2)
    assert [len(to(world, who)) for who in (ME, YOU, HER)] == [2, 1, 0]


async def test_whoever_it_was_escalated_to_under_a_mute_is_told_afterwards() -> None:
    rule = above(topic="s/1", escalate_after=600, escalate_to=(YOU, HER, "they@example.org"))
    contacts = (Contact(ME), *(Contact(who, receives=False) for who in (YOU, HER)))
    world = house(rule, contacts=contacts)
    world.receive("s/1", "35")
    world.later(2)
    await world.ask("/mqtt mute s/1")
    for _ in range(2):
        world.later(600)
    await world.ask("/mqtt unmute s/1")
    world.later(2)
    assert [len(to(world, who)) for who in (ME, YOU, HER)] == [1, 1, 1]
