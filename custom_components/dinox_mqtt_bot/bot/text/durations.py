"""Time spans as people type them: `5m`, `1h30m`, `10 min`, `1:30:00`, `two hours`, `eine halbe Stunde`."""

from collections.abc import Sequence
from decimal import Decimal
import re

from .tongue import lead, plainly, skip

DAY = 86_400.0
LONGEST_DURATION = 10 * 366 * 86_400.0
"""Seconds; nobody means a longer span."""

_MOST_WORDS = 8
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_LONGEST_TEXT = 100
_TOKEN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,12})?|[^\W\d_]+|\S")
_CLOCK = re.compile(r"([0-9]{1,5}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")


def parse_duration(text: str) -> float | None:
    """Return the seconds of a time span; None if it is none. `1:30` is an hour and a half."""
    if len(text) > _LONGEST_TEXT:
        return None
    text = plainly(text).strip()
    if (clock := _CLOCK.fullmatch(text)) is not None:
        return _sane(int(clock[1]) * 3600.0 + int(clock[2]) * 60 + int(clock[3] or 0))
    spoken = _TOKEN.findall(text)
    at, seconds = 0, 0.0
    while at < len(spoken):
        amount, unit_at = spoken_number(spoken, skip("joint", spoken, at) if at else at)
        unit, end = lead("unit", spoken, unit_at)
        if amount is None or not unit:
            return None
        seconds += amount * float(unit)
        at = end + (spoken[end : end + 1] == ["."])
    return _sane(seconds) if spoken else None


def spoken_number(spoken: Sequence[str], at: int) -> tuple[float | None, int]:
    """Return the number at a place, in digits or in words (`two`, `anderthalb`), and where it ends."""
    if at < len(spoken) and _NUMBER.fullmatch(spoken[at]):
        return float(spoken[at].replace(",", ".")), at + 1
    found, end = lead("number", spoken, at)
    return (float(found.replace("_", ".")), end) if found else (None, at)


def _sane(seconds: float) -> float | None:
    return seconds if seconds <= LONGEST_DURATION else None


def leading_duration(words: Sequence[str]) -> tuple[float, int]:
    """Return the time span that the first words are, and how many words; 0 words if they are none."""
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        seconds = parse_duration(" ".join(words[:count]))
        if seconds is not None:
            return seconds, count
    return 0.0, 0


def write_duration(seconds: float) -> str:
    """Return a time span as it is typed, to the last fraction: `1h30m`, `0.5s`, `0s`."""
    if seconds != int(seconds):
        return f"{Decimal(repr(seconds)):f}s"
    left = int(seconds)
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def duration(seconds: float) -> str:
    """Return a time span in its two largest units: `3 d 4 h`, `12 min`, `45 s`."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])
