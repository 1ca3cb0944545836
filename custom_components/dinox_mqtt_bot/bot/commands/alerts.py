"""Commands about alert rules: make, list, change, remove, rehearse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.rule_texts import condition_text, sentence
from ..alerts.rules.contradictions import contradiction
from ..alerts.rules.grammar import changed, parse_rule, read_rule, write_rule
from ..alerts.rules.names import name_rule
from ..alerts.rules.rehearsal import Rehearsal, rehearse
from ..alerts.rules.warnings import known_names, settled, warnings_of, with_warnings
from ..model import alert
from ..model.errors import BotError
from ..model.handles import Handles
from ..model.replies import PREFIX, Caller, Cell, Reply, Table, Text
from ..model.rules import AlertRule, Role
from ..model.topics import fold
from ..reading.topic_lookup import topic_name
from ..text.durations import DAY, duration
from .command import Command, Parts, param

_STATES = {
    alert.AlertState.FIRING: "alert_is_firing",
    alert.AlertState.RECOVERING: "alert_is_recovering",
    alert.AlertState.NO_DATA: "alert_is_no_data",
}
MOST_BLIND = 20
"""Topics without a value that are listed of one rule."""

_COLUMNS = ("column_name", "column_value", "column_state", "column_time", "column_acknowledged")


@dataclass(frozen=True, kw_only=True)
class Alert(Command):
    """Makes an alert rule: home/freezer > -15 for 5m."""

    node: ClassVar[str] = "alert"
    role: ClassVar[Role] = Role.ADMIN

    topic: str = param("Topic, topic filter or alias, perhaps with .field behind it.", alias=True)
    condition: str = param(
        "Field, comparison and value, then for 5m, clear 28, every 1h, a priority, as “name”.",
        default="",
        greedy=True,
        verbatim=True,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        known = await known_names(parts)
        rule = await settled(parts, parse_rule(self.topic, self.condition, known), known)
        rule = name_rule(rule, parts.alerts.rules, topic_name(parts, rule.filter))
        return await _kept(parts, "rule_made", rule)


async def _kept(parts: Parts, key: str, rule: AlertRule, before: AlertRule | None = None) -> Text:
    """Keep a rule; say what it does, and what speaks against it.

    Raises BotError for what cannot work, unless the rule asked for that before: it can be switched off.
    """
    wrong = contradiction(rule)
    if wrong is not None and (before is None or contradiction(before) != wrong):
        raise wrong.error(rule)
    kept = await parts.ports.rules.put_alert(rule)
    placeholders = {"number": str(kept.number), "name": kept.name, "sentence": _sentence(parts, kept)}
    return with_warnings(Text(key, placeholders, _facts(parts, kept)), await warnings_of(parts, kept))


def _sentence(parts: Parts, rule: AlertRule) -> str:
    return sentence(rule, parts.ports.phrases, topic_name(parts, rule.filter))


def _facts(parts: Parts, rule: AlertRule) -> Mapping[str, object]:
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


@dataclass(frozen=True, kw_only=True)
class Alerts(Command):
    """Lists the alert rules, and under each what it reports now."""

    node: ClassVar[str] = "alerts"

    filter: str = param("Part of a name or a topic; nothing for all.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rules = [rule for rule in parts.alerts.rules if _asked_for(parts, rule, fold(self.filter))]
        rows: list[tuple[Cell, ...]] = []
        for rule in rules:
            rows.append(_rule_row(parts, rule))
            rows += _alert_rows(parts, rule)
        active = sum(each.active for rule in rules for each in parts.alerts.of(rule.id))
        return Table(
            title=Text("alerts", {"count": str(len(rules)), "active": str(active)}),
            columns=_COLUMNS,
            rows=tuple(rows),
            empty=self._empty(),
            facts=tuple(_facts(parts, rule) for rule in rules),
            more=Text("alerts_more", {"example": f"{PREFIX} alerts freezer"}),
        )

    def _empty(self) -> Text:
        if self.filter:
            return Text("alerts_none_like", {"filter": self.filter})
        return Text("alerts_empty", {"example": f"{PREFIX} alert home/freezer > -15 for 5m"})


def _asked_for(parts: Parts, rule: AlertRule, word: str) -> bool:
    texts = [rule.name, rule.filter, rule.field, topic_name(parts, rule.filter)]
    texts += [text for each in parts.alerts.of(rule.id) if each.active for text in (each.topic, each.name)]
    return word.removeprefix("#") == str(rule.number) or any(word in fold(text) for text in texts)


def _rule_row(parts: Parts, rule: AlertRule) -> tuple[Cell, ...]:
    where = topic_name(parts, rule.filter)
    what = " ".join(filter(None, (rule.field, condition_text(rule, parts.ports.phrases))))
    text = what if where in rule.name else f"{where} {what}"
    row = Text("row_on" if rule.enabled else "row_off", {"number": str(rule.number), "what": rule.name})
    return row, text, Text(f"priority_{rule.priority.word}")


def _alert_rows(parts: Parts, rule: AlertRule) -> list[tuple[Cell, ...]]:
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
        each.value,
        _no_value(parts, each) if each.blind else Text(_STATES[each.state]),
        since,
        taken,
    )


@dataclass(frozen=True, kw_only=True)
class RmAlert(Command):
    """Removes an alert rule; what it reports now is over without a word."""

    node: ClassVar[str] = "rmalert"
    aliases: ClassVar[tuple[str, ...]] = ("delalert",)
    role: ClassVar[Role] = Role.ADMIN

    rule: str = param("Number or name of the rule.", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rule = parts.alerts.rule(self.rule)
        facts = _facts(parts, rule)
        await parts.ports.rules.remove_alert(rule)
        return Text("rule_removed", {"number": str(rule.number), "name": rule.name}, facts)


@dataclass(frozen=True, kw_only=True)
class Rule(Command):
    """Shows an alert rule, or changes it: > 35, for 10m, critical, off, as “name”."""

    node: ClassVar[str] = "rule"
    role: ClassVar[Role] = Role.ADMIN

    rule: str = param("Number or name of the rule.")
    change: str = param(
        "What is to be different; nothing to see the rule.", default="", greedy=True, verbatim=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        handles = Handles(parts.alerts.rules)
        found = handles.begun(self.rule)
        if found is None or found[1]:
            found = handles.begun(f"{self.rule} {self.change}")
        else:
            found = found[0], self.change
        rule, change = found or (parts.alerts.rule(self.rule), "")
        if not change.strip():
            return _shown(parts, rule)
        wanted = changed(rule, change)
        if fold(wanted.name) != fold(rule.name):
            wanted = name_rule(wanted, parts.alerts.rules, "")
        return await _kept(parts, "rule_changed", wanted, rule)


def _shown(parts: Parts, rule: AlertRule) -> Table:
    steps = ", ".join(rule.escalate_to)
    escalation = [
        (
            Text("column_escalation"),
            Text("rule_escalates", {"every": duration(rule.escalate_after), "to": steps}),
        )
    ]
    rows: list[tuple[Cell, ...]] = [
        (Text("column_rule"), _sentence(parts, rule)),
        (Text("column_filter"), rule.filter),
        *([(Text("column_field"), rule.field)] if rule.field else []),
        *([(Text("column_contacts"), ", ".join(rule.contacts))] if rule.contacts else []),
        *([(Text("column_targets"), ", ".join(rule.targets))] if rule.targets else []),
        *(escalation if rule.escalate_after else []),
        (Text("column_typed"), write_rule(rule)),
    ]
    rows += _alert_rows(parts, rule)
    return Table(
        title=Text("rule_shown", {"number": str(rule.number), "name": rule.name}),
        columns=("column_what", "column_value", "column_state", "column_time", "column_acknowledged"),
        rows=tuple(rows),
        facts=(_facts(parts, rule),),
    )


@dataclass(frozen=True, kw_only=True)
class Try(Command):
    """Tells what an alert rule would have done to the messages in the history."""

    node: ClassVar[str] = "try"

    rule: str = param(
        "Number or name of a rule, perhaps with a change, or a whole rule as for a new one.",
        greedy=True,
        verbatim=True,
    )
    days: int = param("How many days to look back.", default=7, minimum=1, maximum=90, short="d")

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rule = await self._rule(parts)
        now = parts.ports.clock.now()
        result = await rehearse(parts, rule, now - self.days * DAY, now)
        return _reply(parts, rule, result, self.days)

    async def _rule(self, parts: Parts) -> AlertRule:
        found = Handles(parts.alerts.rules).begun(self.rule)
        if found is not None:
            return changed(*found) if found[1] else found[0]
        known = await known_names(parts)
        try:
            return await settled(parts, read_rule(self.rule, known), known)
        except BotError as err:
            if err.key != "rule_no_condition":
                raise
            return parts.alerts.rule(self.rule)


def _reply(parts: Parts, rule: AlertRule, result: Rehearsal, days: int) -> Text:
    """Say what came of a rehearsal."""
    facts = {
        "rule": write_rule(rule),
        "messages": result.messages,
        "judged": result.judged,
        "fired": result.fired,
        "longest": result.longest,
        "topics": list(result.topics),
        "since": result.since,
        "until": result.until,
        "cut": result.cut,
        "quiet": result.quiet,
    }
    placeholders = {
        "sentence": _sentence(parts, rule),
        "filter": rule.filter,
        "days": str(days),
        "span": duration(result.until - result.since),
        "messages": str(result.messages),
        "count": str(result.fired),
        "longest": duration(result.longest),
    }
    if not result.judged:
        key = "try_nothing_to_judge" if result.messages else "try_nothing"
        return Text(key, placeholders, facts)
    told = Text("try_fired" if result.fired else "try_never", placeholders)
    if result.quiet and result.fired:
        told = Text(
            "try_quiet", {"told": told, "operator": rule.condition.operator.value, "limit": result.quiet}
        )
    if result.cut:
        told = Text(
            "try_cut", {"told": told, "messages": str(result.messages), "time": parts.moment(result.until)}
        )
    return Text(told.key, told.placeholders, facts)
