"""What one thing was in a time: its numbers and when, its states and how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..reading.latest import Latest, Lookups, Meant, latest, said_of, stored_readings
from .spans import Local, Span, is_point, parse_span

__all__ = [
    "Latest",
    "Local",
    "Span",
    "Stretch",
    "course",
    "is_point",
    "latest",
    "looked_at",
    "parse_span",
    "spells",
]

MOST_VALUES = 5_000
"""Messages of one thing that are read again."""
_BEFORE = 5
"""Messages before a time in which its first value is looked for: not each has every field."""


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
