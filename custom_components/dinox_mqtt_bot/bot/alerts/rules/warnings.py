"""What speaks against an alert rule ever firing, said when it is made."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...model.message import MORE, Kind, Reading
from ...model.replies import Amount, BotError, Text, Typed
from ...model.rules import CHART, AlertRule, Operator, Value
from ...model.topics import is_wild
from ...reading.topic_lookup import Lookups, newest_readings
from ...text.numbers import number, number_text, with_unit
from ...text.units import comparable, convert
from ..judge import Judge
from ..watches import Watch
from .clauses import picture_of
from .contradictions import contradiction
from .subject import NOTES, notes_of, only_words, strange_words

MOST_NAMED = 8
_WHATEVER = frozenset({"rule_other_unit", "rule_without_fields"})
NEVER = _WHATEVER | {"rule_only_numbers", "rule_only_words", "rule_no_such_state", "rule_out_of_reach"}
"""Warnings that leave no way for a rule to fire."""


def refuse_hopeless(rule: AlertRule, before: AlertRule | None = None) -> None:
    """Raise BotError for what cannot work, unless the rule asked for that before."""
    wrong = contradiction(rule)
    if wrong is not None and (before is None or contradiction(before) != wrong):
        raise wrong.error(rule)


async def warnings_of(lookups: Lookups, rule: AlertRule) -> list[Text]:
    """Return why a rule may never fire, and what it judges, as far as the newest messages tell."""
    watch = Watch.of(rule)
    found = [Text(problem)] if (problem := watch.judge.problem()) else []
    if lookups.subscriptions.covering(rule.filter) is None and not lookups.is_told(rule.filter):
        device = lookups.names.device(rule.filter)
        command = Typed("follow", device) if device else Typed("subscribe", rule.filter)
        key = "rule_not_followed" if device else "rule_listens"
        found.append(Text(key, {"filter": rule.filter, "name": device, "command": command}))
    possible = lookups.names.states(rule.filter, rule.field)
    found += _of_the_reach(rule, lookups.names.bounds(rule.filter, rule.field))
    readings = await newest_readings(lookups, rule.filter)
    if not readings:
        return [*found, *strange_words(rule, (), possible), Text("rule_unseen", {"filter": rule.filter})]
    values = [value for reading in readings if (value := watch.value(reading)) is not None]
    if not values:
        fields = _field_names(readings)
        key = "rule_no_field" if rule.field else "rule_nothing_to_judge"
        plain = all(reading.kind in {Kind.TEXT, Kind.NUMBER} for reading in readings)
        # What a device has announced may be a field by its name.
        if rule.field and plain and not is_wild(rule.filter) and not lookups.names.spoken(rule.filter):
            key = "rule_without_fields"
        return [*found, Text(key, {"field": rule.field, "filter": rule.filter, "fields": fields})]
    if rule.condition.operator.numeric and all(value.number is None for value in values):
        last = Amount(with_unit(values[-1].text, values[-1].unit))
        key = "rule_only_words" if only_words(values) else "rule_no_number"
        found.append(Text(key, {"operator": rule.condition.operator.value, "value": last}))
    strange = strange_words(rule, values, possible)
    return [*found, *_of_the_limits(rule, values), *strange, *notes_of(rule, readings)]


def _of_the_limits(rule: AlertRule, values: list[Value]) -> Iterator[Text]:
    """Yield what is wrong with what is compared to: a word where numbers come, or another quantity."""
    limits = [limit for limit in rule.condition.values if limit]
    last = Amount(with_unit(values[-1].text, values[-1].unit))
    equality = rule.condition.operator in {Operator.EQUAL, Operator.UNEQUAL}
    if equality and all(value.number is not None for value in values):
        yield from (
            Text("rule_only_numbers", {"limit": limit, "value": last})
            for limit in limits
            if number(limit) is None
        )
    measured = equality or rule.condition.operator.numeric
    units = {(value.unit, value.gas) for value in values if value.number is not None and measured}
    for unit in dict.fromkeys(read[1] for limit in limits if (read := number(limit)) is not None):
        if units and not any(comparable(unit, other, gas) for other, gas in units):
            yield Text("rule_other_unit", {"unit": unit, "value": last})


def _of_the_reach(rule: AlertRule, bounds: Mapping[str, tuple[float, float]]) -> Iterator[Text]:
    """Yield that no value can meet a condition: `battery > 100`, `dimmer < 0`."""
    condition, judge = rule.condition, Judge(rule.condition)
    limits = [read for limit in condition.values if (read := number(limit)) is not None]
    if not bounds or not limits or judge.windowed or judge.problem():
        return
    for unit, (low, high) in bounds.items():
        if not all(comparable(limit[1], unit) for limit in limits):
            return
        inside = (convert(*limit, unit) for limit in limits)
        reached = (low, high, *(each for each in inside if low <= each <= high))
        if any(judge.holds(Value(number_text(each), each, unit), None, (), 0.0) for each in reached):
            return
    low, high = min(each[0] for each in bounds.values()), max(each[1] for each in bounds.values())
    unit = next(iter(bounds))
    cells = {"low": Amount(number_text(low)), "high": Amount(with_unit(number_text(high), unit))}
    yield Text("rule_out_of_reach", {**cells, "limit": Amount(condition.values[0])})


async def missing_field(lookups: Lookups, rule: AlertRule, found: list[Text]) -> Text | None:
    """Return that a field a rule is about, or one of its conditions, is in no message there is.

    `found` are the warnings of its own one.
    """
    every = list(found)
    for alone in _others(rule):
        every += await warnings_of(lookups, alone)
    return next((each for each in every if each.key == "rule_no_field"), None)


def _others(rule: AlertRule) -> Iterator[AlertRule]:
    """Yield the further conditions of a rule as rules."""
    for other in rule.others:
        yield AlertRule(other.filter or rule.filter, other.condition, other.field)


def pictured(lookups: Lookups, rule: AlertRule, before: AlertRule | None = None) -> AlertRule:
    """Return a rule with its picture as rules have it.

    Raises BotError `rule_picture` for what is none, and `no_picture` for a camera that is not there; one that
    was there before may have gone.
    """
    rule = replace(rule, picture=picture_of(rule.picture))
    known = rule.picture in {"", CHART, before.picture if before else ""}
    if not (known or lookups.ports.pictures.shows(rule.picture)):
        raise BotError("no_picture", picture=rule.picture)
    return rule


async def never_fires(lookups: Lookups, rule: AlertRule, found: list[Text]) -> BotError | None:
    """Return the error for a rule with a condition that is never met, as far as the newest messages tell.

    `found` are the warnings of its own one.
    """
    never = _never_met(rule, found)
    for alone in _others(rule):
        never = never or _never_met(alone, await warnings_of(lookups, alone))
    return never


def _never_met(rule: AlertRule, found: list[Text]) -> BotError | None:
    """Return the error for a rule that waits for a word where only numbers or other words come, or so.

    What another word would not meet is unequal to it; what is of another quantity is not even that, nor is
    a field where there are none.
    """
    waits = rule.condition.operator is Operator.EQUAL or rule.condition.operator.numeric
    never = NEVER if waits else _WHATEVER
    return next((BotError(each.key, **each.placeholders) for each in found if each.key in never), None)


def with_warnings(done: Text, found: list[Text]) -> Text:
    """Return what was done, and after it what speaks against it and what is judged, one a line."""
    facts = {**done.facts, "warnings": [doubt.key for doubt in found if doubt.key not in NOTES]}
    for doubt in sorted(found, key=lambda each: each.key not in NOTES):
        done = Text("rule_note" if doubt.key in NOTES else "rule_doubt", {"done": done, "doubt": doubt})
    return Text(done.key, done.placeholders, facts)


def _field_names(readings: list[Reading]) -> str:
    names = dict.fromkeys(
        field.name
        for reading in reversed(readings)
        for field in reading.fields
        if field.name not in {"", MORE}
    )
    return ", ".join(list(names)[:MOST_NAMED]) or "–"
