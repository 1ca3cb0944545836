"""The command that takes back what its caller changed last."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, ClassVar, override

from ..delivery.changes import RulesChange, Standing, differences
from ..model.replies import BotError, Caller, Cell, Reply, Table, Text
from ..model.rules import AlertRule, Bridge, Preset, Role, RuleSet
from .command import Command, Parts, require

type _Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Undo(Command):
    """Takes back what you set last, or your last change of a rule, alias, subscription, mute or follow."""

    node: ClassVar[str] = "undo"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        change = parts.changes.last(caller)
        if change is None:
            raise BotError("nothing_to_undo")
        if _ruled(change.before.rules) != _ruled(change.after.rules):
            require(caller, Role.ADMIN, self.node)
        steps = [*_subscriptions(parts, change), *_numbered(parts, change), *_mutes(parts, change, caller)]
        steps += _contacts(parts, change)
        follows = change.before.rules.follows
        if follows != change.after.rules.follows:
            steps.append((Text("undone_follows"), lambda: parts.ports.rules.set_follows(follows)))
        if not steps:
            raise BotError("nothing_to_undo")
        if not _is_as_left(parts, change):
            raise BotError("undo_changed_since")
        for _, step in steps:
            await step()
        told = [text for text, _ in steps]
        if len(told) == 1:
            return told[0]
        return Table(title=Text("undone"), columns=("column_detail",), rows=tuple((text,) for text in told))


def _ruled(rules: RuleSet) -> tuple[object, ...]:
    return rules.subscriptions, rules.alerts, rules.presets, rules.bridges, rules.follows, rules.contacts


def _is_as_left(parts: Parts, change: RulesChange) -> bool:
    """Say whether nobody has changed anything of it since."""
    now = Standing.of(parts.rules, parts.alerts.mutes)
    return _touched(change.before, change.after) == _touched(change.before, now, change.after)


def _touched(before: Standing, now: Standing, left: Standing | None = None) -> list[object]:
    """Return how things stand now that differed between before and how they were left."""
    left = left or now
    every: list[object] = []
    for name, key in _KINDS.items():
        was, after, these = (getattr(each.rules, name) for each in (before, left, now))
        keys = {key(one) for pair in differences(was, after, key) for one in pair if one is not None}
        every.append(sorted(repr(each) for each in these if key(each) in keys))
    keys = {what for what in {**before.muted, **left.muted} if before.muted.get(what) != left.muted.get(what)}
    every.append({what: now.muted.get(what) for what in keys})
    every.append(now.rules.follows if before.rules.follows != left.rules.follows else None)
    return every


_KINDS: dict[str, Callable[[Any], Any]] = {
    "subscriptions": attrgetter("filter"),
    "alerts": attrgetter("id"),
    "presets": attrgetter("id"),
    "bridges": attrgetter("id"),
    "contacts": attrgetter("jid"),
}


def _contacts(parts: Parts, change: RulesChange) -> Iterable[tuple[Text, _Step]]:
    """Return how contacts get what they got before; none is made or removed by a command."""
    before, after = change.before.rules.contacts, change.after.rules.contacts
    put = parts.ports.rules.put_contact
    return [
        (Text("undone_as_it_was", {"name": was.name or was.jid}), _calling(put, was))
        for was, now in differences(before, after, _KINDS["contacts"])
        if was is not None and now is not None
    ]


def _subscriptions(parts: Parts, change: RulesChange) -> Iterable[tuple[Text, _Step]]:
    rules = parts.ports.rules
    key = _KINDS["subscriptions"]
    for was, now in differences(change.before.rules.subscriptions, change.after.rules.subscriptions, key):
        if was is not None:
            text = Text(
                "undone_back" if now is None else "undone_as_it_was", {"name": was.alias or was.filter}
            )
            yield text, _calling(rules.put_subscription, was)
        else:
            assert now is not None  # it differs
            gone = Text("undone_removed", {"name": now.alias or now.filter})
            yield gone, _calling(rules.remove_subscription, now.filter)


def _numbered(parts: Parts, change: RulesChange) -> Iterable[tuple[Text, _Step]]:
    """Yield how rules, presets and bridges are taken back: each has a number and an id."""
    rules = parts.ports.rules
    kinds: tuple[tuple[str, Any, Any], ...] = (
        ("alerts", rules.put_alert, rules.remove_alert),
        ("presets", rules.put_preset, rules.remove_preset),
        ("bridges", rules.put_bridge, rules.remove_bridge),
    )
    for name, put, remove in kinds:
        before, after = getattr(change.before.rules, name), getattr(change.after.rules, name)
        for was, now in differences(before, after, _KINDS[name]):
            if was is None:
                yield Text("undone_removed", {"name": _called(now)}), _calling(remove, now)
            else:
                key = "undone_back" if now is None else "undone_as_it_was"
                yield Text(key, {"name": _called(was)}), _calling(put, was if now else replace(was, id=""))


def _called(thing: AlertRule | Bridge | Preset | None) -> str:
    return "" if thing is None else thing.name or f"#{thing.number}"


def _mutes(parts: Parts, change: RulesChange, caller: Caller) -> Iterable[tuple[Text, _Step]]:
    names = {rule.id: rule.name for rule in parts.alerts.rules}
    before, after = change.before.muted, change.after.muted
    for of_rule, what in (each for each in {**before, **after} if before.get(each) != after.get(each)):
        until = before.get((of_rule, what))
        cells: dict[str, Cell] = {"name": names.get(what, "") if of_rule else parts.names.name(what)}
        if until is not None:
            yield Text("undone_muted", cells), _muting(parts, caller, what, until, of_rule=of_rule)
        else:
            yield Text("undone_unmuted", cells), _unmuting(parts, what, of_rule=of_rule)


def _calling[What](act: Callable[[What], Awaitable[object]], what: What) -> _Step:
    return lambda: act(what)


def _muting(parts: Parts, caller: Caller, what: str, until: float, *, of_rule: bool) -> _Step:
    async def step() -> None:
        now = parts.ports.clock.now()
        parts.alerts.mute(what, caller.who, until, now, of_rule=of_rule, knowing=caller.reading)

    return step


def _unmuting(parts: Parts, what: str, *, of_rule: bool) -> _Step:
    async def step() -> None:
        parts.alerts.unmute(what, parts.ports.clock.now(), of_rule=of_rule)

    return step
