"""Charts, exports and the database of a bot on real servers."""

import asyncio
import http.client
from io import BytesIO
import json
import math
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from PIL import Image
import pytest
from running import (
    ALICE,
    BOT,
    ask,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Subscription
from lab.person import Person
from lab.servers import Lab


def fetched(address: str, tls: ssl.SSLContext) -> bytes:
    """Return what is at an address of the lab."""
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=tls, timeout=60)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().read()
    finally:
        connection.close()


async def test_a_chart_in_the_chat_is_bars_and_a_picture(
    hass: HomeAssistant, port: int, both: dict[str, Any], servers: Lab, alice: Person
) -> None:
    entry = bot_entry(both, topics(Subscription("back/temp", alias="Kitchen")) + contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        for value in ("18 °C", "21 °C", "25 °C"):
            await publish(port, "back/temp", value)
        await until(lambda: bot.bot.status.messages == 3)
        alice.forget()
        alice.say(BOT, "/mqtt chart kitchen 3")
        text = (await alice.next("📊")).text
        assert text.splitlines()[:3] == [
            "📊 Kitchen",
            "▁▄█",
            "Lowest 18 °C, mean 21.3 °C, highest 25 °C, newest 25 °C",
        ]
        address = (await alice.next("https://")).text
        png = await asyncio.to_thread(fetched, address, servers.client_ssl())
        picture = Image.open(BytesIO(png))
        assert (picture.format, picture.size) == ("PNG", (800, 400))
        alice.say(BOT, "/mqtt export kitchen json")
        assert "kitchen: 3 (" in (await alice.next("Messages of")).text
        written = await asyncio.to_thread(fetched, (await alice.next(".json")).text, servers.client_ssl())
        assert [row["text"] for row in json.loads(written)] == ["18 °C", "21 °C", "25 °C"]


async def test_actions_look_back(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, topics(Subscription("back/#", keep_days=90)))
    async with running(hass, entry) as bot:
        for value in ("1", "2", "on", '{"t": 5, "u": 1}'):
            await publish(port, "back/a", value)
        await until(lambda: bot.bot.status.messages == 4)
        drawn = await ask(hass, "chart", topic="back/a", range="1h")
        assert (drawn["count"], drawn["min"], drawn["max"]) == (2, 1.0, 2.0)
        assert sum(point["count"] for point in drawn["points"]) == 2
        found = await ask(hass, "history", topic="back/a", range="today", page=1, count=2)
        assert [row["text"] for row in found["rows"]] == ["on", found["rows"][1]["text"]]
        written = await ask(hass, "export", topic="back/#", format="csv")
        assert (written["name"], written["rows"], written["content"].count("\r\n")) == ("back_all.csv", 4, 5)
        (sizes,) = (await ask(hass, "dbstats"))["rows"]
        assert (sizes["messages"], sizes["topics"], sizes["days"]) == (4, 1, 30)
        with pytest.raises(ServiceValidationError):
            await ask(hass, "purge", topic="back/a")
        assert (await ask(hass, "purge", topic="back/a", confirm=True))["removed"] == 4
        assert (await ask(hass, "purge", confirm=True))["removed"] == 0
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "chart", topic="back/a")
        assert raised.value.translation_key == "nothing_stored"


async def test_the_days_of_a_topic_are_set_in_the_settings(hass: HomeAssistant, data: dict[str, Any]) -> None:
    entry = bot_entry(data, topics(Subscription("back/kept")))
    async with running(hass, entry) as bot:
        (subentry,) = entry.subentries.values()
        assert bot.bot.subscriptions.get("back/kept").keep_days == 0
        hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, "keep_days": 7})
        await hass.async_block_till_done()
        assert bot.bot.subscriptions.get("back/kept").keep_days == 7
        text = (await ask(hass, "dbstats"))["text"]
        assert "Those of back/kept: 7 d" in text


async def test_a_rule_is_suggested_from_a_month_that_was_recorded(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    """A freezer that is at −18 °C, but for one afternoon, and for short whiles with an open door."""
    entry = bot_entry(data, topics(Subscription("back/freezer", alias="Freezer", keep_days=90)))
    async with running(hass, entry) as bot:
        began = time.time() - 29 * 86_400
        for number in range(29 * 288):
            value = -18 + math.sin(number / 7) / 2
            value = -8.0 if 4_000 <= number < 4_012 else -12.0 if number % 700 == 3 else value
            bot.bot.receive(
                Message("back/freezer", f"{value:.1f} °C".encode(), received=began + number * 300)
            )
            if number % 100 == 0:
                await asyncio.sleep(0)
        await until(lambda: bot.bot.status.messages == 29 * 288)
        suggested = (await ask(hass, "command", text="suggest freezer"))["text"]
        assert "1. Freezer > −17 for 20 min: alert, so far it would have fired 1×" in suggested
        assert "2. Freezer < −19 for 20 min: alert, so far it would have fired 0×" in suggested


async def test_what_was_on_is_counted_also_when_its_messages_are_gone(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics(Subscription("back/#")))
    async with running(hass, entry) as bot:
        for value in ("off", "on", "off", "on", "off", "on"):
            await publish(port, "back/pump", value)
        for _ in range(2):
            await publish(port, "back/bell", "ring")
        await until(lambda: bot.bot.status.messages == 8)
        before = await ask(hass, "count", topic="back/pump", condition="on 1h")
        assert (before["count"], before["so_before"], before["so_now"]) == (3, False, True)
        assert 0 <= before["seconds"] <= before["until"] - before["since"] + 0.001
        rings = await ask(hass, "count", topic="back/bell", condition="1h")
        assert rings["count"] == 2
        assert await bot.bot.ports.history.purge(time.time() + 40 * 86_400) == 8
        after = await ask(hass, "count", topic="back/pump", condition="on 1h")
        assert (after["count"], after["since"]) == (3, before["since"])
        assert after["seconds"] - before["seconds"] == pytest.approx(
            after["until"] - before["until"], abs=0.01
        )
        assert (await ask(hass, "count", topic="back/bell"))["count"] == 2
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "count", topic="back/pump", condition="blue")
        assert raised.value.translation_key == "count_unclear"
