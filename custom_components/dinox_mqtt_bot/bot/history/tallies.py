"""How often something became so in a time, and how long it was so in all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..model.history import ListeningSince, Span
from ..model.topics import INNER

_MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a span. `count`: how often it became so, or happened; `seconds`: how long it was so.

    From `since` on it is known how it was, until `until` (Unix times); `away` are the seconds in between in
    which nobody listened, no part of `seconds`. `before`: it was so when that began; `still`: when it ended.
    `last` is what was said when it was so last, `at` when it happened last; `others` some words for what was
    not so.
    """

    since: float
    until: float
    count: int = 0
    seconds: float = 0.0
    away: float = 0.0
    before: bool = False
    still: bool = False
    last: str = ""
    at: float = 0.0
    others: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it was so all the time that is known."""
        return self.before and self.still and not self.count


@dataclass(slots=True)
class Tallying:
    """Takes what was said in the order in which it came, and counts it; `away` is when nobody listened."""

    span: Span
    away: Sequence[Span]
    tally: Tally | None = None
    _so: bool = False
    _at: float = 0.0
    _others: dict[str, None] = field(default_factory=dict)

    def take(self, said: str, so: bool, at: float) -> None:
        """Take what was said at a Unix time, and whether it is so."""
        if at >= self.span.until:
            return
        # A clock that was set back does not make what came later earlier.
        at = max(at, self._at)
        if self.tally is None or at < self.span.since:
            told, self._others = Tally(max(at, self.span.since), 0.0, before=so), {}
        else:
            told = self._until(self.tally, at)
            told = replace(told, count=told.count + (so and not self._so))
        if not so and len(self._others) < _MOST_OTHERS:
            self._others[said] = None
        self.tally = replace(told, last=said) if so else told
        self._so, self._at = so, at

    def end(self, now: float) -> Tally | None:
        """Return what came of it until now; None if nothing was ever said."""
        if self.tally is None:
            return None
        told = self._until(self.tally, max(min(self.span.until, now), self._at))
        return replace(told, still=self._so, others=tuple(self._others))

    def _until(self, told: Tally, at: float) -> Tally:
        """Return what it has come to at a time."""
        begin, until = max(self._at, told.since), max(at, told.since)
        unheard = seconds_in(self.away, begin, until)
        seconds = told.seconds + (until - begin - unheard) * self._so
        return replace(told, until=until, seconds=seconds, away=told.away + unheard)


def seconds_in(spans: Iterable[Span], since: float, until: float) -> float:
    """Return how many seconds of a time are in some spans, which do not overlap."""
    return sum(max(0.0, min(each.until, until) - max(each.since, since)) for each in spans)


def deaf(listening: Iterable[ListeningSince], topic: str) -> list[Span]:
    """Return when nobody could hear a topic: what is inside of Home Assistant is heard without a broker."""
    found: list[Span] = []
    begun: float | None = None
    for each in listening:
        heard = each.running if topic.startswith(INNER) else each.online
        if heard and begun is not None:
            found.append(Span(begun, each.at))
        begun = None if heard else each.at if begun is None else begun
    return found if begun is None else [*found, Span(begun)]
