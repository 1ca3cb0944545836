"""A house under test: Home Assistant, a broker, an XMPP server as processes, and you with a client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass
from pathlib import Path
import sqlite3
import time
from typing import Any

import aiomqtt

from lab.converse import PROSODY
from lab.hass import DOMAIN, Hass
from lab.person import Person
from lab.prosody import Prosody
from lab.server import LOOPBACK, Server
from lab.servers import Lab

BOT = "bot@home.test"
YOU = "you@home.test"
BROKER_LOGIN = {"username": "house", "password": "broker-secret"}
BROKER_USERS = {"house": "broker-secret", "second": "broker-secret"}
ACCOUNTS = {name: f"{name}-secret" for name in ("bot", "you", "stranger", "shared")}
# How a message about alerts begins.
MARKS = "⚠🔴✅"
# What a broker drops by itself is not our loss: it queues 1,000 for a sleeping session unless told more.
MOSQUITTO = "max_queued_messages 200000"


@dataclass
class House:
    """Everything a test needs. `entry_id` is the config entry of the bot."""

    lab: Lab
    broker: Server
    xmpp: Prosody
    hass: Hass
    you: Person
    entry_id: str

    def broker_answers(self) -> dict[str, Any]:
        """What a user types into the broker step."""
        return {
            "host": LOOPBACK,
            "port": self.broker.ports["mqtt"],
            **BROKER_LOGIN,
            "tls": "off",
            "certificates": {},
            "advanced": {"protocol": "automatic", "transport": "tcp"},
        }

    def xmpp_answers(self, jid: str) -> dict[str, Any]:
        """What a user types into the account step."""
        return {
            "jid": jid,
            "xmpp_password": ACCOUNTS[jid.split("@", maxsplit=1)[0]],
            "advanced": {
                "xmpp_host": LOOPBACK,
                "xmpp_port": self.xmpp.ports["c2s"],
                "xmpp_security": "starttls",
                "xmpp_ca": self.lab.ca.read_text(),
                "insecure_ok": False,
            },
        }

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish one message and wait for the broker."""
        async with self.mqtt() as client:
            await client.publish(topic, payload, qos=qos, retain=retain)

    def mqtt(self) -> aiomqtt.Client:
        """Return an MQTT client of the test's own."""
        return aiomqtt.Client(
            LOOPBACK,
            self.broker.ports["mqtt"],
            **BROKER_LOGIN,
            protocol=aiomqtt.ProtocolVersion.V5,
        )

    @contextlib.asynccontextmanager
    async def heard_by_broker(self, topic: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
        """Listen on a topic; the yielded function returns the next payload."""
        async with self.mqtt() as client:
            await client.subscribe(topic, qos=1)

            async def next_payload() -> str:
                async with asyncio.timeout(60):
                    message = await anext(aiter(client.messages))
                assert isinstance(message.payload, bytes)
                return message.payload.decode()

            yield next_payload

    async def ask(self, text: str, containing: str = "", within: float = 60) -> str:
        """Say something to the bot and return the answer that contains a text."""
        self.you.say(BOT, text)
        return (await self.you.next(containing, within, sender=BOT)).text

    async def make(self, text: str, topic: str) -> str:
        """Say what makes something on a topic, agree if nobody knows it yet, and return the answer."""
        answer = await self.ask(text, topic)
        return await self.ask("yes", topic) if answer.startswith("Nothing is known") else answer

    async def action(self, name: str, **fields: Any) -> Any:
        """Call one of the bot's actions and return its response."""
        return await self.hass.api.call_action(DOMAIN, name, config_entry_id=self.entry_id, **fields)

    @contextlib.asynccontextmanager
    async def rule(self, topic: str, condition: str) -> AsyncIterator[int]:
        """Have an alert rule for a while; yields its number."""
        made = await self.action("alert", topic=topic, condition=condition, force=True)
        try:
            yield made["number"]
        finally:
            await self.action("rmalert", rule=str(made["number"]))

    async def firing(self, rule: int) -> list[dict[str, Any]]:
        """Return the active alerts of a rule."""
        every = (await self.action("alerts"))["rows"]
        return next(each["alerts"] for each in every if each["number"] == rule)

    def notices(self, topic: str) -> list[str]:
        """Return what the bot told of alerts on a topic so far, oldest first, each message once."""
        told = {heard.id: heard.text for heard in self.you.all if heard.sender == BOT and topic in heard.text}
        return [text for text in told.values() if text[0] in MARKS]

    async def state(self, platform: str, ending: str) -> str:
        """Return the state of the one entity of the bot with this platform and end of its id."""
        states = await self.hass.api.states()
        found = [key for key in states if key.startswith(f"{platform}.mqtt_bot") and key.endswith(ending)]
        assert len(found) == 1, sorted(states)
        return str(states[found[0]]["state"])

    async def becomes(self, status: str, within: float = 90) -> None:
        """Wait until the status sensor says this."""
        await until(lambda: self._status_is(status), f"the status did not become {status}", within)

    async def link_is(self, link: str, state: str, within: float = 90) -> None:
        """Wait until the connectivity sensor of a link, `mqtt` or `xmpp`, says `on` or `off`."""

        async def says_so() -> bool:
            return await self.state("binary_sensor", link) == state

        await until(says_so, f"the {link} link did not become {state}", within)

    async def _status_is(self, status: str) -> bool:
        return await self.state("sensor", "_status") == status

    async def settled(self) -> bool:
        """Whether both links of the bot are up, and the server has taken its presence.

        What is written to it before comes late, and a late command is not run.
        """
        seen = self.you.presences.get(BOT)
        return seen is not None and seen.kind == "available" and await self.links_are_up()

    async def links_are_up(self, bots: int = 1) -> bool:
        """Whether both links of so many bots are up."""
        states = await self.hass.api.states()
        ours = [key for key in states if key.startswith("binary_sensor.mqtt_bot")]
        # Alert rules have one each too.
        links = [key for key in ours if key.endswith(("_mqtt", "_xmpp"))]
        return len(links) == 2 * bots and all(states[key]["state"] == "on" for key in links)

    async def begin_anew(self) -> None:
        """Reload the bot, so that it is calm: what it tells next comes at once."""
        await self.hass.api.call_action(
            "homeassistant", "reload_config_entry", response=False, entry_id=self.entry_id
        )
        await until(self.settled, "the bot did not come back")

    async def come_back(self, *, killed: bool = False) -> None:
        """Log in again with your client if its server went away.

        One that was `killed` just now the client may not miss yet.
        """
        if killed or not self.you.client.is_connected():
            await self.you.leave()
            await self.you.arrive()

    def rows(self, topic: str) -> list[tuple[str, int]]:
        """Return text and repeated mark of a topic's history, oldest first, straight from the file."""
        path = self.hass.directory / ".storage" / DOMAIN / f"{self.entry_id}.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return list(
                database.execute(
                    "SELECT messages.text, messages.repeated FROM messages"
                    " JOIN topics ON topics.id = messages.topic_id"
                    " WHERE topics.topic = ? ORDER BY messages.id",
                    (topic,),
                )
            )


@contextlib.asynccontextmanager
async def built(lab: Lab, directory: Path, broker_options: str = "") -> AsyncIterator[House]:
    """Start a house with a bot that has one contact, and end it."""
    broker = lab.mosquitto(auth=BROKER_USERS, extra=f"{MOSQUITTO}\n{broker_options}")
    xmpp = lab.prosody(users=ACCOUNTS, **PROSODY)
    you = Person(YOU, ACCOUNTS["you"], xmpp.ports["c2s"], lab.client_ssl())
    await you.arrive()
    hass = Hass(directory)
    house = House(lab, broker, xmpp, hass, you, "")
    await hass.start()
    try:
        entry = await hass.add(
            {"next_step_id": "standalone"},
            house.broker_answers(),
            house.xmpp_answers(BOT),
            {"contact": YOU, "topics": ["e2e/#"]},
        )
        house.entry_id = entry["entry_id"]
        yield house
    finally:
        await hass.stop()
        await you.leave()


async def until(attempt: Callable[[], Awaitable[bool]], complaint: str, within: float = 60) -> None:
    """Repeat until it is true. Raises AssertionError."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if await attempt():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(complaint)
