"""Short visits to a broker that a bot has left: is it another one, and what is to be taken away there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant

from ..bot.model.message import Message, QoS
from ..bot.model.replies import BotError
from ..bot.model.status import LinkStatus
from ..bot.peers.beacon import read
from ..broker.link import BrokerLink
from ..entry.connections import broker_settings, broker_tls
from ..entry.place import Place
from ..hass.connected_broker import ConnectedBroker, async_ha_broker
from .runtime import BotRuntime

# How long a broker may take for a retained message, and to close the connection that lost its session.
LISTEN_SECONDS = 1.0

_DAY = 86_400
# The broker will not have it, so there is nothing.
_NOTHING_THERE = frozenset({"publish_refused", "retain_unavailable"})


async def async_clear(hass: HomeAssistant, place: Place, *, session_only: bool = False) -> None:
    """End the session and take back what is retained; the caller limits the time. Raises BotError."""
    broker = await _async_broker(hass, place)

    async def clear() -> None:
        for topic in () if session_only else place.topics:
            await _async_clear_topic(broker, topic)

    await _async_visit(broker, clear)


async def _async_clear_topic(broker: ConnectedBroker, topic: str) -> None:
    try:
        await broker.publish(topic, b"", QoS.AT_LEAST_ONCE, retain=True)
    except BotError as err:
        if err.key not in _NOTHING_THERE:
            raise


async def async_is_same(hass: HomeAssistant, place: Place, bot: BotRuntime) -> bool:
    """Say whether a bot, as it runs now, is at the broker of that place, which has got another address.

    The bot's status says since when it runs. Where it tells none, its session is borrowed for a moment.
    The caller limits the time. Raises BotError.
    """
    if not bot.on_mqtt.silent:
        return await _async_sees(hass, place, bot)
    if place.shared or not isinstance(bot.broker, BrokerLink):
        return False
    return await _async_borrows(hass, place, bot.broker)


async def _async_sees(hass: HomeAssistant, place: Place, bot: BotRuntime) -> bool:
    """Look for the status of this very run."""
    found = asyncio.Event()

    def hear(message: Message) -> None:
        beacon = read(message.payload)
        if message.topic == place.topic and beacon is not None and beacon.since == int(bot.on_mqtt.since):
            found.set()

    aside = replace(place, data={**place.data, "client_id": f"{place.bot_id}-look"})
    broker = await _async_broker(hass, aside)
    broker.want({place.topic: QoS.AT_LEAST_ONCE})

    async def look() -> None:
        try:
            async with asyncio.timeout(LISTEN_SECONDS):
                await found.wait()
        except TimeoutError:
            pass

    await _async_visit(broker, look, hear)
    return found.is_set()


async def _async_borrows(hass: HomeAssistant, place: Place, link: BrokerLink) -> bool:
    """Log in with the bot's client id, without ending its session, and see whether the bot is thrown out."""
    broker = await _async_broker(hass, place, session_expiry=_DAY)
    before = link.connack
    lost = False

    async def wait() -> None:
        nonlocal lost
        until = hass.loop.time() + LISTEN_SECONDS
        while not lost and hass.loop.time() < until:
            lost = link.connack is not before
            await asyncio.sleep(0.02)

    await _async_visit(broker, wait)
    if lost:
        link.reconnect()
    return lost


def _ignore(_message: Message) -> None:
    """Take no notice of a message: it was for the bot."""


async def _async_visit(
    broker: ConnectedBroker, act: Callable[[], Any], hear: Callable[[Message], None] = _ignore
) -> None:
    """Connect, do something there, and go."""
    there = asyncio.Event()

    def changed(status: LinkStatus) -> None:
        if status.online:
            there.set()

    broker.start(on_message=hear, on_status=changed)
    try:
        await there.wait()
        await act()
    finally:
        await broker.stop()


async def _async_broker(hass: HomeAssistant, place: Place, *, session_expiry: int = 0) -> ConnectedBroker:
    """Build a connection that leaves nothing at the broker, unless its session is to stay."""

    def create_task(work: Any, name: str) -> asyncio.Task[None]:
        return hass.async_create_background_task(work, f"{place.name}: {name}")

    if place.shared:
        return await async_ha_broker(hass, create_task)
    return BrokerLink(
        replace(broker_settings(place.data), session_expiry=session_expiry),
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, place.data),
        run_blocking=hass.async_add_executor_job,
        create_task=create_task,
    )
