"""Readings and notices as the bot makes them; what the store tells, recorded."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message, Reading
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.store.store import Store

_numbers = count(1)

type Opener = Callable[..., Store]
type Query = Callable[..., list[tuple[object, ...]]]


@dataclass
class Told:
    """What the store told the event loop."""

    committed: list[Message] = field(default_factory=list)
    stored: list[Notice] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def on_committed(self, messages: list[Message]) -> None:
        self.committed += messages
        self.heard.set()

    def on_stored(self, notice: Notice) -> None:
        self.stored.append(notice)
        self.heard.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what was told makes the condition true."""
        async with asyncio.timeout(60):
            while not condition():
                self.heard.clear()
                await self.heard.wait()


def message(topic: str = "home/kitchen", payload: bytes = b"21.5", **more: Any) -> Message:
    values: dict[str, Any] = {"qos": 1, "packet_id": next(_numbers), "received": 2_000_000_000.0, **more}
    if not values["qos"]:
        values["packet_id"] = 0
    return Message(topic, payload, **values)


def reading(topic: str = "home/kitchen", payload: bytes = b"21.5", **more: Any) -> Reading:
    return reading_of(message(topic, payload, **more))


def reading_of(received: Message, name: str = "", text: str | None = None) -> Reading:
    shown = received.payload.decode(errors="replace") if text is None else text
    return Reading(received, name or received.topic, Kind.TEXT, shown, time=received.received)


def notice(notice_id: str, to: str = "ann@example.org", **more: Any) -> Notice:
    values: dict[str, Any] = {
        "text": f"text of {notice_id}",
        "at": 2_000_000_000.0,
        "priority": Priority.NORMAL,
        **more,
    }
    return Notice(notice_id, to, **values)


async def purge(store: Store, now: float) -> int:
    """Purge, and have what went counted no more: that takes one turn of the loop."""
    removed = await store.history.purge(now)
    await asyncio.sleep(0)
    return removed
