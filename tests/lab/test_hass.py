"""What the web page can do, over the same doors."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.devices import Value
from lab.flows import Account
from lab.hass import Hass
from lab.home import Home
from lab.person import Person
from lab.servers import Lab, Server

BOT, YOU = "bot@home.test", "you@home.test"


@pytest.fixture
async def lab(socket_enabled: None) -> AsyncIterator[Lab]:
    with Lab() as lab:
        yield lab


def publish(broker: Server, *values: Value) -> None:
    """Publish from the simulated home."""
    with Home(broker.ports["mqtt"]) as home:
        home.publish(*values)


async def test_a_bot_on_home_assistants_own_connection_talks_to_its_contact(lab: Lab, tmp_path: Path) -> None:
    broker = lab.mosquitto()
    server = lab.prosody(users={"bot": "secret", "you": "secret"}, tls_required=True)
    port = server.ports["c2s"]
    async with (
        Hass(tmp_path) as hass,
        Person(YOU, "secret", port, lab.client_ssl()) as you,
    ):
        # Retained: Home Assistant subscribes when it finds the time.
        values = [
            Value(topic, payload, 1, retain=True) for topic, payload in (("a/1", b"one"), ("b/1", b"two"))
        ]
        await asyncio.to_thread(publish, broker, *values)
        await hass.add_mqtt(broker.ports["mqtt"])
        entry = await hass.add_bot(None, Account(BOT, "secret", port, lab.ca), YOU, ["a/#"])
        await hass.add_rule(entry, "topic", filter="b/#")
        heard = await you.next("one", 30)
        if "two" not in heard.text:
            await you.next("two", 15)
        assert not hass.complaints()
