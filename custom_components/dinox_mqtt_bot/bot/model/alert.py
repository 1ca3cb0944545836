"""An alert: one incident of a rule on one topic."""

from dataclasses import dataclass, fields
from enum import StrEnum
import json
from typing import Any, Self


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


AGAIN = frozenset({Step.ESCALATED, Step.REPEATED})
"""What is told of an alert that was told before, because of time alone."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What is known of a rule on one topic. Times are Unix seconds, 0 for never.

    `number` is the incident's own, 0 before the first. `since` is the state's begin, `fired` the incident's.
    `name` is the topic's, `area` where that stands, or empty; `value` the newest value with unit, as people
    read it, `amount` its number; `peak` and `peak_amount` the worst of them. `trend` is 1 rising, -1 falling.
    `untold` is in no notice yet; `notices` are the ids of the newest ones, `tag` the notification's.
    `escalation` counts steps taken; `repeat_at` and `escalate_at` are the next. `flaps` is how often it fired
    lately, fading; from `flapping` on it is told once. `seen`: the topic last had a value; `excused` are
    seconds since in which nothing could be heard. `blind`: since then its messages have none, and
    `blind_told` whether somebody knows. `reason` is why it ended, if not by a value: a key below
    `common.alert_why_`. `memory` holds older values for the rule. `told_to` are those who know of the
    incident, each with the tag of its notification there (in the chat none, unless it was held). `behind`:
    the topic that told that its devices are away when it fell silent. `own`: the rule's condition held last,
    and `beside` its further ones; None where nothing is known. `ended` are ends that have yet to be told,
    each as it was then: a new incident may have begun since.
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
    excused: float = 0.0
    blind: float = 0.0
    blind_told: bool = False
    reason: str = ""
    memory: tuple[tuple[float, float], ...] = ()
    told_to: tuple[tuple[str, str], ...] = ()
    behind: str = ""
    area: str = ""
    own: bool | None = None
    beside: tuple[bool | None, ...] = ()
    ended: tuple[Alert, ...] = ()

    @property
    def owes(self) -> bool:
        """Whether something is to be told, of this incident or of one before it."""
        return bool(self.untold) or any(each.untold for each in self.ended)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def acknowledged(self) -> bool:
        return self.acknowledged_at > 0


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """A line of an incident's log.

    `who`: bare JID, target or surface's user; `note`: notice id if TOLD, why it ended if no value did it.
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
        why = alert.reason if step is Step.RESOLVED else ""
        return cls(alert.number, alert.rule, alert.topic, step, alert.since, alert.value, note=why)


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which a rule was broken, from when it fired until it was over; infinite while it is not."""

    rule: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Attending:
    """Who sees to alerts: with a note, until a Unix time (0: for good).

    `knowing` need not be told: who says it in the chat reads the answer there, and so does the room.
    """

    who: str
    note: str = ""
    until: float = 0.0
    knowing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What one moment changed, to be stored whole or not at all; `gone` (rule, topic) are forgotten."""

    alerts: tuple[Alert, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alerts or self.events or self.gone)


NO_RECORD = Record()


_DEFAULTS = {each.name: each.default for each in fields(Alert)}


def dump(alert: Alert) -> str:
    """Return everything about an alert but rule and topic as JSON, for the store."""
    return json.dumps(_said(alert), ensure_ascii=False, separators=(",", ":"))


def _said(alert: Alert) -> dict[str, object]:
    said = {name: value for name, default in _DEFAULTS.items() if (value := getattr(alert, name)) != default}
    del said["rule"], said["topic"]
    if alert.ended:
        said["ended"] = [_said(each) for each in alert.ended]
    return said


def load(rule: str, topic: str, said: str) -> Alert:
    """Return the alert that `dump` wrote. Raises ValueError for what it did not write."""
    try:
        return _read(rule, topic, json.loads(said))
    except (AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error


def _read(rule: str, topic: str, said: dict[str, Any]) -> Alert:
    known = {name: value for name, value in said.items() if name in _DEFAULTS}
    known["state"] = AlertState(known.get("state", AlertState.INACTIVE))
    known["untold"] = tuple(Step(step) for step in known.get("untold", ()))
    known["notices"] = tuple(known.get("notices", ()))
    known["memory"] = tuple((at, amount) for at, amount in known.get("memory", ()))
    known["told_to"] = tuple((str(to), str(tag)) for to, tag in known.get("told_to", ()))
    known["beside"] = tuple(known.get("beside", ()))
    known["ended"] = tuple(_read(rule, topic, {**each, "ended": ()}) for each in known.get("ended", ()))
    return Alert(**{**known, "rule": rule, "topic": topic})
