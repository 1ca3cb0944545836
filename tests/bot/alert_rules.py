"""Rules and readings that tests of alerts are made of."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.alerts.engine import AlertEngine
from bot.model.alert import Alert, AlertState, Step
from bot.model.announcements import AlertChanged, Judged
from bot.model.message import Message, Reading
from bot.model.rules import AlertRule, Condition, Operator
from bot.reading.readings import Readings

NOON = 1_800_000_000.0
READINGS = Readings()

_LEGAL = {
    AlertState.INACTIVE: {AlertState.PENDING, AlertState.FIRING, AlertState.NO_DATA},
    AlertState.PENDING: {AlertState.INACTIVE, AlertState.FIRING, AlertState.NO_DATA},
    AlertState.FIRING: {AlertState.RECOVERING, AlertState.RESOLVED},
    AlertState.RECOVERING: {AlertState.FIRING, AlertState.RESOLVED},
    AlertState.NO_DATA: {AlertState.RESOLVED},
    AlertState.RESOLVED: {AlertState.PENDING, AlertState.FIRING, AlertState.NO_DATA, AlertState.INACTIVE},
}


def above(limit: str = "30", topic: str = "t", **how: Any) -> AlertRule:
    """Return a rule with a limit; `clear` and all of `AlertRule`."""
    condition = Condition(Operator.ABOVE, (limit,), how.pop("clear", ""))
    return AlertRule(topic, condition, **{"id": "r1", "number": 1, "name": "hot", **how})


def stale(seconds: float = 600.0, topic: str = "t", **how: Any) -> AlertRule:
    """Return a rule that waits for messages; 0 seconds for a learned time."""
    condition = Condition(Operator.STALE, (), "", seconds)
    return AlertRule(topic, condition, **{"id": "s1", "number": 2, "name": "silent", **how})


def rule_of(operator: Operator, *values: str, topic: str = "t", **how: Any) -> AlertRule:
    """Return a rule with any condition."""
    condition = Condition(operator, values, how.pop("clear", ""), how.pop("seconds", 0.0))
    return AlertRule(topic, condition, **{"id": "o1", "number": 3, "name": "other", **how})


def read(payload: str, topic: str = "t", *, retain: bool = False) -> Reading:
    """Return what a payload means."""
    return READINGS.read(Message(topic, payload.encode(), retain=retain))


class Watched:
    """An engine whose alerts are stored and told at once, which checks that each step is a legal one."""

    def __init__(self, *rules: AlertRule, now: float = NOON) -> None:
        self.rules = rules
        self.now = now
        self.kept: dict[tuple[str, str], Alert] = {}
        self.number = 0
        self.told: list[tuple[str, tuple[Step, ...], int]] = []
        self.changes: list[AlertChanged] = []
        self.engine = AlertEngine(rules)

    def restart(self) -> None:
        """Begin anew with what was stored."""
        self.engine = AlertEngine(self.rules, self.kept.values(), self.number)

    def value(
        self, payload: str, topic: str = "t", after: float = 0.0, *, retain: bool = False
    ) -> list[Step]:
        """Let a value come in after some seconds; return what is told."""
        self.pass_time(after)
        return self.take(self.engine.judge(read(payload, topic, retain=retain), self.now))

    def later(self, seconds: float) -> list[Step]:
        """Let time go by, looking whenever something is due; return what is told."""
        end = self.now + seconds
        steps: list[Step] = []
        while self.engine.due_at <= end:
            self.now = max(self.now, self.engine.due_at)
            steps += self.take(self.engine.tick(self.now))
        self.now = end
        return steps

    def pass_time(self, seconds: float) -> None:
        self.later(seconds)

    def take(self, judged: Judged) -> list[Step]:
        """Store what a moment did, and tell what there is to tell."""
        self._store(judged)
        steps: list[Step] = []
        for key in list(self.engine.untold):
            alert = self.engine.get(*key)
            assert alert is not None
            for each in (*alert.ended, alert):
                if each.untold:
                    assert each.number > 0
                    steps += each.untold
                    self.told.append((each.topic, each.untold, each.number))
            ended = tuple(each for each in alert.ended if not each.untold)
            told = replace(alert, untold=(), ended=ended)
            self._store(Judged(self.engine.mark_told([told], ())))
        return steps

    def _store(self, judged: Judged) -> None:
        for alert in judged.record.alerts:
            self.kept[alert.rule, alert.topic] = alert
        for key in judged.record.gone:
            self.kept.pop(key, None)
        self.number = max([self.number, *(event.number for event in judged.record.events)])
        for change in judged.changes:
            if isinstance(change, AlertChanged):
                if change.step is None:
                    assert change.alert.state in _LEGAL[change.before], change
                self.changes.append(change)

    @property
    def states(self) -> list[str]:
        """The states it went through, as words."""
        return [change.alert.state.value for change in self.changes]

    def state(self, topic: str = "t", rule: str = "") -> AlertState:
        alert = self.engine.get(rule or self.rules[0].id, topic)
        return alert.state if alert else AlertState.INACTIVE


def check_story(told: list[tuple[str, tuple[Step, ...], int]]) -> None:
    """Check what was told of each topic: nothing ends that did not begin, and nothing is told twice."""
    for topic in {topic for topic, _, _ in told}:
        steps = [(step, number) for where, steps, number in told if where == topic for step in steps]
        told_steps = [(step, number) for step, number in steps if step not in {Step.REPEATED, Step.ESCALATED}]
        for (before, _), (after, _) in pairwise([(Step.RESOLVED, 0), *told_steps]):
            begins = after in {Step.FIRED, Step.FLAPPING}
            assert begins or before in {Step.FIRED, Step.FLAPPING}, steps
