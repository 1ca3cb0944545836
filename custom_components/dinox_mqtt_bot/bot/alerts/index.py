"""The alerts that a bot knows, found by rule and topic."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain

from ..model.alert import Alert
from ..model.timers import Key
from .lifecycle import idle, last_seen
from .silence import is_inside

MOST_ALERTS = 50_000
"""Topics that one bot remembers something of for its rules, unless a rule has less than its share of them.

A rule that is full forgets what it heard of last the longest ago. Where it needs everything, a topic more is
not watched; a rule with less than its share always has room.
"""

LEAST_ALERTS = 100
"""The share of a rule among very many."""


class AlertIndex:
    """Alerts by rule and topic; which of them are `active`, and which have something to be told (`owing`).

    What is only memory is known by its age: what makes room is what was not heard of for longest.
    """

    def __init__(self) -> None:
        self.active: dict[Key, None] = {}
        self.owing: dict[Key, None] = {}
        self._idle: dict[str, OrderedDict[str, None]] = {}
        self._by_rule: dict[str, dict[str, Alert]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Alert]:
        """Yield all alerts, the newest last; they may be put and dropped meanwhile."""
        found = [alert for alerts in self._by_rule.values() for alert in alerts.values()]
        yield from sorted(found, key=last_seen)

    def heard(self, *, inside: bool) -> Iterator[Alert]:
        """Yield those of what is inside of Home Assistant, or of what needs a broker, as all are."""
        return (alert for alert in self if is_inside(alert.topic) is inside)

    def get(self, key: Key) -> Alert | None:
        return self._by_rule.get(key[0], {}).get(key[1])

    @property
    def all_active(self) -> list[Alert]:
        return [self._by_rule[rule][topic] for rule, topic in self.active]

    @property
    def told(self) -> list[Alert]:
        """The alerts of which somebody knows, also of an incident before."""
        every = chain.from_iterable(alerts.values() for alerts in self._by_rule.values())
        return [alert for alert in every if alert.told_to or alert.ended]

    def of(self, rule_id: str) -> list[Alert]:
        return list(self._by_rule.get(rule_id, {}).values())

    def has_fired(self, rule_id: str) -> bool:
        """Say whether a rule has ever begun an incident of which something is known still."""
        return any(alert.number for alert in self._by_rule.get(rule_id, {}).values())

    def count(self, rule_id: str) -> int:
        """Return how many topics of a rule are known."""
        return len(self._by_rule.get(rule_id, ()))

    def has_share(self, rule_id: str, rules: int) -> bool:
        """Say whether one of so many rules has less than its share, or there is room for all."""
        if self._count < MOST_ALERTS:
            return True
        return self.count(rule_id) < max(MOST_ALERTS // max(1, rules), min(LEAST_ALERTS, MOST_ALERTS))

    def has_room(self, rule_id: str, rules: int) -> bool:
        return self.has_share(rule_id, rules) or self.oldest_idle(rule_id) is not None

    def in_the_way(self, alert: Alert) -> Key | None:
        """Return what is forgotten for an alert: of its rule, for one that is wrong else of any."""
        oldest = self.oldest_idle(alert.rule)
        return self.oldest_idle(self.most_idle()) if oldest is None and not idle(alert) else oldest

    def oldest_idle(self, rule_id: str) -> Key | None:
        """Return what a rule can forget first; None if it needs everything."""
        topics = self._idle.get(rule_id)
        return (rule_id, next(iter(topics))) if topics else None

    def most_idle(self) -> str:
        """Return the rule that has most to forget; empty if none has anything."""
        return max(self._idle, key=lambda rule_id: len(self._idle[rule_id]), default="")

    def touch(self, key: Key) -> None:
        """Note that a topic has spoken, though nothing came of it."""
        topics = self._idle.get(key[0])
        if topics is not None and key[1] in topics:
            topics.move_to_end(key[1])

    def put(self, alert: Alert) -> None:
        key = alert.rule, alert.topic
        alerts = self._by_rule.setdefault(alert.rule, {})
        self._count += alert.topic not in alerts
        alerts[alert.topic] = alert
        for index, belongs in ((self.active, alert.active), (self.owing, alert.owes)):
            if belongs:
                index[key] = None
            else:
                index.pop(key, None)
        if idle(alert):
            topics = self._idle.setdefault(alert.rule, OrderedDict())
            topics[alert.topic] = None
            topics.move_to_end(alert.topic)
        else:
            self._no_longer_idle(key)

    def drop(self, key: Key) -> None:
        alerts = self._by_rule[key[0]]
        del alerts[key[1]]
        if not alerts:
            del self._by_rule[key[0]]
        self._count -= 1
        self.active.pop(key, None)
        self.owing.pop(key, None)
        self._no_longer_idle(key)

    def _no_longer_idle(self, key: Key) -> None:
        topics = self._idle.get(key[0])
        if topics is not None:
            topics.pop(key[1], None)
            if not topics:
                del self._idle[key[0]]
