"""What is told of an end: how it was when it ended, to whoever knew of it."""

from dataclasses import replace
from typing import Any

from alert_rules import Watched, above, read, rule_of, stale
from fakes import ME, OFFLINE, ONLINE, World
import pytest

from bot.alerts.engine import AlertEngine
from bot.alerts.notices import GATHER
from bot.model.alert import Alert, AlertEvent, AlertState, Attending, Step, dump, load
from bot.model.notice import Notice
from bot.model.rules import AlertRule, Contact, Display, Operator, Priority, Subscription

SENSORS = Subscription("#", display=Display.SILENT)
PHONE = "notify.phone"
YOU = "you@example.org"


def house(*rules: AlertRule, **how: Any) -> World:
    return World(SENSORS, alerts=rules, **{"contacts": (Contact(ME),), "targets": (PHONE,), **how})


def titles(world: World, to: str = PHONE) -> list[str]:
    """Return the titles of the notifications that somebody got, the oldest first."""
    return [notice.push.title for notice in world.outbox.notices if notice.push and notice.to == to]


def texts(world: World, to: str = ME) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == to]


def shown(world: World, to: str = PHONE) -> dict[str, str]:
    """Return what a phone shows at last: for each tag the title of the newest notification."""
    pushed: list[Notice] = [notice for notice in world.outbox.notices if notice.to == to]
    return {notice.push.tag: notice.push.title for notice in pushed if notice.push is not None}


def too_much(**how: Any) -> AlertRule:
    return above("3000", topic="s/power", hold=60, name="Too much", **how)


def fired(**how: Any) -> World:
    """Return a house where a rule with `for` fires, and everybody was told."""
    world = house(too_much(**how))
    world.receive("s/power", "3100")
    for _ in range(7):
        world.later(10)
    return world


@pytest.mark.parametrize("afterwards", [("3010",), ("3010", "2980"), ("3010", "2980", "3020")])
@pytest.mark.parametrize("priority", [Priority.ALERT, Priority.CRITICAL])
@pytest.mark.parametrize("killed", [False, True])
def test_an_end_is_told_as_it_was_whatever_has_come_since(
    afterwards: tuple[str, ...], priority: Priority, killed: bool
) -> None:
    world = fired(priority=priority)
    world.receive("s/power", "2990")
    for value in afterwards:
        world.later(0.4)
        world.receive("s/power", value)
    if killed:
        world.restart()
    world.later(GATHER)
    assert texts(world)[1:] == ["✅ *Too much* is over: s/power 2990 ↘\nafter 10 s, worst 3100 · #1"]
    assert list(shown(world).values()) == ["✅ s/power: 2990 ↘"]
    for _ in range(20):
        world.later(60)
    assert len(texts(world)) == (3 if afterwards[-1] == "3020" or len(afterwards) == 1 else 2)


def test_an_end_and_the_incident_after_it_are_told_in_their_order() -> None:
    world = house(above(topic="s/1"))
    world.receive("s/1", "31")
    world.later(GATHER)
    world.receive("s/1", "29")
    world.later(0.5)
    world.receive("s/1", "41")
    world.later(GATHER)
    assert [text.split(" · ")[0] for text in texts(world)[1:]] == [
        "✅ *hot* is over: s/1 29 ↘\nafter 1 s, worst 31",
        "⚠ *hot*: s/1 41 ↗, limit 30\n#2",
    ]
    assert shown(world) == {"dinox-r1-1": "✅ s/1: 29 ↘", "dinox-r1-2": "⚠ s/1: 41 ↗"}


def test_silence_that_returns_before_its_end_was_told() -> None:
    world = house(stale(30.0, "s/1"), rule_of(Operator.EQUAL, "x", topic="other"), storm=1)
    world.receive("s/1", "5")
    world.wait(30)
    world.later(GATHER)
    world.receive("s/1", "6")
    world.wait(40)
    world.later(60)
    assert texts(world)[1:] == [
        "⚠ Many alerts: 2 more in the last minute (silent)\n• ✅ s/1 6 — after 1 s · #1\n• ⚠ s/1 6 · #2"
    ]


def test_what_flapped_is_told_as_it_was_when_it_was_over_last() -> None:
    world = house(above("3000", topic="s/power", hold=30))
    for _ in range(5):
        world.receive("s/power", "3100")
        world.later(31)
        world.receive("s/power", "2990")
        world.later(10)
    assert "keeps firing and ending" in texts(world)[-1]
    while not texts(world)[-1].startswith("✅"):
        for value in ("3001", "2000"):
            world.receive("s/power", value)
            world.later(10)
    assert texts(world)[-1] == "✅ *hot* is over: s/power 2990 ↘\nafter 0 s, worst 3100 · #5"
    assert set(shown(world).values()) == {"✅ s/power: 2990 ↘"}


