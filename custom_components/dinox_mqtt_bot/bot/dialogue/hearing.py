"""What in a chat is meant for the bot, and what it says to the rest."""

from collections.abc import Collection

from ..commands.command import Command
from ..commands.parsing import addressed, parse
from ..model.caller import PREFIX
from ..model.errors import BotError
from ..ports import Phrases
from ..text.rate import Window

HINT_EVERY = 600.0
MOST_ANSWERS = 20
"""So often within a minute what is no command is answered: two bots that answer each other come to rest."""


class Hearing:
    """The bot's ear. `bare` says that commands are understood without `/mqtt` too."""

    def __init__(self, phrases: Phrases, commands: Collection[type[Command]], *, bare: bool) -> None:
        self._phrases = phrases
        self._commands = commands
        self._bare = bare
        self._hinted: dict[str, float] = {}
        self._answered: dict[str, Window] = {}

    def is_command(self, text: str, aliases: Collection[str], *, among_others: bool = False) -> bool:
        """Say whether a text asks for a command; without `/mqtt` it has to be one as a whole.

        In a room it needs `/mqtt`: there people talk to each other.
        """
        if addressed(text):
            return True
        if not self._bare or among_others or not text.strip():
            return False
        try:
            parse(text, self._commands, aliases)
        except BotError:
            return False
        return True

    def hint(self, jid: str, now: float) -> str:
        """Return how to talk to the bot, or nothing: seldom, because another machine may be answering.

        Where commands need `/mqtt`, the chat has other uses, and everything else in it is left alone.
        """
        if not self._bare or 0 <= now - self._hinted.get(jid, -HINT_EVERY) < HINT_EVERY:
            return ""
        self._hinted[jid] = now
        return self._phrases.phrase("common.hint", help=f"{PREFIX} help")

    def may_answer(self, jid: str, now: float) -> bool:
        """Say whether what is no command may be answered once more, and count it if so."""
        answered = self._answered.setdefault(jid, Window())
        if answered.count(now) >= MOST_ANSWERS:
            return False
        answered.add(now)
        return True
