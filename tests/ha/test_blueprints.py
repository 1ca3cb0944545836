"""The blueprints, made automations in Home Assistant, and what they do when something happens."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_fire_time_changed
from running import ALICE, BOT, alerts, ask, bot_entry, contacts, publish, reachable, running, topics, until
import yaml

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass.events import EVENT_CHAT
from lab.person import Person

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
NAMES = sorted(path.stem for path in (BLUEPRINTS / "automation" / DOMAIN).glob("*.yaml"))
FREEZER = AlertRule("home/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer warm", number=1)
NOTIFY_ALICE = "notify.alice_home_test"
EVENING = {"entity_id": "automation.evening_report"}
RING = {"action": "test.note", "data": {"what": "ring"}}
CALM = {"action": "test.note", "data": {"what": "calm"}}


async def automated(hass: HomeAssistant, name: str, inputs: Mapping[str, Any]) -> list[str]:
    """Make an automation of a blueprint as the page does; return what its actions note, as it comes."""
    noted: list[str] = []

    async def note(call: ServiceCall) -> None:
        noted.append(call.data["what"])

    hass.services.async_register("test", "note", note)
    folder = Path(hass.config.path("blueprints"))
    await hass.async_add_executor_job(shutil.copytree, BLUEPRINTS, folder)
    used = {"use_blueprint": {"path": f"{DOMAIN}/{name}.yaml", "input": dict(inputs)}}
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: {"id": name, "alias": name, **used}})
    await hass.async_block_till_done()
    assert hass.states.get(f"automation.{name}").state == "on"
    return noted


def test_there_are_three() -> None:
    assert NAMES == ["evening_report", "freezer_alarm", "who_rang"]


@pytest.mark.parametrize("name", NAMES)
def test_a_blueprint_says_where_it_is_from_and_what_it_asks(name: str) -> None:
    path = BLUEPRINTS / "automation" / DOMAIN / f"{name}.yaml"
    yaml.SafeLoader.add_constructor("!input", lambda loader, node: node.value)
    told = yaml.safe_load(path.read_text("utf-8"))["blueprint"]
    assert told["source_url"].endswith(f"/blob/main/{path.relative_to(BLUEPRINTS.parent)}")
    assert all(each["name"] and each["selector"] for each in told["input"].values())


async def test_a_freezer_rings_until_somebody_sees_to_it(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person
) -> None:
    entry = bot_entry(both, topics("home/freezer") + contacts(ALICE) + alerts(FREEZER))
    async with running(hass, entry) as bot:
        await reachable(bot)
        inputs = {"alerts": ["binary_sensor.bot_freezer_warm"], "ring": [RING], "calm": [CALM]}
        noted = await automated(hass, "freezer_alarm", inputs)
        await publish(port, "home/freezer", "-12")
        await until(lambda: noted == ["ring"])
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
        await until(lambda: noted == ["ring", "ring"])
        await alice.next("Freezer warm")
        alice.say(BOT, "ack")
        await until(lambda: noted == ["ring", "ring", "calm"])
        await publish(port, "home/freezer", "-18")
        await alice.next("✅")
        await publish(port, "home/freezer", "-11")
        await until(lambda: noted[3:] == ["ring"])
        await publish(port, "home/freezer", "-18")
        await until(lambda: noted[3:] == ["ring", "calm"])


async def test_a_freezer_does_not_ring_for_ever(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data, topics("home/freezer") + alerts(FREEZER))):
        inputs = {"alerts": ["binary_sensor.bot_freezer_warm"], "ring": [RING], "calm": [CALM], "most": 1}
        noted = await automated(hass, "freezer_alarm", inputs)
        await publish(port, "home/freezer", "-12")
        await until(lambda: noted == ["ring"])
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
        await until(lambda: noted == ["ring", "calm"])


async def test_who_is_told_of_the_bell_may_answer(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person
) -> None:
    entry = bot_entry(both, topics("home/bell") + contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        inputs = {
            "topic": "home/bell",
            "field": "action",
            "pressed": "single",
            "contacts": [NOTIFY_ALICE],
            "words": ["open", "let them in"],
            "answered": [{"action": "test.note", "data": {"what": "opened"}}],
        }
        noted = await automated(hass, "who_rang", inputs)
        heard = async_capture_events(hass, EVENT_CHAT)
        alice.say(BOT, "open")
        await until(lambda: heard)
        await publish(port, "home/bell", '{"action": "double"}')
        await publish(port, "home/bell", '{"action": "single"}')
        await alice.next("Somebody is at the door")
        assert noted == []
        alice.say(BOT, "Let them in, please")
        await until(lambda: noted == ["opened"])


async def test_a_bell_without_a_value_rings_with_whatever_comes(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person
) -> None:
    async with running(hass, bot_entry(both, topics("home/bell") + contacts(ALICE))) as bot:
        await reachable(bot)
        await automated(hass, "who_rang", {"topic": "home/bell", "contacts": [NOTIFY_ALICE]})
        await publish(port, "home/bell", "")
        await alice.next("Somebody is at the door")
        # It would wait for an answer.
        bell = {"entity_id": "automation.who_rang"}
        await hass.services.async_call(AUTOMATION, "turn_off", bell, blocking=True)


async def report(hass: HomeAssistant) -> None:
    """Let the hour of the report come, and no other."""
    await hass.services.async_call(AUTOMATION, "turn_off", EVENING | {"stop_actions": False}, blocking=True)
    await hass.services.async_call(AUTOMATION, "trigger", EVENING | {"skip_condition": False}, blocking=True)


async def test_the_evening_report_tells_how_things_are(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person
) -> None:
    entry = bot_entry(both, topics("home/freezer") + contacts(ALICE) + alerts(FREEZER))
    hass.states.async_set("binary_sensor.door", "off", {"friendly_name": "Door", "device_class": "door"})
    async with running(hass, entry) as bot:
        await reachable(bot)
        inputs = {"contacts": [NOTIFY_ALICE], "things": ["binary_sensor.door", "sensor.home_freezer_value"]}
        await automated(hass, "evening_report", inputs)
        await publish(port, "home/freezer", '{"value": -18.5, "unit": "°C"}')
        await until(lambda: hass.states.get("sensor.home_freezer_value").state == "-18.5")
        await report(hass)
        told = await alice.next("Good evening")
        assert told.text.split("\n")[:3] == ["🌙 Good evening", "Nothing is wrong.", "Door: Closed"]
        assert "-18.5 °C" in told.text
        await publish(port, "home/freezer", "-12")
        await until(lambda: hass.states.get("binary_sensor.bot_freezer_warm").state == "on")
        await report(hass)
        assert "🔴 Bot Freezer warm" in (await alice.next("Good evening")).text


async def test_the_evening_report_may_stay_away_while_all_is_well(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        await automated(hass, "evening_report", {"contacts": [NOTIFY_ALICE], "quiet": True})
        await report(hass)
        await ask(hass, "send_message", message="that was all")
        await alice.next("that was all")
        assert [heard for heard in alice.all if "Good evening" in heard.text] == []
