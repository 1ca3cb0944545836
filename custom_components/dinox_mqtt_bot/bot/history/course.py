"""What one thing was in a time: its numbers and when, its states, how often and how long."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from ..model.replies import Amount, Cell, Text
from ..reading.latest import Latest, Lookups, Meant, Past, Run, latest, read_again, said_of, stored_readings
from ..text.durations import duration
from ..text.numbers import number_text, with_unit
from ..text.states import is_state_word, may_become, same_state, side_of
from .spans import Local, Span, is_over, is_point, parse_span
from .tallies import Tally, Tallying, deaf, seconds_in

__all__ = [
    "SAID_OF_SWITCHES",
    "Counted",
    "Latest",
    "Local",
    "Span",
    "Stretch",
    "counted",
    "course",
    "in_state",
    "is_over",
    "is_point",
    "lasted",
    "latest",
    "looked_at",
    "parse_span",
    "spells",
    "state_of",
]

MOST_VALUES = 5_000
"""Messages of one thing that are read again."""
_BEFORE = 5
"""Messages before a time in which its first value is looked for: not each has every field."""

MOST_MESSAGES = 100_000
"""Messages of one thing that are read again."""
_LONG_BEFORE = 50
"""Messages before a time in which its first value is looked for: not each has every field."""
_WORTH_TELLING = 60.0
"""Seconds in which nobody listened, from which on they are told."""

SAID_OF_SWITCHES = {"running": "on", "not_running": "off", "stopped": "off"}
"""What a switch says of what people say of a machine."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The values of one thing since a Unix time, oldest first; `before`: the last one of before that."""

    since: float
    values: Sequence[Latest]
    before: Latest | None = None

    @property
    def every(self) -> list[Latest]:
        return [*([self.before] if self.before else []), *self.values]

    @property
    def measured(self) -> list[tuple[float, Latest]]:
        """The numbers, each with its value; of what had none in that time the one that still held."""
        numbers = [(each.number, each) for each in self.values or self.every]
        return [(number, each) for number, each in numbers if number is not None]


def looked_at(text: str, now: float, local: Local, otherwise: Span) -> Span:
    """Return the span that a text means, else another one."""
    return parse_span(text, now, local) or otherwise


async def course(lookups: Lookups, meant: Meant, span: Span) -> Stretch:
    """Return what a thing said in a time; of very many messages the newest."""
    history, since = lookups.ports.history, span.since
    if too_many := await history.page(meant.topic, 1, span, MOST_VALUES - 1):
        since = max(since, too_many[0].time)
    earlier = await history.page(meant.topic, _BEFORE, Span(0.0, since))
    begin = earlier[0].time if earlier else since
    found: list[Latest] = []
    async for chunk in stored_readings(lookups, meant.topic, begin, MOST_VALUES + _BEFORE):
        values = (said_of(meant, each) for each in chunk if each.time < span.until)
        found += [each for each in values if each is not None]
    inside = [each for each in found if each.at >= since]
    before = found[: len(found) - len(inside)]
    return Stretch(since, inside, before[-1] if before else None)


def spells(
    every: Sequence[Latest], is_so: Callable[[Latest], bool], since: float, until: float | None = None
) -> list[tuple[float, float | None]]:
    """Return from when to when it was so, Unix times; `until` for what had not ended, None if it has not."""
    found: list[tuple[float, float | None]] = []
    begun: float | None = None
    for each in every:
        if is_so(each) and begun is None:
            begun = max(each.at, since)
        elif not is_so(each) and begun is not None:
            found.append((begun, each.at))
            begun = None
    ended = [each for each in found if (each[1] or 0.0) > since]
    return [*ended, (begun, until)] if begun is not None else ended


def lasted(spell: tuple[float, float | None], now: float) -> str:
    """Return how long it was so, as `spells` tells from when to when."""
    since, until = spell
    return duration((now if until is None else until) - since)


def state_of(said: Latest) -> str:
    """Return the word for a state of a value that has more behind it: `on, 40 %`."""
    return said.text.partition(",")[0].strip()


