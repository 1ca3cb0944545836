"""A button for each preset; presets, rules and clearing as actions."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from running import (
    add_subentry,
    ask,
    bot_entry,
    context_of,
    next_on,
    publish,
    running,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Preset, Role
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.rules import PRESETS
from lab.servers import Server

LIGHT = Preset("Light on", "buttons/light", "ON by {contact}", number=1, retain=True)
HEAT = Preset("Heat", "buttons/heat", "{value}", number=2)
DOOR = Preset("Door", "buttons/door", "OPEN", number=3, retain=True, role=Role.ADMIN)
BUTTON = "button.bot_light_on"


async def press(hass: HomeAssistant, button: str, context: Context | None = None) -> None:
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True, context=context)


async def test_pressing_it_publishes(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, [PRESETS.write(LIGHT)])
    async with running(hass, entry):
        await press(hass, BUTTON, await context_of(hass, "system-users"))
        assert await next_on(port, "buttons/light") == "ON by Ann"
        registry = er.async_get(hass)
        known = registry.async_get(BUTTON)
        (subentry,) = entry.subentries.values()
        assert known.config_subentry_id == subentry.subentry_id
        device = dr.async_get(hass).async_get(known.device_id)
        assert device.identifiers == {(DOMAIN, entry.entry_id)}
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        await hass.async_block_till_done()
        assert registry.async_get(BUTTON) is None


async def test_a_button_comes_with_a_preset_and_changes_with_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        added = add_subentry(hass, entry, PRESETS.write(LIGHT))
        await until(lambda: hass.states.get(BUTTON))
        changed = PRESETS.write(Preset("Lamp", "buttons/lamp", "1", number=1, retain=True))
        hass.config_entries.async_update_subentry(entry, added, data=changed["data"], title=changed["title"])
        await hass.async_block_till_done()
        assert hass.states.get(BUTTON).name == "Bot Lamp"
        await press(hass, BUTTON)
        assert await next_on(port, "buttons/lamp") == "1"


async def test_who_may_not_run_it_is_refused(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data, [PRESETS.write(DOOR)])):
        with pytest.raises(ServiceValidationError) as raised:
            await press(hass, "button.bot_door", await context_of(hass, "system-users"))
        assert raised.value.translation_key == "not_allowed"


async def test_one_that_takes_a_value_cannot_be_pressed(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, [PRESETS.write(HEAT)])):
        assert hass.states.get("button.bot_heat").state == STATE_UNAVAILABLE
        answer = await ask(hass, "preset", name="Heat", value="21.5")
        assert (answer["topic"], answer["payload"]) == ("buttons/heat", "21.5")


async def test_without_a_broker_pressing_fails(
    hass: HomeAssistant, data: dict[str, Any], own_mosquitto: Server
) -> None:
    async with running(hass, bot_entry(data, [PRESETS.write(LIGHT)])) as bot:
        component = hass.data["entity_components"]["button"]
        button = component.get_entity(BUTTON)
        own_mosquitto.stop()
        await until(lambda: not bot.online)
        await until(lambda: hass.states.get(BUTTON).state == STATE_UNAVAILABLE)
        with pytest.raises(HomeAssistantError) as raised:
            await button.async_press()
        assert raised.value.translation_key == "not_connected"


# Clearing and importing.


async def test_clearing_has_to_be_confirmed(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data, topics("clearing/#"))) as bot:
        await publish(port, "clearing/seen", "1")
        await until(lambda: bot.bot.status.messages)
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "clear", filter="clearing/seen")
        assert raised.value.translation_key == "not_confirmed"
        assert (await ask(hass, "history", topic="clearing/seen"))["rows"]
        assert (await ask(hass, "clear", filter="clearing/seen", confirm=True))["removed"] == 1
        assert (await ask(hass, "history", topic="clearing/seen"))["rows"] == []


EXPORT: dict[str, Any] = {
    "mqtt_sa_topics": "imported/a,imported/b",
    "mqtt_topic_aliases_json": '{"imported/a": "Attic"}',
    "mqtt_alert_rules": [{"topic": "imported/a", "operator": ">", "threshold": "30", "priority": "critical"}],
    "presets": [
        {"name": "Off", "topic": "imported/set", "payload": "OFF"},
        {"name": "add", "topic": "x", "payload": ""},
    ],
}


@pytest.mark.parametrize("dry_run", [True, False])
async def test_the_plugins_settings_become_subentries(
    hass: HomeAssistant, data: dict[str, Any], dry_run: bool
) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        answer = await ask(hass, "import_settings", settings=EXPORT, dry_run=dry_run)
        assert [(row["kind"], row["outcome"]) for row in answer["rows"]] == [
            ("topic", "taken"),
            ("topic", "taken"),
            ("alert", "taken"),
            ("preset", "taken"),
            ("preset", "skipped"),
        ]
        assert answer["rows"][-1]["why"] == "preset_name"
        titles = ["Attic (imported/a)", "imported/b", "▶ Off", "🔴 Attic > 30"]
        wanted = set() if dry_run else set(titles)
        await until(lambda: {each.title for each in entry.subentries.values()} == wanted)


async def test_only_an_administrator_imports(hass: HomeAssistant, data: dict[str, Any]) -> None:
    entry = bot_entry(data)
    async with running(hass, entry, BotState.WAITING):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "import_settings", await context_of(hass, "system-users"), settings="{}")
        assert raised.value.translation_key == "not_allowed"
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "import_settings", settings="no json")
        assert raised.value.translation_key == "import_unreadable"
        assert not entry.subentries
