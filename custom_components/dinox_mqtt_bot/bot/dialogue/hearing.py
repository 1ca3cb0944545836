"""What in a chat is meant for the bot, and what it says to the rest."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from ..commands.command import Command, by_word, is_more, spelled
from ..commands.parsing import address, addressed, likely, parse, takes_name, unaddressed
from ..model.replies import BotError, Text
from ..reading.names import Names
from ..text.rate import Window

type Understood = Command | Text | BotError
"""What is to be done, what is said at once, or what is wrong with a line."""

UNKNOWN = frozenset(
    (
        *("no_entity", "no_name", "no_name_near", "no_device", "no_device_similar", "unknown_command"),
        *("unknown_command_similar", "too_many_words", "invalid_span", "invalid_end", "no_moment", "no_rule"),
        *("rule_no_condition", "rule_limit_no_number", "not_subscribed", "not_subscribed_similar"),
        *("invalid_choice", "invalid_number", "no_preset", "value_not_allowed", "nothing_such"),
        *("nobody_known", "missing_parameter", "invalid_filter", "which_thing", "no_place"),
        "nothing_there",
    )
)
"""Errors of a command for which the whole line may have meant something else."""

UNREADABLE_EVERY = 86_400.0
MOST_ANSWERS = 20
"""So often within a minute what is no command is answered: two bots that answer each other come to rest."""


def mistyped(text: str) -> bool:
    """Say whether a text looks like a command that was typed wrong, which must not be published."""
    return addressed(text) or likely(text)


class CommandReader:
    """The bot's ear. `refresh` brings every name; `bare`: commands are understood without `/mqtt` too."""

    def __init__(
        self,
        commands: tuple[type[Command], ...],
        names: Names,
        refresh: Callable[[], Awaitable[None]],
        *,
        bare: bool,
    ) -> None:
        self._commands = commands
        self.names = names
        self._refresh = refresh
        self._bare = bare
        self._answered: dict[str, Window] = {}
        self._unread: dict[str, float] = {}

    def command(
        self, text: str, aliases: Collection[str] = (), *, among_others: bool = False
    ) -> Command | BotError | None:
        """Return the command a text asks for, or what is wrong with it; nothing if it asks for none.

        Without `/mqtt` the whole text has to be a command; in a room it needs that, or `mqtt`.
        """
        called, maybe = addressed(text), likely(text)
        quiet = among_others or not self._bare
        if not (called or maybe) and (quiet or not text.strip()):
            return None
        asked = self.parse(text, aliases)
        return asked if called or (maybe and not quiet) or isinstance(asked, Command) else None

    def wants_more(self, text: str, *, among_others: bool = False, asked: bool = False) -> bool:
        """Say whether a text asks for more of the last answer; unless `asked` it may have to be addressed."""
        plainly = asked or (self._bare and not among_others)
        return (plainly or addressed(text) or likely(text)) and is_more(unaddressed(text))

    async def learn(self, text: str) -> None:
        """Know every name before a text is read that may have one in it, as far as that can be known."""
        if takes_name(text, self._commands):
            await self.know_names()

    async def know_names(self) -> None:
        """Know every name, as far as that can be known."""
        with suppress(BotError):
            await self._refresh()

    @property
    def words(self) -> Collection[str]:
        """The words that commands begin with, in all languages, as `spelled` has them."""
        return by_word(self._commands)

    def node(self, word: str) -> str:
        """Return which command a word is for; nothing if it is for none."""
        command = by_word(self._commands).get(spelled(word))
        return command.node if command is not None else ""

    def parse(self, text: str, aliases: Collection[str] = ()) -> Command | BotError:
        """Return the command that a text means, with or without `/mqtt`, or what is wrong with it."""
        try:
            return parse(text, self._commands, aliases or self.names.aliases, self.names.begin)
        except BotError as err:
            return err

    def address(self, room: str) -> str:
        """Return what stands before a command that is written for somebody, in a room or not."""
        return address(bare=self._bare, room=bool(room))

    def meant_for(self, text: str) -> str:
        """Return what is said to the bot, without `/mqtt`; nothing where that is needed and is not there."""
        return self.stripped(text) if self._bare or addressed(text) else ""

    def stripped(self, text: str) -> str:
        """Return a text without `/mqtt`."""
        return unaddressed(text) if addressed(text) or likely(text) else text.strip()

    def unreadable(self, where: str, scheme: str, now: float) -> Text | None:
        """Return that an encrypted message cannot be read; once a day, or again after one that could be."""
        if 0 <= now - self._unread.get(where, -UNREADABLE_EVERY) < UNREADABLE_EVERY:
            return None
        self._unread[where] = now
        return Text("encrypted", {"scheme": scheme})

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
