"""The rules and the options of a config entry, as the values that the bot is configured with."""

from collections.abc import Iterable
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..bot.bridges.grammar import ARROWS
from ..bot.model.replies import BotError
from ..bot.model.rules import (
    AlertRule,
    Bridge,
    Clause,
    Condition,
    Contact,
    Direction,
    Display,
    Ear,
    Follow,
    Format,
    FreeText,
    Operator,
    Preset,
    Priority,
    Role,
    RuleSet,
    Scope,
    Subscription,
)
from ..const import (
    CONF_CLEAR,
    CONF_CLICK,
    CONF_DIGEST_SECONDS,
    CONF_DISCOVERY,
    CONF_DISCOVERY_PREFIX,
    CONF_FIELD,
    CONF_FILTER,
    CONF_FOLLOWS,
    CONF_FREE_TEXT,
    CONF_FREE_TEXT_AGENT,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TIMEOUT,
    CONF_FREE_TEXT_TOPIC,
    CONF_FREE_TEXT_WITHOUT_USER,
    CONF_MISSING_CLEARS,
    CONF_NAME,
    CONF_NOTIFY_TARGETS,
    CONF_OPERATOR,
    CONF_SECONDS,
    CONF_SOUND,
    CONF_STORM,
    CONF_VALUE,
    CONF_VALUE_TO,
    DEFAULT_DIGEST_SECONDS,
    DEFAULT_DISCOVERY_PREFIX,
    DEFAULT_FREE_TEXT_TIMEOUT,
    DEFAULT_STORM,
    SUBENTRY_ALERT,
    SUBENTRY_BRIDGE,
    SUBENTRY_CONTACT,
    SUBENTRY_PRESET,
    SUBENTRY_TOPIC,
)
from .codec import (
    KEPT_DAYS,
    KEPT_FLAG,
    KEPT_TEXT,
    KEPT_TEXTS,
    QOS,
    SECONDS,
    WHOLE,
    Codec,
    Data,
    KeptField,
    NumberedCodec,
    name_id,
    word,
)

# How many values an operator compares with, at least; all others take one.
VALUES = {
    Operator.BETWEEN: 2,
    Operator.OUTSIDE: 2,
    Operator.CHANGES: 0,
    Operator.STALE: 0,
    Operator.HAPPENS: 0,
}

_SCOPE, _KEY, _NAME = "scope", "key", "name"
_SCOPES = {scope.value: scope for scope in Scope}


def follows_kept(kept: Iterable[Data]) -> tuple[Follow, ...]:
    """Read what was chosen; what a later version may have written there is left alone."""
    return tuple(
        Follow(_SCOPES[each[_SCOPE]], each.get(_KEY, ""), each.get(_NAME, ""))
        for each in kept
        if each.get(_SCOPE) in _SCOPES
    )


def follows_data(follows: Iterable[Follow]) -> list[dict[str, str]]:
    """Return what was chosen as it is kept."""
    return [{_SCOPE: each.scope.value, _KEY: each.key, _NAME: each.name} for each in follows]


FOLLOWS = KeptField(follows_kept, follows_data)

TOPICS = Codec(
    subentry_type=SUBENTRY_TOPIC,
    rule=Subscription,
    name=lambda wanted: wanted.alias or wanted.filter,
    unique_id=lambda wanted: wanted.filter,
    fields={
        "filter": KEPT_TEXT,
        "qos": QOS,
        "alias": KEPT_TEXT,
        "priority": word(Priority),
        "display": word(Display),
        "icon": KEPT_TEXT,
        "sound": KEPT_FLAG,
        "keep_days": KEPT_DAYS,
    },
)