@pytest.mark.parametrize("last", ["41", "20"])
def test_flapping_that_calms_down_in_whatever_state_is_told_as_over(last: str) -> None:
    watched = Watched(above(hold=60))
    for _ in range(5):
        watched.value("40")
        watched.later(61)
        watched.value("20")
    assert watched.kept["r1", "t"].flapping
    while watched.kept["r1", "t"].flapping:
        watched.value("41", after=5)
        watched.value(last, after=5)
        watched.value("20" if last == "41" else "41", after=5)
    assert watched.told[-1] == ("t", (Step.RESOLVED,), 5)
    assert watched.engine.active == []


def test_flapping_that_is_wrong_at_last_is_told_as_fired() -> None:
    watched = Watched(above())
    for _ in range(5):
        watched.value("40", after=5)
        watched.value("20", after=5)
    watched.value("40", after=5)
    assert watched.later(7200) == [Step.FIRED]
    assert watched.kept["r1", "t"].ended == ()


@pytest.mark.parametrize("away_again", [False, True])
def test_that_the_broker_is_back_is_told_after_a_kill_too(away_again: bool) -> None:
    world = house()
    for status, seconds in ((OFFLINE, 121.0), (ONLINE, 0.5), (OFFLINE if away_again else ONLINE, 0.5)):
        world.broker.status = status
        world.bot.broker_changed(status)
        world.later(seconds)
        world.later(GATHER if seconds > 1 else 0)
    world.broker.status = ONLINE
    world.restart()
    world.bot.broker_changed(ONLINE)
    world.wait(300)
    assert [text.split("\n")[0] for text in texts(world)] == ["⚠ *MQTT broker*", "✅ *MQTT broker*"]


def test_a_frozen_end_is_written_and_read() -> None:
    end = Alert("r", "t", 3, AlertState.RESOLVED, 5.0, value="20", untold=(Step.FIRED, Step.RESOLVED))
    alert = Alert("r", "t", 4, AlertState.PENDING, ended=(end,), told_to=((ME, ""), (PHONE, "tag")))
    assert load("r", "t", dump(alert)) == alert
    assert alert.owes
    assert not replace(alert, ended=(replace(end, untold=()),)).owes
    for broken in ('{"ended": [3]}', '{"ended": [{"state": "odd"}]}', '{"told_to": [1]}'):
        with pytest.raises(ValueError):  # noqa: PT011
            load("r", "t", broken)


def test_a_clock_set_back_moves_a_frozen_end_too() -> None:
    engine = AlertEngine([above(hold=60)])
    engine.judge(read("31"), 1000.0)
    engine.tick(1060.0)
    (alert,) = engine.active
    engine.mark_told([replace(alert, untold=())], ())
    engine.judge(read("20"), 1070.0)
    engine.judge(read("31"), 1071.0)
    engine.tick(71.0)
    alert = engine.of("r1")[0]
    assert (alert.since, [(each.fired, each.since) for each in alert.ended]) == (71.0, [(60.0, 70.0)])


# What fires and ends before it can be told


@pytest.mark.parametrize(
    ("rule", "values", "first", "last"),
    [
        (
            rule_of(Operator.EQUAL, "wet", topic="s/1", priority=Priority.CRITICAL, name="Leak"),
            ("wet", "dry"),
            ("🔴 *Leak*: s/1 wet", "it was so for less than a second"),
            ("✅ *Leak* is over: s/1 dry", "after 0 s"),
        ),
        (
            above(topic="s/1"),
            ("31", "35", "20"),
            ("⚠ *hot*: s/1 35, limit 30", "it was so for less than a second"),
            ("✅ *hot* is over: s/1 20 ↘", "after 0 s, worst 35"),
        ),
    ],
)
@pytest.mark.parametrize("killed", [False, True])
def test_what_fires_and_ends_at_once_is_told_as_fired_and_then_as_over(
    rule: AlertRule, values: tuple[str, ...], first: tuple[str, str], last: tuple[str, str], killed: bool
) -> None:
    world = house(rule)
    for value in values:
        world.receive("s/1", value)
        world.later(0.4)
    if killed:
        world.restart()
    world.later(GATHER)
    assert texts(world) == ["\n".join(first) + " · #1", "\n".join(last) + " · #1"]
    assert [title[0] for title in titles(world)] == [first[0][0], last[0][0]]
    assert not any("*" in title for title in titles(world))
    assert [title[0] for title in shown(world).values()] == ["✅"]
    told = [event for event in world.book.events if event.step is Step.TOLD]
    assert [event.who for event in told] == [ME, PHONE, ME, PHONE]


