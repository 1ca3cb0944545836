"""Rules to look after: new ones, those without room for all their topics, those done once they have told."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence, Set as AbstractSet
from contextlib import suppress
from functools import partial
import json
from typing import Any

from ..delivery.outgoing import Outgoing
from ..model.message import Reading
from ..model.notice import Notice
from ..model.replies import BotError
from ..model.rules import AlertRule, Operator, Priority, RuleSet
from ..model.timers import NEVER
from ..ports import Phrases, Ports, Rules, Spawn
from ..rendering.readings import LONGEST_NAME
from ..text.foreign import inert, short
from .engine import AlertEngine
from .texts import rule_name

KEY = "rules_overfull"
LOOKED_AT = 200
"""Messages that a new rule looks back at, of all its topics."""
_BESIDE = 20
"""Messages of another topic: not each has the field that matters."""

type Newest = Callable[[str, int], Awaitable[Sequence[Reading]]]
"""Return so many of the newest messages of a filter, oldest first. Raises BotError if they cannot be read."""


class NewRules:
    """Has rules that wait for another value, or for another topic, know what was said last when they are new.

    `recall` gets the messages, those of each topic the oldest first.
    """

    def __init__(
        self, spawn: Spawn, newest: Newest, recall: Callable[[AlertRule, Sequence[Reading]], None]
    ) -> None:
        self._spawn = spawn
        self._newest = newest
        self._recall = recall
        self._asked: dict[str, tuple[object, ...]] = {}

    def apply(self, rules: Iterable[AlertRule]) -> None:
        """Take over other rules."""
        waiting = [each for each in rules if each.enabled and _looked_back_at(each)]
        before, self._asked = self._asked, {rule.id: rule.asks for rule in waiting}
        for rule in waiting:
            if before.get(rule.id) != rule.asks:
                self._spawn(partial(self._look_back, rule))

    async def _look_back(self, rule: AlertRule) -> None:
        with suppress(BotError):
            said: list[Reading] = []
            for topic in _looked_back_at(rule):
                said += await self._newest(topic, LOOKED_AT if topic == rule.filter else _BESIDE)
            # It may have been changed or removed meanwhile.
            if self._asked.get(rule.id) == rule.asks:
                self._recall(rule, said)


def _looked_back_at(rule: AlertRule) -> list[str]:
    """Return of what a new rule has to know the last values: what has to differ, and what has to be so too.

    Where one condition is enough, none of them holds before it is heard.
    """
    own = [rule.filter] if rule.condition.operator is Operator.CHANGES else []
    others = [] if rule.either else [each.filter for each in rule.others if each.filter]
    return list(dict.fromkeys((*own, *others)))


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
            priority = max(rule.priority, Priority.NORMAL)
            to = [contact.jid for contact in self._rules.contacts if contact.receives]
            told = self._outgoing.speech.each(to, partial(_full, rule)).items()
            self._outgoing.send(
                Notice(self._ports.clock.new_id(), each, text, now, priority) for each, text in told
            )
        if news:
            self._write(self._told | {rule.id for rule in news})

    def _write(self, told: set[str]) -> None:
        self._told = told
        self._ports.memory.set(KEY, json.dumps(sorted(told)))


def _full(rule: AlertRule, phrases: Phrases) -> str:
    name, topics = rule_name(rule, phrases), short(rule.filter, LONGEST_NAME)
    return inert(phrases.phrase("common.alert_rule_full", rule=name, filter=topics))


class OneShots:
    """Has the rules removed that have told what they were made for.

    That one has fired stands in its alert, which is stored with what tells of it: whoever starts after a kill
    removes the rule, and nothing is told by it again.
    """

    def __init__(
        self, engine: AlertEngine, rules: Rules, spawn: Spawn, held_for: Callable[[], AbstractSet[str]]
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._held_for = held_for
        self._spawn = spawn
        self._going: set[str] = set()

    @property
    def due_at(self) -> float:
        """When the next of them is over without having fired; infinity for never."""
        waiting = (rule for rule in self._every if rule.until and rule.id not in self._going)
        return min((rule.until for rule in waiting if not self._has_fired(rule)), default=NEVER)

    def look(self, now: float) -> None:
        """Have removed what has fired and was told, and what is past its time."""
        every = list(self._every)
        self._going &= {rule.id for rule in every}
        for rule in every:
            over = self._is_told(rule) if self._has_fired(rule) else 0 < rule.until <= now
            if over and rule.id not in self._going:
                self._going.add(rule.id)
                self._spawn(self._removal(rule))

    @property
    def _every(self) -> Iterator[AlertRule]:
        return (rule for rule in self._engine.rules if rule.once)

    def _has_fired(self, rule: AlertRule) -> bool:
        return any(alert.number for alert in self._engine.of(rule.id))

    def _is_told(self, rule: AlertRule) -> bool:
        # Without the rule nobody would know any more for whom its own targets hold something.
        held = not self._held_for().isdisjoint(rule.targets)
        return not held and not any(alert.owes for alert in self._engine.of(rule.id))

    def _removal(self, rule: AlertRule) -> Callable[[], Coroutine[Any, Any, None]]:
        async def remove() -> None:
            # Somebody else may have been faster.
            with suppress(BotError):
                await self._rules.remove_alert(rule)

        return remove
