"""The alert engine against anything that can happen."""

from typing import Any

from alert_rules import Watched, above, check_story, rule_of, stale
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.alerts import lifecycle
from bot.model.alert import AlertEvent, Step
from bot.model.rules import Operator

RULES = (
    above(topic="t/+", clear="28", hold=30, repeat=600, escalate_after=300, escalate_to=("you@x",)),
    above("40", topic="t/1", id="r2", number=4),
    stale(600, "t/#"),
    stale(0, "t/2", id="s2"),
    rule_of(Operator.RISES, "5", topic="t/1", seconds=300.0),
    rule_of(Operator.CHANGES, topic="t/2", id="c1"),
    rule_of(Operator.OUTSIDE, "10", "35", topic="t/2", id="x1", clear="2"),
)

TOPICS = st.sampled_from(["t/1", "t/2", "t"])
VALUES = st.sampled_from(["5", "20", "27.9", "28", "29", "30", "31", "41", "word", "", '{"a": 1}'])
SECONDS = st.sampled_from([0.0, 0.5, 10.0, 29.0, 31.0, 300.0, 601.0, 3600.0])


class Machine(RuleBasedStateMachine):
    """Values, time, restarts, outages and people, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.watched = Watched(*RULES)

    @rule(topic=TOPICS, value=VALUES, retain=st.booleans())
    def value(self, topic: str, value: str, retain: bool) -> None:
        self.watched.value(value, topic, retain=retain)

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        self.watched.later(seconds)

    @rule()
    def restart(self) -> None:
        self.watched.restart()

    @rule(online=st.booleans())
    def broker(self, online: bool) -> None:
        self.watched.take(self.watched.engine.hear(online, self.watched.now))

    @rule(back=st.sampled_from([1.0, 3600.0, 86_400.0]))
    def set_clock_back(self, back: float) -> None:
        self.watched.now -= back
        self.watched.take(self.watched.engine.tick(self.watched.now))

    @rule(which=st.integers(0, 5), until=st.sampled_from([0.0, 60.0, 3600.0]))
    def acknowledge(self, which: int, until: float) -> None:
        active, now = self.watched.engine.active, self.watched.now
        if active:
            alert = active[which % len(active)]
            event = AlertEvent(alert.number, alert.rule, alert.topic, Step.ACKNOWLEDGED, now, who="me")
            end = now + until if until else 0.0
            change = self.watched.engine.change(
                alert, now, lambda one: lifecycle.acknowledge(one, "me", "", end, now), event
            )
            self.watched.take(change)

    @rule(limit=st.sampled_from(["30", "33"]))
    def change_a_rule(self, limit: str) -> None:
        rules = (above(limit, topic="t/+", clear="28", hold=30), *RULES[1:])
        self.watched.rules = rules
        self.watched.take(self.watched.engine.apply(rules, self.watched.now))

    @invariant()
    def what_is_active_has_a_number_of_its_own(self) -> None:
        numbers = [alert.number for alert in self.watched.engine.active]
        assert 0 not in numbers
        assert len(numbers) == len(set(numbers))

    @invariant()
    def everything_active_is_stored(self) -> None:
        for alert in self.watched.engine.active:
            assert self.watched.kept[alert.rule, alert.topic].state is alert.state

    @invariant()
    def nothing_is_told_twice(self) -> None:
        told = [(steps, number) for _, steps, number in self.watched.told]
        single = [
            (step, number) for steps, number in told for step in steps if step in {Step.FIRED, Step.RESOLVED}
        ]
        flapped = {number for steps, number in told if Step.FLAPPING in steps}
        others = [pair for pair in single if pair[1] not in flapped]
        assert len(others) == len(set(others))


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=150, stateful_step_count=40)

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("value"), TOPICS, VALUES),
        st.tuples(st.just("wait"), SECONDS),
        st.tuples(st.just("broker"), st.booleans()),
    ),
    max_size=40,
)


def play(watched: Watched, event: tuple[Any, ...]) -> None:
    if event[0] == "value":
        watched.value(event[2], event[1])
    elif event[0] == "wait":
        watched.later(event[1])
    else:
        watched.take(watched.engine.hear(event[1], watched.now))


@settings(max_examples=200)
@given(events=EVENTS, cuts=st.sets(st.integers(0, 40), max_size=5))
def test_a_restart_anywhere_equals_never_having_stopped(
    events: list[tuple[Any, ...]], cuts: set[int]
) -> None:
    steady, restarted = Watched(*RULES), Watched(*RULES)
    for index, event in enumerate(events):
        if (
            index in cuts and restarted.engine._silence.deaf_since is None
        ):  # the next run learns the rest from its links
            listening = restarted.engine._silence.since
            restarted.restart()
            restarted.engine._silence.since = listening
        play(steady, event)
        play(restarted, event)
    assert restarted.told == steady.told
    states = {(alert.rule, alert.topic): alert.state for alert in steady.engine.active}
    assert {(alert.rule, alert.topic): alert.state for alert in restarted.engine.active} == states


@settings(max_examples=200)
@given(values=st.lists(st.tuples(VALUES, SECONDS), max_size=60))
def test_what_is_told_of_a_level_rule_is_a_story_with_begin_and_end(values: list[tuple[str, float]]) -> None:
    watched = Watched(above(clear="28", hold=30, repeat=600))
    for value, seconds in values:
        watched.value(value, after=seconds)
    check_story(watched.told)
