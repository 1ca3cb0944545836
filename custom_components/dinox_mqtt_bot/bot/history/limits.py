"""What alert rules make of the numbers in a chart: where they fire, and when they did."""

from collections.abc import Iterable

from ..model.charts import Limit
from ..model.history import Span
from ..model.rules import AlertRule, Operator
from ..model.topics import matches
from ..payload.paths import parse_path, write_path
from ..ports import AlertBook
from ..text.numbers import number, number_text, with_unit
from ..text.units import convert

MOST_LIMITS = 4
_LEVELS = frozenset(
    {Operator.ABOVE, Operator.BELOW, Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN, Operator.OUTSIDE}
)


def limits(rules: Iterable[AlertRule], topic: str, field: str, unit: str) -> tuple[Limit, ...]:
    """Return the values at which rules about these numbers fire."""
    found: dict[float, Limit] = {}
    for rule in rules:
        if not rule.enabled or rule.condition.operator not in _LEVELS or not _about(rule, topic, field):
            continue
        for value in rule.condition.values:
            amount = number(value)
            if amount is not None:
                level = convert(*amount, unit)
                found.setdefault(level, Limit(level, _label(rule, level, unit)))
    return tuple(found.values())[:MOST_LIMITS]


def _label(rule: AlertRule, level: float, unit: str) -> str:
    operator = rule.condition.operator
    sign = "" if operator in {Operator.BETWEEN, Operator.OUTSIDE} else f"{operator} "
    return f"{sign}{with_unit(number_text(level), unit)}"


def _about(rule: AlertRule, topic: str, field: str) -> bool:
    return matches(rule.filter, topic) and write_path(parse_path(rule.field)) == field


async def bands(
    book: AlertBook, rules: Iterable[AlertRule], topic: str, field: str, span: Span
) -> tuple[Span, ...]:
    """Return when an alert about these numbers was active, within a span."""
    ours = {rule.id for rule in rules if _about(rule, topic, field)}
    periods = await book.periods(topic, span) if ours else []
    return tuple(
        Span(max(each.since, span.since), min(each.until, span.until))
        for each in periods
        if each.rule in ours
    )
