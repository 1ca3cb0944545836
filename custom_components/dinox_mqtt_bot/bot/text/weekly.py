"""Times of the week in which something counts: `22:00-6:00`, `weekdays`, `monday to friday 8:00-17:00`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
import re
from typing import override

from .times import PARTS, Local, TimeOfDay, clock_at, time_words
from .tongue import lead, skip, words

DAYS = 7
DAILY = "daily"
"""Every day, at any hour."""

_GROUPS = {
    "workdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "all_days": frozenset(range(DAYS)),
}
_EVENING, _DAWN = 18 * 60, 6 * 60
_AND = words("joint")
_TO = words("time_to") | words("time_until")
_BEFORE = words("time_between") | words("time_filler") | words("time_since") | _AND
_DAYS_TO = (_TO - _AND) | {"-"}
_HOURS_TO = _TO | _AND | {"-"}
_DASH = re.compile(r"(?<=\w)\s*(?:[-–—]|\.{2,3}|…)\s*(?=\w)")


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of some days of the week. `days`: 0 is Monday; `begin` and `end` are minutes of the day.

    With the end at or before the beginning it goes on into the next day, of which nothing is said.
    """

    days: frozenset[int] = frozenset(range(DAYS))
    begin: int = 0
    end: int = 0

    def opens_at(self, at: float, local: Local) -> float:
        """Return a Unix time itself if it lies within, else when the next such time begins."""
        today = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
        length = (self.end - self.begin) % 1440 or 1440
        for ahead in range(-1, DAYS + 2):
            day = today + timedelta(days=ahead)
            if day.weekday() in self.days:
                # On the clock of that day: one hour less or more when the clocks change.
                begins = (day + timedelta(minutes=self.begin)).timestamp()
                if at < (day + timedelta(minutes=self.begin + length)).timestamp():
                    return max(at, begins)
        return at  # no day at all: nothing is left out

    @override
    def __str__(self) -> str:
        """Return it as it is kept and typed: `weekdays 22:00-06:00`."""
        some = ",".join(_NAMES[day] for day in sorted(self.days))
        parts = [next((name for name, days in _WRITTEN.items() if days == self.days), some)]
        if parts == [DAILY] and self.begin != self.end:
            parts = []
        if self.begin != self.end:
            parts.append(f"{_clock(self.begin)}-{_clock(self.end)}")
        return " ".join(parts)


_WRITTEN = {"weekdays": _GROUPS["workdays"], "weekend": _GROUPS["weekend"], DAILY: _GROUPS["all_days"]}
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_weekly(text: str) -> Weekly | None:
    """Return the times that a text means as a whole; None if it means none."""
    spoken = time_words(_DASH.sub(" - ", text.replace(",", " ")))
    days: set[int] = set()
    hours: tuple[int, int] | None = None
    at = 0
    while at < len(spoken):
        if hours is None and (found := _from_or_to(spoken, at)) is not None:
            hours, at = found
        elif spoken[at] in _BEFORE:
            at += 1
        elif (named := _days(spoken, at)) is not None:
            days |= named[0]
            at = named[1]
        elif hours is None and (found := _hours(spoken, at)) is not None:
            hours, at = found
        else:
            return None
    if not days and hours is None:
        return None
    begin, end = hours or (0, 0)
    return Weekly(frozenset(days) or frozenset(range(DAYS)), begin, end)


def _days(spoken: Sequence[str], at: int) -> tuple[frozenset[int], int] | None:
    """Return the days that are named from a word on, and where they end."""
    group, end = lead("weekly", spoken, at)
    if group in _GROUPS:
        return _GROUPS[group], end
    first, end = _day(spoken, at)
    if first is None:
        return None
    if end + 1 < len(spoken) and spoken[end] in _DAYS_TO:
        last, behind = _day(spoken, end + 1)
        if last is not None:
            return frozenset((first + step) % DAYS for step in range((last - first) % DAYS + 1)), behind
    return frozenset({first}), end


def _day(spoken: Sequence[str], at: int) -> tuple[int | None, int]:
    """Return the weekday that a word names, also by its first letters, and where it ends."""
    name, end = max(lead("weekday", spoken, at), lead("weekly_day", spoken, at), key=lambda found: found[1])
    return (int(name), end) if name else (None, at)


def _hours(spoken: Sequence[str], at: int) -> tuple[tuple[int, int], int] | None:
    """Return begin and end of the hours that a word begins, in minutes, and where they are said to end."""
    part, end = lead("part", spoken, at)
    if part:
        _, first, last = PARTS[part]
        return (first % 24 * 60, last % 24 * 60), end
    begin, at = clock_at(spoken, at, bare=True)
    if begin is None or at + 1 >= len(spoken) or spoken[at] not in _HOURS_TO:
        return None
    until, end = clock_at(spoken, at + 1, bare=True)
    return None if until is None else ((_minutes(begin), _minutes(until)), end)


def _from_or_to(spoken: Sequence[str], at: int) -> tuple[tuple[int, int], int] | None:
    """Return the hours after or before one time of day, `after 10 pm`, and where they are said to end.

    What begins in the evening ends at six in the morning, else with the day.
    """
    after, before = skip("hours_after", spoken, at), skip("hours_before", spoken, at)
    begin = max(after, before)
    if begin == at or begin == len(spoken):
        return None
    midnight, end = lead("part", spoken, begin)
    clock, end = ((0, 0, 0), end) if midnight == "midnight" else clock_at(spoken, begin, bare=False)
    if clock is None or (spoken[end : end + 1] and spoken[end] in _HOURS_TO):
        return None
    minutes = _minutes(clock)
    late = minutes >= _EVENING or not minutes
    return ((0, minutes) if before > at else (minutes, _DAWN if late else 0)), end


def _minutes(clock: TimeOfDay) -> int:
    return (clock[0] * 60 + clock[1]) % 1440
