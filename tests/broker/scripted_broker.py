"""A broker that does what Mosquitto cannot be made to do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import struct

from mqtt_wire import connack, packet

type Act = Callable[[Visit], Awaitable[None]]


class Visit:
    """One connection of a client. `version` is 4 or 5, `number` counts from 1."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.version = 0
        self.flags = 0
        self._reader = reader
        self.writer = writer

    @property
    def v5(self) -> bool:
        return self.version == 5

    @property
    def has_will(self) -> bool:
        return bool(self.flags & 4)

    async def packet(self) -> tuple[int, bytes]:
        """Return type and body of the next packet. Raises IncompleteReadError at the end."""
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
                self.send(b"\xd0\0")

    async def greet(self) -> None:
        """Read CONNECT; anything else is no client."""
        head, body = await self.packet()
        if head != 0x10:
            raise ConnectionError
        self.version, self.flags = body[6], body[7]

    async def welcome(self, properties: bytes = b"", *, session_present: bool = False) -> None:
        """Accept the login."""
        self.send(connack(v5=self.v5, session_present=session_present, properties=properties))

    async def grant(self, *codes: int) -> bytes:
        """Answer the next SUBSCRIBE; return its body."""
        body = await self.expect(8)
        self.send(packet(0x90, body[:2] + (b"\0" if self.v5 else b"") + bytes(codes)))
        return body

    async def acknowledge_publish(self) -> bytes:
        """Answer the next PUBLISH of QoS 1; return its body."""
        body = await self.expect(3)
        size = struct.unpack("!H", body[:2])[0]
        self.send(packet(0x40, body[2 + size : 4 + size]))
        return body

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def forever(self) -> None:
        """Stay until the client goes; answer pings."""
        await self.expect(14)


class ScriptedBroker:
    """Listens on a port of the loopback; `versions` and `wills` tell what each login looked like."""

    def __init__(self, act: Act) -> None:
        self.port = 0
        self.visits: list[Visit] = []
        self._act = act
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def versions(self) -> list[int]:
        return [visit.version for visit in self.visits]

    @property
    def wills(self) -> list[bool]:
        return [visit.has_will for visit in self.visits]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = Visit(len(self.visits) + 1, reader, writer)
        self.visits.append(visit)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await visit.greet()
            await self._act(visit)
        except asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError:
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        for task in self._serving:
            task.cancel()
        await self._server.wait_closed()


@asynccontextmanager
async def scripted(act: Act) -> AsyncIterator[ScriptedBroker]:
    """Run a broker that does this with every client."""
    broker = ScriptedBroker(act)
    await broker.open()
    try:
        yield broker
    finally:
        await broker.close()
