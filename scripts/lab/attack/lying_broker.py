"""A broker that lies: one act for each connection."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from typing import override

from lab.mqtt_wire import Visit

from .thread_server import ThreadServer

type Act = Callable[[Visit], Awaitable[None]]


class LyingBroker(ThreadServer):
    """One broker; `visits` counts the connections, `over` those that have ended."""

    def __init__(self, act: Act) -> None:
        super().__init__("lying broker")
        self.visits = self.over = 0
        self._act = act

    @override
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        visit = Visit(self.visits, reader, writer)
        with contextlib.suppress(EOFError, OSError, TimeoutError):
            await visit.greet()
            await self._act(visit)
        writer.transport.abort()
        self.over += 1
