"""PubSub beside MQTT, where MQTT forgets: for a bot on a Prosody account."""

from collections.abc import Callable, Iterable

from homeassistant.config_entries import ConfigEntry

from ..bot.model.message import Message
from ..bot.model.status import LinkStatus
from ..bot.ports import Clock, Memory
from ..entry.account import is_prosody, is_pubsub_only
from ..hass.no_chat import NoChat
from ..hass.tasks import CreateTask
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.catching_up import CatchUp


class NothingMissed:
    """A `CatchUp` for all other brokers."""

    def start(self, *, then: Callable[[Message], None]) -> Callable[[Message], None]:
        """Return `then` itself: no message has to wait for older ones."""
        return then

    def follow(self, topics: Iterable[str]) -> None:
        """Do nothing, there are no nodes."""

    def broker_changed(self, status: LinkStatus) -> None:
        """Do nothing, there is nothing to fetch."""

    def pause(self) -> None:
        """Do nothing, no message waits."""

    async def stop(self) -> None:
        """Do nothing, nothing runs."""


def catch_up(
    entry: ConfigEntry, chat: XmppLink | NoChat, memory: Memory, clock: Clock, create_task: CreateTask
) -> CatchUp | NothingMissed:
    """Build what fetches the messages that the bot's MQTT connection misses."""
    if not is_prosody(entry.data) or is_pubsub_only(entry.data) or isinstance(chat, NoChat):
        return NothingMissed()
    return CatchUp(chat.pubsub, memory=memory, clock=clock, create_task=create_task)
