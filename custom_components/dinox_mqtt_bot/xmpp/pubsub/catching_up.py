"""What an MQTT connection without a session has missed, fetched from the PubSub nodes behind it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
import logging
from typing import Final, override

from ...bot.model.message import Message
from ...bot.model.replies import BotError
from ...bot.model.status import LinkStatus
from ...bot.ports import Clock, Memory
from ...bot.pubsub.nodes import MOST_ITEMS, Item, Node, node_of
from .addresses import Addresses
from .fetching import Fetching, Sorted
from .progress import Progress, ToldAs, message_of
from .pubsub import CreateTask, PubSub

_LOGGER = logging.getLogger(__name__)

# What comes by MQTT again waits this long for what came before it.
_HOLD_SECONDS: Final = 15.0


class CatchUp(Fetching[Message]):
    """Tells what is new on nodes of subscribed topics whenever MQTT is back.

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
        super().__init__(
            pubsub,
            Progress(memory),
            on_told=self._deliver,
            on_change=self._stop_waiting,
            create_task=create_task,
        )
        self._clock = clock
        self._patience = patience
        self._paused = False
        self._topics = Addresses()
        self._nodes: dict[str, Node] = {}
        self._release_at: asyncio.TimerHandle | None = None

    def start(self, *, then: Callable[[Message], None]) -> Callable[[Message], None]:
        """Look once there is an XMPP session; return what MQTT messages must pass on the way to `then`."""
        self._then, self._paused = then, False
        self._pubsub.serve(on_session=lambda _: self._look())
        return self._receive

    @override
    def pause(self) -> None:
        """Hand on what waits, and nothing more."""
        super().pause()
        self._paused = True
        self.release()

    def release(self) -> None:
        """Hand on what waits for an answer."""
        for node in list(self._held):
            self._release(node)
        self._stop_waiting()

    @override
    def _release(self, node: Node) -> None:
        for message in self._held.get(node, ()):
            self._progress[node].came(message.payload)
        super()._release(node)

    def follow(self, topics: Iterable[str]) -> None:
        """Look after the nodes of these topics; other filters have none."""
        self._topics = Addresses(topics)
        self._nodes = {topic: node for node in self._topics.nodes for topic in self._topics.topics(node)}
        new = self._want(self._topics.nodes)
        if self._running:
            self._expect(new)

    def broker_changed(self, status: LinkStatus) -> None:
        """Look whenever MQTT is back."""
        before, self._running = self._running, status.online and not self._paused
        if self._running and not before:
            self._asked.clear()
            self._expect(self._wanted)

    def _receive(self, message: Message) -> None:
        """Take note of a message, and keep it if it has to wait for older ones."""
        node = self._nodes.get(message.topic)
        if node is not None and node in self._held:
            self._held[node].append(message)
            return
        if node is not None:
            self._progress[node].came(message.payload)
            self._progress.keep()
        self._then(message)

    def _expect(self, nodes: Iterable[Node]) -> None:
        self._hold(nodes)
        if self._held and self._release_at is None:
            self._release_at = asyncio.get_running_loop().call_later(self._patience, self.release)
        self._look()

    def _stop_waiting(self) -> None:
        if not self._held and self._release_at is not None:
            self._release_at.cancel()
            self._release_at = None

    @override
    async def _fetch(self, node: Node) -> list[Item]:
        try:
            return await self._pubsub.items(node, MOST_ITEMS)
        except BotError as error:
            _LOGGER.debug("Nothing to catch up with on %s: %s", node.name, error)
            if error.placeholders.get("reason") != "item-not-found":
                raise
            return []  # What is published first makes the node.

    @override
    def _sorted(self, node: Node, items: list[Item], held: list[Message]) -> Sorted[Message]:
        trail, items = self._progress[node], [self._delivered(node, item) for item in items]
        # As a retained message, which this MQTT has none of, the newest tells how things stand.
        newest = [] if trail.began or held else items[-1:]
        missed = trail.missed(items, [message.payload for message in held])
        return [(item, ToldAs.RETAINED) for item in newest] + [(item, ToldAs.LATE) for item in missed], held

    def _delivered(self, node: Node, item: Item) -> Item:
        """Return an item as MQTT delivers it on the topic: one of another type has an empty payload there."""
        named = node_of(self._topics.topic(node, item.type))
        return item if named is not None and named[1] is item.type else replace(item, payload=b"")

    def _deliver(self, node: Node, item: Item, how: ToldAs, at: float) -> None:
        topic = self._topics.topic(node, item.type)
        self._then(message_of(topic, item, self._clock.now(), how, at))

    @override
    def _take(self, node: Node, event: Message) -> None:
        self._then(event)
