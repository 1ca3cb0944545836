"""Questions about what was: the lowest of a night, since when it is so; and about several things at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, override

from ..commands.value import value_table, values_reply
from ..history.course import (
    SAID_OF_SWITCHES,
    Counted,
    Latest,
    Local,
    Span,
    Stretch,
    counted,
    course,
    in_state,
    is_point,
    lasted,
    latest,
    looked_at,
    parse_span,
    spells,
    state_of,
)
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Text
from ..reading.measured import Meant, in_rooms, measuring, things, with_fields
from ..text.numbers import number_text, with_unit
from ..text.states import is_state_word, may_become, same_state
from .questions import Command, Events, Felt, Home, Look, Parts, Question, Settable

__all__ = [
    "COUNTED",
    "OUTSIDE",
    "Both",
    "Compared",
    "Earlier",
    "Events",
    "Felt",
    "Home",
    "Look",
    "Question",
    "Settable",
    "again_at",
    "again_now",
]

_RESET = 0.5
"""A counter that falls to less than this share has begun anew."""
MOST_THINGS = 12
_MOST_SPELLS, _FEW = 5, 3
_LATELY = 86_400.0
_SLACK = 10
_ENDLESS = frozenset({"when", "since"})
"""Questions for which the whole history is looked through, where no time is said."""
COUNTED = frozenset({"often", "long"})
_EXTREMES = {"least": "past_low", "most": "past_high"}


@dataclass(frozen=True, kw_only=True)
class Earlier(Question):
    """Tells what something was in a time, one line for each thing.

    `how`: `least`, `most`, `mean`, `at` (a point of time), `when` (the last time), `since`, `often`, `long`,
    or nothing for all of it. `state` is the word for the state that is asked about, `over` and `under` a
    limit; `lasting`: how long it was is asked too. `way`: since when a number is so high (`up`) or so low
    (`down`).
    """

    node: ClassVar[str] = "history"

    said: str = ""
    name: str = ""
    kind: str = ""
    outside: bool = False
    span: str = ""
    how: str = ""
    state: str = ""
    who: bool = False
    lasting: bool = False
    over: float | None = None
    under: float | None = None
    way: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        told = await self._reply(parts)
        return Text("past_who", {"told": told}) if self.who and isinstance(told, Text) else told

    async def _reply(self, parts: Parts) -> Reply:
        span = self._looked_at(parts)
        meant = await self._things(parts)
        lines = [await self._line_of(parts, each, span) for each in meant[:MOST_THINGS]]
        found = [line for line in lines if line is not None]
        if self.how in _EXTREMES and not (self.name or self.outside):
            found.sort(key=lambda each: each[0] or 0.0, reverse=self.how == "most")
            found = found[:_FEW]
        if not found:
            name = ", ".join(dict.fromkeys(each.name for each in meant[:_FEW])) or self.name
            cells: dict[str, Cell] = {"name": name, "since": parts.moment(span.since)}
            return Text("past_nothing" if span.since else "past_never", cells)
        if len(found) == 1:
            return found[0][1]
        return Table(title=Text("past"), columns=("column_what",), rows=tuple((line,) for _, line in found))

    def _looked_at(self, parts: Parts) -> Span:
        clock = parts.ports.clock
        now = clock.now()
        otherwise = Span() if self.how in _ENDLESS else Span(now - _LATELY)
        span = looked_at(self.span, now, clock.local, otherwise)
        return Span(span.since, span.since + 1) if self.how == "at" else span

    async def _things(self, parts: Parts) -> Sequence[Meant]:
        """Return what is asked about, that of its parts which can be in the state. Raises as `things`."""
        if self.name or self.kind or self.outside:
            found = await things(parts, self.name, self.kind, outside=self.outside)
        else:
            found = [
                meant for each in parts.readings.devices if each.main for meant in parts.names.values(each)
            ]
        shown = await with_fields(parts, found, self.said)
        if not self.state:
            return shown
        newest = [(each, await latest(parts, each)) for each in shown]
        may_be = [each for each, now in newest if now is not None and self._may_be(now)]
        if not may_be and is_state_word(self.state):
            raise BotError("nothing_such")
        return may_be or shown

    def _may_be(self, now: Latest) -> bool:
        return is_state_word(state_of(now)) and may_become(
            state_of(now), SAID_OF_SWITCHES.get(self.state, self.state)
        )

    def _is_so(self, each: Latest) -> bool:
        return in_state(each, self.state)

    async def _line_of(self, parts: Parts, meant: Meant, span: Span) -> tuple[float | None, Text] | None:
        """Return what is told of one thing, with the number by which several are sorted; None for nothing."""
        if self.how in COUNTED:
            told = await counted(parts, meant, span, Counted(self.state, self.over, self.under))
            return None if told is None else (None, told)
        was = await course(parts, meant, span)
        if not was.every:
            return None
        # What has no beginning begins with what is known first.
        span = span if span.since else Span(was.every[0].at, span.until)
        if self.how == "at":
            return _at(parts, was.every[-1], span.since)
        if self.how == "since" and not self.state and was.measured:
            return None, _since_so(parts, was.measured, self.way)
        numbers = [] if self.state or self.how in _ENDLESS else was.measured
        if numbers:
            return self._numbers(parts, meant, span, numbers)
        states = [each for each in was.every if is_state_word(state_of(each))]
        if self.how == "since" and states:
            return None, _since(parts, states)
        told = self._states(parts, was, states, span) if states else _said(parts, was)
        if told is None:
            return None
        return None, told if self.how == "when" or not states else Text(
            "past_line", _line(parts, meant.name, span, told)
        )

    def _numbers(
        self, parts: Parts, meant: Meant, span: Span, numbers: Sequence[tuple[float, Latest]]
    ) -> tuple[float, Text]:
        low, high = min(numbers, key=lambda each: each[0]), max(numbers, key=lambda each: each[0])
        mean = sum(number for number, _ in numbers) / len(numbers)
        plain = not self.how and self.over is None and self.under is None
        if plain and (used := _used(parts, meant, [number for number, _ in numbers])) is not None:
            unit = low[1].unit
            amounts = {"used": used, "first": numbers[0][0], "last": numbers[-1][0]}
            told = Text("past_used", {key: _amount(number, unit) for key, number in amounts.items()})
            return used, Text("past_line", _line(parts, meant.name, span, told))
        cells: dict[str, Cell] = {
            "low": _amount(low[0], low[1].unit),
            "low_time": parts.moment(low[1].at),
            "mean": _amount(round(mean, 1), low[1].unit),
            "high": _amount(high[0], high[1].unit),
            "high_time": parts.moment(high[1].at),
        }
        key = _EXTREMES.get(self.how, "past_mean" if self.how == "mean" else "past_numbers")
        told = Text(key, cells)
        if self.over is not None or self.under is not None:
            yes = high[0] > self.over if self.over is not None else low[0] < (self.under or 0.0)
            told = Text("past_high" if self.over is not None else "past_low", cells)
            told = Text("past_yes" if yes else "past_no", {"told": told})
        line = Text("past_line", _line(parts, meant.name, span, told))
        return {"least": low[0], "most": high[0]}.get(self.how, mean), line

    def _states(self, parts: Parts, was: Stretch, states: Sequence[Latest], span: Span) -> Text | None:
        so = spells(
            states, self._is_so, was.since, span.until if span.until < parts.ports.clock.now() else None
        )
        word = next((state_of(each) for each in reversed(states) if self._is_so(each)), "")
        if self.how == "when":
            name = states[0].meant.name
            if not so:
                return Text("past_not_known", {"name": name, "value": state_of(states[-1])})
            since, until = so[-1]
            if until is None and not self.lasting:
                return Text("past_is_since", {"name": name, "value": word, "time": parts.moment(since)})
            last = Text("past_last", {"name": name, "state": word, "when": _spell(parts, so[-1])})
            if not self.lasting:
                return last
            return Text("past_long", {"told": last, "long": lasted(so[-1], parts.ports.clock.now())})
        if not so:
            every = "/".join(dict.fromkeys(map(state_of, states)))
            told = Text("past_always", {"value": every})
            return Text("past_no", {"told": told}) if self.state else told
        told = Text("past_was", {"state": word, "when": _spelt(parts, so)})
        return Text("past_yes", {"told": told}) if self.state else told


def _used(parts: Parts, meant: Meant, numbers: Sequence[float]) -> float | None:
    """Return by how much a counter went up, over its resets; None where it is none.

    What is a `total` may go down as well; energy without a class is a counter if it never does.
    """
    told = parts.names.telling(meant.topic, meant.field)
    classes = {each.state_class or each.device_class for each in told}
    steps = list(pairwise(numbers))
    grows = all(now >= before for before, now in steps)
    if "total" in classes or (classes == {"energy"} and grows):
        return round(numbers[-1] - numbers[0], 3)
    if "total_increasing" not in classes:
        return None
    return round(sum(now - before if now > before * _RESET else now for before, now in steps), 3)


def _amount(number: float, unit: str) -> Amount:
    return Amount(with_unit(number_text(number), unit))


def _line(parts: Parts, name: str, span: Span, told: Text) -> Mapping[str, Cell]:
    """Return what a line about one thing is made of: its name, the time that is looked at, and that."""
    since, going_on = parts.moment(span.since), span.until > parts.ports.clock.now()
    when: Cell = Text("past_since", {"since": since}) if going_on else since.to(parts.moment(span.until))
    return {"name": name, "when": when, "told": told}


def _at(parts: Parts, newest: Latest, at: float) -> tuple[float | None, Text]:
    """Return what something was at a point of time."""
    cells: dict[str, Cell] = {
        "name": newest.meant.name,
        "time": parts.moment(at),
        "value": Amount(newest.text),
    }
    return newest.number, Text("past_at", cells)


def _since(parts: Parts, states: Sequence[Latest]) -> Text:
    """Return since when something is as it is."""
    now = state_of(states[-1])
    begun = states[-1]
    for each in reversed(states):
        if not same_state(state_of(each), now):
            break
        begun = each
    time = parts.moment(begun.at)
    return Text("past_is_since", {"name": begun.meant.name, "value": now, "time": time})


def _since_so(parts: Parts, numbers: Sequence[tuple[float, Latest]], way: str) -> Text:
    """Return since when a number is as it is, or as high (`up`) or low but for a tenth of its range."""
    now, newest = numbers[-1]
    every = [number for number, _ in numbers]
    slack = (max(every) - min(every)) / _SLACK if way else 0.0
    begun = newest
    for number, each in reversed(numbers):
        less, more = now - number > slack, number - now > slack
        if (less and way != "down") or (more and way != "up"):
            break
        begun = each
    cells: dict[str, Cell] = {"name": newest.meant.name, "value": Amount(newest.text)}
    key = {"up": "past_since_high", "down": "past_since_low"}.get(way, "past_is_since")
    return Text(key, {**cells, "time": parts.moment(begun.at)})


def _said(parts: Parts, was: Stretch) -> Text | None:
    """Return when something was said that is no state: that a bell was pressed."""
    if not was.values:
        return None
    last = was.values[-1]
    return Text(
        "past_said", {"name": last.meant.name, "value": Amount(last.text), "time": parts.moment(last.at)}
    )


def _spell(parts: Parts, spell: tuple[float, float | None]) -> Text:
    since, until = spell
    if until is None:
        return Text("past_since", {"since": parts.moment(since)})
    return Text("past_between", {"since": parts.moment(since), "until": parts.moment(until)})


def _spelt(parts: Parts, so: Sequence[tuple[float, float | None]]) -> Text:
    """Return the last times when it was so, one behind the other."""
    told = _spell(parts, so[-_MOST_SPELLS:][0])
    for each in so[-_MOST_SPELLS:][1:]:
        told = Text("past_and", {"one": told, "other": _spell(parts, each)})
    left = len(so) - _MOST_SPELLS
    return Text("past_earlier", {"told": told, "count": str(left)}) if left > 0 else told


OUTSIDE = ""
"""The name of what is out of doors."""


@dataclass(frozen=True, kw_only=True)
class Compared(Question):
    """Tells which of some things has more of a kind, or whether the first has; or what is beyond a limit.

    Without `more` and `less` only what they say now; `apart`: and how far that is apart.
    """

    node: ClassVar[str] = "value"

    names: tuple[str, ...] = ()
    kind: str = ""
    more: bool = False
    less: bool = False
    which: bool = False
    apart: bool = False
    above: float | None = None
    below: float | None = None

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if self.above is not None or self.below is not None:
            return await self._beyond(parts)
        if len(self.names) == 1:
            found = [each.meant for each in await self._values(parts, self.names[0])]
            return await values_reply(parts, self.names[0] or found[0].area or found[0].name, found)
        groups = [await self._values(parts, each) for each in self.names]
        if self.apart and (told := _apart(parts, groups)) is not None:
            return told
        if not (self.more or self.less):
            every = [each for group in groups for each in group]
            return value_table(parts, Text("values_here"), every[:MOST_THINGS], left=len(every) - MOST_THINGS)
        first, second = (
            next((each for each in group if each.number is not None), None) for group in groups[:2]
        )
        if first is None or second is None or first.number is None or second.number is None:
            raise BotError("nothing_such")
        apart = first.number - second.number
        so = apart > 0 if self.more else apart < 0
        if not self.which:
            return value_table(parts, Text("ask_yes" if so else "ask_no"), [first, second], left=0)
        ordered = [first, second] if so else [second, first]
        title = Text("ask_even") if not apart else Text("ask_first", {"name": ordered[0].meant.name})
        return value_table(parts, title, ordered, left=0)

    async def _beyond(self, parts: Parts) -> Reply:
        """Tell what is above or below the limit."""
        every = in_rooms(parts.names, self.kind) or measuring(parts.names, "", self.kind)
        found = await self._values(parts, self.names[0]) if self.names else await _heard(parts, every)
        found = [each for each in found if each.number is not None]
        if not found:
            raise BotError("nothing_such")
        so = [each for each in found if self._is_beyond(each.number or 0.0)]
        counts: dict[str, Cell] = {"count": str(len(so)), "total": str(len(found))}
        if self.names:
            return value_table(parts, Text("ask_yes" if so else "ask_no"), so or found, left=0)
        if not so:
            return Text("ask_none_of", counts)
        return value_table(parts, Text("ask_which", counts), so[:MOST_THINGS], left=len(so) - MOST_THINGS)

    def _is_beyond(self, number: float) -> bool:
        return number > self.above if self.above is not None else number < (self.below or 0.0)

    async def _values(self, parts: Parts, name: str) -> list[Latest]:
        """Return what one of the things says now. Raises as `things`, or BotError `nothing_such`."""
        if not (found := await _heard(parts, await things(parts, name, self.kind, outside=name == OUTSIDE))):
            raise BotError("nothing_such")
        return found


def _apart(parts: Parts, groups: Sequence[Sequence[Latest]]) -> Table | None:
    """Return how far two numbers are apart, and both; None where there are not two in one unit."""
    if [len(each) for each in groups] != [1, 1]:
        return None
    one, other = (group[0] for group in groups)
    if one.number is None or other.number is None or len({one.unit, other.unit} - {""}) > 1:
        return None
    far = _amount(round(abs(one.number - other.number), 3), one.unit or other.unit)
    return value_table(parts, Text("ask_apart", {"difference": far}), [one, other])


async def _heard(parts: Parts, meant: Sequence[Meant]) -> list[Latest]:
    found = [await latest(parts, each) for each in meant]
    return [each for each in found if each is not None]


@dataclass(frozen=True, kw_only=True)
class Both(Question):
    """Answers two questions that were asked in one line."""

    node: ClassVar[str] = "value"

    one: Question
    other: Question

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rows: list[tuple[Cell, ...]] = []
        for each in (self.one, self.other):
            try:
                rows += _rows(await each.run(parts, caller))
            except BotError as err:
                error = err
        if not rows:
            raise error
        past = any(isinstance(each, Earlier) for each in (self.one, self.other))
        title = Text("both_times" if past else "values_here")
        return Table(title=title, columns=("column_what",), rows=tuple(rows))


def _rows(reply: Reply) -> list[tuple[Cell, ...]]:
    """Return an answer as lines of another: what stands above its own lines before the first of them."""
    if isinstance(reply, Text):
        return [(reply,)]
    assert isinstance(reply, Table)  # a chart is no answer to a question
    first, *others = reply.rows
    return [(Text("both_line", {"title": reply.title, "told": first[0]}),), *others]


_RANGED = frozenset({"chart", "history"})
"""Commands that look at a range of time."""


def again_at(asked: Command, time: str, now: float, local: Local) -> Command | None:
    """Return the same question about another time, None where that is no time or nothing else is asked."""
    span = parse_span(time, now, local)
    changes: dict[str, Any] = {"span": time}
    if span is None:
        return None
    if isinstance(asked, (Earlier, Events)):
        return replace(asked, **changes)
    if asked.node in _RANGED:
        return replace(asked, **{"range": time} | ({"page": 1} if hasattr(asked, "page") else {}))
    how = "at" if is_point(time) else ""
    if isinstance(asked, Look):
        name, state = asked.name or asked.place, asked.state.replace(" ", "_")
        return Earlier(said=name, name=name, kind=asked.kind, state=state, span=time, how=how)
    if isinstance(asked, Compared):
        one = len(asked.names) == 1
        name = asked.names[0] if one else ""
        return Earlier(name=name, kind=asked.kind, outside=not name, span=time, how=how) if one else None
    name = str(getattr(asked, "name", "")) if asked.node == "value" else ""
    return Earlier(name=name, said=name, span=time, how=how) if name else None


def again_now(asked: Command) -> Command | None:
    """Return the question how it is now, of what was asked about an earlier time; None where nothing was."""
    if isinstance(asked, Earlier):
        if asked.outside:
            return Compared(names=(OUTSIDE,), kind=asked.kind)
        asks = "one_yesno" if asked.state and asked.name else ""
        return Look(name=asked.name, kind=asked.kind, state=asked.state, asks=asks)
    name = str(getattr(asked, "topic", "")) if asked.node in _RANGED else ""
    return Look(name=name) if name else asked if isinstance(asked, Look) else None