def in_state(said: Latest, state: str) -> bool:
    """Say whether a value is a state; without one, whether it is open, on, wet or the like."""
    word = state_of(said)
    if not state:
        return side_of(word) == "on"
    return same_state(word, SAID_OF_SWITCHES.get(state, state)) or same_state(word, state.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Said:
    """What a thing said at a Unix time; None: one of many other words. `fresh`: it was not kept before."""

    said: Latest | None
    at: float
    fresh: bool = True


def tally(every: Sequence[Said], away: Sequence[Span], span: Span, what: Counted, now: float) -> Tally | None:
    """Return how often something became so in a time, and how long it was; None if nothing is known of it."""
    tallying = Tallying(span, away)
    for each in every:
        so = False if each.said is None else what.is_so(each.said)
        if so is not None:
            tallying.take("" if each.said is None else state_of(each.said), so, each.at)
    return tallying.end(now)


def happened(
    every: Sequence[Said], away: Sequence[Span], span: Span, now: float, seen: float
) -> Tally | None:
    """Return how often something was said that is no state: a bell was pressed; None if never.

    `seen` is when its topic was first heard.
    """
    if not every:
        return None
    # Of a button that is let go nothing is said; a bell may never say anything.
    spoken = any(each.said is None or each.said.text for each in every)
    heard = [each for each in every if not spoken or each.said is None or each.said.text]
    inside = [each for each in heard if each.fresh and each.at >= span.since]
    # What is no longer stored may have happened.
    complete = every[0].at < span.since or seen >= every[0].at
    since, until = span.since if complete else every[0].at, min(span.until, now)
    at = inside[-1].at if inside else 0.0
    return Tally(since, until, len(inside), away=seconds_in(away, since, until), at=at)


async def said_in(lookups: Lookups, meant: Meant, span: Span) -> list[Said]:
    """Return what a thing said in a time, after what it said last before that.

    Of very many messages the newest; where they do not reach back so far, the words that were kept of them.
    """
    history, begin = lookups.ports.history, span.since
    if too_many := await history.page(meant.topic, 1, Span(begin), MOST_MESSAGES - 1):
        begin = max(begin, too_many[0].time)
    earlier = await history.page(meant.topic, _LONG_BEFORE, Span(0.0, begin))
    begin = earlier[0].time if earlier else begin
    found: list[Said] = []
    heard: list[float] = []
    async for chunk in stored_readings(lookups, meant.topic, begin, MOST_MESSAGES + _LONG_BEFORE):
        for reading in chunk:
            message = reading.message
            heard.append(message.received)
            if message.received < span.until and (said := said_of(meant, reading)) is not None:
                found.append(Said(said, message.received, not message.retain))
    if found and found[0].at < span.since:
        return found
    runs = await history.runs(meant.topic, span)
    return [*_kept(lookups, meant, runs, heard), *found]


def _kept(lookups: Lookups, meant: Meant, runs: Sequence[Run], heard: Sequence[float]) -> list[Said]:
    """Return what a thing said by the runs of words before the first of the times in which it was `heard`.

    Only one series of words may tell of it: which of several would not be known.
    """
    said: dict[tuple[str, str | None], Latest | None] = {}
    for run in runs:
        if run.payload is not None and (run.field, run.payload) not in said:
            again = read_again(lookups, Past(0, run.topic, run.payload, run.at, retain=False))
            said[run.field, run.payload] = said_of(meant, again)
    telling = {field for (field, _), each in said.items() if each is not None}
    if len(telling) != 1:
        return []
    first = heard[0] if heard else inf
    found: list[Said] = []
    for run in runs:
        if run.field not in telling or run.at >= first:
            continue
        meaning = said.get((run.field, run.payload))
        # What is stored as well counts once.
        count = run.count - (bisect_right(heard, run.last_at) if run.last_at >= first else 0)
        found.append(Said(meaning, run.at, count > 0))
        found += [Said(meaning, min(run.last_at, first))] * (count - 1)
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: a state (none: on, open or the like), or a number over or under a limit."""

    state: str = ""
    over: float | None = None
    under: float | None = None

    @property
    def limit(self) -> float | None:
        return self.under if self.over is None else self.over

    def is_so(self, said: Latest) -> bool | None:
        """Say whether a value is it; None of one that tells neither."""
        if self.limit is not None:
            if said.number is None:
                return None
            return said.number > self.limit if self.over is not None else said.number < self.limit
        return in_state(said, self._word) if is_state_word(state_of(said)) else None

    @property
    def _word(self) -> str:
        """The state, as far as it is one: what was pressed was on."""
        return self.state if is_state_word(self.state.replace("_", " ")) else ""

    def fits(self, newest: Latest) -> bool:
        """Say whether a thing may ever be so."""
        if self.limit is not None:
            return newest.number is not None
        if not self._word:
            return True
        word = state_of(newest)
        return is_state_word(word) and may_become(word, SAID_OF_SWITCHES.get(self._word, self._word))


async def counted(lookups: Lookups, meant: Meant, span: Span, what: Counted) -> Text | None:
    """Return how often something was so in a time and how long, as people read it; None if nothing is known.

    What says neither states nor numbers happens: each message counts.
    """
    every = await said_in(lookups, meant, span)
    kept = (each.said for each in reversed(every) if each.said is not None)
    newest = await latest(lookups, meant) or next(kept, None)
    if newest is None or not what.fits(newest):
        return None
    is_state = is_state_word(state_of(newest))
    if what.limit is None and newest.number is not None and not is_state:
        return Text("count_which", {"name": meant.name})
    history, now = lookups.ports.history, lookups.ports.clock.now()
    away, over = deaf(await history.listening(span.since), meant.topic), span.until <= now
    if what.limit is not None or is_state:
        found = tally(every, away, span, what, now)
        told = None if found is None else _states(found, what, newest, over=over)
    else:
        seen = max((row.first_seen for row in await history.topics(meant.topic, 1)), default=0.0)
        found = happened(every, away, span, now, seen)
        told = None if found is None else _happenings(lookups, found)
    if found is None or told is None:
        return None
    if found.since > span.since + 1:
        told = Text("count_unknown", {"told": told, "time": lookups.moment(found.since)})
    if found.away >= _WORTH_TELLING:
        told = Text("count_away", {"told": told, "long": duration(found.away)})
    since = lookups.moment(span.since)
    when: Cell = since.to(lookups.moment(span.until)) if over else Text("past_since", {"since": since})
    return Text("past_line", {"name": meant.name, "when": when, "told": told}, _facts(meant, found))


def _states(found: Tally, what: Counted, newest: Latest, *, over: bool) -> Text:
    """Return how often it was so, and how long; `over`: in a time that has ended."""
    word: Cell = found.last
    if what.limit is not None:
        limit = Amount(with_unit(number_text(what.limit), newest.unit))
        word = Text("count_over" if what.over is not None else "count_under", {"limit": limit})
    if found.whole:
        return Text("past_always", {"value": word})
    if not (found.seconds or found.count):
        never = Text("count_never", {"state": word})
        return never if what.limit is not None else Text("past_always", {"value": "/".join(found.others)})
    cells: dict[str, Cell] = {"state": word, "count": str(found.count), "long": duration(found.seconds)}
    key = ("count_kept", "count_once")[found.count] if found.count < 2 else "count_many"
    told = Text(key, cells)
    if found.before and found.count:
        told = Text("count_before", {"told": told})
    if not found.still:
        return told
    return Text("count_end" if over else "count_still", {"told": told})


def _happenings(lookups: Lookups, found: Tally) -> Text:
    if not found.count:
        return Text("count_not_once")
    cells: dict[str, Cell] = {"count": str(found.count), "time": lookups.moment(found.at)}
    return Text("count_happened_once" if found.count == 1 else "count_happened", cells)


def _facts(meant: Meant, found: Tally) -> dict[str, object]:
    return {
        "name": meant.name,
        "topic": meant.topic,
        "field": meant.field,
        "count": found.count,
        "seconds": round(found.seconds, 3),
        "since": found.since,
        "until": found.until,
        "seconds_unheard": round(found.away, 3),
        "so_before": found.before,
        "so_now": found.still,
    }
