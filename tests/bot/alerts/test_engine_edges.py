"""What must not silence an alert: edits, removals, restarts, clocks, and what devices write."""

from dataclasses import replace

from alert_rules import Watched, above, read, rule_of, stale
from fakes import ME, NOON, OFFLINE, ONLINE, World
from hypothesis import given, strategies as st
import pytest

from bot.alerts import lifecycle
from bot.alerts.engine import AlertEngine
from bot.model.alert import AlertEvent, AlertState, Step
from bot.model.rules import AlertRule, Contact, Operator, Priority, Subscription

OTHER = "other@example.org"


def house(*rules: AlertRule, **how: object) -> World:
    return World(Subscription("#", priority=Priority.SILENT), alerts=rules, **how)  # type: ignore[arg-type]


def snooze(watched: Watched, seconds: float) -> None:
    alert, until = watched.engine.active[0], watched.now + seconds
    event = AlertEvent(alert.number, alert.rule, alert.topic, Step.SNOOZED, watched.now)
    change = watched.engine.change(alert, watched.now, lambda one: lifecycle.snooze(one, until), event)
    watched.take(change)


@pytest.mark.parametrize(("before", "after"), [(2, 3), (3, 2)])
def test_a_rule_that_becomes_more_or_less_urgent_before_it_was_told_is_told(before: int, after: int) -> None:
    world = house(above(priority=Priority(before)))
    world.receive("t", "40")
    world.bot.apply(replace(world.bot.rules, alerts=(above(priority=Priority(after)),)))
    world.later(2)
    assert [notice.priority for notice in world.outbox.notices] == [Priority(after)]


def test_where_all_contacts_of_a_rule_were_removed_the_others_are_told() -> None:
    world = house(above(contacts=("gone@example.org",)))
    world.receive("t", "40")
    world.later(2)
    assert [notice.to for notice in world.outbox.notices] == [ME]


def test_a_rule_changed_while_the_bot_was_away_leaves_no_alert_on_a_topic_it_asks_no_more() -> None:
    world = house(above())
    world.receive("t", "40")
    world.later(2)
    world.bot.rules = replace(world.bot.rules, alerts=(above(topic="other"),))
    world.restart()
    assert world.bot.alerts.active == []
    assert world.book.said == {}


async def test_an_alert_whose_rule_was_removed_before_it_was_told_has_that_in_its_log() -> None:
    world = house(above())
    world.receive("t", "40")
    world.receive("t", "20")
    world.bot.apply(replace(world.bot.rules, alerts=()))
    world.later(2)
    assert world.said == []
    assert [event.step for event in await world.book.log(1)] == [Step.FIRED, Step.RESOLVED, Step.CLOSED]


def test_a_repeat_or_an_escalation_that_a_rule_is_given_holds_for_what_fires_already() -> None:
    watched = Watched(above())
    watched.value("40")
    watched.take(watched.engine.apply([above(repeat=60.0)], watched.now))
    assert watched.later(61) == [Step.REPEATED]
    watched.take(watched.engine.apply([above(escalate_after=60.0)], watched.now))
    assert watched.later(601) == [Step.ESCALATED]
    snooze(watched, 300)
    watched.take(watched.engine.apply([above(repeat=60.0)], watched.now))
    assert watched.later(299) == []


def test_a_rule_removed_in_the_moment_the_clock_is_set_back_is_gone() -> None:
    world = house(above())
    world.receive("t", "40")
    world.clock.time -= 5000
    world.bot.apply(replace(world.bot.rules, alerts=()))
    assert world.book.said == {}


def test_a_clock_set_back_between_two_runs_mutes_no_rule() -> None:
    world = house(above(repeat=600.0))
    world.receive("t", "40")
    world.later(2)
    world.bot.close()
    world.clock.time -= 86_400
    world.restart()
    world.later(601)
    world.later(2)
    assert len(world.said) == 2


def test_what_snoozes_says_nothing_when_it_has_calmed_down() -> None:
    watched = Watched(above(repeat=300.0))
    for _ in range(6):
        watched.value("40")
        watched.value("20", after=5)
    watched.value("40")
    snooze(watched, 7200)
    assert watched.later(7199) == []
    assert watched.later(2) == [Step.REPEATED]


