"""The bot as Home Assistant entities and events."""

import asyncio
from collections import Counter
import json
from pathlib import Path
from typing import Any

from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.switch import DOMAIN as SWITCH
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    mock_restore_cache_with_extra_data,
)
from running import (
    ALICE,
    BOT,
    bot_entry,
    contacts,
    is_in,
    publish,
    publish_lines,
    reachable,
    running,
    state_of,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Priority, Subscription
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Phase
from custom_components.dinox_mqtt_bot.hass.events import EVENT_CHAT, EVENT_MESSAGE
from lab.person import Person
from lab.servers import Server

# The numbers below are counted from nothing.
pytestmark = pytest.mark.usefixtures("own_mosquitto")


async def test_the_entities_of_a_bot(
    hass: HomeAssistant, both: dict[str, Any], entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(both, topics("home/temp", "home/#") + contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        entries = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        assert sorted(each.entity_id for each in entries) == [
            "binary_sensor.bot_mqtt",
            "binary_sensor.bot_xmpp",
            "button.bot_mark_as_read",
            "button.bot_reconnect",
            "conversation.bot_conversation",
            "event.bot_alert",
            "event.bot_message",
            "notify.alice_home_test",
            "sensor.bot_alerts_firing",
            "sensor.bot_failed",
            "sensor.bot_last_message",
            "sensor.bot_messages",
            "sensor.bot_status",
            "sensor.bot_undelivered",
            "sensor.bot_unread",
            "sensor.home_temp_value",
            "switch.bot_do_not_disturb",
            "switch.bot_paused",
            "switch.bot_quiet",
        ]
        disabled = {each.entity_id for each in entries if each.disabled_by}
        assert disabled == {
            "event.bot_message",
            "sensor.bot_failed",
            "sensor.bot_last_message",
            "sensor.bot_messages",
            "sensor.bot_undelivered",
        }
        assert all(each.unique_id.startswith((entry.entry_id, *entry.subentries)) for each in entries)


async def test_the_status_follows_the_broker(
    hass: HomeAssistant, data: dict[str, Any], own_mosquitto: Server, port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/temp"))):
        assert (state_of(hass, "sensor.bot_status"), state_of(hass, "binary_sensor.bot_mqtt")) == (
            "waiting",
            STATE_ON,
        )
        await publish(port, "home/temp", "21")
        await until(is_in(hass, "sensor.bot_status", "online"))
        await asyncio.to_thread(own_mosquitto.stop)
        await until(is_in(hass, "sensor.bot_status", "offline"))
        assert state_of(hass, "binary_sensor.bot_mqtt") == STATE_OFF
        assert state_of(hass, "sensor.home_temp_value") == STATE_UNAVAILABLE
        assert hass.states.get("sensor.bot_status").attributes["reason"]
        await asyncio.to_thread(own_mosquitto.start)
        await until(is_in(hass, "sensor.bot_status", "online"))
        assert hass.states.get("sensor.bot_status").attributes["reason"] is None
        assert state_of(hass, "sensor.home_temp_value") == "21"


async def test_the_newest_message_is_a_sensor(
    hass: HomeAssistant, data: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    async with running(hass, bot_entry(data, topics("home/#"))):
        assert state_of(hass, "sensor.bot_last_message") == "unknown"
        await publish(port, "home/note", "x" * 300)
        await until(is_in(hass, "sensor.bot_messages", "1"))
        last = hass.states.get("sensor.bot_last_message")
        assert len(last.state) == 255
        assert last.attributes["topic"] == "home/note"
        assert last.attributes["time"] is not None


async def test_a_number_with_a_unit_is_a_measurement(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/temp"))):
        await publish(port, "home/temp", '{"value": 21.5, "unit": "°C"}')
        await until(is_in(hass, "sensor.home_temp_value", "21.5"))
        found = hass.states.get("sensor.home_temp_value")
        assert (found.attributes["unit_of_measurement"], found.attributes["state_class"]) == (
            "°C",
            "measurement",
        )


@pytest.mark.parametrize(
    ("payload", "shown"),
    [("open", "open"), ("1e400", "1e400"), ("NaN", "NaN"), ("y" * 300, "y" * 254 + "…")],
)
async def test_what_is_no_number_is_shown_as_text(
    hass: HomeAssistant, data: dict[str, Any], port: int, payload: str, shown: str
) -> None:
    async with running(hass, bot_entry(data, topics("home/x"))):
        await publish(port, "home/x", payload)
        await until(is_in(hass, "sensor.home_x_value", shown))
        assert "unit_of_measurement" not in hass.states.get("sensor.home_x_value").attributes


async def test_a_value_may_turn_from_number_to_text_and_back(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/x"))):
        for payload in ("1", "off", "2"):
            await publish(port, "home/x", payload)
            await until(is_in(hass, "sensor.home_x_value", payload))


async def test_the_fields_of_an_object_are_attributes(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/x"))):
        await publish(port, "home/x", '{"temperature": 21.5, "open": true}')
        await until(lambda: "fields" in hass.states.get("sensor.home_x_value").attributes)
        assert hass.states.get("sensor.home_x_value").attributes["fields"]["temperature"] == "21.5"


@pytest.mark.parametrize(("value", "state_class"), [(21.5, "measurement"), ("open", None)])
async def test_a_value_is_there_again_after_a_restart(
    hass: HomeAssistant, data: dict[str, Any], value: object, state_class: str | None
) -> None:
    unit = "°C" if state_class else None
    stored = {"native_value": value, "native_unit_of_measurement": unit}
    mock_restore_cache_with_extra_data(hass, [(State("sensor.home_temp_value", str(value)), stored)])
    async with running(hass, bot_entry(data, topics("home/temp"))):
        assert state_of(hass, "sensor.home_temp_value") == str(value)
        assert hass.states.get("sensor.home_temp_value").attributes.get("state_class") == state_class


async def test_a_flood_is_written_once_a_second(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    changes = async_capture_events(hass, "state_changed")
    async with running(hass, bot_entry(data, topics("home/x"))) as bot:
        changes.clear()
        for number in range(100):
            await publish(port, "home/x", str(number))
        await until(is_in(hass, "sensor.home_x_value", "99"))
        written = [each for each in changes if each.data["entity_id"] == "sensor.home_x_value"]
        assert len(written) < 50
        assert bot.bot.status.messages == 100


async def test_a_message_is_an_event_with_its_priority(
    hass: HomeAssistant, data: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)  # the newest message is not
    alarm = Subscription("home/alarm", priority=Priority.ALERT)
    fired = async_capture_events(hass, EVENT_MESSAGE)
    entry = bot_entry(data, topics(alarm))
    async with running(hass, entry):
        await publish(port, "home/alarm", '{"value": 7, "unit": "bar"}')
        await until(lambda: fired)
        found = hass.states.get("event.bot_message").attributes
        assert found["event_type"] == "alert"
        assert (found["topic"], found["value"], found["unit"]) == ("home/alarm", 7, "bar")
        event = dict(fired[0].data)
        assert event.pop("text")
        assert event == {
            "entry_id": entry.entry_id,
            "topic": "home/alarm",
            "name": "home/alarm",
            "value": 7,
            "unit": "bar",
            "priority": "alert",
            "retained": False,
        }


async def test_silent_and_known_messages_are_no_events(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    rules = topics(Subscription("home/silent", priority=Priority.SILENT), "home/kept", "home/last")
    await publish(port, "home/kept", "1", "-r")
    entry = bot_entry(data, rules)
    async with running(hass, entry, BotState.ONLINE):
        await until(lambda: state_of(hass, "sensor.home_kept_value") == "1")
    fired = async_capture_events(hass, EVENT_MESSAGE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: state_of(hass, "sensor.home_kept_value") == "1")
    await publish(port, "home/silent", "2")
    await publish(port, "home/last", "3")
    await until(lambda: fired)
    assert [event.data["topic"] for event in fired] == ["home/last"]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_what_a_contact_writes_is_an_event(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    fired = async_capture_events(hass, EVENT_CHAT)
    entry = bot_entry(both, contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        alice.say(BOT, "/mqtt status")
        await until(lambda: fired)
        said = dict(fired[0].data)
        assert said.pop("id"), "what is answered has to have a name"
        assert said == {
            "entry_id": entry.entry_id,
            "jid": ALICE,
            "text": "/mqtt status",
            "command": True,
            "room": "",
            "reply_to": "",
            "file": "",
            "file_type": "",
        }


async def test_the_pause_switch_holds_normal_messages_back(
    hass: HomeAssistant, port: int, both: dict[str, Any], alice: Person
) -> None:
    entry = bot_entry(both, topics("home/x") + contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        await hass.services.async_call(
            SWITCH, "turn_on", {ATTR_ENTITY_ID: "switch.bot_paused"}, blocking=True
        )
        assert state_of(hass, "switch.bot_paused") == STATE_ON
        await publish(port, "home/x", "held back")
        await until(is_in(hass, "sensor.home_x_value", "held back"))
        alice.say(BOT, "/mqtt aliases")
        await alice.next("alias")
        assert [heard for heard in alice.all if "held back" in heard.text] == []
        await hass.services.async_call(
            SWITCH, "turn_off", {ATTR_ENTITY_ID: "switch.bot_paused"}, blocking=True
        )
        assert state_of(hass, "switch.bot_paused") == STATE_OFF
        await publish(port, "home/x", "let through")
        await alice.next("let through")


async def test_a_pause_outlives_a_restart(hass: HomeAssistant, data: dict[str, Any]) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        await hass.services.async_call(
            SWITCH, "turn_on", {ATTR_ENTITY_ID: "switch.bot_paused"}, blocking=True
        )
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert state_of(hass, "switch.bot_paused") == STATE_ON
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_the_button_connects_anew(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data, topics("home/x"))) as bot:
        phases: list[Phase] = []
        bot.bot.listen(
            lambda told: phases.append(told.status.broker.phase) if hasattr(told, "status") else None
        )
        await hass.services.async_call(
            BUTTON, "press", {ATTR_ENTITY_ID: "button.bot_reconnect"}, blocking=True
        )
        await until(lambda: phases and phases[-1] is Phase.ONLINE and len(phases) > 1)
        await publish(port, "home/x", "1")
        await until(is_in(hass, "sensor.home_x_value", "1"))


async def test_two_subscriptions_of_one_topic_have_a_sensor_each(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/x", "$share/group/home/x"))):
        await publish(port, "home/x", "1")
        sensors = [each for each in hass.states.async_entity_ids("sensor") if each.endswith("value")]
        assert len(sensors) == 2
        await until(lambda: {state_of(hass, sensor) for sensor in sensors} == {"1"})


async def test_a_flood_of_normal_messages_spares_the_recorder_but_no_alert_is_left_out(
    hass: HomeAssistant, data: dict[str, Any], port: int, tmp_path: Path
) -> None:
    fired = async_capture_events(hass, EVENT_MESSAGE)
    lines = tmp_path / "lines"
    lines.write_text("".join(f"{number}\n" for number in range(400)))
    rules = topics("home/normal", Subscription("home/alert", priority=Priority.ALERT))
    async with running(hass, bot_entry(data, rules)) as bot:
        await publish_lines(port, "home/normal", lines)
        await publish_lines(port, "home/alert", lines)
        await until(lambda: bot.bot.status.messages == 800)
        left_out = bot.announcer.left_out
    topics_fired = Counter(event.data["topic"] for event in fired)
    assert topics_fired == {"home/alert": 400, "home/normal": 400 - left_out}
    assert left_out > 0


@pytest.mark.parametrize(
    ("config", "payload", "classes"),
    [
        ({"device_class": "temperature", "unit_of_measurement": "°C"}, "21", ("temperature", "measurement")),
        (
            {"device_class": "energy", "unit_of_measurement": "kWh", "state_class": "total_increasing"},
            "5",
            ("energy", "total_increasing"),
        ),
        ({"device_class": "energy", "unit_of_measurement": "kWh"}, "5", ("energy", None)),
        ({"device_class": "temperature", "unit_of_measurement": "kWh"}, "5", (None, "measurement")),
        ({"device_class": "colour"}, "5", (None, "measurement")),
        ({"device_class": "temperature", "unit_of_measurement": "°C"}, "warm", (None, None)),
    ],
)
async def test_a_sensor_has_the_classes_of_its_devices_discovery(
    hass: HomeAssistant,
    port: int,
    data: dict[str, Any],
    config: dict[str, str],
    payload: str,
    classes: tuple[str | None, str | None],
) -> None:
    async with running(hass, bot_entry(data, topics("classes/value"))) as bot:
        described = json.dumps({"state_topic": "classes/value", "unique_id": "c", **config})
        await publish(port, "homeassistant/sensor/classes/config", described, "-r")
        await publish(port, "classes/value", payload)
        await until(lambda: bot.bot.status.messages)
        await until(
            lambda: state_of(hass, "sensor.classes_value_value") not in {STATE_UNAVAILABLE, "unknown"}
        )
        found = hass.states.get("sensor.classes_value_value").attributes
        assert (found.get("device_class"), found.get("state_class")) == classes
