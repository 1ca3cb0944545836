"""Alert rules as they are listed: what each asks for, and what it reports now."""

from collections.abc import Iterable, Mapping, Sequence

from ..alerts.rule_texts import condition_text, sentence, tells
from ..alerts.rules.grammar import write_rule
from ..model import alert
from ..model.replies import Amount, Cell, Text
from ..model.rules import AlertRule
from ..model.topics import fold, shared
from ..reading.topic_lookup import Names, known_names, topic_name
from ..text.durations import duration
from .command import Parts

_STATES = {
    alert.AlertState.FIRING: "alert_is_firing",
    alert.AlertState.RECOVERING: "alert_is_recovering",
    alert.AlertState.NO_DATA: "alert_is_no_data",
}
MOST_BLIND = 20
"""Topics without a value that are listed of one rule."""


async def rule_rows(parts: Parts, rules: Sequence[AlertRule]) -> list[tuple[Cell, ...]]:
    """Return the cells of rules; the topic where another one's is called the same."""
    names, alike = await known_names(parts), _alike(parts, parts.alerts.rules)
    return [
        _rule_row(
            parts,
            rule,
            alike=fold(topic_name(parts, rule.filter)) in alike,
            heard=await _is_heard(parts, names, rule),
        )
        for rule in rules
    ]


def sentence_of(parts: Parts, rule: AlertRule) -> str:
    return sentence(rule, parts.ports.phrases, topic_name(parts, rule.filter))


def rule_facts(parts: Parts, rule: AlertRule) -> Mapping[str, object]:
    return {
        "number": rule.number,
        "name": rule.name,
        "filter": rule.filter,
        "field": rule.field,
        "rule": write_rule(rule),
        "operator": rule.condition.operator.value,
        "values": list(rule.condition.values),
        "clear": rule.condition.clear,
        "missing_clears": rule.condition.missing_clears,
        "seconds": rule.condition.seconds,
        "for": rule.hold,
        "every": rule.repeat,
        "priority": rule.priority.word,
        "enabled": rule.enabled,
        "alerts": [_alert_facts(each) for each in parts.alerts.of(rule.id) if each.active],
        "blind": [
            {"topic": each.topic, "since": each.seen} for each in parts.alerts.of(rule.id) if each.blind
        ],
    }


def _alert_facts(each: alert.Alert) -> Mapping[str, object]:
    return {
        "number": each.number,
        "topic": each.topic,
        "name": each.name,
        "state": each.state.value,
        "value": each.value,
        "since": each.fired,
        "peak": each.peak,
        "acknowledged_by": each.acknowledged_by,
    }


def _rule_row(parts: Parts, rule: AlertRule, *, alike: bool, heard: bool) -> tuple[Cell, ...]:
    """Return the cells of a rule; `alike`: its topic has to be told from that of another rule."""
    key = "row_off" if not rule.enabled else "row_on" if heard else "row_unheard"
    row = Text(key, {"number": str(rule.number), "what": rule.name})
    never: Cell = "" if heard else Text("never_heard")
    return (
        row,
        _asks(parts, rule),
        rule.filter if alike else "",
        Text(f"priority_{rule.priority.word}"),
        never,
    )


def _asks(parts: Parts, rule: AlertRule) -> Cell:
    """Return what a rule asks for, as far as its name does not tell."""
    phrases, where = parts.ports.phrases, topic_name(parts, rule.filter)
    if tells(rule.name, rule, phrases) and where in rule.name:
        return Text("rule_hold", {"duration": duration(rule.hold)}) if rule.hold else ""
    what = " ".join(filter(None, (rule.field, condition_text(rule, phrases))))
    return what if where in rule.name else f"{where} {what}"


def _alike(parts: Parts, rules: Iterable[AlertRule]) -> set[str]:
    """Return the names that the topics of several rules have."""
    named: dict[str, set[str]] = {}
    for rule in rules:
        named.setdefault(fold(topic_name(parts, rule.filter)), set()).add(rule.filter)
    return {name for name, filters in named.items() if len(filters) > 1}


async def _is_heard(parts: Parts, names: Names, rule: AlertRule) -> bool:
    """Say whether anything has come in that a rule could look at."""
    topic = shared(rule.filter)[1]
    if "+" in topic or "#" in topic:
        return bool(await parts.ports.history.topics(topic, 1))
    return names.heard(topic)


def alert_rows(parts: Parts, rule: AlertRule) -> list[tuple[Cell, ...]]:
    """Return what a rule reports, and where it sees nothing to judge."""
    known = parts.alerts.of(rule.id)
    blind = [(_named(each), "", _no_value(parts, each)) for each in known if each.blind and not each.active]
    return [*(_alert_row(parts, each) for each in known if each.active), *blind[:MOST_BLIND]]


def _named(each: alert.Alert) -> Text:
    key = "row_alert" if each.active else "row_blind"
    return Text(key, {"number": str(each.number), "name": each.name or each.topic})


def _no_value(parts: Parts, each: alert.Alert) -> Text:
    return Text("alert_is_blind", {"time": parts.moment(each.seen)})


def _alert_row(parts: Parts, each: alert.Alert) -> tuple[Cell, ...]:
    lasted = duration(parts.ports.clock.now() - each.fired)
    taken: Cell = Text("alert_taken", {"who": each.acknowledged_by}) if each.acknowledged else ""
    since = Text("since", {"time": parts.moment(each.fired), "duration": lasted})
    return (
        _named(each),
        Amount(each.value),
        _no_value(parts, each) if each.blind else Text(_STATES[each.state]),
        since,
        taken,
    )