def test_however_long_something_flapped_it_is_told_when_it_stays_wrong() -> None:
    watched = Watched(above())
    for _ in range(600):
        watched.value("40", after=5)
        watched.value("20", after=5)
    watched.value("40")
    assert watched.later(1200) == [Step.FIRED]


def test_an_alert_that_comes_back_before_it_was_told_is_one() -> None:
    world = house(above())
    for value in ("40", "20", "40"):
        world.receive("t", value)
    world.later(2)
    assert [alert.number for alert in world.bot.alerts.active] == [1]
    assert len(world.said) == 1


def test_a_retained_message_known_before_is_no_sign_of_life() -> None:
    watched = Watched(stale(600))
    watched.value("5")
    assert watched.later(700) == [Step.FIRED]
    assert watched.value("5", retain=True) == []
    assert watched.state() is AlertState.NO_DATA
    assert watched.value("6", retain=True) == [Step.RESOLVED]


def test_a_silence_that_nobody_could_hear_is_none_however_often_the_bot_starts() -> None:
    world = house(stale(3600.0))
    world.receive("t", "1")
    world.bot.close()
    world.broker.status = OFFLINE
    world.clock.time += 8 * 3600
    world.restart()
    world.later(10)
    world.restart()
    world.broker.status = ONLINE
    world.bot.broker_changed(ONLINE)
    for _ in range(20):
        world.later(60)
    assert world.said == []


def test_the_end_of_a_run_is_no_loss_of_the_broker() -> None:
    world = house(above())
    world.broker.status = OFFLINE
    world.bot.broker_changed(OFFLINE)
    world.bot.close()
    world.clock.time += 3600
    world.restart()
    world.later(110)
    world.later(2)
    assert world.said == []
    world.later(20)
    world.later(2)
    assert len(world.said) == 1


def test_the_peak_is_the_worst_in_the_unit_of_the_value() -> None:
    watched = Watched(rule_of(Operator.OUTSIDE, "0", "10 °C"))
    for value in ("55 °F", "70 °F", "60 °F"):
        watched.value(value)
    assert watched.engine.active[0].peak == "70 °F"
    for value in ("20 °F", "-40 °F", "25 °F"):
        watched.value(value)
    assert watched.engine.active[0].peak == "-40 °F"


async def test_what_a_command_puts_off_is_told_when_its_time_comes() -> None:
    world = house(above())
    world.receive("t", "40")
    for _ in range(3):
        world.later(1300)
    world.clock.alarms.clear()
    await world.ask("snooze 1h")
    assert world.clock.alarms == [world.clock.time + 3600]
    world.clock.alarms.clear()
    await world.ask("mute t 30m")
    assert world.clock.alarms == [world.clock.time + 1800]


async def test_an_acknowledgement_of_very_many_alerts_is_a_short_message() -> None:
    contacts = (Contact(ME), Contact(OTHER))
    world = house(above(topic="#"), contacts=contacts)
    for number in range(500):
        world.receive(f"home/room/sensor{number}", "40")
    world.later(2)
    world.outbox.notices.clear()
    await world.ask("ack hot 2h on my way")
    (notice,) = world.outbox.notices
    assert notice.to == OTHER
    assert "480" in notice.text
    assert len(notice.text) < 2000


async def test_what_was_held_and_cannot_be_read_is_read_again_soon() -> None:
    world = house(above())
    world.bot.held.set_source(True)
    world.receive("t", "40")
    world.later(2)
    world.bot.held.set_source(False)
    world.outbox.unreadable = True
    world.later(0)
    await world.settle()
    world.outbox.unreadable = False
    world.later(60)
    await world.settle()
    assert len(world.said) == 1


def test_of_a_very_long_value_the_beginning_is_kept_and_every_change_seen() -> None:
    watched = Watched(rule_of(Operator.CHANGES))
    for ending in "abc":
        watched.value("x" * 50_000 + ending)
    assert [steps for _, steps, _ in watched.told] == [(Step.FIRED,), (Step.FIRED,)]
    assert len(watched.kept["o1", "t"].value) < 1100


