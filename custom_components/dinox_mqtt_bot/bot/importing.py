"""The settings of the DinoX MQTT plugin made into rules of this bot. What is there already stays as it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .answers import render_error
from .conditions import Condition, Operator
from .errors import BotError
from .foreign import Fields, Foreign, Topic, first, recognise
from .jid import bare_jid, domain_of
from .message import QoS
from .naming import named
from .paths import write_path
from .plain import cut
from .presets import checked
from .replies import Table, Text
from .rules import AlertRule, Bridge, Format, Preset, Priority, RuleSet, Subscription
from .subscriptions import Subscriptions, fold
from .topics import covers, valid_filter

if TYPE_CHECKING:
    from .bot import Bot

LONGEST_ALIAS = 100
LONGEST_NAME = 100
USUAL_COOLDOWN = frozenset({"", "0", "60"})

_OPERATORS = {operator.value: operator for operator in Operator if len(operator.value) <= 2} | {
    "=": Operator.EQUAL,
    "contains": Operator.CONTAINS,
    "gt": Operator.ABOVE,
    "greater_than": Operator.ABOVE,
    "lt": Operator.BELOW,
    "less_than": Operator.BELOW,
    "gte": Operator.AT_LEAST,
    "ge": Operator.AT_LEAST,
    "lte": Operator.AT_MOST,
    "le": Operator.AT_MOST,
    "eq": Operator.EQUAL,
    "equals": Operator.EQUAL,
    "ne": Operator.UNEQUAL,
    "not_equals": Operator.UNEQUAL,
}
_PRIORITIES = {priority.word: priority for priority in Priority} | {
    str(priority.value): priority for priority in Priority
}
_OFF = frozenset({"0", "false", "off", "no"})
_ROOMS = frozenset({"conference", "muc", "rooms", "groups", "chat", "chatrooms"})

type Rule = Subscription | AlertRule | Preset | Bridge


@dataclass(slots=True)
class Outcome:
    """What became of one thing: `taken`, `changed` or `skipped`, and why (`common.import_why_<why>`)."""

    kind: str
    name: str
    word: str = "taken"
    why: str = ""
    detail: str = ""

    def change(self, why: str) -> None:
        """Take note that it is taken, but not just as it was."""
        self.word, self.why = "changed", why

    def skip(self, why: str, detail: str = "") -> None:
        """Take note that it is not taken."""
        self.word, self.why, self.detail = "skipped", why, detail


@dataclass(slots=True)
class Plan:
    """What is to be done with each thing: the rule it becomes, None if it is skipped."""

    steps: list[tuple[Rule | None, Outcome]] = field(default_factory=list)

    def add(self, outcome: Outcome, rule: Rule | None = None) -> None:
        """Add what becomes of one thing."""
        self.steps.append((rule, outcome))


def plan(given: object, rules: RuleSet) -> Plan:
    """Return what would become of the plugin's settings, JSON as text or values. Raises BotError `import_unreadable`."""
    foreign, made = recognise(given), Plan()
    subscriptions = _plan_topics(made, foreign, rules)
    _each(made, "alert", foreign.alerts, _AlertPlan(rules, subscriptions).take)
    _each(made, "preset", foreign.presets, _PresetPlan(rules).take)
    _each(made, "bridge", foreign.bridges, _BridgePlan(rules).take)
    for topic in dict.fromkeys(foreign.free_text):
        made.add(Outcome("free_text", topic, "skipped", "free_text"))
    if foreign.cut:
        made.add(Outcome("rest", "", "skipped", "too_much"))
    return made


def _each(
    made: Plan, kind: str, rows: Iterable[Fields], take: Callable[[Fields, Outcome], Rule | None]
) -> None:
    for fields in rows:
        outcome = Outcome(
            kind, first(fields, "name", "alias", "topic", "topic_filter", "filter", "target_jid")
        )
        rule = take(fields, outcome)
        made.add(outcome, None if outcome.word == "skipped" else rule)


def _filter_of(fields: Fields, outcome: Outcome) -> str:
    """Return the topic filter of a rule, nothing if it is none."""
    wanted = first(fields, "topic", "topic_filter", "filter")
    try:
        valid_filter(wanted)
    except BotError:
        outcome.skip("filter")
        return ""
    return wanted


