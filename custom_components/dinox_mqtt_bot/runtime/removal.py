"""What is left to do at the broker once a bot has been removed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module

from ..bot.model.errors import BotError
from ..bot.model.message import Message, QoS
from ..bot.model.status import LinkStatus, Phase
from ..bot.peers.beacon import status_topic
from ..broker.link import BrokerLink
from ..const import CONF_MODE, Mode
from ..entry.beacon import bot_id, unfit
from ..entry.connections import broker_settings, broker_tls

if TYPE_CHECKING:
    from ..hass.mqtt_broker import HaBroker

_LOGGER = logging.getLogger(__name__)

CLEAR_SECONDS = 5.0


async def async_clear_status(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take the retained status of a bot back that is removed, if its broker can be reached; end its session too."""
    if unfit(entry.data):
        return
    there = asyncio.Event()

    def changed(status: LinkStatus) -> None:
        if status.phase is Phase.ONLINE:
            there.set()

    try:
        broker = await _async_own_broker(hass, entry, changed)
        broker.start()
        try:
            async with asyncio.timeout(CLEAR_SECONDS):
                await there.wait()
                await broker.publish(status_topic(bot_id(entry)), b"", QoS.AT_LEAST_ONCE, retain=True)
        finally:
            await broker.stop()
    except BotError, TimeoutError:
        _LOGGER.warning(
            "The status of %s stays at the broker, on %s", entry.title, status_topic(bot_id(entry))
        )


async def _async_own_broker(
    hass: HomeAssistant, entry: ConfigEntry[Any], on_status: Callable[[LinkStatus], None]
) -> BrokerLink | HaBroker:
    """Build a connection that subscribes to nothing and leaves nothing at the broker."""

    def create_task(work: Any, name: str) -> asyncio.Task[None]:
        return hass.async_create_background_task(work, f"{entry.title}: {name}")

    def ignore(_message: Message) -> None:
        """Nothing is subscribed to."""

    if Mode(entry.data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        module = await async_import_module(hass, f"{__package__.rpartition('.')[0]}.hass.mqtt_broker")
        broker: HaBroker = module.HaBroker(
            hass, on_message=ignore, on_status=on_status, create_task=create_task
        )
        return broker
    return BrokerLink(
        replace(broker_settings(entry.data), session_expiry=0),
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, entry.data),
        on_message=ignore,
        on_status=on_status,
        run_blocking=hass.async_add_executor_job,
        create_task=create_task,
    )
