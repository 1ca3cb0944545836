"""A broker that lies: MQTT on loopback, in a thread of its own, one act for each connection."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import threading
from typing import Self

from lab.mqtt_wire import Visit
from lab.ports import LOOPBACK

type Act = Callable[[Visit], Awaitable[None]]


class LyingBroker:
    """One broker; `visits` counts the connections, `over` those that have ended."""

    def __init__(self, act: Act) -> None:
        """Nothing listens before the `with` block is entered."""
        self.port = self.visits = self.over = 0
        self._act = act
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lying broker", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        # What serves a client ends when its connection has.
        await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        visit = Visit(self.visits, reader, writer)
        with contextlib.suppress(EOFError, OSError, TimeoutError):
            await visit.greet()
            await self._act(visit)
        writer.transport.abort()
        self.over += 1
