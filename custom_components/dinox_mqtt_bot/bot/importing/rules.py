"""Alert rules, presets and bridges made of rows that say nearly the same."""

from ..alerts.rules.names import name_rule
from ..commands.presets import checked_preset
from ..model.jid import bare_jid, domain_of
from ..model.replies import BotError
from ..model.rules import AlertRule, Bridge, Condition, Format, Operator, Preset, Priority, RuleSet
from ..model.topics import Subscriptions, fold
from ..payload.paths import write_path
from ..text.foreign import cut
from .outcomes import LONGEST_IMPORTED_NAME, Outcome, filter_of, is_off, is_on, qos_of, read_priority
from .recognise import Fields, first

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
_ROOMS = frozenset({"conference", "muc", "rooms", "groups", "chat", "chatrooms"})


class AlertPlan:
    """Makes alert rules, each with a name of its own."""

    def __init__(self, rules: RuleSet, subscriptions: Subscriptions) -> None:
        self._rules = list(rules.alerts)
        self._subscriptions = subscriptions

    def take(self, fields: Fields, outcome: Outcome) -> AlertRule | None:
        topic_filter = filter_of(fields, outcome)
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
            name=cut(" ".join(first(fields, "name").split()), LONGEST_IMPORTED_NAME),
            priority=read_priority(first(fields, "priority"), Priority.ALERT, outcome),
            enabled=not is_off(first(fields, "enabled")),
        )
        if any(rule.asks == known.asks for known in self._rules):
            outcome.skip("known")
            return None
        covering = self._subscriptions.get(topic_filter)
        rule = name_rule(rule, self._rules, (covering.alias if covering else "") or topic_filter)
        outcome.name = rule.name
        self._rules.append(rule)
        return rule


class PresetPlan:
    """Makes presets; the first of a name counts."""

    def __init__(self, rules: RuleSet) -> None:
        self._names = {fold(preset.name) for preset in rules.presets}

    def take(self, fields: Fields, outcome: Outcome) -> Preset | None:
        payload = fields.get("payload")
        wanted = Preset(
            first(fields, "name"),
            first(fields, "topic"),
            payload if isinstance(payload, str) else first(fields, "payload"),
            qos=qos_of(first(fields, "qos"), outcome),
            retain=is_on(first(fields, "retain")),
        )
        try:
            preset = checked_preset(wanted)
        except BotError as err:
            outcome.skip("preset_name" if err.key == "preset_name" else "filter")
            return None
        if fold(preset.name) in self._names:
            outcome.skip("known")
            return None
        self._names.add(fold(preset.name))
        return preset


class BridgePlan:
    """Makes bridges from MQTT to a contact or room, the only ones there are in the plugin."""

    def __init__(self, rules: RuleSet) -> None:
        self._known = {(bridge.filter, bridge.to) for bridge in rules.bridges}
        self._contacts = {contact.jid for contact in rules.contacts}

    def take(self, fields: Fields, outcome: Outcome) -> Bridge | None:
        topic_filter = filter_of(fields, outcome)
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
        elif to not in self._contacts:
            outcome.change("no_contact")
        said = first(fields, "format").casefold()
        return Bridge(
            topic_filter,
            to,
            name=cut(" ".join(first(fields, "alias", "name").split()), LONGEST_IMPORTED_NAME),
            room=room,
            format=Format(said) if said in set(Format) else Format.FULL,
            enabled=not is_off(first(fields, "enabled")),
        )
