"""Alert rules in plain words."""

from collections.abc import Callable, Iterable
from dataclasses import replace
import re

from ..model.rules import CHART, AlertRule, Clause, Condition, Operator, Priority
from ..ports import Phrases
from ..text.durations import duration
from ..text.numbers import number, with_unit
from ..text.weekly import DAYS, read_weekly

_COMMA = re.compile(r"\A(-?\d+),(?=\d+(?:[^\d.,]|\Z))")

_TELL = {
    Priority.SILENT: "rule_tell_silent",
    Priority.NORMAL: "rule_tell_normal",
    Priority.ALERT: "rule_tell_alert",
    Priority.CRITICAL: "rule_tell_critical",
}
_WHEN = {
    Operator.ABOVE: "rule_above",
    Operator.BELOW: "rule_below",
    Operator.AT_LEAST: "rule_at_least",
    Operator.AT_MOST: "rule_at_most",
    Operator.EQUAL: "rule_equal",
    Operator.UNEQUAL: "rule_unequal",
    Operator.CONTAINS: "rule_contains",
    Operator.MATCHES: "rule_matches",
    Operator.BETWEEN: "rule_between",
    Operator.OUTSIDE: "rule_outside",
    Operator.CHANGES: "rule_changes",
    Operator.STALE: "rule_stale",
    Operator.RISES: "rule_rises",
    Operator.FALLS: "rule_falls",
    Operator.HAPPENS: "rule_happens",
}
_SIGNS = {
    Operator.ABOVE: ">",
    Operator.BELOW: "<",
    Operator.AT_LEAST: "≥",
    Operator.AT_MOST: "≤",
    Operator.EQUAL: "=",
    Operator.UNEQUAL: "≠",
}
_BRIEF = {
    Operator.CONTAINS: "rule_brief_contains",
    Operator.MATCHES: "rule_brief_matches",
    Operator.BETWEEN: "rule_brief_between",
    Operator.OUTSIDE: "rule_brief_outside",
    Operator.CHANGES: "rule_brief_changes",
    Operator.STALE: "rule_brief_stale",
    Operator.RISES: "rule_brief_rises",
    Operator.FALLS: "rule_brief_falls",
    Operator.HAPPENS: "rule_brief_happens",
}
_RANGES = frozenset({Operator.BETWEEN, Operator.OUTSIDE})


def sentence(rule: AlertRule, phrases: Phrases, name: str) -> str:
    """Return all that a rule does as one sentence; `name` is what its topic is called."""
    parts = [phrases.phrase(f"common.{_TELL[rule.priority]}", when=_when(rule, phrases, name))]
    if rule.condition.clear:
        key = "common.rule_over_by" if rule.condition.operator in _RANGES else "common.rule_over"
        parts.append(phrases.phrase(key, value=_written(phrases)(limit_text(rule.condition.clear))))
    if rule.condition.missing_clears:
        parts.append(phrases.phrase("common.rule_missing_clears", field=rule.field))
    happens = rule.condition.operator is Operator.HAPPENS
    if rule.repeat:
        key = "rule_not_oftener" if happens else "rule_again"
        parts.append(phrases.phrase(f"common.{key}", duration=duration(rule.repeat)))
    elif happens:
        parts.append(phrases.phrase("common.rule_each_time"))
    if rule.only:
        parts.append(phrases.phrase("common.rule_only", times=weekly_text(rule.only, phrases)))
    if rule.then:
        parts.append(phrases.phrase("common.rule_then", deed=rule.then))
    if rule.afterwards:
        parts.append(phrases.phrase("common.rule_afterwards", deed=rule.afterwards))
    if rule.picture:
        key = "rule_shows_chart" if rule.picture == CHART else "rule_shows"
        parts.append(phrases.phrase(f"common.{key}", picture=rule.picture))
    if rule.after:
        parts.append(phrases.phrase("common.rule_not_while", rule=rule.after))
    if rule.text:
        parts.append(phrases.phrase("common.rule_says", text=rule.text))
    if rule.once:
        parts.append(phrases.phrase("common.rule_once"))
    if not rule.enabled:
        parts.append(phrases.phrase("common.rule_off"))
    return f"{'; '.join(parts)}."


def condition_text(rule: AlertRule, phrases: Phrases, write: Callable[[str], str] | None = None) -> str:
    """Return what a rule asks in few words: `> 30 °C for 5 min`, its limits as `write` has them."""
    condition, write = rule.condition, write or _written(phrases)
    if condition.operator in _SIGNS:
        brief = " ".join(
            [_SIGNS[condition.operator], *(write(limit_text(each)) for each in condition.values)]
        )
    else:
        key = _special(condition, "rule_brief_stale_auto", "rule_brief_happens_so")
        brief = _filled(key or _BRIEF[condition.operator], condition, phrases, write)
    if not rule.hold:
        return brief
    return phrases.phrase("common.rule_brief_hold", condition=brief, duration=duration(rule.hold))


