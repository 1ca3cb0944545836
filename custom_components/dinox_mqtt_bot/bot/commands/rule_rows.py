"""Alert rules as they are listed: what each asks for, what it reports now, and what fired before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from ..alerts.rule_texts import condition_text, conditions_text, sentence, tells, weekly_text
from ..alerts.rules.grammar import write_condition, write_rule
from ..alerts.texts import rule_name
from ..history.spans import Span, parse_span
from ..model import alert
from ..model.replies import Amount, BotError, Cell, Table, Text, Typed, Worded
from ..model.rules import AlertRule
from ..model.topics import HOOKS, fold, shared
from ..reading.topic_lookup import Names, known_names, topic_name
from ..text.durations import DAY, duration
from ..text.tongue import words
from .command import Parts, worded

_STATES = {
    alert.AlertState.FIRING: "alert_is_firing",
    alert.AlertState.RECOVERING: "alert_is_recovering",
    alert.AlertState.NO_DATA: "alert_is_no_data",
}
_MOST_NAMED = 8
_SHORTEST = 3
"""Letters of a word that a name may end with: `tor`."""
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


def sentence_of(parts: Parts, rule: AlertRule) -> Worded:
    where = topic_name(parts, rule.filter)
    return worded(parts, lambda phrases: sentence(rule, phrases, where))


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
        "only": rule.only,
        "once": rule.once,
        "text": rule.text,
        "after": rule.after,
        "then": rule.then,
        "afterwards": rule.afterwards,
        "picture": rule.picture,
        "either": rule.either,
        "others": [
            {
                "topic": each.filter or rule.filter,
                "field": each.field,
                "condition": write_condition(each.condition),
            }
            for each in rule.others
        ],
        "until": rule.until or None,
        "contacts": list(rule.contacts),
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
        times_of(parts, rule),
        Text(f"priority_{rule.priority.word}"),
        never,
    )


def times_of(parts: Parts, rule: AlertRule) -> Cell:
    """Return the times of the week at which alone a rule fires."""
    times = worded(parts, partial(weekly_text, rule.only))
    return Text("rule_only", {"times": times}) if times.plain else ""


def _asks(parts: Parts, rule: AlertRule) -> Cell:
    """Return what a rule asks for, as far as its name does not tell."""
    phrases, where = parts.ports.phrases, topic_name(parts, rule.filter)
    conditions = (rule.condition, *(each.condition for each in rule.others))
    told = all(tells(rule.name, replace(rule, condition=each), phrases) for each in conditions)
    if told and where in rule.name:
        return Text("rule_hold", {"duration": duration(rule.hold)}) if rule.hold else ""
    if rule.others:
        return worded(parts, lambda speech: conditions_text(rule, speech, where))
    said = [rule.field] if where in rule.name else [where, rule.field]
    return worded(parts, lambda speech: " ".join(filter(None, (*said, condition_text(rule, speech)))))


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
    if waits := parts.alerts.explained(each):
        taken = Text("alert_waits", {"cause": waits})
    since = Text("since", {"time": parts.moment(each.fired), "duration": lasted})
    return (
        _named(each),
        Amount(each.value),
        _no_value(parts, each) if each.blind else Text(_STATES[each.state]),
        since,
        taken,
    )


PAST, STATS = words("alerts_past"), words("alerts_stats")
MOST_PAST = 500
"""Incidents that are looked at, the newest of them."""

_USUAL = {False: 7 * DAY, True: 30 * DAY}
_OVER = frozenset({alert.Step.RESOLVED, alert.Step.CLOSED})


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident by its log. Times are Unix seconds; `ended` is infinite while it is not over."""

    number: int
    rule: str
    topic: str
    fired: float
    value: str
    ended: float = inf
    seen_at: float = 0.0
    seen_by: str = ""


def asks_past(text: str) -> bool:
    """Say whether `past`, `stats` or their like begin a text."""
    return _first(text) in PAST | STATS


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0].casefold() if text.strip() else ""


