"""Commands of whoever wants to be left alone: mute, quiet, do not disturb."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.lookup import end_of
from ..model.errors import BotError
from ..model.replies import PREFIX, Caller, Reply, Table, Text
from ..model.rules import Role
from ..model.timers import NEVER
from ..model.topics import valid_filter
from .command import Command, Parts, param


@dataclass(frozen=True, kw_only=True)
class Mute(Command):
    """Tells nothing of a topic or a rule for a while, or until it is unmuted; the history goes on."""

    node: ClassVar[str] = "mute"
    role: ClassVar[Role] = Role.OPERATOR

    what: str = param("Topic, topic filter, alias, or number or name of a rule.", default="", alias=True)
    duration: str = param("How long, as 2h or until 7:00; without it for good.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.what and not caller.about:
            return _mutes(parts)
        keys = (
            [(alert.topic, alert.topic) for alert in caller.about]
            if caller.about
            else [_muted(parts, self.what)]
        )
        until = end_of(
            parts.ports.clock, f"{self.what} {self.duration}".strip() if caller.about else self.duration
        )
        now = parts.ports.clock.now()
        if not until:
            raise BotError("invalid_end", text=self.duration)
        for key, _ in keys:
            parts.alerts.mute(key, caller.who, until, now)
        names = ", ".join(dict.fromkeys(name for _, name in keys))
        facts = {"muted": [key for key, _ in keys], "until": until if until < NEVER else None}
        if until < NEVER:
            return Text("muted_until", {"what": names, "time": parts.moment(until)}, facts)
        return Text("muted", {"what": names, "unmute": f"{PREFIX} unmute {names}"}, facts)


def _muted(parts: Parts, what: str) -> tuple[str, str]:
    """Return what to mute, and its name: the rule of this name or number, else a topic filter."""
    topic = parts.subscriptions.resolve(what)
    is_topic = topic != what or parts.subscriptions.get(topic) is not None or "/" in what
    if not is_topic and parts.alerts.rules:
        try:
            rule = parts.alerts.rule(what)
        except BotError:
            pass
        else:
            return rule.id, rule.name
    valid_filter(topic)
    return topic, what


def _mutes(parts: Parts) -> Table:
    names = {rule.id: rule.name for rule in parts.alerts.rules}
    mutes = list(parts.alerts.mutes)
    rows = tuple(
        (
            names.get(key, key),
            Text("until", {"time": parts.moment(until)}) if until < NEVER else Text("for_good"),
        )
        for key, until in mutes
    )
    return Table(
        title=Text("mutes"),
        columns=("column_name", "column_time"),
        rows=rows,
        empty=Text("mutes_empty", {"example": f"{PREFIX} mute home/door 2h"}),
        facts=tuple({"what": key, "until": until if until < NEVER else None} for key, until in mutes),
    )


@dataclass(frozen=True, kw_only=True)
class Unmute(Command):
    """Tells of a topic or a rule again; what is still wrong is told at once."""

    node: ClassVar[str] = "unmute"
    role: ClassVar[Role] = Role.OPERATOR

    what: str = param("What was muted.", alias=True, greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        key, name = _muted(parts, self.what)
        if not parts.alerts.unmute(key, parts.ports.clock.now()):
            raise BotError("not_muted", what=name)
        return Text("unmuted", {"what": name}, {"what": key})


@dataclass(frozen=True, kw_only=True)
class Quiet(Command):
    """Lets notifications come without a sound, but critical ones: on, off, for a time, or until a time of day."""  # noqa: E501 - shown to users word for word

    node: ClassVar[str] = "quiet"
    role: ClassVar[Role] = Role.OPERATOR

    duration: str = param("on, off, 2h or until 7:00.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
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
        until = end_of(parts.ports.clock, self.duration)
        parts.held.set_undisturbed(until)
        return _turned(parts, "dnd", until)


def _turned(parts: Parts, what: str, until: float) -> Text:
    facts = {"on": until > 0, "until": until if 0 < until < NEVER else None}
    if not until:
        return Text(f"{what}_off", {}, facts)
    if until < NEVER:
        return Text(f"{what}_until", {"time": parts.moment(until)}, facts)
    return Text(f"{what}_on", {"off": f"{PREFIX} {what} off"}, facts)
