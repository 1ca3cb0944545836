"""Commands about what is told once, and then no more: when something is so, or at a time."""

from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..alerts.rules.subject import joined_rule
from ..alerts.rules.warnings import refuse_hopeless
from ..alerts.watches import filters_of
from ..model.reminder import Reminder
from ..model.replies import BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import AlertRule, Role
from ..reading.topic_lookup import Names, known_names
from ..text.happening import days_apart
from ..text.times import parse_moved, parted_end, parted_moment
from ..text.tongue import meant, plainly, skip, words
from .alerts import make_rule
from .command import Command, Parts, param, require
from .doubts import is_known, unknown_topic
from .rule_rows import rule_facts

MOST_WAITING = 50
"""Rules that tell once, if somebody else than an administrator makes one more."""


_MOST_DIGITS = 20
MAX_REMINDER = 500
"""Characters of what is told or done later."""


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
                raise unknown_topic(names, replace(self, force=True), name)
        again = None if self.force else replace(self, force=True)
        return await make_rule(parts, "rule_waits_until" if until else "rule_waits", rule, again)


def _refuse_more(parts: Parts, names: Names, rule: AlertRule) -> None:
    """Raise BotError for what only an administrator may: listen to further topics, or wait for very much."""
    for each in filters_of(rule):
        if not names.heard(each) and parts.subscriptions.covering(each) is None:
            raise BotError("once_not_heard", filter=each)
    if sum(each.once for each in parts.alerts.rules) >= MOST_WAITING:
        raise BotError("once_too_many", most=MOST_WAITING, command=Typed("waiting"))


