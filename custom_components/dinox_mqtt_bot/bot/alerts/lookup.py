"""Which alerts somebody means, and until when."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from ..model.alert import Alert
from ..model.replies import BotError, Caller
from ..model.rules import AlertRule
from ..ports import Clock
from ..text.times import leading_end, switched_until
from ..text.tongue import fold

_SOME_TIME = datetime(2195, 6, 1, tzinfo=UTC).timestamp()
"""A time before a leap day: every day of a year is to come."""
MOST_WORDS = 12
"""Words that the name of an alert may have."""


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


def alerts_and_rest(
    find: Callable[[str], list[Alert]], caller: Caller, text: str, clock: Clock
) -> tuple[list[Alert], str]:
    """Return the active alerts that a text begins with, as `find` knows them, and its rest.

    In a reply to an alert the whole text is the rest, unless it begins with `#`. Raises as `find_alerts`.
    """
    spoken = text.split()
    if caller.about and not text.startswith("#"):
        return list(caller.about), text
    for count in range(min(len(spoken), MOST_WORDS), 1, -1):
        try:
            return find(" ".join(spoken[:count])), " ".join(spoken[count:])
        except BotError as error:
            if error.key != "no_alert":
                raise
    if not spoken or end_and_rest(text, clock)[0]:
        return find(""), text
    return find(spoken[0]), " ".join(spoken[1:])


def end_and_rest(text: str, clock: Clock) -> tuple[float, str]:
    """Return the Unix time of the end that a text begins with, 0 if with none, and the rest of it."""
    spoken = text.split()
    until, count = leading_end(spoken, clock.now(), clock.local)
    return (until, " ".join(spoken[count:])) if count else (0.0, text)


def end_of(clock: Clock, text: str) -> float:
    """Return the Unix time of `2h`, `until 7:00`, `on` (∞) or `off` (0). Raises BotError `invalid_end`."""
    until = switched_until(text, clock.now(), clock.local)
    if until is None:
        raise BotError("invalid_end", text=text)
    return until


def is_end(text: str) -> bool:
    """Say whether a text can be the end of something, whatever the time is."""
    return switched_until(text, _SOME_TIME, partial(datetime.fromtimestamp, tz=UTC)) is not None


def end_check(text: str) -> None:
    """Raise BotError `invalid_end` for what is never the end of something."""
    if not is_end(text):
        raise BotError("invalid_end", text=text)
