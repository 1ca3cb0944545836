"""What something says now: the newest value, how old it is, and whither it goes."""

from dataclasses import dataclass

from ..model.message import Reading
from ..payload.paths import lookup, parse_path
from ..text.numbers import number, with_unit
from ..text.trend import arrow
from .topic_lookup import Lookups, Meant, Past, Run, newest_readings, read_again, stored_readings

__all__ = [
    "Latest",
    "Lookups",
    "Meant",
    "Past",
    "Run",
    "as_shown",
    "latest",
    "read_again",
    "said_of",
    "stored_readings",
    "trend",
]

_LOOKED_AT = 5
"""Messages in which a value is looked for: not each has every field."""
_BACK, _APART = 3600.0, 300.0
"""Seconds that a trend looks back, and between the two values that make one."""
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest value of something, as people read it, and when it came (Unix time)."""

    meant: Meant
    text: str
    at: float
    number: float | None = None
    unit: str = ""


def as_shown(meant: Meant, text: str, at: float) -> Latest:
    """Return a value as it is shown, with the number that it is, if it is one."""
    read = number(text)
    return Latest(meant, text, at, *(read or (None, "")))


async def latest(lookups: Lookups, meant: Meant) -> Latest | None:
    """Return the newest value of a topic or a field of it; None if there is none."""
    for reading in reversed(await newest_readings(lookups, meant.topic, _LOOKED_AT)):
        if (found := said_of(meant, reading)) is not None:
            return found
    return None


def said_of(meant: Meant, reading: Reading) -> Latest | None:
    """Return what a message says of a thing; None where it says nothing of it."""
    value = lookup(reading, path) if (path := parse_path(meant.field)) else None
    if path and value is None:
        return None
    if value is not None:
        return Latest(meant, with_unit(value.text, value.unit), reading.time, value.number, value.unit)
    text = with_unit(reading.text, reading.unit)
    return Latest(meant, text, reading.time, reading.value, reading.unit)


async def trend(lookups: Lookups, newest: Latest) -> str:
    """Return an arrow for how a number went within the last hour; nothing if that cannot be said."""
    if newest.number is None:
        return ""
    since = lookups.ports.clock.now() - _BACK
    async for chunk in stored_readings(lookups, newest.meant.topic, since, _FIRST):
        for reading in chunk:
            before = said_of(newest.meant, reading)
            if before is None or before.number is None or newest.at - before.at < _APART:
                continue
            return arrow(before.number, newest.number, newest.unit)
    return ""
