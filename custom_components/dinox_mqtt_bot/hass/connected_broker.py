"""Home Assistant's own MQTT connection as a broker, loaded when a bot wants it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module

from ..bot.model.message import Message
from ..bot.model.status import LinkStatus
from ..bot.ports import Broker
from .tasks import CreateTask


class ConnectedBroker(Broker, Protocol):
    """What every broker is besides: it can be started, paused and stopped."""

    def start(
        self, *, on_message: Callable[[Message], None], on_status: Callable[[LinkStatus], None]
    ) -> None:
        """Connect, and keep the connection from now on."""

    def pause(self) -> None:
        """Deliver nothing more until `start`; what is published goes out still."""

    async def stop(self) -> None:
        """Disconnect, and leave nothing running."""

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Take note that these messages are safe."""

    def acknowledge_all(self) -> None:
        """Take note that all messages so far are as safe as they will be."""


async def async_ha_broker(hass: HomeAssistant, create_task: CreateTask) -> ConnectedBroker:
    """Build a `HaBroker`; its module loads `mqtt`: not before it is wanted, nor in the event loop."""
    module = await async_import_module(hass, f"{__package__}.mqtt_broker")
    broker: ConnectedBroker = module.HaBroker(hass, create_task=create_task)
    return broker
