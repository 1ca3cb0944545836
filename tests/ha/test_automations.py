"""The bot's triggers and its condition, in real automations, and what the logbook says of alerts."""

from collections.abc import Mapping
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.helpers.condition import (
    async_from_config,
    async_get_all_descriptions as all_conditions,
    async_validate_condition_config,
)
from homeassistant.helpers.trigger.descriptions import async_get_all_descriptions as all_triggers
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from running import NO_ACCOUNT, alerts, bot_entry, publish, running, standalone, topics, until
import yaml

from custom_components import dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.bot.alerts.watches import BROKER
from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertState, Step
from custom_components.dinox_mqtt_bot.bot.model.announcements import AlertChanged
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.condition import SCHEMA
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass.events import (
    ALERT_STEPS,
    EVENT_ALERT,
    EVENT_CHAT,
    EVENT_MESSAGE,
    alert_event,
    step_of,
)
from custom_components.dinox_mqtt_bot.logbook import ON_THE_WAY, TEXTS, async_describe_events
from custom_components.dinox_mqtt_bot.trigger import PRIORITIES, STATES, TRIGGERS
from lab.servers import Server

ROOT = Path(dinox_mqtt_bot.__file__).parent
WARM = AlertRule("home/+", Condition(Operator.ABOVE, ("30",)), name="Warm", number=1)
DOOR = AlertRule("home/door", Condition(Operator.EQUAL, ("OPEN",)), name="Door", number=2)

MESSAGE = {"entry_id": "1", "topic": "home/oven", "priority": "normal", "text": "21"}
CHAT = {"entry_id": "1", "jid": "alice@home.test", "text": "Good  Night!", "command": False}
ALERT = alert_event(
    "1",
    AlertChanged(Alert("r", "home/oven", state=AlertState.FIRING), WARM, AlertState.PENDING),
)


def changed(before: AlertState, after: AlertState, step: Step | None = None) -> AlertChanged:
    return AlertChanged(Alert("r", "home/oven", state=after), WARM, before, step)


CHANGES = [changed(before, after) for before in AlertState for after in AlertState if before is not after]


async def automated(hass: HomeAssistant, *triggers: Any, conditions: Any = ()) -> list[Mapping[str, Any]]:
    """Set an automation up; return what its runs were told, as it comes."""
    runs: list[Mapping[str, Any]] = []

    async def note(call: ServiceCall) -> None:
        """Keep what an automation was told."""
        runs.append(call.data)

    hass.services.async_register("test", "note", note)
    action = {"action": "test.note", "data": {"about": "{{ trigger.topic or trigger.jid }}"}}
    automation = {"triggers": list(triggers), "conditions": list(conditions), "actions": [action]}
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: automation})
    await hass.async_block_till_done()
    return runs


@pytest.mark.parametrize(
    ("trigger", "options", "event", "said", "other"),
    [
        ("message_received", {}, EVENT_MESSAGE, MESSAGE, None),
        ("message_received", {"topic": "home/+"}, EVENT_MESSAGE, MESSAGE, {"topic": "lab/oven"}),
        ("message_received", {"priority": ["normal"]}, EVENT_MESSAGE, MESSAGE, {"priority": "alert"}),
        ("message_received", {"config_entry_id": "1"}, EVENT_MESSAGE, MESSAGE, {"entry_id": "2"}),
        ("chat_received", {"contact": "Alice@home.test"}, EVENT_CHAT, CHAT, {"jid": "bob@home.test"}),
        ("chat_received", {"text": "good night"}, EVENT_CHAT, CHAT, {"text": "good morning"}),
        ("alert_changed", {}, EVENT_ALERT, ALERT, None),
        ("alert_changed", {"rule": "warm"}, EVENT_ALERT, ALERT, {"rule": "Cold"}),
        ("alert_changed", {"rule": "#1"}, EVENT_ALERT, ALERT, {"rule_number": 11}),
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


@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("message_received", {"topic": "home/#/x"}),
        ("message_received", {"priority": ["silent"]}),
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


async def holds(hass: HomeAssistant, options: dict[str, Any]) -> bool:
    """Ask the condition once, and whether it would tell that its answer may be another one."""
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


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.before}-{change.alert.state}")
def test_every_change_of_an_alert_has_a_step_that_is_known_or_none(change: AlertChanged) -> None:
    step = step_of(change)
    assert step in {None, *ALERT_STEPS}
    assert (step or change.alert.state) in (TEXTS if step else ON_THE_WAY)


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
    (options,) = SCHEMA.schema.values()
    assert set(described("conditions")["alert_is_firing"]["fields"]) == {str(option) for option in options}

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
    assert (await all_conditions(hass))[f"{DOMAIN}.alert_is_firing"] is not None
    assert "Unable to parse" not in caplog.text
