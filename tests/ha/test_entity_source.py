"""Home Assistant's own entities as things that the bot knows."""

import asyncio
from itertools import pairwise
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    NO_ACCOUNT,
    alerts,
    ask,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    subscribed,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.bot.model.topics import ENTITIES, INNER
from custom_components.dinox_mqtt_bot.runtime import entity_source
from lab.attack.lying_broker import LyingBroker
from lab.mqtt_wire import Visit, packet, text
from lab.person import Person
from lab.servers import Server


@pytest.fixture
def home(hass: HomeAssistant) -> er.RegistryEntry:
    """A thermometer and a door of Zigbee Home Automation, a lamp without a device, one of MQTT."""
    entry = MockConfigEntry(domain="zha")
    entry.add_to_hass(hass)
    registry, devices = er.async_get(hass), dr.async_get(hass)
    cellar = ar.async_get(hass).async_create("Cellar")
    device = devices.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("zha", "1")}, name="Wine"
    )
    devices.async_update_device(device.id, area_id=cellar.id)
    wine = registry.async_get_or_create(
        "sensor", "zha", "1", device_id=device.id, original_name="Temperature", suggested_object_id="wine_t"
    )
    registry.async_get_or_create("sensor", "mqtt", "2", original_name="Known", suggested_object_id="known")
    registry.async_get_or_create(
        "binary_sensor",
        "zha",
        "3",
        device_id=device.id,
        original_name="Door",
        suggested_object_id="wine_door",
    )
    celsius = {
        "unit_of_measurement": "°C",
        "device_class": "temperature",
        "friendly_name": "Wine Temperature",
    }
    hass.states.async_set("sensor.wine_t", "12.5", celsius)
    hass.states.async_set("sensor.known", "1", {"friendly_name": "Known"})
    hass.states.async_set("binary_sensor.wine_door", "off", {"device_class": "door"})
    hass.states.async_set("light.desk", "on", {"friendly_name": "Desk lamp"})
    hass.states.async_set("sensor.dead", "unavailable", {"friendly_name": "Dead"})
    hass.states.async_set("automation.x", "on", {"friendly_name": "Automation"})
    return wine


def entry_of(port: int, *rules: Any, **options: Any) -> MockConfigEntry:
    return bot_entry(standalone(port) | NO_ACCOUNT, rules, options={"entities": True, **options})


async def said(hass: HomeAssistant, text: str) -> str:
    return str((await ask(hass, "command", text=text))["text"])


async def test_it_knows_what_there_is_by_name_with_unit_class_and_area(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry
) -> None:
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"]), state=None) as runtime:
        await until(lambda: len(runtime.bot.readings.devices) >= 4)
        listed = await said(hass, "devices")
        assert "Wine Temperature — 12.5 °C — Cellar" in listed
        assert "Wine Door — closed — Cellar" in listed
        assert "Desk lamp — on" in listed
        assert "Dead" in listed
        assert "Known" not in listed
        assert "Automation" not in listed
        hass.states.async_set("sensor.wine_t", "13.5", hass.states.get(home.entity_id).attributes)  # type: ignore[union-attr]
        await hass.async_block_till_done()
        assert "13.5 °C" in await said(hass, "value wine temperature")
        assert "13.5 °C" in await said(hass, "value sensor.wine_t")


async def test_a_rule_judges_them_and_no_broker_hears_of_it(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry
) -> None:
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"]), state=None) as runtime:
        await until(lambda: len(runtime.bot.readings.devices) >= 4)
        made = await said(hass, "alert wine temperature > 12 and wine door is closed")
        assert "Wine Temperature" in made
        await until(lambda: runtime.bot.alerts.active)
        assert runtime.bot.alerts.active[0].value == "12.5 °C"
        await subscribed(runtime)
        assert all(not each.startswith(INNER) for each in runtime.broker._wanted._wanted)  # type: ignore[union-attr]
        hass.states.async_set("binary_sensor.wine_door", "on", {"device_class": "door"})
        await hass.async_block_till_done()
        assert not runtime.bot.alerts.active
        assert (
            "sensor.wine_t" in await said(hass, "alert sensor.wine_t silent 10 min")
            or runtime.bot.alerts.rules
        )


