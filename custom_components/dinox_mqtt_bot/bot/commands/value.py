"""The commands that tell what something says now, and how often and how long it was so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, override

from ..history.course import Counted, Span, counted, is_over, parse_span
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Text, Typed
from ..model.status import Phase
from ..reading.latest import Latest, latest, trend
from ..reading.measured import Meant, find_all, find_name, only_topic, with_fields
from ..text.durations import DAY, duration
from ..text.posed import Posed, posed
from .command import Command, Parts, Things, param

MOST = 12
"""Things whose values are told at once."""
_JUST_NOW = 5.0


@dataclass(frozen=True, kw_only=True)
class Value(Command):
    """Tells the newest value of a device, an entity or a topic, its age and its trend."""

    node: ClassVar[str] = "value"
    aliases: ClassVar[tuple[str, ...]] = ("get",)

    name: str = param("Device, entity, topic or alias, as the chat calls it.", named=True, of=Things.TOPICS)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        return await values_reply(parts, self.name, await find_all(parts, self.name))


async def values_reply(parts: Parts, said: str, meant: Sequence[Meant]) -> Reply:
    """Return what some things say now: of a single one with its trend, of several a line each."""
    found = [newest for each in meant[:MOST] if (newest := await latest(parts, each)) is not None]
    if not found:
        return Text("value_none", {"name": meant[0].name if len(meant) == 1 else said})
    if len(meant) == 1:
        arrow = await trend(parts, found[0])
        now = _aged(parts, found[0], arrow)
        old = old_values(parts)
        return now if old is None else Text("value_old", {"told": now, "why": old}, now.facts)
    return value_table(parts, Text("values", {"name": said}), found, left=len(meant) - len(found))


def value_table(parts: Parts, title: Text, found: Sequence[Latest], *, left: int = 0) -> Table:
    """Return values, one a line, how old each is behind it."""
    more = Text("values_more", {"count": str(left), "example": Typed("devices")}) if left > 0 else None
    return Table(
        title=title,
        columns=("column_name", "column_value", "column_time"),
        rows=tuple((_line(parts, each),) for each in found),
        facts=tuple(value_facts(each) for each in found),
        note=more or old_values(parts),
    )


def old_values(parts: Parts) -> Text | None:
    """Return that values may be old, as long as the broker is away."""
    if parts.broker.status.phase is not Phase.OFFLINE:
        return None
    return Text("values_old", {"time": parts.moment(parts.broker.since)})


def _line(parts: Parts, newest: Latest) -> Cell:
    return _aged(parts, newest)


def _aged(parts: Parts, newest: Latest, arrow: str = "") -> Text:
    age = parts.ports.clock.now() - newest.at
    cells: dict[str, Cell] = {
        "name": _called(parts, newest),
        "value": Amount(newest.text),
        "trend": arrow and f" {arrow}",
        "age": " ".join(duration(age).split()[:2]),
    }
    return Text("value_just_now" if age < _JUST_NOW else "value_now", cells, value_facts(newest))


def _called(parts: Parts, newest: Latest) -> str:
    """Return what a thing is called, with its topic's icon before it."""
    subscription = parts.subscriptions.best(newest.meant.topic)
    icon = subscription.icon if subscription is not None else ""
    return f"{icon} {newest.meant.name}".strip()


def value_facts(newest: Latest) -> Mapping[str, object]:
    meant = newest.meant
    return {
        "name": meant.name,
        "topic": meant.topic,
        "field": meant.field,
        "value": newest.text,
        "number": newest.number,
        "unit": newest.unit,
        "time": newest.at,
    }


@dataclass(frozen=True, kw_only=True)
class Count(Command):
    """Tells how often and how long something was on, open, above a limit or so, or how often it came."""

    node: ClassVar[str] = "count"

    topic: str = param(
        "Device, entity, topic or alias, perhaps with .field behind it.", named=True, of=Things.TOPICS
    )
    condition: str = param(
        "Which state or limit and which time: open yesterday, above 20 since Monday, 7d. Without a state:"
        " on, open or the like; without a time: the last 24 hours.",
        default="",
        greedy=True,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        now = clock.now()
        meant = await find_name(parts, self.topic)
        asked = posed(self.condition, lambda text: is_over(text, now, clock.local))
        what, span = _counted(asked, self.condition), parse_span(asked.span, now, clock.local)
        only = await only_topic(parts, self.topic, meant)
        every = await with_fields(parts, [only], "")
        found = [await counted(parts, each, span or Span(now - DAY), what) for each in every[:MOST]]
        told = [each for each in found if each is not None]
        if not told:
            raise BotError("count_nothing", name=meant.name or self.topic)
        if len(told) == 1:
            return told[0]
        rows = tuple((each,) for each in told)
        return Table(
            title=Text("past"),
            columns=("column_what",),
            rows=rows,
            facts=tuple(each.facts for each in told if each.facts),
        )


def _counted(asked: Posed, text: str) -> Counted:
    """Return what is to be counted. Raises BotError `count_unclear` for words that are none of it."""
    limited = asked.above is not None or asked.below is not None
    # A limit may have its unit behind it.
    if len(asked.spoken) > limited or asked.asks or asked.outside or (limited and asked.state):
        raise BotError("count_unclear", text=text)
    return Counted(asked.state, asked.above, asked.below)
