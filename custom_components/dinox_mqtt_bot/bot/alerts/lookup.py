"""Which alerts somebody means, until when, and what a reaction asks for."""

from collections.abc import Sequence
from datetime import timedelta
import re
from typing import TYPE_CHECKING

from ..model.alert import Alert
from ..model.caller import Caller
from ..model.errors import BotError
from ..model.timers import NEVER
from ..text.durations import leading_duration, parse_duration

if TYPE_CHECKING:
    from ..bot import Bot

MOST_WORDS = 12
"""Words that the name of an alert may have."""

_UNTIL = re.compile(r"(?i)(?:until|till|bis)\s+(\d{1,2})(?:[:.](\d{2}))?(?:\s*uhr)?")
_ON = frozenset({"", "on", "an", "ein", "yes"})
_OFF = frozenset({"off", "aus", "no", "0"})


def meant(bot: Bot, caller: Caller, text: str) -> tuple[list[Alert], str]:
    """Return the active alerts that the beginning of a text means, and the rest of the text.

    In a reply to an alert's message the whole text is the rest, unless it begins with `#`.
    Raises BotError `no_alerts`, `no_alert` or `ambiguous_alert`.
    """
    words = text.split()
    if caller.about and not text.startswith("#"):
        return list(caller.about), text
    for count in range(min(len(words), MOST_WORDS), 1, -1):
        try:
            return bot.alarms.find(" ".join(words[:count])), " ".join(words[count:])
        except BotError as error:
            if error.key != "no_alert":
                raise
    if not words or leading_duration(words)[1]:
        return bot.alarms.find(""), text
    return bot.alarms.find(words[0]), " ".join(words[1:])


def parted(text: str) -> tuple[float, str]:
    """Return the seconds that a text begins with, 0 if it does not, and the rest of it."""
    words = text.removeprefix("for ").split()
    seconds, count = leading_duration(words)
    return (seconds, " ".join(words[count:])) if count else (0.0, text)


def end_of(bot: Bot, text: str) -> float:
    """Return the Unix time that `2h`, `until 7:00`, `on` (infinity) or `off` (0) means. Raises BotError `invalid_end`."""
    word = " ".join(text.split()).casefold()
    now = bot.ports.clock.now()
    if word in _ON:
        return NEVER
    if word in _OFF:
        return 0.0
    if (until := _UNTIL.fullmatch(word)) is not None and int(until[1]) < 24 and int(until[2] or 0) < 60:
        local = bot.ports.clock.local(now)
        end = local.replace(hour=int(until[1]), minute=int(until[2] or 0), second=0, microsecond=0)
        return (end if end > local else end + timedelta(days=1)).timestamp()
    seconds = parse_duration(word.removeprefix("for ").removeprefix("für "))
    if not seconds:
        raise BotError("invalid_end", text=text)
    return now + seconds


def asked_by(emojis: Sequence[str]) -> str:
    """Return the command that a reaction stands for: 👍 acknowledges, 😴 snoozes for an hour, 🔕 mutes; else nothing."""
    return next((command for emoji in emojis if (command := _REACTIONS.get(_plain(emoji)))), "")


def _plain(emoji: str) -> str:
    """Return an emoji without the selectors and skin colours that clients add to it."""
    return "".join(sign for sign in emoji if sign != "\ufe0f" and not "\U0001f3fb" <= sign <= "\U0001f3ff")


_REACTIONS = {
    **dict.fromkeys("👍👌✅✔👀🙏💪🆗", "ack"),
    **dict.fromkeys("😴💤🥱⏰⏳", "snooze"),
    **dict.fromkeys("🔕🔇🤫", "mute"),
}
