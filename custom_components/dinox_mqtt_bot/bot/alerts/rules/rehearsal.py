"""What an alert rule would have done to the stored messages."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace

from ...model.alert import ACTIVE, Alert, AlertState
from ...model.announcements import NOTHING, AlertChanged, Judged
from ...model.history import ListeningSince
from ...model.message import Reading
from ...model.rules import AlertRule, Operator, Value
from ...reading.topic_lookup import Lookups, stored_readings
from ...text.numbers import number, number_text, with_unit
from ...text.times import Local
from ...text.units import comparable, convert
from ..engine import AlertEngine
from ..watches import Watch, filters_of

MOST_MESSAGES = 50_000
_UPWARD = frozenset({Operator.ABOVE, Operator.AT_LEAST})
_LEVELS = _UPWARD | {Operator.BELOW, Operator.AT_MOST}
_STRICT = frozenset({Operator.ABOVE, Operator.BELOW})
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it, from the first message (`since`) to the last (`until`).

    `longest` is in seconds, `quiet` the limit with unit that had never fired, `rare` the one that had fired
    once where that once stands clearly apart from all else; `cut`: there were more messages.
    """

    messages: int = 0
    judged: int = 0
    fired: int = 0
    longest: float = 0.0
    topics: tuple[str, ...] = ()
    since: float = 0.0
    until: float = 0.0
    cut: bool = False
    quiet: str = ""
    rare: str = ""


