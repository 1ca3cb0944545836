"""Alerts as chat text and as notifications."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
import re

from ..model.alert import AGAIN, Alert, AlertState, Step
from ..model.away import Away
from ..model.rules import AlertRule, Operator, Priority
from ..model.speech import Said
from ..ports import Phrases, When
from ..rendering.readings import LONGEST_DIGEST_LINE, LONGEST_NAME
from ..text.durations import duration
from ..text.foreign import inert, one_line, plain, short
from ..text.numbers import number, with_unit
from ..text.styling import bold
from ..text.tongue import fold
from .courses import Course, drawn
from .rule_texts import clause_text, condition_text, conditions_text, limit_text, tells
from .watches import BROKER

_LOST = frozenset({"cleared", "removed", "refused"})
"""Reasons for an end that do not say that all is well."""

_NEWS = frozenset({Step.FIRED, Step.ESCALATED})
"""What is told to those who may not know of it."""

_MARKS = {Priority.CRITICAL: "🔴"}
MOST_SUBJECTS = 20
LONGEST_OWN = 500
"""Characters of what a rule says in its own words."""
LONGEST_OWN_LINE = 160
"""Characters of that where several alerts are told together, a line each."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
LATE = 90.0
"""Seconds after which it is no news any more that an alert fired, as when it was muted till now."""

_LIMITED = frozenset({Operator.ABOVE, Operator.BELOW, Operator.AT_LEAST, Operator.AT_MOST})
"""What is told of a value with its one limit."""

_ARROWS = {1: "↗", -1: "↘"}


@dataclass(frozen=True, slots=True)
class Told:
    """An alert of which something is to be told, its rule, and the priority it is told with.

    It is told as it was when that happened. `passed`: that it fired is told when it is over already. `away`
    is who has gone, which explains it.
    """

    alert: Alert
    rule: AlertRule
    priority: Priority
    passed: bool = False
    away: Away | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells one alert from the others: rule and topic."""
        return self.alert.rule, self.alert.topic

    @property
    def incident(self) -> tuple[str, str, int]:
        """What tells one incident from the others, also those of the same rule and topic."""
        return *self.key, self.alert.number

    @property
    def over(self) -> bool:
        """Whether it is told that there is nothing left to do about it."""
        return Step.RESOLVED in self.alert.untold

    @property
    def mark(self) -> str:
        if self.over:
            return "⏹" if self.alert.reason in _LOST else "✅"
        return _MARKS.get(self.priority, "⚠")


def alerts_text(
    group: list[Told],
    phrases: Phrases,
    when: When,
    now: float,
    limit: int,
    *,
    course: Course,
    storm: bool = False,
    attends: bool = False,
) -> str:
    """Return one chat text for what is to be told together: one alert in full, several a line each.

    `attends`: who reads it may acknowledge, and is told how.
    """
    if len(group) == 1:
        return alert_text(group[0], phrases, when, now, course=course, attends=attends)
    lines = [_headline(group, phrases, storm=storm), *_lines(group, phrases, now, limit)]
    return inert("\n".join([*lines, *_away(group, phrases)]))


def alert_text(
    one: Told, phrases: Phrases, when: When, now: float, *, course: Course, attends: bool = False
) -> str:
    """Return one alert in full: which rule, where, what and its limit; how it got there; how it is now."""
    alert = one.alert
    parts = [_why(one, phrases, when, now, alone=True), f"#{alert.number}"]
    # Once, where there is something left to see to: more often it would only be noise.
    if attends and Step.FIRED in alert.untold and alert.active and not (one.over or alert.acknowledged):
        parts.append(phrases.phrase("common.alert_attend"))
    shown = inert(" · ".join(filter(None, parts)))
    lines = [_headed(one, phrases, now), _went(one, course, phrases, now), shown]
    text = "\n".join(filter(None, [*lines, *map(inert, _away([one], phrases))]))
    if Step.ESCALATED in alert.untold and not one.over:
        escalated = phrases.phrase("common.alert_escalated", duration=duration(now - alert.fired))
        text = f"{inert(escalated)}\n{text}"
    return text


def _headed(one: Told, phrases: Phrases, now: float) -> str:
    """Return the first line of one alert: the rule's name, and what that does not tell already."""
    name = rule_name(one.rule, phrases)
    if one.rule.text and not one.over:
        return f"{one.mark} {bold(name)}: {inert(own_text(one, phrases, now))}"
    told = "" if one.rule.id == BROKER.id or _within(one, phrases) else _subject(one, phrases)
    told = " ".join(filter(None, (told, _value(one, phrases))))
    limit = _limit(one, phrases)
    if limit and not one.over and not tells(one.rule.name, one.rule, phrases):
        told = phrases.phrase("common.alert_limit", value=told, limit=limit)
    told = _with_others(told, one, phrases)
    head = bold(name)
    if one.over and one.rule.id != BROKER.id:
        head = phrases.phrase("common.alert_over_so", rule=head)
    return f"{one.mark} {head}{inert(f': {told}') if told else ''}"


