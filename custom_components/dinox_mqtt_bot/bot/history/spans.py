"""Spans of time as people type them: `24h`, `2026-11-01..2026-11-05`, `since 8:00`, `gestern Abend`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import re

from ..model.history import Span
from ..text.durations import parse_duration
from ..text.times import PARTS, Local, TimePoint, at_hour, midnight, parse_moment, read_point, time_words
from ..text.tongue import lead, skip

__all__ = ["Local", "Span", "is_over", "is_point", "parse_moment", "parse_span"]

_DOTS = re.compile(r"\s*(?:\.\.+|…)\s*")
_CLOCKS = re.compile(r"(?<=[0-9])\s*[-–—]\s*(?=[0-9]{1,2}(?::|\s|\Z))")
_DATE = re.compile(r"[0-9]{4}-")
_DASHES = frozenset("-–—")


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a span: a whole time or a moment, with the day it names itself.

    A moment may be any between two, if the clock shows it twice.
    """

    begin: float
    end: float
    day: datetime | None = None
    whole: bool = False


def parse_span(text: str, now: float, local: Local) -> Span | None:
    """Return the span that a text means, None if it means none.

    A day, a part of one, a week or a month is whole; a length or a time of day begins an endless span. Either
    side of `..` may be left out. A time of day is today's, else yesterday's if it has not come yet.
    """
    if not _DATE.search(text):
        text = _CLOCKS.sub(" .. ", text)
    spoken = time_words(_DOTS.sub(" .. ", text))
    try:
        return _read(spoken, now, local)
    except ValueError, OverflowError:
        return None


def is_point(text: str) -> bool:
    """Say whether a text means a time of day, and no length or whole day."""
    point = read_point(time_words(text))
    return point is not None and point.clock is not None


def is_over(text: str, now: float, local: Local) -> bool | None:
    """Say whether the span that a text means is over; None if it means none that has begun."""
    span = parse_span(text, now, local)
    return span.until <= now if span is not None and span.since < now else None


def _read(spoken: list[str], now: float, local: Local) -> Span | None:
    """Return the span that some words mean. Raises ValueError if they mean none."""
    spoken = spoken[skip("time_for", spoken) :]
    # `Yesterday between 8 and 17`: the day stands behind as well.
    if at := next((at for at in range(len(spoken)) if skip("time_between", spoken, at) > at), 0):
        spoken = [*spoken[at:], *spoken[:at]]
    since, until = max(skip("time_since", spoken), skip("time_between", spoken)), skip("time_until", spoken)
    if until and not since:
        return _between([], spoken[until:], now, local)
    for at in range(since, len(spoken)):
        end = at + 1 if spoken[at] == ".." or spoken[at] in _DASHES else skip("time_to", spoken, at)
        if end > at and (at > since or spoken[at] == ".."):
            return _between(spoken[since:at], spoken[end:], now, local)
    if since:
        return _between(spoken[since:], [], now, local)
    side = _side(spoken, now, local)
    return _span(side.begin, side.end) if side.whole else _open(side.begin, now)


def _between(begin: Sequence[str], end: Sequence[str], now: float, local: Local) -> Span | None:
    if not begin and not end:
        return None
    first = _side(begin, now, local, bare=bool(end)) if begin else _Side(0.0, 0.0)
    if not end:
        return _open(first.begin, now)
    return _span(first.begin, _side(end, now, local, first, bare=True).end)


def _span(since: float, until: float) -> Span | None:
    return Span(since, until) if since < until else None


def _open(since: float, now: float) -> Span | None:
    # Without an end: the clock of a device may be a little ahead.
    return Span(since) if since < now else None


