"""What a reaction to a message asks for."""

from collections.abc import Sequence

_REACTIONS = {
    **dict.fromkeys("👍👌✅✔🙏💪🆗", "ack"),
    **dict.fromkeys("😴💤🥱⏰⏳", "snooze"),
    **dict.fromkeys("🔕🔇🤫", "mute"),
    **dict.fromkeys("📈📉📊", "chart"),
    **dict.fromkeys("👀🕒📜", "history"),
}


def asked_by(emojis: Sequence[str]) -> str:
    """Return the command that a reaction asks for, as it is typed; else nothing.

    👍 acknowledges, 😴 snoozes for an hour, 🔕 mutes, 📈 charts, 👀 looks back.
    """
    return next((command for emoji in emojis if (command := _REACTIONS.get(_plain(emoji)))), "")


def _plain(emoji: str) -> str:
    """Return an emoji without the selectors and skin colours that clients add to it."""
    return "".join(sign for sign in emoji if sign != "\ufe0f" and not "\U0001f3fb" <= sign <= "\U0001f3ff")
