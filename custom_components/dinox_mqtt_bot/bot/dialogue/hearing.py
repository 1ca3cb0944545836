"""What in a chat is meant for the bot, and what it says to the rest."""

from collections.abc import Collection
from contextlib import suppress

from ..commands.command import Command
from ..commands.parsing import addressed, parse, takes_name
from ..model.errors import BotError
from ..model.replies import PREFIX
from ..ports import Phrases
from ..reading.names import Names, Topics
from ..text.rate import Window

HINT_EVERY = 600.0
UNREADABLE_EVERY = 86_400.0
MOST_ANSWERS = 20
"""So often within a minute what is no command is answered: two bots that answer each other come to rest."""


class CommandReader:
    """The bot's ear. `bare` says that commands are understood without `/mqtt` too."""

    def __init__(
        self,
        phrases: Phrases,
        commands: Collection[type[Command]],
        names: Names | None = None,
        *,
        bare: bool,
    ) -> None:
        self._phrases = phrases
        self._commands = commands
        self._names = names
        self._bare = bare
        self._hinted: dict[str, float] = {}
        self._answered: dict[str, Window] = {}
        self._unread: dict[str, float] = {}

    def command(
        self, text: str, aliases: Collection[str] = (), *, among_others: bool = False
    ) -> Command | BotError | None:
        """Return the command a text asks for, or what is wrong with it; nothing if it asks for none.

        Without `/mqtt` the whole text has to be a command; in a room it needs `/mqtt`.
        """
        called = addressed(text)
        if not called and (not self._bare or among_others or not text.strip()):
            return None
        asked = self.parse(text, aliases)
        return asked if called or isinstance(asked, Command) else None

    async def learn(self, text: str, history: Topics) -> None:
        """Know every name before a text is read that may have one in it, as far as that can be known."""
        if self._names is not None and takes_name(text, self._commands):
            with suppress(BotError):
                await self._names.refresh(history)

    def parse(self, text: str, aliases: Collection[str] = ()) -> Command | BotError:
        """Return the command that a text means, with or without `/mqtt`, or what is wrong with it."""
        try:
            if self._names is None:
                return parse(text, self._commands, aliases)
            return parse(text, self._commands, aliases or self._names.aliases, self._names.begin)
        except BotError as err:
            return err

    def hint(self, jid: str, now: float) -> str:
        """Return how to talk to the bot, or nothing: seldom (machines answer), never if `/mqtt` is needed."""
        if not self._bare or 0 <= now - self._hinted.get(jid, -HINT_EVERY) < HINT_EVERY:
            return ""
        self._hinted[jid] = now
        return self._phrases.phrase("common.hint", help=f"{PREFIX} help")

    def unreadable(self, where: str, scheme: str, now: float) -> str:
        """Return that an encrypted message cannot be read; once a day, or again after one that could be."""
        if 0 <= now - self._unread.get(where, -UNREADABLE_EVERY) < UNREADABLE_EVERY:
            return ""
        self._unread[where] = now
        return self._phrases.phrase("common.encrypted", scheme=scheme)

    def readable(self, jid: str) -> None:
        """Take note that a contact writes so that it can be read."""
        self._unread.pop(jid, None)

    def may_answer(self, jid: str, now: float) -> bool:
        """Say whether what is no command may be answered once more, and count it if so."""
        answered = self._answered.setdefault(jid, Window())
        if answered.count(now) >= MOST_ANSWERS:
            return False
        answered.add(now)
        return True
