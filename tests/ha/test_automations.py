"""The bot's triggers and conditions, in real automations, and what the logbook says of alerts."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.condition import (
    async_from_config,
    async_get_all_descriptions as all_conditions,
    async_validate_condition_config,
)
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.trigger import TriggerConfig
from homeassistant.helpers.trigger.descriptions import async_get_all_descriptions as all_triggers
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from running import (
    ALICE,
    BOT,
    NO_ACCOUNT,
    alerts,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    standalone,
    state_of,
    topics,
    until,
)
import yaml

from custom_components import dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.bot.alerts.watches import BROKER
from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertState, Step
from custom_components.dinox_mqtt_bot.bot.model.announcements import AlertChanged, MessageReceived
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Condition,
    Contact,
    Operator,
    Priority,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.condition import CONDITIONS, LINKS
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass.events import (
    ALERT_STEPS,
    EVENT_ALERT,
    EVENT_CHAT,
    EVENTS_AT_ONCE,
    SIGNAL_MESSAGE,
    alert_event,
    step_of,
)
from custom_components.dinox_mqtt_bot.logbook import MESSAGES, ON_THE_WAY, async_describe_events
from custom_components.dinox_mqtt_bot.trigger import PRIORITIES, STATES, TRIGGERS, ValueChangedTrigger
from lab.person import Person
from lab.servers import Server

ROOT = Path(dinox_mqtt_bot.__file__).parent
WARM = AlertRule("home/+", Condition(Operator.ABOVE, ("30",)), name="Warm", number=1)
DOOR = AlertRule("home/door", Condition(Operator.EQUAL, ("OPEN",)), name="Door", number=2)

CHAT = {"entry_id": "1", "jid": "alice@home.test", "text": "Good  Night!", "command": False}
ALERT = alert_event(
    "1",
    AlertChanged(Alert("r", "home/oven", state=AlertState.FIRING), WARM, AlertState.PENDING),
)


def changed(before: AlertState, after: AlertState, step: Step | None = None) -> AlertChanged:
    return AlertChanged(Alert("r", "home/oven", state=after), WARM, before, step)


CHANGES = [changed(before, after) for before in AlertState for after in AlertState if before is not after]


async def automated(
    hass: HomeAssistant,
    *triggers: Any,
    conditions: Any = (),
    about: str = "{{ trigger.topic or trigger.jid }}",
    mode: str = "queued",
) -> list[Mapping[str, Any]]:
    """Set an automation up; return what its runs were told, as it comes."""
    runs: list[Mapping[str, Any]] = []

    async def note(call: ServiceCall) -> None:
        """Keep what an automation was told."""
        runs.append({**call.data, "about": str(call.data["about"]).strip()})

    hass.services.async_register("test", "note", note)
    action = {"action": "test.note", "data": {"about": about}}
    automation = {"triggers": list(triggers), "conditions": list(conditions), "actions": [action]}
    automation |= {"mode": mode, "max": 1_000}
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: automation})
    await hass.async_block_till_done()
    return runs


@pytest.mark.parametrize(
    ("trigger", "options", "event", "said", "other"),
    [
        ("chat_received", {"contact": "Alice@home.test"}, EVENT_CHAT, CHAT, {"jid": "bob@home.test"}),
        ("chat_received", {"words": ["thanks", "good night"]}, EVENT_CHAT, CHAT, {"text": "good nights"}),
        ("chat_received", {"words": ["", ""]}, EVENT_CHAT, CHAT, None),
        ("chat_received", {"pattern": "good *"}, EVENT_CHAT, CHAT, {"text": "a good night"}),
        ("chat_received", {"text": "d nig"}, EVENT_CHAT, CHAT, {"text": "good morning"}),
        ("chat_received", {"config_entry_id": "1"}, EVENT_CHAT, CHAT, {"entry_id": "2"}),
        ("alert_changed", {}, EVENT_ALERT, ALERT, None),
        ("alert_changed", {"rule": "warm"}, EVENT_ALERT, ALERT, {"rule": "Cold"}),
        ("alert_changed", {"rule": ["Cold", "#1"]}, EVENT_ALERT, ALERT, {"rule_number": 11, "rule": "x"}),
        ("alert_changed", {"topic": "home/#"}, EVENT_ALERT, ALERT, {"topic": "lab"}),
        ("alert_changed", {"step": "fired"}, EVENT_ALERT, ALERT, {"step": None}),
        ("alert_changed", {"to": "firing"}, EVENT_ALERT, ALERT, {"to_state": "resolved"}),
        ("alert_changed", {"to": "firing"}, EVENT_ALERT, ALERT, {"from_state": "firing"}),
        ("alert_changed", {"from": ["pending"]}, EVENT_ALERT, ALERT, {"from_state": "recovering"}),
    ],
)
async def test_a_trigger_fires_for_what_it_asks_for(
    hass: HomeAssistant, trigger: str, options: Any, event: str, said: Any, other: Any
) -> None:
    runs = await automated(hass, {"trigger": f"{DOMAIN}.{trigger}", "options": options})
    if other is not None:
        hass.bus.async_fire(event, {**said, **other})
    await hass.async_block_till_done()
    assert runs == []
    hass.bus.async_fire(event, said)
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == [said.get("topic") or said["jid"]]


async def test_the_places_of_a_pattern_are_known_to_the_actions(hass: HomeAssistant) -> None:
    trigger = {
        "trigger": f"{DOMAIN}.chat_received",
        "options": {"pattern": "heat the {room} to {degrees}"},
    }
    runs = await automated(hass, trigger, about="{{ trigger.slots.room }}: {{ trigger.slots.degrees }}")
    hass.bus.async_fire(EVENT_CHAT, {**CHAT, "text": "Heat the living room to 21 °C!"})
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == ["living room: 21 °C"]


def tell(hass: HomeAssistant, payload: str, topic: str = "home/oven", **more: Any) -> None:
    """Let a bot announce a message."""
    priority = more.pop("priority", Priority.NORMAL)
    entry_id, new = more.pop("entry_id", "1"), more.pop("new", True)
    subscription = Subscription(topic, priority=priority, alias=more.pop("alias", ""))
    message = Message(topic, payload.encode(), **more)
    reading = Readings().read(message, subscription)
    said = MessageReceived(reading, subscription, shown=True, new=new)
    async_dispatcher_send(hass, SIGNAL_MESSAGE, entry_id, said)


CLIMATE = '{"temperature": 31.5, "door": "OPEN"}'


@pytest.mark.parametrize(
    ("options", "said", "others"),
    [
        ({}, {"payload": "21"}, [{"priority": Priority.SILENT}, {"new": False}]),
        ({}, {"payload": ""}, []),
        ({"topic": "home/+"}, {"payload": "21"}, [{"topic": "lab/oven"}]),
        ({"topic": "the  Oven"}, {"payload": "21", "topic": "x/y", "alias": "The oven"}, [{"alias": "Ove"}]),
        (
            {"priority": ["alert"]},
            {"payload": "21", "priority": Priority.ALERT},
            [{"priority": Priority.NORMAL}],
        ),
        ({"config_entry_id": "1"}, {"payload": "21"}, [{"entry_id": "2"}]),
        ({"above": 30}, {"payload": "30.5"}, [{"payload": "30"}, {"payload": "warm"}, {"payload": ""}]),
        ({"above": "30 °C"}, {"payload": "87 °F"}, [{"payload": "85 °F"}, {"payload": "31 %"}]),
        ({"below": -15, "above": -20}, {"payload": "-18"}, [{"payload": "-12"}, {"payload": "-21"}]),
        ({"to": "on"}, {"payload": "ON"}, [{"payload": "OFF"}, {"payload": "one"}]),
        ({"to": 7}, {"payload": "7.0"}, [{"payload": "70"}]),
        ({"contains": "err"}, {"payload": "An ERROR"}, [{"payload": "fine"}]),
        ({"field": "temperature"}, {"payload": CLIMATE}, [{"payload": "31"}, {"payload": '{"x": 1}'}]),
        ({"field": "temperature", "above": 31}, {"payload": CLIMATE}, [{"payload": '{"temperature": 3}'}]),
        ({"field": "door", "to": "open"}, {"payload": CLIMATE}, [{"payload": '{"door": "closed"}'}]),
    ],
)
async def test_a_message_triggers_if_it_is_what_was_asked_for(
    hass: HomeAssistant, options: Any, said: Any, others: Any
) -> None:
    runs = await automated(hass, {"trigger": f"{DOMAIN}.message_received", "options": options})
    for other in others:
        tell(hass, **{**said, **other})
    await hass.async_block_till_done()
    assert runs == []
    tell(hass, **said)
    tell(hass, **said)
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == [said.get("topic", "home/oven")] * 2


async def test_a_trigger_on_a_field_tells_the_value_of_the_field(hass: HomeAssistant) -> None:
    about = "{{ trigger.value }} {{ trigger.text }} {{ trigger.unit }} {{ trigger.entry_id }}"
    trigger = {"trigger": f"{DOMAIN}.message_received", "options": {"field": "temperature"}}
    runs = await automated(hass, trigger, about=about)
    tell(hass, CLIMATE)
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == ["31.5 31.5 None 1"]


async def test_a_flood_of_normal_messages_does_not_start_as_many_runs(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    runs = await automated(hass, {"trigger": f"{DOMAIN}.message_received"}, mode="parallel")
    for number in range(EVENTS_AT_ONCE + 500):
        tell(hass, str(number))
    for number in range(10):
        tell(hass, str(number), "home/smoke", priority=Priority.CRITICAL)
    await hass.async_block_till_done()
    told = Counter(run["about"] for run in runs)
    assert told["home/smoke"] == 10
    assert EVENTS_AT_ONCE <= told["home/oven"] < EVENTS_AT_ONCE + 500
    assert caplog.text.count("some do not trigger") == 1


ROWS: list[tuple[Any, list[Any], list[str]]] = [
    ({}, ["1", "1", "2", "2.0", "1"], ["1>2", "2.0>1"]),
    ({}, ["open", ("closed", {"retain": True})], ["open>closed"]),
    ({"above": 30}, ["31", "32", "29", "31", "33"], ["None>31", "29>31"]),
    ({"above": 30}, [("31", {"retain": True}), "32", "29", "30.5"], ["29>30.5"]),
    ({"above": 30}, [("31", {"new": False}), "32"], []),
    ({"above": 30}, ["31", "", "warm", "31"], ["None>31", "warm>31"]),
    ({"above": 20, "below": 30}, ["25", "31", "25", "19"], ["None>25", "31>25"]),
    ({"to": "open"}, ["closed", "OPEN", "open", "closed", "open"], ["closed>OPEN", "closed>open"]),
    ({"contains": "err"}, ["fine", "error 1", "error 2", "fine"], ["fine>error 1"]),
    ({"field": "t"}, ['{"t": 1}', '{"x": 1}', '{"t": 2, "x": 5}', '{"t": 2, "x": 6}'], ["1>2"]),
    ({"field": "t", "below": 0}, ['{"t": 1}', '{"x": 1}', '{"t": -2}'], ["1>-2"]),
]


@pytest.mark.parametrize(("options", "payloads", "fired"), ROWS)
async def test_a_value_triggers_when_it_becomes_what_was_asked_for(
    hass: HomeAssistant, options: Any, payloads: list[Any], fired: list[str]
) -> None:
    trigger = {"trigger": f"{DOMAIN}.value_changed", "options": {"topic": "home/+", **options}}
    runs = await automated(hass, trigger, about="{{ trigger.before }}>{{ trigger.text }}", mode="queued")
    for payload in payloads:
        text, more = payload if isinstance(payload, tuple) else (payload, {})
        tell(hass, text, **more)
        tell(hass, "5", "home/other")
        tell(hass, text, "lab/oven", **more)
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == fired


async def test_a_silent_message_has_a_value_too(hass: HomeAssistant) -> None:
    trigger = {"trigger": f"{DOMAIN}.value_changed", "options": {"topic": "#", "above": 3}}
    runs = await automated(hass, trigger)
    tell(hass, "5", priority=Priority.SILENT)
    await hass.async_block_till_done()
    assert len(runs) == 1


LASTING: list[tuple[Any, list[str], list[str]]] = [
    ({"above": 30}, ["31", "32"], ["31"]),
    ({"above": 30}, ["31", "29"], []),
    ({"above": 30}, ["31", "29", "33", "34"], ["33"]),
    ({"to": "open"}, ["open", "open"], ["open"]),
    ({}, ["1", "2", "2"], ["2"]),
    ({}, ["1", "2", "3"], ["3"]),
    ({}, ["1", "1"], []),
]


@pytest.mark.parametrize(("options", "payloads", "fired"), LASTING)
async def test_a_value_triggers_when_it_has_stayed_so(
    hass: HomeAssistant, options: Any, payloads: list[str], fired: list[str]
) -> None:
    lasting = {"topic": "home/oven", "for": {"minutes": 5}, **options}
    trigger = {"trigger": f"{DOMAIN}.value_changed", "options": lasting}
    runs = await automated(hass, trigger, about="{{ trigger.text }}")
    for payload in payloads:
        tell(hass, payload)
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=4))
    await hass.async_block_till_done()
    assert runs == []
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == fired
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=20))
    await hass.async_block_till_done()
    assert len(runs) == len(fired)


@pytest.mark.parametrize(
    ("options", "said", "fired"),
    [
        ({"above": 30}, [{"payload": "31"}, {"payload": "32"}], ["31"]),
        ({"above": 30}, [{"payload": "31"}, {"payload": "29"}], []),
        ({"above": 30}, [{"payload": "31"}, {"payload": "29"}, {"payload": "33"}], ["33"]),
        ({"above": 30}, [{"payload": "31"}, {"payload": "29", "priority": Priority.SILENT}], []),
        ({"above": 30}, [{"payload": "31", "new": False}, {"payload": "32"}], ["32"]),
        ({"above": 30}, [{"payload": "31"}, {"payload": "warm"}], []),
        ({"field": "t", "below": 5}, [{"payload": '{"t": 4}'}, {"payload": '{"x": 9}'}], ["4"]),
        ({"to": "open"}, [{"payload": "open", "retain": True}], ["open"]),
    ],
)
async def test_a_message_triggers_when_all_have_been_so_for_a_while(
    hass: HomeAssistant, options: Any, said: list[Any], fired: list[str]
) -> None:
    lasting = {"for": {"minutes": 5}, **options}
    trigger = {"trigger": f"{DOMAIN}.message_received", "options": lasting}
    runs = await automated(hass, trigger, about="{{ trigger.text }}")
    for each in said:
        tell(hass, **each)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=4))
    await hass.async_block_till_done()
    assert runs == []
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await hass.async_block_till_done()
    assert [run["about"] for run in runs] == fired


async def test_an_automation_that_is_switched_off_waits_for_nothing(hass: HomeAssistant) -> None:
    lasting = {"topic": "#", "for": {"minutes": 5}, "above": 3}
    runs = await automated(hass, {"trigger": f"{DOMAIN}.value_changed", "options": lasting})
    tell(hass, "5")
    (automation,) = hass.states.async_entity_ids(AUTOMATION)
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": automation}, blocking=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    tell(hass, "1")
    tell(hass, "5")
    await hass.async_block_till_done()
    assert runs == []


async def test_the_values_of_very_many_topics_are_forgotten_some_day(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.trigger.MOST_TOPICS", 3)
    options = {"topic": "#", "above": "3", "for": timedelta(minutes=5), "config_entry_id": ""}
    trigger = ValueChangedTrigger(hass, TriggerConfig("x", None, options))
    fired: list[Any] = []
    detach = await trigger.async_attach_runner(lambda *said: fired.append(said))
    for number in range(10):
        tell(hass, "5", f"t/{number}")
    assert [topic for _, topic in trigger._known] == ["t/7", "t/8", "t/9"]
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await hass.async_block_till_done()
    assert [said[0]["topic"] for said in fired] == ["t/7", "t/8", "t/9"]
    detach()


@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("message_received", {"topic": "home/#/x"}),
        ("message_received", {"priority": ["silent"]}),
        ("message_received", {"above": "warm"}),
        ("message_received", {"for": {"minutes": 5}}),
        ("message_received", {"field": "t", "for": {"minutes": 5}}),
        ("value_changed", {}),
        ("value_changed", {"topic": ""}),
        ("value_changed", {"topic": "a", "below": "cold"}),
        ("value_changed", {"topic": "a", "for": "soon"}),
        ("chat_received", {"contact": "nobody"}),
        ("alert_changed", {"to": ["on fire"]}),
        ("alert_changed", {"colour": "red"}),
    ],
)
async def test_a_trigger_that_makes_no_sense_is_refused(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, trigger: str, options: Any
) -> None:
    await automated(hass, {"trigger": f"{DOMAIN}.{trigger}", "options": options})
    assert (
        "failed to setup triggers" in caplog.text
        or "Invalid config" in caplog.text
        or hass.states.async_all(AUTOMATION)[0].state == "unavailable"
    )


@pytest.fixture
def entry(mosquitto: Server) -> MockConfigEntry:
    data = {**standalone(mosquitto.ports["mqtt"]), **NO_ACCOUNT}
    return bot_entry(data, topics("home/#") + alerts(WARM, DOOR))


async def test_a_trigger_and_a_condition_work_together_on_a_real_alert(
    hass: HomeAssistant, entry: MockConfigEntry, mosquitto: Server
) -> None:
    port = mosquitto.ports["mqtt"]
    runs = await automated(
        hass,
        {"trigger": f"{DOMAIN}.alert_changed", "options": {"rule": "door", "to": "firing"}},
        conditions=[{"condition": f"{DOMAIN}.alert_is_firing", "options": {"rule": "Warm"}}],
    )
    async with running(hass, entry) as bot:
        await publish(port, "home/door", "OPEN")
        await until(lambda: len(bot.bot.alerts.active) == 1)
        await publish(port, "home/door", "CLOSED")
        await publish(port, "home/oven", "31")
        await until(lambda: [alert.topic for alert in bot.bot.alerts.active] == ["home/oven"])
        await hass.async_block_till_done()
        assert runs == []
        await publish(port, "home/door", "OPEN")
        await until(lambda: runs)
        assert [run["about"] for run in runs] == ["home/door"]


async def test_a_condition_looks_at_rule_bot_and_acknowledgement(
    hass: HomeAssistant, entry: MockConfigEntry, mosquitto: Server
) -> None:
    port = mosquitto.ports["mqtt"]
    async with running(hass, entry) as bot:
        assert not await holds(hass, {})
        await publish(port, "home/oven", "31")
        await until(lambda: bot.bot.alerts.active)
        assert await holds(hass, {})
        assert await holds(hass, {"rule": "1"})
        assert not await holds(hass, {"rule": "Door"})
        assert await holds(hass, {"config_entry_id": entry.entry_id})
        assert not await holds(hass, {"config_entry_id": "other"})
        assert await holds(hass, {"acknowledged": False})
        assert not await holds(hass, {"acknowledged": True})
    assert not await holds(hass, {})


async def asked(hass: HomeAssistant, condition: str, options: dict[str, Any]) -> bool:
    """Ask a condition once."""
    config = await async_validate_condition_config(
        hass, {"condition": f"{DOMAIN}.{condition}", "options": options}
    )
    checker = await async_from_config(hass, config)
    answer = bool(checker.async_check())
    checker.async_unload()
    return answer


async def holds(hass: HomeAssistant, options: dict[str, Any]) -> bool:
    """Ask about alerts once, and whether it would be told that the answer may be another one."""
    config = await async_validate_condition_config(
        hass, {"condition": f"{DOMAIN}.alert_is_firing", "options": options}
    )
    checker = await async_from_config(hass, config)
    told: list[bool] = []
    stop = await checker.async_track_changes(lambda: told.append(True))
    assert not checker.needs_polling
    hass.bus.async_fire(EVENT_ALERT, {**ALERT, "rule": "nobody's", "topic": "nowhere"})
    await hass.async_block_till_done()
    assert told == [True]
    stop()
    answer = bool(checker.async_check())
    checker.async_unload()
    return answer


async def test_rules_and_contacts_are_picked_as_entities(
    hass: HomeAssistant, mosquitto: Server, entity_registry: er.EntityRegistry
) -> None:
    data = {**standalone(mosquitto.ports["mqtt"]), **NO_ACCOUNT}
    entry = bot_entry(data, topics("home/#") + alerts(WARM, DOOR))
    trigger = {"trigger": f"{DOMAIN}.alert_changed", "options": {"rule": ["binary_sensor.bot_door"]}}
    runs = await automated(hass, trigger, about="{{ trigger.rule }}")
    async with running(hass, entry):
        await publish(mosquitto.ports["mqtt"], "home/oven", "31")
        await until(lambda: state_of(hass, "binary_sensor.bot_warm") == "on")
        assert await asked(hass, "alert_is_firing", {"rule": ["binary_sensor.bot_warm"]})
        assert not await asked(hass, "alert_is_firing", {"rule": ["binary_sensor.bot_door"]})
        # What an automation names by its entity stays meant when the entity gets another name.
        entity_registry.async_update_entity("binary_sensor.bot_warm", new_entity_id="binary_sensor.heat")
        assert await asked(hass, "alert_is_firing", {"rule": ["binary_sensor.heat"]})
        assert not await asked(hass, "alert_is_firing", {"rule": ["binary_sensor.nobody"]})
        assert not await asked(hass, "alert_is_firing", {"rule": ["binary_sensor.bot_mqtt"]})
        await publish(mosquitto.ports["mqtt"], "home/door", "OPEN")
        await until(lambda: runs)
    assert [run["about"] for run in runs] == ["Door"]


async def test_a_bot_is_connected_while_its_links_stand(
    hass: HomeAssistant, own_mosquitto: Server, both: dict[str, Any]
) -> None:
    entry = bot_entry(both)
    assert not await asked(hass, "bot_is_connected", {})
    async with running(hass, entry) as bot:
        await reachable(bot)
        for options in ({}, {"link": "mqtt"}, {"link": ["xmpp"]}, {"config_entry_id": entry.entry_id}):
            assert await asked(hass, "bot_is_connected", options)
        assert not await asked(hass, "bot_is_connected", {"config_entry_id": "other"})
        config = {"condition": f"{DOMAIN}.bot_is_connected", "options": {}}
        checker = await async_from_config(hass, await async_validate_condition_config(hass, config))
        told: list[bool] = []
        stop = await checker.async_track_changes(lambda: told.append(bool(checker.async_check())))
        assert not checker.needs_polling
        await asyncio.to_thread(own_mosquitto.stop)
        await until(lambda: told and not told[-1])
        assert not await asked(hass, "bot_is_connected", {"link": "mqtt"})
        assert await asked(hass, "bot_is_connected", {"link": "xmpp"})
        stop()
        checker.async_unload()
    assert not await asked(hass, "bot_is_connected", {"link": "xmpp"})


async def test_a_contact_is_available_while_it_is_seen(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    entry = bot_entry(both, contacts(Contact(ALICE), Contact("bob@home.test")))

    async def available(**options: Any) -> bool:
        return await asked(hass, "contact_is_available", options)

    assert not await available()
    async with running(hass, entry) as bot:
        await reachable(bot)
        alice.befriend(BOT)
        alice.show(None)
        await until(lambda: bot.chat.available(ALICE))
        assert await available()
        assert await available(contact=ALICE)
        assert await available(contact=["notify.bob_home_test", "notify.alice_home_test"])
        assert not await available(contact="notify.bob_home_test")
        assert not await available(config_entry_id="other")
        alice.show("dnd")
        await until(lambda: not bot.chat.available(ALICE))
        assert not await available()
        alice.show(None)
        await until(lambda: bot.chat.available(ALICE))


async def test_without_an_account_nobody_is_seen(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data, contacts(ALICE))):
        assert not await asked(hass, "contact_is_available", {})
        assert await asked(hass, "bot_is_connected", {})


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.before}-{change.alert.state}")
def test_every_change_of_an_alert_has_a_step_that_is_known_or_none(change: AlertChanged) -> None:
    step = step_of(change)
    assert step in {None, *ALERT_STEPS}
    assert (step or change.alert.state) in (MESSAGES if step else ON_THE_WAY)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (changed(AlertState.PENDING, AlertState.FIRING), "fired"),
        (changed(AlertState.RECOVERING, AlertState.FIRING), None),
        (changed(AlertState.INACTIVE, AlertState.PENDING), None),
        (changed(AlertState.PENDING, AlertState.NO_DATA), "no_data"),
        (changed(AlertState.FIRING, AlertState.RESOLVED), "resolved"),
        (changed(AlertState.FIRING, AlertState.FIRING, Step.SNOOZED), "snoozed"),
        (changed(AlertState.FIRING, AlertState.RESOLVED, Step.CLOSED), "closed"),
    ],
)
def test_a_step_says_what_happened(change: AlertChanged, step: str | None) -> None:
    assert step_of(change) == step


def test_the_alert_about_the_broker_is_named_by_its_id() -> None:
    away = AlertChanged(Alert(BROKER.id, "", state=AlertState.NO_DATA), BROKER, AlertState.PENDING)
    told = alert_event("1", away)
    assert (told["rule"], told["step"], told["topic"], told["text"]) == ("broker", "no_data", "", "")


async def test_a_start_fires_no_event_about_the_broker(
    hass: HomeAssistant, entry: MockConfigEntry, mosquitto: Server
) -> None:
    events = async_capture_events(hass, EVENT_ALERT)
    async with running(hass, entry):
        await publish(mosquitto.ports["mqtt"], "home/oven", "31")
        await until(lambda: events)
    assert {event.data["rule"] for event in events} == {"Warm"}


async def test_the_logbook_tells_of_alerts_in_the_language_of_home_assistant(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config.language = "de"
    described = {}
    async_describe_events(hass, lambda domain, event, describe: described.update({(domain, event): describe}))
    describe = described[DOMAIN, EVENT_ALERT]
    alert = Alert("r", "home/oven", name="Oven", value="31 °C", state=AlertState.FIRING)

    def said(change: AlertChanged) -> str:
        told = describe(Event(EVENT_ALERT, alert_event(entry.entry_id, change)))
        assert told["name"] == ("MQTT-Broker" if change.rule is BROKER else "Warm")
        return told["message"]

    fired = AlertChanged(alert, WARM, AlertState.PENDING)
    async with running(hass, entry):
        assert said(fired) == "hat ausgelöst: Oven, 31 °C"
        acknowledged = AlertChanged(alert, WARM, AlertState.FIRING, Step.ACKNOWLEDGED, "Alice")
        assert said(acknowledged) == "wurde von Alice quittiert: Oven"
        on_the_way = AlertChanged(replace(alert, state=AlertState.RECOVERING), WARM, AlertState.FIRING)
        assert said(on_the_way) == "klingt ab: Oven, 31 °C"
        away = Alert(BROKER.id, "", state=AlertState.NO_DATA)
        assert (
            said(AlertChanged(away, BROKER, AlertState.PENDING))
            == "ist nicht erreichbar; nichts kann überwacht werden"
        )
        back = AlertChanged(replace(away, state=AlertState.RESOLVED), BROKER, AlertState.NO_DATA)
        assert said(back) == "ist wieder erreichbar"
    assert said(fired) == "fired: Oven"


def described(kind: str) -> dict[str, Any]:
    """Return what the dialogs of automations are built from."""
    texts = yaml.safe_load((ROOT / f"{kind}.yaml").read_text("utf-8"))
    return {key: value for key, value in texts.items() if not key.startswith(".")}


def test_what_the_dialogs_offer_is_what_is_understood() -> None:
    triggers = described("triggers")
    assert set(triggers) == set(TRIGGERS)
    for key, trigger in TRIGGERS.items():
        assert {str(field) for field in trigger.fields} | {"config_entry_id"} == set(triggers[key]["fields"])
    conditions = described("conditions")
    assert set(conditions) == set(CONDITIONS)
    for key, condition in CONDITIONS.items():
        fields = {str(field) for field in condition.fields}
        assert fields | {"config_entry_id"} == set(conditions[key]["fields"])
    assert conditions["bot_is_connected"]["fields"]["link"]["selector"]["select"]["options"] == list(LINKS)

    def offered(field: str) -> list[str]:
        return list(triggers["alert_changed"]["fields"][field]["selector"]["select"]["options"])

    assert (offered("step"), offered("from"), offered("to")) == (list(ALERT_STEPS), STATES, STATES)
    assert triggers["message_received"]["fields"]["priority"]["selector"]["select"]["options"] == PRIORITIES


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_everything_in_the_dialogs_has_a_text_and_an_icon(language: str, kind: str) -> None:
    texts = json.loads((ROOT / "translations" / f"{language}.json").read_text("utf-8"))
    icons = json.loads((ROOT / "icons.json").read_text("utf-8"))
    asked = described(kind)
    assert set(texts[kind]) == set(icons[kind]) == set(asked)
    for key, what in asked.items():
        assert set(texts[kind][key]) == {"name", "description", "fields"}
        assert set(texts[kind][key]["fields"]) == set(what["fields"])
        for name, field in what["fields"].items():
            assert set(texts[kind][key]["fields"][name]) == {"name", "description"}
            if choice := (field["selector"].get("select") or {}):
                assert set(choice["options"]) <= set(texts["selector"][choice["translation_key"]]["options"])


async def test_home_assistant_takes_the_descriptions(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    await automated(hass, {"trigger": f"{DOMAIN}.alert_changed"})
    assert {key for key in await all_triggers(hass) if key.startswith(DOMAIN)} == {
        f"{DOMAIN}.{key}" for key in TRIGGERS
    }
    assert all([(await all_conditions(hass))[f"{DOMAIN}.{key}"] for key in CONDITIONS])
    assert "Unable to parse" not in caplog.text
