"""Which devices announce themselves on a broker, for a dialog that asks what of them is to be told."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant

from ..bot.discovery.devices import Devices
from ..bot.model.message import Message
from ..bot.model.replies import BotError
from ..bot.model.status import LinkStatus
from ..bot.model.timers import NEVER
from ..bot.model.topics import Subscriptions
from ..bot.reading.readings import Readings
from ..broker.link import BrokerLink
from ..const import CONF_CLIENT_ID, CONF_MODE, DEFAULT_DISCOVERY_PREFIX, Mode
from ..entry.account import is_prosody
from ..entry.connections import broker_settings, broker_tls
from ..hass.connected_broker import ConnectedBroker, async_ha_broker

_FIRST, _CALM, _LONGEST = 0.8, 0.4, 4.0
"""Seconds until the first configuration must have come, without another one, and in all."""


async def async_devices(hass: HomeAssistant, data: Mapping[str, Any]) -> Devices:
    """Listen for a moment with the connection of an entry to be; no devices where it does not work."""
    readings = Readings(prefix=DEFAULT_DISCOVERY_PREFIX)
    through_ha = data[CONF_MODE] == Mode.HOME_ASSISTANT
    if is_prosody(data) or (through_ha and "mqtt" not in hass.data):
        return readings.devices
    try:
        broker = await _async_broker(hass, data)
    except BotError:
        return readings.devices
    await _async_listen(broker, readings)
    while readings.due_at != NEVER:
        readings.tick(0.0)
        await asyncio.sleep(0)
    return readings.devices


async def _async_listen(broker: ConnectedBroker, readings: Readings) -> None:
    online, heard = asyncio.Event(), asyncio.Event()

    def hear(message: Message) -> None:
        readings.learn(message)
        heard.set()

    def changed(status: LinkStatus) -> None:
        if status.online:
            online.set()

    broker.want(Subscriptions().wanted(readings.discovery_filters))
    broker.start(on_message=hear, on_status=changed)
    try:
        async with asyncio.timeout(_LONGEST):
            await online.wait()
            await _async_calm(heard)
    except TimeoutError:
        pass
    finally:
        await broker.stop()


async def _async_calm(heard: asyncio.Event) -> None:
    """Return when nothing more comes."""
    patience = _FIRST
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(patience):
                await heard.wait()
            heard.clear()
            patience = _CALM


async def _async_broker(hass: HomeAssistant, data: Mapping[str, Any]) -> ConnectedBroker:
    """Build a connection that leaves nothing at the broker. Raises BotError for unusable certificates."""

    def create_task(work: Any, name: str) -> asyncio.Task[None]:
        return hass.async_create_background_task(work, f"dinox_mqtt_bot: {name}")

    if data[CONF_MODE] == Mode.HOME_ASSISTANT:
        return await async_ha_broker(hass, create_task)
    settings = broker_settings({**data, CONF_CLIENT_ID: f"{data[CONF_CLIENT_ID]}-look"})
    return BrokerLink(
        replace(settings, session_expiry=0),
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, data),
        run_blocking=hass.async_add_executor_job,
        create_task=create_task,
    )
