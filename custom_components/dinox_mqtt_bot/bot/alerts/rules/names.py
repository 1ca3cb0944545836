"""What alert rules are called, and which one is meant."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count, islice

from ...model.rules import AlertRule
from ...model.subscriptions import fold
from ...text.plain import cut, plain
from ...text.words import MAX_ALIAS_WORDS, words
from .clauses import LONGEST_NAME

_ROOM = 8
"""Characters left for what tells a name from others."""


def named(rule: AlertRule, rules: Iterable[AlertRule], topic: str) -> AlertRule:
    """Return the rule with a name that no other rule has; made up of topic and field if it has none.

    `topic` is what its topic is called. A second rule of the same name gets ` 2`.
    """
    wanted = rule.name or " ".join(f"{plain(topic)} {rule.field}".split())
    wanted = cut(wanted, LONGEST_NAME - _ROOM)
    if wanted.removeprefix("#").isdigit():
        wanted = f"{wanted} {rule.condition.operator}"
    taken = {fold(each.name) for each in rules if not rule.id or each.id != rule.id}
    names = (wanted if nth == 1 else f"{wanted} {nth}" for nth in count(1))
    return replace(rule, name=next(name for name in names if fold(name) not in taken))


def addressed(text: str, rules: Iterable[AlertRule]) -> tuple[AlertRule, str] | None:
    """Return the rule whose number or name a text begins with, the longest name there is, and what follows it."""
    every = list(rules)
    handles = {str(rule.number): rule for rule in every} | {fold(rule.name): rule for rule in every}
    spoken = list(islice(words(text), MAX_ALIAS_WORDS))
    for length in range(len(spoken), 0, -1):
        handle = fold(" ".join(word.text for word in spoken[:length])).removeprefix("#")
        if handle in handles:
            return handles[handle], text[spoken[length - 1].end :].strip()
    return None
