"""Spans of time as people type them: `24h`, `today`, `2026-11-01..2026-11-05`, `since 8:00`, `gestern`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
import re

from ..model.history import Span
from ..text.durations import parse_duration

_DAYS = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1}
_SINCE = frozenset({"since", "from", "seit", "von", "ab"})
_UNTIL = frozenset({"until", "till", "bis"})
_LAST = frozenset({"last", "past", "letzte", "letzten", "letzter"})
_BETWEEN = re.compile(r"\s*(?:\.\.+|…)\s*|\s+(?:-|–|to|until|till|bis)\s+")

_DATE = re.compile(
    r"(?:(?P<word>today|heute|yesterday|gestern)"
    r"|(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"|(?P<german_day>[0-9]{1,2})\.(?P<german_month>[0-9]{1,2})\.(?P<german_year>[0-9]{4})?)"
    r"(?:[ t]+|\Z)"
)
_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?: ?uhr)?")

type Local = Callable[[float], datetime]
"""Gives a Unix time as the time of day where the user lives."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a span: a whole day or a moment, with the day it names itself.

    A moment may be any between two, if the clock shows it twice.
    """

    begin: float
    end: float
    day: datetime | None = None
    whole: bool = False


def parse_span(text: str, now: float, local: Local) -> Span | None:
    """Return the span that a text means, None if it means none.

    A day is whole; a length or a time of day begins an endless span. Either side of `..` may be left out. A
    time of day is today's, else yesterday's if it has not come yet.
    """
    text = " ".join(text.split()).casefold()
    first, _, rest = text.partition(" ")
    if first in _LAST and rest:
        text = rest if rest[0].isdigit() else f"1 {rest}"
    elif first in _SINCE:
        text = rest if _BETWEEN.search(rest) else f"{rest}.."
    elif first in _UNTIL:
        text = f"..{rest}"
    found = _BETWEEN.search(text)
    try:
        if found is not None:
            return _between(text[: found.start()], text[found.end() :], now, local)
        side = _side(text, now, local)
    except ValueError, OverflowError:
        return None
    return _span(side.begin, side.end) if side.whole else _open(side.begin, now)


def _between(begin: str, end: str, now: float, local: Local) -> Span | None:
    if not begin and not end:
        return None
    first = _side(begin, now, local) if begin else _Side(0.0, 0.0)
    return _span(first.begin, _side(end, now, local, first).end) if end else _open(first.begin, now)


def _span(since: float, until: float) -> Span | None:
    return Span(since, until) if since < until else None


def _open(since: float, now: float) -> Span | None:
    # Without an end: the clock of a device may be a little ahead.
    return Span(since) if since < now else None


def _side(text: str, now: float, local: Local, after: _Side | None = None) -> _Side:
    """Return the day or moment that a text names. Raises ValueError if it names none."""
    # `8:00` is a time of day here, no length.
    if ":" not in text and (seconds := parse_duration(text)) is not None:
        return _Side(now - seconds, now - seconds)
    day, rest = _day(text, local(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
    if day is not None and not rest:
        return _Side(day.timestamp(), (day + timedelta(days=1)).timestamp(), day, whole=True)
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        raise ValueError(text)
    hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
    own = day or (after.day if after is not None else None)
    at = (own or local(now)).replace(hour=hour, minute=minute, second=second, microsecond=0)
    if own is None and _twice(at)[0] > now:
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


def _day(text: str, today: datetime) -> tuple[datetime | None, str]:
    """Return the day a text begins with, and what follows it."""
    found = _DATE.match(text)
    if found is None:
        return None, text
    rest = text[found.end() :]
    if found["word"]:
        return today - timedelta(days=_DAYS[found["word"]]), rest
    year = found["year"] or found["german_year"]
    month, day = int(found["month"] or found["german_month"]), int(found["day"] or found["german_day"])
    date = today.replace(year=int(year or today.year), month=month, day=day)
    # A day without a year is the last one there was.
    return date.replace(year=date.year - 1) if not year and date > today else date, rest
