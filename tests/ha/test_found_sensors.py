"""The values on topics, each a sensor for whoever wants it."""

from collections.abc import Callable
import json
import time
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import bot_entry, is_in, mqtt_entry, publish, running, state_of, topics, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Subscription
from custom_components.dinox_mqtt_bot.runtime import found_sensors

pytestmark = pytest.mark.usefixtures("own_mosquitto")

OVEN = json.dumps(
    {
        "name": "Temperature",
        "state_topic": "home/oven",
        "value_template": "{{ value_json.t }}",
        "unit_of_measurement": "°C",
        "device_class": "temperature",
        "unique_id": "oven_t",
        "device": {"identifiers": ["oven"], "name": "Oven"},
    }
)


def found(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, er.RegistryEntry]:
    """Return the sensors of values by topic and path."""
    every = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.unique_id.partition("_")[2]: each for each in every if "#" in each.unique_id}


def are(hass: HomeAssistant, entry: MockConfigEntry, *wanted: str) -> Callable[[], bool]:
    return lambda: set(found(hass, entry)) == set(wanted)


@pytest.fixture
def all_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every sensor be on from the beginning."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


async def test_each_field_of_a_topic_can_be_a_sensor(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/oven"))
    async with running(hass, entry):
        await publish(port, "home/oven", '{"t": 180.5, "door": {"open": false}}')
        await until(are(hass, entry, "home/oven#t", "home/oven#door.open"))
        sensor = found(hass, entry)["home/oven#t"]
        assert (sensor.disabled_by, sensor.original_name) == (er.RegistryEntryDisabler.INTEGRATION, "t")
        assert hass.states.get(sensor.entity_id) is None


@pytest.mark.usefixtures("all_on")
async def test_topics_below_a_wildcard_have_sensors_with_what_discovery_knows(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry):
        await publish(port, "homeassistant/sensor/oven/config", OVEN)
        await publish(port, "home/hall", "21.5 °C")
        await publish(port, "home/oven", '{"t": 180.5, "mode": "grill"}')
        await until(are(hass, entry, "home/hall#", "home/oven#Temperature", "home/oven#mode"))
        await publish(port, "home/oven", '{"t": 190, "mode": "grill"}')
        sensors = found(hass, entry)
        oven = sensors["home/oven#Temperature"].entity_id
        await until(is_in(hass, oven, "190"))
        attributes = hass.states.get(oven).attributes
        assert (attributes["unit_of_measurement"], attributes["device_class"], attributes["state_class"]) == (
            "°C",
            "temperature",
            "measurement",
        )
        assert attributes["friendly_name"].endswith("home/# Oven Temperature")
        await publish(port, "home/hall", "22.5 °C")
        await until(is_in(hass, sensors["home/hall#"].entity_id, "22.5"))
        # Without its field a message says nothing of it.
        await publish(port, "home/oven", '{"mode": "off"}')
        await until(is_in(hass, sensors["home/oven#mode"].entity_id, "off"))
        assert state_of(hass, oven) == "190"
        device = dr.async_get(hass).async_get(sensors["home/hall#"].device_id)
        assert (device.name, device.config_entry_id) == ("home/#", entry.entry_id)


async def test_what_home_assistants_own_mqtt_has_is_not_there_twice(
    hass: HomeAssistant, data: dict[str, Any], port: int, entity_registry: er.EntityRegistry
) -> None:
    mqtt = mqtt_entry(port)
    mqtt.add_to_hass(hass)
    entity_registry.async_get_or_create("sensor", "mqtt", "oven_t", config_entry=mqtt)
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry):
        await publish(port, "homeassistant/sensor/oven/config", OVEN)
        await publish(port, "home/oven", '{"t": 180.5, "mode": "grill"}')
        await until(are(hass, entry, "home/oven#mode"))


async def test_what_home_assistants_own_mqtt_finds_later_goes(
    hass: HomeAssistant,
    data: dict[str, Any],
    port: int,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(found_sensors, "LOOK_SECONDS", 0.0)
    mqtt = mqtt_entry(port)
    mqtt.add_to_hass(hass)
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry):
        await publish(port, "homeassistant/sensor/oven/config", OVEN)
        await publish(port, "home/oven", '{"t": 180.5, "mode": "grill"}')
        await until(are(hass, entry, "home/oven#Temperature", "home/oven#mode"))
        entity_registry.async_get_or_create("sensor", "mqtt", "oven_t", config_entry=mqtt)
        await publish(port, "home/oven", '{"t": 181, "mode": "grill", "fan": 2}')
        await until(are(hass, entry, "home/oven#mode", "home/oven#fan"))


