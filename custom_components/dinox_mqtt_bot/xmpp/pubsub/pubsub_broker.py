"""The third broker: PubSub nodes as topics, where a server's MQTT port is closed or of no use."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
import json
from typing import Final

from ...bot.model.message import Message, Properties, QoS
from ...bot.model.replies import BotError
from ...bot.model.status import LinkStatus, Phase
from ...bot.ports import Clock, Memory, Phrases
from ...bot.pubsub.nodes import Item, ItemType, Node, node_of
from .addresses import Addresses
from .following import Following
from .progress import Progress, ToldAs, message_of
from .pubsub import CreateTask, PubSub

_REFUSALS: Final = {
    "forbidden": "common.pubsub_forbidden",
    "not-authorized": "common.pubsub_forbidden",
    "item-not-found": "common.pubsub_item_not_found",
    "service-unavailable": "common.pubsub_no_service",
    "remote-server-not-found": "common.pubsub_no_service",
    "jid-malformed": "common.pubsub_no_service",
    "bad_address": "common.pubsub_no_service",
}


class PubSubBroker:
    """`bot.ports.Broker` over PubSub (XEP-0060): nodes are the topics, the session is the connection.

    A filter is an exact topic `<HOST>/<TYPE>/<NODE>` or the name of a node of `service`. What was published
    without a session is fetched, before anything newer is told. `chat_changed` must hear every state of the
    session.
    """

    _on_message: Callable[[Message], None]
    _on_status: Callable[[LinkStatus], None]

    def __init__(
        self,
        pubsub: PubSub,
        *,
        service: str,
        memory: Memory,
        phrases: Phrases,
        clock: Clock,
        create_task: CreateTask,
    ) -> None:
        self._pubsub = pubsub
        self._service = service
        self._phrases = phrases
        self._clock = clock
        self._following = Following(
            pubsub, Progress(memory), on_told=self._deliver, on_change=self._report, create_task=create_task
        )
        self._topics = Addresses()
        self._link = LinkStatus(Phase.CONNECTING)
        self._told: tuple[LinkStatus, Mapping[str, str]] = (LinkStatus(Phase.CONNECTING), {})
        self._running = False

    @property
    def status(self) -> LinkStatus:
        """The XMPP session, online as soon as every node was asked for."""
        if self._link.online and not self._following.settled:
            return LinkStatus(Phase.CONNECTING)
        return self._link

    @property
    def refused(self) -> Mapping[str, str]:
        """Filters that name no node, and nodes the service gives nothing of, each with the reason."""
        unfit = dict.fromkeys(self._topics.unfit, self._phrases.phrase("common.pubsub_no_node"))
        failed = {
            topic: self._reason(error)
            for node, error in self._following.failed.items()
            for topic in self._topics.topics(node)
        }
        return unfit | failed

    def start(
        self, *, on_message: Callable[[Message], None], on_status: Callable[[LinkStatus], None]
    ) -> None:
        """Subscribe as soon as there is a session; `on_status` also tells a change of `refused`."""
        self._on_message, self._on_status = on_message, on_status
        self._running = True
        self._following.start()

    def pause(self) -> None:
        """Deliver nothing more until `start`."""
        self._running = False
        self._following.pause()

    async def stop(self) -> None:
        """Leave nothing running. The subscriptions stay: the next session takes them over."""
        self.pause()
        await self._following.stop()

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions equal to `filters`, now or as soon as there is a session (tell)."""
        self._topics = Addresses(filters, self._service)
        self._following.want(self._topics.nodes)

    def renew(self, filters: Iterable[str]) -> None:
        """Do nothing: a node keeps what it has, and all of it was fetched."""

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        """Publish an item and await the answer. PubSub keeps it anyway and has no properties.

        Raises BotError `not_connected`, `publish_refused`, `payload_too_large` or `publish_timeout`.
        """
        named = node_of(topic, self._service)
        if named is None:
            raise BotError("publish_refused", reason=self._phrases.phrase("common.pubsub_no_node"))
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            raise BotError("publish_refused", reason=self._phrases.phrase("common.pubsub_no_text")) from None
        node, kind = named
        await self._pubsub.publish(node, kind or _kind_of(text), text)

    def reconnect(self) -> None:
        """Subscribe to everything anew: the session belongs to the conversation (tell)."""
        self._following.begin(False)

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Do nothing: what was not stored is fetched again."""

    def acknowledge_all(self) -> None:
        """Do nothing, for the same reason."""

    def chat_changed(self, link: LinkStatus) -> None:
        """Follow the XMPP session."""
        # What only the user can change is told of the session itself.
        self._link = replace(link, fatal=False)
        if not link.online:
            self._following.lose()
        self._report()

    def _deliver(self, node: Node, item: Item, how: ToldAs, at: float) -> None:
        topic = self._topics.topic(node, item.type)
        self._on_message(message_of(topic, item, self._clock.now(), how, at))

    def _reason(self, error: BotError) -> str:
        if error.key == "pubsub_timeout":
            return self._phrases.phrase("common.reason_timeout")
        reason = error.placeholders["reason"]
        return self._phrases.phrase(_REFUSALS[reason]) if reason in _REFUSALS else reason

    def _report(self) -> None:
        now = self.status, self.refused
        if self._running and now != self._told:
            self._told = now
            self._on_status(now[0])


def _kind_of(text: str) -> ItemType:
    """Return the type of a payload for a node that is named without one."""
    try:
        return ItemType.JSON if isinstance(json.loads(text), dict | list) else ItemType.UTF8
    except ValueError:
        return ItemType.UTF8
