"""Devices that announced themselves on a real broker, set by Home Assistant's actions and by chat words."""

import asyncio
import json

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from running import NO_ACCOUNT, ask, bot_entry, next_on, publish, running, standalone, topics, until

from custom_components.dinox_mqtt_bot.const import CONF_DISCOVERY

LAMP = {
    "name": "Lamp",
    "schema": "json",
    "stat_t": "remote/lamp",
    "cmd_t": "remote/lamp/set",
    "brightness": True,
    "dev": {"name": "Remote", "ids": ["remote"], "sa": "Kitchen"},
}
FAN = {"name": "Fan", "cmd_t": "remote/fan/set", "cmd_tpl": '{"power": "{{ value | lower }}"}', "ret": True}


async def announced(port: int) -> None:
    await publish(port, "homeassistant/light/remote/config", json.dumps(LAMP), "-r")
    await publish(port, "homeassistant/switch/remote/config", json.dumps(FAN), "-r")


async def test_a_device_is_found_and_set_on_a_real_broker(hass: HomeAssistant, port: int) -> None:
    await announced(port)
    entry = bot_entry({**standalone(port), **NO_ACCOUNT}, topics("remote/lamp"))
    async with running(hass, entry, None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: len(devices) >= 2)
        await publish(port, "remote/lamp", '{"state": "ON", "brightness": 255}')
        await until(lambda: devices.newest("remote/lamp"))
        answer = await ask(hass, "devices", name="kitchen")
        assert [(row["name"], row["value"]) for row in answer["rows"]] == [("Remote Lamp", "on, 100 %")]
        heard = asyncio.ensure_future(next_on(port, "remote/lamp/set"))
        answer = {}
        while not heard.done():  # the ear on the broker is there at some time
            answer = await ask(hass, "set", name="Remote Lamp", value="brightness 50")
            await asyncio.sleep(0.1)
        assert json.loads(heard.result()) == {"state": "ON", "brightness": 128}
        assert answer["text"] == "Remote Lamp: brightness 50 %"


async def test_a_command_template_runs_in_the_sandbox(hass: HomeAssistant, port: int) -> None:
    await announced(port)
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        await until(lambda: len(bot.bot.readings.devices) >= 2)
        answer = await ask(hass, "command", text="set fan on")
        assert answer["text"].startswith("Fan: on.")
        assert json.loads(await next_on(port, "remote/fan/set")) == {"power": "on"}


async def test_a_wrong_value_is_refused_with_what_is_right(hass: HomeAssistant, port: int) -> None:
    await announced(port)
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        await until(lambda: len(bot.bot.readings.devices) >= 2)
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "set", name="Remote Lamp", value="brightness 400")
        assert raised.value.translation_key == "value_not_allowed"
        assert raised.value.translation_placeholders["allowed"] == "brightness 1 to 100 %"


@pytest.mark.parametrize("covering", [(), ("#",)])
async def test_the_configurations_are_read_anew(
    hass: HomeAssistant, port: int, covering: tuple[str, ...]
) -> None:
    await announced(port)
    entry = bot_entry({**standalone(port), **NO_ACCOUNT}, topics(*covering))
    async with running(hass, entry, None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: len(devices) >= 2)
        before = list(devices)
        assert (await ask(hass, "discovery", what="refresh"))["enabled"] is True
        await until(lambda: len(devices) >= 2)
        assert not any(new is old for new in devices for old in before)


async def test_discovery_is_switched_in_the_options(hass: HomeAssistant, port: int) -> None:
    await announced(port)
    entry = bot_entry({**standalone(port), **NO_ACCOUNT})
    async with running(hass, entry, None) as bot:
        await until(lambda: len(bot.bot.readings.devices) >= 2)
        await ask(hass, "discovery", what="off")
        await hass.async_block_till_done()
        assert entry.options[CONF_DISCOVERY] is False
        assert (await ask(hass, "discovery"))["enabled"] is False
        assert len(bot.bot.readings.devices) == 0
        await ask(hass, "discovery", what="on")
        await until(lambda: len(bot.bot.readings.devices) >= 2)
        assert (await ask(hass, "discovery"))["prefix"] == "homeassistant"
