"""What can happen to an alert: pure steps from one to the next.

inactive → pending → firing → recovering → resolved; no_data replaces firing where a rule waits for messages.
Only what fired can be resolved; from resolved a new incident begins.
"""

from dataclasses import replace
from math import exp2, log2
from zlib import crc32

from ..model.alert import Alert, AlertEvent, AlertState, Step
from ..model.message import Reading
from ..model.rules import AlertRule, Priority, Value
from ..model.timers import NEVER
from ..text.numbers import with_unit

# Seconds in which half of the fires are forgotten.
FLAP_HALF_LIFE = 600.0
FLAPS_FROM = 4.0
MOST_FLAPS = 6.0
"""However often it fired: within twenty minutes it has calmed down, and what stays wrong is told."""
FLAPS_UNTIL = 1.5
FLAPS_FORGOTTEN = 0.25

LONGEST_VALUE = 1_000
"""Characters that are kept of a value."""

BEGUN = frozenset({Step.FIRED, Step.FLAPPING})
"""Steps that tell that something is wrong; with one of them untold nobody knows of it."""

_OVER = frozenset({AlertState.INACTIVE, AlertState.RESOLVED})
_TIMES = (
    "since", "fired", "acknowledged_at", "snoozed_until", "repeat_at", "escalate_at", "flapped_at", "seen",
    "blind",
)  # fmt: skip


def valued(alert: Alert, reading: Reading, value: Value, before: float | None) -> Alert:
    """Return the alert with the newest value of a reading; `before` is the number before, for the trend."""
    alert, trend = set_aside(alert), alert.trend
    if before is not None and value.number is not None:
        trend = (value.number > before) - (value.number < before)
    text = brief(with_unit(value.text, value.unit))
    seeing = replace(alert, blind=0.0, blind_told=False) if alert.blind else alert
    area = reading.origin.area if reading.origin else ""
    return replace(seeing, name=reading.name, area=area, value=text, amount=value.number, trend=trend)


def brief(text: str) -> str:
    """Return a text that is not too long: its beginning, and a hash to tell it from others like it."""
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}… {crc32(text.encode(errors='surrogatepass')):08x}"


def stored(alert: Alert) -> Alert:
    """Return the alert without a value that is not worth a row of its own; what is remembered stays."""
    if not (alert.active or alert.beside):
        return alert
    return replace(alert, value="", amount=None, trend=0, name="", area="")


def last_seen(alert: Alert) -> float:
    """Return when a topic last spoke, as far as its memory tells."""
    return alert.seen or (alert.memory[-1][0] if alert.memory else alert.since)


def idle(alert: Alert) -> bool:
    """Say whether nothing but memory is left: nothing is wrong, about to be, or to be told."""
    return alert.state in _OVER and not alert.owes


def unsettled(alert: Alert) -> bool:
    """Say whether people wait for a last word: of what is wrong, not told yet, or told once it is calm."""
    return alert.active or alert.owes or alert.flapping


def over(alert: Alert) -> bool:
    """Say whether nothing is wrong, and nothing is about to be."""
    return alert.state in _OVER


def set_aside(alert: Alert) -> Alert:
    """Return an alert that may go on: that it is over is told as it was then, whatever comes now."""
    if alert.state is not AlertState.RESOLVED or Step.RESOLVED not in alert.untold:
        return alert
    return replace(alert, untold=(), ended=(*alert.ended, _as_it_ended(alert)))


def _as_it_ended(alert: Alert) -> Alert:
    return replace(alert, memory=(), ended=())


def lasted_at(alert: Alert, rule: AlertRule) -> float:
    """Return when a pending alert has lasted long enough: the one sum that is waited for and judged by."""
    return alert.since + rule.hold


def by_urgency(alert: Alert) -> tuple[bool, bool, int]:
    """Return what sorts alerts: first the active ones, then the pending, then the rest."""
    return not alert.active, alert.state is not AlertState.PENDING, alert.number


def await_firing(alert: Alert, now: float) -> Alert:
    """Return an alert whose condition holds as one that waits to fire, unless it has fired."""
    if alert.state not in _OVER:
        return alert
    alert = replace(set_aside(alert), state=AlertState.PENDING, since=now)
    return alert if alert.flapping else replace(alert, peak="", peak_amount=None)


def breach(alert: Alert, rule: AlertRule, now: float, firing: AlertState, number: int) -> Alert:
    """Take note that the condition holds. `number` is for the incident, should this begin one."""
    alert = await_firing(alert, now)
    if alert.state is AlertState.RECOVERING:
        return replace(alert, state=AlertState.FIRING, since=now)
    if alert.state is AlertState.PENDING and now >= lasted_at(alert, rule):
        return fire(alert, rule, now, firing, number)
    return alert


