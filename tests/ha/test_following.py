"""What devices announce on a real broker: listened to unasked, told when it is followed."""

import asyncio
from collections.abc import Iterable
import json
from typing import Any

from flows import NO_XMPP, answer, asked, begin, broker_answers, suggested
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    NO_ACCOUNT,
    ask,
    bot_entry,
    contacts,
    mqtt_entry,
    publish,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Display, Follow, Scope
from custom_components.dinox_mqtt_bot.const import CONF_MODE, SUBENTRY_TOPIC, Mode
from custom_components.dinox_mqtt_bot.entry.rules import TOPICS, follows_in
from lab.person import Person
from lab.servers import Server

PORCH = {"name": "Porch lamp", "ids": ["porch1"], "sa": "Porch"}
SHED = {"name": "Shed meter", "ids": ["shed1"], "sa": "Shed"}
CONFIGS = {
    "light/porch/config": {
        "name": None,
        "schema": "json",
        "stat_t": "yard/porch",
        "cmd_t": "yard/porch/set",
        "avty_t": "yard/porch/availability",
        "dev": PORCH,
    },
    "sensor/shed/config": {"name": "Power", "stat_t": "yard/shed", "unit_of_meas": "W", "dev": SHED},
}


async def announce(port: int, configs: dict[str, Any]) -> None:
    for topic, config in configs.items():
        await publish(port, f"homeassistant/{topic}", json.dumps(config), "-r")


@pytest.fixture
async def yard(own_mosquitto: Server) -> int:
    port = own_mosquitto.ports["mqtt"]
    await announce(port, CONFIGS)
    await publish(port, "yard/porch", '{"state": "ON"}', "-r")
    await publish(port, "yard/shed", "212.5", "-r")
    return port


def names(rows: Iterable[Any]) -> dict[str, str]:
    return {row["name"]: row["value"] for row in rows}


async def test_states_are_known_without_a_subscription_and_not_stored(hass: HomeAssistant, yard: int) -> None:
    async with running(hass, bot_entry({**standalone(yard), **NO_ACCOUNT}), None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: devices.newest("yard/porch") and devices.newest("yard/shed"))
        found = names((await ask(hass, "devices"))["rows"])
        assert found["Shed meter Power"] == "212.5 W"
        assert found["Porch lamp"].startswith("on")
        assert await bot.bot.ports.history.topics("#", 10) == []


async def test_they_are_known_through_home_assistants_own_connection_too(
    hass: HomeAssistant, mock_hass_config: None, yard: int
) -> None:
    mqtt = mqtt_entry(yard)
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    entry = bot_entry({CONF_MODE: Mode.HOME_ASSISTANT.value, **NO_ACCOUNT})
    async with running(hass, entry, None) as bot:
        devices = bot.bot.readings.devices
        await until(lambda: devices.newest("yard/porch") and devices.newest("yard/shed"))
        await publish(yard, "yard/shed", "3", "-r")
        await until(lambda: devices.newest("yard/shed")[1] == b"3")
    await hass.config_entries.async_unload(mqtt.entry_id)


async def test_what_is_removed_is_listened_to_no_more(hass: HomeAssistant, yard: int) -> None:
    async with running(hass, bot_entry({**standalone(yard), **NO_ACCOUNT}), None) as bot:
        await until(lambda: "yard/shed" in bot.bot.wanted)
        await publish(yard, "homeassistant/sensor/shed/config", "", "-r")
        await until(lambda: "yard/shed" not in bot.bot.wanted)
        assert "yard/porch" in bot.bot.wanted


async def test_many_devices_are_asked_for_with_a_few_wildcards(
    hass: HomeAssistant, own_mosquitto: Server
) -> None:
    port = own_mosquitto.ports["mqtt"]
    for number in range(0, 300, 60):
        await asyncio.gather(
            *(
                publish(
                    port,
                    f"homeassistant/sensor/p{each}/config",
                    json.dumps({"name": "Power", "stat_t": f"z/plug{each}", "dev": {"ids": f"p{each}"}}),
                    "-r",
                )
                for each in range(number, number + 60)
            )
        )
    async with running(hass, bot_entry({**standalone(port), **NO_ACCOUNT}), None) as bot:
        await until(lambda: "z/+" in bot.bot.wanted and len(bot.bot.readings.devices) == 300)
        assert len(bot.bot.wanted) < 25
        await publish(port, "z/plug17", "5", "-r")
        await until(lambda: bot.bot.readings.devices.newest("z/plug17"))