async def test_a_number_with_very_many_digits_is_that_of_no_alert() -> None:
    world = house(above())
    world.receive("t", "40")
    answer = await world.ask(f"why {'9' * 999}")
    assert answer.startswith("There is no alert 999")


async def test_an_alert_told_late_says_how_long_it_has_been() -> None:
    world = house(above())
    await world.ask("mute t 2h")
    world.receive("t", "40")
    world.later(7200)
    world.later(2)
    assert world.said == ["⚠ *hot*: t 40, limit 30\nstill so, for 2 h now · #1 · 👍 = I see to it"]


@pytest.mark.parametrize(
    "payload",
    [
        '{"a": 1' + "0" * 400 + "}",
        '{"a": ' + "9" * 5000 + "}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": {"value": NaN, "unit": "°C"}}',
        '{"a": "\\ud800"}',
        '{"a": "' + "x" * 100_000 + '"}',
        "NaN",
        "inf",
        "9" * 5000,
        "[" * 100_000,
        b"\xff\xfe",
        "\0",
        "a" * 1_000_000,
    ],
    ids=lambda payload: str(payload[:12]),
)
def test_no_payload_breaks_the_path_or_the_text(payload: str | bytes) -> None:
    rules = [
        above(topic="#", field="a"),
        above(topic="#", id="b", number=2),
        rule_of(Operator.RISES, "5", topic="#", field="a", seconds=60.0, id="c"),
        rule_of(Operator.UNEQUAL, "5", topic="#", id="d"),
        rule_of(Operator.MATCHES, "*a*b*", topic="#", id="e"),
        rule_of(Operator.CHANGES, topic="#", id="f"),
        rule_of(Operator.BETWEEN, "-1e300", "1e300", topic="#", field="a", id="g"),
        stale(0.0, topic="#", field="a"),
    ]
    world = house(*rules)
    for topic in ("t", "t" * 60_000):
        world.receive(topic, "5")
        world.receive(topic, payload)
        world.receive(topic, '{"a": 5}')
    world.later(2)
    assert all(len(text) < 20_000 for text in world.said)
    world.restart()
    assert world.clock.time > NOON


def test_a_critical_message_does_not_wait_for_a_storm_of_others() -> None:
    alert, critical = (
        Subscription(f"{priority.word}/#", priority=priority)
        for priority in (Priority.ALERT, Priority.CRITICAL)
    )
    world = World(alert, critical, storm=2)
    for number in range(5):
        world.receive("alert/1", str(number))
    world.receive("critical/1", "water")
    world.later(0)
    assert world.said[-1] == "🔴 *critical/1* water"


def test_many_alerts_that_are_due_are_looked_at_in_turns() -> None:
    world = house(above(topic="home/#", hold=60.0))
    for number in range(250):
        world.receive(f"home/{number}", "40")
    firing = []
    for seconds in (60, 0, 0):
        world.later(seconds)
        firing.append(len(world.bot.alerts.active))
        # The clock is to wake the bot at once for the others.
        assert len(firing) == 3 or world.clock.alarms[-1] <= world.clock.time
    assert firing == [100, 200, 250]


@given(
    st.floats(0, 1_000),
    st.sampled_from([0.3, 59.9, 300.1]) | st.floats(1e-3, 2_000),
    st.sampled_from(["for", "stale"]),
)
def test_in_the_moment_in_which_something_is_due_it_is_done(at: float, seconds: float, what: str) -> None:
    """Not a breath later: whoever is rung exactly then would ring again and again without end."""
    rules = {
        "for": above(hold=seconds),
        "stale": stale(seconds),
    }
    engine = AlertEngine([rules[what]])
    engine.judge(read("31"), NOON + at)
    # A heartbeat comes first where silence is waited for.
    while not (judged := engine.tick(due := engine.due_at)).record.events:
        assert engine.due_at > due
    assert engine.due_at > due
    assert due == pytest.approx(NOON + at + seconds, abs=1e-3)
    assert len(judged.record.events) == 1
