"""The arrangements of `docs/networks.md`, with the configuration that is written there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
from pathlib import Path
import re
from uuid import uuid4

import aiomqtt
from house import BOT, YOU, House, until
import pytest

from lab.hass import Hass
from lab.person import Person
from lab.releases import NEWEST_EJABBERD, OWN
from lab.servers import LOOPBACK, Ejabberd, Lab, Server

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
USERS = {name: f"{name}-secret" for name in ("bot", "you", "home")}


def written(language: str, containing: str) -> str:
    """Return the one block of the page that contains a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if containing in block]
    return str(block)


# Everything at home.


async def test_at_home_a_lamp_is_known_by_name_and_switched_in_the_chat(house: House) -> None:
    announced = "homeassistant/light/net_lamp/config"
    lamp = {
        "name": "Net lamp",
        "unique_id": "net_lamp",
        "state_topic": "e2e/net/lamp",
        "command_topic": "e2e/net/lamp/set",
    }
    await house.publish(announced, json.dumps(lamp), retain=True)
    try:
        async with house.heard_by_broker("e2e/net/lamp/set") as next_payload:
            await house.publish("e2e/net/lamp", "OFF", retain=True)
            await house.you.next("*Net lamp* off", sender=BOT)
            await house.ask("/mqtt set net lamp on", "Net lamp")
            assert await next_payload() == "ON"
            await house.publish("e2e/net/lamp", "ON", retain=True)
            await house.you.next("Net lamp: on", sender=BOT)
    finally:
        for topic in (announced, "e2e/net/lamp"):
            await house.publish(topic, "", retain=True)


# The bot on a server, the sensors at home.


@dataclass
class TwoSites:
    """A home with a Mosquitto and a server with an ejabberd, where the bot is, and you with your client."""

    home: Server
    server: Ejabberd
    you: Person

    def at_home(self) -> aiomqtt.Client:
        """Return a client of a device at home."""
        return aiomqtt.Client(LOOPBACK, self.home.ports["mqtt"], protocol=aiomqtt.ProtocolVersion.V5)

    async def measure(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Let a sensor at home publish."""
        async with self.at_home() as sensor:
            await sensor.publish(topic, payload, qos=1, retain=retain)


@pytest.fixture(scope="module", params=[OWN, NEWEST_EJABBERD])
async def sites(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[TwoSites]:
    release = str(request.param)
    server = lab.ejabberd(users=USERS, mqtt_options=access_of_the_page(), release=release)
    home = lab.mosquitto(extra=connection_of_the_page(lab, server))
    hass = Hass(Path(tmp_path_factory.mktemp("server")))
    you = Person(YOU, USERS["you"], server.ports["c2s"], lab.client_ssl())
    await you.arrive()
    await hass.start()
    try:
        account = {
            "jid": BOT,
            "xmpp_password": USERS["bot"],
            "advanced": {
                "xmpp_host": LOOPBACK,
                "xmpp_port": server.ports["c2s"],
                "xmpp_ca": lab.ca.read_text(),
            },
        }
        mqtt = {"host": LOOPBACK, "port": server.ports["mqtts"], "encrypted": True}
        await hass.add(
            {"next_step_id": "xmpp_account"},
            account,
            {"server": "ejabberd", "pubsub_only": False, **mqtt},
            {"contact": YOU, "topics": ["home/#"]},
        )
        yield TwoSites(home, server, you)
    finally:
        await hass.stop()
        await you.leave()
        home.stop()
        server.stop()


def connection_of_the_page(lab: Lab, server: Server) -> str:
    """Return the lines for Mosquitto, with the addresses and the login of the lab."""
    lines = written("conf", "connection server")
    for there, here in {
        "example.org:8883": f"{LOOPBACK}:{server.ports['mqtts']}",
        "/etc/ssl/certs/ca-certificates.crt": str(lab.ca),
        "home@example.org": f"home@{lab.domain}",
        "remote_password secret": f"remote_password {USERS['home']}",
    }.items():
        assert there in lines
        lines = lines.replace(there, here)
    return lines + "restart_timeout 1 2\n"


def access_of_the_page() -> str:
    """Return the options for ejabberd's broker, on the domain of the lab."""
    lines = written("yaml", "mod_mqtt").split("mod_mqtt:\n")[1]
    return "\n" + lines.replace("example.org", Lab.domain)


async def test_what_is_measured_at_home_is_told_by_the_bot_on_the_server(sites: TwoSites) -> None:
    await until_connected(sites)
    await sites.measure("home/sensors/kitchen", '{"temperature": 21.5, "unit": "°C"}')
    heard = await sites.you.next("home/sensors/kitchen", sender=BOT)
    assert "21.5 °C" in heard.text


async def test_what_is_asked_for_in_the_chat_is_done_at_home(sites: TwoSites) -> None:
    await until_connected(sites)
    async with sites.at_home() as lamp:
        await lamp.subscribe("home/actuators/#", qos=1)
        sites.you.say(BOT, "/mqtt publish home/actuators/lamp/set ON")
        async with asyncio.timeout(60):
            message = await anext(aiter(lamp.messages))
        assert (str(message.topic), message.payload) == ("home/actuators/lamp/set", b"ON")
    await sites.you.next("Published to home/actuators/lamp/set: ON", sender=BOT)


async def test_what_the_server_does_not_allow_is_told(sites: TwoSites) -> None:
    await until_connected(sites)
    sites.you.say(BOT, "/mqtt publish home/sensors/kitchen 99")
    await sites.you.next("The broker refused the message", sender=BOT)


async def test_what_is_measured_while_the_server_is_down_is_told_afterwards(sites: TwoSites) -> None:
    await until_connected(sites)
    await sites.you.leave()
    sites.server.stop()
    await sites.measure("home/sensors/freezer", "-3.5 °C", retain=True)
    sites.server.start()
    await sites.you.arrive()
    heard = await sites.you.next("home/sensors/freezer", 60, sender=BOT)
    assert "-3.5 °C" in heard.text.replace("−", "-")


async def until_connected(sites: TwoSites) -> None:
    """Wait until a value from home comes to the chat."""
    sites.you.forget()

    async def comes() -> bool:
        # Another one each time: what stays as it is is not told again.
        await sites.measure("home/sensors/probe", f"are you there {uuid4()}")
        return any("are you there" in heard.text for heard in await sites.you.silence(0.5))

    await until(comes, "nothing comes from home", 60)
    sites.you.forget()