CONTACTS = Codec(
    subentry_type=SUBENTRY_CONTACT,
    rule=Contact,
    name=lambda known: known.name or known.jid,
    unique_id=lambda known: known.jid,
    fields={
        "jid": KEPT_TEXT,
        "name": KEPT_TEXT,
        "role": word(Role),
        "receives": KEPT_FLAG,
        "user": KEPT_TEXT,
        "language": KEPT_TEXT,
        "room": KEPT_FLAG,
        "nick": KEPT_TEXT,
        "about": FOLLOWS,
        "least": word(Priority),
        "hours": KEPT_TEXT,
        "digest": KEPT_FLAG,
        "operates": FOLLOWS,
    },
)

PRESETS = NumberedCodec(
    subentry_type=SUBENTRY_PRESET,
    rule=Preset,
    name=lambda preset: preset.name,
    unique_id=lambda preset: name_id(SUBENTRY_PRESET, preset.name),
    missing=lambda preset: BotError("no_preset", preset=preset.name),
    taken=lambda preset: BotError("preset_taken", preset=preset.name),
    fields={
        "name": KEPT_TEXT,
        "topic": KEPT_TEXT,
        "payload": KEPT_TEXT,
        "number": WHOLE,
        "qos": QOS,
        "retain": KEPT_FLAG,
        "role": word(Role),
    },
)


def _clause(data: Data) -> Clause:
    return Clause(
        _condition(data), data.get(CONF_FILTER, ""), data.get(CONF_FIELD, ""), data.get(CONF_NAME, "")
    )


def _clause_data(clause: Clause) -> dict[str, Any]:
    data = {CONF_FILTER: clause.filter, CONF_FIELD: clause.field, CONF_NAME: clause.name}
    return data | _condition_data(clause.condition)


class _AlertCodec(NumberedCodec[AlertRule]):
    """The condition's parts stand beside the other fields."""

    @override
    def read(self, data: Data, **given: Any) -> AlertRule:
        return super().read(data, condition=_condition(data), **given)

    @override
    def data(self, rule: AlertRule) -> dict[str, Any]:
        return super().data(rule) | _condition_data(rule.condition)


def _condition_data(condition: Condition) -> dict[str, Any]:
    value, value_to = (*condition.values, "", "")[:2]
    return {
        CONF_OPERATOR: condition.operator.word,
        CONF_VALUE: value,
        CONF_VALUE_TO: value_to,
        CONF_CLEAR: condition.clear,
        CONF_SECONDS: condition.seconds,
        **({CONF_MISSING_CLEARS: True} if condition.missing_clears else {}),
    }


def _condition(data: Data) -> Condition:
    operator = Operator[data[CONF_OPERATOR].upper()]
    values = (data.get(CONF_VALUE, ""), data.get(CONF_VALUE_TO, ""))
    count = 1 if operator is Operator.HAPPENS and values[0] else VALUES.get(operator, 1)
    return Condition(
        operator=operator,
        values=values[:count],
        clear=data.get(CONF_CLEAR, ""),
        seconds=float(data.get(CONF_SECONDS, 0)),
        missing_clears=bool(data.get(CONF_MISSING_CLEARS, False)),
    )


ALERTS = _AlertCodec(
    subentry_type=SUBENTRY_ALERT,
    rule=AlertRule,
    name=lambda rule: rule.name or rule.filter,
    unique_id=lambda rule: name_id(SUBENTRY_ALERT, rule.name),
    missing=lambda rule: BotError("no_rule", rule=rule.name),
    taken=lambda rule: BotError("name_taken", name=rule.name),
    fields={
        "filter": KEPT_TEXT,
        "field": KEPT_TEXT,
        "name": KEPT_TEXT,
        "number": WHOLE,
        "hold": SECONDS,
        "repeat": SECONDS,
        "priority": word(Priority),
        "enabled": KEPT_FLAG,
        "contacts": KEPT_TEXTS,
        "targets": KEPT_TEXTS,
        "escalate_after": SECONDS,
        "escalate_to": KEPT_TEXTS,
        "only": KEPT_TEXT,
        "once": KEPT_FLAG,
        "until": SECONDS,
        "text": KEPT_TEXT,
        "after": KEPT_TEXT,
        "then": KEPT_TEXT,
        "afterwards": KEPT_TEXT,
        "picture": KEPT_TEXT,
        "others": KeptField(
            lambda kept: tuple(map(_clause, kept)), lambda others: list(map(_clause_data, others))
        ),
        "either": KEPT_FLAG,
    },
)