def fire(alert: Alert, rule: AlertRule, now: float, firing: AlertState, number: int) -> Alert:
    """Begin an incident, or go on with one that flaps or ended before anybody was told of it."""
    alert = _taken_up(set_aside(alert))
    flaps = min(faded(alert, now) + 1, MOST_FLAPS)
    same = alert.number and (alert.flapping or Step.FIRED in alert.untold)
    begun = replace(
        alert,
        state=firing,
        since=now,
        flaps=flaps,
        flapped_at=now,
        number=alert.number if same else number,
        fired=alert.fired if same else now,
    )
    if alert.flapping:
        return begun
    if flaps >= FLAPS_FROM and rule.priority > Priority.SILENT:
        return _due(replace(_fresh(begun), flapping=True, untold=(Step.FLAPPING,)), rule, now)
    return _due(replace(_fresh(begun), untold=(Step.FIRED,)), rule, now)


def _taken_up(alert: Alert) -> Alert:
    """Return an alert that goes on with its last incident, if that has just ended and nobody knows of it."""
    last = alert.ended[-1] if alert.ended and not alert.peak else None
    if last is None or Step.FIRED not in last.untold:
        return alert
    return replace(
        alert,
        number=last.number,
        fired=last.fired,
        peak=last.peak,
        peak_amount=last.peak_amount,
        untold=(Step.FIRED,),
        ended=alert.ended[:-1],
    )


def _fresh(alert: Alert) -> Alert:
    """Forget what was done to the incident before."""
    return replace(
        alert,
        acknowledged_by="",
        acknowledged_at=0.0,
        note="",
        snoozed_until=0.0,
        escalation=0,
        notices=(),
        tag="",
        told_to=(),
    )


def _due(alert: Alert, rule: AlertRule, now: float) -> Alert:
    """Set when an alert that nobody acknowledges is told again, and to whom else."""
    return replace(
        alert,
        repeat_at=now + rule.repeat if rule.repeat else 0.0,
        escalate_at=now + rule.escalate_after if escalates(alert, rule) else 0.0,
    )


def rescheduled(alert: Alert, before: AlertRule, rule: AlertRule, now: float) -> Alert:
    """Return an alert that nobody has taken on with the times of a rule that was changed."""
    times = ("repeat", "escalate_after", "escalate_to")
    if all(getattr(before, name) == getattr(rule, name) for name in times):
        return alert
    attended = alert.acknowledged or alert.snoozed_until
    return alert if attended or not alert.active else _due(alert, rule, now)


def escalates(alert: Alert, rule: AlertRule) -> bool:
    """Say whether there is a step of escalation left: the last one is everybody, as critical."""
    return rule.escalate_after > 0 and alert.escalation <= len(rule.escalate_to)


def ease(alert: Alert, now: float, *, clear: bool) -> Alert:
    """Note that the condition does not hold; `clear`: the value at which it is over is reached."""
    if alert.state is AlertState.PENDING:
        return replace(alert, state=AlertState.INACTIVE, since=now)
    if not alert.active:
        return alert
    if clear:
        return resolve(alert, now)
    return (
        replace(alert, state=AlertState.RECOVERING, since=now) if alert.state is AlertState.FIRING else alert
    )


def resolve(alert: Alert, now: float) -> Alert:
    """End an incident. What flaps says nothing until it has calmed down: then how it ended last."""
    over = replace(
        alert,
        state=AlertState.RESOLVED,
        since=now,
        repeat_at=0.0,
        escalate_at=0.0,
        snoozed_until=0.0,
        reason="",
    )
    if alert.flapping:
        return replace(over, ended=(*_settled(alert), replace(_as_it_ended(over), untold=())))
    return replace(over, untold=(*_worth_telling(alert), Step.RESOLVED))


def _settled(alert: Alert) -> tuple[Alert, ...]:
    """Return the ends that are known to be ends: not that of what flaps, and may come back."""
    return tuple(each for each in alert.ended if not each.flapping)


def lose(alert: Alert, now: float, reason: str) -> Alert:
    """End what hangs on a value that is not there any more, and what is remembered of it."""
    ended = ease(alert, now, clear=True)
    if alert.active:
        ended = replace(ended, reason=reason, value="", amount=None, trend=0)
    return replace(ended, seen=0.0, excused=0.0, blind=0.0, blind_told=False, own=None, memory=())


def pass_by(alert: Alert) -> Alert:
    """End an incident that is but a moment: it is told that it fired, and that is all."""
    return replace(alert, state=AlertState.RESOLVED, repeat_at=0.0, escalate_at=0.0, flaps=0.0)


