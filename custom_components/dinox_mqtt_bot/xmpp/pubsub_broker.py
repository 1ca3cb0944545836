"""The third broker: PubSub nodes in the place of topics, where a server's MQTT port is closed or of no use."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
import json
from typing import Any, Final

from ..bot.errors import BotError
from ..bot.message import Message, Properties, QoS
from ..bot.nodes import MOST_ITEMS, Item, ItemType, Node, node_of
from ..bot.ports import Clock, Memory, Phrases
from ..bot.status import LinkStatus, Phase
from .addresses import Addresses
from .pubsub import PubSub
from .trails import Trails, message_of

_AGAIN_SECONDS: Final = 60.0
_REFUSALS: Final = frozenset(
    {"forbidden", "not-authorized", "item-not-found", "service-unavailable", "remote-server-not-found"}
)

type CreateTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
type _Event = tuple[Item | None, float]


class PubSubBroker:
    """`bot.ports.Broker` over PubSub (XEP-0060): nodes are the topics, the XMPP session is the connection.

    A filter is an exact topic `<HOST>/<TYPE>/<NODE>` or the name of a node of `service`. What was published while there was
    no session is fetched when there is one again, before anything newer is told. `chat` tells of the session by
    `chat_changed`. `on_status` is called when the status changes, and again with the same one when `refused` does.
    """

    def __init__(
        self,
        pubsub: PubSub,
        *,
        service: str,
        memory: Memory,
        phrases: Phrases,
        clock: Clock,
        on_message: Callable[[Message], None],
        on_status: Callable[[LinkStatus], None],
        create_task: CreateTask,
    ) -> None:
        self._pubsub = pubsub
        self._service = service
        self._phrases = phrases
        self._clock = clock
        self._on_message = on_message
        self._on_status = on_status
        self._create_task = create_task
        self._trails = Trails(memory)
        self._link = LinkStatus(Phase.CONNECTING)
        self._told: tuple[LinkStatus, dict[str, str]] = (LinkStatus(Phase.CONNECTING), {})
        self._topics = Addresses()
        self._failed: dict[Node, str] = {}
        self._subscribed: set[Node] = set()
        self._unwanted: set[Node] = set()
        # The events of nodes whose missed items have to be told first.
        self._held: dict[Node, list[_Event]] = {}
        self._running = False
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None

    @property
    def status(self) -> LinkStatus:
        """The XMPP session, online as soon as every node was asked for."""
        if self._link.phase is Phase.ONLINE and not (self._begun and self._todo() is None):
            return LinkStatus(Phase.CONNECTING)
        return self._link

    @property
    def refused(self) -> Mapping[str, str]:
        """Filters that name no node, and nodes the service gives nothing of, each with the reason."""
        unfit = dict.fromkeys(self._topics.unfit, self._phrases.phrase("common.pubsub_no_node"))
        failed = {
            topic: reason for node, reason in self._failed.items() for topic in self._topics.topics(node)
        }
        return unfit | failed

    def start(self) -> None:
        """Subscribe as soon as there is a session."""
        self._running = True
        self._pubsub.serve(on_item=self._take, on_gone=self._gone, on_session=self._session_began)
        self._look()

    def pause(self) -> None:
        """Deliver nothing more until `start`."""
        self._running = False

    async def stop(self) -> None:
        """Leave nothing running. The subscriptions stay: the next session takes them over."""
        self.pause()
        self._forget_again()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._trails.close()

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions equal to `filters`, now or as soon as there is a session (tell)."""
        before, self._topics = self._topics, Addresses(filters, self._service)
        for node in before.nodes - self._topics.nodes:
            self._drop(node)
        for node in self._topics.nodes - before.nodes:
            self._held[node] = []
        self._unwanted -= self._topics.nodes
        self._pubsub.follow(node.service for node in self._topics.nodes | self._unwanted)
        self._look()

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        """Publish an item and wait for the service's answer. PubSub keeps it anyway; properties it has none.

        Raises BotError `not_connected`, `publish_refused`, `payload_too_large` or `publish_timeout`.
        """
        named = node_of(topic, self._service)
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            raise BotError("publish_refused", reason=self._phrases.phrase("common.pubsub_no_text")) from None
        if named is None:
            raise BotError("publish_refused", reason=self._phrases.phrase("common.pubsub_no_node"))
        node, kind = named
        await self._pubsub.publish(node, kind or _kind_of(text), text)

    def reconnect(self) -> None:
        """Subscribe to everything anew: the session belongs to the conversation (tell)."""
        self._session_began(False)

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Do nothing: what was not stored is fetched again."""

    def chat_changed(self, link: LinkStatus) -> None:
        """Follow the XMPP session."""
        # What only the user can change is told of the session itself.
        self._link = replace(link, fatal=False)
        if link.phase is not Phase.ONLINE:
            self._begun = False
            for node in self._topics.nodes:
                self._held.setdefault(node, [])
        self._report()

    def _session_began(self, resumed: bool) -> None:
        self._begun = self._pubsub.connected
        if resumed:
            for node in self._subscribed & self._held.keys():
                self._release(node)
        else:
            self._subscribed.clear()
            self._failed.clear()
            for node in self._topics.nodes:
                self._held.setdefault(node, [])
        self._look()

    def _take(self, node: Node, item: Item | None, at: float) -> None:
        """Take an event in, which came late if it was held up since a time."""
        if not self._running:
            return  # It is fetched by the next run.
        if node not in self._topics.nodes:
            self._unwanted.add(node)
            self._look()
        elif node in self._held:
            self._held[node].append((item, at))
        elif item is None:
            # Told of without its payload: it has to be fetched.
            self._gone(node)
            self._held[node].append((None, at))
        elif not (at and item in self._trails[node]):
            self._trails[node].take(item)
            self._deliver(node, item, late=bool(at), at=at)

    def _gone(self, node: Node) -> None:
        """Ask for a node again."""
        if node in self._topics.nodes:
            self._subscribed.discard(node)
            self._held.setdefault(node, [])
            self._look()

    def _drop(self, node: Node) -> None:
        self._held.pop(node, None)
        self._failed.pop(node, None)
        self._trails.forget(node)
        if node in self._subscribed:
            self._subscribed.discard(node)
            self._unwanted.add(node)

    def _todo(self) -> Node | None:
        """Return a node that was not asked for yet."""
        return next(
            (
                node
                for node in self._topics.nodes
                if node not in self._subscribed and node not in self._failed
            ),
            None,
        )

    def _look(self) -> None:
        """Have done what is to be done, one node after the other, and tell how it stands."""
        idle = self._task is None or self._task.done()
        if self._running and self._pubsub.connected and idle and (self._todo() or self._unwanted):
            self._task = self._create_task(self._tend(), "PubSub")
        self._report()

    async def _tend(self) -> None:
        while self._running and self._pubsub.connected:
            if (node := self._todo()) is not None:
                await self._ask_for(node)
            elif self._unwanted:
                await self._leave(self._unwanted.pop())
            else:
                break
            self._report()

    async def _ask_for(self, node: Node) -> None:
        try:
            await self._pubsub.subscribe(node)
            items = await self._stored(node)
        except BotError as error:
            if error.key != "not_connected" and node in self._topics.nodes:
                if error.placeholders.get("reason") == "item-not-found":
                    self._trails[node].missed(())  # All items it will have are new ones.
                self._failed[node] = self._reason(error)
                self._release(node)
                self._try_again()
            return
        if node in self._topics.nodes and self._running:
            self._subscribed.add(node)
            self._catch_up(node, items)

    async def _stored(self, node: Node) -> list[Item]:
        """Return a node's items; none of one that keeps none. Raises BotError."""
        try:
            return await self._pubsub.items(node, MOST_ITEMS)
        except BotError as error:
            if error.placeholders.get("reason") != "feature-not-implemented":
                raise
            return []

    async def _leave(self, node: Node) -> None:
        try:
            await self._pubsub.unsubscribe(node)
        except BotError:
            return  # It is gone, or it will be tried again with the next event.

    def _catch_up(self, node: Node, items: list[Item]) -> None:
        """Tell what was missed, then what came meanwhile."""
        trail, events = self._trails[node], self._held.pop(node, [])
        fresh = {item for item, at in events if item is not None and not at}
        new = not trail.began
        missed = trail.missed(items)
        # The newest are what was told of without its payload.
        bare = sum(item is None and not at for item, at in events)
        fresh.update(missed[max(0, len(missed) - bare) :])
        if new and items and items[-1] not in fresh:
            # As a retained message it tells how things stand.
            self._deliver(node, items[-1], retain=True)
        for each in missed:
            self._deliver(node, each, late=each not in fresh, at=each.published)
        stored = fresh.intersection(items)
        for item, at in events:
            if item is not None and item not in stored:
                self._take(node, item, at)
        self._trails.keep()

    def _release(self, node: Node) -> None:
        for item, at in self._held.pop(node, []):
            self._take(node, item, at)

    def _deliver(
        self, node: Node, item: Item, *, late: bool = False, at: float = 0.0, retain: bool = False
    ) -> None:
        self._trails.keep()
        topic = self._topics.topic(node, item.type)
        self._on_message(message_of(topic, item, self._clock.now(), late=late, at=at, retain=retain))

    def _try_again(self) -> None:
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._ask_again)

    def _ask_again(self) -> None:
        self._again = None
        self._failed.clear()
        self._look()

    def _forget_again(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _reason(self, error: BotError) -> str:
        reason = str(error.placeholders.get("reason", ""))
        if error.key == "pubsub_timeout":
            return self._phrases.phrase("common.reason_timeout")
        return (
            self._phrases.phrase(f"common.pubsub_{reason.replace('-', '_')}")
            if reason in _REFUSALS
            else reason
        )

    def _report(self) -> None:
        now = self.status, dict(self.refused)
        if self._running and now != self._told:
            self._told = now
            self._on_status(now[0])


def _kind_of(text: str) -> ItemType:
    """Return the type of a payload for a node that is named without one."""
    try:
        return ItemType.JSON if isinstance(json.loads(text), dict | list) else ItemType.UTF8
    except ValueError:
        return ItemType.UTF8
