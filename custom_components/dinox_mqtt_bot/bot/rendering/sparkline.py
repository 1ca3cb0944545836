"""Numbers over time as one line of text, and what a picture of them shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..model.history import Point, Span
from ..text.numbers import number_text

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
SPARKLINE_WIDTH = 24
"""Characters of a line: what a phone shows without a break, and the hours of a day."""

NARROW = 20
"""Characters where a phone gives the line less room, as Assist does."""

PATIENCE = 3.0
"""After so many usual intervals without a number there is a gap."""

_MOST_DECIMALS = 6


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
    low, high = min(point.low for point in points), max(point.high for point in points)
    mean = sum(point.mean * (point.count / count) for point in points)
    return Summary(low, _between(mean, low, high), high, count)


def _between(mean: float, low: float, high: float) -> float:
    # Rounding may carry the mean of huge numbers beyond all of them.
    return min(max(mean, low), high)


def mean_text(mean: float, points: Iterable[Point]) -> str:
    """Write a mean as exactly as the numbers are, but with one decimal at least."""
    decimals = max(
        len(number_text(value).partition(".")[2]) for point in points for value in (point.low, point.high)
    )
    return number_text(round(mean, min(max(decimals, 1), _MOST_DECIMALS)))


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
    mean = _between(sum(value / count for value in values), min(values), max(values))
    return Point(sum(at for at, _ in numbers) / count, min(values), mean, max(values), count)


def longest_gap(points: Sequence[Point]) -> float:
    """Return the seconds after which a missing number is a gap."""
    intervals = [after.time - before.time for before, after in pairwise(points)]
    return PATIENCE * median(intervals) if intervals else 0.0


def sparkline(points: Sequence[Point], *, even: bool = False, width: int = SPARKLINE_WIDTH) -> str:
    """Return means as bars, each as long a time, or with `even` a point each; a gap is a `·`."""
    if even or not points or points[-1].time <= points[0].time:
        cells: list[float | None] = [point.mean for point in points[-width:]]
    else:
        cells = _cells(points, min(width, len(points)))
    known = [cell for cell in cells if cell is not None]
    return "".join(_bars(cells, min(known), max(known))) if known else ""


def _cells(points: Sequence[Point], width: int) -> list[float | None]:
    """Return the mean of each part of the time with numbers; within a usual interval the one before."""
    since = points[0].time
    length = (points[-1].time - since) / width
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(min(int((point.time - since) / length), width - 1), []).append(point)
    cells = [summary(found[cell]).mean if cell in found else None for cell in range(width)]
    longest = longest_gap(points)
    for before, after in pairwise(sorted(found)):
        if (after - before) * length <= max(longest, length):
            cells[before:after] = [cells[before]] * (after - before)
    return cells


def _bars(cells: Iterable[float | None], low: float, high: float) -> Iterator[str]:
    for cell in cells:
        if cell is None:
            yield GAP
        elif high / 2 <= low / 2:
            yield BARS[3]
        else:
            # Halved, so that the distance of two huge numbers is finite.
            yield BARS[round((cell / 2 - low / 2) / (high / 2 - low / 2) * (len(BARS) - 1))]
