"""What a reaction to an alert's message asks for."""

from collections.abc import Sequence

from ..commands.attending import Ack, Snooze
from ..commands.command import Command
from ..commands.quiet import Mute

_REACTIONS = {
    **dict.fromkeys("👍👌✅✔👀🙏💪🆗", Ack()),
    **dict.fromkeys("😴💤🥱⏰⏳", Snooze()),
    **dict.fromkeys("🔕🔇🤫", Mute()),
}


def asked_by(emojis: Sequence[str]) -> Command | None:
    """Return what a reaction asks for: 👍 acknowledges, 😴 snoozes for an hour, 🔕 mutes; else nothing."""
    return next((command for emoji in emojis if (command := _REACTIONS.get(_plain(emoji)))), None)


def _plain(emoji: str) -> str:
    """Return an emoji without the selectors and skin colours that clients add to it."""
    return "".join(sign for sign in emoji if sign != "\ufe0f" and not "\U0001f3fb" <= sign <= "\U0001f3ff")