async def past_alerts(parts: Parts, text: str) -> Table:
    """Return the alerts of a span (`past 24h`), or what they come to (`stats`).

    Raises BotError `invalid_span`.
    """
    clock, counts = parts.ports.clock, _first(text) in STATS
    rest = " ".join(text.split()[1:])
    now = clock.now()
    span = parse_span(rest, now, clock.local) if rest else Span(now - _USUAL[counts], inf)
    if span is None:
        raise BotError("invalid_span", span=rest)
    found = incidents_of(await parts.ports.alerts.past(span, MOST_PAST))
    await known_names(parts)
    said = rest or duration(_USUAL[counts])
    return _stats(parts, found, said, now) if counts else _past(parts, found, said)


def incidents_of(events: Iterable[alert.AlertEvent]) -> list[Incident]:
    """Return the incidents that a log tells of, in the order in which they fired."""
    by_number: dict[int, list[alert.AlertEvent]] = {}
    for event in events:
        by_number.setdefault(event.number, []).append(event)
    found = [
        _incident(each) for each in by_number.values() if any(one.step is alert.Step.FIRED for one in each)
    ]
    return sorted(found, key=lambda each: each.fired)


def _incident(events: Sequence[alert.AlertEvent]) -> Incident:
    """Return one incident; one that comes and goes is over with the last end after its last beginning."""
    fired = [event for event in events if event.step is alert.Step.FIRED]
    ends = [event.at for event in events if event.step in _OVER and event.at >= fired[-1].at]
    seen = [event for event in events if event.step is alert.Step.ACKNOWLEDGED]
    begun = fired[0]
    return Incident(
        begun.number,
        begun.rule,
        begun.topic,
        begun.at,
        begun.value,
        ended=ends[-1] if ends else inf,
        seen_at=seen[0].at if seen else 0.0,
        seen_by=seen[0].who if seen else "",
    )


def _past(parts: Parts, found: Sequence[Incident], said: str) -> Table:
    rows = tuple(_row(parts, each) for each in found)
    return Table(
        title=Text("alerts_past", {"count": str(len(found)), "span": said}),
        columns=("column_time", "column_name", "column_value", "column_state", "column_acknowledged"),
        rows=rows,
        empty=Text("alerts_past_none", {"span": said}),
        facts=tuple(_facts(parts, each) for each in found),
        keep_last=True,
    )


def _row(parts: Parts, one: Incident) -> tuple[Cell, ...]:
    lasted = Text("alert_still_there")
    if one.ended < inf:
        lasted = Text("alert_lasted_for", {"duration": duration(one.ended - one.fired)})
    seen = Text("alert_taken", {"who": one.seen_by}) if one.seen_by else ""
    return (
        parts.moment(one.fired),
        Text("alert_numbered", {"name": _name(parts, one), "number": str(one.number)}),
        Amount(one.value),
        lasted,
        seen,
    )


def _name(parts: Parts, one: Incident) -> Worded:
    """Return what an incident is called: its rule, with its topic where the rule's name leaves that open."""
    rule = next((each for each in parts.alerts.rules if each.id == one.rule), None)
    topic = topic_name(parts, one.topic) if one.topic else ""
    if one.topic.startswith(HOOKS):  # its messages tell what it is called
        topic = next((each.name for each in parts.names.find(one.topic)), topic)
    broker = "common.alert_broker"
    if rule is None:
        return worded(parts, lambda phrases: topic or phrases.phrase(broker))
    told, alone = rule, rule.filter == one.topic
    return worded(
        parts,
        lambda phrases: _with_topic(
            rule_name(told, phrases), "" if alone else topic or phrases.phrase(broker)
        ),
    )


def _with_topic(name: str, topic: str) -> str:
    return name if topic in name else f"{name}: {topic}"


def _facts(parts: Parts, one: Incident) -> dict[str, object]:
    return {
        "number": one.number,
        "rule": str(_name(parts, one)),
        "topic": one.topic,
        "value": one.value,
        "fired": one.fired,
        "ended": one.ended if one.ended < inf else None,
        "acknowledged_by": one.seen_by or None,
        "acknowledged_at": one.seen_at or None,
    }