@pytest.mark.parametrize(
    "typed",
    [
        "alert wine door is closed after sunset",
        "alert wine door is closed only after dark",
        "tell me when the wine door is closed in the dark",
        "sag bescheid, wenn wine door nach Sonnenuntergang zu ist",
    ],
)
async def test_a_rule_may_wait_until_the_sun_is_down(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry, typed: str
) -> None:
    hass.states.async_set("sun.sun", "above_horizon", {"friendly_name": "Sun"})
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"]), state=None) as runtime:
        await until(lambda: len(runtime.bot.readings.devices) >= 5)
        made = await said(hass, typed)
        assert "Sun" in made
        assert not runtime.bot.alerts.active
        hass.states.async_set("sun.sun", "below_horizon", {"friendly_name": "Sun"})
        await hass.async_block_till_done()
        await until(lambda: runtime.bot.alerts.active)


async def test_what_is_over_by_a_further_condition_says_so(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, home: er.RegistryEntry
) -> None:
    """At sunrise the door stands open still: nobody may read that it is shut."""
    hass.states.async_set("schedule.night", "on", {"friendly_name": "Night"})
    entry = bot_entry(both, contacts(ALICE), options={"entities": True})
    async with running(hass, entry) as runtime:
        await reachable(runtime)
        await until(lambda: len(runtime.bot.readings.devices) >= 5)
        assert "Night" in await said(hass, "alert wine door is closed and schedule.night is on as Cellar")
        await alice.next("⚠ *Cellar*: Wine Door closed")
        hass.states.async_set("schedule.night", "off", {"friendly_name": "Night"})
        over = (await alice.next("✅")).text
        assert "Wine Door closed · no longer so: Night is on" in over


async def test_what_was_kept_is_judged_again_after_a_restart(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry
) -> None:
    rule = AlertRule(f"{ENTITIES}sensor.wine_t", Condition(Operator.ABOVE, ("12",)), name="Warm", number=1)
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"], *alerts(rule)), state=None) as runtime:
        await until(lambda: runtime.bot.alerts.active)
        hass.states.async_set("sensor.wine_t", "unavailable")
        await hass.async_block_till_done()
        assert runtime.bot.alerts.active
        hass.states.async_set("sensor.wine_t", "11")
        await hass.async_block_till_done()
        assert not runtime.bot.alerts.active


