"""The picture of an alert: the words first and whatever comes, then what the rule shows."""

import asyncio
import re
from typing import Any, override

from homeassistant.components.camera import Camera
from homeassistant.components.camera.const import DATA_COMPONENT as CAMERAS
from homeassistant.components.image import ImageEntity
from homeassistant.components.image.const import DATA_COMPONENT as IMAGES
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
import pytest
from running import ALICE, alerts, bot_entry, contacts, reachable, running, topics, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Condition,
    Display,
    Operator,
    Subscription,
)
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.person import Heard, Person
from lab.servers import Lab

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TOPIC = "cold/freezer"
SILENT = topics(Subscription("cold/#", display=Display.SILENT))


class Garden(Camera):
    """A camera that sees something once it is let, or is broken."""

    _attr_name = "Garden"

    def __init__(self, picture: bytes | None) -> None:
        super().__init__()
        self.content_type = "image/png"
        self.let = asyncio.Event()
        self._picture = picture

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        await self.let.wait()
        return self._picture


class Door(ImageEntity):
    """What was seen at the door last."""

    _attr_name = "Door"
    _attr_content_type = "image/png"

    @override
    async def async_image(self) -> bytes:
        return PNG


def warm(picture: str, topic: str = TOPIC, name: str = "Freezer") -> AlertRule:
    return AlertRule(topic, Condition(Operator.ABOVE, ("-15",)), name=name, picture=picture)


async def garden(hass: HomeAssistant, picture: bytes | None) -> Garden:
    assert await async_setup_component(hass, "camera", {})
    camera = Garden(picture)
    await hass.data[CAMERAS].async_add_entities([camera])
    return camera


def come(bot: BotRuntime, *values: str, topic: str = TOPIC) -> None:
    """Let values come in, a minute between each."""
    now = bot.clock.now()
    for ago, value in zip(reversed(range(len(values))), values, strict=True):
        bot.bot.receive(Message(topic, value.encode(), received=now - 60.0 * ago))


def pictures(alice: Person) -> list[Heard]:
    return [each for each in alice.all if each.text.startswith("https://")]


async def fetched(hass: HomeAssistant, servers: Lab, heard: Heard) -> bytes:
    async with async_get_clientsession(hass).get(heard.text, ssl=servers.client_ssl()) as answer:
        return await answer.read()


async def test_the_chart_of_the_last_hour_follows_and_a_thumb_below_it_acknowledges(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, servers: Lab
) -> None:
    entry = bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(warm("chart"))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        come(bot, "-19", "-18", "-12")
        words = await alice.next("⚠ *Freezer*")
        picture = await alice.next("/chart.png")
        assert alice.all.index(words) < alice.all.index(picture)
        assert (await fetched(hass, servers, picture)).startswith(b"\x89PNG")
        alice.react("bot@home.test", picture.id, "👍")
        await until(lambda: bot.bot.alerts.active[0].acknowledged_by == ALICE)


@pytest.mark.parametrize(("entity", "name"), [("camera.garden", "garden"), ("image.door", "door")])
async def test_what_a_camera_or_an_image_shows_follows(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, servers: Lab, entity: str, name: str
) -> None:
    (await garden(hass, PNG)).let.set()
    assert await async_setup_component(hass, "image", {})
    await hass.data[IMAGES].async_add_entities([Door(hass)])
    entry = bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(warm(entity))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        come(bot, "-12")
        await alice.next("⚠ *Freezer*")
        assert await fetched(hass, servers, await alice.next(f"/{name}.png")) == PNG


async def test_the_words_wait_for_no_camera(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    camera = await garden(hass, PNG)
    entry = bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(warm("camera.garden"))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        come(bot, "-12")
        await alice.next("⚠ *Freezer*")
        assert not pictures(alice)
        camera.let.set()
        await alice.next("/garden.png")


@pytest.mark.parametrize("picture", ["broken", "gone", "too large"])
async def test_what_cannot_be_shown_is_said_in_the_log_alone(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    caplog: pytest.LogCaptureFixture,
    picture: str,
) -> None:
    if picture != "gone":
        (await garden(hass, bytes(10_000_001) if picture == "too large" else None)).let.set()
    entry = bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(warm("camera.garden"))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        come(bot, "-12")
        words = await alice.next("⚠ *Freezer*")
        await until(lambda: "“Freezer” could not be shown" in caplog.text)
        come(bot, "-20")
        over = await alice.next("✅ *Freezer*")
        assert alice.all.index(over) == alice.all.index(words) + 1


async def test_a_flood_is_told_whole_and_shows_a_few(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    rules = [warm("chart", f"cold/{number}", f"Freezer {number}") for number in range(14)]
    async with running(hass, bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(*rules)])) as bot:
        await reachable(bot)
        for number in range(14):
            come(bot, "-18", "-12", topic=f"cold/{number}")
        await until(lambda: len(pictures(alice)) == 10)
        assert len(re.findall("too many pictures", caplog.text)) == 4
        told = [each.text for each in alice.all if "Freezer" in each.text]
        assert all(any(f"“Freezer {number}”" in text for text in told) for number in range(14))


async def test_a_restart_tells_neither_the_alert_nor_its_picture_again(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    camera = await garden(hass, PNG)
    entry = bot_entry(both, [*SILENT, *contacts(ALICE), *alerts(warm("camera.garden"))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        come(bot, "-12")
        await alice.next("⚠ *Freezer*")
        # The picture is under way, and dies with the bot.
        assert await hass.config_entries.async_reload(entry.entry_id)
        camera.let.set()
        again = entry.runtime_data
        await reachable(again)
        come(again, "-20")
        await alice.next("✅ *Freezer*")
        assert len([each for each in alice.all if "⚠ *Freezer*" in each.text]) == 1
        assert not pictures(alice)
