"""Names of the house in forms and actions: understood as in the chat, asked about where it is not clear."""

import json
from typing import Any

from flows import fill_alert
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from running import ALICE, NO_ACCOUNT, ask, bot_entry, contacts, publish, running, standalone, topics, until

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS, BRIDGES, PRESETS, TOPICS
from custom_components.dinox_mqtt_bot.flows import bridge_flow
from lab.servers import Server

RULE: dict[str, Any] = {"operator": "above", "value": "5", "priority": "alert", "enabled": True, "tell": {}}
TOPIC: dict[str, Any] = {"priority": "normal", "display": "each", "qos": "1", "sound": True, "keep_days": 0}
BRIDGE: dict[str, Any] = {
    "to": ALICE,
    "room": False,
    "direction": "out",
    "enabled": True,
    "text": {"format": "full", "per_minute": 30},
    "back": {"role": "operator", "qos": "1", "retain": False},
}


async def fill(hass: HomeAssistant, entry: Any, kind: str, typed: dict[str, Any], form: Any = None) -> Any:
    """Fill in the form of a new rule, or one that is shown again."""
    flows = hass.config_entries.subentries
    if form is None:
        form = await flows.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
    if kind == "alert" and "next_step_id" not in typed:
        return await fill_alert(hass, form, typed)
    return await flows.async_configure(form["flow_id"], typed)


def rules(entry: Any) -> list[AlertRule]:
    return list(ALERTS.every(entry.subentries.values()))


async def test_names_are_understood_and_asked_about(
    hass: HomeAssistant, own_mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_flow, "has_chat", lambda entry: True)
    port = own_mosquitto.ports["mqtt"]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, [*topics("house/#"), *contacts(ALICE)])
    device = {"name": "Ice chest", "identifiers": ["ice"]}
    async with running(hass, entry) as bot:
        for name in ("Depth", "Load"):
            value = {"name": name, "state_topic": f"house/ice/{name[0]}", "device": device}
            await publish(port, f"homeassistant/sensor/{name}/config", json.dumps(value))
            await publish(port, f"house/ice/{name[0]}", "3")
        await until(lambda: bot.bot.status.messages == 2)

        menu = await fill(hass, entry, "alert", RULE | {"filter": "ice chest depth"})
        assert "Ice chest Depth is above 5" in menu["description_placeholders"]["sentence"]
        await fill(hass, entry, "alert", {"next_step_id": "save"}, menu)
        assert [(rule.name, rule.filter) for rule in rules(entry)] == [("Ice chest Depth > 5", "house/ice/D")]

        form = await fill(hass, entry, "alert", RULE | {"filter": "ice chest"})
        assert form["errors"] == {"filter": "which_name"}
        assert form["description_placeholders"]["names"] == "Ice chest Depth, Ice chest Load"
        menu = await fill(hass, entry, "alert", RULE | {"filter": "Ice chess load"}, form)
        assert "Nothing is known of Ice chess load" in menu["description_placeholders"]["notes"]
        form = await fill(
            hass, entry, "alert", RULE | {"filter": "house/ice/L", "operator": "equal", "value": "full"}
        )
        assert form["errors"] == {"value": "rule_only_numbers"}
        await publish(port, "house/ice/w", "5 W")
        await until(lambda: bot.bot.status.messages == 3)
        form = await fill(hass, entry, "alert", RULE | {"filter": "house/ice/w", "value": "5 kg"})
        assert "rule_other_unit" in form["errors"].values()

        for kind, typed, codec, wrong in (
            ("topic", TOPIC, TOPICS, "Ice chess load"),
            ("bridge", BRIDGE, BRIDGES, "Ice chess depth"),
        ):
            form = await fill(hass, entry, kind, typed | {"filter": wrong})
            assert form["errors"] == {"filter": "unknown_again_near"}
            end = await fill(hass, entry, kind, typed | {"filter": wrong}, form)
            assert end["type"] is FlowResultType.CREATE_ENTRY
            end = await fill(hass, entry, kind, typed | {"filter": "the ice chest load"})
            assert end["type"] is FlowResultType.CREATE_ENTRY
            kept = [each.filter for each in codec.every(entry.subentries.values())]
            assert kept[-2:] == [wrong, "house/ice/L"]
        form = await fill(hass, entry, "bridge", BRIDGE | {"filter": "zzz", "name": "Zzz"})
        assert form["errors"] == {"filter": "unknown_again"}
        end = await fill(hass, entry, "bridge", BRIDGE | {"filter": "yyy", "direction": "in"})
        assert end["type"] is FlowResultType.CREATE_ENTRY
        bot.store.close()
        menu = await fill(hass, entry, "alert", RULE | {"filter": "garden/x", "operator": "equal"})
        assert "house" not in menu["description_placeholders"]["sentence"]