def _worth_telling(alert: Alert) -> tuple[Step, ...]:
    """Return what is still worth telling of an alert that is over: that it began, if nobody knows yet."""
    return tuple(step for step in alert.untold if step in BEGUN)


def faded(alert: Alert, now: float) -> float:
    """Return how often an alert fired lately: each time counts less as it gets older."""
    return alert.flaps * exp2(-max(0.0, now - alert.flapped_at) / FLAP_HALF_LIFE)


def calm_at(alert: Alert) -> float:
    """Return when flapping is over, or how often it fired can be forgotten, if it stays quiet."""
    if not alert.flaps:
        return NEVER
    until = FLAPS_UNTIL if alert.flapping else FLAPS_FORGOTTEN
    return alert.flapped_at + FLAP_HALF_LIFE * max(0.0, log2(alert.flaps / until))


def calm(alert: Alert, rule: AlertRule, now: float) -> Alert:
    """Tell how things stand after flapping; what only fired now and then has nothing to tell."""
    if not alert.flapping:
        return replace(alert, flaps=0.0)
    calmed = replace(alert, flapping=False, ended=_settled(alert))
    if not alert.active:
        last = next((each for each in alert.ended if each.flapping), alert)
        over = replace(_as_it_ended(last), flapping=False, untold=(*_worth_telling(alert), Step.RESOLVED))
        over = replace(over, notices=alert.notices, tag=alert.tag, told_to=alert.told_to)
        if alert.state is AlertState.RESOLVED:
            return replace(over, seen=alert.seen, memory=alert.memory, ended=calmed.ended)
        return replace(calmed, untold=(), ended=(*calmed.ended, over))
    if alert.snoozed_until:
        return calmed
    told = replace(calmed, untold=(Step.FIRED,))
    return told if alert.acknowledged else _due(told, rule, now)


def acknowledge(alert: Alert, who: str, note: str, until: float, now: float) -> Alert:
    """Note that somebody has taken it on: for good, or if it is still there until then, to be told again."""
    return replace(
        alert,
        acknowledged_by=who,
        acknowledged_at=now,
        note=note,
        snoozed_until=until,
        repeat_at=until,
        escalate_at=0.0,
        untold=_worth_telling(alert),
    )


def snooze(alert: Alert, until: float) -> Alert:
    return replace(alert, snoozed_until=until, repeat_at=until, escalate_at=0.0, untold=_worth_telling(alert))


def remind(alert: Alert, rule: AlertRule, now: float) -> Alert:
    """Tell an alert again whose time has come; an acknowledgement for a time has lapsed."""
    lapsed = alert.snoozed_until > 0
    told_anyway = not {*BEGUN, Step.REPEATED}.isdisjoint(alert.untold)
    again = replace(
        alert,
        repeat_at=now + rule.repeat if rule.repeat else 0.0,
        untold=alert.untold if told_anyway else (*alert.untold, Step.REPEATED),
        snoozed_until=0.0,
    )
    if not lapsed:
        return again
    escalate_at = now + rule.escalate_after if escalates(alert, rule) else 0.0
    return replace(again, acknowledged_by="", acknowledged_at=0.0, note="", escalate_at=escalate_at)


def escalate(alert: Alert, rule: AlertRule, now: float) -> Alert:
    taken = replace(alert, escalation=alert.escalation + 1, untold=(*alert.untold, Step.ESCALATED))
    return replace(taken, escalate_at=now + rule.escalate_after if escalates(taken, rule) else 0.0)


def excused(alert: Alert, seconds: float, now: float) -> Alert:
    """Return an alert with so many seconds more since its topic spoke that are no silence."""
    return replace(alert, excused=min(alert.excused + seconds, max(0.0, now - alert.seen)))


def logged(alert: Alert, was: AlertState) -> list[AlertEvent]:
    """Return what is written down of an alert whose state `was` another one."""
    if alert.state in {AlertState.FIRING, AlertState.NO_DATA} and was is not AlertState.RECOVERING:
        return [AlertEvent.of(alert, Step.FIRED)]
    return [AlertEvent.of(alert, Step.RESOLVED)] if alert.state is AlertState.RESOLVED else []


def shifted(alert: Alert, seconds: float) -> Alert:
    """Return the alert as if everything had happened that much later, because the clock was moved."""
    moved = {name: at + seconds for name in _TIMES if (at := getattr(alert, name))}
    memory = tuple((at + seconds, amount) for at, amount in alert.memory)
    ended = tuple(shifted(each, seconds) for each in alert.ended)
    return replace(alert, **moved, memory=memory, ended=ended)
