"""What rules do in a house with a real broker and chat: deeds, devices that are away, who gets what."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
import json
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from running import (
    ALICE,
    PATIENCE,
    account,
    alerts,
    bot_entry,
    contacts,
    publish,
    running,
    standalone,
    subscribed,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.alerts.rules.grammar import read_rule
from custom_components.dinox_mqtt_bot.bot.discovery.entities import name_words
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Contact,
    Display,
    Follow,
    Priority,
    Scope,
    Subscription,
)
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.person import Person
from lab.servers import Lab, Prosody, Server

BOB = "bob@home.test"
ROOMS = ("back", "hall", "zb", "garden", "cellar")
LAMP = {
    "name": None,
    "uniq_id": "hall",
    "stat_t": "hall/lamp",
    "cmd_t": "hall/lamp/set",
    "device": {"name": "Hall lamp", "identifiers": ["hall"]},
}


@pytest.fixture(scope="session")
def prosody(servers: Lab) -> Prosody:
    return servers.prosody(users={"bot": "botpw", "alice": "alicepw", "bob": "bobpw"})


@dataclass
class House:
    """A bot with rules, and Alice and Bob in their chats."""

    bot: BotRuntime
    port: int
    alice: Person
    bob: Person

    async def announce(self, component: str, config: dict[str, Any]) -> None:
        """Let an entity announce itself, and wait until the bot knows it."""
        topic, name = f"homeassistant/{component}/{config['uniq_id']}/config", config["device"]["name"]
        await publish(self.port, topic, json.dumps(config))
        await until(lambda: self.bot.bot.readings.devices.named(name_words(name)))

    def warned(self, person: Person) -> list[str]:
        return [each.text for each in person.all if each.text[:1] in "⚠🔴"]


def rule(text: str, number: int, **how: Any) -> AlertRule:
    return replace(read_rule(text, lambda topic: "/" in topic), number=number, **how)


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, hass: HomeAssistant, servers: Lab, prosody: Server, mosquitto: Server
) -> AsyncGenerator[House]:
    """The house with the rules and what Bob wants that a test asks for."""
    rules, bob = request.param
    port, tls, mqtt = prosody.ports["c2s"], servers.client_ssl(), mosquitto.ports["mqtt"]
    # Not all topics: on some another test has left something behind.
    heard = topics(*(Subscription(f"{each}/#", display=Display.SILENT) for each in ROOMS))
    people = contacts(Contact(ALICE), Contact(BOB, **bob))
    entry = bot_entry({**standalone(mqtt), **account(port, servers.ca)}, heard + people + alerts(*rules))
    async with (
        Person(ALICE, "alicepw", port, tls) as alice,
        Person(BOB, "bobpw", port, tls) as other,
        running(hass, entry) as bot,
    ):
        await subscribed(bot)
        yield House(bot, mqtt, alice, other)


DEED = [rule('back/door is open then "hall lamp on" afterwards "hall lamp off"', 1, name="Door")]


@pytest.mark.parametrize("house", [(DEED, {})], indirect=True)
async def test_what_a_rule_does_is_published_when_it_fires_and_when_it_is_over(house: House) -> None:
    await house.announce("light", LAMP)

    async def commanded() -> list[str]:
        """Return what came from the broker on the lamp's command topic, the oldest first."""
        return [row.text for row in await house.bot.bot.ports.history.page("hall/lamp/set", 10)]

    for state, payloads in (("closed", []), ("open", ["ON"]), ("closed", ["ON", "OFF"])):
        await publish(house.port, "back/door", state)
        await wait_for(commanded, payloads)


async def wait_for(found: Callable[[], Awaitable[object]], wanted: object) -> None:
    async with asyncio.timeout(PATIENCE):
        while await found() != wanted:
            await asyncio.sleep(0.05)


SILENT = [
    rule(f"zb/{name} stale 2s", number, name=name) for number, name in enumerate(("Attic", "Cellar"), 1)
]


@pytest.mark.parametrize("house", [(SILENT, {})], indirect=True)
async def test_what_is_silent_because_its_bridge_is_away_is_told_as_one_and_judged_again(
    house: House,
) -> None:
    await publish(house.port, "zb/bridge/state", "online")
    for name in ("Attic", "Cellar"):
        config = {
            "name": "Temperature",
            "uniq_id": name,
            "stat_t": f"zb/{name}",
            "avty_t": "zb/bridge/state",
            "device": {"name": f"{name} sensor", "identifiers": [name]},
        }
        await house.announce("sensor", config)
    await publish(house.port, "zb/bridge/state", "offline")
    for name in ("Attic", "Cellar"):
        await publish(house.port, f"zb/{name}", "21")
    await until(lambda: house.warned(house.alice))
    (told,) = house.warned(house.alice)
    assert "zb is away: 2 devices, 1 alert held" in told
    await publish(house.port, "zb/bridge/state", "online")
    for name in ("Attic", "Cellar"):
        await publish(house.port, f"zb/{name}", "22")
    await until(lambda: not house.bot.bot.alerts.active)
    await until(lambda: any("✅" in each.text for each in house.alice.all))
    assert len(house.warned(house.alice)) == 1


HOT = [
    rule("garden/pool > 30", 1, name="Pool"),
    rule("cellar/oven > 30", 2, name="Oven", priority=Priority.CRITICAL),
    rule("garden/sauna > 30", 3, name="Sauna", priority=Priority.CRITICAL),
]
GARDEN = {"about": (Follow(Scope.TOPIC, "garden/#", "garden/#"),), "least": Priority.CRITICAL}


@pytest.mark.parametrize("house", [(HOT, GARDEN)], indirect=True)
async def test_each_is_told_what_is_theirs_and_matters_enough(house: House) -> None:
    for topic, told in (("garden/pool", 1), ("cellar/oven", 2), ("garden/sauna", 3)):
        await publish(house.port, topic, "40")
        await until(lambda told=told: len(house.warned(house.alice)) == told)
    await until(lambda: house.warned(house.bob))
    assert ["Sauna" in text for text in house.warned(house.bob)] == [True]