def test_each_round_of_a_value_that_flaps_is_told_as_fired() -> None:
    world = house(above(topic="s/1"))
    for _ in range(3):
        world.receive("s/1", "31")
        world.later(0.2)
        world.receive("s/1", "20")
        world.later(2 * GATHER)
    assert [text[0] for text in texts(world)] == ["⚠", "✅"] * 3
    assert [title[0] for title in titles(world)] == ["⚠", "✅"] * 3
    for value in ("31", "20", "31", "20"):
        world.receive("s/1", value)
        world.later(0.2)
    world.later(2 * GATHER)
    assert "keeps firing and ending" in texts(world)[-1]


def test_many_that_fire_and_end_at_once_are_told_together_twice() -> None:
    world = house(above(topic="s/+"))
    for value in ("31", "20"):
        for number in range(10):
            world.receive(f"s/{number}", value)
    world.receive("s/9", "31")
    world.later(GATHER)
    assert [text.split(":")[0] for text in texts(world)] == ["⚠ 10 alerts", "✅ 9 alerts are over"]
    assert sorted(title[0] for title in shown(world).values()) == ["⚠", "✅"]
    world.receive("s/9", "2")
    world.later(GATHER)
    assert [title[0] for title in shown(world).values()] == ["✅", "✅"]


def test_silence_and_the_brokers_absence_that_end_at_once_are_told_as_they_began() -> None:
    world = house(stale(600, "s/1"))
    world.receive("s/1", "5")
    world.wait(601)
    world.bot.alerts.engine.tick(world.clock.time)
    world.receive("s/1", "6")
    world.later(GATHER)
    assert texts(world)[0] == "⚠ *silent*: s/1\nit was so for 1 s · #1"
    assert texts(world)[1].startswith("✅ *silent* is over: s/1 6\n")
    world.broker.status = OFFLINE
    world.bot.broker_changed(OFFLINE)
    world.later(121)
    world.broker.status = ONLINE
    world.bot.broker_changed(ONLINE)
    world.later(GATHER)
    assert [text.split("\n")[0] for text in texts(world)[2:]] == ["⚠ *MQTT broker*", "✅ *MQTT broker*"]


# Who is told that it is over


def test_whoever_was_only_about_to_be_told_does_not_hear_that_it_is_over() -> None:
    rule = above(topic="s/1", escalate_after=60, escalate_to=("notify.watch",))
    world = house(rule)
    world.receive("s/1", "35")
    world.later(2)
    world.later(58.2)
    world.receive("s/1", "20")
    world.later(2)
    assert titles(world, "notify.watch") == []
    assert titles(world) == ["⚠ s/1: 35", "✅ s/1: 20 ↘"]


@pytest.mark.parametrize(
    ("before", "after"), [(Priority.NORMAL, Priority.ALERT), (Priority.ALERT, Priority.SILENT)]
)
def test_the_end_reaches_those_who_know_whatever_the_rule_is_by_then(
    before: Priority, after: Priority
) -> None:
    rule = above(topic="s/1", priority=before)
    world = house(rule)
    world.receive("s/1", "35")
    world.later(GATHER)
    changed = replace(rule, priority=after)
    world.bot.apply(
        replace(
            world.bot.rules,
            alerts=(changed,),
            contacts=(Contact(ME), Contact(YOU)),
            targets=(PHONE, "notify.new"),
        )
    )
    world.receive("s/1", "20")
    world.later(GATHER)
    assert [text[0] for text in texts(world)] == ["⚠", "✅"]
    assert [title[0] for title in titles(world)] == ([] if before is Priority.NORMAL else ["⚠", "✅"])
    assert (texts(world, YOU), titles(world, "notify.new")) == ([], [])