async def test_a_followed_area_is_told_when_it_changes(
    hass: HomeAssistant, yard: int, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE)), None) as bot:
        await until(lambda: bot.bot.readings.devices.newest("yard/shed"))
        said = await ask(hass, "follow", name="shed")
        assert "Shed" in said["text"]
        assert "212.5 W" in said["text"]
        await publish(yard, "yard/shed", "99")
        await alice.next("99")
        await publish(yard, "yard/porch", '{"state": "OFF"}')
        await until(lambda: b"OFF" in bot.bot.readings.devices.newest("yard/porch")[1])
        assert follows_in(bot.entry.options) == (Follow(Scope.AREA, "shed", "Shed"),)
        stored = await bot.bot.ports.history.topics("#", 10)
        assert [row.topic for row in stored] == ["yard/shed"]
        await ask(hass, "unfollow", name="shed")
        assert follows_in(bot.entry.options) == ()


# The dialogs.


async def test_a_new_bot_shows_what_it_found_and_asks_what_to_follow(
    hass: HomeAssistant, yard: int, own_mosquitto: Server
) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(own_mosquitto))
    form = await answer(hass, form, NO_XMPP)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    assert asked(form) == "tell"
    assert suggested(form) == {"follows": ["all:"]}
    found = form["description_placeholders"]["found"]
    assert found.endswith("\n\n- Porch: 1 (Porch lamp)\n- Shed: 1 (Shed meter)")
    form = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    assert asked(form) == "tell follows: nothing_to_tell"
    bot = await hass.config_entries.flow.async_configure(form["flow_id"], {"follows": ["area:porch"]})
    await hass.async_block_till_done()
    assert bot["type"] is FlowResultType.CREATE_ENTRY
    assert follows_in(bot["result"].options) == (Follow(Scope.AREA, "porch", "Porch"),)
    await until(lambda: len(bot["result"].runtime_data.bot.listening.followed) == 2)


async def test_topics_that_were_named_are_enough_at_first(
    hass: HomeAssistant, yard: int, own_mosquitto: Server
) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(own_mosquitto))
    form = await answer(hass, form, NO_XMPP)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], {"topics": ["yard/#", "x"]})
    assert asked(form) == "tell"
    assert suggested(form) == {"follows": []}
    bot = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    kept = [TOPICS.of(each) for each in bot["result"].get_subentries_of_type(SUBENTRY_TOPIC)]
    assert {each.filter: each.display for each in kept} == {"yard/#": Display.CHANGES, "x": Display.CHANGES}


async def test_devices_are_followed_in_the_form_of_a_topic_and_in_the_options(
    hass: HomeAssistant, yard: int
) -> None:
    entry = bot_entry({**standalone(yard), **NO_ACCOUNT}, topics("x"))
    async with running(hass, entry, None) as bot:
        await until(lambda: len(bot.bot.readings.devices) == 2)
        flows = hass.config_entries.subentries
        form = await flows.async_init((entry.entry_id, SUBENTRY_TOPIC), context={"source": "user"})
        typed = {"follows": ["device:shed1"], "priority": "normal", "qos": "1"}
        end = await flows.async_configure(form["flow_id"], typed)
        assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "followed")
        assert follows_in(entry.options) == (Follow(Scope.DEVICE, "shed1", "Shed meter"),)
        assert len(entry.get_subentries_of_type(SUBENTRY_TOPIC)) == 1
        form = await hass.config_entries.options.async_init(entry.entry_id)
        assert suggested(form)["follows"] == ["device:shed1"]
        answers = {"follows": ["all:", "device:shed1"], "alerts": {}, "free_text_section": {}, "on_mqtt": {}}
        await hass.config_entries.options.async_configure(form["flow_id"], answers)
        assert follows_in(entry.options) == (Follow(Scope.ALL),)

        def followed() -> bool:
            """Look at the bot that runs now: other options of the form need a reload."""
            now = getattr(entry, "runtime_data", None)
            return now is not None and len(now.bot.listening.followed) == 3

        await until(followed)


async def test_a_new_topic_with_wildcards_shows_changes_unless_told_otherwise(
    hass: HomeAssistant, yard: int
) -> None:
    entry: MockConfigEntry = bot_entry({**standalone(yard), **NO_ACCOUNT})
    entry.add_to_hass(hass)
    flows = hass.config_entries.subentries
    for typed, display in (
        ({"filter": "a/#"}, Display.CHANGES),
        ({"filter": "a/b"}, Display.EACH),
        ({"filter": "b/#", "display": "each"}, Display.EACH),
    ):
        form = await flows.async_init((entry.entry_id, SUBENTRY_TOPIC), context={"source": "user"})
        end = await flows.async_configure(form["flow_id"], {**typed, "priority": "normal", "qos": "1"})
        assert end["type"] is FlowResultType.CREATE_ENTRY
        assert TOPICS.of(list(entry.subentries.values())[-1]).display is display


async def test_nobody_to_be_found_means_no_question(hass: HomeAssistant, own_mosquitto: Server) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(own_mosquitto))
    form = await answer(hass, form, NO_XMPP)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], {"topics": ["x"]})
    assert asked(form) == "tell"
    assert [str(key) for key in form["data_schema"].schema] == ["tell"]
