"""What went wrong in the plugin this goes back to, as far as it takes a whole Home Assistant to see.

The list of all of it: `docs/adr/0013-the-peers-defects.md`.
"""

from typing import Any

from flows import answer, broker_answers
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    NO_ACCOUNT,
    alerts,
    bot_entry,
    contacts,
    publish,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import Caller, Surface
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Operator,
    Priority,
    Role,
)
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES
from lab.servers import Server

ADMIN = Caller(Surface.ACTION, "me", Role.ADMIN)


def lone(port: int, *rules: Any, client: str = "lone", **options: Any) -> MockConfigEntry:
    """Return a bot that talks in Assist only."""
    return bot_entry(standalone(port) | NO_ACCOUNT | {"client_id": client}, rules, options or None)


async def test_a_changed_broker_is_used_at_once(
    hass: HomeAssistant, mosquitto: Server, own_mosquitto: Server, base: str
) -> None:
    entry = lone(mosquitto.ports["mqtt"], *topics(f"{base}/#"))
    async with running(hass, entry):
        menu = await entry.start_reconfigure_flow(hass)
        form = await answer(hass, menu, {"next_step_id": "reconfigure_broker"})
        done = await answer(hass, form, broker_answers(own_mosquitto))
        assert done["reason"] == "reconfigure_successful"
        await until(lambda: f"{base}/#" in entry.runtime_data.broker._wanted._granted)
        await publish(own_mosquitto.ports["mqtt"], f"{base}/a", "from the other broker")
        await until(lambda: entry.runtime_data.bot.status.messages == 1)


async def test_what_the_dialog_says_of_a_topic_holds_at_once(
    hass: HomeAssistant, mosquitto: Server, base: str
) -> None:
    entry = lone(mosquitto.ports["mqtt"], *topics(f"{base}/#"))
    async with running(hass, entry) as runtime:
        (kept,) = entry.get_subentries_of_type("topic")
        form = await entry.start_subentry_reconfigure_flow(hass, kept.subentry_id)
        changed = {"filter": f"{base}/#", "priority": "critical", "display": "each", "qos": "2"}
        await hass.config_entries.subentries.async_configure(form["flow_id"], changed)
        await until(lambda: runtime.broker._wanted._granted.get(f"{base}/#") == QoS.EXACTLY_ONCE)
        assert runtime.bot.rules.subscriptions[0].priority is Priority.CRITICAL


async def test_two_bots_share_no_rules_and_no_pause(
    hass: HomeAssistant, mosquitto: Server, base: str
) -> None:
    rule = AlertRule(f"{base}/#", Condition(Operator.ABOVE, ("20",)), name="hot", id="r", number=1)
    port = mosquitto.ports["mqtt"]
    one = lone(port, *topics(f"{base}/#"), *alerts(rule), client="one")
    other = lone(port, *topics(f"{base}/#"), client="other")
    async with running(hass, one) as first, running(hass, other) as second:
        await first.bot.ask("pause", ADMIN)
        await publish(port, f"{base}/a", "30")
        await until(lambda: first.bot.status.messages == second.bot.status.messages == 1)
        assert [each.bot.status.firing for each in (first, second)] == [1, 0]
        assert [each.bot.paused for each in (first, second)] == [True, False]


async def test_what_was_removed_does_not_come_back_with_a_restart(
    hass: HomeAssistant, mosquitto: Server, base: str
) -> None:
    rule = AlertRule(f"{base}/#", Condition(Operator.ABOVE, ("20",)), name="hot", id="r", number=1)
    rules = [
        *topics(f"{base}/#"),
        *contacts(ALICE),
        *alerts(rule),
        BRIDGES.write(Bridge(f"{base}/b", ALICE, number=1)),
    ]
    entry = lone(mosquitto.ports["mqtt"], *rules)
    async with running(hass, entry) as runtime:
        for command in ("rmalert 1", "rmbridge 1", f"unsubscribe {base}/#"):
            await runtime.bot.ask(command, ADMIN)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_reload(entry.entry_id)
        left = entry.runtime_data.bot.rules
        assert (left.subscriptions, left.alerts, left.bridges) == ((), (), ())