def test_an_alert_that_an_earlier_version_told_of_is_over_for_everybody() -> None:
    world = house(above(topic="s/1", escalate_after=600, escalate_to=("notify.watch",)))
    world.receive("s/1", "35")
    world.later(GATHER)
    (kept,) = world.book.kept
    assert dict(kept.told_to) == {ME: "", PHONE: "dinox-r1-1"}
    world.book.said["r1", "s/1"] = dump(replace(kept, told_to=()))
    world.restart()
    world.receive("s/1", "20")
    world.later(GATHER)
    assert [text[0] for text in texts(world)] == ["⚠", "✅"]
    assert shown(world) == {"dinox-r1-1": "✅ s/1: 20 ↘"}
    assert titles(world, "notify.watch") == []


def test_an_alert_that_an_earlier_version_told_in_the_chat_only() -> None:
    world = house(above(topic="s/1"), targets=())
    world.receive("s/1", "35")
    world.later(GATHER)
    world.book.said["r1", "s/1"] = dump(replace(world.book.kept[0], told_to=()))
    world.bot.rules = replace(world.bot.rules, targets=(PHONE,))
    world.restart()
    world.receive("s/1", "20")
    world.later(GATHER)
    assert [text[0] for text in texts(world)] == ["⚠", "✅"]
    assert titles(world) == []


# Notifications, each of which is replaced by what ends it


def test_alerts_told_one_by_one_that_end_together_leave_no_notification_behind() -> None:
    world = house(above(topic="s/+"), storm=0)
    for number in range(6):
        world.receive(f"s/{number}", "31")
        world.later(GATHER)
    for number in range(6):
        world.receive(f"s/{number}", "20")
    world.later(GATHER)
    assert len(shown(world)) == 6
    assert {title[0] for title in shown(world).values()} == {"✅"}


def test_a_notification_of_several_stays_while_one_of_them_is_wrong() -> None:
    world = house(above(topic="s/+", repeat=600), storm=0)
    for number in range(6):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    (group,) = shown(world)
    for number in range(4):
        world.receive(f"s/{number}", "20")
    world.later(GATHER)
    assert shown(world)[group].startswith("⚠ 6 alerts")
    world.later(600)
    world.later(GATHER)
    assert shown(world)[group].startswith("⚠ 2 alerts")
    for number in range(4, 6):
        world.receive(f"s/{number}", "20")
    world.later(GATHER)
    assert {title[0] for title in shown(world).values()} == {"✅"}


async def test_a_repeat_of_some_leaves_the_notification_to_the_others() -> None:
    world = house(above(topic="s/+", repeat=600), storm=0)
    for number in range(10):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    (group,) = shown(world)
    await world.ask("/mqtt ack #10")
    world.later(600)
    world.later(GATHER)
    assert shown(world)[group].startswith("⚠ 10 alerts")
    assert len(shown(world)) == 2
    for number in range(9):
        world.receive(f"s/{number}", "20")
    world.later(GATHER)
    assert shown(world)[group].startswith("⚠")
    world.receive("s/9", "20")
    world.later(GATHER)
    assert {title[0] for title in shown(world).values()} == {"✅"}


def test_two_phones_that_know_of_an_alert_in_different_ways_both_learn_of_its_end() -> None:
    world = house(
        above(topic="s/+", targets=("notify.tablet",)), above(topic="t/+", id="r2", number=2, name="two")
    )
    for topic in ("s/1", "t/1", "t/2", "t/3"):
        world.receive(topic, "31")
    world.later(GATHER)
    for topic in ("s/1", "t/1", "t/2", "t/3"):
        world.receive(topic, "20")
    world.later(GATHER)
    for target in (PHONE, "notify.tablet"):
        assert {title[0] for title in shown(world, target).values()} == {"✅"}


# Muted


async def test_what_ends_under_a_mute_is_told_with_its_end_to_those_who_knew() -> None:
    world = house(above(topic="s/+"))
    world.receive("s/1", "35")
    world.later(GATHER)
    await world.ask("/mqtt mute s/# 10m")
    world.receive("s/1", "20")
    world.receive("s/2", "35")
    world.later(2)
    world.receive("s/2", "20")
    world.later(2)
    assert len(texts(world)) == 1
    world.restart()
    world.later(700)
    world.later(5)
    assert texts(world)[1:] == ["✅ *hot* is over: s/1 20 ↘\nafter 1 s, worst 35 · #1"]
    assert shown(world) == {"dinox-r1-1": "✅ s/1: 20 ↘"}