def _with_others(told: str, one: Told, phrases: Phrases) -> str:
    """Return what is told of a value with the further conditions that are so; without it where it is well.

    What is over although the value is as it was has ended by a further condition: that is told.
    """
    if not one.rule.others or (one.over and (one.rule.either or not one.alert.own)):
        return told
    subject = _subject(one, phrases)
    shown = [
        one_line(plain(clause_text(each, one.rule, phrases, subject)), LONGEST_DIGEST_LINE)
        for each, truth in zip(one.rule.others, one.alert.beside, strict=False)
        if bool(truth) is not one.over
    ]
    if one.over:
        return " · ".join([told, *(phrases.phrase("common.alert_no_more", condition=each) for each in shown)])
    return " · ".join(shown if one.rule.either and not one.alert.own else [told, *shown])


def _went(one: Told, course: Course, phrases: Phrases, now: float) -> str:
    """Return how the number has come to where it is, as a line of bars, where that is news."""
    new = one.alert.active and not _NEWS.isdisjoint(one.alert.untold)
    if not new or not one.rule.condition.operator.numeric:
        return ""
    return drawn(course(one.key, now), phrases, now)


def own_text(one: Told, phrases: Phrases, now: float) -> str:
    """Return what the rule says in its own words."""
    values = {
        "name": _subject(one, phrases),
        "area": plain(one.alert.area),
        "duration": duration(now - one.alert.fired + one.rule.hold),
        "value": _value(one, phrases, LONGEST_OWN),
        "limit": _limit(one, phrases),
        "rule": rule_name(one.rule, phrases),
        "topic": plain(one.alert.topic),
    }
    said = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), one.rule.text)
    return one_line(plain(said), LONGEST_OWN)


def _within(one: Told, phrases: Phrases) -> bool:
    """Say whether a rule's name tells already what it is about."""
    subject, name = fold(_subject(one, phrases)), fold(rule_name(one.rule, phrases))
    return re.search(rf"(?<!\w){re.escape(subject)}(?!\w)", name) is not None


def _shows(one: Told) -> bool:
    """Say whether the value is the one that the rule asks for."""
    condition = one.rule.condition
    return condition.operator is Operator.EQUAL and fold(one.alert.value) == fold(condition.values[0])


def _limit(one: Told, phrases: Phrases) -> str:
    """Return the one limit of a rule with the unit of the value, if it has one that is a number."""
    condition = one.rule.condition
    if condition.operator not in _LIMITED or number(condition.values[0]) is None:
        return ""
    limit, value = limit_text(condition.values[0]), number(one.alert.value)
    return phrases.amount(with_unit(limit, value[1]) if value and limit[-1:].isdigit() else limit)


def _away(group: Iterable[Told], phrases: Phrases) -> list[str]:
    """Return who is away, which explains alerts, and how many more of them wait."""
    return [away_text(away, phrases) for away in dict.fromkeys(one.away for one in group) if away is not None]


def away_text(away: Away, phrases: Phrases) -> str:
    """Return who is away on one line: `z is away: 14 devices, 3 alerts held.` (how many more wait)."""
    name = short(plain(away.name), LONGEST_NAME)
    key = "away_one" if away.devices == 1 else "away_group"
    told = phrases.phrase(f"common.{key}", name=name, count=away.devices)
    if not away.held:
        return told
    return phrases.phrase("common.away_held", away=told.rstrip("."), count=away.held)


def alert_push(group: list[Told], phrases: Phrases, when: When, now: float) -> tuple[str, str]:
    if len(group) > 1:
        return _headline(group, phrases), "\n".join([*_lines(group, phrases, now, 5), *_away(group, phrases)])
    one = group[0]
    own = own_text(one, phrases, now) if one.rule.text and not one.over else ""
    text = own or _why(one, phrases, when, now)
    return what_text(one, phrases), "\n".join([text, *_away(group, phrases)])


def closed_push(one: Told, phrases: Phrases) -> tuple[str, str]:
    """Return what a notification says whose alert is no more, because its rule was changed or removed."""
    rule = rule_name(one.rule, phrases)
    return f"{one.mark} {_subject(one, phrases)}", phrases.phrase("common.alert_closed", rule=rule)


def rule_name(rule: AlertRule, phrases: Phrases) -> str:
    if rule.id == BROKER.id:
        return phrases.phrase("common.alert_broker")
    return one_line(plain(rule.name) or f"{rule.number}", LONGEST_NAME)