async def test_there_is_a_bound_for_a_topic_and_for_a_bot(
    hass: HomeAssistant, data: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_sensors, "MOST", 54)
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry):
        for topic in ("home/a", "home/b", "home/c"):
            await publish(port, topic, json.dumps([{f"k{number}": number for number in range(30)}] * 2))
        await publish(port, "home/d", "1")
        await until(lambda: len(found(hass, entry)) == 54)
        await hass.async_block_till_done()
        assert len(found(hass, entry)) == 54


@pytest.mark.usefixtures("all_on")
async def test_a_sensor_that_is_wanted_is_there_after_a_restart(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/+"))
    async with running(hass, entry):
        await publish(port, "home/hall", "21")
        await until(are(hass, entry, "home/hall#"))
        entity_id = found(hass, entry)["home/hall#"].entity_id
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert found(hass, entry)["home/hall#"].entity_id == entity_id
        await publish(port, "home/hall", "22")
        await until(is_in(hass, entity_id, "22"))


async def test_with_the_filter_its_sensors_go(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, topics("home/+", "lab/+"))
    async with running(hass, entry):
        for topic in ("home/a", "home/b", "lab/a"):
            await publish(port, topic, "21")
        await until(are(hass, entry, "home/a#", "home/b#", "lab/a#"))
        home, lab = entry.subentries.values()
        changed = topics(Subscription("home/a"))[0]
        hass.config_entries.async_update_subentry(
            entry, home, data=changed["data"], title=changed["title"], unique_id=changed["unique_id"]
        )
        await until(are(hass, entry, "home/a#", "lab/a#"))
        hass.config_entries.async_remove_subentry(entry, lab.subentry_id)
        await until(are(hass, entry, "home/a#"))


def chosen_sensors(form: Any) -> Any:
    """Return the key of the choice among sensors in a form."""
    (key,) = (each for each in form["data_schema"].schema if each == "sensors")
    return key


async def test_the_form_of_a_topic_switches_its_sensors_on(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/+", "lab/+"))
    async with running(hass, entry):
        home, lab = entry.subentries.values()
        for topic in ("home/hall", "home/attic"):
            await publish(port, topic, "21 °C")
        await until(are(hass, entry, "home/hall#", "home/attic#"))

        async def form(subentry_id: str) -> Any:
            context = {"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id}
            return await hass.config_entries.subentries.async_init((entry.entry_id, "topic"), context=context)

        asked = await form(home.subentry_id)
        key = chosen_sensors(asked)
        offered = asked["data_schema"].schema[key].config["options"]
        assert [each["label"] for each in offered] == ["home/attic", "home/hall"]
        assert not key.description
        hall = found(hass, entry)["home/hall#"]
        typed = {"filter": "home/+", "sensors": [hall.unique_id]}
        done = await hass.config_entries.subentries.async_configure(asked["flow_id"], typed)
        assert done["reason"] == "reconfigure_successful"
        assert "sensors" not in home.data
        on = {each for each, sensor in found(hass, entry).items() if sensor.disabled_by is None}
        assert on == {"home/hall#"}
        asked = await form(home.subentry_id)
        assert chosen_sensors(asked).description == {"suggested_value": [hall.unique_id]}
        done = await hass.config_entries.subentries.async_configure(asked["flow_id"], {"filter": "home/+"})
        assert all(sensor.disabled_by for sensor in found(hass, entry).values())
        assert "sensors" not in {str(key) for key in (await form(lab.subentry_id))["data_schema"].schema}


async def test_a_bot_that_ends_looks_at_nothing_more(
    hass: HomeAssistant, data: dict[str, Any], port: int, caplog: pytest.LogCaptureFixture
) -> None:
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry) as runtime:
        for number in range(300):
            runtime.bot.receive(Message(f"home/s{number}", b"1", received=time.time()))
        # Far more than it looks at in the turns that ending takes.
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    assert len(found(hass, entry)) < 300
    assert "Error doing job" not in caplog.text
