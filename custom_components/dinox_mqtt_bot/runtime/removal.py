"""What is left to do at the broker once a bot has been removed."""

import asyncio
from dataclasses import replace
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..bot.model.errors import BotError
from ..bot.model.message import Message, QoS
from ..bot.model.status import LinkStatus, Phase
from ..bot.peers.beacon import status_topic
from ..broker.link import BrokerLink
from ..const import CONF_MODE, Mode
from ..entry.beacon import bot_id, unfit
from ..entry.connections import broker_settings, broker_tls
from ..hass.connected_broker import ConnectedBroker, async_ha_broker

_LOGGER = logging.getLogger(__name__)

CLEAR_SECONDS = 5.0


async def async_clear_status(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take a removed bot's retained status back if its broker can be reached; end its session too."""
    if unfit(entry.data):
        return
    there = asyncio.Event()

    def changed(status: LinkStatus) -> None:
        if status.phase is Phase.ONLINE:
            there.set()

    def ignore(_message: Message) -> None:
        """Nothing is subscribed to."""

    try:
        broker = await _async_own_broker(hass, entry)
        broker.start(on_message=ignore, on_status=changed)
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


async def _async_own_broker(hass: HomeAssistant, entry: ConfigEntry[Any]) -> ConnectedBroker:
    """Build a connection that subscribes to nothing and leaves nothing at the broker."""

    def create_task(work: Any, name: str) -> asyncio.Task[None]:
        return hass.async_create_background_task(work, f"{entry.title}: {name}")

    if Mode(entry.data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        return await async_ha_broker(hass, create_task)
    return BrokerLink(
        replace(broker_settings(entry.data), session_expiry=0),
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, entry.data),
        run_blocking=hass.async_add_executor_job,
        create_task=create_task,
    )
