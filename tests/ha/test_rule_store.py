"""Commands write the same subentries as the settings do."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from running import bot_entry, contacts, topics

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Follow, Scope, Subscription
from custom_components.dinox_mqtt_bot.entry.rule_store import RuleStore
from custom_components.dinox_mqtt_bot.entry.rules import CONTACTS, TOPICS


@pytest.mark.parametrize("there", [(), ("home/x",)])
async def test_a_subscription_is_added_or_replaced(hass: HomeAssistant, there: tuple[str, ...]) -> None:
    entry = bot_entry({}, topics(*there))
    entry.add_to_hass(hass)
    wanted = Subscription("home/x", qos=QoS.EXACTLY_ONCE, alias="Kitchen")
    await RuleStore(hass, entry).put_subscription(wanted)
    (kept,) = entry.subentries.values()
    assert (TOPICS.of(kept), kept.title, kept.unique_id) == (wanted, "Kitchen", "home/x")


async def test_many_changes_in_a_row_let_others_have_their_turn(hass: HomeAssistant) -> None:
    entry = bot_entry({})
    entry.add_to_hass(hass)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    spinning = asyncio.create_task(others())
    for number in range(50):
        await RuleStore(hass, entry).put_subscription(Subscription(f"home/{number}"))
    spinning.cancel()
    assert turns >= 50


async def test_a_subscription_is_removed(hass: HomeAssistant) -> None:
    entry = bot_entry({}, topics("home/x", "home/y"))
    entry.add_to_hass(hass)
    await RuleStore(hass, entry).remove_subscription("home/x")
    assert [each.unique_id for each in entry.subentries.values()] == ["home/y"]


async def test_what_is_not_subscribed_cannot_be_removed(hass: HomeAssistant) -> None:
    entry = bot_entry({})
    entry.add_to_hass(hass)
    with pytest.raises(BotError, match="not_subscribed"):
        await RuleStore(hass, entry).remove_subscription("home/x")


async def test_a_pause_leaves_the_other_options_alone(hass: HomeAssistant) -> None:
    entry = bot_entry({}, options={"digest_seconds": 60})
    entry.add_to_hass(hass)
    await RuleStore(hass, entry).set_paused(True)
    assert dict(entry.options) == {"digest_seconds": 60, "paused": True}


async def test_a_contact_is_changed_and_none_is_made(hass: HomeAssistant) -> None:
    entry = bot_entry({}, contacts("you@home.test", "other@home.test"))
    entry.add_to_hass(hass)
    wanted = Contact("other@home.test", about=(Follow(Scope.TOPIC, "a/#", "a/#"),), digest=True)
    await RuleStore(hass, entry).put_contact(wanted)
    assert CONTACTS.every(entry.subentries.values()) == (Contact("you@home.test"), wanted)
    with pytest.raises(BotError) as error:
        await RuleStore(hass, entry).put_contact(Contact("third@home.test"))
    assert error.value.key == "unknown_contact"
