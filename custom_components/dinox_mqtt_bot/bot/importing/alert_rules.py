"""Rules made of Home Assistant's `alert:` and of Alert2, which both watch entities."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
import re

from ..alerts.rules.contradictions import contradiction
from ..alerts.rules.names import name_apart
from ..model.replies import BotError, Text
from ..model.rules import AlertRule, Clause, Condition, Operator, Priority, RuleSet
from ..model.topics import fold, valid_filter
from ..text.foreign import cut
from ..text.numbers import number_text
from .conditions import ENTITY_ID, Joined, StateWanted, ended_by, is_state, read_condition
from .outcomes import LONGEST_IMPORTED_NAME, Outcome, Untaken
from .recognise import Fields, first, text

LONGEST_OWN = 300
"""Characters of a text of its own."""
_MOST_SECONDS = 366 * 86_400.0
_VALUE = re.compile(r"\{\{-?\s*(?:states\(\s*['\"]([\w.]+)['\"][^{}]*\)|states\.([\w.]+)\.state)[^{}]*\}\}")
_NAME = re.compile(r"\{\{-?\s*state_attr\(\s*['\"][\w.]+['\"]\s*,\s*['\"]friendly_name['\"]\s*\)\s*-?\}\}")
_ACTION = re.compile(r"[a-z0-9_]+")
_PRIORITIES = {"low": Priority.NORMAL, "medium": Priority.ALERT, "high": Priority.CRITICAL}
_BEGINS = ("condition_on", "trigger_on", "manual_on")
_ENDS = ("condition_off", "trigger_off", "manual_off")
_ALWAYS = re.compile(r"true|\{\{-?\s*true\s*-?\}\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StateTopic:
    """Where the state of an entity comes: a topic, and a field of it or nothing."""

    topic: str
    field: str = ""


type FindState = Callable[[str], StateTopic]
"""Finds where an entity's state comes. Raises Untaken."""


