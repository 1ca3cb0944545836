"""What the words of a rule mean among the fields that came in: a field, a value as shown or as written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ...model.message import Reading
from ...model.replies import Text
from ...model.rules import AlertRule, Operator, Value
from ...payload.paths import lookup, parse_path, write_path
from ...reading.lookups import Lookups, newest_readings
from ...text.numbers import with_unit
from ...text.states import is_state_word, may_become, same_state, side_of
from ...text.words import words
from ..judge import NUMERIC
from ..watches import Watch
from .becoming import Possible, is_possible, no_such_state

NOTES = frozenset({"rule_as_shown", "rule_as_written", "rule_as_side"})
"""Texts that only tell what a rule judges."""

_EQUALITY = frozenset({Operator.EQUAL, Operator.UNEQUAL})
_SIDES = frozenset({"on", "off"})
_MOST_WORDS = 8


async def with_its_field(lookups: Lookups, rule: AlertRule) -> AlertRule:
    """Return a rule with its field where the value begins with the name of one: `state offline`."""
    condition = rule.condition
    begun = list(words(condition.values[0])) if len(condition.values) == 1 else []
    if rule.field or condition.operator is not Operator.EQUAL or not 2 <= len(begun) <= _MOST_WORDS:
        return rule
    readings = await newest_readings(lookups, rule.filter)
    watch = Watch.of(rule)
    if any((value := watch.value(each)) and watch.judge.holds(value, None, (), 0.0) for each in readings):
        return rule
    text = condition.values[0]
    for last in reversed(begun[:-1]):
        path = parse_path(text[: last.end])
        if any(lookup(each, path) is not None for each in readings):
            values = (text[last.end :].strip().strip("\"'"),)
            return replace(rule, field=write_path(path), condition=replace(condition, values=values))
    return rule


def strange_words(rule: AlertRule, values: Sequence[Value], possible: Possible) -> Iterator[Text]:
    """Yield words that are never shown of what the rule watches: `wet` of a door, `open` of a mere `on`.

    `possible` are all that can be shown of it, as far as that is known.
    """
    if rule.condition.operator is not Operator.EQUAL or not all(value.exact for value in values):
        return
    for word in rule.condition.values:
        if side_of(word) and any(value.word in _SIDES for value in values):
            continue
        shown = {each for value in values for each in (value.text, value.exact, value.word) if each}
        state = is_state_word(word)
        if (state and not any(may_become(each, word) for each in shown)) or (
            possible and not state and not is_possible(word, possible)
        ):
            yield no_such_state(word, values, possible)


def only_words(values: Iterable[Value]) -> bool:
    """Say whether values are words for a state, of what never is a number."""
    return all(value.exact or side_of(value.text) for value in values)


def notes_of(rule: AlertRule, readings: Sequence[Reading]) -> Iterator[Text]:
    """Yield which of both is judged, where a device writes a value in another way than the chat shows it."""
    watch = Watch.of(rule)
    values = [value for each in reversed(readings) if (value := watch.value(each)) is not None]
    notes = (_note(rule, value) for value in values) if rule.field else ()
    yield from islice(filter(None, notes), 1)
    for limit in rule.condition.values if values and values[0].word in _SIDES else ():
        side = side_of(limit)
        if rule.condition.operator in _EQUALITY and side and not same_state(limit, side):
            yield Text("rule_as_side", {"limit": limit, "state": side})


def _note(rule: AlertRule, value: Value) -> Text | None:
    if not value.raw:
        return None
    key = "rule_as_written" if _is_written(rule, value) else "rule_as_shown"
    shown = value.text if value.exact else with_unit(value.text, value.unit)
    return Text(key, {"field": rule.field, "shown": shown, "raw": value.raw})


def _is_written(rule: AlertRule, value: Value) -> bool:
    """Say whether a rule compares with words of the device, such as `true`, and not with shown ones."""
    limits = rule.condition.values
    if rule.condition.operator in NUMERIC or not value.exact:
        return bool(value.exact)
    return bool(limits) and not any(map(is_state_word, limits))
