"""What an MQTT connection without a session has missed, fetched from the PubSub nodes behind it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
import logging
from typing import Final

from ..bot.model.errors import BotError
from ..bot.model.message import Message
from ..bot.model.status import LinkStatus, Phase
from ..bot.ports import Clock, Memory
from ..bot.pubsub.nodes import MOST_ITEMS, Item, Node, node_of
from .addresses import Addresses
from .pubsub import CreateTask, PubSub
from .trails import Told, Trails, message_of

_LOGGER = logging.getLogger(__name__)

# What comes by MQTT again waits this long for what came before it.
_HOLD_SECONDS: Final = 15.0


class CatchUp:
    """Reads, whenever MQTT is back, the items of the nodes whose topics are subscribed to, and tells those not told yet.

    For Prosody, whose MQTT has no session, no retained messages and QoS 0 only.
    """

    _then: Callable[[Message], None]

    def __init__(
        self,
        pubsub: PubSub,
        *,
        memory: Memory,
        clock: Clock,
        create_task: CreateTask,
        patience: float = _HOLD_SECONDS,
    ) -> None:
        self._pubsub = pubsub
        self._clock = clock
        self._create_task = create_task
        self._patience = patience
        self._trails = Trails(memory)
        self._topics = Addresses()
        self._nodes: dict[str, Node] = {}
        self._due: dict[Node, None] = {}
        self._held: dict[Node, list[Message]] = {}
        self._online = False
        self._task: asyncio.Task[None] | None = None
        self._release_at: asyncio.TimerHandle | None = None

    def start(self, *, then: Callable[[Message], None]) -> Callable[[Message], None]:
        """Look as soon as there is a session; return what messages by MQTT pass on their way to `then`."""
        self._then = then
        self._pubsub.serve(on_session=lambda _: self._look())
        return self._receive

    def pause(self) -> None:
        """Hand on what waits, and nothing more."""
        self._online = False
        self._due.clear()
        self.release()
        self._topics = Addresses()

    async def stop(self) -> None:
        """Stop, and leave nothing running."""
        self.pause()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._trails.write()

    def release(self) -> None:
        """Hand on what waits for an answer."""
        self._stop_waiting()
        for node in list(self._held):
            self._release(node)

    def _release(self, node: Node) -> None:
        for message in self._held.pop(node, []):
            self._trails[node].came(message.payload)
            self._then(message)

    def follow(self, topics: Iterable[str]) -> None:
        """Look after the nodes of these topics; other filters have none."""
        before, self._topics = self._topics.nodes, Addresses(topics)
        self._nodes = {topic: node for node in self._topics.nodes for topic in self._topics.topics(node)}
        for node in before - self._topics.nodes:
            self._trails.forget(node)
            self._held.pop(node, None)
            self._due.pop(node, None)
        if self._online:
            self._expect(node for node in self._topics.nodes if node not in before)

    def broker_changed(self, status: LinkStatus) -> None:
        """Look whenever MQTT is back."""
        before, self._online = self._online, status.phase is Phase.ONLINE
        if self._online and not before:
            self._expect(self._topics.nodes)

    def _receive(self, message: Message) -> None:
        """Take note of a message, and keep it if it has to wait for older ones."""
        node = self._nodes.get(message.topic)
        if node is not None and node in self._held:
            self._held[node].append(message)
            return
        if node is not None:
            self._trails[node].came(message.payload)
            self._trails.keep()
        self._then(message)

    def _expect(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self._due[node] = None
            self._held.setdefault(node, [])
        if self._held and self._release_at is None:
            self._release_at = asyncio.get_running_loop().call_later(self._patience, self.release)
        self._look()

    def _stop_waiting(self) -> None:
        if self._release_at is not None:
            self._release_at.cancel()
            self._release_at = None

    def _look(self) -> None:
        idle = self._task is None or self._task.done()
        if self._due and self._online and self._pubsub.connected and idle:
            self._task = self._create_task(self._tend(), "catch up")

    async def _tend(self) -> None:
        while self._due and self._online and self._pubsub.connected:
            node = next(iter(self._due))
            items = await self._items(node)
            if items is None and self._pubsub.connected:
                self._due.pop(node, None)
                self._release(node)
            elif items is not None and self._online and node in self._due:
                self._due.pop(node, None)
                self._catch_up(node, [self._delivered(node, item) for item in items])
        if not self._held:
            self._stop_waiting()

    async def _items(self, node: Node) -> list[Item] | None:
        """Return the items of a node, None if the service gives none away."""
        try:
            return await self._pubsub.items(node, MOST_ITEMS)
        except BotError as error:
            _LOGGER.debug("Nothing to catch up with on %s: %s", node.name, error)
            # What is published first makes the node.
            return [] if error.placeholders.get("reason") == "item-not-found" else None

    def _delivered(self, node: Node, item: Item) -> Item:
        """Return an item as MQTT delivers it on the topic: one of another type has an empty payload there."""
        named = node_of(self._topics.topic(node, item.type))
        return item if named is not None and named[1] is item.type else replace(item, payload=b"")

    def _catch_up(self, node: Node, items: list[Item]) -> None:
        """Tell what was missed, then what came meanwhile."""
        trail, held = self._trails[node], self._held.pop(node, [])
        new = not trail.began
        missed = trail.missed(items, [message.payload for message in held])
        if new and items and not held:
            # As a retained message, which this MQTT has none of, it tells how things stand.
            self._deliver(node, items[-1], Told.RETAINED)
        for item in missed:
            self._deliver(node, item, Told.LATE)
        for message in held:
            self._then(message)
        (self._trails.write if new else self._trails.keep)()

    def _deliver(self, node: Node, item: Item, how: Told) -> None:
        topic = self._topics.topic(node, item.type)
        self._then(message_of(topic, item, self._clock.now(), how, item.published))
