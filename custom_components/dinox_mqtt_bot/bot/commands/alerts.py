"""Commands about alert rules: make, list, change, remove, rehearse."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..alerts.rules.grammar import changed, first_word, write_rule
from ..alerts.rules.names import name_rule, twin_of, unit_of
from ..alerts.rules.rehearsal import Rehearsal, rehearse
from ..alerts.rules.subject import changed_rule, joined_rule
from ..alerts.rules.warnings import (
    missing_field,
    never_fires,
    pictured,
    refuse_hopeless,
    warnings_of,
    with_warnings,
)
from ..alerts.watches import filters_of, waiting_for
from ..model.handles import Handles, as_said
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import AlertRule, Role
from ..reading.contact_words import to_whom
from ..reading.topic_lookup import (
    Ambiguous,
    Meant,
    known_names,
    looks_like_topic,
    no_name,
    topic_name,
)
from ..text.durations import DAY, duration
from .command import Command, Parts, Things, by_word, param, spelled
from .doubts import is_known, no_field, unknown_topic
from .rule_rows import alert_rows, asks_past, past_alerts, rule_about, rule_facts, rule_rows, sentence_of

_COLUMNS = ("column_name", "column_value", "column_state", "column_time", "column_acknowledged")


@dataclass(frozen=True, kw_only=True)
class Alert(Command):
    """Makes an alert rule: home/freezer > -15 for 5m."""

    node: ClassVar[str] = "alert"
    role: ClassVar[Role] = Role.ADMIN

    topic: str = param(
        "Topic, topic filter or alias, perhaps with .field behind it.", named=True, compared=True
    )
    condition: str = param(
        "Field, comparison and value, then for 5m, clear 28, every 1h, and door is open, only 22:00-6:00, "
        "once, then lamp on, say “text”, a priority, as “name”.",
        default="",
        greedy=True,
        verbatim=True,
    )

    force: bool = param(
        "Whether it is made although nothing is known of the topic.", default=False, aside=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        numbered = self.topic.removeprefix("#").isdecimal() and self.condition
        if numbered and Handles(parts.alerts.rules).get(self.topic) is not None:
            return await Rule(rule=self.topic, change=self.condition).run(parts, caller)
        names = await known_names(parts)
        condition, to = to_whom(self.condition, parts.rules.contacts)
        rule, unknown_names = await joined_rule(parts, names, self.topic, condition)
        rule = replace(rule, contacts=to or ())
        refuse_hopeless(rule)
        for name in () if self.force else unknown_names:
            if not all(is_known(parts, names, each) for each in filters_of(rule)):
                raise unknown_topic(names, replace(self, force=True), name)
        return await make_rule(parts, "rule_made", rule, None if self.force else replace(self, force=True))


async def make_rule(parts: Parts, key: str, rule: AlertRule, again: Command | None) -> Text:
    """Keep a new rule under a name of its own. Raises as `_keep`, and BotError `rule_there`."""
    if (twin := twin_of(rule, parts.alerts.rules)) is not None:
        raise BotError("rule_there", number=str(twin.number), name=twin.name)
    unit, called = await unit_of(parts, rule), topic_name(parts, rule.filter)
    rule = name_rule(rule, parts.alerts.rules, called, parts.ports.phrases, unit)
    return await _keep(parts, key, rule, again=again)


async def _keep(
    parts: Parts, key: str, rule: AlertRule, before: AlertRule | None = None, again: Command | None = None
) -> Text:
    """Keep a rule; say what it does, and what speaks against it.

    Raises BotError for what cannot work, unless the rule asked for that before: it can be switched off; and
    Doubtful, where there is a command to do it `again`, for a field that no message has.
    """
    refuse_hopeless(rule, before)
    rule = waiting_for(rule, parts.alerts.rules)
    await refuse_deeds(parts, rule)
    rule = pictured(parts, rule, before)
    doubts = [*await warnings_of(parts, rule), *_notes(parts, rule)]
    if _watched(rule, before) and (never := await never_fires(parts, rule, doubts)) is not None:
        raise never
    if again is not None and (missing := await missing_field(parts, rule, doubts)) is not None:
        raise no_field(again, missing)
    kept = await parts.ports.rules.put_alert(
        rule if rule.id else replace(rule, number=parts.alerts.next_number)
    )
    placeholders: dict[str, Cell] = {
        "number": str(kept.number),
        "name": kept.name,
        "sentence": sentence_of(parts, kept),
        "time": parts.moment(kept.until),
    }
    return with_warnings(Text(key, placeholders, rule_facts(parts, kept)), doubts)


def _watched(rule: AlertRule, before: AlertRule | None) -> bool:
    """Say whether a rule watches something else than before."""
    if before is None:
        return True
    was = replace(rule, filter=before.filter, field=before.field, condition=before.condition)
    return replace(was, others=before.others, either=before.either) != rule


async def refuse_deeds(parts: Parts, rule: AlertRule) -> None:
    """Raise BotError `no_deed` or `rule_deed_asks` for what a rule cannot have done.

    Raises Ambiguous for what several are called so.
    """
    for deed in filter(None, (rule.then, rule.afterwards)):
        command = await parts.deed(deed)
        try:
            asks = command.destructive and command.needs_confirmation(parts)
        except Ambiguous as names:
            raise await _by_name(parts, deed, names) from None
        if asks:
            raise BotError("rule_deed_asks", deed=deed)


async def _by_name(parts: Parts, deed: str, names: Ambiguous) -> Ambiguous:
    """Return the same question, with its answers by their names, as far as those mean one: they are kept."""
    options: list[Meant] = []
    for each in names.options:
        named = replace(each, topic=each.name)
        with suppress(BotError):
            command = await parts.deed(deed.replace(names.said, named.handle, 1))
            command.needs_confirmation(parts)
            options.append(named)
            continue
        options.append(each)
    return Ambiguous(names.said, options)


def _notes(parts: Parts, rule: AlertRule) -> Iterator[Text]:
    """Yield whom a rule tells, if it names somebody, or that nobody wants to be told."""
    if rule.contacts and not rule.once:
        names = {each.jid: each.name or each.jid for each in parts.rules.contacts}
        yield Text("rule_tells", {"who": ", ".join(names.get(each, each) for each in rule.contacts)})
    if unheard := parts.listening.audience.unheard(rule, parts.rules.targets):
        yield Text(unheard, {"contacts": Typed("contacts")})


@dataclass(frozen=True, kw_only=True)
class Alerts(Command):
    """Lists the alert rules, and under each what it reports now; or what fired before: past 7d, stats 30d."""

    node: ClassVar[str] = "alerts"

    filter: str = param(
        "Part of a name or a topic, nothing for all; or past or stats, perhaps with a time.",
        default="",
        greedy=True,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if asks_past(self.filter):
            return await past_alerts(parts, self.filter)
        rules = [rule for rule in parts.alerts.rules if _asked_for(parts, rule, as_said(self.filter))]
        rows: list[tuple[Cell, ...]] = []
        listed = await rule_rows(parts, rules)
        for rule, row in zip(rules, listed, strict=True):
            rows.append(row)
            rows += alert_rows(parts, rule)
        active = sum(each.active for rule in rules for each in parts.alerts.of(rule.id))
        return Table(
            title=Text("alerts", {"count": str(len(rules)), "active": str(active)}),
            columns=_COLUMNS,
            rows=tuple(rows),
            empty=self._empty(),
            facts=tuple(rule_facts(parts, rule) for rule in rules),
            more=Text("alerts_more", {"example": Typed("alerts", "freezer")}),
        )

    def _empty(self) -> Text:
        if self.filter:
            return Text("alerts_none_like", {"filter": self.filter})
        return Text("alerts_empty", {"example": Typed("alert", last="example_rule")})


def _asked_for(parts: Parts, rule: AlertRule, word: str) -> bool:
    texts = [rule.name, rule.filter, rule.field, topic_name(parts, rule.filter)]
    texts += [text for each in parts.alerts.of(rule.id) if each.active for text in (each.topic, each.name)]
    return word.removeprefix("#") == str(rule.number) or any(word in as_said(text) for text in texts)


@dataclass(frozen=True, kw_only=True)
class RmAlert(Command):
    """Removes an alert rule; what it reports now is over without a word."""

    node: ClassVar[str] = "rmalert"
    aliases: ClassVar[tuple[str, ...]] = ("delalert",)
    role: ClassVar[Role] = Role.ADMIN

    rule: str = param("Number or name of the rule.", greedy=True, of=Things.RULES)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rule = await rule_about(parts, self.rule)
        facts = rule_facts(parts, rule)
        await parts.ports.rules.remove_alert(rule)
        return Text("rule_removed", {"number": str(rule.number), "name": rule.name}, facts)


@dataclass(frozen=True, kw_only=True)
class Rule(Command):
    """Shows an alert rule, or changes it: > 35, for 10m, critical, off, as “name”."""

    node: ClassVar[str] = "rule"
    role: ClassVar[Role] = Role.ADMIN

    rule: str = param("Number or name of the rule.", of=Things.RULES)
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
        change, to = to_whom(change, parts.rules.contacts)
        names = await known_names(parts)
        wanted, unknown_names = await changed_rule(parts, names, rule, change) if change else (rule, [])
        for name in unknown_names:
            if not looks_like_topic(name):
                raise no_name(names, name)
        wanted = wanted if to is None else replace(wanted, contacts=to)
        if as_said(wanted.name) != as_said(rule.name):
            wanted = name_rule(wanted, parts.alerts.rules, "")
        else:
            wanted = await _named_anew(parts, rule, wanted)
        return await _keep(parts, "rule_changed", wanted, rule)


async def _named_anew(parts: Parts, rule: AlertRule, wanted: AlertRule) -> AlertRule:
    """Return a changed rule, called by what it asks for now if it was called by what it asked for."""
    named = []
    for each in (rule, wanted):
        called, unit = topic_name(parts, each.filter), await unit_of(parts, each)
        bare = replace(each, name="")
        named.append(name_rule(bare, parts.alerts.rules, called, parts.ports.phrases, unit))
    return named[1] if named[0].name == rule.name else wanted


def _shown(parts: Parts, rule: AlertRule) -> Table:
    steps = ", ".join(rule.escalate_to)
    escalation = [
        (
            Text("column_escalation"),
            Text("rule_escalates", {"every": duration(rule.escalate_after), "to": steps}),
        )
    ]
    rows: list[tuple[Cell, ...]] = [
        (Text("column_rule"), sentence_of(parts, rule)),
        (Text("column_filter"), rule.filter),
        *([(Text("column_field"), rule.field)] if rule.field else []),
        *([(Text("column_contacts"), ", ".join(rule.contacts))] if rule.contacts else []),
        *([(Text("column_targets"), ", ".join(rule.targets))] if rule.targets else []),
        *(escalation if rule.escalate_after else []),
        (Text("column_typed"), " to ".join(filter(None, (write_rule(rule), ", ".join(rule.contacts))))),
    ]
    rows += alert_rows(parts, rule)
    return Table(
        title=Text("rule_shown", {"number": str(rule.number), "name": rule.name}),
        columns=("column_what", "column_value", "column_state", "column_time", "column_acknowledged"),
        rows=tuple(rows),
        facts=(rule_facts(parts, rule),),
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
        rule, unknown_names = await self._rule(parts)
        for name in unknown_names:
            if not (
                looks_like_topic(name) or all(is_known(parts, parts.names, each) for each in filters_of(rule))
            ):
                raise no_name(parts.names, name)
        now = parts.ports.clock.now()
        result = await rehearse(parts, rule, now - self.days * DAY, now)
        return _reply(parts, rule, result, self.days)

    async def _rule(self, parts: Parts) -> tuple[AlertRule, list[str]]:
        """Return the rule that is tried, and what it is about if nothing is called so."""
        first, _, rest = self.rule.strip().partition(" ")
        said = rest if spelled(first) in by_word((Alert,)) and rest else self.rule
        found = Handles(parts.alerts.rules).begun(said)
        if found is not None:
            return (changed(*found) if found[1] else found[0]), []
        names = await known_names(parts)
        try:
            return await joined_rule(parts, names, *first_word(said))
        except BotError as err:
            if err.key != "rule_no_condition":
                raise
            return parts.alerts.rule(said), []


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
    placeholders: dict[str, Cell] = {
        "sentence": sentence_of(parts, rule),
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
            "try_quiet",
            {"told": told, "operator": rule.condition.operator.value, "limit": Amount(result.quiet)},
        )
    if result.cut:
        told = Text(
            "try_cut", {"told": told, "messages": str(result.messages), "time": parts.moment(result.until)}
        )
    return Text(told.key, told.placeholders, facts)