async def test_what_fires_again_under_a_mute_and_stays_is_told_after_the_end_before_it() -> None:
    world = house(above(topic="s/+"))
    world.receive("s/1", "35")
    world.later(GATHER)
    await world.ask("/mqtt mute s/1 10m")
    for value in ("20", "36", "21", "37"):
        world.later(1)
        world.receive("s/1", value)
    world.later(700)
    world.later(5)
    assert [text.split("\n")[0] for text in texts(world)[1:]] == [
        "✅ *hot* is over: s/1 20 ↘",
        "⚠ *hot*: s/1 37 ↗, limit 30",
    ]


async def test_what_flaps_under_a_mute_is_no_news_once_it_is_over() -> None:
    world = house(above(topic="s/+"))
    await world.ask("/mqtt mute s/1 10m")
    for _ in range(5):
        world.receive("s/1", "35")
        world.later(5)
        world.receive("s/1", "20")
        world.later(5)
    assert texts(world) == []
    world.later(600)
    world.later(5)
    assert ["keeps firing and ending" in text for text in texts(world)] == [True]
    world.later(7200)
    world.later(5)
    assert [text[0] for text in texts(world)] == ["⚠", "✅"]
    assert [title[0] for title in shown(world).values()] == ["✅"]


# Somebody sees to it


async def test_nobody_sees_to_an_alert_that_is_over() -> None:
    world = house(above(topic="s/1"), contacts=(Contact(ME), Contact(YOU)))
    world.receive("s/1", "35")
    world.later(GATHER)
    meant = world.bot.alerts.active
    world.receive("s/1", "20")
    world.bot.alerts.acknowledge(meant, Attending(ME), world.clock.time)
    world.bot.alerts.snooze(meant, Attending(ME, until=world.clock.time + 60), world.clock.time)
    world.receive("s/1", "36")
    world.bot.alerts.acknowledge(meant, Attending(ME), world.clock.time)
    world.later(GATHER)
    assert [text.split("\n")[0] for text in texts(world, YOU)] == [
        "⚠ *hot*: s/1 35, limit 30",
        "✅ *hot* is over: s/1 20 ↘",
        "⚠ *hot*: s/1 36 ↗, limit 30",
    ]
    assert [event.step for event in world.book.events if event.step is Step.ACKNOWLEDGED] == []


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.ALERT, Priority.CRITICAL])
async def test_that_somebody_sees_to_alerts_is_as_urgent_as_they_are(priority: Priority) -> None:
    world = house(above(topic="s/1", priority=priority), contacts=(Contact(ME), Contact(YOU)))
    world.receive("s/1", "35")
    world.later(GATHER)
    await world.ask("/mqtt ack", who=ME)
    told = [notice for notice in world.outbox.notices if notice.to == YOU]
    assert [notice.priority for notice in told] == [max(priority, Priority.ALERT)] * 2


async def test_a_change_of_what_flaps_and_was_acknowledged_is_told_as_over() -> None:
    watched = Watched(above())
    engine = watched.engine
    for _ in range(4):
        engine.judge(read("40"), watched.now)
        engine.judge(read("20"), watched.now)
    engine.judge(read("40"), watched.now)
    (alert,) = engine.active
    event = AlertEvent(alert.number, alert.rule, alert.topic, Step.SNOOZED, watched.now)
    engine.change(alert, watched.now, lambda one: replace(one, note="seen"), event)
    assert engine.active[0].untold == (Step.FLAPPING,)


# Held while nobody is to be disturbed


@pytest.mark.parametrize("before", [True, False])
async def test_what_ends_while_nobody_is_to_be_disturbed_leaves_no_notification_behind(before: bool) -> None:
    world = house(above(topic="s/+", repeat=600))
    if before:
        world.receive("s/1", "35")
        world.later(GATHER)
    await world.ask("/mqtt dnd on")
    world.later(0)
    await world.settle()
    world.receive("s/1", "35")
    world.receive("s/2", "35")
    world.receive("s/3", "35")
    world.later(GATHER)
    world.later(601)
    world.later(GATHER)
    for topic in ("s/1", "s/2"):
        world.receive(topic, "20")
    world.later(GATHER)
    assert len(shown(world)) == before
    await world.ask("/mqtt dnd off")
    world.later(0)
    await world.settle()
    assert shown(world) == {"dinox-held": "Home"} | ({"dinox-r1-1": "✅ s/1: 20 ↘"} if before else {})
    silent = [notice.push.sound for notice in world.outbox.notices if notice.push][-2:]
    assert silent == ([False, True] if before else [True])
    world.receive("s/3", "20")
    world.later(GATHER)
    assert shown(world)["dinox-held"] == "Home"
    assert {title[0] for tag, title in shown(world).items() if tag != "dinox-held"} == {"✅"}


