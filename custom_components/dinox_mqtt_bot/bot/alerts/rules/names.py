"""What alert rules are called."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from ...model.rules import AlertRule
from ...model.topics import fold
from ...ports import Phrases
from ...text.foreign import cut, plain
from ..rule_texts import condition_text, is_whole
from .clauses import LONGEST_NAME

QUOTES = "\"'"
_ROOM = 8
"""Characters left for what tells a name from others."""


def name_rule(
    rule: AlertRule, rules: Iterable[AlertRule], topic: str, phrases: Phrases | None = None
) -> AlertRule:
    """Return the rule with a name of its own; ` 2` if it is taken.

    Without one it is what it asks for: `topic` (its name), field and, where there are phrases, condition;
    then it is ` (2)`: `> 15 2` would be another limit.
    """
    field = "" if is_whole(rule.field, topic) else rule.field.strip(QUOTES)
    wanted = rule.name or " ".join(f"{plain(topic)} {field}".split())
    if phrases is not None and not rule.name:
        wanted = f"{wanted} {condition_text(replace(rule, hold=0.0), phrases, str)}"
    wanted = cut(wanted, LONGEST_NAME - _ROOM)
    if wanted.removeprefix("#").isdigit():
        wanted = f"{wanted} {rule.condition.operator}"
    taken = {fold(each.name) for each in rules if not rule.id or each.id != rule.id}
    more = "{} ({})" if phrases is not None and not rule.name else "{} {}"
    names = (wanted if nth == 1 else more.format(wanted, nth) for nth in count(1))
    return replace(rule, name=next(name for name in names if fold(name) not in taken))