def _headline(group: list[Told], phrases: Phrases, *, storm: bool = False) -> str:
    """Return the first line of several alerts: how many, of which rule if it is one."""
    last = {one.incident: one for one in group}
    # What is over, and nobody has heard of yet, is no good news.
    firing = [one for one in last.values() if not one.over] or [one for one in group if one.passed]
    names = {one.rule.id: rule_name(one.rule, phrases) for one in group}
    name = ", ".join(list(names.values())[:3]) + ("…" if len(names) > 3 else "")
    key = "common.alert_storm" if storm else "common.alert_group"
    if not firing:
        return f"✅ {phrases.phrase('common.alert_group_over', count=len(last), rule=name)}"
    mark = max(firing, key=lambda each: each.priority).mark
    return f"{mark} {phrases.phrase(key, count=len(last), rule=name)}"


def _lines(group: list[Told], phrases: Phrases, now: float, limit: int) -> list[str]:
    """Return the first of several alerts, a line each; of several rules each line names its own.

    What is not listed is counted. Of an incident all is listed or nothing: the last line on it is true.
    """
    several = len({one.rule.id for one in group}) > 1
    while limit < len(group) and group[limit - 1].incident == group[limit].incident:
        limit -= 1
    lines = [_line(one, phrases, now, ruled=several and one.rule.id != BROKER.id) for one in group[:limit]]
    more = {one.incident for one in group[limit:]}
    return [*lines, phrases.phrase("common.alert_more", count=len(more))] if more else lines


def _line(one: Told, phrases: Phrases, now: float, *, ruled: bool) -> str:
    alert = one.alert
    if one.rule.text and not one.over:
        told = one_line(own_text(one, phrases, now), LONGEST_OWN_LINE)
    else:
        told = _with_others(f"{_subject(one, phrases)} {_value(one, phrases)}".rstrip(), one, phrases)
    text = f"• {one.mark} {told}"
    if ruled:
        text = f"{text} — {_ruled('alert_ruled', one, phrases)}".rstrip()
    if one.over:
        text = f"{text} — {_over_after(alert, phrases)}"
    elif told_before := _before_text(one, phrases, now):
        text = f"{text} — {told_before}"
    return f"{text} · #{alert.number}"


def _before_text(one: Told, phrases: Phrases, now: float) -> str:
    """Return what tells the line of an incident from an earlier one: that it comes and goes, or lasts."""
    alert = one.alert
    if Step.FLAPPING in alert.untold:
        return phrases.phrase("common.alert_line_flapping")
    if _unheard(alert):
        return phrases.phrase("common.alert_line_unheard", duration=duration(now - alert.seen))
    if not one.passed and _lasts(alert, now):
        return phrases.phrase("common.alert_line_still", duration=duration(now - alert.fired))
    return ""


def _lasts(alert: Alert, now: float) -> bool:
    """Say whether it is told that it is still so: it is told again, or late."""
    return alert.active and now - alert.fired > (0 if AGAIN & set(alert.untold) else LATE)


def _unheard(alert: Alert) -> bool:
    """Say whether what is told again is only what was heard last."""
    again = AGAIN & set(alert.untold)
    return alert.active and bool(alert.blind and again) and alert.state is not AlertState.NO_DATA


def what_text(one: Told, phrases: Phrases) -> str:
    """Return the first line: the mark, what the topic is called, its value and where it is going."""
    told = f"{_subject(one, phrases)}: {_value(one, phrases)}".removesuffix(": ")
    return f"{one.mark} {_with_others(told, one, phrases)}"


def _subject(one: Told, phrases: Phrases) -> str:
    if one.rule.id == BROKER.id:
        return phrases.phrase("common.alert_broker")
    return short(plain(one.alert.name or one.alert.topic), LONGEST_NAME)


def _value(one: Told, phrases: Phrases, longest: int = LONGEST_DIGEST_LINE) -> str:
    alert = one.alert
    if one.passed:
        return phrases.amount(_way(alert.peak, alert.value))
    if one.rule.condition.operator.momentary:
        return phrases.amount(_way(alert.peak or alert.value, alert.value))
    arrow = _ARROWS.get(alert.trend, "")
    return f"{phrases.amount(one_line(plain(alert.value), longest))} {arrow}".strip()


def _way(values: str, newest: str) -> str:
    """Return the values that are not told yet on one line, of many the newest."""
    way = " ".join(plain(values).split())
    if len(way) <= LONGEST_DIGEST_LINE:
        return way
    if len(newest) > LONGEST_DIGEST_LINE:
        return one_line(plain(newest), LONGEST_DIGEST_LINE)
    return f"… {way[-LONGEST_DIGEST_LINE:].partition(' ')[2]}"


