"""Alerts as Home Assistant entities and events."""

import asyncio
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from running import (
    add_subentry,
    alerts,
    bot_entry,
    is_in,
    publish,
    publish_file,
    running,
    shown,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS
from custom_components.dinox_mqtt_bot.hass.events import EVENT_ALERT, EVENT_MESSAGE
from lab.servers import Server

pytestmark = pytest.mark.usefixtures("own_mosquitto")

WARM = AlertRule("home/+", Condition(Operator.ABOVE, ("30",)), name="Warm", number=1)


async def test_a_rule_is_a_problem_while_one_of_its_topics_is(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/#") + alerts(WARM))):
        off = shown(hass, "binary_sensor.bot_warm")
        assert (off.state, off.attributes["device_class"], off.attributes["count"]) == (
            STATE_OFF,
            "problem",
            0,
        )
        assert off.attributes["friendly_name"] == "Bot Warm"
        await publish(port, "home/oven", "31")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_ON))
        await publish(port, "home/sauna", "90")
        await until(lambda: shown(hass, "binary_sensor.bot_warm").attributes["count"] == 2)
        told = shown(hass, "binary_sensor.bot_warm").attributes
        assert (told["topics"], told["numbers"]) == (["home/oven", "home/sauna"], [1, 2])
        assert (told["value"], told["peak"], told["acknowledged_by"]) == ("31", "31", None)
        assert told["since"] is not None
        await until(is_in(hass, "sensor.bot_alerts_firing", "2"))
        assert shown(hass, "sensor.bot_alerts_firing").attributes["names"] == ["Warm"]
        await publish(port, "home/oven", "40")
        await until(lambda: shown(hass, "binary_sensor.bot_warm").attributes["value"] == "40")
        await publish(port, "home/oven", "20")
        await publish(port, "home/sauna", "20")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_OFF))
        assert "topics" not in shown(hass, "binary_sensor.bot_warm").attributes
        await until(is_in(hass, "sensor.bot_alerts_firing", "0"))


async def test_many_topics_of_one_rule_are_counted_and_some_of_them_named(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/#") + alerts(WARM))):
        await asyncio.gather(*(publish(port, f"home/{place}", "31") for place in range(25)))
        await until(lambda: shown(hass, "binary_sensor.bot_warm").attributes["count"] == 25)
        told = shown(hass, "binary_sensor.bot_warm").attributes
        assert (len(told["topics"]), told["numbers"]) == (20, list(range(1, 21)))
        await until(is_in(hass, "sensor.bot_alerts_firing", "25"))
        assert shown(hass, "sensor.bot_alerts_firing").attributes["names"] == ["Warm"]


async def test_an_alert_that_stands_is_shown_again_after_a_restart(
    hass: HomeAssistant, data: dict[str, Any], port: int, own_mosquitto: Server
) -> None:
    entry = bot_entry(data, topics("home/#") + alerts(WARM))
    async with running(hass, entry):
        await publish(port, "home/oven", "31")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_ON))
        since = shown(hass, "binary_sensor.bot_warm").attributes["since"]
        own_mosquitto.stop()
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        again = shown(hass, "binary_sensor.bot_warm")
        assert (again.state, again.attributes["since"], again.attributes["numbers"]) == (STATE_ON, since, [1])


async def test_a_rule_is_changed_switched_off_and_removed_while_the_bot_runs(
    hass: HomeAssistant, data: dict[str, Any], port: int, entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data, topics("home/#"))
    async with running(hass, entry) as bot:
        rule = await bot.bot.ports.rules.put_alert(WARM)
        await hass.async_block_till_done()
        await publish(port, "home/oven", "31")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_ON))
        changed = AlertRule("home/+", WARM.condition, name="Hot", id=rule.id, number=1, enabled=False)
        await bot.bot.ports.rules.put_alert(changed)
        await hass.async_block_till_done()
        off = shown(hass, "binary_sensor.bot_warm")
        assert (off.state, off.attributes["enabled"]) == (STATE_OFF, False)
        assert off.attributes["friendly_name"] == "Bot Hot"
        await bot.bot.ports.rules.remove_alert(rule)
        await hass.async_block_till_done()
        assert hass.states.get("binary_sensor.bot_warm") is None
        assert entity_registry.async_get("binary_sensor.bot_warm") is None
        assert shown(hass, "binary_sensor.bot_mqtt").state == STATE_ON
        assert entry.runtime_data is bot


