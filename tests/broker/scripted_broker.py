"""A broker that does what Mosquitto cannot be made to do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from lab.mqtt_wire import Visit

type Act = Callable[[Visit], Awaitable[None]]


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
