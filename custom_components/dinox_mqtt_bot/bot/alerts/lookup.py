"""Which alerts somebody means, and until when."""

from collections.abc import Callable
from datetime import timedelta
import re

from ..model.alert import Alert
from ..model.caller import Caller
from ..model.errors import BotError
from ..model.timers import NEVER
from ..ports import Clock
from ..text.durations import leading_duration, parse_duration

MOST_WORDS = 12
"""Words that the name of an alert may have."""

_UNTIL = re.compile(r"(?i)(?:until|till|bis)\s+(\d{1,2})(?:[:.](\d{2}))?(?:\s*uhr)?")
_ON = frozenset({"", "on", "an", "ein", "yes"})
_OFF = frozenset({"off", "aus", "no", "0"})


def meant(find: Callable[[str], list[Alert]], caller: Caller, text: str) -> tuple[list[Alert], str]:
    """Return the active alerts that the beginning of a text means, as `find` knows them, and the rest of the text.

    In a reply to an alert's message the whole text is the rest, unless it begins with `#`.
    Raises BotError `no_alerts`, `no_alert` or `ambiguous_alert`.
    """
    words = text.split()
    if caller.about and not text.startswith("#"):
        return list(caller.about), text
    for count in range(min(len(words), MOST_WORDS), 1, -1):
        try:
            return find(" ".join(words[:count])), " ".join(words[count:])
        except BotError as error:
            if error.key != "no_alert":
                raise
    if not words or leading_duration(words)[1]:
        return find(""), text
    return find(words[0]), " ".join(words[1:])


def parted(text: str) -> tuple[float, str]:
    """Return the seconds that a text begins with, 0 if it does not, and the rest of it."""
    words = text.removeprefix("for ").split()
    seconds, count = leading_duration(words)
    return (seconds, " ".join(words[count:])) if count else (0.0, text)


def end_of(clock: Clock, text: str) -> float:
    """Return the Unix time that `2h`, `until 7:00`, `on` (infinity) or `off` (0) means. Raises BotError `invalid_end`."""
    word = " ".join(text.split()).casefold()
    now = clock.now()
    if word in _ON:
        return NEVER
    if word in _OFF:
        return 0.0
    if (until := _UNTIL.fullmatch(word)) is not None and int(until[1]) < 24 and int(until[2] or 0) < 60:
        local = clock.local(now)
        end = local.replace(hour=int(until[1]), minute=int(until[2] or 0), second=0, microsecond=0)
        return (end if end > local else end + timedelta(days=1)).timestamp()
    seconds = parse_duration(word.removeprefix("for ").removeprefix("für "))
    if not seconds:
        raise BotError("invalid_end", text=text)
    return now + seconds