async def test_what_is_critical_rings_while_nobody_is_to_be_disturbed_and_is_replaced() -> None:
    world = house(above(topic="s/+", priority=Priority.CRITICAL))
    await world.ask("/mqtt dnd on")
    for value in ("35", "20"):
        world.receive("s/1", value)
        world.later(GATHER)
    assert shown(world) == {"dinox-r1-1": "✅ s/1: 20 ↘"}


# The rule is changed


def test_a_rule_that_asks_for_something_else_leaves_no_notification_behind() -> None:
    rule = above(topic="s/+")
    world = house(rule)
    for topic in ("s/1", "s/2"):
        world.receive(topic, "35")
    world.later(GATHER)
    world.receive("s/2", "20")
    world.bot.apply(replace(world.bot.rules, alerts=(replace(rule, field="other"),)))
    world.later(GATHER)
    assert shown(world) == {"dinox-r1-1": "✅ s/1", "dinox-r1-2": "✅ s/2"}
    assert [notice.push.sound for notice in world.outbox.notices if notice.push][2:] == [False, False]
    assert world.outbox.notices[-1].text == "“hot” does not watch for this any more."
    # One was over before, which nobody had said yet.
    assert texts(world)[1:] == ["✅ *hot* is over: s/2 20 ↘\nafter 1 s, worst 35 · #2"]


async def test_what_was_over_before_its_rule_was_changed_is_told_behind_what_is_held() -> None:
    rule = above(topic="s/+")
    world = house(rule)
    await world.ask("/mqtt dnd on")
    world.later(0)
    await world.settle()
    world.receive("s/1", "35")
    world.later(GATHER)
    world.receive("s/1", "20")
    world.bot.apply(replace(world.bot.rules, alerts=(replace(rule, field="other"),)))
    await world.ask("/mqtt dnd off")
    world.later(0)
    await world.settle()
    for to in (ME, PHONE):
        digest = next(text for text in reversed(texts(world, to)) if text.startswith("🌙"))
        assert [line.split(" ", 2)[2][0] for line in digest.split("\n")[1:]] == ["⚠", "✅"]


async def test_a_critical_end_waits_behind_the_news_of_its_begin_that_is_held() -> None:
    rule = above(topic="s/1")
    world = house(rule)
    await world.ask("/mqtt dnd on")
    world.later(0)
    await world.settle()
    world.receive("s/1", "35")
    world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, alerts=(replace(rule, priority=Priority.CRITICAL),)))
    world.receive("s/1", "20")
    world.later(GATHER)
    assert texts(world) == texts(world, PHONE) == []
    await world.ask("/mqtt dnd off")
    world.later(0)
    await world.settle()
    for to in (ME, PHONE):
        (digest,) = [text for text in texts(world, to) if text.startswith("🌙")]
        assert [line.split(" ", 2)[2][0] for line in digest.split("\n")[1:]] == ["⚠", "✅"]


async def test_a_critical_end_that_passed_what_is_held_is_told_behind_it_once_more() -> None:
    rule = above(topic="s/1", repeat=600)
    world = house(rule)
    world.receive("s/1", "35")
    world.later(GATHER)
    await world.ask("/mqtt dnd on")
    world.later(0)
    await world.settle()
    world.later(600)
    world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, alerts=(replace(rule, priority=Priority.CRITICAL),)))
    world.receive("s/1", "20")
    world.later(GATHER)
    assert [text[:7] for text in texts(world)] == ["⚠ *hot*", "✅ *hot*"]
    await world.ask("/mqtt dnd off")
    world.later(0)
    await world.settle()
    digest = texts(world)[-1].split("\n")
    assert [line.split(" ", 2)[2][:5] for line in digest[1:]] == ["⚠ hot", "✅ hot"]
    assert digest[-1].endswith("(told already)")
    assert shown(world)["dinox-r1-1"].startswith("✅")


def test_a_rule_that_goes_leaves_a_notification_to_the_alerts_of_another() -> None:
    rule, other = above(topic="s/+"), above(topic="t/+", id="r2", number=2, name="other")
    world = house(rule, other)
    for number in range(4):
        world.receive(f"s/{number}", "35")
    world.receive("t/1", "35")
    world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, alerts=(other,)))
    assert [title[0] for title in shown(world).values()] == ["⚠"]
    world.bot.apply(replace(world.bot.rules, alerts=()))
    assert [title[0] for title in shown(world).values()] == ["✅"]