def _priority_of(said: str, usual: Priority, outcome: Outcome) -> Priority:
    found = _PRIORITIES.get(fold(said).partition(" ")[0], usual)
    if said and fold(said).partition(" ")[0] not in _PRIORITIES:
        outcome.change("priority")
    return found


def _qos_of(said: str, outcome: Outcome) -> QoS:
    if said in {"", "0", "1", "2"}:
        return QoS(int(said or QoS.AT_LEAST_ONCE))
    outcome.change("qos")
    return QoS.AT_LEAST_ONCE


# Topics


def _plan_topics(made: Plan, foreign: Foreign, rules: RuleSet) -> Subscriptions:
    """Plan the subscriptions; return them with those there are."""
    known = {each.filter: each for each in rules.subscriptions}
    there = frozenset(known)
    taken = {fold(each.alias) for each in rules.subscriptions if each.alias}
    # First those that are subscribed: the others may be covered by them.
    for topic, said in sorted(foreign.topics.items(), key=lambda item: not item[1].subscribed):
        outcome = Outcome("topic", topic)
        wanted = None
        if topic in there:
            outcome.skip("known")
        else:
            wanted = _subscription(topic, _with_wildcards(topic, said, foreign), known.values(), outcome)
        if wanted is not None:
            wanted = _own_alias(wanted, taken, outcome)
            taken.add(fold(wanted.alias))
            known[topic] = wanted
        made.add(outcome, wanted)
    return Subscriptions(known.values())


def _with_wildcards(topic: str, said: Topic, foreign: Foreign) -> Topic:
    """Return what is said of a topic, QoS and priority also by a filter that covers it."""
    wider = [each for name, each in foreign.topics.items() if name != topic and _covers(name, topic)]
    return replace(
        said,
        qos=said.qos or next((each.qos for each in wider if each.qos), ""),
        priority=said.priority or next((each.priority for each in wider if each.priority), ""),
    )


def _covers(topic_filter: str, other: str) -> bool:
    return bool(topic_filter) and covers(topic_filter, other)


def _subscription(
    topic: str, said: Topic, known: Iterable[Subscription], outcome: Outcome
) -> Subscription | None:
    """Return a subscription; a topic that is only given a name needs one that covers it."""
    if not _filter_of({"topic": topic}, outcome):
        return None
    covering = next((each for each in known if covers(each.filter, topic)), None)
    if not said.subscribed and covering is None:
        outcome.skip("not_subscribed")
        return None
    usual = replace(covering or Subscription(topic), filter=topic, alias="")
    if said.subscribed or said.qos:
        usual = replace(usual, qos=_qos_of(said.qos, outcome))
    return replace(
        usual,
        alias=" ".join(said.alias.split()),
        priority=_priority_of(said.priority, Priority.NORMAL if said.subscribed else usual.priority, outcome),
    )


def _own_alias(wanted: Subscription, taken: set[str], outcome: Outcome) -> Subscription:
    """Return a subscription whose name is its own and not too long."""
    if len(wanted.alias) > LONGEST_ALIAS:
        outcome.change("alias_long")
        wanted = replace(wanted, alias=cut(wanted.alias, LONGEST_ALIAS))
    if wanted.alias and fold(wanted.alias) in taken:
        outcome.change("alias_taken")
        wanted = replace(wanted, alias="")
    return wanted


# Alert rules, presets, bridges


class _AlertPlan:
    """Makes alert rules, each with a name of its own."""

    def __init__(self, rules: RuleSet, subscriptions: Subscriptions) -> None:
        self._rules = list(rules.alerts)
        self._subscriptions = subscriptions

    def take(self, fields: Fields, outcome: Outcome) -> AlertRule | None:
        topic_filter = _filter_of(fields, outcome)
        operator = _OPERATORS.get(first(fields, "operator", "op").casefold())
        value = first(fields, "threshold", "value")
        if topic_filter and operator is None:
            outcome.skip("operator")
        elif topic_filter and not value:
            outcome.skip("threshold")
        if operator is None or outcome.word == "skipped":
            return None
        if first(fields, "cooldown_secs", "cooldown") not in USUAL_COOLDOWN:
            outcome.change("cooldown")
        key = first(fields, "field", "json_field")
        rule = AlertRule(
            topic_filter,
            Condition(operator, (value,)),
            field=write_path((key,)) if key else "",
            name=cut(" ".join(first(fields, "name").split()), LONGEST_NAME),
            priority=_priority_of(first(fields, "priority"), Priority.ALERT, outcome),
            enabled=first(fields, "enabled").casefold() not in _OFF,
        )
        if any(rule.asks == known.asks for known in self._rules):
            outcome.skip("known")
            return None
        covering = self._subscriptions.get(topic_filter)
        rule = named(rule, self._rules, (covering.alias if covering else "") or topic_filter)
        outcome.name = rule.name
        self._rules.append(rule)
        return rule


