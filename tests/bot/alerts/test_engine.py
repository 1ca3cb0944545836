"""The alert engine: one state machine for each rule and topic."""

from dataclasses import replace
import math

from alert_rules import NOON, Watched, above, read, rule_of, stale
import pytest

from bot.alerts import courses, index as index_module, lifecycle
from bot.alerts.engine import AlertEngine
from bot.alerts.watches import BROKER
from bot.model.alert import Alert, AlertEvent, AlertState, Step, dump, load
from bot.model.announcements import NOTHING
from bot.model.replies import BotError
from bot.model.rules import Operator, Priority


def test_a_topic_without_a_rule_is_not_judged() -> None:
    assert Watched(above()).engine.judge(read("99", "other"), NOON) is NOTHING


def test_a_limit_passed_fires_once_and_ends_once() -> None:
    watched = Watched(above())
    assert watched.value("20") == []
    assert watched.value("31") == [Step.FIRED]
    assert watched.value("35", after=60) == []
    assert watched.value("33", after=60) == []
    assert watched.value("29", after=60) == [Step.RESOLVED]
    assert watched.value("28", after=60) == []
    assert watched.states == ["firing", "resolved"]
    assert watched.told == [("t", (Step.FIRED,), 1), ("t", (Step.RESOLVED,), 1)]


def test_the_peak_and_the_trend_are_kept() -> None:
    watched = Watched(above())
    watched.value("20")
    watched.value("31")
    alert = watched.engine.active[0]
    assert (alert.value, alert.trend, alert.peak) == ("31", 1, "31")
    watched.value("35")
    watched.value("33")
    alert = watched.engine.active[0]
    assert (alert.value, alert.trend, alert.peak) == ("33", -1, "35")
    watched.value("2")
    assert watched.kept["r1", "t"].peak == "35"


def test_it_fires_only_after_having_lasted() -> None:
    watched = Watched(above(hold=300))
    assert watched.value("31") == []
    assert watched.state() is AlertState.PENDING
    assert watched.value("29", after=200) == []
    assert watched.state() is AlertState.INACTIVE
    assert watched.value("31", after=10) == []
    assert watched.value("36", after=200) == []
    assert watched.later(99) == []
    assert watched.later(2) == [Step.FIRED]
    assert watched.engine.active[0].peak == "36"
    assert watched.states == ["pending", "inactive", "pending", "firing"]


def test_a_message_that_comes_when_it_has_lasted_fires_too() -> None:
    watched = Watched(above(hold=300))
    watched.value("31")
    watched.now += 300
    assert watched.take(watched.engine.judge(read("32"), watched.now)) == [Step.FIRED]


def test_an_hour_around_the_limit_is_one_alert_with_a_clear_value() -> None:
    watched = Watched(above(clear="28"))
    steps = [
        step for number in range(360) for step in watched.value("31" if number % 2 else "29.5", after=10)
    ]
    assert steps == [Step.FIRED]
    assert watched.state() is AlertState.FIRING
    assert watched.value("28", after=10) == [Step.RESOLVED]
    assert set(watched.states) == {"firing", "recovering", "resolved"}


def test_what_flaps_is_said_once_and_told_when_it_has_calmed_down() -> None:
    watched = Watched(above())
    steps = [step for number in range(360) for step in watched.value("29" if number % 2 else "31", after=10)]
    assert steps.count(Step.FLAPPING) == 1
    assert steps.count(Step.FIRED) == 4
    assert steps.count(Step.RESOLVED) == 4
    assert watched.value("31", after=10) == []
    assert watched.state() is AlertState.FIRING
    assert watched.later(7200) == [Step.FIRED]
    assert watched.value("2") == [Step.RESOLVED]
    assert watched.later(7200) == []
    assert watched.kept == {}


def test_what_flapped_and_is_over_is_told_so() -> None:
    watched = Watched(above())
    for number in range(40):
        watched.value("29" if number % 2 else "31", after=10)
    assert watched.later(7200) == [Step.RESOLVED]


def test_a_silent_rule_never_flaps() -> None:
    watched = Watched(above(priority=Priority.SILENT))
    steps = [step for number in range(40) for step in watched.value("29" if number % 2 else "31", after=10)]
    assert Step.FLAPPING not in steps


