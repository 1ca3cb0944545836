"""Home Assistant in the test process, with real servers beside it."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

# Before any `hass`: the test plugin's own `custom_components` would otherwise hide ours.
import custom_components.dinox_mqtt_bot  # noqa: F401
from lab.handshakes import forget_handshakes
from lab.servers import Lab, Server

pytest.register_assert_rewrite("running", "flows")


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