class AlertPrograms:
    """Makes rules of rows of either program; one that is there already is not made again."""

    def __init__(self, rules: RuleSet, places: FindState) -> None:
        self._known = frozenset(fold(rule.name) for rule in rules.alerts)
        self._named = set(self._known)
        self._asked = set(map(_asked, rules.alerts))
        self._places = places

    def keep(self, rule: AlertRule, outcome: Outcome) -> AlertRule:
        """Return a rule with a name of its own. Raises Untaken for one that is there, or cannot work."""
        if fold(rule.name) in self._known or _asked(rule) in self._asked:
            raise Untaken("known")
        rule = name_apart(rule, self._named, rule.filter)
        if (wrong := contradiction(rule)) is not None:
            err = wrong.error(rule)
            raise Untaken("refused", Text(f"exceptions.{err.key}.message", err.placeholders))
        outcome.name = rule.name
        self._named.add(fold(rule.name))
        self._asked.add(_asked(rule))
        return rule

    # Home Assistant's own.

    def take_alert(self, fields: Fields, outcome: Outcome) -> AlertRule:
        """Make a rule of an entry of `alert:`. Raises Untaken."""
        entity = text(fields.get("entity_id"))
        if not ENTITY_ID.fullmatch(entity):
            raise Untaken("no_entity")
        every = _minutes(fields.get("repeat"), outcome)
        rule = self._rule(Joined((is_state(entity, _state(fields.get("state", "on"))),)))
        named = first(fields, "name")
        if "{" in named:
            outcome.change("name")
            named = outcome.name.replace("_", " ")
        skips = _truth(fields.get("skip_first"))
        if not _truth(fields.get("can_acknowledge", True)):
            outcome.change("acknowledge")
        return self.keep(
            replace(
                rule,
                name=_name(named or outcome.name),
                repeat=every[-1] if every else 0.0,
                hold=every[0] if skips and every else 0.0,
                targets=_targets(fields.get("notifiers"), outcome),
                text=_own_text(fields, {entity}, outcome),
            ),
            outcome,
        )

    # Alert2.

    def take_alert2(self, fields: Fields, outcome: Outcome) -> AlertRule:
        """Make a rule of an alert of Alert2. Raises Untaken."""
        if "generator" in fields or "generator_name" in fields:
            raise Untaken("generator")
        rule = self._split(fields, outcome) if _is_split(fields) else self._alert2_rule(fields)
        every = _minutes(fields.get("reminder_frequency_mins"), outcome)
        named = first(fields, "friendly_name")
        if "{" in named:
            named = ""
        for key in ("supersedes", "throttle_fires_per_mins", "max_reminders"):
            if fields.get(key):
                outcome.change(key)
        entities = {rule.filter.rpartition("/")[2]}
        momentary = rule.condition.operator.momentary
        said = first(fields, "priority").casefold()
        if said and said not in _PRIORITIES:
            outcome.change("priority")
        return self.keep(
            replace(
                rule,
                name=_name(named or f"{first(fields, 'domain')} {first(fields, 'name')}".replace("_", " ")),
                repeat=0.0 if momentary or not every else every[-1],
                hold=rule.hold or _seconds(fields.get("delay_on_secs")),
                priority=_PRIORITIES.get(said, Priority.ALERT),
                targets=_targets(fields.get("notifier"), outcome),
                text=_own_text(fields, entities, outcome),
            ),
            outcome,
        )

    def _split(self, fields: Fields, outcome: Outcome) -> AlertRule:
        """Return the rule of what begins and ends apart: here it is over when it no longer holds."""
        condition, trigger = fields.get("condition_on"), fields.get("trigger_on")
        if condition is None and trigger is None:
            raise Untaken("by_hand")
        rule = self._alert2_rule({"condition": condition, "trigger": trigger}, lasting=True)
        clear = None
        if trigger is None and "trigger_off" not in fields:
            clear = ended_by(text(condition), text(fields.get("condition_off")))
        if clear is None:
            outcome.change("ends")
        return replace(rule, condition=replace(rule.condition, clear=clear or rule.condition.clear))

    def _alert2_rule(self, fields: Fields, *, lasting: bool = False) -> AlertRule:
        said = text(fields.get("condition"))
        asked = read_condition(said) if said and not _ALWAYS.fullmatch(said) else Joined(())
        trigger = fields.get("trigger", fields.get("triggers"))
        if (limits := fields.get("threshold")) is not None:
            if not isinstance(limits, Mapping):
                raise Untaken("threshold")
            rule = self._threshold(limits)
        elif trigger is not None:
            rule = self._triggered(trigger, lasting=lasting)
        elif asked.wanted:
            return self._rule(asked)
        else:
            raise Untaken("threshold")
        if asked.either:
            raise Untaken("and_or")
        return replace(rule, others=self._clauses(asked.wanted, rule))

    def _threshold(self, limits: Fields) -> AlertRule:
        """Return the rule of a value with a least and a most, and a hysteresis at which it is over."""
        said = text(limits.get("value"))
        least, most = _number(limits.get("minimum")), _number(limits.get("maximum"))
        if not ENTITY_ID.fullmatch(said):
            # Read as a condition whose limit is of no use: it names one entity, or cannot be read.
            inner = said.removeprefix("{{").removesuffix("}}").strip("-")
            (wanted, *more) = read_condition(f"{{{{ {inner} > 0 }}}}").wanted
            if more or not said.startswith("{{"):
                raise Untaken("template")
            said = wanted.entity
        slack = _number(limits.get("hysteresis")) or 0.0
        if most is None and least is None:
            raise Untaken("threshold")
        if most is not None and least is not None:
            condition = Condition(Operator.OUTSIDE, (number_text(least), number_text(most)))
        elif most is not None:
            condition = Condition(Operator.ABOVE, (number_text(most),), _end(most - slack, slack))
        else:
            assert least is not None
            condition = Condition(Operator.BELOW, (number_text(least),), _end(least + slack, slack))
        return self._rule(Joined((StateWanted(said, condition),)))

    def _triggered(self, trigger: object, *, lasting: bool) -> AlertRule:
        """Return the rule of what happens, or is so from then on: a state, a number, MQTT. Raises Untaken."""
        rows = trigger if isinstance(trigger, list) else [trigger]
        if len(rows) != 1 or not isinstance(rows[0], Mapping):
            raise Untaken("triggers")
        fields: Fields = rows[0]
        kind = first(fields, "platform", "trigger")
        if kind == "mqtt":
            return _published(fields)
        if kind not in {"state", "numeric_state"}:
            raise Untaken("trigger")
        entity, hold = _only(fields.get("entity_id")), _duration(fields.get("for"))
        lasting = lasting or bool(hold)
        rule = self._stated(entity, fields, lasting) if kind == "state" else self._measured(entity, fields)
        return replace(rule, hold=hold)

    def _stated(self, entity: str, fields: Fields, lasting: bool) -> AlertRule:
        to = _state(fields.get("to", ""))
        wanted = is_state(entity, to)
        if not to:
            wanted = StateWanted(entity, Condition(Operator.CHANGES))
        elif not (lasting or wanted.there):
            wanted = StateWanted(entity, Condition(Operator.HAPPENS, (to,)))
        return self._rule(Joined((wanted,)))

    def _measured(self, entity: str, fields: Fields) -> AlertRule:
        above, below = _number(fields.get("above")), _number(fields.get("below"))
        if above is None or below is None:
            return self._threshold({"value": entity, "maximum": above, "minimum": below})
        condition = Condition(Operator.BETWEEN, (number_text(above), number_text(below)))
        return self._rule(Joined((StateWanted(entity, condition),)))

    # Both.

    def _rule(self, asked: Joined) -> AlertRule:
        head, *others = asked.wanted
        place = self._place(head)
        rule = AlertRule(place.topic, head.condition, place.field, either=asked.either)
        return replace(rule, others=self._clauses(others, rule))

    def _clauses(self, wanted: Iterable[StateWanted], rule: AlertRule) -> tuple[Clause, ...]:
        places = ((each, self._place(each)) for each in wanted)
        return tuple(
            Clause(each.condition, "" if place.topic == rule.filter else place.topic, place.field)
            for each, place in places
        )

    def _place(self, wanted: StateWanted) -> StateTopic:
        place = self._places(wanted.entity)
        return StateTopic(f"{place.topic}/availability") if wanted.there else place


