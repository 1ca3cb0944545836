"""PubSub in the place of MQTT, or beside it where MQTT forgets: parts of a bot on a Prosody account."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..bot.model.jid import domain_of
from ..bot.model.message import Message
from ..bot.model.status import LinkStatus
from ..const import CONF_JID, CONF_PUBSUB_SERVICE
from ..entry.account import is_prosody, is_pubsub_only
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.catching_up import CatchUp
from ..xmpp.pubsub.pubsub_broker import PubSubBroker

if TYPE_CHECKING:
    from .runtime import BotCoordinator


def pubsub_service(data: Mapping[str, Any]) -> str:
    """Return the JID of the account's PubSub service, as it is called as a rule where nobody has looked."""
    return data.get(CONF_PUBSUB_SERVICE) or f"pubsub.{domain_of(data[CONF_JID])}"


def build_pubsub_broker(coordinator: BotCoordinator, chat: XmppLink) -> PubSubBroker:
    """Build the broker of a bot whose messages come from PubSub only."""
    return PubSubBroker(
        chat.pubsub,
        service=pubsub_service(coordinator.entry.data),
        memory=coordinator.store,
        phrases=coordinator.phrases,
        clock=coordinator.clock,
        on_message=coordinator.receive,
        on_status=coordinator.broker_changed,
        create_task=coordinator.create_task,
    )


class PubSubSource:
    """What a bot's PubSub nodes have to be told, and what they keep back; of most bots there are none."""

    def __init__(self, coordinator: BotCoordinator) -> None:
        data, chat = coordinator.entry.data, coordinator.chat
        self._broker = coordinator.broker if isinstance(coordinator.broker, PubSubBroker) else None
        self._catch_up: CatchUp | None = None
        if is_prosody(data) and not is_pubsub_only(data) and isinstance(chat, XmppLink):
            self._catch_up = CatchUp(
                chat.pubsub,
                memory=coordinator.store,
                clock=coordinator.clock,
                on_message=coordinator.take,
                create_task=coordinator.create_task,
            )

    def start(self, filters: Iterable[str]) -> None:
        """Look after the nodes of these filters, as soon as there is a session."""
        if self._catch_up is not None:
            self._catch_up.start()
            self._catch_up.follow(filters)

    async def stop(self) -> None:
        """Stop, and leave nothing running."""
        if self._catch_up is not None:
            await self._catch_up.stop()

    def follow(self, filters: Iterable[str]) -> None:
        """Look after the nodes of these filters from now on."""
        if self._catch_up is not None:
            self._catch_up.follow(filters)

    def pause(self) -> None:
        """Hand on what waits for older messages, and nothing more."""
        if self._catch_up is not None:
            self._catch_up.pause()

    def holds(self, message: Message) -> bool:
        """Say whether a message that came by MQTT has to wait for older ones; it is handed on later."""
        return self._catch_up is not None and self._catch_up.holds(message)

    def broker_changed(self, status: LinkStatus) -> None:
        """Fetch what was missed, when MQTT is back."""
        if self._catch_up is not None:
            self._catch_up.broker_changed(status)

    def chat_changed(self, status: LinkStatus) -> None:
        """Have the broker follow the XMPP session, if that is its connection."""
        if self._broker is not None:
            self._broker.chat_changed(status)