async def test_what_comes_goes_or_is_called_otherwise_is_followed(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"]), state=None) as runtime:
        devices = runtime.bot.readings.devices
        await until(lambda: len(devices) >= 4)
        hass.states.async_set("person.ann", "home", {"friendly_name": "Ann"})
        await hass.async_block_till_done()
        assert "Ann — home" in await said(hass, "devices")
        assert devices.found(("ann",))[0].component == "device_tracker"
        hass.states.async_remove("person.ann")
        er.async_get(hass).async_update_entity(home.entity_id, name="Shelf")
        device = dr.async_get(hass).async_get(home.device_id or "")
        assert device is not None
        dr.async_get(hass).async_update_device(device.id, name_by_user="Rack")
        await hass.async_block_till_done()
        listed = await said(hass, "devices")
        assert "Ann" not in listed
        assert "Rack Shelf — 12.5 °C" in listed
        er.async_get(hass).async_update_entity(home.entity_id, hidden_by=er.RegistryEntryHider.USER)
        await hass.async_block_till_done()
        assert "Shelf" not in await said(hass, "devices")
        monkeypatch.setattr(entity_source, "MOST_ENTITIES", 0)
        hass.states.async_set("sensor.more", "1", {"friendly_name": "More"})
        await hass.async_block_till_done()
        assert "More" not in await said(hass, "devices")


async def test_nothing_is_told_unless_it_is_wished_for(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry
) -> None:
    port = own_mosquitto.ports["mqtt"]
    entry = entry_of(port, *topics("#"), entities=False)
    async with running(hass, entry, state=None) as runtime:
        assert len(runtime.bot.readings.devices) == 0
        hass.config_entries.async_update_entry(entry, options={"entities": True})
        await hass.async_block_till_done()
        again = entry.runtime_data
        assert again is not runtime
        await until(lambda: len(again.bot.readings.devices) >= 4)
        # What is inside of Home Assistant comes under no filter of the broker.
        hass.states.async_set("light.desk", "off", {"friendly_name": "Desk lamp"})
        await hass.async_block_till_done()
        assert "Desk lamp" not in await said(hass, "topics")


@pytest.mark.parametrize("lines", [["discovery refresh"], ["discovery off", "discovery on"]])
async def test_what_discovery_has_forgotten_is_announced_again(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry, lines: list[str]
) -> None:
    async with running(hass, entry_of(own_mosquitto.ports["mqtt"])) as runtime:
        await until(lambda: len(runtime.bot.readings.devices) >= 4)
        for line in lines:
            await said(hass, line)
        await until(lambda: len(hass.config_entries.async_loaded_entries("dinox_mqtt_bot")) == 1)
        bot = hass.config_entries.async_loaded_entries("dinox_mqtt_bot")[0].runtime_data.bot
        await until(lambda: len(bot.readings.devices) >= 4)
        assert "12.5 °C" in await said(hass, "value wine temperature")


async def test_no_broker_speaks_as_an_entity(hass: HomeAssistant, home: er.RegistryEntry) -> None:
    told = asyncio.Event()

    async def lie(visit: Visit) -> None:
        await visit.welcome()
        await told.wait()
        for topic, payload in (
            ("$ha/sensor.wine_t", b"99"),
            ("$hook/alertmanager/f1", b'{"text": "fire", "status": "firing"}'),
            ("$ha/sensor/sensor_wine_t/config", b""),
            ("homeassistant/sensor/ha/sensor_wine_t/config", b""),
            ("home/end", b"1"),
        ):
            visit.send(packet(0x30, text(topic) + (b"\0" if visit.v5 else b"") + payload))
        while True:
            await visit.grant_each(1)

    rules = AlertRule("$hook/alertmanager/+", Condition(Operator.UNEQUAL, ("resolved",)), name="M", number=1)
    with LyingBroker(lie) as broker:
        entry = entry_of(broker.port, *alerts(rules), *topics("home/end"))
        async with running(hass, entry, state=None) as runtime:
            await until(lambda: len(runtime.bot.readings.devices) >= 4)
            assert "Wine Temperature" in await said(hass, "alert wine temperature > 14")
            broker.loop.call_soon_threadsafe(told.set)
            await until(lambda: runtime.bot.status.messages)
            assert not runtime.bot.alerts.active
            assert "12.5 °C" in await said(hass, "value wine temperature")


def telling() -> bool:
    """Say whether entities are announced or told just now."""
    return any(task.get_name().endswith(" entities") for task in asyncio.all_tasks())


async def test_many_are_announced_and_told_a_few_at_a_time(
    hass: HomeAssistant, own_mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    whole = entity_source.EntitySource._hear

    def hear(source: Any, topic: str, payload: str, *, retain: bool) -> None:
        told.append(topic)
        whole(source, topic, payload, retain=retain)

    monkeypatch.setattr(entity_source.EntitySource, "_hear", hear)
    for number in range(300):
        hass.states.async_set(f"sensor.s{number}", str(number), {"friendly_name": f"Sensor {number}"})
    seen = [0]

    async def look() -> None:
        while True:
            seen.append(len(told))
            await asyncio.sleep(0)

    async with running(hass, entry_of(own_mosquitto.ports["mqtt"]), state=None) as runtime:
        looking = asyncio.create_task(look())
        await until(lambda: len(runtime.bot.readings.devices) == 300)
        # Announced with its state, and perhaps told again because devices are listened to.
        await until(lambda: f"{ENTITIES}sensor.s299" in told and not telling())
        told.clear()
        seen[:] = [0]
        assert "Subscribed" in await said(hass, "subscribe $ha/#")
        await until(lambda: f"{ENTITIES}sensor.s299" in told)
        looking.cancel()
        assert len(told) >= 600
        # Each says its state and that it is there, to what is listened to anew and to what is asked again.
        assert max(after - before for before, after in pairwise(seen)) <= 4 * entity_source.AT_ONCE


async def test_without_discovery_nothing_is_announced(
    hass: HomeAssistant, own_mosquitto: Server, home: er.RegistryEntry
) -> None:
    entry = entry_of(own_mosquitto.ports["mqtt"], discovery=False)
    async with running(hass, entry, state=None) as runtime:
        hass.states.async_set("light.desk", "off", {"friendly_name": "Desk lamp"})
        await hass.async_block_till_done()
        assert len(runtime.bot.readings.devices) == 0
