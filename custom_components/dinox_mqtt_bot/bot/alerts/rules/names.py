"""What alert rules are called."""

from collections.abc import Container, Iterable
from dataclasses import replace
from itertools import count

from ...model.rules import AlertRule
from ...ports import Phrases
from ...reading.topic_lookup import Lookups, newest_readings
from ...text.foreign import cut, plain
from ...text.tongue import fold
from ..rule_texts import condition_text, conditions_text, is_whole, with_units
from ..watches import Watch
from .clauses import LONGEST_RULE_NAME

QUOTES = "\"'"
_ROOM = 8
"""Characters left for what tells a name from others."""


async def unit_of(lookups: Lookups, rule: AlertRule) -> str:
    """Return the unit of what a rule judges, if the newest values have one in common."""
    watch = Watch.of(rule)
    values = (watch.value(reading) for reading in await newest_readings(lookups, rule.filter))
    units = {value.unit for value in values if value is not None and value.number is not None}
    return units.pop() if len(units) == 1 else ""


def twin_of(rule: AlertRule, rules: Iterable[AlertRule]) -> AlertRule | None:
    """Return the rule that is the same as a new one that has no name of its own, if there is one."""
    return next((each for each in rules if replace(each, id="", number=0, name="") == rule), None)


def name_rule(
    rule: AlertRule, rules: Iterable[AlertRule], topic: str, phrases: Phrases | None = None, unit: str = ""
) -> AlertRule:
    """Return the rule with a name of its own; ` 2` if it is taken.

    Without one it is what it asks for: `topic` (its name), field and, where there are phrases, condition, its
    limits in a `unit`; then it is ` (2)`: `> 15 2` would be another limit.
    """
    taken = {fold(each.name) for each in rules if not rule.id or each.id != rule.id}
    return name_apart(rule, taken, topic, phrases, unit)


def name_apart(
    rule: AlertRule, taken: Container[str], topic: str, phrases: Phrases | None = None, unit: str = ""
) -> AlertRule:
    """Return the rule with a name as `name_rule` does, given the folded names that are `taken`."""
    field = "" if is_whole(rule.field, topic) else rule.field.strip(QUOTES)
    wanted = rule.name or " ".join(f"{plain(topic)} {field}".split())
    if phrases is not None and not rule.name:
        asked = replace(rule, hold=0.0, condition=with_units(rule.condition, unit))
        wanted = (
            conditions_text(asked, phrases, plain(topic))
            if rule.others
            else f"{wanted} {condition_text(asked, phrases)}"
        )
    wanted = cut(wanted, LONGEST_RULE_NAME - _ROOM)
    if wanted.removeprefix("#").isdigit():
        wanted = f"{wanted} {rule.condition.operator}"
    more = "{} ({})" if phrases is not None and not rule.name else "{} {}"
    names = (wanted if nth == 1 else more.format(wanted, nth) for nth in count(1))
    return replace(rule, name=next(name for name in names if fold(name) not in taken))
