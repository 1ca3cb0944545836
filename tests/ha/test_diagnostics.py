"""What a user can download and attach to a bug report."""

import asyncio
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from running import (
    ALICE,
    BOT,
    alerts,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    topics,
    until,
)

from custom_components import dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Operator,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES
from lab.servers import Server

ROOT = Path(dinox_mqtt_bot.__file__).parent


async def test_diagnostics_tell_states_and_counters_and_nothing_private(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, port: int, both: dict[str, Any]
) -> None:
    secret = Subscription("zigbee2mqtt/Moms Boudoir/#", alias="Bedroom")
    rules = topics(Subscription("diagnostics/x"), secret) + contacts(Contact(ALICE, name="Alice Miller"))
    rule = AlertRule(
        "diagnostics/x",
        Condition(Operator.CONTAINS, ("secret",), "harmless"),
        name="Burglar",
        contacts=(ALICE,),
        targets=("notify.alices_phone",),
        escalate_after=60.0,
        escalate_to=("notify.alices_phone",),
    )
    idle = AlertRule(
        "zigbee2mqtt/Moms Boudoir", Condition(Operator.CHANGES), "Moms Boudoir.temperature[0]", enabled=False
    )
    carried = BRIDGES.write(
        Bridge("diagnostics/x", ALICE, name="To Alice", nick="Jeeves", template="Dear Alice")
    )
    options = {
        "notify_targets": ["notify.alices_phone"],
        "click": "/lovelace/secrets",
        "free_text_topic": "diagnostics/Moms Boudoir/set",
        "follows": [{"scope": "area", "key": "moms boudoir", "name": "Moms Boudoir"}],
    }
    entry = bot_entry(both, [*rules, *alerts(rule, idle), carried], options)
    async with running(hass, entry) as bot:
        await publish(port, "diagnostics/x", "a secret value")
        await until(lambda: bot.bot.status.messages)
        await until(lambda: bot.chat.status.phase is Phase.ONLINE)
        told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["version"] == "0.1.0"
    assert told["status"]["state"] == "online"
    assert told["status"]["broker"] == {
        "phase": "online",
        "reason": "",
        "fatal": False,
        "detail": "MQTT 5",
    }
    # Other tests' devices may have stayed at the broker.
    assert told["discovery"] == {"entities": len(bot.bot.readings.devices), "refused": 0, "slow": 0}
    assert told["messages"] == {"failed": 0, "oversized": 0, "unacknowledged": 0}
    assert told["status"]["messages"] == 1
    assert told["store"]["trouble"] == ""
    assert [each["type"] for each in told["subentries"]] == [
        *("topic", "topic", "contact", "alert", "alert", "bridge")
    ]
    assert told["subentries"][3]["data"]["operator"] == "contains"
    # The shape of a topic is told, what stands for what, and the words that everybody has.
    assert told["options"]["free_text_topic"] == "name1/name2/set"
    assert [each["data"].get("filter") for each in told["subentries"]] == [
        "name1/name4",
        "zigbee2mqtt/name2/#",
        None,
        "name1/name4",
        "zigbee2mqtt/name2",
        "name1/name4",
    ]
    assert told["subentries"][4]["data"]["field"] == "name2.temperature[0]"
    assert told["alerts"] == {
        "rules": 2,
        "enabled": 1,
        "states": {"firing": 1},
        "active": 1,
        "acknowledged": 0,
        "unwatched": 0,
    }
    private = (
        "a secret value",
        "harmless",
        "Burglar",
        "alices_phone",
        "/lovelace/secrets",
        "botpw",
        BOT,
        ALICE,
        "Alice Miller",
        "Bedroom",
        "oudoir",
        "diagnostics/x",
        "To Alice",
        "Jeeves",
        "Dear Alice",
        "127.0.0.1",
        "BEGIN CERTIFICATE",
    )
    assert [word for word in private if word in json.dumps(told)] == []


async def test_system_health_tells_of_all_bots(
    hass: HomeAssistant, both: dict[str, Any], own_mosquitto: Server
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    entry = bot_entry(both, contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        assert await get_system_health_info(hass, DOMAIN) == {
            "bots": 1,
            "brokers": "1/1",
            "accounts": "1/1",
            "undelivered": 0,
            "backlog": 0,
            "database": "ok",
        }
        await asyncio.to_thread(own_mosquitto.stop)
        await until(lambda: bot.bot.status.broker.phase is not Phase.ONLINE)
        assert (await get_system_health_info(hass, DOMAIN))["brokers"] == "0/1"
    assert (await get_system_health_info(hass, DOMAIN))["accounts"] == "0/0"


@pytest.mark.parametrize("language", ["en", "de"])
def test_system_health_has_a_text_for_each_value(language: str) -> None:
    texts = json.loads((ROOT / "translations" / f"{language}.json").read_text("utf-8"))
    told = {"bots", "brokers", "accounts", "undelivered", "backlog", "database"}
    assert set(texts["system_health"]["info"]) == told