def test_it_is_repeated_until_acknowledged() -> None:
    watched = Watched(above(repeat=3600))
    watched.value("31")
    assert watched.later(3601) == [Step.REPEATED]
    assert watched.later(7200) == [Step.REPEATED, Step.REPEATED]
    acknowledge(watched, until=0.0)
    assert watched.later(20_000) == []
    assert watched.value("2") == [Step.RESOLVED]


def acknowledge(watched: Watched, until: float) -> None:
    alert, now = watched.engine.active[0], watched.now
    event = AlertEvent(alert.number, alert.rule, alert.topic, Step.ACKNOWLEDGED, now, who="me")
    watched.take(
        watched.engine.change(
            alert, now, lambda one: lifecycle.acknowledge(one, "me", "on my way", until, now), event
        )
    )


def test_an_acknowledgement_for_a_time_lapses() -> None:
    watched = Watched(above(escalate_after=600, escalate_to=("you@x",)))
    watched.value("31")
    acknowledge(watched, until=watched.now + 7200)
    assert watched.engine.active[0].acknowledged
    assert watched.later(7100) == []
    assert watched.later(200) == [Step.REPEATED]
    assert not watched.engine.active[0].acknowledged
    assert watched.later(500) == [Step.ESCALATED]


def test_nobody_answers_so_others_are_told_one_after_the_other() -> None:
    watched = Watched(above(escalate_after=600, escalate_to=("you@x", "notify.phone")))
    watched.value("31")
    assert watched.later(3600) == [Step.ESCALATED] * 3
    assert watched.engine.active[0].escalation == 3
    assert watched.later(36_000) == []


def test_a_change_is_told_and_over_at_once() -> None:
    watched = Watched(rule_of(Operator.CHANGES))
    assert watched.value("closed") == []
    assert watched.value("closed") == []
    assert watched.value("open") == [Step.FIRED]
    assert watched.kept["o1", "t"].peak == "closed → open"
    assert watched.state() is AlertState.RESOLVED
    assert watched.value("closed", retain=True) == []
    assert watched.value("closed") == []
    assert watched.value("open") == [Step.FIRED]
    for number in range(20):
        assert watched.value(str(number)) == [Step.FIRED]


def test_changes_that_were_not_told_yet_are_told_as_a_way() -> None:
    engine = AlertEngine([rule_of(Operator.CHANGES)])
    for word in ("closed", "open", "closed"):
        engine.judge(read(word), NOON)
    alert = engine.get("o1", "t")
    assert alert is not None
    assert alert.peak == "closed → open → closed"
    assert alert.untold == (Step.FIRED,)


def test_a_missing_field_is_no_value() -> None:
    watched = Watched(rule_of(Operator.UNEQUAL, "OPEN", field="door"))
    assert watched.value('{"window": "OPEN"}') == []
    assert watched.value('{"door": "CLOSED"}') == [Step.FIRED]


def test_words_are_no_numbers() -> None:
    watched = Watched(above())
    watched.value("31")
    assert watched.value("unavailable") == []
    assert watched.state() is AlertState.FIRING


def test_a_rise_within_a_time_fires() -> None:
    watched = Watched(rule_of(Operator.RISES, "5", seconds=600.0))
    for number in range(10):
        assert watched.value(str(20 + number / 10), after=60) == []
    assert watched.value("27", after=60) == [Step.FIRED]
    watched.restart()
    assert watched.value("27", after=700) == [Step.RESOLVED]


def test_silence_fires_and_a_message_ends_it() -> None:
    watched = Watched(stale(600))
    watched.value("1")
    assert watched.later(599) == []
    assert watched.later(2) == [Step.FIRED]
    assert watched.state(rule="s1") is AlertState.NO_DATA
    assert watched.later(6000) == []
    assert watched.value("1") == [Step.RESOLVED]
    assert watched.later(601) == [Step.FIRED]


def test_a_topic_that_never_said_anything_is_not_missed() -> None:
    watched = Watched(stale(600))
    assert watched.later(10_000) == []


def test_a_rhythm_is_learned() -> None:
    watched = Watched(stale(0))
    for _ in range(20):
        watched.value("1", after=60)
    assert watched.later(170) == []
    assert watched.later(60) == [Step.FIRED]