class _BridgeCodec(NumberedCodec[Bridge]):
    """Nor do two bridges carry the same between the same."""

    @override
    def refuse_taken(self, entry: ConfigEntry[Any], rule: Bridge, known: ConfigSubentry | None) -> None:
        super().refuse_taken(entry, rule, known)
        for each in entry.get_subentries_of_type(self.subentry_type):
            if each is not known and _way(other := self.of(each)) == _way(rule):
                raise BotError("bridge_twin", number=str(other.number))


def _way(bridge: Bridge) -> tuple[str, ...]:
    """Return between what a bridge carries."""
    return bridge.filter, bridge.to, bridge.direction.value, bridge.topic


BRIDGES = _BridgeCodec(
    subentry_type=SUBENTRY_BRIDGE,
    rule=Bridge,
    name=lambda bridge: bridge.name or f"{bridge.filter} {ARROWS[bridge.direction]} {bridge.to}",
    unique_id=lambda bridge: name_id(SUBENTRY_BRIDGE, bridge.name),
    missing=lambda bridge: BotError("no_bridge", bridge=bridge.name or bridge.number),
    taken=lambda bridge: BotError("bridge_name", name=bridge.name),
    fields={
        "filter": KEPT_TEXT,
        "to": KEPT_TEXT,
        "number": WHOLE,
        "name": KEPT_TEXT,
        "room": KEPT_FLAG,
        "nick": KEPT_TEXT,
        "direction": word(Direction),
        "format": word(Format),
        "template": KEPT_TEXT,
        "topic": KEPT_TEXT,
        "role": word(Role),
        "trusted": KEPT_FLAG,
        "per_minute": WHOLE,
        "qos": QOS,
        "retain": KEPT_FLAG,
        "enabled": KEPT_FLAG,
    },
)


def rule_set(subentries: Iterable[ConfigSubentry], options: Data) -> RuleSet:
    """Return everything the user configured for one bot."""
    kept = tuple(subentries)
    discovery = options.get(CONF_DISCOVERY, True)
    return RuleSet(
        subscriptions=TOPICS.every(kept),
        contacts=CONTACTS.every(kept),
        discovery_prefix=options.get(CONF_DISCOVERY_PREFIX, DEFAULT_DISCOVERY_PREFIX) if discovery else "",
        digest_seconds=float(options.get(CONF_DIGEST_SECONDS, DEFAULT_DIGEST_SECONDS)),
        alerts=ALERTS.every(kept),
        targets=tuple(options.get(CONF_NOTIFY_TARGETS, ())),
        sound=bool(options.get(CONF_SOUND, True)),
        storm=int(options.get(CONF_STORM, DEFAULT_STORM)),
        click=options.get(CONF_CLICK, ""),
        bridges=BRIDGES.every(kept),
        presets=PRESETS.every(kept),
        free_text=free_text(options),
        follows=follows_in(options),
    )


def free_text(options: Data) -> FreeText:
    """Return what becomes of text that is no command."""
    return FreeText(
        ear=Ear(options.get(CONF_FREE_TEXT, Ear.OFF)),
        topic=options.get(CONF_FREE_TEXT_TOPIC, ""),
        response_topic=options.get(CONF_FREE_TEXT_RESPONSE_TOPIC, ""),
        timeout=float(options.get(CONF_FREE_TEXT_TIMEOUT, DEFAULT_FREE_TEXT_TIMEOUT)),
        agent=options.get(CONF_FREE_TEXT_AGENT, ""),
        without_user=bool(options.get(CONF_FREE_TEXT_WITHOUT_USER, False)),
    )


def follows_in(options: Data) -> tuple[Follow, ...]:
    """Read what is followed."""
    return follows_kept(options.get(CONF_FOLLOWS, ()))