async def rehearse(lookups: Lookups, rule: AlertRule, since: float, now: float) -> Rehearsal:
    """Run the alerts' own engine over what is stored since a Unix time, as long as the bot listened."""
    stage = _Stage(rule, await lookups.ports.history.listening(since), lookups.ports.clock.local)
    filters = list(dict.fromkeys(filters_of(rule)))
    streams = [stored_readings(lookups, each, since, MOST_MESSAGES // len(filters)) for each in filters]
    async for reading in _in_order(streams):
        stage.take(reading)
    return stage.result(now)


async def _in_order(streams: Sequence[AsyncIterator[list[Reading]]]) -> AsyncIterator[Reading]:
    """Yield the messages of several filters by the time at which they came."""
    waiting = [deque[Reading](await anext(stream, [])) for stream in streams]
    while left := [place for place, chunk in enumerate(waiting) if chunk]:
        first = min(left, key=lambda place: waiting[place][0].message.received)
        yield waiting[first].popleft()
        if not waiting[first]:
            waiting[first].extend(await anext(streams[first], []))


class _Stage:
    """The engine with one rule, and what is counted."""

    def __init__(self, rule: AlertRule, listening: Iterable[ListeningSince], local: Local) -> None:
        self._local = local
        self._rule = replace(rule, id=rule.id or "rehearsal", enabled=True)
        self._engine = AlertEngine((self._rule,), local=local)
        self._listening = deque(listening)
        self._ended: tuple[float, float] | None = None
        self._kept: dict[tuple[str, str], Alert] = {}
        self._watch = Watch.of(self._rule)
        self._limit = _Limit(rule) if rule.condition.operator in _LEVELS else None
        self._began: dict[str, float] = {}
        self._fired: dict[str, int] = {}
        self._longest = 0.0
        self._messages = self._judged = 0
        self._first = self._last = self._now = 0.0

    def take(self, reading: Reading) -> None:
        """Let one message come in, and what time brings before it."""
        at = max(self._last, reading.message.received)
        self._pass(at)
        self._first = self._first or at
        self._last = at
        self._messages += 1
        self._count(self._engine.judge(reading, at), at)
        value = self._watch.value(reading)
        if value is not None:
            self._judged += 1
            if self._limit is not None:
                self._limit.take(reading.message.topic, value, at)

    def result(self, now: float) -> Rehearsal:
        """Return what was counted, with what has gone on until now."""
        cut = self._messages >= MOST_MESSAGES
        end = self._last if cut else max(now, self._last)
        if self._messages:
            self._pass(end)
        lasting = [end - began for began in self._began.values()]
        quiet, rare = self._limit.found(end) if self._limit is not None else ("", "")
        return Rehearsal(
            messages=self._messages,
            judged=self._judged,
            fired=sum(self._fired.values()),
            longest=max(self._longest, *lasting, 0.0),
            topics=tuple(sorted(self._fired)),
            since=self._first,
            until=end,
            cut=cut,
            quiet=quiet,
            rare=rare,
        )

    def _pass(self, until: float) -> None:
        """Let time go by, in which the broker and the bot itself come and go.

        What came in the moment of a run's last sign of life came before its end.
        """
        while self._listening and (self._listening[0].at, not self._listening[0].running) <= (until, False):
            self._listen(self._listening.popleft())
        self._wait(until)

    def _listen(self, heard: ListeningSince) -> None:
        at = max(heard.at, self._now)
        if self._ended is None:
            self._wait(at)
        if not heard.running:
            self._ended = at, self._engine.heard_until(at)
            return
        if self._ended is not None:
            self._begin(at, *self._ended)
        self._count(self._engine.hear(heard.online, at), at)

    def _begin(self, at: float, ended: float, heard_until: float) -> None:
        """Do as a bot that has just started: all it knows is what was stored."""
        self._engine = AlertEngine((self._rule,), self._kept.values(), local=self._local)
        self._engine.follow_run(ended, heard_until)
        self._ended, self._now = None, at
        self._count(self._engine.apply((self._rule,), at), at)

    def _wait(self, until: float) -> None:
        judged: Judged | None = None
        while (due := self._engine.due_at) < until and not (judged is NOTHING and due <= self._now):
            judged = self._tick(max(due, self._now))
        self._tick(until)

    def _tick(self, at: float) -> Judged:
        self._now = at
        judged = self._engine.tick(at)
        self._count(judged, at)
        return judged

    def _count(self, judged: Judged, at: float) -> None:
        self._kept |= {(alert.rule, alert.topic): alert for alert in judged.record.alerts}
        for key in judged.record.gone:
            self._kept.pop(key, None)
        for change in judged.changes:
            if isinstance(change, AlertChanged) and change.alert.rule == self._rule.id:
                self._note(change, at)

    def _note(self, change: AlertChanged, at: float) -> None:
        topic = change.alert.topic
        if change.alert.state in ACTIVE and change.before not in ACTIVE:
            self._fired[topic] = self._fired.get(topic, 0) + 1
            self._began[topic] = at
        elif change.alert.state is AlertState.RESOLVED:
            self._longest = max(self._longest, at - self._began.pop(topic, at))


@dataclass(frozen=True, slots=True)
class _Run:
    """A time for which all values of a topic were as high as `height` (for `<`, as low)."""

    height: float
    topic: str
    began: float
    ended: float

    def holds(self, other: _Run) -> bool:
        return self.topic == other.topic and self.began <= other.began and other.ended <= self.ended


class _Limit:
    """Finds the limits with which a rule about a level would never have fired, or once.

    For each topic it keeps values that may be the lowest of a run (for `>`; the highest for `<`), and since
    when all are as high; a run counts once it is as long as the rule's `hold`.
    """

    def __init__(self, rule: AlertRule) -> None:
        self._operator = rule.condition.operator
        self._sign = 1 if self._operator in _UPWARD else -1
        self._hold = rule.hold
        limit = number(rule.condition.values[0]) if rule.condition.values else None
        self._unit = limit[1] if limit else ""
        self._runs: dict[str, list[tuple[float, float]]] = {}
        self._worst: _Run | None = None
        self._second: _Run | None = None
        self._sum, self._count = 0.0, 0
        self._decimals = 0

    def take(self, topic: str, value: Value, at: float) -> None:
        self._unit = self._unit or value.unit
        if value.number is None or not comparable(value.unit, self._unit, value.gas):
            return
        amount = convert(value.number, value.unit, self._unit, gas=value.gas)
        _, _, decimals = number_text(amount).partition(".")
        self._decimals = max(self._decimals, min(len(decimals), _MOST_DECIMALS))
        self._sum += amount
        self._count += 1
        runs = self._runs.setdefault(topic, [])
        began = at
        while runs and runs[-1][1] >= self._sign * amount:
            began, height = runs.pop()
            self._end(_Run(height, topic, began, at))
        runs.append((began, self._sign * amount))

    def found(self, end: float) -> tuple[str, str]:
        """Return both limits; empty if there were no numbers, none that lasted, or none that stands apart."""
        for topic, runs in self._runs.items():
            for began, height in reversed(runs):
                self._end(_Run(height, topic, began, end))
        worst, second = self._worst, self._second
        if worst is None:
            return "", ""
        usual = self._sign * self._sum / self._count
        # The worst stands apart if it is further from the second than that is from what is usual.
        if second is None or worst.height - second.height <= max(second.height - usual, 0.0):
            return self._text(worst), ""
        return self._text(worst), self._text(second)

    def _text(self, run: _Run) -> str:
        beyond = 0.0 if self._operator in _STRICT else 10.0**-self._decimals
        limit = round(self._sign * (run.height + beyond), self._decimals)
        return with_unit(number_text(limit), self._unit)

    def _end(self, run: _Run) -> None:
        """Take note of a run that is over. What is within another ends before that."""
        if run.ended - run.began < self._hold:
            return
        if self._worst is None or run.height > self._worst.height:
            self._worst, self._second = run, self._worst
        elif not run.holds(self._worst) and (self._second is None or run.height > self._second.height):
            self._second = run
