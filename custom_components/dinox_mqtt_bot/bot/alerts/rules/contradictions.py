"""What an alert rule asks for that cannot work with its condition: refused before the rule is kept."""

from dataclasses import dataclass, replace
from itertools import permutations
import re

from ...model.replies import BotError
from ...model.rules import AlertRule, Clause, Condition, Operator, Value
from ...model.speech import ConditionWord
from ...text.durations import write_duration
from ...text.numbers import number
from ...text.units import comparable, convert
from ..judge import Judge
from .clauses import SYMBOL
from .vocabulary import AND, PHRASES

_UPWARD = frozenset({Operator.ABOVE, Operator.AT_LEAST})
_LEVELS = _UPWARD | {Operator.BELOW, Operator.AT_MOST}
_MOVING = frozenset({Operator.RISES, Operator.FALLS})
_RANGES = frozenset({Operator.BETWEEN, Operator.OUTSIDE})
_NEVER = {
    "rule_limit_missing": "value",
    "rule_limit_no_number": "value",
    "rule_limit_units": "value",
    "rule_window_missing": "seconds",
}
"""What `Judge.problem` says of conditions that can never be met, and the part of them that it is about."""
MOST_OTHERS = 4
"""Further conditions of one rule."""
_ALONE = frozenset({Operator.CHANGES, Operator.HAPPENS, Operator.STALE})
PLACEHOLDERS = frozenset({"name", "area", "value", "limit", "duration", "rule", "topic"})
"""What may stand in braces in the text of a rule."""
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What is wrong (a key of texts) with which part of a rule: a field of it, or of its condition.

    `rest` is what is to stand behind the condition in its place, `condition` the further one it is about.
    """

    key: str
    part: str
    rest: str = ""
    condition: Condition | None = None

    def error(self, rule: AlertRule) -> BotError:
        """Return what whoever typed the rule is told."""
        condition = self.condition or rule.condition
        limit = condition.values[0] if condition.values else ""
        operator = ConditionWord(condition.operator.name.lower(), condition.operator.value)
        instead = replace(operator, rest=self.rest)
        return BotError(self.key, operator=operator, limit=limit, clear=condition.clear, instead=instead)


def contradiction(rule: AlertRule) -> Contradiction | None:
    """Return the first part of a rule that can never be met, would be read back and ignored, or never end."""
    condition = rule.condition
    if hopeless := _hopeless(condition):
        return hopeless
    if set(_PLACEHOLDER.findall(rule.text)) - PLACEHOLDERS:
        return Contradiction("rule_text_placeholder", "text")
    if (wrong := _of_the_others(rule)) is not None:
        return wrong
    if condition.operator.momentary:
        return _of_a_moment(rule)
    if condition.operator is Operator.STALE:
        return _of_silence(rule)
    if condition.missing_clears and not rule.field:
        return Contradiction("rule_missing_field", "missing_clears")
    return _of_the_end(condition) if condition.clear else None


def _of_the_others(rule: AlertRule) -> Contradiction | None:
    """Return what is wrong with the further conditions of a rule, or with the way that they are joined."""
    if len(rule.others) > MOST_OTHERS:
        return Contradiction("rule_many_conditions", "others")
    for each in rule.others:
        if not each.condition.operator.level:
            return Contradiction("rule_clause_level", "others")
        if (wrong := _hopeless(each.condition)) is not None:
            return replace(wrong, part="others", condition=each.condition)
    if not rule.either and (other := _never_with_another(rule)) is not None:
        return Contradiction("rule_never_both", "others", condition=other)
    if rule.others and rule.either and rule.condition.operator in _ALONE:
        return Contradiction("rule_either_level", "others")
    return None


def _never_with_another(rule: AlertRule) -> Condition | None:
    """Return a condition that another one on the same value rules out: `> 5 and < 3`, `open and closed`."""
    first = Clause(rule.condition, field=rule.field)
    for one, other in permutations((first, *rule.others), 2):
        same = one.filter == other.filter and one.field.casefold() == other.field.casefold()
        if same and not one.condition.clear and _rules_out(one.condition, other.condition):
            return other.condition
    return None


def _rules_out(one: Condition, other: Condition) -> bool:
    opposite = {one.operator, other.operator} <= _LEVELS and (one.operator in _UPWARD) is not (
        other.operator in _UPWARD
    )
    if other.clear or not (opposite or one.operator is Operator.EQUAL):
        return False
    limit = one.values[0]
    value = Value(limit, *(number(limit) or (None, "")))
    return Judge(other).holds(value, None, (), 0.0) is False


def _hopeless(condition: Condition) -> Contradiction | None:
    """Return why a condition can never be met."""
    if any(_goes_on(value) for value in condition.values):
        return Contradiction("rule_two_conditions", "value")
    problem = Judge(condition).problem()
    return Contradiction(problem, _NEVER[problem]) if problem in _NEVER else None


def _goes_on(value: str) -> bool:
    """Say whether a value has another condition behind an `and`: a rule watches one thing."""
    found = AND.search(value)
    if found is None:
        return False
    before, behind = value[: found.start()], value[found.end() :].casefold()
    compared = SYMBOL.search(behind) is not None or any((word,) in PHRASES for word in behind.split())
    return compared or (number(before) is not None and number(behind) is None)


def _of_a_moment(rule: AlertRule) -> Contradiction | None:
    """Return what cannot be of something that is over as soon as it is so."""
    if rule.hold:
        return Contradiction("rule_for_moment", "hold")
    if rule.repeat and rule.condition.operator is Operator.CHANGES:
        return Contradiction("rule_every_changes", "repeat")
    if rule.escalate_after:
        return Contradiction("rule_escalates_moment", "escalate_after")
    return _needless_end(rule.condition)


def _of_silence(rule: AlertRule) -> Contradiction | None:
    if rule.hold:
        seconds = rule.condition.seconds
        instead = write_duration(seconds + rule.hold) if seconds else "auto"
        return Contradiction("rule_for_stale", "hold", instead)
    return _needless_end(rule.condition)


def _needless_end(condition: Condition) -> Contradiction | None:
    if condition.clear:
        return Contradiction("rule_clear_needless", "clear")
    return Contradiction("rule_missing_needless", "missing_clears") if condition.missing_clears else None


def _of_the_end(condition: Condition) -> Contradiction | None:
    """Return what is wrong with the value at which it is over."""
    operator, end = condition.operator, number(condition.clear)
    if operator in _MOVING:
        return Contradiction("rule_clear_moving", "clear")
    if operator in _RANGES:
        return None
    if operator in _LEVELS:
        limit = number(condition.values[0])
        if limit is None or end is None:
            return None  # no number where one is needed: `Judge.problem`
        if end[1] and not (limit[1] and comparable(end[1], limit[1])):
            return None  # which of them is the higher one depends on what comes in
        level = convert(*end, limit[1])
        beyond = level > limit[0] if operator in _UPWARD else level < limit[0]
        return Contradiction("rule_clear_beyond", "clear") if beyond else None
    value = Value(condition.clear.strip(), *(end or (None, "")))
    if not Judge(condition).holds(value, None, (), 0.0):
        return None
    return Contradiction("rule_clear_never" if operator is Operator.UNEQUAL else "rule_clear_fires", "clear")
