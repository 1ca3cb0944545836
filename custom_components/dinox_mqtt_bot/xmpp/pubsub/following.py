"""Nodes kept subscribed to, and what was published while nobody listened told before anything newer."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ...bot.model.errors import BotError
from ...bot.pubsub.nodes import MOST_ITEMS, Item, Node
from .progress import Progress, Told
from .pubsub import CreateTask, PubSub

_AGAIN_SECONDS: Final = 60.0

type OnTold = Callable[[Node, Item, Told, float], None]
"""Told of an item: its node, how it is told, when it was published (Unix time, 0 if that is not known)."""

type _Event = tuple[Item | None, float]


class Following:
    """The nodes of one bot, in whatever session there is.

    `on_told` is called with every item once, `on_change` when it is asked for nodes, has them, or does not get one.
    """

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
        self._failed: dict[Node, BotError] = {}
        self._subscribed: set[Node] = set()
        self._unwanted: set[Node] = set()
        # The events of nodes whose missed items have to be told first.
        self._held: dict[Node, list[_Event]] = {}
        self._running = False
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None

    @property
    def settled(self) -> bool:
        """Whether every node was asked for in the session of now."""
        return self._begun and self._todo() is None

    @property
    def failed(self) -> Mapping[Node, BotError]:
        """The nodes that the service gives nothing of; they are asked for again."""
        return self._failed

    def start(self) -> None:
        """Subscribe as soon as there is a session."""
        self._running = True
        self._pubsub.serve(on_item=self._take, on_gone=self._gone, on_session=self.begin)
        self._look()

    def pause(self) -> None:
        """Tell nothing more until `start`; what comes meanwhile is fetched then."""
        self._running = False

    async def stop(self) -> None:
        """Leave nothing running. The subscriptions stay: the next session takes them over."""
        self.pause()
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._progress.write()

    def want(self, nodes: Iterable[Node]) -> None:
        """Follow exactly these nodes, now or as soon as there is a session."""
        before, self._wanted = self._wanted, dict.fromkeys(nodes)
        for node in before.keys() - self._wanted.keys():
            self._drop(node)
        for node in self._wanted.keys() - before.keys():
            self._held[node] = []
        self._unwanted -= self._wanted.keys()
        self._pubsub.follow(node.service for node in (*self._wanted, *self._unwanted))
        self._look()

    def lose(self) -> None:
        """Expect another session: until it is known which, nothing newer is told."""
        self._begun = False
        self._hold(self._wanted)

    def begin(self, resumed: bool) -> None:
        """Go on in a resumed stream, or ask for everything anew."""
        self._begun = self._pubsub.connected
        if resumed:
            for node in self._subscribed & self._held.keys():
                self._release(node)
        else:
            self._subscribed.clear()
            self._failed.clear()
            self._hold(self._wanted)
        self._look()

    def _hold(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self._held.setdefault(node, [])

    def _take(self, node: Node, item: Item | None, at: float) -> None:
        """Take an event in, which came late if it was held up since a time."""
        if not self._running:
            return
        if node not in self._wanted:
            self._unwanted.add(node)
            self._look()
        elif node in self._held:
            self._held[node].append((item, at))
        elif item is None:
            # Told of without its payload: it has to be fetched.
            self._gone(node)
            self._held[node].append((None, at))
        elif not (at and item in self._progress[node]):
            self._progress[node].take(item)
            self._tell(node, item, Told.LATE if at else Told.LIVE, at)

    def _gone(self, node: Node) -> None:
        """Ask for a node again."""
        if node in self._wanted:
            self._subscribed.discard(node)
            self._hold([node])
            self._look()

    def _drop(self, node: Node) -> None:
        self._held.pop(node, None)
        self._failed.pop(node, None)
        self._progress.forget(node)
        if node in self._subscribed:
            self._subscribed.discard(node)
            self._unwanted.add(node)

    def _todo(self) -> Node | None:
        """Return a node that was not asked for yet."""
        done = self._subscribed | self._failed.keys()
        return next((node for node in self._wanted if node not in done), None)

    def _look(self) -> None:
        """Have done what is to be done, one node after the other."""
        idle = self._task is None or self._task.done()
        if self._running and self._pubsub.connected and idle and (self._todo() or self._unwanted):
            self._task = self._create_task(self._tend(), "PubSub")
        self._on_change()

    async def _tend(self) -> None:
        while self._running and self._pubsub.connected:
            if (node := self._todo()) is not None:
                await self._ask_for(node)
            elif self._unwanted:
                await self._leave(self._unwanted.pop())
            else:
                break
            self._on_change()

    async def _ask_for(self, node: Node) -> None:
        try:
            await self._pubsub.subscribe(node)
            items = await self._stored(node)
        except BotError as error:
            if error.key != "not_connected" and node in self._wanted:
                self._fail(node, error)
            return
        if node in self._wanted and self._running:
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

    def _fail(self, node: Node, error: BotError) -> None:
        if error.placeholders.get("reason") == "item-not-found":
            self._progress[node].missed(())  # All items it will have are new ones.
        self._failed[node] = error
        self._release(node)
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._ask_again)

    def _ask_again(self) -> None:
        self._again = None
        self._hold(self._failed)
        self._failed.clear()
        self._look()

    def _catch_up(self, node: Node, items: list[Item]) -> None:
        """Tell what was missed, then what came meanwhile."""
        trail, events = self._progress[node], self._held.pop(node, [])
        fresh = {item for item, at in events if item is not None and not at}
        new = not trail.began
        missed = trail.missed(items)
        # The newest are what was told of without its payload.
        bare = sum(item is None and not at for item, at in events)
        fresh.update(missed[max(0, len(missed) - bare) :])
        if new and items and items[-1] not in fresh:
            self._tell(node, items[-1], Told.RETAINED)
        for each in missed:
            self._tell(node, each, Told.LIVE if each in fresh else Told.LATE, each.published)
        stored = fresh.intersection(items)
        for item, at in events:
            if item is not None and item not in stored:
                self._take(node, item, at)
        (self._progress.write if new else self._progress.keep)()

    def _release(self, node: Node) -> None:
        for item, at in self._held.pop(node, []):
            self._take(node, item, at)

    def _tell(self, node: Node, item: Item, how: Told, at: float = 0.0) -> None:
        self._progress.keep()
        self._on_told(node, item, how, at)
