"""Alert rules made ready: what each one looks at, found by topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from ..model.alert import Alert, AlertState
from ..model.handles import Handles
from ..model.message import Kind, Reading
from ..model.replies import BotError
from ..model.rules import AlertRule, Condition, Display, Operator, Priority, Subscription, Value
from ..model.timers import NEVER
from ..model.topics import Filters, Subscriptions, is_wild, matches, shared
from ..payload.paths import Path, lookup, only_word, parse_path
from ..text.durations import DAY
from ..text.times import Local
from ..text.weekly import Weekly, read_weekly
from . import lifecycle
from .cadence import longest_silence
from .judge import Judge

BROKER = AlertRule(
    filter="",
    condition=Condition(Operator.STALE, seconds=0.0),
    id="broker",
    hold=120.0,
    priority=Priority.ALERT,
)
"""The rule that is always there: the broker itself is away for two minutes."""

FORGOTTEN = 28 * DAY
"""Seconds after which the memory of a topic goes that says nothing any more."""

_WORDLESS = frozenset({Kind.EMPTY, Kind.BINARY})


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """One enabled rule with its condition, its path and the times at which it fires compiled.

    `here`: some of its `others` look at the same message.
    """

    rule: AlertRule
    judge: Judge
    path: Path
    only: Weekly | None
    others: tuple[Watch, ...]
    here: bool

    @classmethod
    def of(cls, rule: AlertRule) -> Self:
        """Make a rule ready; `others` are its further conditions."""
        others = tuple(Watch.of(AlertRule(each.filter, each.condition, each.field)) for each in rule.others)
        here = not all(each.filter for each in rule.others)
        return cls(rule, Judge(rule.condition), parse_path(rule.field), read_weekly(rule.only), others, here)

    def alone(self, now: float) -> list[Alert]:
        """Return the alert that a rule has before any topic has said anything.

        That of many topics is only there to remember how further conditions stand.
        """
        return [Alert(self.rule.id, shared(self.rule.filter)[1], since=now)]

    def is_alone(self, alert: Alert) -> bool:
        """Say whether an alert is that of a rule on many topics before any of them has said anything."""
        return is_wild(alert.topic)

    def is_beside(self, topic: str) -> bool:
        """Say whether a further condition looks at a topic, which the rule itself may look at, too."""
        return any(other.rule.filter == topic for other in self.others)

    def opens_at(self, at: float, local: Local) -> float:
        """Return from when on it may fire: a Unix time itself, or when its next time of the week begins."""
        return at if self.only is None or at == NEVER else self.only.opens_at(at, local)

    def value(self, reading: Reading) -> Value | None:
        """Return what the rule looks at; None if the message has no such value.

        Where it only counts that something came, a message without text (a picture, nothing at all) is one.
        """
        if self.judge.wordy and not self.path and (word := only_word(reading)) is not None:
            return word
        found = lookup(reading, self.path)
        if found is None and not self.path and reading.kind in _WORDLESS:
            return Value(reading.text) if self.judge.event or self.judge.timed else None
        return found

    def loses(self, reading: Reading) -> str:
        """Return why a message without the value ends what hangs on it: `cleared`, `missing`, or nothing."""
        if self.judge.event:
            return ""
        if reading.kind is Kind.EMPTY:
            return "cleared"
        ends = self.rule.condition.missing_clears and isinstance(reading.json, (dict, list))
        return "missing" if ends and lookup(reading, self.path) is None else ""

    def remembers(self, alert: Alert) -> bool:
        """Say whether something of a topic matters while nothing is wrong: older values, or their lack."""
        judge = self.judge
        needed = judge.edge or judge.windowed or (judge.timed and self.rule is not BROKER)
        spent = self.rule.once and alert.number > 0
        return spent or bool(self.others) or alert.blind > 0 or (needed and bool(alert.seen or alert.memory))

    def borne(self, alert: Alert) -> float | None:
        """Return how many seconds of silence are normal; None if that is not known."""
        return self.rule.condition.seconds or longest_silence(alert.memory)

    def forgotten_at(self, alert: Alert) -> float:
        """Return when a topic that says nothing is forgotten; one whose silence is waited for is not."""
        waits = self.judge.timed and self.borne(alert) is not None
        if waits or not (self.remembers(alert) and lifecycle.idle(alert)):
            return NEVER
        return lifecycle.last_seen(alert) + max(FORGOTTEN, self.rule.condition.seconds)

    def stays(self, alert: Alert, before: AlertRule | None) -> bool:
        """Say whether an alert is still one of its rule, changed perhaps while the bot was away."""
        if before is not None:
            return before.asks == self.rule.asks
        return self.rule is BROKER or matches(self.rule.filter, alert.topic)


def is_old(alert: Alert, now: float) -> bool:
    """Say whether it is worth storing anew that a topic has spoken, though nothing else has changed."""
    return now - alert.seen > DAY


def of_earlier(alert: Alert) -> Alert | None:
    """Return what is left of an earlier run's alert; None if nothing is.

    Whether that run missed the broker, or was about to, says nothing of this one; but that it had come back
    may have to be told still.
    """
    if alert.rule != BROKER.id or alert.active:
        return alert
    if not alert.owes:
        return None
    return replace(alert, state=AlertState.INACTIVE) if alert.state is AlertState.PENDING else alert


class Watches:
    """The rules of one rule set. `timed` says whether one waits for messages that do not come."""

    def __init__(self, rules: Iterable[AlertRule] = ()) -> None:
        self.rules = tuple(rules)
        self._by_id = {rule.id: Watch.of(rule) for rule in self.rules if rule.enabled}
        by_filter: dict[str, tuple[Watch, ...]] = {}
        for watch in self._by_id.values():
            by_filter[watch.rule.filter] = (*by_filter.get(watch.rule.filter, ()), watch)
        self._by_topic = Filters(by_filter)
        self._beside: dict[str, tuple[Watch, ...]] = {}
        for watch in self._by_id.values():
            for topic in {other.rule.filter for other in watch.others if other.rule.filter}:
                self._beside[topic] = (*self._beside.get(topic, ()), watch)
        self._by_id[BROKER.id] = Watch.of(BROKER)
        self.timed = any(watch.judge.timed for watch in self if watch.rule is not BROKER)

    def __iter__(self) -> Iterator[Watch]:
        return iter(self._by_id.values())

    def get(self, rule_id: str) -> Watch | None:
        return self._by_id.get(rule_id)

    def alike(self, before: Watches) -> set[str]:
        """Return the rules, by their ids, that look at the same of a message as they did before."""
        olds = ((watch, before.get(rule_id)) for rule_id, watch in self._by_id.items())
        return {watch.rule.id for watch, old in olds if old is not None and old.path == watch.path}

    def find(self, topic: str) -> tuple[tuple[Watch, ...], ...]:
        """Return the rules for a topic, grouped by filter; one look-up for a topic known before."""
        return self._by_topic.find(topic)

    def beside(self, topic: str) -> tuple[Watch, ...]:
        """Return the rules that have a further condition on another topic, which is this one."""
        return self._beside.get(topic, ())

    def rule(self, handle: str) -> AlertRule:
        return rule_called(handle, self.rules)


def rule_called(handle: str, rules: Sequence[AlertRule]) -> AlertRule:
    """Return a rule by number or name. Raises BotError `no_rules`, `no_rule` or `no_rule_similar`."""
    handles = Handles(rules)
    if (found := handles.get(handle)) is not None:
        return found
    if not rules:
        raise BotError("no_rules")
    if similar := handles.similar(handle):
        raise BotError("no_rule_similar", rule=handle, similar=similar)
    raise BotError("no_rule", rule=handle)


def waiting_for(rule: AlertRule, rules: Sequence[AlertRule]) -> AlertRule:
    """Return a rule with the number of the one that it comes after, which may be its name.

    Raises BotError `rule_after_itself`, and what `rule_called` raises.
    """
    if not rule.after:
        return rule
    cause = rule_called(rule.after, rules)
    own = next((f"{each.number}" for each in rules if each.id == rule.id), "")
    waiting = {f"{each.number}": each.after for each in rules if each.after}
    if circular(own, waiting | {own: f"{cause.number}"}):
        raise BotError("rule_after_itself", rule=cause.name)
    return replace(rule, after=f"{cause.number}")


def circular(rule: str, after: Mapping[str, str]) -> bool:
    """Say whether a rule waits for itself, by those that it comes after."""
    seen, at = {rule}, after.get(rule)
    while at is not None and at not in seen:
        seen.add(at)
        at = after.get(at)
    return at is not None


def listened_for(rules: Iterable[AlertRule], subscriptions: Subscriptions) -> Iterator[Subscription]:
    """Yield what only alert rules want to hear: it goes into the history, and nobody is told of it."""
    wanted = dict.fromkeys(each for rule in rules if rule.enabled for each in filters_of(rule))
    for each in wanted:
        if subscriptions.covering(each) is None:
            yield Subscription(each, priority=Priority.SILENT, display=Display.SILENT)


def filters_of(rule: AlertRule) -> Iterator[str]:
    """Yield the topic filters that a rule looks at."""
    yield rule.filter
    yield from (each.filter for each in rule.others if each.filter and not matches(rule.filter, each.filter))


def unheard(
    topics: Iterable[str], refused: Iterable[str], rules: Iterable[AlertRule], subscriptions: Subscriptions
) -> list[str]:
    """Return the topics of which nothing comes any more, as the broker refuses all filters for them."""
    wanted = (*subscriptions, *listened_for(rules, subscriptions))
    without = set(refused)
    heard = [shared(each.filter)[1] for each in wanted if each.filter not in without]
    return [topic for topic in topics if not any(matches(each, topic) for each in heard)]


def to_judge(before: Iterable[AlertRule], rules: Iterable[AlertRule]) -> list[str]:
    """Return the topic filters whose retained messages new or changed rules must still judge."""
    asked = {rule.id: rule.asks for rule in before if rule.enabled}
    fresh = (rule for rule in rules if rule.enabled and asked.get(rule.id) != rule.asks)
    return list(dict.fromkeys(each for rule in fresh for each in filters_of(rule)))
