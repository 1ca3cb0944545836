"""Commands of whoever sees to an alert, asks what became of it, or wants to be left alone."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.lookup import alerts_and_rest, end_and_rest, end_check, end_of, is_end
from ..alerts.story import steps, story
from ..alerts.texts import rule_name
from ..alerts.watches import BROKER
from ..model.alert import Alert, AlertEvent, Attending, Step
from ..model.replies import BotError, Caller, Cell, Reply, Surface, Table, Text, Typed
from ..model.rules import Role
from ..model.timers import NEVER
from ..reading.topic_lookup import find_name, known_names, topic_name
from ..text.tongue import fold, lead, plainly, words
from .command import Command, Parts, Things, param, within
from .examples import some_topic
from .value import values_reply

SNOOZE = 3600.0
MAX_NOTE = 500
MOST_LISTED = 10
LONGEST_NUMBER = 18
_SENTENCE = 3
"""Words from which on no alert is named, but something is asked about: `why is the stable so cold`."""
_IN_ROOM = {
    "acknowledged": "acknowledged_in_room",
    "acknowledged_until": "acknowledged_until_in_room",
    "snoozed": "snoozed_in_room",
}


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def _subjects(alerts: Iterable[Alert]) -> str:
    return ", ".join(f"{alert.name or alert.topic} (#{alert.number})" for alert in alerts)


def _facts(parts: Parts, alerts: Iterable[Alert], until: float, note: str) -> Mapping[str, object]:
    told = [
        {"number": alert.number, "rule": parts.alerts.rule_of(alert).name, "topic": alert.topic}
        for alert in alerts
    ]
    return {"alerts": told, "until": until if 0 < until < NEVER else None, "note": note}


def _attended(
    parts: Parts, key: str, caller: Caller, alerts: Iterable[Alert], how: tuple[float, str]
) -> Text:
    """Return what was done, in a room with who did: all who are there read the answer."""
    until, note = how
    cells: dict[str, Cell] = {"what": _subjects(alerts)}
    if until:
        cells["time"] = parts.moment(until)
    if caller.room:
        key, cells = _IN_ROOM[key], {**cells, "who": caller.who}
    return Text(key, cells, _facts(parts, alerts, until, note))


@dataclass(frozen=True, kw_only=True)
class Ack(Command):
    """Acknowledges alerts: they are not told again, and the other contacts learn who sees to them."""

    node: ClassVar[str] = "ack"
    aliases: ClassVar[tuple[str, ...]] = ("acknowledge",)
    role: ClassVar[Role] = Role.OPERATOR
    narrow: ClassVar[bool] = True

    alert: str = param(
        "Number, rule, topic or name; without it everything that was told.",
        default="",
        of=Things.ALERTS,
        several=True,
    )
    duration: str = param("How long, as 2h; if it is still wrong then, it is told again.", default="")
    note: str = param(
        "What the others shall know, as on my way.", default="", greedy=True, verbatim=True, lines=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        said = _joined(self.alert, self.duration, self.note)
        alerts, rest = alerts_and_rest(parts.alerts.find, caller, said, clock)
        alerts = within(parts, caller, type(self), [(alert, [alert.topic]) for alert in alerts])
        until, note = end_and_rest(rest, clock)
        now = clock.now()
        note = note[:MAX_NOTE]
        parts.alerts.acknowledge(alerts, Attending(caller.who, note, until, caller.reading), now)
        key = "acknowledged_until" if until else "acknowledged"
        return _attended(parts, key, caller, alerts, (until, note))


@dataclass(frozen=True, kw_only=True)
class Snooze(Command):
    """Says nothing more of alerts for a while, one hour if nothing else is said."""

    node: ClassVar[str] = "snooze"
    role: ClassVar[Role] = Role.OPERATOR
    narrow: ClassVar[bool] = True

    alert: str = param(
        "Number, rule, topic or name; without it everything that was told.",
        default="",
        of=Things.ALERTS,
        several=True,
    )
    duration: str = param("How long, as 2h.", default="")
    note: str = param("What the others shall know.", default="", greedy=True, verbatim=True, lines=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        said = _joined(self.alert, self.duration, self.note)
        alerts, rest = alerts_and_rest(parts.alerts.find, caller, said, clock)
        alerts = within(parts, caller, type(self), [(alert, [alert.topic]) for alert in alerts])
        until, note = end_and_rest(rest, clock)
        now = clock.now()
        until = until or now + SNOOZE
        note = note[:MAX_NOTE]
        parts.alerts.snooze(alerts, Attending(caller.who, note, until, caller.reading), now)
        return _attended(parts, "snoozed", caller, alerts, (until, note))


@dataclass(frozen=True, kw_only=True)
class Why(Command):
    """Tells what became of an alert: what happened, who was told, and how far each message came."""

    node: ClassVar[str] = "why"

    alert: str = param(
        "Number of the alert, or its rule or topic; without it the newest one.",
        default="",
        greedy=True,
        of=Things.INCIDENTS,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        try:
            number = await self._number(parts, caller)
        except BotError:
            if len(self.alert.split()) < _SENTENCE:
                raise
            return await _as_it_is(parts, self.alert)
        events = await parts.ports.alerts.log(number)
        if not events:
            raise _unknown(self.alert or str(number), await parts.ports.alerts.incidents(MOST_LISTED))
        ledger = await parts.ports.outbox.ledger([event.note for event in events if event.step is Step.TOLD])
        first = events[0]
        known = next((rule for rule in parts.alerts.rules if rule.id == first.rule), None)
        phrases = parts.outgoing.speech(caller.who, caller.language)
        topic = topic_name(parts, first.topic) if first.topic else ""
        name = rule_name(known, phrases) if known else topic or phrases.phrase("common.alert_broker")
        key = "why_alone" if topic in name else "why"
        return Table(
            title=Text(key, {"number": str(number), "rule": name, "topic": topic}),
            columns=("column_what", "column_detail"),
            rows=story(events, ledger, phrases, parts.moment),
            facts=steps(events, ledger),
            keep_last=True,
        )

    async def _number(self, parts: Parts, caller: Caller) -> int:
        """Return the number of the incident that is meant."""
        handle = self.alert.strip()
        if caller.about and not handle:
            return caller.about[0].number
        if handle.removeprefix("#").isdecimal() and len(handle) < LONGEST_NUMBER:
            return int(handle.removeprefix("#"))
        newest = await parts.ports.alerts.incidents(200)
        if not newest:
            raise BotError("no_incidents")
        if not handle:
            return newest[0].number
        topic = parts.subscriptions.resolve(handle)
        ids = {rule.id for rule in parts.alerts.rules if fold(rule.name) == fold(handle)}
        found = next((event for event in newest if event.rule in ids or event.topic in {topic, handle}), None)
        if found is None:
            raise _unknown(handle, newest[:MOST_LISTED])
        return found.number


async def _as_it_is(parts: Parts, said: str) -> Reply:
    """Return how something is and whither it goes, where it is asked why it is so.

    Raises BotError `why_unknown` where it is about nothing that is known.
    """
    names = await known_names(parts)
    spoken = plainly(said.strip("?! ")).split()
    kind = next((sense for at in range(len(spoken)) if (sense := lead("kind", spoken, at)[0])), "")
    begun = next(iter(names.mentions(said)), None)
    if begun is None:
        raise BotError("why_unknown")
    own = [one for each in begun.meant for one in names.beside(each.topic, kind)] if kind else []
    return await values_reply(parts, begun.said, list(dict.fromkeys(own)) or begun.meant)


def _unknown(handle: str, newest: list[AlertEvent]) -> BotError:
    """Return the error for an alert that never was, with those that were."""
    if not newest:
        return BotError("no_incidents")
    return BotError("no_alert", handle=handle, alerts=", ".join(f"#{event.number}" for event in newest))


@dataclass(frozen=True, kw_only=True)
class Mute(Command):
    """Tells nothing of a topic or a rule for a while, or until it is unmuted; the history goes on."""

    node: ClassVar[str] = "mute"
    role: ClassVar[Role] = Role.OPERATOR

    what: str = param(
        "Topic, topic filter, alias, or number or name of a rule.",
        default="",
        named=True,
        of=Things.TOPICS,
    )
    duration: str = param(
        "How long, as 2h or until 7:00; without it for good.", default="", greedy=True, check=end_check
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.what and not caller.about:
            return await _mutes(parts)
        meant = [_of_alert(each, parts) for each in caller.about] or [await self._named(parts)]
        until = end_of(
            parts.ports.clock, f"{self.what} {self.duration}".strip() if caller.about else self.duration
        )
        now = parts.ports.clock.now()
        if not until:
            raise BotError("invalid_end", text=self.duration)
        for key, _, of_rule in meant:
            parts.alerts.mute(key, caller.who, until, now, of_rule=of_rule, knowing=caller.reading)
        names = ", ".join(dict.fromkeys(name for _, name, _ in meant))
        facts = {"muted": [key for key, _, _ in meant], "until": until if until < NEVER else None}
        if until < NEVER:
            return Text("muted_until", {"what": names, "time": parts.moment(until)}, facts)
        return Text("muted", {"what": names, "unmute": Typed("unmute", names)}, facts)

    async def _named(self, parts: Parts) -> tuple[str, str, bool]:
        """Return what to mute as `_muted`. Raises BotError `mute_what` too, where only a time was said."""
        try:
            return await _muted(parts, self.what)
        except BotError as err:
            everything = plainly(self.what) in words("all") and not self.duration
            said = self.duration if everything else f"{self.what} {self.duration}".strip()
            if not err.key.startswith(("no_name", "no_entity")) or not (everything or is_end(said)):
                raise
            raise BotError("mute_what", quiet=Typed("quiet", said), dnd=Typed("dnd", said)) from None


def _of_alert(alert: Alert, parts: Parts) -> tuple[str, str, bool]:
    """Return what a reply to an alert mutes: its topic. That of the broker itself has none."""
    return (alert.topic, alert.topic, False) if alert.topic else (BROKER.id, _broker(parts), True)


def _broker(parts: Parts) -> str:
    return parts.ports.phrases.phrase("common.alert_broker")


async def _muted(parts: Parts, what: str) -> tuple[str, str, bool]:
    """Return what to mute, its name, and whether it is the rule so called, or numbered, or a topic filter.

    Raises Ambiguous, BotError `no_name` or `invalid_filter`.
    """
    names = await known_names(parts)
    if not names.known(what) and "/" not in what:
        if fold(what) == fold(_broker(parts)):
            return BROKER.id, what, True
        with suppress(BotError):
            rule = parts.alerts.rule(what)
            return rule.id, rule.name, True
    meant = await find_name(parts, what)
    written = names.known(what) or meant.topic == what
    return meant.topic, what if written else meant.name, False


async def _mutes(parts: Parts) -> Table:
    some = await some_topic(parts)
    example = f"{some.name if some else 'home/door'} 2h"
    mutes, names = parts.alerts.mutes, {rule.id: rule.name for rule in parts.alerts.rules}
    names[BROKER.id] = _broker(parts)
    muted = [
        *((names[rule_id], until) for rule_id, until in mutes.rules.items()),
        *((topic_name(parts, key), until) for key, until in mutes.topics.items()),
    ]
    rows = tuple(
        (name, Text("until", {"time": parts.moment(until)}) if until < NEVER else Text("for_good"))
        for name, until in muted
    )
    return Table(
        title=Text("mutes"),
        columns=("column_name", "column_time"),
        rows=rows,
        empty=Text("mutes_empty", {"example": Typed("mute", example)}),
        facts=tuple({"what": key, "until": until if until < NEVER else None} for key, until in mutes),
    )


@dataclass(frozen=True, kw_only=True)
class Unmute(Command):
    """Tells of a topic or a rule again; what is still wrong is told at once."""

    node: ClassVar[str] = "unmute"
    role: ClassVar[Role] = Role.OPERATOR

    what: str = param("What was muted.", named=True, greedy=True, of=Things.MUTED)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        topics = parts.alerts.mutes.topics
        if plainly(self.what) in words("all") and self.what not in topics:
            return await self._all(parts)
        known = self.what in topics
        key, name, of_rule = (self.what, self.what, False) if known else await _muted(parts, self.what)
        if not parts.alerts.unmute(key, parts.ports.clock.now(), of_rule=of_rule):
            raise BotError("not_muted", what=name)
        return Text("unmuted", {"what": name}, {"what": key})

    async def _all(self, parts: Parts) -> Reply:
        """Tell of everything again; say what is muted, nothing, where there is none."""
        muted, now, mutes = await _mutes(parts), parts.ports.clock.now(), parts.alerts.mutes
        keys = [*((key, True) for key in mutes.rules), *((key, False) for key in mutes.topics)]
        for key, of_rule in keys:
            parts.alerts.unmute(key, now, of_rule=of_rule)
        what = ", ".join(str(row[0]) for row in muted.rows)
        return Text("unmuted", {"what": what}, {"what": [key for key, _ in keys]}) if keys else muted


@dataclass(frozen=True, kw_only=True)
class Quiet(Command):
    """Lets notifications come without a sound, but critical ones: on, off, for a time, or until a time of day."""  # noqa: E501 - shown to users word for word

    node: ClassVar[str] = "quiet"
    role: ClassVar[Role] = Role.OPERATOR

    duration: str = param("on, off, 2h or until 7:00.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if _asks(self.duration, caller):
            return _standing("quiet", parts.do_not_disturb.quiet_until, parts)
        until = end_of(parts.ports.clock, self.duration)
        parts.held.set_quiet(until)
        return _turned(parts, "quiet", until)


@dataclass(frozen=True, kw_only=True)
class Dnd(Command):
    """Holds everything back that is not critical and tells it afterwards as one: on, off, for a time, until a time."""  # noqa: E501 - shown to users word for word

    node: ClassVar[str] = "dnd"
    role: ClassVar[Role] = Role.OPERATOR

    duration: str = param("on, off, 2h or until 7:00.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if _asks(self.duration, caller):
            wish = parts.do_not_disturb
            return _standing("dnd", NEVER if wish.source else wish.undisturbed_until, parts)
        until = end_of(parts.ports.clock, self.duration)
        parts.held.set_undisturbed(until)
        return _turned(parts, "dnd", until)


def _asks(duration: str, caller: Caller) -> bool:
    """Say whether somebody asks how things stand; an action without a time has always switched it on."""
    return not duration and caller.surface is not Surface.ACTION


def _standing(what: str, until: float, parts: Parts) -> Text:
    """Tell whether it is on, and how to switch it."""
    on = until > parts.ports.clock.now()
    facts = {"on": on, "until": until if on and until < NEVER else None}
    if not on:
        examples = (
            Typed(what, last="example_time"),
            Typed(what, last="example_until"),
            Typed(what, last="on"),
        )
        return Text(f"{what}_is_off", {"example": examples}, facts)
    off = Typed(what, last="off")
    if until < NEVER:
        return Text(f"{what}_is_until", {"time": parts.moment(until), "off": off}, facts)
    return Text(f"{what}_is_on", {"off": off}, facts)


def _turned(parts: Parts, what: str, until: float) -> Text:
    facts = {"on": until > 0, "until": until if 0 < until < NEVER else None}
    if not until:
        return Text(f"{what}_off", {}, facts)
    if until < NEVER:
        return Text(f"{what}_until", {"time": parts.moment(until)}, facts)
    return Text(f"{what}_on", {"off": Typed(what, last="off")}, facts)
