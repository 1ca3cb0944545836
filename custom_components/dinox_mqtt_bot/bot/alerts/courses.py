"""How the numbers that rules judge have gone in the last hour: a few of each, as long as the bot runs."""

from array import array
from collections.abc import Callable, Collection, Sequence

from ..model.history import Point
from ..model.timers import Key
from ..ports import Phrases
from ..rendering.sparkline import NARROW, sparkline
from ..text.durations import duration
from ..text.rate import MINUTE

MOST_COURSES = 20_000
LEAST_POINTS = 3
HOUR = 3_600.0
EACH = HOUR / NARROW
"""Seconds of which the newest number stays: a place in a line that a phone shows without a break."""

type Course = Callable[[Key, float], Sequence[Point]]
"""Returns the numbers of the last hour by rule and topic, as of a Unix time; none if they are too few."""


class Courses:
    """Numbers by rule and topic, each with its time; when they are too many all are forgotten."""

    def __init__(self) -> None:
        # Times and numbers in turn: 20,000 courses take 8 MB.
        self._known: dict[Key, array[float]] = {}

    def newest(self, key: Key) -> float | None:
        known = self._known.get(key)
        return None if known is None else known[-1]

    def note(self, key: Key, number: float | None, now: float) -> None:
        """Take a number to its course, if there is one."""
        if number is None:
            return
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_COURSES:
                self._known.clear()
            self._known[key] = array("d", (now, number))
        elif now - known[-2] < EACH:
            known[-1] = number
        else:
            known.extend((now, number))
            if len(known) > 2 * NARROW:
                del known[:2]

    def points(self, key: Key, now: float) -> list[Point]:
        """Return the numbers of the last hour, the oldest first; none where they are too few to be seen."""
        known = self._known.get(key, ())
        numbers = zip(known[::2], known[1::2], strict=True)
        points = [Point(at, number, number, number, 1) for at, number in numbers if now - at < HOUR]
        return points if len(points) >= LEAST_POINTS else []

    def keep(self, rules: Collection[str]) -> None:
        """Forget what rules looked at that look at something else now, or are no more."""
        self._known = {key: known for key, known in self._known.items() if key[0] in rules}

    def clear(self) -> None:
        """Forget everything, as when the clock was set: no time is true any more."""
        self._known.clear()


def drawn(points: Sequence[Point], phrases: Phrases, now: float) -> str:
    """Return numbers as a line of bars, and how long ago it begins; nothing for none."""
    if not points:
        return ""
    since = duration(round((now - points[0].time) / MINUTE) * MINUTE)
    return phrases.phrase("common.alert_course", line=sparkline(points, width=NARROW), duration=since)
