"""A server on loopback in a thread of its own, so that the event loop under attack does not wait for it."""

import asyncio
import threading
from typing import Any, Self

from lab.ports import LOOPBACK


class ThreadServer:
    """Listens while its `with` block lasts; `serve` is called in the thread, for each connection."""

    def __init__(self, name: str) -> None:
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_unhandled)
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self.loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        raise NotImplementedError

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self.serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        # What serves a client ends when its connection has.
        await asyncio.sleep(0.05)


def _unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Let a lost connection be: what nobody asked for is told by whichever thread sweeps it up."""
    if not isinstance(context.get("exception"), OSError):
        loop.default_exception_handler(context)
