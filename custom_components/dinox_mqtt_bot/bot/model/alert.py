"""An alert: one incident of a rule on one topic."""

from dataclasses import dataclass, fields
from enum import StrEnum
import json
from typing import Self


class AlertState(StrEnum):
    """Where an alert stands. Active are firing, recovering and no_data."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    NO_DATA = "no_data"
    RESOLVED = "resolved"


ACTIVE = frozenset({AlertState.FIRING, AlertState.RECOVERING, AlertState.NO_DATA})


class Step(StrEnum):
    """What happened to an alert: what is told of it, and the words of its log."""

    FIRED = "fired"
    RESOLVED = "resolved"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    MUTED = "muted"
    CLOSED = "closed"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything that is known of a rule on one topic. Times are Unix seconds, 0 for never.

    `number` is that of the incident, 0 before the first; each one has its own. `since` is when the state began,
    `fired` when the incident did. `name` is what the topic is called, `value` the newest value with its unit, as a
    person reads it, `amount` the same as a number; `peak` and `peak_amount` the worst of them. `trend` is 1 for
    rising, -1 for falling. `untold` is what happened and is in no notice yet; `notices` the ids of the
    newest notices that told of it, and `tag` that of the notification. `escalation` counts the steps taken. `repeat_at` and `escalate_at` are when it has
    to be told again or escalated. `flaps` is how often it fired lately, fading with time; from then on it is told
    once that it is `flapping`. `seen` is when the topic last said anything. `memory` is what the rule has
    to remember of older values.
    """

    rule: str
    topic: str
    number: int = 0
    state: AlertState = AlertState.INACTIVE
    since: float = 0.0
    fired: float = 0.0
    name: str = ""
    value: str = ""
    amount: float | None = None
    peak: str = ""
    peak_amount: float | None = None
    trend: int = 0
    acknowledged_by: str = ""
    acknowledged_at: float = 0.0
    note: str = ""
    snoozed_until: float = 0.0
    untold: tuple[Step, ...] = ()
    notices: tuple[str, ...] = ()
    tag: str = ""
    escalation: int = 0
    repeat_at: float = 0.0
    escalate_at: float = 0.0
    flaps: float = 0.0
    flapped_at: float = 0.0
    flapping: bool = False
    seen: float = 0.0
    memory: tuple[tuple[float, float], ...] = ()

    @property
    def active(self) -> bool:
        """Whether something is wrong now."""
        return self.state in ACTIVE

    @property
    def acknowledged(self) -> bool:
        """Whether somebody has taken it on."""
        return self.acknowledged_at > 0


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One line of an incident's log. `who` is a bare JID, a target or what a surface calls its user.

    With `Step.TOLD` `who` is told and `note` the id of the notice.
    """

    number: int
    rule: str
    topic: str
    step: Step
    at: float
    value: str = ""
    who: str = ""
    note: str = ""

    @classmethod
    def of(cls, alert: Alert, step: Step) -> Self:
        """Return that an alert came to the state it is in."""
        return cls(alert.number, alert.rule, alert.topic, step, alert.since, alert.value)


@dataclass(frozen=True, slots=True)
class Period:
    """One incident of a rule, from when it fired until it was over; infinite while it is not."""

    rule: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Record:
    """What one moment changed, to be stored as a whole or not at all.

    `gone` are the (rule, topic) of alerts that are remembered no more.
    """

    alerts: tuple[Alert, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alerts or self.events or self.gone)


NO_RECORD = Record()


_DEFAULTS = {each.name: each.default for each in fields(Alert)}


def dump(alert: Alert) -> str:
    """Return everything about an alert but rule and topic as JSON, for the store."""
    said = {name: value for name, default in _DEFAULTS.items() if (value := getattr(alert, name)) != default}
    del said["rule"], said["topic"]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def load(rule: str, topic: str, said: str) -> Alert:
    """Return the alert that `dump` wrote. Raises ValueError for what it did not write."""
    try:
        known = {name: value for name, value in json.loads(said).items() if name in _DEFAULTS}
        known["state"] = AlertState(known.get("state", AlertState.INACTIVE))
        known["untold"] = tuple(Step(step) for step in known.get("untold", ()))
        known["notices"] = tuple(known.get("notices", ()))
        known["memory"] = tuple((at, amount) for at, amount in known.get("memory", ()))
    except (AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error
    return Alert(**{**known, "rule": rule, "topic": topic})
