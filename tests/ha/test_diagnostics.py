"""What a user can download and attach to a bug report."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from running import (
    ALICE,
    BOT,
    alerts,
    bot_entry,
    contacts,
    publish,
    running,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Operator,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES


async def test_diagnostics_tell_states_and_counters_and_nothing_private(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, port: int, both: dict[str, Any]
) -> None:
    rules = topics(Subscription("diagnostics/x", alias="Bedroom")) + contacts(
        Contact(ALICE, name="Alice Miller")
    )
    rule = AlertRule(
        "diagnostics/x",
        Condition(Operator.CONTAINS, ("secret",), "harmless"),
        name="Burglar",
        contacts=(ALICE,),
        targets=("notify.alices_phone",),
        escalate_after=60.0,
        escalate_to=("notify.alices_phone",),
    )
    carried = BRIDGES.write(
        Bridge("diagnostics/x", ALICE, name="To Alice", nick="Jeeves", template="Dear Alice")
    )
    options = {"notify_targets": ["notify.alices_phone"], "click": "/lovelace/secrets"}
    entry = bot_entry(both, [*rules, *alerts(rule), carried], options)
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
    assert [each["type"] for each in told["subentries"]] == ["topic", "contact", "alert", "bridge"]
    assert told["subentries"][2]["data"]["operator"] == "contains"
    assert told["alerts"] == {
        "rules": 1,
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
        "To Alice",
        "Jeeves",
        "Dear Alice",
        "127.0.0.1",
        "BEGIN CERTIFICATE",
    )
    assert [word for word in private if word in json.dumps(told)] == []