def test_without_a_rhythm_nothing_is_missed() -> None:
    watched = Watched(stale(0))
    watched.value("1")
    assert watched.later(100_000) == []


def test_while_the_broker_is_away_nothing_is_silent_but_the_broker() -> None:
    watched = Watched(*(stale(600, f"t/{number}", id=f"s{number}") for number in range(20)))
    for number in range(20):
        watched.value("1", f"t/{number}")
    watched.later(300)
    watched.take(watched.engine.hear(False, watched.now))
    watched.take(watched.engine.hear(False, watched.now))
    assert watched.later(3600) == [Step.FIRED]
    assert [alert.rule for alert in watched.engine.active] == [BROKER.id]
    assert watched.take(watched.engine.hear(True, watched.now)) == [Step.RESOLVED]
    assert watched.later(299) == []
    assert watched.later(2) == [Step.FIRED] * 20


def test_a_short_outage_of_the_broker_is_not_told() -> None:
    watched = Watched(above())
    watched.take(watched.engine.hear(True, watched.now))
    watched.take(watched.engine.hear(False, watched.now))
    watched.later(100)
    assert watched.take(watched.engine.hear(True, watched.now)) == []
    assert watched.later(10_000) == []


def test_the_broker_is_missed_in_the_next_run_too() -> None:
    watched = Watched(above())
    watched.engine.follow_run(watched.now - 50, watched.now - 50)
    watched.take(watched.engine.hear(False, watched.now))
    assert watched.later(121) == [Step.FIRED]


def test_a_clock_set_back_mutes_no_rule() -> None:
    watched = Watched(above(hold=300, repeat=600), stale(600))
    watched.engine.hear(False, watched.now)
    watched.engine.hear(True, watched.now)
    watched.value("31")
    watched.later(200)
    watched.now -= 86_400
    watched.take(watched.engine.tick(watched.now))
    assert watched.later(301) == [Step.FIRED]
    assert set(watched.later(901)) == {Step.FIRED, Step.REPEATED}
    watched.engine.hear(False, watched.now)
    watched.now -= 86_400
    watched.engine.tick(watched.now)
    assert watched.engine.active[0].fired < watched.now


def test_a_machine_that_slept_does_not_call_that_silence() -> None:
    watched = Watched(stale(900))
    watched.value("1")
    watched.now += 36_000
    assert watched.take(watched.engine.tick(watched.now)) == []
    assert watched.later(901) == [Step.FIRED]


@pytest.mark.parametrize("frozen", [61, 120, 3600])
def test_a_machine_that_stood_still_does_not_call_that_silence(frozen: float) -> None:
    """Longer than a broker waits for whoever does not ping: what came meanwhile comes after that."""
    watched = Watched(stale(50))
    watched.value("1")
    watched.later(40)
    watched.now += frozen
    assert watched.take(watched.engine.tick(watched.now)) == []
    assert watched.later(49) == []
    watched.value("2")
    assert watched.later(49) == []
    assert watched.later(2) == [Step.FIRED]


def test_a_rule_that_asks_something_else_closes_its_alerts() -> None:
    watched = Watched(above())
    watched.value("31")
    judged = watched.engine.apply([above("40")], watched.now)
    assert [event.step for event in judged.record.events] == [Step.CLOSED]
    assert judged.record.gone == (("r1", "t"),)
    assert watched.engine.active == []
    assert not watched.engine.untold


def test_a_rule_that_is_renamed_keeps_its_alerts() -> None:
    watched = Watched(above())
    watched.value("31")
    watched.take(watched.engine.apply([above(name="warm", priority=Priority.CRITICAL)], watched.now))
    assert watched.engine.active[0].number == 1
    assert watched.engine.rule_of(watched.engine.active[0]).name == "warm"


def test_a_rule_that_was_removed_while_nobody_looked_closes_its_alerts() -> None:
    engine = AlertEngine(kept=[Alert("gone", "t", 4, AlertState.FIRING, NOON), Alert("gone", "u")])
    judged = engine.apply([above()], NOON)
    assert set(judged.record.gone) == {("gone", "t"), ("gone", "u")}
    assert judged.changes == ()


def test_a_rule_that_is_off_watches_nothing() -> None:
    watched = Watched(above(enabled=False))
    assert watched.value("99") == []