def _is_split(fields: Fields) -> bool:
    return any(name in fields for name in (*_BEGINS, *_ENDS))


def _published(fields: Fields) -> AlertRule:
    topic, said = text(fields.get("topic")), text(fields.get("payload"))
    try:
        valid_filter(topic)
    except BotError as err:
        raise Untaken("filter") from err
    return AlertRule(topic, Condition(Operator.HAPPENS, (said,) if said else ()))


def _name(said: str) -> str:
    return cut(" ".join(said.split()), LONGEST_IMPORTED_NAME)


def _state(said: object) -> str:
    """Return a state as Home Assistant writes it: YAML reads `on` as true."""
    return {True: "on", False: "off"}[said] if isinstance(said, bool) else text(said)


def _truth(said: object) -> bool:
    return said if isinstance(said, bool) else text(said).casefold() in {"true", "yes", "on", "1"}


def _number(said: object) -> float | None:
    try:
        found = float(text(said))
    except ValueError:
        return None
    return None if isinstance(said, bool) or not isfinite(found) else found


def _seconds(said: object) -> float:
    seconds = _number(said) or 0.0
    return seconds if 0.0 < seconds <= _MOST_SECONDS else 0.0


def _asked(rule: AlertRule) -> Hashable:
    """Return what two rules have in common that are the same."""
    return rule.asks, rule.hold, rule.only


def _minutes(said: object, outcome: Outcome) -> list[float]:
    """Return how often it is told again, in seconds; the last of several stays."""
    rows = said if isinstance(said, list) else [said]
    found = [each for row in rows if (each := _seconds(row) * 60.0)]
    if len(set(found)) > 1:
        outcome.change("repeats")
    return found


def _duration(said: object) -> float:
    """Read `for`: seconds, hours:minutes:seconds, or an object of these."""
    if isinstance(said, Mapping):
        units = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
        return _seconds(sum((_number(said.get(unit)) or 0.0) * of for unit, of in units.items()))
    parts = text(said).split(":")
    numbers = [_number(part) or 0.0 for part in parts]
    return _seconds(sum(each * 60.0**power for power, each in enumerate(reversed(numbers))))


def _end(at: float, slack: float) -> str:
    return number_text(at) if slack else ""


def _only(said: object) -> str:
    rows = said if isinstance(said, list) else [said]
    entity = text(rows[0]) if len(rows) == 1 else ""
    if not ENTITY_ID.fullmatch(entity):
        raise Untaken("no_entity")
    return entity


def _targets(said: object, outcome: Outcome) -> tuple[str, ...]:
    """Return the actions that are told; what a template names is left out."""
    rows = [text(row) for row in (said if isinstance(said, list) else [said])]
    names = [row.removeprefix("notify.") for row in rows if row]
    if any(not _ACTION.fullmatch(name) for name in names):
        outcome.change("notifier")
    return tuple(dict.fromkeys(f"notify.{name}" for name in names if _ACTION.fullmatch(name)))


def _own_text(fields: Fields, entities: set[str], outcome: Outcome) -> str:
    """Return the words of its own, if they need no more than its value and its name."""
    if first(fields, "done_message"):
        outcome.change("done_message")
    said = " ".join(first(fields, "message").split())

    def value(found: re.Match[str]) -> str:
        return "{value}" if (found[1] or found[2]) in entities else found[0]

    words = _NAME.sub("{name}", _VALUE.sub(value, said))
    bare = words.replace("{value}", "").replace("{name}", "")
    if "{" in bare or "}" in bare or len(words) > LONGEST_OWN:
        outcome.change("message")
        return ""
    return words
