"""What was published on nodes while nobody listened, told before anything newer."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Iterable

from ...bot.model.replies import BotError
from ...bot.pubsub.nodes import Item, Node
from .progress import Progress, ToldAs
from .pubsub import CreateTask, PubSub

type OnTold = Callable[[Node, Item, ToldAs, float], None]
"""Told of an item: its node, how it is told, when it was published (Unix time, 0 if that is not known)."""

type Sorted[E] = tuple[list[tuple[Item, ToldAs]], list[E]]
"""Which items to tell, and how; then which of the events held."""


class Fetching[E](ABC):
    """Nodes asked for their items one after the other; what comes of a node before that is held."""

    def __init__(
        self,
        pubsub: PubSub,
        progress: Progress,
        *,
        on_told: OnTold,
        on_change: Callable[[], None],
        create_task: CreateTask,
    ) -> None:
        self._pubsub = pubsub
        self._progress = progress
        self._on_told = on_told
        self._on_change = on_change
        self._create_task = create_task
        self._wanted: dict[Node, None] = {}
        self._asked: set[Node] = set()
        # Subscribed to, and not wanted any more.
        self._unwanted: set[Node] = set()
        # Refused, to be asked again.
        self._failed: dict[Node, BotError] = {}
        self._held: dict[Node, list[E]] = {}
        self._running = False
        self._task: asyncio.Task[None] | None = None

    def pause(self) -> None:
        """Tell nothing more; what comes meanwhile is fetched afterwards."""
        self._running = False

    async def stop(self) -> None:
        self.pause()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._progress.write()

    @abstractmethod
    async def _fetch(self, node: Node) -> list[Item]:
        """Return a node's items, oldest first. Raises BotError."""

    @abstractmethod
    def _sorted(self, node: Node, items: list[Item], held: list[E]) -> Sorted[E]:
        """Compare what was fetched with what is known of the node and with what came meanwhile."""

    @abstractmethod
    def _take(self, node: Node, event: E) -> None:
        """Tell what was held."""

    def _refused(self, node: Node, error: BotError) -> None:
        self._release(node)

    def _want(self, nodes: Iterable[Node]) -> list[Node]:
        """Look after exactly these nodes; return the new ones."""
        before, self._wanted = self._wanted, dict.fromkeys(nodes)
        for node in before.keys() - self._wanted.keys():
            self._drop(node)
        return [node for node in self._wanted if node not in before]

    def _drop(self, node: Node) -> None:
        self._held.pop(node, None)
        self._asked.discard(node)
        self._progress.forget(node)

    def _hold(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self._held.setdefault(node, [])

    def _release(self, node: Node) -> None:
        for event in self._held.pop(node, []):
            self._take(node, event)

    def _todo(self) -> Node | None:
        """Return a node that was not asked yet."""
        return next((node for node in self._wanted if node not in self._asked), None)

    def _look(self) -> None:
        """Have done what is to be done, one thing after the other."""
        idle = self._task is None or self._task.done()
        if self._running and self._pubsub.connected and idle and (self._todo() or self._unwanted):
            self._task = self._create_task(self._tend(), "PubSub")
        self._on_change()

    async def _tend(self) -> None:
        while self._running and self._pubsub.connected:
            if (node := self._todo()) is not None:
                await self._ask(node)
            elif self._unwanted:
                await self._leave(self._unwanted.pop())
            else:
                break
            self._on_change()

    async def _ask(self, node: Node) -> None:
        try:
            items = await self._fetch(node)
        except BotError as error:
            lost = error.key == "not_connected" or not self._pubsub.connected
            if node in self._wanted and not lost:
                self._asked.add(node)
                self._refused(node, error)
            return
        if node in self._wanted and self._running:
            self._asked.add(node)
            self._catch_up(node, items)

    async def _leave(self, node: Node) -> None:
        try:
            await self._pubsub.unsubscribe(node)
        except BotError:
            return  # It is gone, or it will be tried again with the next event.

    def _catch_up(self, node: Node, items: list[Item]) -> None:
        """Tell what was missed, then what came meanwhile."""
        new = not self._progress[node].began
        missed, later = self._sorted(node, items, self._held.pop(node, []))
        for item, how in missed:
            self._on_told(node, item, how, item.published)
        for event in later:
            self._take(node, event)
        (self._progress.write if new else self._progress.keep)()
