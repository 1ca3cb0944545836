"""From a value that breaks a rule to the phone, and what keeps it from ringing or from being told at once."""

import asyncio
import time
from typing import Any

from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.switch import DOMAIN as SWITCH
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from notifications import PHONE, Phone
import pytest
from running import (
    ALICE,
    BOT,
    NO_ACCOUNT,
    account,
    alerts,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator, Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.person import Person
from lab.servers import Lab, Prosody

WARM = AlertRule("cold/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")
LEAK = AlertRule("leak", Condition(Operator.EQUAL, ("ON",)), name="Leak", priority=Priority.CRITICAL)
# No broker is needed for what happens after a message has come in.
DATA: dict[str, Any] = {**standalone(1), **NO_ACCOUNT}
TELLS = {"notify_targets": [PHONE]}


async def one_held(bot: BotRuntime, to: str) -> None:
    """Wait until one notice is held back."""
    async with asyncio.timeout(60):
        while len(await bot.store.outbox.held(to)) != 1:
            await asyncio.sleep(0.01)


@pytest.fixture
def phone(hass: HomeAssistant) -> Phone:
    return Phone().register(hass, "mobile_app_phone")


def receive(bot: BotRuntime, topic: str, payload: str) -> None:
    """Take in a message as the broker's link does."""
    bot.bot.receive(Message(topic, payload.encode(), received=time.time()))


async def turn(hass: HomeAssistant, name: str, on: bool) -> None:
    values = {ATTR_ENTITY_ID: f"switch.bot_{name}"}
    await hass.services.async_call(SWITCH, "turn_on" if on else "turn_off", values, blocking=True)


async def test_a_bot_without_an_account_tells_the_phone_and_nobody_else(
    hass: HomeAssistant, phone: Phone
) -> None:
    entry = bot_entry(DATA, alerts(WARM) + contacts("someone@home.test"), TELLS)
    async with running(hass, entry, None) as bot:
        receive(bot, "cold/freezer", "-3 °C")
        await until(lambda: phone.told)
        assert "−3 °C" in phone.told[0]["title"]
        await until(lambda: bot.store.outbox.undelivered == 0)
        assert bot.store.outbox.unread == 0


async def test_what_is_over_takes_the_place_of_what_was_told(hass: HomeAssistant, phone: Phone) -> None:
    async with running(hass, bot_entry(DATA, alerts(WARM), TELLS), None) as bot:
        receive(bot, "cold/freezer", "-3")
        await until(lambda: len(phone.told) == 1)
        receive(bot, "cold/freezer", "-18")
        await until(lambda: len(phone.told) == 2)
        fired, resolved = (values["data"]["tag"] for values in phone.told)
        assert fired == resolved


async def test_what_the_phone_did_not_take_is_told_after_a_restart(hass: HomeAssistant) -> None:
    entry = bot_entry(DATA, alerts(WARM), TELLS)
    async with running(hass, entry, None) as bot:
        receive(bot, "cold/freezer", "-3")
        await until(lambda: bot.store.outbox.undelivered == 1)
    phone = Phone().register(hass, "mobile_app_phone")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: phone.told)
    bot = entry.runtime_data
    await until(lambda: bot.bot.status.undelivered == 0)
    assert len(phone.told) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_quiet_keeps_the_phone_silent_but_for_what_is_critical(
    hass: HomeAssistant, phone: Phone
) -> None:
    async with running(hass, bot_entry(DATA, alerts(WARM, LEAK), TELLS), None) as bot:
        assert hass.states.get("switch.bot_quiet").state == STATE_OFF
        await turn(hass, "quiet", True)
        assert hass.states.get("switch.bot_quiet").state == STATE_ON
        receive(bot, "cold/freezer", "-3")
        await until(lambda: len(phone.told) == 1)
        assert phone.told[0]["data"]["push"]["sound"] == "none"
        receive(bot, "leak", "ON")
        await until(lambda: len(phone.told) == 2)
        assert phone.told[1]["data"]["channel"] == "alarm_stream"
        await turn(hass, "quiet", False)
        assert hass.states.get("switch.bot_quiet").state == STATE_OFF


async def test_do_not_disturb_holds_all_but_what_is_critical_until_it_ends(
    hass: HomeAssistant, phone: Phone
) -> None:
    async with running(hass, bot_entry(DATA, alerts(WARM, LEAK), TELLS), None) as bot:
        await turn(hass, "do_not_disturb", True)
        assert hass.states.get("switch.bot_do_not_disturb").state == STATE_ON
        receive(bot, "cold/freezer", "-3")
        receive(bot, "leak", "ON")
        await until(lambda: phone.told)
        assert "Leak" in phone.told[0]["title"] + phone.texts[0]
        await one_held(bot, PHONE)
        await turn(hass, "do_not_disturb", False)
        await until(lambda: len(phone.told) == 2)
        assert "−3" in phone.texts[1]


