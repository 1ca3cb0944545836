"""Which alerts somebody means, and until when."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
import re

from ..model.alert import Alert
from ..model.errors import BotError
from ..model.replies import Caller
from ..model.rules import AlertRule
from ..model.timers import NEVER
from ..model.topics import fold
from ..ports import Clock
from ..text.durations import leading_duration, parse_duration

MOST_WORDS = 12
"""Words that the name of an alert may have."""

_UNTIL = re.compile(r"(?i)(?:until|till|bis)\s+(\d{1,2})(?:[:.](\d{2}))?(?:\s*uhr)?")
_ON = frozenset({"", "on", "an", "ein", "yes"})
_OFF = frozenset({"off", "aus", "no", "0"})


def find_alerts(
    handle: str,
    active: list[Alert],
    rule_of: Callable[[Alert], AlertRule],
    topic: str,
    about: Sequence[Alert] = (),
) -> list[Alert]:
    """Return the active alerts meant: by number, rule name, topic, alias or topic name.

    `topic` is what the handle is an alias of, else the handle. No handle: those `about` which the message
    replied to was, else all told. Raises BotError `no_alerts`, `no_alert` or `ambiguous_alert`.
    """
    if not active:
        raise BotError("no_alerts")
    if not handle:
        return list(about) or [alert for alert in active if not alert.untold] or active
    named = _named(handle, active, rule_of, topic)
    numbered = [alert for alert in active if handle.removeprefix("#") == str(alert.number)]
    if handle.startswith("#") or not named:
        named, numbered = numbered, []
    if numbered and numbered != named:
        raise BotError("ambiguous_alert", handle=handle, alert=f"#{numbered[0].number}")
    if not named:
        known = ", ".join(f"#{alert.number} {rule_of(alert).name}".rstrip() for alert in active[:10])
        raise BotError("no_alert", handle=handle, alerts=known)
    return named


def _named(
    handle: str, active: list[Alert], rule_of: Callable[[Alert], AlertRule], topic: str
) -> list[Alert]:
    name = fold(handle)

    def is_meant(alert: Alert) -> bool:
        rule = rule_of(alert)
        names = (fold(rule.name), fold(alert.name), str(rule.number or ""))
        return name in names or topic in {alert.topic, rule.filter}

    found = [alert for alert in active if is_meant(alert)]
    return found or [alert for alert in active if name in _words(rule_of(alert).name, alert.name)]


def _words(*names: str) -> set[str]:
    """Return the words of names, long enough to be meant, as names are compared."""
    return {word for name in names for word in fold(name).split() if len(word) > 2}


def meant(find: Callable[[str], list[Alert]], caller: Caller, text: str) -> tuple[list[Alert], str]:
    """Return the active alerts that a text begins with, as `find` knows them, and its rest.

    In a reply to an alert the whole text is the rest, unless it begins with `#`. Raises as `find_alerts`.
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
    """Return the Unix time of `2h`, `until 7:00`, `on` (∞) or `off` (0). Raises BotError `invalid_end`."""
    word = " ".join(text.split()).casefold()
    now = clock.now()
    if word in _ON:
        return NEVER
    if word in _OFF:
        return 0.0
    if (until := _UNTIL.fullmatch(word)) is not None and int(until[1]) < 24 and int(until[2] or 0) < 60:
        return _next(clock.local(now), int(until[1]), int(until[2] or 0))
    seconds = parse_duration(word.removeprefix("for ").removeprefix("für "))
    if not seconds:
        raise BotError("invalid_end", text=text)
    return now + seconds


def _next(now: datetime, hour: int, minute: int) -> float:
    """Return when the clock on the wall will show this time next, as Unix time.

    In the hour that comes twice it may be the second one (`fold`). A time that the night leaves out is as
    late as it would have been.
    """
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    again = today.replace(fold=1)
    if today > now and today.timestamp() > now.timestamp():
        return today.timestamp()
    if again.timestamp() > now.timestamp():
        return again.timestamp()
    return (today + timedelta(days=1)).timestamp()
