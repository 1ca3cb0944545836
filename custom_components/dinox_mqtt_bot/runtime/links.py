"""The two connections of a bot: what they tell, and on which path it goes."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant

from ..bot.bot import Bot
from ..bot.model.message import Message
from ..bot.model.status import LinkStatus
from ..bot.ports import ButtonsOf, Clock, CommandForms, Memory
from ..const import ATTR_LINK, LinkName
from ..entry.account import is_prosody, is_pubsub_only
from ..hass.connected_broker import ConnectedBroker
from ..hass.no_chat import NoChat
from ..hass.tasks import CreateTask, tasks_of
from ..peers.incoming import PeerMessages
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.catching_up import CatchUp
from ..xmpp.pubsub.pubsub_broker import PubSubBroker
from .delivery import NoticeDelivery
from .filters import held_filters, outside, remember_filters


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


type AnyBroker = ConnectedBroker
type AnyChat = XmppLink | NoChat


@dataclass(slots=True, kw_only=True, eq=False)
class Links:
    """The broker and the chat; messages pass `missed`, which fetches older ones first, then `peers`."""

    hass: HomeAssistant
    entry: ConfigEntry
    broker: ConnectedBroker
    chat: AnyChat
    missed: CatchUp | NothingMissed
    peers: PeerMessages
    memory: Memory
    bot: Bot
    forms: CommandForms
    buttons: ButtonsOf

    def start(self, delivery: NoticeDelivery) -> None:
        """Connect, and reconnect for as long as the bot runs."""
        # The path of a message, last stage first.
        take = self.peers.start(then=self.bot.receive)
        take = self.missed.start(then=take)
        self.missed.follow(outside(self.bot.wanted))
        self.bot.listening.changed = self.follow
        self.broker.start(on_message=take, on_status=self._broker_changed)
        self.chat.start(
            on_status=self._chat_changed,
            on_text=self._in_task(self.bot.hear, "hear"),
            on_reaction=self._in_task(self.bot.react, "react"),
            on_presence=self.bot.held.set_contact,
            undisturbed=self.bot.do_not_disturb.contacts,
            on_session=delivery.begin,
            on_delivery=delivery.mark,
            on_reach=self.bot.reach_changed,
            addressee=delivery.addressee,
            waits=delivery.waits,
            forms=self.forms,
            buttons=self.buttons,
        )

    def follow(self) -> None:
        """Take over what the bot wants to hear from now on."""
        self.peers.apply(self.bot.rules)
        # What is wanted no more is held until the broker has heard of it.
        wanted = outside(self.bot.wanted)
        remember_filters(self.memory, {*wanted, *held_filters(self.memory)})
        self.missed.follow(wanted)

    def pause(self) -> None:
        """Hand on what waits for older messages, and nothing more."""
        self.broker.pause()
        self.missed.pause()

    async def stop(self) -> None:
        """Disconnect, and leave nothing running."""
        await asyncio.gather(self.broker.stop(), self.missed.stop(), self.chat.stop())

    @property
    def online(self) -> bool:
        """Whether the broker is there."""
        return self.broker.status.online

    def _in_task[T](self, act: Callable[[T], Coroutine[Any, Any, None]], name: str) -> Callable[[T], None]:
        """Return what has the bot act without holding up the XMPP stream."""
        create_task = tasks_of(self.hass, self.entry)

        def begin(said: T) -> None:
            create_task(act(said), name)

        return begin

    def _broker_changed(self, status: LinkStatus) -> None:
        self.bot.broker_changed(status)
        self.missed.broker_changed(status)
        if status.online:
            remember_filters(self.memory, outside(self.bot.wanted))
        self._ask_for_credentials(status, LinkName.BROKER)

    def _chat_changed(self, status: LinkStatus) -> None:
        self.bot.chat_changed(status)
        if isinstance(self.broker, PubSubBroker):  # the session is its connection
            self.broker.chat_changed(status)
        self._ask_for_credentials(status, LinkName.XMPP)

    def _ask_for_credentials(self, status: LinkStatus, link: LinkName) -> None:
        if status.fatal and status.reason == "invalid_auth":
            self.entry.async_start_reauth(self.hass, data={ATTR_LINK: link.value})
        elif self.online and self.chat.status.online:
            # Both were let in after all, so nobody needs to be asked.
            for flow in list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