def _side(
    spoken: Sequence[str], now: float, local: Local, after: _Side | None = None, *, bare: bool = False
) -> _Side:
    """Return the day or moment that some words name. Raises ValueError if they name none."""
    last = skip("time_last", spoken)
    ago = skip("time_ago", spoken, last)
    length = " ".join(word for word in spoken[ago:] if not skip("time_ago", [word]))
    # `8:00` is a time of day here, no length.
    seconds = None if ":" in length else parse_duration(length) or (last and parse_duration(f"1 {length}"))
    whole, end = lead("whole", spoken, max(last, skip("time_this", spoken)))
    if whole and end == len(spoken) and (whole == "month" or not last):
        return _calendar(whole, midnight(local(now)), last=bool(last))
    if seconds:
        return _Side(now - seconds, now - seconds)
    point = read_point(spoken[last:], bare=bare)
    if point is None:
        raise ValueError(spoken)
    return _named(point, local(now), after, last=bool(last))


def _calendar(whole: str, today: datetime, *, last: bool) -> _Side:
    """Return this week or month so far, or the whole month before this."""
    if whole == "week":
        monday = today - timedelta(days=today.weekday())
        return _Side(monday.timestamp(), monday.timestamp())
    first = today.replace(day=1)
    if not last:
        return _Side(first.timestamp(), first.timestamp())
    return _Side((first - timedelta(days=1)).replace(day=1).timestamp(), first.timestamp(), whole=True)


def _named(point: TimePoint, now: datetime, after: _Side | None, *, last: bool) -> _Side:
    today = midnight(now)
    if point.month is not None:
        return _month(today, point.month, last=last)
    day = _past(point, today, last=last)
    if point.clock is not None:
        return _moment(point, now, day, after)
    if point.part:
        return _part(point.part, now, day, last=last)
    assert day is not None
    return _Side(day.timestamp(), (day + timedelta(days=1)).timestamp(), day, whole=True)


def _month(today: datetime, month: int, *, last: bool) -> _Side:
    first = today.replace(month=month, day=1)
    if first > today or (last and month == today.month):
        first = first.replace(year=first.year - 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return _Side(first.timestamp(), following.timestamp(), whole=True)


def _past(point: TimePoint, today: datetime, *, last: bool) -> datetime | None:
    """Return the day that is meant, where one that was is; None where no day is said."""
    if point.days is not None:
        return today + timedelta(days=point.days)
    if point.weekday is not None:
        back = (today.weekday() - point.weekday) % 7
        return today - timedelta(days=back or (7 if last else 0))
    if point.date is None:
        return None
    year, month, day = point.date
    date = today.replace(year=year or today.year, month=month, day=day)
    # A day without a year is the last one there was.
    return date.replace(year=date.year - 1) if year is None and date > today else date


def _part(part: str, now: datetime, day: datetime | None, *, last: bool) -> _Side:
    """Return a part of a day; without one the last that has begun, with `last` the one of yesterday."""
    _, begin, end = PARTS[part]
    today = midnight(now)
    if day is None or (day == today and not last):
        began = at_hour(today, begin) < now.timestamp()
        day = today if began and not last else today - timedelta(days=1)
    return _Side(at_hour(day, begin), at_hour(day, end), day, whole=begin < end)


def _moment(point: TimePoint, now: datetime, day: datetime | None, after: _Side | None) -> _Side:
    assert point.clock is not None
    hour, minute, second = point.clock
    own = day or (after.day if after is not None else None)
    at = (own or now).replace(hour=hour % 24, minute=minute, second=second, microsecond=0)
    at += timedelta(days=hour // 24)
    if own is None and _twice(at)[0] > now.timestamp():
        at -= timedelta(days=1)
    if day is None and after is not None and _twice(at)[1] <= after.begin:
        at += timedelta(days=1)
    return _Side(*_twice(at), own)


def _twice(at: datetime) -> tuple[float, float]:
    """Return the first and the last moment that a time of day can mean, where the clock is set.

    One that comes twice means both, and one that is left out what is around it: nothing is missed.
    """
    moments = at.replace(fold=0).timestamp(), at.replace(fold=1).timestamp()
    return min(moments), max(moments)
