"""Two bots that know each other: what one says is never the other's command, and nothing runs in a circle."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from aiomqtt import Client, MqttError, ProtocolVersion
from homeassistant.core import HomeAssistant
import pytest
from running import (
    BOT,
    LOOPBACK,
    NO_ACCOUNT,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Bridge, Contact, Direction, Format, Role
from custom_components.dinox_mqtt_bot.const import CONF_CLIENT_ID, CONF_JID, CONF_XMPP_PASSWORD
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES
from lab.servers import Prosody, Server

OTHER = "other@home.test"


@pytest.fixture
def two(both: dict[str, Any], prosody: Prosody) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data of two bots on one broker and one XMPP server."""
    prosody.account("other", "otherpw")
    own = {CONF_JID: OTHER, CONF_XMPP_PASSWORD: "otherpw", CONF_CLIENT_ID: f"{both[CONF_CLIENT_ID]}-other"}
    return both, {**both, **own}


@asynccontextmanager
async def counted(port: int, base: str) -> AsyncGenerator[list[tuple[str, str]]]:
    """Collect what is published below a topic."""
    heard: list[tuple[str, str]] = []

    async def listen(client: Client) -> None:
        with suppress(MqttError):  # so it ends
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                heard.append((str(message.topic), message.payload.decode()))

    async with Client(LOOPBACK, port, protocol=ProtocolVersion.V5) as client:
        await client.subscribe(f"{base}/#", qos=1)
        listening = asyncio.create_task(listen(client))
        yield heard
        listening.cancel()
        await asyncio.wait([listening])


async def settled(*bots: Any) -> None:
    """Wait until nobody has anything more to say."""
    quiet = 0
    while quiet < 20:
        await asyncio.sleep(0.05)
        quiet = 0 if any(bot.bot.status.undelivered for bot in bots) else quiet + 1


@pytest.mark.parametrize("shared", [True, False])
async def test_two_bots_that_bridge_to_each_other_both_ways_come_to_rest(
    hass: HomeAssistant, two: tuple[dict[str, Any], dict[str, Any]], port: int, base: str, *, shared: bool
) -> None:
    """All that is on the topics goes to the other bot, all that it says to a topic: of both, or of each."""
    entries = []
    for data, peer, name in zip(two, (OTHER, BOT), "ab", strict=True):
        bridge = Bridge(
            f"{base}/#", peer, direction=Direction.BOTH, format=Format.PAYLOAD, per_minute=0, role=Role.VIEWER
        )
        bridge = replace(bridge, topic=f"{base}/said" if shared else f"{base}/said/{name}")
        rules = [*contacts(Contact(peer, role=Role.ADMIN, receives=True)), BRIDGES.write(bridge)]
        entries.append(bot_entry(data, [*rules, *topics(f"{base}/#")]))
    async with running(hass, entries[0]) as first, running(hass, entries[1]) as second:
        for bot in (first, second):
            await reachable(bot)
        async with counted(port, base) as heard:
            for number in range(5):
                await publish(port, f"{base}/sensor", f"value {number}")
            await publish(port, f"{base}/sensor", "/mqtt pause")
            await publish(port, f"{base}/sensor", "pause")
            await until(lambda: len(heard) >= 7)
            await settled(first, second)
            # Each value comes from the sensor, and at most once more from each of the two: by the bridge,
            # and as what a contact is told.
            assert 7 <= len(heard) <= 5 * 7
            for payload in {payload for _, payload in heard}:
                assert sum(payload == each for _, each in heard) <= 3
            before = len(heard)
            await settled(first, second)
            assert len(heard) == before
        assert not first.bot.paused
        assert not second.bot.paused


async def test_two_bots_that_are_contacts_of_each_other_do_not_answer(
    hass: HomeAssistant, two: tuple[dict[str, Any], dict[str, Any]], port: int, base: str
) -> None:
    """Everything that one is told the other hears, and neither asks, answers, nor does what it says."""
    first_entry = bot_entry(two[0], [*contacts(Contact(OTHER, role=Role.ADMIN)), *topics(f"{base}/#")])
    second_entry = bot_entry(two[1], [*contacts(Contact(BOT, role=Role.ADMIN)), *topics(f"{base}/#")])
    async with running(hass, first_entry) as first, running(hass, second_entry) as second:
        told: dict[str, int] = {}
        for bot in (first, second):
            await reachable(bot)
            put = bot.bot.ports.outbox.put

            def counting(notice: Any, put: Any = put) -> None:
                told[notice.text] = told.get(notice.text, 0) + 1
                put(notice)

            bot.bot.ports.outbox.put = counting
        for words in ("pause", "/mqtt pause", "what is that?", "yes"):
            first.bot.send(words, OTHER)
            second.bot.send(words, BOT)
        await settled(first, second)
        assert told == {"pause": 2, "/mqtt pause": 2, "what is that?": 2, "yes": 2}
        assert not first.bot.paused
        assert not second.bot.paused


async def test_two_bots_hear_two_brokers_at_once(
    hass: HomeAssistant, mosquitto: Server, own_mosquitto: Server, base: str
) -> None:
    ports = [server.ports["mqtt"] for server in (mosquitto, own_mosquitto)]
    one, other = (
        bot_entry(standalone(port) | NO_ACCOUNT | {CONF_CLIENT_ID: f"at-{port}"}, topics(f"{base}/#"))
        for port in ports
    )
    async with running(hass, one) as first, running(hass, other) as second:
        await publish(ports[0], f"{base}/a", "1")
        await until(lambda: first.bot.status.messages == 1)
        await publish(ports[1], f"{base}/a", "2")
        await publish(ports[1], f"{base}/b", "3")
        await until(lambda: second.bot.status.messages == 2)
        assert first.bot.status.messages == 1
