"""Tells of rules that have no room for all their topics."""

from collections.abc import Iterable
import json

from ..delivery.outgoing import Outgoing
from ..model.notice import Notice
from ..model.rules import AlertRule, Priority, RuleSet
from ..ports import Ports
from ..rendering.readings import LONGEST_NAME
from ..text.foreign import inert, short
from .texts import rule_name

KEY = "rules_overfull"


class OverfullRules:
    """Tells of each rule once until it is changed, also over restarts. `seen` counts what had no room."""

    def __init__(self, ports: Ports, outgoing: Outgoing) -> None:
        self._ports = ports
        self._outgoing = outgoing
        self._told: set[str] = set(json.loads(ports.memory.get(KEY) or "[]"))
        self._rules = RuleSet()
        self.seen = 0

    def apply(self, rules: RuleSet) -> None:
        """Take over other rules: one that was changed may be told of again."""
        left = set(rules.alerts)
        changed = {rule.id for rule in self._rules.alerts if rule not in left}
        self._rules = rules
        if self._told & changed:
            self._write(self._told - changed)

    def say(self, seen: int, rules: Iterable[AlertRule], now: float) -> None:
        """Tell of those that nobody was told of yet."""
        self.seen = seen
        news = [rule for rule in rules if rule.id not in self._told]
        for rule in news:
            name, topics = rule_name(rule, self._ports.phrases), short(rule.filter, LONGEST_NAME)
            text = inert(self._ports.phrases.phrase("common.alert_rule_full", rule=name, filter=topics))
            priority = max(rule.priority, Priority.NORMAL)
            to = [contact.jid for contact in self._rules.contacts if contact.receives]
            self._outgoing.send(Notice(self._ports.clock.new_id(), each, text, now, priority) for each in to)
        if news:
            self._write(self._told | {rule.id for rule in news})

    def _write(self, told: set[str]) -> None:
        self._told = told
        self._ports.memory.set(KEY, json.dumps(sorted(told)))
