"""How far each node was told, and the messages that are made of what was missed."""

import asyncio
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from ...bot.model.message import NO_PROPERTIES, Message, Properties, QoS
from ...bot.ports import Memory
from ...bot.pubsub.nodes import Item, Node
from ...bot.pubsub.trail import Trail

_KEEP_SECONDS: Final = 10.0


class ToldAs(Enum):
    """How an item is told: as it came; as one fetched afterwards; as how things stand when a node is new."""

    LIVE = "live"
    LATE = "late"
    RETAINED = "retained"


class Progress:
    """What is known of each node.

    Stored some seconds later, for a memory card's sake; the history knows what is then fetched again.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._trails: dict[Node, Trail] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __getitem__(self, node: Node) -> Trail:
        if node not in self._trails:
            self._trails[node] = Trail(self._memory.get(_name(node)))
        return self._trails[node]

    def forget(self, node: Node) -> None:
        """Know nothing of a node any more."""
        self._trails.pop(node, None)
        self._memory.set(_name(node), "")

    def keep(self) -> None:
        """Write down soon what is known."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_KEEP_SECONDS, self.write)

    def write(self) -> None:
        """Write down now what is known."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for node, trail in self._trails.items():
            if trail.began:
                self._memory.set(_name(node), trail.dump())


def message_of(topic: str, item: Item, now: float, how: ToldAs, at: float = 0.0) -> Message:
    """Return an item as a message of QoS 1, that the history never drops and knows if it comes again.

    `at` is when a late one was published, 0 if that is not known.
    """
    late = how is ToldAs.LATE
    stamp = (("timestamp", datetime.fromtimestamp(at, UTC).isoformat()),)
    return Message(
        topic,
        item.payload,
        qos=QoS.AT_LEAST_ONCE,
        retain=how is ToldAs.RETAINED,
        repeated=late,
        received=now,
        properties=Properties(user=stamp) if late and at else NO_PROPERTIES,
        packet_id=item.number,
        fetched=late,
    )


def _name(node: Node) -> str:
    return f"pubsub {node.service} {node.name}"