def test_rules_are_found_by_number_and_by_name() -> None:
    engine = AlertEngine([above(name="Too Hot"), stale()])
    assert engine.rule("1").name == "Too Hot"
    assert engine.rule("#2").name == "silent"
    assert engine.rule("too  hot").number == 1
    with pytest.raises(BotError, match="no_rule_similar"):
        engine.rule("too hat")
    with pytest.raises(BotError, match="no_rule"):
        engine.rule("77")
    with pytest.raises(BotError, match="no_rules"):
        AlertEngine().rule("1")


def test_alerts_of_a_rule_come_with_the_active_ones_first() -> None:
    watched = Watched(above(topic="t/+", hold=10))
    watched.value("31", "t/1")
    watched.later(11)
    watched.value("31", "t/2")
    assert [alert.topic for alert in watched.engine.of("r1")] == ["t/1", "t/2"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "MOST_ALERTS", 2)
    watched = Watched(above(topic="t/+"))
    for number in range(4):
        watched.value("31", f"t/{number}")
    assert len(watched.engine.active) == 2
    assert watched.engine.unwatched == 2


def test_a_change_of_what_is_gone_is_nothing() -> None:
    event = AlertEvent(9, "r1", "t", Step.SNOOZED, NOON)
    assert AlertEngine([above()]).change(Alert("r1", "t"), NOON, lambda one: one, event) is NOTHING


def test_a_snoozed_alert_is_told_again_when_the_time_is_over() -> None:
    watched = Watched(above())
    watched.value("31")
    alert, until = watched.engine.active[0], watched.now + 3600
    event = AlertEvent(1, "r1", "t", Step.SNOOZED, watched.now)
    watched.take(watched.engine.change(alert, watched.now, lambda one: lifecycle.snooze(one, until), event))
    assert watched.later(3601) == [Step.REPEATED]


def test_what_was_not_told_yet_is_kept_over_a_restart() -> None:
    engine = AlertEngine([above()])
    kept = engine.judge(read("31"), NOON).record.alerts
    again = AlertEngine([above()], kept, 1)
    assert list(again.untold) == [("r1", "t")]
    assert again.judge(read("32"), NOON + 1).record.events == ()


def test_an_incident_that_began_and_ended_untold_is_told_whole() -> None:
    engine = AlertEngine([above()])
    engine.judge(read("31"), NOON)
    engine.judge(read("29"), NOON + 1)
    alert = engine.get("r1", "t")
    assert alert is not None
    assert alert.untold == (Step.FIRED, Step.RESOLVED)


def test_an_alert_is_written_and_read() -> None:
    alert = Alert(
        "r", "t", 3, AlertState.FIRING, 1.5, untold=(Step.FIRED,), notices=("a", "b"), memory=((1.0, 2.0),)
    )
    assert load("r", "t", dump(alert)) == alert
    assert load("r", "t", dump(Alert("r", "t"))) == Alert("r", "t")
    assert load("r", "t", '{"colour": 1}') == Alert("r", "t")
    for broken in ("[]", '{"state": "odd"}', '{"memory": [1]}', "{", "3"):
        with pytest.raises(ValueError):  # noqa: PT011
            load("r", "t", broken)


def test_timers_that_move_later_are_put_back() -> None:
    watched = Watched(stale(600))
    for _ in range(5):
        watched.value("1", after=300)
    assert watched.engine.due_at < math.inf
    assert watched.later(599) == []
    assert watched.later(2) == [Step.FIRED]


def test_a_rule_gone_while_its_timer_runs() -> None:
    watched = Watched(above(hold=60), above(id="r2", hold=60))
    watched.value("31")
    watched.take(watched.engine.apply([above(hold=60)], watched.now))
    assert watched.later(61) == [Step.FIRED]


def test_a_truth_table_of_steps() -> None:
    """What nothing asks for changes nothing."""
    alert = Alert("r", "t")
    assert lifecycle.ease(alert, NOON, clear=True) == alert
    recovering = replace(alert, state=AlertState.RECOVERING)
    assert lifecycle.ease(recovering, NOON, clear=False) == recovering


def test_the_numbers_before_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "MOST_COURSES", 2)
    watched = Watched(above(topic="t/+"))
    for number in range(5):
        watched.value("20", f"t/{number}")
    watched.value("31", "t/4")
    assert watched.engine.active[0].trend == 1
