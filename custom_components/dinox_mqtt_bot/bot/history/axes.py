"""Where the marks of a chart's axes stand: round numbers, round times of day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from ..model.history import Span
from ..text.durations import DAY
from ..text.numbers import number_text
from ..text.times import Local

_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
"""Seconds, each a part of a day."""

_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24)
_MONTH = 30.4 * DAY

_SMALLEST = 1e-9
"""Of the larger of two numbers: a difference below that is none to the eye."""

_LARGEST = 1e300
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Mark:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    low: float
    high: float
    marks: tuple[Mark, ...]


def number_axis(low: float, high: float, most: int = 6) -> Axis:
    """Return a scale with room for the numbers between two, and `most` marks at round ones."""
    low, high = max(low, -_LARGEST), min(high, _LARGEST)
    if high - low <= max(abs(low) * _SMALLEST, abs(high) * _SMALLEST, _LEAST):
        room = abs(low) * 0.05 if abs(low) > _LEAST else 1.0
        low, high = low - room, high + room
    room = (high - low) * 0.06
    # What is never negative does not look as if it were.
    low, high = (0.0 if 0.0 <= low < room * 2 else low - room), high + room
    step = _round_step((high - low) / most)
    decimals = max(0, -floor(log10(step)))
    first, last = ceil(low / step), floor(high / step)
    values = (round(index * step, decimals) for index in range(first, last + 1))
    return Axis(low, high, tuple(Mark(value, number_text(value)) for value in values))


def _round_step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least), 10 * power)


def time_axis(span: Span, local: Local, day: str, most: int = 8) -> Axis:
    """Return a scale over a span with `most` marks at round times; `day` is a date's `strftime`."""
    least = (span.until - span.since) / most
    step = next((step for step in _STEPS if step >= least), 0)
    days = next((days for days in _DAYS if days * DAY >= least), 0)
    if step:
        marks = _within_days(span, local, step, day)
    elif days:
        marks = (
            Mark(at.timestamp(), at.strftime(day))
            for at in _days(span, local)
            if not (at.toordinal() - 1) % days
        )
    else:
        months = next((months for months in _MONTHS if months * _MONTH >= least), _MONTHS[-1])
        firsts = (
            at for at in _days(span, local) if at.day == 1 and not (at.year * 12 + at.month - 1) % months
        )
        marks = (Mark(at.timestamp(), f"{at:%Y-%m}") for at in firsts)
    inside = [mark for mark in marks if span.since <= mark.at <= span.until]
    return Axis(span.since, span.until, tuple(sorted(inside, key=lambda mark: mark.at)))


def _within_days(span: Span, local: Local, step: int, day: str) -> Iterator[Mark]:
    for midnight in _days(span, local):
        yield Mark(midnight.timestamp(), midnight.strftime(day))
        for seconds in range(step, int(DAY), step):
            # By the clock on the wall: a day on which it changes is longer or shorter.
            at = midnight + timedelta(seconds=seconds)
            label = f"{at:%H:%M}"
            moments = {at.timestamp(), at.replace(fold=1).timestamp()}
            inside = (moment for moment in moments if span.since <= moment <= span.until)
            # A time that comes twice has two marks, one that is left out none.
            yield from (Mark(moment, label) for moment in inside if f"{local(moment):%H:%M}" == label)


def _days(span: Span, local: Local) -> Iterator[datetime]:
    at = local(span.since).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    while at.timestamp() <= span.until:
        yield at
        at += timedelta(days=1)
