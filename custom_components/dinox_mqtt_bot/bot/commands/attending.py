"""Commands of whoever sees to an alert, or asks what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.lookup import meant, parted
from ..alerts.story import steps, story
from ..alerts.texts import rule_name
from ..model.alert import Alert, AlertEvent, Step
from ..model.replies import BotError, Caller, Reply, Table, Text
from ..model.rules import Role
from ..model.timers import NEVER
from ..model.topics import fold
from ..reading.topic_lookup import topic_name
from .command import Command, Parts, param

SNOOZE = 3600.0
MAX_NOTE = 500
MOST_LISTED = 10
LONGEST_NUMBER = 18


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


@dataclass(frozen=True, kw_only=True)
class Ack(Command):
    """Acknowledges alerts: they are not told again, and the other contacts learn who sees to them."""

    node: ClassVar[str] = "ack"
    aliases: ClassVar[tuple[str, ...]] = ("acknowledge",)
    role: ClassVar[Role] = Role.OPERATOR

    alert: str = param("Number, rule, topic or name; without it everything that was told.", default="")
    duration: str = param("How long, as 2h; if it is still wrong then, it is told again.", default="")
    note: str = param("What the others shall know, as on my way.", default="", greedy=True, verbatim=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        said = _joined(self.alert, self.duration, self.note)
        alerts, rest = meant(parts.alerts.find, caller, said, clock)
        until, note = parted(rest, clock)
        now = clock.now()
        note = note[:MAX_NOTE]
        parts.alerts.acknowledge(alerts, caller.who, note, until, now)
        facts = _facts(parts, alerts, until, note)
        if until:
            return Text("acknowledged_until", {"what": _subjects(alerts), "time": parts.moment(until)}, facts)
        return Text("acknowledged", {"what": _subjects(alerts)}, facts)


@dataclass(frozen=True, kw_only=True)
class Snooze(Command):
    """Says nothing more of alerts for a while, one hour if nothing else is said."""

    node: ClassVar[str] = "snooze"
    role: ClassVar[Role] = Role.OPERATOR

    alert: str = param("Number, rule, topic or name; without it everything that was told.", default="")
    duration: str = param("How long, as 2h.", default="")
    note: str = param("What the others shall know.", default="", greedy=True, verbatim=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        said = _joined(self.alert, self.duration, self.note)
        alerts, rest = meant(parts.alerts.find, caller, said, clock)
        until, note = parted(rest, clock)
        now = clock.now()
        until = until or now + SNOOZE
        parts.alerts.snooze(alerts, caller.who, note[:MAX_NOTE], until, now)
        facts = _facts(parts, alerts, until, note[:MAX_NOTE])
        return Text("snoozed", {"what": _subjects(alerts), "time": parts.moment(until)}, facts)


@dataclass(frozen=True, kw_only=True)
class Why(Command):
    """Tells what became of an alert: what happened, who was told, and how far each message came."""

    node: ClassVar[str] = "why"

    alert: str = param(
        "Number of the alert, or its rule or topic; without it the newest one.", default="", greedy=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        number = await self._number(parts, caller)
        events = await parts.ports.alerts.log(number)
        if not events:
            raise _unknown(self.alert or str(number), await parts.ports.alerts.incidents(MOST_LISTED))
        ledger = await parts.ports.outbox.ledger([event.note for event in events if event.step is Step.TOLD])
        first = events[0]
        known = next((rule for rule in parts.alerts.rules if rule.id == first.rule), None)
        phrases, topic = parts.ports.phrases, topic_name(parts, first.topic) if first.topic else ""
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


def _unknown(handle: str, newest: list[AlertEvent]) -> BotError:
    """Return the error for an alert that never was, with those that were."""
    if not newest:
        return BotError("no_incidents")
    return BotError("no_alert", handle=handle, alerts=", ".join(f"#{event.number}" for event in newest))