@dataclass(frozen=True, kw_only=True)
class Remind(Command):
    """Tells you something at a time, perhaps every day: at 18:00 to close the hatch."""

    node: ClassVar[str] = "remind"

    what: str = param(
        "When, as in 10 minutes or tomorrow at 7, and what you want to be told.", greedy=True, verbatim=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        spoken = self.what.split()
        said = " ".join(spoken[skip("remind_whom", list(map(plainly, spoken))) :])
        days, often, said = days_apart(said)
        _refuse_each(said)
        at, text = _moment(parts, said, "remind", "example_remind")
        _refuse_each(text)
        about = text.replace(",", " ", 1).split() if text.partition(" ")[0].endswith(",") else text.split()
        text = " ".join(about[skip("remind_about", list(map(plainly, about))) :])[:MAX_REMINDER]
        text = text or parts.outgoing.speech(caller.who, caller.language).phrase("common.time_is_up")
        kept = parts.reminders.add(caller.who, caller.where, text, at, days=days, often=often)
        return _kept(parts, "reminder_kept", kept)


@dataclass(frozen=True, kw_only=True)
class Later(Command):
    """Does something at a time, perhaps every day: in 10 minutes lamp off, or tomorrow at 7 and a preset."""

    node: ClassVar[str] = "later"
    role: ClassVar[Role] = Role.OPERATOR

    what: str = param(
        "When, as in 10 minutes or at 22:00, and what is to be done.", greedy=True, verbatim=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        days, often, said = days_apart(self.what)
        at, text = _moment(parts, said, "later", "example_later")
        if not text or len(text) > MAX_REMINDER:
            key, example = ("no_deed", text[:MAX_REMINDER]) if text else ("no_moment", "")
            raise BotError(key, deed=example, example=Typed("later", last="example_later"))
        command = await parts.deed(text)
        if command.destructive and command.needs_confirmation(parts):
            raise BotError("later_asks", deed=text)
        kept = parts.reminders.add(caller.who, caller.where, text, at, deed=True, days=days, often=often)
        return _kept(parts, "later_kept", kept)


def _refuse_each(text: str) -> None:
    """Raise BotError `reminder_once` for what is to be said again and again: `every day at 8`."""
    if plainly(text.partition(" ")[0]) in words("remind_each"):
        raise BotError("reminder_once")


def _moment(parts: Parts, said: str, node: str, example: str) -> tuple[float, str]:
    """Return the moment that a text begins or ends with, and its rest. Raises BotError `no_moment`."""
    at, rest = parted_moment(said, parts.ports.clock.now(), parts.ports.clock.local)
    if not at:
        raise BotError("no_moment", example=Typed(node, last=example))
    return at, rest


def _kept(parts: Parts, key: str, kept: Reminder) -> Text:
    cells: dict[str, Cell] = {"time": _when(parts, kept), "what": kept.text, "number": f"r{kept.number}"}
    return Text(key, cells, kept.facts)


def _when(parts: Parts, kept: Reminder) -> Cell:
    time = parts.moment(kept.at)
    return Text("reminder_often", {"often": kept.often, "time": time}) if kept.often else time


@dataclass(frozen=True, kw_only=True)
class Waiting(Command):
    """Lists what is waited for to be told once, or forgets one of it: off 3; or moves one: r1 6:30."""

    node: ClassVar[str] = "waiting"
    aliases: ClassVar[tuple[str, ...]] = ("waits",)

    forget: str = param(
        "off and the number or name of what is not waited for any more; or a reminder and another time.",
        default="",
        greedy=True,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        first, _, handle = self.forget.strip().partition(" ")
        if meant("state", first) == "off":
            return await self._forgotten(parts, caller, handle)
        if handle and (kept := _numbered(parts, first)) is not None:
            return self._moved(parts, caller, kept, handle)
        waiting, later = [rule for rule in parts.alerts.rules if rule.once], parts.reminders.waiting
        return Table(
            title=Text("waiting", {"count": str(len(waiting) + len(later))}),
            columns=("column_name", "column_value", "column_contacts"),
            rows=(
                *(_waiting_row(parts, rule) for rule in waiting),
                *(_reminder_row(parts, each) for each in later),
            ),
            empty=Text("waiting_empty", {"example": Typed("once", last="example_rule")}),
            facts=(*(rule_facts(parts, rule) for rule in waiting), *(each.facts for each in later)),
        )

    def _moved(self, parts: Parts, caller: Caller, kept: Reminder, when: str) -> Reply:
        """Keep a reminder for another time, as `parse_moved` reads it."""
        require(caller, self.role if kept.who == caller.who else Role.ADMIN, self.node)
        clock = parts.ports.clock
        at = parse_moved(when, kept.at, clock.now(), clock.local)
        if not at:
            raise BotError("no_moment", example=Typed("remind", last="example_remind"))
        moved = parts.reminders.move(kept.number, at)
        return _kept(parts, "later_kept" if kept.deed else "reminder_kept", moved)

    async def _forgotten(self, parts: Parts, caller: Caller, handle: str) -> Reply:
        if plainly(handle) in words("all"):
            return self._all_forgotten(parts, caller)
        if (later := _numbered(parts, handle)) is not None:
            require(caller, self.role if later.who == caller.who else Role.ADMIN, self.node)
            parts.reminders.remove(later.number)
            return Text("reminder_removed", {"what": later.text}, later.facts)
        rule = parts.alerts.rule(handle)
        if not rule.once:
            raise BotError("not_waiting", rule=rule.name, command=Typed("rmalert", str(rule.number)))
        require(caller, Role.OPERATOR if rule.contacts == (caller.who,) else Role.ADMIN, self.node)
        facts = rule_facts(parts, rule)
        await parts.ports.rules.remove_alert(rule)
        return Text("rule_removed", {"number": str(rule.number), "name": rule.name}, facts)

    @staticmethod
    def _all_forgotten(parts: Parts, caller: Caller) -> Reply:
        """Forget what the caller is to be reminded of, but not what is to be done, and tell what that was."""
        own = [each for each in parts.reminders.waiting if each.who == caller.who and not each.deed]
        for each in own:
            parts.reminders.remove(each.number)
        what = ", ".join(each.text for each in own)
        return Text("reminder_removed", {"what": what}) if own else Text("reminders_none")


def _waiting_row(parts: Parts, rule: AlertRule) -> tuple[Cell, ...]:
    until: Cell = Text("until", {"time": parts.moment(rule.until)}) if rule.until else ""
    return (
        Text("row_waiting", {"number": str(rule.number), "what": rule.name}),
        until,
        ", ".join(rule.contacts),
    )


def _numbered(parts: Parts, handle: str) -> Reminder | None:
    """Return the reminder of a handle such as `r1`. Raises BotError `no_reminder` where there is none."""
    word = handle.strip().casefold()
    number = word.lstrip("r")
    if number == word or not number.isdecimal():
        return None
    found = next((each for each in parts.reminders.waiting if number == str(each.number)), None)
    if found is None:
        raise BotError("no_reminder", number=f"r{number}"[:_MOST_DIGITS], command=Typed("waiting"))
    return found


def _reminder_row(parts: Parts, each: Reminder) -> tuple[Cell, ...]:
    what = Text("row_reminder", {"number": f"r{each.number}", "what": each.text})
    return what, _when(parts, each), each.who