def _why(one: Told, phrases: Phrases, when: When, now: float, *, alone: bool = False) -> str:
    """Return what the rule asks, and how long it has been so, or was; `alone` below a line that names it."""
    alert, rule, so = one.alert, one.rule, "_so" if alone else ""
    if rule.id == BROKER.id:
        return _why_broker(one, phrases, when)
    name, condition = rule_name(rule, phrases), _asked(one, phrases)
    known = bool(_limit(one, phrases)) or tells(rule.name, rule, phrases) or _shows(one)
    if alone:
        at_once = _asked(replace(one, rule=replace(rule, hold=0.0)), phrases)
        condition = phrases.phrase("common.alert_so") if known else at_once
    if Step.FLAPPING in alert.untold:
        return phrases.phrase(f"common.alert_flapping{so}", rule=name, condition=condition)
    if one.passed:
        lasted = alert.since - alert.fired
        how_long = phrases.phrase("common.less_than_a_second") if lasted < 1 else duration(lasted)
        return phrases.phrase(f"common.alert_passed{so}", rule=name, condition=condition, duration=how_long)
    if one.over:
        over = _over_after(alert, phrases)
        return over if alone else phrases.phrase("common.alert_over", rule=name, over=over)
    if _unheard(alert):
        heard = duration(now - alert.seen)
        return phrases.phrase(f"common.alert_unheard{so}", rule=name, condition=condition, duration=heard)
    if _lasts(alert, now):
        lasts = duration(now - alert.fired)
        return phrases.phrase(f"common.alert_still{so}", rule=name, condition=condition, duration=lasts)
    if alert.state is AlertState.NO_DATA:
        silent = duration(now - alert.seen)
        key = "common.alert_no_value" if alert.blind else "common.alert_no_data"
        return phrases.phrase(f"{key}{so}", rule=name, duration=silent, time=when(alert.seen))
    if not alone:
        return _ruled("alert_fired", one, phrases)
    if not known:
        return _asked(one, phrases)
    return phrases.phrase("common.rule_hold", duration=duration(rule.hold)) if rule.hold else ""


def _asked(one: Told, phrases: Phrases) -> str:
    """Return what a rule asks: of many conditions of which one is enough all, since any may be the one."""
    if one.rule.either and one.rule.others:
        return conditions_text(one.rule, phrases, _subject(one, phrases))
    return condition_text(one.rule, phrases)


def _ruled(key: str, one: Told, phrases: Phrases) -> str:
    """Return a rule's name with what it asks for, as far as the name does not tell that already."""
    rule = one.rule
    name, asked = rule_name(rule, phrases), _asked(one, phrases)
    if tells(name, rule, phrases):
        asked = phrases.phrase("common.rule_hold", duration=duration(rule.hold)) if rule.hold else ""
    return phrases.phrase(f"common.{key}" if asked else "common.alert_named", rule=name, condition=asked)


def _why_broker(one: Told, phrases: Phrases, when: When) -> str:
    if one.over:
        return phrases.phrase(
            "common.alert_broker_back", duration=duration(one.alert.since - one.alert.fired + BROKER.hold)
        )
    return phrases.phrase("common.alert_broker_away", time=when(one.alert.fired - BROKER.hold))


def _over_after(alert: Alert, phrases: Phrases) -> str:
    """Return how long it lasted, the worst value if one was worse than the last, and why it ended."""
    lasted = duration(alert.since - alert.fired)
    if alert.peak and number(alert.peak) is not None:
        peak = phrases.amount(one_line(plain(alert.peak), LONGEST_DIGEST_LINE))
        over = phrases.phrase("common.alert_lasted_peak", duration=lasted, peak=peak)
    else:
        over = phrases.phrase("common.alert_lasted", duration=lasted)
    if not alert.reason:
        return over
    return phrases.phrase(
        "common.alert_ended", over=over, why=phrases.phrase(f"common.alert_why_{alert.reason}")
    )


def attended_text(
    group: Iterable[Told], who: str, key: str, phrases: Phrases, *, until: Said | None = None, note: str = ""
) -> str:
    """Return what the other contacts read when somebody acknowledged, snoozed or muted alerts."""
    every = list(group)
    named = [f"{_subject(one, phrases)} (#{one.alert.number})" for one in every[:MOST_SUBJECTS]]
    if len(every) > MOST_SUBJECTS:
        named.append(phrases.phrase("common.alert_more", count=len(every) - MOST_SUBJECTS))
    subjects = ", ".join(named)
    text = phrases.phrase(
        f"common.{key}_until" if until else f"common.{key}",
        who=short(plain(who), LONGEST_NAME),
        what=subjects,
        until=until,
    )
    return inert(f"{text}: {one_line(plain(note), LONGEST_NAME)}" if note else text)
