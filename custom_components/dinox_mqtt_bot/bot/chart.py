"""Numbers over time as one line of text, and what a picture of them shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from .archive import Point, Span
from .values import number_text

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
WIDTH = 32
"""Characters of a line: what a phone shows without a break."""

PATIENCE = 3.0
"""After so many usual intervals without a number there is a gap."""

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Limit:
    """A value at which an alert rule fires, in the unit of the picture, and how it is written there."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture of a series shows. `limits` are lines across, `bands` the times an alert was active."""

    title: str
    unit: str
    points: tuple[Point, ...]
    span: Span
    limits: tuple[Limit, ...] = ()
    bands: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """Lowest, mean and highest of many numbers, and how many they are."""

    low: float
    mean: float
    high: float
    count: int


def summary(points: Sequence[Point]) -> Summary:
    """Return what at least one point comes to."""
    count = sum(point.count for point in points)
    mean = sum(point.mean * (point.count / count) for point in points)
    return Summary(min(point.low for point in points), mean, max(point.high for point in points), count)


def mean_text(mean: float, points: Iterable[Point]) -> str:
    """Write a mean with one decimal more than the numbers have."""
    decimals = max(
        len(number_text(value).partition(".")[2]) for point in points for value in (point.low, point.high)
    )
    return number_text(round(mean, min(decimals + 1, _MOST_DECIMALS)))


def gather(numbers: Iterable[tuple[float, float]], span: Span, buckets: int) -> list[Point]:
    """Return numbers with their times as the points of a series (`Archive.series`)."""
    width = (span.until - span.since) / buckets
    found: dict[int, list[tuple[float, float]]] = {}
    for at, value in numbers:
        if span.since <= at < span.until:
            found.setdefault(int((at - span.since) / width), []).append((at, value))
    return [_point(found[bucket]) for bucket in sorted(found)]


def _point(numbers: Sequence[tuple[float, float]]) -> Point:
    count = len(numbers)
    values = [value for _, value in numbers]
    return Point(
        sum(at for at, _ in numbers) / count,
        min(values),
        sum(value / count for value in values),
        max(values),
        count,
    )


def patience(points: Sequence[Point]) -> float:
    """Return the seconds after which a missing number is a gap."""
    intervals = [after.time - before.time for before, after in pairwise(points)]
    return PATIENCE * median(intervals) if intervals else 0.0


def sparkline(points: Sequence[Point], span: Span | None = None, width: int = WIDTH) -> str:
    """Return the means as bars: of a span each as long a time, else one a point. What is missing is a `·`."""
    if span is None:
        cells: list[float | None] = [point.mean for point in points[-width:]]
    else:
        cells = _cells(points, span, min(width, max(len(points), 1)))
    known = [cell for cell in cells if cell is not None]
    return "".join(_bars(cells, min(known), max(known))) if known else ""


def _cells(points: Sequence[Point], span: Span, width: int) -> list[float | None]:
    """Return the mean of each part of a span; what lies in a usual interval has the value before it."""
    length = (span.until - span.since) / width
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(min(int((point.time - span.since) / length), width - 1), []).append(point)
    cells = [summary(found[cell]).mean if cell in found else None for cell in range(width)]
    longest = patience(points)
    for before, after in pairwise(sorted(found)):
        if (after - before) * length <= max(longest, length):
            cells[before:after] = [cells[before]] * (after - before)
    return cells


def _bars(cells: Iterable[float | None], low: float, high: float) -> Iterator[str]:
    for cell in cells:
        if cell is None:
            yield GAP
        elif high <= low:
            yield BARS[3]
        else:
            # Halved, so that the distance of two huge numbers is finite.
            yield BARS[round((cell / 2 - low / 2) / (high / 2 - low / 2) * (len(BARS) - 1))]