def _stats(parts: Parts, found: Sequence[Incident], said: str, now: float) -> Table:
    """Return what fired how often, the most frequent first, and how soon somebody saw to it."""
    groups: dict[str, list[Incident]] = {}
    for one in found:
        groups.setdefault(one.rule, []).append(one)
    often = sorted(groups.values(), key=lambda each: -len(each))
    return Table(
        title=Text("alerts_stats", {"count": str(len(found)), "span": said}),
        columns=("column_name", "column_count", "column_time", "column_acknowledged"),
        rows=tuple(_stats_row(parts, each, now) for each in often),
        empty=Text("alerts_past_none", {"span": said}),
        facts=tuple(_stats_facts(parts, each, now) for each in often),
        note=_seen(found),
    )


def _rule(parts: Parts, group: Sequence[Incident]) -> Worded:
    rule = next((each for each in parts.alerts.rules if each.id == group[0].rule), None)
    return worded(parts, partial(rule_name, rule)) if rule else _name(parts, group[-1])


def _stats_row(parts: Parts, group: Sequence[Incident], now: float) -> tuple[Cell, ...]:
    lasted = Text("alert_lasted_in_all", {"duration": duration(_lasted(group, now))})
    return _rule(parts, group), Text("alert_times", {"count": str(len(group))}), lasted, _seen(group) or ""


def _lasted(group: Iterable[Incident], now: float) -> float:
    return sum(min(each.ended, now) - each.fired for each in group)


def _seen(group: Sequence[Incident]) -> Text | None:
    """Return how many were acknowledged, and after how long on average."""
    took = _took(group)
    if not took:
        return None
    after = duration(sum(took) / len(took))
    return Text("alerts_seen", {"count": str(len(took)), "of": str(len(group)), "duration": after})


def _took(group: Iterable[Incident]) -> list[float]:
    return [each.seen_at - each.fired for each in group if each.seen_at]


def _stats_facts(parts: Parts, group: Sequence[Incident], now: float) -> dict[str, object]:
    took = _took(group)
    return {
        "rule": str(_rule(parts, group)),
        "count": len(group),
        "seconds": _lasted(group, now),
        "acknowledged": len(took),
        "seconds_to_acknowledge": sum(took) / len(took) if took else None,
    }


async def rule_about(parts: Parts, handle: str) -> AlertRule:
    """Return the rule of a handle, or the one about what is called so: `the alert of the freezer`.

    Raises BotError as `Alerts.rule`, or `rules_about` for several.
    """
    try:
        return parts.alerts.rule(handle)
    except BotError as err:
        error = err
    around = words("before_name") | words("follow_made")
    spoken = [word for word in handle.split() if word.casefold() not in around]
    name = " ".join(spoken)
    every = parts.alerts.rules
    all_of_them = name.casefold() in words("all")
    about = [*every] if all_of_them else rules_about(every, await known_names(parts), name) if name else []
    if not about:
        raise error
    if len(about) > 1:
        raise several_rules(name, about, "rmalert")
    return about[0]


def rules_about(rules: Iterable[AlertRule], names: Names, said: str) -> list[AlertRule]:
    """Return the rules about what is called so, or whose name has a word that ends so: `Stalltor`."""
    found = names.find(said)
    return [
        rule
        for rule in rules
        if any(each.topic == rule.filter and each.field in {"", rule.field} for each in found)
        or _ends_as(names.name(rule.filter), said)
    ]


def _ends_as(name: str, said: str) -> bool:
    end = said.casefold()
    return len(end) >= _SHORTEST and any(word.endswith(end) for word in name.casefold().split())


def several_rules(name: str, rules: Sequence[AlertRule], node: str) -> BotError:
    """Return that several rules are about something, of which a command takes one by its number."""
    every = ", ".join(f"{rule.number} {rule.name}" for rule in rules[:_MOST_NAMED])
    return BotError("rules_about", name=name, rules=every, example=Typed(node, str(rules[0].number)))
