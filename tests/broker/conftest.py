"""Real brokers, links to them, and a second client on the other side."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from broker_bench import Bench, Opener, Peer
import pytest
import pytest_socket

from custom_components.dinox_mqtt_bot.broker import backoff
from lab.servers import Lab, Server


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    pytest_socket.enable_socket()
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def mosquitto(lab: Lab) -> Server:
    """A broker that nobody stops."""
    return lab.mosquitto()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second for what is decided at once."""
    monkeypatch.setattr(backoff, "_FIRST", 0.05)


@pytest.fixture
async def link(socket_enabled: None) -> AsyncIterator[Opener]:
    """Open links, as many as a test wants; all are stopped at the end."""
    benches: list[Bench] = []

    def open_link(server: Server | int, **settings: Any) -> Bench:
        bench = Bench(server if isinstance(server, int) else server.ports["mqtt"], settings)
        benches.append(bench)
        bench.start()
        return bench

    yield open_link
    # The one opened last first: it may have a session that an earlier one has lost to it.
    for bench in reversed(benches):
        async with asyncio.timeout(20):
            await bench.link.stop()


@pytest.fixture
async def peer(socket_enabled: None, mosquitto: Server) -> AsyncIterator[Peer]:
    """A client of another kind at the broker that nobody stops."""
    async with Peer(mosquitto.ports["mqtt"]) as peer:
        yield peer