def weekly_text(text: str, phrases: Phrases) -> str:
    """Return times of the week in the words of a language: `Monday–Friday, 22:00–06:00`."""
    weekly = read_weekly(text)
    if weekly is None:
        return text
    hours = text.rpartition(" ")[2].replace("-", "–") if weekly.begin != weekly.end else ""
    days = sorted(weekly.days)
    named = [phrases.phrase(f"common.weekday_{day}") for day in days]
    if len(days) == DAYS:
        named = []
    elif len(days) > 2 and days == [*range(days[0], days[-1] + 1)]:
        named = [f"{named[0]}–{named[-1]}"]
    return ", ".join(filter(None, (*named, hours)))


def tells(name: str, rule: AlertRule, phrases: Phrases) -> bool:
    """Say whether a name has in it what a rule asks for, however its numbers are written."""
    asked, said = replace(rule, hold=0.0), _as_typed(name)
    texts = (condition_text(asked, phrases, write) for write in (None, str))
    return any(re.search(rf"{re.escape(_as_typed(each))}(?!\.?\d)", said) for each in texts)


def _as_typed(text: str) -> str:
    return text.replace("−", "-").replace(",", ".")


def with_units(condition: Condition, unit: str) -> Condition:
    """Return a condition that compares, with a unit behind each limit that is a number without one."""
    if condition.operator not in _SIGNS:
        return condition
    limits = (with_unit(each, unit) if _is_bare(each) else each for each in condition.values)
    return replace(condition, values=tuple(limits))


def _is_bare(limit: str) -> bool:
    read = number(limit)
    return read is not None and not read[1]


def is_whole(field: str, name: str) -> bool:
    """Say whether a field is what its topic is there for, so that both have one name."""
    return field.strip("\"'").casefold() == name.casefold()


def limit_text(text: str) -> str:
    """Return a limit with the minus that values have, whatever it was typed with."""
    text = " ".join(text.split())
    return text.replace("−", "-", 1) if text.startswith("−") and number(text) else text


def _written(phrases: Phrases) -> Callable[[str], str]:
    """Return what writes a limit as the language does, whichever decimal mark it was typed with."""
    return lambda text: phrases.amount(_COMMA.sub(r"\1.", text) if number(text) else text)


def _when(rule: AlertRule, phrases: Phrases, name: str) -> str:
    what = name
    if rule.field and not is_whole(rule.field, name):
        what = phrases.phrase("common.rule_field", field=rule.field, name=name)
    hold = phrases.phrase("common.rule_hold", duration=duration(rule.hold)) if rule.hold else ""
    key = _special(rule.condition, "rule_stale_auto", "rule_happens_so") or _WHEN[rule.condition.operator]
    how = {"name": what, "hold": "" if rule.others else hold}
    told = " ".join(_filled(key, rule.condition, phrases, _written(phrases), **how).split())
    others = (clause_text(other, rule, phrases, name) for other in rule.others)
    return _lasting(rule, phrases, _joined(rule, phrases, told, others)) if rule.others else told


def _joined(rule: AlertRule, phrases: Phrases, first: str, others: Iterable[str]) -> str:
    joint = "common.rule_or" if rule.either else "common.rule_and"
    for other in others:
        first = phrases.phrase(joint, before=first, behind=other)
    return first


def _lasting(rule: AlertRule, phrases: Phrases, conditions: str) -> str:
    """Return the conditions of a rule with how long it has to be so: all together, or one or another."""
    if not rule.hold:
        return conditions
    lasts = duration(rule.hold)
    if not rule.others:
        return phrases.phrase("common.rule_brief_hold", condition=conditions, duration=lasts)
    key = "common.rule_hold_any" if rule.either else "common.rule_hold_all"
    return phrases.phrase(key, conditions=conditions, duration=lasts)


def conditions_text(rule: AlertRule, phrases: Phrases, name: str) -> str:
    """Return all conditions of a rule in few words; `name` is what its topic is called."""

    def brief(condition: Condition, field: str, called: str) -> str:
        asked = condition_text(AlertRule("", condition), phrases)
        return " ".join(filter(None, (called, "" if is_whole(field, called) else field, asked)))

    others = [brief(each.condition, each.field, each.name or each.filter or name) for each in rule.others]
    return _lasting(rule, phrases, _joined(rule, phrases, brief(rule.condition, rule.field, name), others))


def clause_text(clause: Clause, rule: AlertRule, phrases: Phrases, name: str) -> str:
    """Return a further condition of a rule; `name` is what the topic of the rule is called."""
    topic = clause.filter or rule.filter
    other = AlertRule(topic, clause.condition, clause.field)
    return _when(other, phrases, clause.name or clause.filter or name)


def _special(condition: Condition, learned: str, so: str) -> str:
    """Return the key of a silence that is learned, or of one value that happens; empty for all others."""
    if condition.operator is Operator.STALE and not condition.seconds:
        return learned
    return so if condition.operator is Operator.HAPPENS and condition.values else ""


def _filled(
    key: str, condition: Condition, phrases: Phrases, write: Callable[[str], str], **more: str
) -> str:
    limits = [*(write(limit_text(each)) for each in condition.values), "", ""]
    return phrases.phrase(
        f"common.{key}", limit=limits[0], upper=limits[1], duration=duration(condition.seconds), **more
    )
