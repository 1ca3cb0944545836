"""What alert rules make of the numbers in a chart: where they fire, and when they did."""

from collections.abc import Iterable

from ..model.charts import Limit
from ..model.history import Span
from ..model.rules import AlertRule, Operator
from ..model.topics import matches
from ..payload.paths import parse_path, write_path
from ..ports import AlertBook
from ..text.numbers import number
from ..text.units import comparable, convert

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
        amounts = [read for value in rule.condition.values if (read := number(value)) is not None]
        for amount, given in amounts:
            own = given or amounts[-1][1]  # `between 5 and 10 °C`
            if comparable(own, unit):
                level = convert(amount, own, unit)
                found.setdefault(level, Limit(level, _sign(rule, own, unit)))
    return tuple(found.values())[:MOST_LIMITS]


def _sign(rule: AlertRule, own: str, unit: str) -> str:
    operator = rule.condition.operator
    inverse = convert(2.0, own, unit) < convert(1.0, own, unit)  # more km/kWh are fewer Wh/km
    return "" if inverse or operator in {Operator.BETWEEN, Operator.OUTSIDE} else str(operator)


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