async def test_an_entity_says_when_nobody_is_to_be_disturbed(hass: HomeAssistant, phone: Phone) -> None:
    hass.states.async_set("schedule.night", STATE_ON)
    entry = bot_entry(DATA, alerts(WARM), {**TELLS, "dnd_entity": "schedule.night"})
    async with running(hass, entry, None) as bot:
        assert hass.states.get("switch.bot_do_not_disturb").state == STATE_ON
        receive(bot, "cold/freezer", "-3")
        await one_held(bot, PHONE)
        hass.states.async_set("schedule.night", STATE_OFF)
        await until(lambda: phone.told)
        assert hass.states.get("switch.bot_do_not_disturb").state == STATE_OFF


async def test_the_options_about_alerts_need_no_restart(hass: HomeAssistant, phone: Phone) -> None:
    hass.states.async_set("schedule.night", STATE_ON)
    entry = bot_entry(DATA, alerts(WARM))
    async with running(hass, entry, None) as bot:
        options = {
            "notify_targets": [PHONE],
            "sound": False,
            "storm": 0,
            "click": "/lovelace/cold",
            "dnd_entity": "schedule.night",
        }
        hass.config_entries.async_update_entry(entry, options=options)
        await hass.async_block_till_done()
        assert bot.bot.status.do_not_disturb
        hass.config_entries.async_update_entry(entry, options={**options, "dnd_entity": ""})
        await hass.async_block_till_done()
        assert entry.runtime_data is bot
        assert not bot.bot.status.do_not_disturb
        receive(bot, "cold/freezer", "-3")
        await until(lambda: phone.told)
        assert phone.told[0]["data"]["url"] == "/lovelace/cold"
        assert phone.told[0]["data"]["push"]["sound"] == "none"


async def test_the_switches_outlive_a_restart(hass: HomeAssistant) -> None:
    entry = bot_entry(DATA)
    names = ("quiet", "do_not_disturb")
    async with running(hass, entry, None):
        for name in names:
            await turn(hass, name, True)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert {hass.states.get(f"switch.bot_{name}").state for name in names} == {STATE_ON}
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_without_an_account_there_is_nothing_to_mark_as_read(hass: HomeAssistant) -> None:
    async with running(hass, bot_entry(DATA), None):
        assert hass.states.get("button.bot_mark_as_read") is None


@pytest.fixture
def chatting(prosody: Prosody, servers: Lab) -> dict[str, Any]:
    """Return the data of a bot with an account."""
    return {**DATA, **account(prosody.ports["c2s"], servers.ca)}


async def test_a_button_counts_everything_as_read(
    hass: HomeAssistant, chatting: dict[str, Any], prosody: Prosody, servers: Lab
) -> None:
    entry = bot_entry(chatting, alerts(WARM) + contacts(ALICE))
    port, tls = prosody.ports["c2s"], servers.client_ssl()
    async with Person(ALICE, "alicepw", port, tls, answers=False), running(hass, entry, None) as bot:
        receive(bot, "cold/freezer", "-3")
        await until(lambda: bot.bot.status.unread == 1)
        await hass.services.async_call(
            BUTTON, "press", {ATTR_ENTITY_ID: "button.bot_mark_as_read"}, blocking=True
        )
        assert bot.bot.status.unread == 0
        assert hass.states.get("sensor.bot_unread").state == "0"


async def test_contact_and_phone_are_told_each_in_its_way(
    hass: HomeAssistant, chatting: dict[str, Any], alice: Person
) -> None:
    """What waits for the phone when the XMPP session begins is not for the chat."""
    entry = bot_entry(chatting, alerts(WARM) + contacts(ALICE), TELLS)
    async with running(hass, entry, None) as bot:
        receive(bot, "cold/freezer", "-3")
        await alice.next("Freezer")
        await until(lambda: bot.store.outbox.undelivered == 1)
        bot.chat.reconnect()
        await until(lambda: bot.chat.status.phase is not Phase.ONLINE)
        await reachable(bot)
        phone = Phone().register(hass, "mobile_app_phone")
        receive(bot, "cold/freezer", "-18")
        await until(lambda: len(phone.told) == 2)


async def test_a_contact_that_shows_do_not_disturb_is_told_afterwards(
    hass: HomeAssistant, chatting: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(chatting, alerts(WARM) + contacts(ALICE)), None) as bot:
        await reachable(bot)
        alice.show("dnd")
        await until(lambda: ALICE in bot.bot.do_not_disturb.contacts)
        receive(bot, "cold/freezer", "-3")
        await one_held(bot, ALICE)
        alice.show("")
        assert "−3" in (await alice.next("Freezer")).text


async def test_a_reaction_acknowledges_an_alert(
    hass: HomeAssistant, chatting: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(chatting, alerts(WARM) + contacts(ALICE)), None) as bot:
        await reachable(bot)
        receive(bot, "cold/freezer", "-3")
        heard = await alice.next("Freezer")
        alice.react(BOT, heard.id, "👍")
        await until(lambda: bot.bot.alerts.active[0].acknowledged)
        assert bot.bot.alerts.active[0].acknowledged_by == ALICE
