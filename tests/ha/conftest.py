"""Home Assistant in the test process, with real servers beside it."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any
from unittest.mock import patch
import uuid

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
import pytest_socket

# Before any `hass`: the test plugin's own `custom_components` would otherwise hide ours.
import custom_components.dinox_mqtt_bot  # noqa: F401
from lab.handshakes import forget_handshakes
from lab.person import Person
from lab.servers import Lab, Prosody, Server

pytest.register_assert_rewrite("running", "flows")
from running import ALICE, NO_ACCOUNT, USERS, account, standalone  # noqa: E402


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """A folder of its own, because the bots' databases are in it."""
    return str(tmp_path)


@pytest.fixture
async def hass(hass: HomeAssistant) -> HomeAssistant:
    """Home Assistant with what it always has when it runs: conversation needs to know what is exposed."""
    assert await async_setup_component(hass, "homeassistant", {})
    return hass


@pytest.fixture(autouse=True)
def _no_negotiations(verify_cleanup: None) -> Generator[None]:
    """Before Home Assistant's test plugin looks for what is left: this is asyncio's."""
    loop = asyncio.get_event_loop()
    yield
    forget_handshakes(loop)


@pytest.fixture(autouse=True)
def _our_integration_and_sockets(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids both unless asked."""


@pytest.fixture(scope="session")
def servers() -> Generator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def mosquitto(servers: Lab) -> Server:
    """A broker for everybody: use topics of your own."""
    return servers.mosquitto()


@pytest.fixture
def own_lab() -> Generator[Lab]:
    """Servers to stop and start, with an authority of their own."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def own_mosquitto(own_lab: Lab) -> Server:
    return own_lab.mosquitto()


@pytest.fixture(scope="session")
def prosody(servers: Lab) -> Prosody:
    return servers.prosody(users=USERS)


@pytest.fixture(scope="module")
def mqtt_prosody(servers: Lab) -> Generator[Prosody]:
    """A Prosody whose module is of 2025."""
    pytest_socket.enable_socket()
    server = servers.prosody(users=USERS, mqtt=True, newer_mqtt=True)
    yield server
    server.stop()


@pytest.fixture
async def alice(socket_enabled: None, servers: Lab, prosody: Prosody) -> AsyncGenerator[Person]:
    """Somebody who has read what an earlier test's bot left at the server."""
    async with Person(ALICE, "alicepw", prosody.ports["c2s"], servers.client_ssl()) as person:
        person.all.clear()
        person.forget()
        yield person


@pytest.fixture
def port(request: pytest.FixtureRequest) -> int:
    """Return the port of the broker for everybody, or of the test's own if it uses `own_mosquitto`."""
    own = "own_mosquitto" in request.fixturenames
    server: Server = request.getfixturevalue("own_mosquitto" if own else "mosquitto")
    return server.ports["mqtt"]


@pytest.fixture
def data(port: int) -> dict[str, Any]:
    """Return the data of a bot without an account."""
    return {**standalone(port), **NO_ACCOUNT}


@pytest.fixture
def both(port: int, prosody: Prosody, servers: Lab) -> dict[str, Any]:
    """Return the data of a bot with broker and account."""
    return {**standalone(port), **account(prosody.ports["c2s"], servers.ca)}


@pytest.fixture
def base() -> str:
    """Return a topic that no other test uses."""
    return f"base/{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def locked_mosquitto(servers: Lab) -> Server:
    """A broker that wants a password."""
    return servers.mosquitto(auth={"ha": "right"})


@pytest.fixture(scope="session")
def tls_mosquitto(servers: Lab) -> Server:
    """A broker that speaks TLS only, with a certificate of the lab's authority."""
    return servers.mosquitto(tls=True)


@pytest.fixture(scope="session")
def mtls_mosquitto(servers: Lab) -> Server:
    """A broker that wants a client certificate."""
    return servers.mosquitto(mtls=True)


@pytest.fixture(scope="session")
def web_mosquitto(servers: Lab) -> Server:
    """A broker that speaks MQTT in WebSockets as well."""
    return servers.mosquitto(websockets=True)


@pytest.fixture
def no_bot() -> Generator[None]:
    """Set entries up without starting a bot: what a flow left behind is what is looked at."""
    package = "custom_components.dinox_mqtt_bot"
    with (
        patch(f"{package}.async_setup_entry", return_value=True),
        patch(f"{package}.async_unload_entry", return_value=True),
    ):
        yield
