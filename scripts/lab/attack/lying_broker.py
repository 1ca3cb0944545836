"""A broker that lies: MQTT on loopback, in a thread of its own, one act for each connection."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import threading
from typing import Self

from lab.ports import LOOPBACK

from .packets import connack, packet

type Act = Callable[[Visit], Awaitable[None]]


class Visit:
    """One connection of a client, the `number`th."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.v5 = False
        self.writer = writer
        self._reader = reader

    async def greet(self) -> None:
        """Read CONNECT. Raises ConnectionError if that is something else."""
        head, body = await self.packet()
        if head != 0x10:
            raise ConnectionError
        self.v5 = body[6] == 5

    async def packet(self) -> tuple[int, bytes]:
        """Return first byte and body of the next packet."""
        head = (await self._reader.readexactly(1))[0]
        size = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return head, await self._reader.readexactly(size)

    async def expect(self, kind: int) -> bytes:
        """Return the body of the next packet of this type; pings before it are answered."""
        while True:
            head, body = await self.packet()
            if head >> 4 == kind:
                return body
            if head == 0xC0:
                self.send(packet(0xD0))

    async def welcome(self) -> None:
        """Let the client in, and grant what it subscribes to."""
        self.send(connack(v5=self.v5))
        await self.grant(1)

    async def grant(self, code: int) -> None:
        """Answer the next SUBSCRIBE with as many codes as it has filters."""
        body = await self.expect(8)
        self.send(packet(0x90, body[:2] + (b"\0" if self.v5 else b"") + bytes([code]) * self._filters(body)))

    def _filters(self, body: bytes) -> int:
        at, count = 2, 0
        if self.v5:
            at += 1 + body[at]
        while at < len(body):
            at += 3 + int.from_bytes(body[at : at + 2])
            count += 1
        return count

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        while await self._reader.read(65_536):
            pass


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