async def test_the_sensor_of_a_rule_is_the_bots_and_goes_with_the_rule(
    hass: HomeAssistant, data: dict[str, Any], entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        rule = add_subentry(hass, entry, ALERTS.write(WARM))
        await hass.async_block_till_done()
        registered = entity_registry.async_get("binary_sensor.bot_warm")
        assert registered is not None
        assert registered.unique_id == f"{rule.subentry_id}_alert"
        assert registered.config_subentry_id == rule.subentry_id
        device = dr.async_get(hass).async_get(registered.device_id or "")
        assert device is not None
        assert device.identifiers == {(DOMAIN, entry.entry_id)}
        assert device.config_subentry_id is None
        hass.config_entries.async_remove_subentry(entry, rule.subentry_id)
        await hass.async_block_till_done()
        assert dr.async_get(hass).async_get(device.id) is not None


async def test_a_rule_whose_entity_is_off_can_be_changed(
    hass: HomeAssistant, data: dict[str, Any], entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data, alerts(WARM))
    async with running(hass, entry) as bot:
        entity_registry.async_remove("binary_sensor.bot_warm")
        await hass.async_block_till_done()
        rule = bot.bot.alerts.rules[0]
        renamed = AlertRule(rule.filter, rule.condition, name="Hot", id=rule.id, number=1)
        await bot.bot.ports.rules.put_alert(renamed)
        await hass.async_block_till_done()
        assert hass.states.get("binary_sensor.bot_warm") is None


async def test_what_happens_to_an_alert_is_an_event(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    events = async_capture_events(hass, EVENT_ALERT)
    entry = bot_entry(data, topics("home/#") + alerts(WARM))
    async with running(hass, entry) as bot:
        rule = bot.bot.alerts.rules[0]
        await publish(port, "home/oven", '{"value": 31.5, "unit": "°C"}')
        await until(lambda: events and events[-1].data["to_state"] == "firing")
        fired = events[-1].data
        assert fired == {
            "entry_id": entry.entry_id,
            "rule_id": rule.id,
            "rule": "Warm",
            "rule_number": 1,
            "topic": "home/oven",
            "name": "home/oven",
            "from_state": fired["from_state"],
            "to_state": "firing",
            "step": "fired",
            "value": 31.5,
            "text": "31.5 °C",
            "number": 1,
            "priority": "alert",
            "who": None,
        }
        told = shown(hass, "event.bot_alert").attributes
        assert (told["event_type"], told["rule"], told["text"]) == ("fired", "Warm", "31.5 °C")
        await publish(port, "home/oven", '{"value": 20, "unit": "°C"}')
        await until(lambda: shown(hass, "event.bot_alert").attributes["event_type"] == "resolved")
        assert events[-1].data["step"] == "resolved"


BELL = AlertRule("home/bell", Condition(Operator.HAPPENS), "action", "Doorbell", number=1)


async def test_what_happens_is_an_event_each_time_and_a_problem_for_a_moment(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    fired = async_capture_events(hass, EVENT_ALERT)
    states = async_capture_events(hass, EVENT_STATE_CHANGED)
    async with running(hass, bot_entry(data, topics("home/#") + alerts(BELL))) as bot:
        for presses in (1, 2, 3):
            await publish(port, "home/bell", '{"action":"single"}')
            await publish(port, "home/bell", '{"battery":99}')
            await until(lambda presses=presses: bot.bot.status.messages == 2 * presses)
        await hass.async_block_till_done()
        steps = [(event.data["to_state"], event.data["text"]) for event in fired]
        assert steps == [("firing", "single"), ("resolved", "single")] * 3
        shown_states = [
            event.data["new_state"].state
            for event in states
            if event.data["entity_id"] == "binary_sensor.bot_doorbell"
        ]
        assert shown_states.count(STATE_ON) == 3
        assert shown_states[-1] == STATE_OFF


async def test_a_retained_value_that_is_deleted_is_no_problem_any_more(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    fired = async_capture_events(hass, EVENT_ALERT)
    async with running(hass, bot_entry(data, topics("home/#") + alerts(WARM))) as bot:
        await publish(port, "home/oven", "31", "-r")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_ON))
        await publish(port, "home/oven", "", "-r")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_OFF))
        assert fired[-1].data["to_state"] == "resolved"
        assert not bot.bot.alerts.active


async def test_a_device_that_is_removed_takes_its_problem_along(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    config = "homeassistant/sensor/oven/config"
    await publish(port, config, '{"stat_t":"home/oven","uniq_id":"oven","name":"Oven"}', "-r")
    async with running(hass, bot_entry(data, topics("home/#") + alerts(WARM))) as bot:
        await until(lambda: bot.bot.readings.name("home/oven") == "Oven")
        await publish(port, "home/oven", "31")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_ON))
        await publish(port, config, "", "-r")
        await until(is_in(hass, "binary_sensor.bot_warm", STATE_OFF))
        await until(lambda: not bot.bot.alerts.engine.untold)


ODD = (
    *(b"1e308", b"1e400", b"nan", b"-inf", b"-0.0", b"9" * 400, b'{"a": 1e400}', b'{"a": NaN}'),
    *(b"\x00\xff", b"\xed\xa0\xbd", b'"\\ud83d"', b'{"a": "\\ud83d"}', b'{"a": "\\u0000"}'),
)
"""Numbers and letters that there are none of in JSON, or none in Unicode."""


async def test_whatever_comes_in_its_events_and_states_can_be_written_as_json(
    hass: HomeAssistant, data: dict[str, Any], port: int, tmp_path: Path
) -> None:
    """What listens to them by web socket or keeps them would else get none of what happens."""
    each = AlertRule("home/odd", Condition(Operator.HAPPENS), name="Each", number=1)
    told, fired = async_capture_events(hass, EVENT_MESSAGE), async_capture_events(hass, EVENT_ALERT)
    states = async_capture_events(hass, EVENT_STATE_CHANGED)
    async with running(hass, bot_entry(data, topics("home/odd") + alerts(each))):
        file = tmp_path / "payload"
        for payload in (*ODD, b"31"):
            file.write_bytes(payload)
            await publish_file(port, "home/odd", file)
        await until(is_in(hass, "sensor.home_odd_value", "31"))
        assert len(told) == len(ODD) + 1
        assert fired
        for event in (*told, *fired):
            json.dumps(event.data, allow_nan=False)
            json_bytes(event.data)
        for event in states:
            json_bytes(event.as_dict())


async def test_what_time_alone_does_to_an_alert_is_an_event_of_its_entity(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    rule = replace(WARM, repeat=1.0, escalate_after=0.5)
    states = async_capture_events(hass, EVENT_STATE_CHANGED)
    async with running(hass, bot_entry(data, topics("home/#") + alerts(rule))):
        await publish(port, "home/oven", "31")

        def seen() -> set[str]:
            news = (event.data["new_state"] for event in states)
            return {
                each.attributes.get("event_type", "") for each in news if each.entity_id == "event.bot_alert"
            }

        await until(lambda: {"fired", "repeated", "escalated"} <= seen())
