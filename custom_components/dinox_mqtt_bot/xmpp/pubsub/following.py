"""Nodes kept subscribed to, and what was published while nobody listened told before anything newer."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, override

from ...bot.model.replies import BotError
from ...bot.pubsub.nodes import MOST_ITEMS, Item, Node
from .fetching import Fetching, Sorted
from .progress import ToldAs

_AGAIN_SECONDS: Final = 60.0

type Event = tuple[Item | None, float]
"""An item, None for one without its payload; the Unix time it was held up since, 0 if it was not."""


class Following(Fetching[Event]):
    """A bot's nodes in any session: each item to `on_told` once; nodes asked, had or not to `on_change`."""

    _begun = False
    _again: asyncio.TimerHandle | None = None

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
        self._pubsub.serve(
            on_item=lambda node, item, at: self._take(node, (item, at)),
            on_gone=self._gone,
            on_session=self.begin,
        )
        self._look()

    @override
    async def stop(self) -> None:
        """Leave nothing running. The subscriptions stay: the next session takes them over."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        await super().stop()

    def want(self, nodes: Iterable[Node]) -> None:
        """Follow exactly these nodes, now or as soon as there is a session."""
        self._hold(self._want(nodes))
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
            self._asked.clear()
            self._failed.clear()
            self._hold(self._wanted)
        self._look()

    @property
    def _subscribed(self) -> set[Node]:
        return self._asked - self._failed.keys()

    @override
    def _take(self, node: Node, event: Event) -> None:
        """Take an event in, which came late if it was held up since a time."""
        if not self._running:
            return
        item, at = event
        if node not in self._wanted:
            self._unwanted.add(node)
            self._look()
        elif node in self._held:
            self._held[node].append(event)
        elif item is None:
            # Told of without its payload: it has to be fetched.
            self._gone(node)
            self._held[node].append(event)
        elif not (at and item in self._progress[node]):
            self._progress[node].take(item)
            self._progress.keep()
            self._on_told(node, item, ToldAs.LATE if at else ToldAs.LIVE, at)

    def _gone(self, node: Node) -> None:
        """Ask for a node again."""
        if node in self._wanted:
            self._asked -= {node} - self._failed.keys()
            self._hold([node])
            self._look()

    @override
    def _drop(self, node: Node) -> None:
        if node in self._subscribed:
            self._unwanted.add(node)
        self._failed.pop(node, None)
        super()._drop(node)

    @override
    async def _fetch(self, node: Node) -> list[Item]:
        """Subscribe to a node and return its items; none of one that keeps none."""
        await self._pubsub.subscribe(node)
        try:
            return await self._pubsub.items(node, MOST_ITEMS)
        except BotError as error:
            if error.placeholders.get("reason") != "feature-not-implemented":
                raise
            return []

    @override
    def _refused(self, node: Node, error: BotError) -> None:
        if error.placeholders.get("reason") == "item-not-found":
            self._progress[node].missed(())  # All items it will have are new ones.
        self._failed[node] = error
        super()._refused(node, error)
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._ask_again)

    def _ask_again(self) -> None:
        self._again = None
        self._hold(self._failed)
        self._asked -= self._failed.keys()
        self._failed.clear()
        self._look()

    @override
    def _sorted(self, node: Node, items: list[Item], held: list[Event]) -> Sorted[Event]:
        trail = self._progress[node]
        fresh = {item for item, at in held if item is not None and not at}
        new = not trail.began
        newest = items[-1:] if new else []
        missed = trail.missed(items)
        # The newest are what was told of without its payload.
        bare = sum(item is None and not at for item, at in held)
        fresh.update(missed[max(0, len(missed) - bare) :])
        told = [(item, ToldAs.RETAINED) for item in newest if item not in fresh]
        told += [(item, ToldAs.LIVE if item in fresh else ToldAs.LATE) for item in missed]
        # Of a new node nothing counts as missed: what came of it is told as it came.
        stored = set[Item]() if new else fresh.intersection(items)
        return told, [event for event in held if event[0] is not None and event[0] not in stored]
