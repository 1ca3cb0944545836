"""A bot without an XMPP account: it is met in Assist, in entities and in actions only."""

from collections.abc import Iterable

from .bot.errors import BotError
from .bot.ports import Notice
from .bot.rules import Contact
from .bot.status import BotState, LinkStatus, Phase

# Not offline: nothing is missing that the user asked for, so the bot's state is the broker's alone.
NOT_CONFIGURED = LinkStatus(Phase.ONLINE, reason="not_configured")


class NoChat:
    """`bot.ports.Chat` where there is nobody to talk to."""

    status = NOT_CONFIGURED

    def start(self) -> None:
        """Do nothing, there is no connection to make."""

    async def stop(self) -> None:
        """Do nothing, there is no connection to end."""

    def say(self, notice: Notice) -> None:
        """Drop the notice, which nobody could read."""

    def show(self, state: BotState, text: str) -> None:
        """Do nothing, nobody sees a presence."""

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Do nothing, there is no roster."""

    def reconnect(self) -> None:
        """Do nothing, there is no connection."""


class NoOutbox:
    """`bot.ports.Outbox` that keeps nothing, so that rows do not pile up for a server that never comes."""

    undelivered = 0
    unread = 0

    def put(self, notice: Notice) -> None:
        """Drop the notice, which would wait for ever."""


def require_chat(has_chat: bool) -> None:
    """Raise BotError `chat_not_configured` where somebody asks to have something said."""
    if not has_chat:
        raise BotError("chat_not_configured")
