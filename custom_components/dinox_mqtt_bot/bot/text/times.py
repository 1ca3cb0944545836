"""Points of time as people type them: `7am`, `tomorrow morning`, `am Montag um 8`, `24. Dezember`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache, partial
from itertools import pairwise
from math import inf
import re

from .durations import LONGEST_DURATION, parse_duration, spoken_number
from .tongue import either, lead, phrases, plainly, skip, words

type Local = Callable[[float], datetime]
"""Gives a Unix time as the time of day where the user lives."""

in_utc = partial(datetime.fromtimestamp, tz=UTC)
"""The time of day of who lives by UTC."""

type TimeOfDay = tuple[int, int, int]
"""Hour, minute and second; 24:00:00 is the end of a day."""

LONGEST_TEXT = 100
DAYBREAK = 7
"""The hour at which a day begins for whoever wants to be left alone until then."""

PARTS = {
    "morning": (DAYBREAK, 6, 12),
    "noon": (12, 11, 14),
    "afternoon": (15, 12, 18),
    "evening": (18, 18, 24),
    "night": (22, 22, 30),
    "day": (12, 6, 22),
    "midnight": (24, 24, 24),
}
"""For each part of a day: the hour that is meant by it, and when it begins and ends."""

_HALF_DAY = 43_200.0
_MOST_WORDS = 12
_MOST_LEADING = 8
_CLOSE = 3
"""Words beside a moment that may belong to it."""
_SHORT, _LONG, _ALIKE = 2, 6, 0.86
_DAYS = ("day", "weekday")
_CLOCK = re.compile(rf"([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))?(?::([0-9]{{2}}))?(am|pm|{either('time_oclock')})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})?")
_DAY = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)?")
_YEAR = re.compile(r"[0-9]{4}")
_MINUTES = re.compile(r"[0-5][0-9]")
_TORN = re.compile(r"(?<=[0-9])t(?=[0-9])")
_COMMA = re.compile(r",(?=\s|\Z)")


@dataclass(frozen=True, slots=True)
class TimePoint:
    """What a text says of a time: a day in one of four ways, a part of a day, a time of day.

    `days` from today, `weekday` from Monday on, `date` of year (or None), month and day, `month` alone.
    """

    days: int | None = None
    weekday: int | None = None
    date: tuple[int | None, int, int] | None = None
    month: int | None = None
    part: str = ""
    clock: TimeOfDay | None = None

    @property
    def has_day(self) -> bool:
        return not (self.days is None and self.weekday is None and self.date is None and self.month is None)


def time_words(text: str) -> list[str]:
    """Return the words of a text about time as they are compared; none of one that is too long for it."""
    if len(text) > LONGEST_TEXT:
        return []
    spoken = _TORN.sub(" ", _COMMA.sub(" ", plainly(text))).split()
    return [_spelt(word) for word in spoken] if len(spoken) <= _MOST_WORDS else []


@lru_cache(1024)
def _spelt(word: str) -> str:
    """Return the word for a day that a word is but for a letter: `tomrrow`; else the word as it is.

    What a day has behind it is not misspelt: `mondays` are many.
    """
    if len(word) < _LONG or not word.isalpha():
        return word
    days = {each for kind in _DAYS for said in phrases(kind) for each in said if len(each) >= _LONG}
    near = () if word in days else get_close_matches(word, sorted(days), 1, _ALIKE)
    return next((day for day in near if not word.startswith(day)), word)


def read_point(spoken: Sequence[str], *, bare: bool = False, beside: bool = False) -> TimePoint | None:
    """Read a point of time that all the words are; None if they are none.

    `bare`: a number alone is an hour, `beside`: it is one with a day.
    """
    point, at = TimePoint(), 0
    while at < len(spoken):
        hour = bare or (beside and (point.has_day or bool(point.part)))
        point, end = _piece(point, spoken, at, bare=hour)
        if end == at:
            return None
        at = end
    return point if point.has_day or point.part or point.clock else None


def _contradicts(point: TimePoint) -> bool:
    """Say whether a time of day is said with a part of the day that it is not in: `20:00 in the morning`."""
    return point.part == "morning" and point.clock is not None and 12 < point.clock[0] < 24


def _piece(point: TimePoint, spoken: Sequence[str], at: int, *, bare: bool) -> tuple[TimePoint, int]:
    """Take one more piece of a point, and return where it ends; at its beginning if there is none."""
    whole, night = _day_and_part(point, spoken, at), skip("tonight", spoken, at)
    if night > max(at, whole[1]) and not point.has_day and not point.part:
        return replace(point, days=0, part="night"), night
    if whole[1] > at:
        return whole
    if point.clock is None:
        clock, end = clock_at(spoken, at, bare=bare)
        if clock is not None:
            return replace(point, clock=_of_part(clock, point.part)), end
    return point, max(skip("time_filler", spoken, at), skip("time_this", spoken, at))


def _day_and_part(point: TimePoint, spoken: Sequence[str], at: int) -> tuple[TimePoint, int]:
    """Take a day or a part of one, whichever has more words; `morgen` is tomorrow, else the morning."""
    day = (point, at) if point.has_day else _day(point, spoken, at)
    part, end = ("", at) if point.part else lead("part", spoken, at)
    if end > day[1]:
        clock = _of_part(point.clock, part) if point.clock else None
        return replace(point, part=part, clock=clock), end
    return day


def _day(point: TimePoint, spoken: Sequence[str], at: int) -> tuple[TimePoint, int]:
    days, end = lead("day", spoken, at)
    if days:
        number = int(days.rpartition("_")[2])
        return replace(point, days=-number if days.startswith("before") else number), end
    weekday, end = lead("weekday", spoken, at)
    if weekday:
        return replace(point, weekday=int(weekday)), end
    word = spoken[at]
    if found := _ISO.fullmatch(word):
        return replace(point, date=(int(found[1]), int(found[2]), int(found[3]))), at + 1
    if found := _DOTTED.fullmatch(word):
        return replace(
            point, date=(int(found[3]) if found[3] else None, int(found[2]), int(found[1]))
        ), at + 1
    return _named_month(point, spoken, at)


def _named_month(point: TimePoint, spoken: Sequence[str], at: int) -> tuple[TimePoint, int]:
    """Take `24. Dezember`, `December 24th`, with or without a year, or a month alone."""
    before = _DAY.fullmatch(spoken[at])
    month, end = lead("month", spoken, at + 1 if before else at)
    if not month:
        return point, at
    after = None if before or end >= len(spoken) else _DAY.fullmatch(spoken[end])
    day = before or after
    end += after is not None
    if day is None:
        return replace(point, month=int(month)), end
    year = int(spoken[end]) if end < len(spoken) and _YEAR.fullmatch(spoken[end]) else None
    return replace(point, date=(year, int(month), int(day[1]))), end + (year is not None)


def clock_at(spoken: Sequence[str], at: int, *, bare: bool) -> tuple[TimeOfDay | None, int]:
    """Take a time of day: `7` if it may be `bare`, `7:30`, `7 pm`, `18 Uhr 30`, `halb acht`, `seven`."""
    past, to = skip("time_half_past", spoken, at), skip("time_half_to", spoken, at)
    if max(past, to) > at:
        hour, end = spoken_number(spoken, max(past, to))
        if hour is None or hour != int(hour):
            return None, at
        return _sane(int(hour) - (to > past), 30, 0), _behind_clock(spoken, end)
    found, (word, end) = _CLOCK.fullmatch(spoken[at]), lead("number", spoken, at)
    if found is None and not word.isdecimal():
        return None, at
    number_end = at + 1 if found else end
    half, end = _half((found[4] or "") if found else "", spoken, number_end)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (int(word), 0)
    said = found is not None and bool(found[2] or found[4])
    if not (said or half or end > number_end or bare):
        return None, at
    if end > number_end and not said and end < len(spoken) and _MINUTES.fullmatch(spoken[end]):
        minute, end = int(spoken[end]), end + 1
    if half and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (half == "pm")
    return _sane(hour, minute, int(found[3] or 0) if found else 0), end


def _half(attached: str, spoken: Sequence[str], at: int) -> tuple[str, int]:
    """Return which half of the day a time is of, said right behind it, and where that ends."""
    behind = _behind_clock(spoken, at)
    for half in ("am", "pm"):
        end = skip(f"time_{half}", spoken, behind)
        if end > behind:
            return half, end
    return (attached if attached in {"am", "pm"} else "", behind)


def _behind_clock(spoken: Sequence[str], at: int) -> int:
    return skip("time_oclock", spoken, at)


def _of_part(clock: TimeOfDay, part: str) -> TimeOfDay:
    """Return a time of day that is said with a part of one: `7 abends` is 19:00."""
    late = part in {"afternoon", "evening"} and clock[0] < 12
    return (clock[0] + 12, *clock[1:]) if late or (part == "night" and 6 < clock[0] < 12) else clock


def _sane(hour: int, minute: int, second: int) -> TimeOfDay | None:
    if hour == 24 and not minute and not second:
        return 24, 0, 0
    return (hour % 24, minute, second) if -1 <= hour < 24 and minute < 60 and second < 60 else None


def parse_end(text: str, now: float, local: Local) -> float | None:
    """Return the Unix time that `2h`, `for two hours`, `until 7`, `tomorrow morning` or `am Montag` lead to.

    `until` a day is until people get up, the day without it until it is over. None if it is none, or past.
    """
    spoken = time_words(text)
    seconds = parse_duration(" ".join(spoken[skip("time_for", spoken) :]))
    if seconds:
        return now + seconds
    at = skip("time_until", spoken)
    point = read_point(spoken[at:], bare=at > 0, beside=True)
    return None if point is None else _still_to_come(point, now, local, whole=not at)


def parse_moment(text: str, now: float, local: Local) -> float | None:
    """Return the Unix time of `18:00`, `in 10 minutes`, `tomorrow at 7`, `heute Abend`.

    A day begins when people get up, a part of a day when that begins. None if it is no time, or past.
    """
    spoken = time_words(text)
    length = " ".join(spoken[skip("time_for", spoken) :])
    if ":" not in length and (seconds := parse_duration(length)):
        return now + seconds
    point = read_point(spoken, bare=len(spoken) > 1, beside=True)
    return None if point is None else _still_to_come(point, now, local, whole=False)


def parse_moved(text: str, before: float, now: float, local: Local) -> float | None:
    """Return the Unix time to which is moved what was for a time `before`.

    A time of day is one of the same day, `half past five` in the half of it that is nearer; a day without a
    time keeps that; `an hour later` is later than it was. None if it is no time, or past.
    """
    spoken, was = time_words(text), local(before)
    if (
        spoken[1:]
        and spoken[-1] in words("command_later")
        and (more := parse_duration(" ".join(spoken[:-1])))
    ):
        return before + more
    if skip("time_for", spoken) and spoken[-1].isdecimal():
        return None  # of what there are so many is not said: `in 3`
    point = read_point(spoken, bare=len(spoken) > 1, beside=True)
    if point is None or point.part or (point.has_day and point.clock):
        return parse_moment(text, now, local)
    if point.has_day:
        at = _still_to_come(replace(point, clock=(was.hour, was.minute, was.second)), now, local, whole=False)
        return at if point.month is None else parse_moment(text, now, local)
    at = parse_moment(text, max(now, midnight(was).timestamp()), local)
    halves = [
        each
        for key in ("time_half_to", "time_half_past")
        for each in range(len(spoken))
        if skip(key, spoken, each) > each
    ]
    if at is None or not halves:
        return at
    twice = (at - _HALF_DAY, at, at + _HALF_DAY)
    return min((each for each in twice if each > now), key=lambda each: abs(each - before))


def parted_moment(text: str, now: float, local: Local) -> tuple[float, str]:
    """Return the moment that a text begins or ends with, or both together, and the rest of it.

    It is 0 if there is none, or if it lacks a time of day that stands close by: `at 8 xy tomorrow`. How long
    something is to last is one only where there is no other: `at 8 pump on for 2 hours`.
    """
    spoken = text.split()
    lasting = 0.0, text
    for count in range(min(len(spoken), _MOST_LEADING), 0, -1):
        for begun in (count, *range(count)):
            end = len(spoken) - count + begun
            said, rest = spoken[:begun] + spoken[end:], spoken[begun:end]
            # `at 8 to cook for tomorrow` is no time of tomorrow; nor is `5 minutes` behind a `for`.
            torn = 0 < begun < count and (_timed_by(spoken[:begun]) or not _timed_by(spoken[end:]))
            if torn or _is_lasting(rest[-1:]):
                continue
            point = read_point(time_words(" ".join(said)), beside=True)
            if point is not None and _contradicts(point):
                return 0.0, text
            moment = parse_moment(" ".join(said), now, local)
            if moment and _is_lasting(said[:1]):
                lasting = lasting if lasting[0] else (moment, " ".join(rest))
            elif moment:
                torn = not _timed_by(said) and _is_torn(rest, spoken[begun - 1 : begun], begun < count)
                return (0.0, text) if torn else (moment, " ".join(rest))
    return lasting


def _is_lasting(said: Sequence[str]) -> bool:
    return bool(said) and plainly(said[0]) in words("time_lasting")


def _timed_by(said: Sequence[str]) -> bool:
    return any(map(_is_number, said))


def _is_torn(rest: Sequence[str], before: Sequence[str], ends: bool) -> bool:
    """Say whether a time of day is close to a moment without one: `at 8` with a word between."""
    near = rest[-_CLOSE:] if ends else [*before, *rest[:_CLOSE]]
    pairs = pairwise(map(plainly, near))
    return any(one in words("time_later") and _is_number(other) for one, other in pairs)


def _is_number(word: str) -> bool:
    """Say whether a word may be an hour; `a` and `an` are none."""
    spelt = len(word) > _SHORT and bool(lead("number", [plainly(word)])[0])
    return word[:1].isdigit() or spelt


def _still_to_come(point: TimePoint, now: float, local: Local, *, whole: bool) -> float | None:
    try:
        end = _ahead(point, local(now), whole=whole)
    except ValueError, OverflowError:
        return None
    return end if end is not None and now < end <= now + LONGEST_DURATION else None


def parted_end(text: str, now: float, local: Local) -> tuple[str, float]:
    """Return a text without the `until 23:00` at its end, and the Unix time of that; 0 if there is none."""
    spoken = text.split()
    for at in range(len(spoken) - 1, max(-1, len(spoken) - _MOST_LEADING), -1):
        if plainly(spoken[at]) in words("time_until") and (
            end := parse_end(" ".join(spoken[at:]), now, local)
        ):
            return " ".join(spoken[:at]), end
    return text, 0.0


def switched_until(text: str, now: float, local: Local) -> float | None:
    """Return until when something is to be: what `parse_end` reads, infinity for `on`, 0 for `off`."""
    word = " ".join(text.split()).casefold()
    if not word or word in words("on"):
        return inf
    return 0.0 if word in words("off") else parse_end(word, now, local)


def leading_end(spoken: Sequence[str], now: float, local: Local) -> tuple[float, int]:
    """Return the end that the first words lead to, and how many words that are; 0 words if they lead to none.

    Before further words it has to be said to be one: `until Monday`, `2h`. A note may begin with a day.
    """
    for count in range(min(len(spoken), _MOST_LEADING), 0, -1):
        said = " ".join(spoken[:count])
        whole = count == len(spoken) or parse_duration(said) is not None or is_marked(said)
        if whole and (until := parse_end(said, now, local)):
            return until, count
    return 0.0, 0


def is_marked(text: str) -> bool:
    """Say whether a text about time begins as one: with `for`, `in` or `until`."""
    spoken = time_words(text)
    return skip("time_for", spoken) > 0 or skip("time_until", spoken) > 0


def _ahead(point: TimePoint, now: datetime, *, whole: bool) -> float | None:
    today = midnight(now)
    if point.clock is not None and not point.has_day:
        return _next(now, point.clock) if point.clock[0] < 24 else at_hour(today, 24)
    shift, lasts = _hours(point, whole=whole)
    if not point.has_day:
        ends = (at_hour(today + timedelta(days=each), shift + lasts) for each in (0, 1))
        return next(end for end in ends if end > now.timestamp())
    day = _coming(point, today)
    end = _timed(point, day, shift + lasts)
    if point.weekday is not None and day == today and end <= now.timestamp():
        end = _timed(point, day + timedelta(days=7), shift + lasts)
    return end


def _hours(point: TimePoint, *, whole: bool) -> tuple[int, int]:
    """Return the hour that is meant where no time of day is said, and how much longer a `whole` one is."""
    if not point.part:
        return (24, 0) if whole else (DAYBREAK, 0)
    hour, _, end = PARTS[point.part]
    until = DAYBREAK + 24 if point.part == "night" else end
    return hour, until - hour if whole else 0


def _timed(point: TimePoint, day: datetime, hours: int) -> float:
    if point.clock is None or point.clock[0] == 24:
        return at_hour(day, 24 if point.clock else hours)
    hour, minute, second = point.clock
    return day.replace(hour=hour, minute=minute, second=second).timestamp()


def at_hour(day: datetime, hours: int) -> float:
    """Return when so many hours of a day have passed on the clock; more than 24 are of the next one."""
    later = day + timedelta(days=hours // 24)
    return later.replace(hour=hours % 24).timestamp()


def midnight(now: datetime) -> datetime:
    """Return when the day of a time began."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _coming(point: TimePoint, today: datetime) -> datetime:
    """Return the day that is meant, where one that is to come is; a weekday may be today."""
    if point.days is not None:
        return today + timedelta(days=point.days)
    if point.weekday is not None:
        ahead = (point.weekday - today.weekday()) % 7
        timed = point.clock is not None or point.part
        return today + timedelta(days=ahead or (0 if timed else 7))
    year, month, day = point.date or (None, point.month or 1, 1)
    date = today.replace(year=year or today.year, month=month, day=day)
    return date.replace(year=date.year + 1) if year is None and date <= today else date


def _next(now: datetime, clock: TimeOfDay) -> float:
    """Return when the clock on the wall will show this time next, as Unix time.

    In the hour that comes twice it may be the second one (`fold`). A time that the night leaves out is as
    late as it would have been.
    """
    hour, minute, second = clock
    today = now.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=0)
    again = today.replace(fold=1)
    if today > now and today.timestamp() > now.timestamp():
        return today.timestamp()
    if again.timestamp() > now.timestamp():
        return again.timestamp()
    return (today + timedelta(days=1)).timestamp()
