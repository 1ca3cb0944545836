"""Dates and times of day as people say them, and as Home Assistant hands them to devices."""

from datetime import UTC, date, datetime, time
import re

DATE, TIME = "date", "time"
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def moment(said: str, kind: str) -> str | None:
    """Return a date, a time of day or both in ISO 8601; None for what is none.

    Both have to say how far from UTC they are: a device may stand in another time zone.
    """
    try:
        if kind == DATE:
            return _date(said).isoformat()
        if kind == TIME:
            return _time(said.casefold()).isoformat()
        both = datetime.fromisoformat(said)
        return both.astimezone(UTC).isoformat() if both.tzinfo is not None else None
    except ValueError, OverflowError:
        return None


def _date(said: str) -> date:
    if found := _GERMAN.fullmatch(said):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return date.fromisoformat(said)


def _time(said: str) -> time:
    found = _CLOCK.fullmatch(said)
    if found is None:
        raise ValueError(said)
    return time(int(found[1]), int(found[2]), int(found[3] or 0))