async def test_an_action_makes_nothing_on_an_unknown_name_and_no_number_comes_twice(
    hass: HomeAssistant, own_mosquitto: Server
) -> None:
    port = own_mosquitto.ports["mqtt"]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, topics("house/#"))
    async with running(hass, entry) as bot:
        await publish(port, "house/back door", '{"cell": 3}')
        await until(lambda: bot.bot.status.messages == 1)
        with pytest.raises(HomeAssistantError, match="Nothing is known of “Attic”"):
            await ask(hass, "alert", topic="Attic", condition="> 5")
        assert rules(entry) == []
        await ask(hass, "alert", topic="Attic", condition="> 5", force=True)
        made = await ask(hass, "alert", topic='"house/back door".cell', condition="< 20")
        assert (made["number"], made["filter"], made["field"]) == (2, "house/back door", "cell")
        await ask(hass, "rmalert", rule="2")
        assert (await ask(hass, "alert", topic="back door", condition="cell < 9"))["number"] == 3
        await ask(hass, "rmalert", rule="3")
        menu = await fill(hass, entry, "alert", RULE | {"filter": "house/back door"})
        await fill(hass, entry, "alert", {"next_step_id": "save"}, menu)
        assert [rule.number for rule in rules(entry)] == [1, 4]


async def test_a_form_publishes_to_what_is_called_so_and_never_to_a_device(
    hass: HomeAssistant, own_mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_flow, "has_chat", lambda entry: True)
    port = own_mosquitto.ports["mqtt"]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, [*topics("house/#"), *contacts(ALICE)])
    preset = {"name": "Light", "payload": "ON", "qos": "1", "retain": False, "role": "operator"}
    async with running(hass, entry) as bot:
        lamp = {"name": "Lamp", "state_topic": "house/lamp", "command_topic": "house/lamp/set"}
        await publish(port, "homeassistant/switch/lamp/config", json.dumps(lamp))
        await publish(port, "house/lamp", "ON")
        await publish(port, "house/meter", "3")
        await until(lambda: bot.bot.status.messages == 2)

        form = await fill(hass, entry, "preset", preset | {"topic": "lamp"})
        assert form["errors"] == {"topic": "publish_device"}
        form = await fill(hass, entry, "preset", preset | {"topic": "attic"}, form)
        assert form["errors"] == {"base": "unknown_again"}
        await fill(hass, entry, "preset", preset | {"topic": "meter"}, form)
        form = await fill(
            hass, entry, "bridge", BRIDGE | {"filter": "attic", "back": BRIDGE["back"] | {"topic": "loft"}}
        )
        assert form["description_placeholders"]["name"] == "attic"
        for _ in range(2):
            form = await fill(
                hass,
                entry,
                "bridge",
                {**BRIDGE, "filter": "attic", "back": BRIDGE["back"] | {"topic": "loft"}},
                form,
            )
    assert [each.topic for each in PRESETS.every(entry.subentries.values())] == ["house/meter"]
    assert [(each.filter, each.topic) for each in BRIDGES.every(entry.subentries.values())] == [
        ("attic", "loft")
    ]
