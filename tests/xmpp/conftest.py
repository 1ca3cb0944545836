"""Real servers: Prosody and ejabberd, once for the whole session; some tests start one of their own."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator

from liar import Liar, link_to
from people import PASSWORDS, Probed, World, world_of
import pytest
import pytest_socket

from lab.handshakes import forget_handshakes
from lab.releases import NEWEST_EJABBERD
from lab.servers import Lab, Server


@pytest.fixture(autouse=True)
def _no_negotiations(verify_cleanup: None) -> Generator[None]:
    """Before Home Assistant's test plugin looks for what is left: this is asyncio's."""
    loop = asyncio.get_event_loop()
    yield
    forget_handshakes(loop)


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets."""


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    pytest_socket.enable_socket()
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def prosody(lab: Lab) -> Server:
    pytest_socket.enable_socket()
    return lab.prosody(users=PASSWORDS)


@pytest.fixture(scope="session")
def ejabberd(lab: Lab) -> Server:
    pytest_socket.enable_socket()
    return lab.ejabberd(users=PASSWORDS)


@pytest.fixture(scope="session")
def newest_ejabberd(lab: Lab) -> Server:
    pytest_socket.enable_socket()
    return lab.ejabberd(users=PASSWORDS, release=str(NEWEST_EJABBERD.values[0]))


@pytest.fixture
def own_prosody(lab: Lab) -> Iterator[Server]:
    """A server that one test may stop."""
    server = lab.prosody(users=PASSWORDS)
    yield server
    server.stop()


@pytest.fixture
async def world(lab: Lab, prosody: Server) -> AsyncIterator[World]:
    async with world_of(lab, prosody) as world:
        yield world


@pytest.fixture(params=["prosody", "ejabberd", pytest.param("newest_ejabberd", marks=NEWEST_EJABBERD.marks)])
async def either(lab: Lab, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Either server."""
    server = request.getfixturevalue(request.param)
    async with world_of(lab, server) as world:
        yield world


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    async with Liar() as liar:
        yield liar


@pytest.fixture
async def link(liar: Liar) -> AsyncIterator[Probed]:
    probed = link_to(liar)
    yield probed
    await probed.link.stop()