class _PresetPlan:
    """Makes presets; the first of a name counts."""

    def __init__(self, rules: RuleSet) -> None:
        self._names = {fold(preset.name) for preset in rules.presets}

    def take(self, fields: Fields, outcome: Outcome) -> Preset | None:
        payload = fields.get("payload")
        wanted = Preset(
            first(fields, "name"),
            first(fields, "topic"),
            payload if isinstance(payload, str) else first(fields, "payload"),
            qos=_qos_of(first(fields, "qos"), outcome),
            retain=first(fields, "retain").casefold() in {"1", "true", "on", "yes"},
        )
        try:
            preset = checked(wanted)
        except BotError as err:
            outcome.skip("preset_name" if err.key == "preset_name" else "filter")
            return None
        if fold(preset.name) in self._names:
            outcome.skip("known")
            return None
        self._names.add(fold(preset.name))
        return preset


class _BridgePlan:
    """Makes bridges from MQTT to a contact or room, the only ones there are in the plugin."""

    def __init__(self, rules: RuleSet) -> None:
        self._known = {(bridge.filter, bridge.to) for bridge in rules.bridges}

    def take(self, fields: Fields, outcome: Outcome) -> Bridge | None:
        topic_filter = _filter_of(fields, outcome)
        if not topic_filter:
            return None
        try:
            to = bare_jid(first(fields, "target_jid", "jid", "target"))
        except BotError:
            outcome.skip("jid")
            return None
        if (topic_filter, to) in self._known:
            outcome.skip("known")
            return None
        self._known.add((topic_filter, to))
        room = domain_of(to).partition(".")[0] in _ROOMS
        if room:
            outcome.change("room")
        said = first(fields, "format").casefold()
        return Bridge(
            topic_filter,
            to,
            name=cut(" ".join(first(fields, "alias", "name").split()), LONGEST_NAME),
            room=room,
            format=Format(said) if said in set(Format) else Format.FULL,
            enabled=first(fields, "enabled").casefold() not in _OFF,
        )


# Doing it, and telling of it


async def carry_out(made: Plan, bot: Bot) -> None:
    """Keep the rules; what cannot be kept is skipped, with the reason in its outcome."""
    for rule, outcome in made.steps:
        try:
            await _keep(rule, bot)
        except BotError as err:
            outcome.skip("refused", render_error(err, bot.ports.phrases))


async def _keep(rule: Rule | None, bot: Bot) -> None:
    port = bot.ports.rules
    if isinstance(rule, Subscription):
        await port.put_subscription(rule)
    elif isinstance(rule, AlertRule):
        await port.put_alert(rule)
    elif isinstance(rule, Preset):
        await port.put_preset(rule)
    elif isinstance(rule, Bridge):
        await port.put_bridge(rule)


def report(made: Plan, *, dry_run: bool) -> Table:
    """Tell what became of each thing."""
    outcomes = [outcome for _, outcome in made.steps]
    counts = {
        word: str(sum(outcome.word == word for outcome in outcomes))
        for word in ("taken", "changed", "skipped")
    }
    return Table(
        title=Text("import_would" if dry_run else "import_done", counts),
        columns=("column_what", "column_name", "column_state", "column_detail"),
        rows=tuple(
            (Text(f"import_kind_{each.kind}"), each.name, Text(f"import_{each.word}"), _why(each))
            for each in outcomes
        ),
        empty=Text("import_empty"),
        facts=tuple(
            {"kind": each.kind, "name": each.name, "outcome": each.word, "why": each.why} for each in outcomes
        ),
    )


def _why(outcome: Outcome) -> Text | str:
    if not outcome.why:
        return ""
    return Text(f"import_why_{outcome.why}", {"detail": outcome.detail})
