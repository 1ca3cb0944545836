"""What follows a topic in a command that looks back: a span, a number of messages, perhaps a field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from ..model.replies import BotError
from ..text.words import split_words
from .spans import Local, Span, parse_span

# The last moment of a leap year far ahead: whatever can be a span at all is one then.
_LATER = datetime(2196, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class LookBack:
    """How far to look back; no span: all, or what the command thinks best; a count of 0: none."""

    span: Span | None = None
    count: int = 0
    field: str = ""


def read_look_back(text: str, now: float, local: Local, *, most: int, fields: int = 0) -> LookBack:
    """Read `24h`, `20`, `24h 20`; with `fields` a field before it; `most` is the largest number.

    Raises BotError `invalid_span` or `invalid_count`.
    """
    if (span := parse_span(text, now, local)) is not None:
        return LookBack(span)
    spoken = [word.text for word in split_words(text)]
    count = 0
    for at in (0, -1):
        if spoken and not count and spoken[at].isdecimal():
            count = _count(spoken.pop(at), most)
    # What is no span may begin with a field, as in a rule.
    for skipped in range(fields + 1):
        rest = " ".join(spoken[skipped:])
        span = parse_span(rest, now, local)
        if span is not None or not rest:
            return LookBack(span, count, " ".join(spoken[:skipped]))
    raise BotError("invalid_span", span=text)


def _count(text: str, most: int) -> int:
    # Nobody means a number of thousands of digits, which Python refuses to read.
    count = int(text) if len(text) <= 9 else 0
    if not 1 <= count <= most:
        raise BotError("invalid_count", value=text, maximum=most)
    return count


def look_back_check(*, most: int, fields: int = 0) -> Callable[[str], object]:
    """Return what raises for a text that `read_look_back` could never read, whatever the time is."""
    local = partial(datetime.fromtimestamp, tz=UTC)
    return lambda text: read_look_back(text, _LATER, local, most=most, fields=fields)
