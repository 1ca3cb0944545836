"""What is rehearsed is what the bot would have done: the same stream, live and again."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product

from fakes import CONNECTING, NOON, OFFLINE, ONLINE, World
from hypothesis import given, settings, strategies as st
import pytest

from bot.alerts.judge import Judge
from bot.alerts.rules.rehearsal import Rehearsal, rehearse
from bot.model.alert import Step
from bot.model.rules import AlertRule, Clause, Condition, Operator, Priority, Subscription

TOPICS = ("home/a", "home/a", "home/b", "home/c", "$ha/sensor.a")
BESIDE = (
    Clause(Condition(Operator.ABOVE, ("5",)), "home/c"),
    Clause(Condition(Operator.EQUAL, ("open",)), "home/b"),
    Clause(Condition(Operator.UNEQUAL, ("closed",)), "$ha/sensor.a"),
    Clause(Condition(Operator.BELOW, ("9 W",))),
    Clause(Condition(Operator.ABOVE, ("3",)), field="x.y"),
)
TIMES = ("", "", "8:02-8:20", "8:10-9:30", "22:00-8:04")
WORDS = ("5", "8", "10 W", "0.011 kW", "OPEN", "o*")


class Live(World):
    """A bot whose clock rings when it was asked to; what it does with a rule is counted."""

    def __init__(self, rule: AlertRule) -> None:
        super().__init__(Subscription("home/#"), alerts=(rule,))

    def go(self, seconds: float) -> None:
        """Let time go by for a bot that runs."""
        until = self.clock.time + seconds
        while self.clock.alarms and (at := min(self.clock.alarms)) <= until:
            self.clock.alarms.clear()
            self.clock.time = max(at, self.clock.time)
            self.bot.tick(self.clock.time)
        self.clock.time = until

    def away(self, seconds: float) -> None:
        """Lose the broker for so long."""
        self.bot.broker_changed(OFFLINE)
        self.go(seconds)
        self.bot.broker_changed(ONLINE)

    def end(self, seconds: float, *, kill: bool) -> None:
        """Stop for so long, and take a moment to be connected again."""
        if not kill:
            self.bot.close()
        self.clock.alarms.clear()
        self.clock.time += seconds
        self.broker.status = CONNECTING
        self.restart()
        self.go(2.3)
        self.broker.status = ONLINE
        self.bot.broker_changed(ONLINE)

    def counted(self, rule: AlertRule) -> tuple[dict[str, int], float]:
        """Return how often the rule fired on each topic, and how long at the longest."""
        fired: Counter[str] = Counter()
        began: dict[str, float] = {}
        longest = 0.0
        for event in self.book.events:
            if event.rule == rule.id and event.step is Step.FIRED:
                fired[event.topic] += 1
                began[event.topic] = event.at
            elif event.rule == rule.id and event.step is Step.RESOLVED:
                longest = max(longest, event.at - began.pop(event.topic))
        return fired, max([longest, *(self.clock.time - at for at in began.values())])


@dataclass(frozen=True)
class Said:
    topic: str
    payload: str | bytes
    retain: bool


@dataclass(frozen=True)
class Gap:
    seconds: float
    kind: str


seconds = st.one_of(
    st.sampled_from([0.7, 30.0, 60.0, 299.9, 300.1, 700.0, 5000.0]),
    st.floats(0.01, 900).map(lambda at: round(at, 3)),
)
payloads = st.one_of(
    st.floats(0, 20).map(lambda number: f"{number:.1f}"),
    st.sampled_from(
        ["3 W", "9 W", "11 W", "0.012 kW", "7 °C", "OPEN", "closed", "", "unavailable", "5", "8"]
    ),
).flatmap(lambda text: st.sampled_from([text, f'{{"x": {{"y": "{text}"}}}}']))
payloads = payloads | st.sampled_from([b"\x01", b"\xc9\x00", b"\n"])
steps = st.one_of(
    st.builds(Said, st.sampled_from(TOPICS), payloads, st.sampled_from([False, False, True])),
    st.builds(Gap, seconds, st.just("go")),
    st.builds(Gap, seconds, st.sampled_from(["away", "kill", "stop"])),
)


def condition(operator: Operator, words: tuple[str, str], span: float, clear: str) -> Condition:
    """Return a condition that can be met, with as many values as it needs."""
    spans = (span, 0.0) if operator is not Operator.STALE else (span,)
    for many, time in product(range(3), spans):
        for limits in (words, ("5", "8")):
            made = Condition(operator, limits[:many], clear, time)
            if not Judge(made).problem():
                return made
    return replace(made, clear="")


@st.composite
def ruled(draw: st.DrawFn, operator: Operator) -> AlertRule:
    """Return a rule with any options."""
    words = draw(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)))
    span = draw(st.sampled_from([0.0, 60.0, 300.1, 900.0]))
    asked = condition(operator, words, span, draw(st.sampled_from(["", "", "6", "2 W", "closed"])))
    field = draw(st.sampled_from(["", "x.y"]))
    others = draw(st.lists(st.sampled_from(BESIDE), max_size=2))
    return AlertRule(
        draw(st.sampled_from(["home/#", "home/+", "home/a", "$ha/sensor.a"])),
        replace(asked, missing_clears=bool(field) and draw(st.booleans())),
        field=field,
        others=tuple(others),
        either=bool(others) and operator.level and draw(st.booleans()),
        only=draw(st.sampled_from(TIMES)),
        once=draw(st.sampled_from([False, False, True])),
        id="rule1",
        number=1,
        hold=draw(st.sampled_from([0.0, 0.0, 300.0, 300.1, 0.3])),
        repeat=draw(st.sampled_from([0.0, 600.0])),
        priority=draw(st.sampled_from(Priority)),
    )


async def compare(rule: AlertRule, stream: list[Said | Gap]) -> Rehearsal:
    """Play a stream to a live bot, rehearse the same, and return what was rehearsed."""
    live = Live(rule)
    for step in stream:
        live.go(0.01)
        if isinstance(step, Said):
            live.receive(step.topic, step.payload, retain=step.retain)
        elif step.kind == "go":
            live.go(step.seconds)
        elif step.kind == "away":
            live.away(step.seconds)
        else:
            live.end(step.seconds, kill=step.kind == "kill")
    live.go(10.0)
    fired, longest = live.counted(rule)
    found = await rehearse(live.bot, rule, NOON - 1, live.clock.time)
    assert (found.fired, found.topics) == (sum(fired.values()), tuple(sorted(fired)))
    assert found.longest == pytest.approx(longest, abs=0.01)
    return found


async def test_what_time_did_just_before_a_kill_is_rehearsed() -> None:
    rule = AlertRule("home/#", Condition(Operator.STALE, seconds=60.0), id="rule1", number=1)
    found = await compare(rule, [Said("home/a", "1", False), Gap(100.0, "go"), Gap(700.0, "kill")])
    assert found.fired == 1


async def test_a_message_in_the_moment_of_the_last_sign_of_life_came_before_the_end() -> None:
    hot = Clause(Condition(Operator.ABOVE, ("5",)), "home/c")
    rule = AlertRule("home/#", Condition(Operator.STALE, seconds=60.0), id="rule1", number=1, others=(hot,))
    stream = [Said("home/a", "1", False), Gap(60.0, "go"), Said("home/c", "6", False), Gap(0.7, "kill")]
    assert (await compare(rule, stream)).fired == 1


async def test_time_in_which_nobody_listened_is_no_silence() -> None:
    rule = AlertRule("home/#", Condition(Operator.STALE, seconds=600.0), id="rule1", number=1)
    for kind in ("away", "kill", "stop"):
        stream = [Said("home/a", "1", False), Gap(28_000.0, kind), Said("home/a", "2", False)]
        assert (await compare(rule, stream)).fired == 0


async def test_many_are_due_at_once() -> None:
    rule = AlertRule("home/#", Condition(Operator.ABOVE, ("5",)), id="rule1", number=1, hold=60.0)
    said = [Said(f"home/{each}", "6", False) for each in range(250)]
    assert (await compare(rule, [*said, Gap(70.0, "kill"), Gap(300.0, "go")])).fired == 250


@pytest.mark.parametrize("operator", Operator)
@settings(max_examples=50)
@given(st.data())
async def test_a_rehearsal_is_what_would_have_been(operator: Operator, data: st.DataObject) -> None:
    await compare(data.draw(ruled(operator)), data.draw(st.lists(steps, min_size=1, max_size=30)))
