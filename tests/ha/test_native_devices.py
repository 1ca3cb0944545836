"""Devices that announce themselves in their own way, on a real broker: known, read, set, and switched off."""

import asyncio
import json

from homeassistant.core import HomeAssistant
from running import NO_ACCOUNT, ask, bot_entry, next_on, publish, running, standalone, subscribed, until

from custom_components.dinox_mqtt_bot.probing.devices import async_devices

BOILER = {
    "dn": "Boiler",
    "fn": ["Boiler", "Boiler pump"],
    "mac": "30C6F7000001",
    "t": "boiler",
    "ft": "cellar/%topic%/%prefix%/",
    "tp": ["cmnd", "stat", "tele"],
    "state": ["OFF", "ON", "TOGGLE", "HOLD"],
    "onln": "Online",
    "ofln": "Offline",
    "rl": [1, 1],
    "lt_st": 0,
    "so": {},
}
TELEMETRY = {
    "Time": "2026-02-03T04:05:06",
    "DS18B20": {"Id": "00AA", "Temperature": 141.8},
    "ENERGY": {"Power": 1_950, "Total": 71.25},
    "TempUnit": "F",
}
SAID = {
    "cellar/boiler/tele/SENSOR": json.dumps(TELEMETRY),
    "cellar/boiler/stat/POWER2": "ON",
    "homie/garden/water/flow": "7.5",
    "homie/5/tank/n/level": "80",
}
DISCOVERY = "tasmota/discovery/30C6F7000001"
VALVE = {
    "$nodes": "water",
    "water/$name": "Water",
    "water/$properties": "valve,flow",
    "water/valve/$name": "Valve",
    "water/valve/$datatype": "boolean",
    "water/valve/$settable": "true",
    "water/flow/$name": "Flow",
    "water/flow/$datatype": "float",
    "water/flow/$unit": "L/min",
    "$name": "Garden",
    "$homie": "4.0.0",
}


async def announce(port: int) -> None:
    """Announce three devices, their parts in an order in which a broker may well bring them."""
    await publish(port, f"{DISCOVERY}/sensors", json.dumps({"sn": TELEMETRY, "ver": 1}), "-r")
    await publish(port, f"{DISCOVERY}/config", json.dumps(BOILER), "-r")
    for part, said in VALVE.items():
        await publish(port, f"homie/garden/{part}", said, "-r")
    described = {"nodes": {"n": {"properties": {"level": {"name": "Level", "datatype": "integer"}}}}}
    await publish(port, "homie/5/tank/$description", json.dumps({"name": "Tank", **described}), "-r")


async def shown(hass: HomeAssistant, name: str) -> dict[str, str]:
    return {row["name"]: row["value"] for row in (await ask(hass, "devices", name=name))["rows"]}


async def set_and_heard(hass: HomeAssistant, port: int, topic: str, name: str, value: str) -> str:
    """Set something; return what the broker was sent."""
    heard = asyncio.ensure_future(next_on(port, topic))
    while not heard.done():  # the ear on the broker is there at some time
        await ask(hass, "set", name=name, value=value)
        await asyncio.sleep(0.1)
    return heard.result()


async def test_what_devices_say_of_themselves_is_known_and_they_are_set(
    hass: HomeAssistant, port: int
) -> None:
    await announce(port)
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: {"Boiler", "Garden", "Tank"} <= {each.device for each in devices})
        await until(lambda: bot.bot.wanted.keys() >= SAID.keys())
        await subscribed(bot)
        for topic, payload in SAID.items():
            await publish(port, topic, payload)
        await until(lambda: all(devices.newest(topic) for topic in SAID))
        boiler = await shown(hass, "boiler")
        assert boiler["Boiler DS18B20 Temperature"] == "141.8 °F"
        assert boiler["Boiler ENERGY Power"].replace(" ", "") == "1950W"
        assert boiler["Boiler pump"].lower() == "on"
        assert await shown(hass, "garden flow") == {"Garden Flow": "7.5 L/min"}
        assert await shown(hass, "tank") == {"Tank Level": "80"}
        assert await set_and_heard(hass, port, "cellar/boiler/cmnd/POWER2", "Boiler pump", "off") == "OFF"
        assert await set_and_heard(hass, port, "homie/garden/water/valve/set", "Garden Valve", "on") == "true"


async def test_who_is_gone_from_the_broker_is_gone(hass: HomeAssistant, port: int) -> None:
    await announce(port)
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: {"Boiler", "Garden", "Tank"} <= {each.device for each in devices})
        await publish(port, f"{DISCOVERY}/config", "", "-r")
        await publish(port, "homie/garden/$homie", "", "-r")
        await publish(port, "homie/5/tank/$description", "", "-r")
        # What other tests have left on the broker stays.
        await until(lambda: not {"Boiler", "Garden", "Tank"} & {each.device for each in devices})


async def test_without_discovery_none_is_known(hass: HomeAssistant, port: int) -> None:
    await announce(port)
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: {"Boiler", "Garden", "Tank"} <= {each.device for each in devices})
        await ask(hass, "discovery", what="off")
        await until(lambda: len(devices) == 0)
        assert not [each for each in bot.bot.wanted if each.startswith(("tasmota/", "homie/"))]
        await ask(hass, "discovery", what="on")
        await until(lambda: {"Boiler", "Garden", "Tank"} <= {each.device for each in devices})


async def test_home_assistants_discovery_comes_first(hass: HomeAssistant, port: int) -> None:
    await announce(port)
    relay = {
        "name": "Boiler",
        "stat_t": "cellar/boiler/tele/STATE",
        "cmd_t": "cellar/boiler/cmnd/POWER1",
        "val_tpl": "{{value_json.POWER1}}",
        "dev": {"name": "Boiler", "ids": ["000001"]},
    }
    await publish(port, "homeassistant/switch/000001_RL_1/config", json.dumps(relay), "-r")
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: {"Garden", "Tank"} <= {each.device for each in devices})
        await until(lambda: bot.bot.readings.due_at)
        assert [each.config for each in devices if each.full_name == "Boiler"] == [
            "homeassistant/switch/000001_RL_1/config"
        ]


async def test_the_set_up_finds_them(hass: HomeAssistant, port: int) -> None:
    await announce(port)
    found = await async_devices(hass, standalone(port))
    assert {"Boiler", "Garden", "Tank"} <= {each.device for each in found}
