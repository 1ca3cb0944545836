"""Commands about what is told once, and then no more."""

from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..alerts.rules.subject import joined_rule
from ..alerts.rules.warnings import refuse_hopeless
from ..alerts.watches import filters_of
from ..model.replies import BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import AlertRule, Role
from ..reading.topic_lookup import Names, known_names
from ..text.times import parted_end
from ..text.words import OFF
from .alerts import make_rule
from .command import Command, Parts, param, require
from .doubts import is_known, unknown
from .rule_rows import rule_facts

MOST_WAITING = 50
"""Rules that tell once, if somebody else than an administrator makes one more."""


@dataclass(frozen=True, kw_only=True)
class Once(Command):
    """Tells you once when something is so, and then no more: washer power < 5 for 3m until 23:00."""

    node: ClassVar[str] = "once"
    role: ClassVar[Role] = Role.OPERATOR

    topic: str = param(
        "Topic, topic filter or alias, perhaps with .field behind it.", named=True, compared=True
    )
    condition: str = param(
        "Field, comparison and value, then for 5m, until 23:00, a priority.",
        default="",
        greedy=True,
        verbatim=True,
    )

    force: bool = param(
        "Whether it is made although nothing is known of the topic.", default=False, aside=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        names, clock = await known_names(parts), parts.ports.clock
        condition, until = parted_end(self.condition, clock.now(), clock.local)
        rule, unknown_names = await joined_rule(parts, names, self.topic, condition)
        mine = (caller.who,) if caller.has_chat else ()
        rule = replace(rule, once=True, until=until, contacts=mine)
        refuse_hopeless(rule)
        if caller.role < Role.ADMIN:
            _refuse_more(parts, names, rule)
        for name in () if self.force else unknown_names:
            if not all(is_known(parts, names, each) for each in filters_of(rule)):
                raise unknown(names, replace(self, force=True), name, "unknown_topic")
        return await make_rule(parts, "rule_waits_until" if until else "rule_waits", rule)


def _refuse_more(parts: Parts, names: Names, rule: AlertRule) -> None:
    """Raise BotError for what only an administrator may: listen to further topics, or wait for very much."""
    for each in filters_of(rule):
        if not names.heard(each) and parts.subscriptions.covering(each) is None:
            raise BotError("once_not_heard", filter=each)
    if sum(each.once for each in parts.alerts.rules) >= MOST_WAITING:
        raise BotError("once_too_many", most=MOST_WAITING, command=Typed("waiting"))


@dataclass(frozen=True, kw_only=True)
class Waiting(Command):
    """Lists what is waited for to be told once, or forgets one of it: off 3."""

    node: ClassVar[str] = "waiting"
    aliases: ClassVar[tuple[str, ...]] = ("waits",)

    forget: str = param(
        "off and the number or the name of what is not waited for any more.", default="", greedy=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        first, _, handle = self.forget.strip().partition(" ")
        if first.casefold() in OFF:
            return await self._forgotten(parts, caller, handle)
        waiting = [rule for rule in parts.alerts.rules if rule.once]
        return Table(
            title=Text("waiting", {"count": str(len(waiting))}),
            columns=("column_name", "column_value", "column_contacts"),
            rows=tuple(_waiting_row(parts, rule) for rule in waiting),
            empty=Text("waiting_empty", {"example": Typed("once", last="example_rule")}),
            facts=tuple(rule_facts(parts, rule) for rule in waiting),
        )

    async def _forgotten(self, parts: Parts, caller: Caller, handle: str) -> Reply:
        rule = parts.alerts.rule(handle)
        if not rule.once:
            raise BotError("not_waiting", rule=rule.name, command=Typed("rmalert", str(rule.number)))
        require(caller, Role.OPERATOR if rule.contacts == (caller.who,) else Role.ADMIN, self.node)
        facts = rule_facts(parts, rule)
        await parts.ports.rules.remove_alert(rule)
        return Text("rule_removed", {"number": str(rule.number), "name": rule.name}, facts)


def _waiting_row(parts: Parts, rule: AlertRule) -> tuple[Cell, ...]:
    until: Cell = Text("until", {"time": parts.moment(rule.until)}) if rule.until else ""
    return (
        Text("row_waiting", {"number": str(rule.number), "what": rule.name}),
        until,
        ", ".join(rule.contacts),
    )
