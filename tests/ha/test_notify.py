"""One notify entity per contact."""

from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from running import ALICE, add_subentry, bot_entry, contacts, running, until

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from lab.person import Person

NOTIFY = "notify.alice_home_test"


async def send(hass: HomeAssistant, entity_id: str, **values: str) -> None:
    await hass.services.async_call(
        "notify", "send_message", {ATTR_ENTITY_ID: entity_id, **values}, blocking=True
    )


async def test_it_reaches_the_contact(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE)), None):
        await send(hass, NOTIFY, message="The washing machine is done")
        assert (await alice.next("washing machine")).text == "The washing machine is done"


async def test_a_title_is_a_line_of_its_own(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE)), None):
        await send(hass, NOTIFY, title="Laundry", message="done")
        assert (await alice.next("Laundry")).text == "Laundry\ndone"


async def test_a_contact_that_receives_nothing_by_itself_is_reached_too(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(Contact(ALICE, receives=False))), None):
        await send(hass, NOTIFY, message="only for you")
        await alice.next("only for you")


async def test_it_waits_for_the_xmpp_server(hass: HomeAssistant, both: dict[str, Any]) -> None:
    async with running(hass, bot_entry({**both, "xmpp_port": 1}, contacts(ALICE)), None) as bot:
        await send(hass, NOTIFY, message="later")
        await until(lambda: bot.bot.status.undelivered == 1)


async def test_an_edited_address_is_the_one_that_is_written_to(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    entry = bot_entry(both, contacts(Contact("mallory@home.test", name="Friend")))
    async with running(hass, entry) as bot:
        await until(lambda: bot.chat.status.phase is Phase.ONLINE)
        (subentry,) = entry.subentries.values()
        (new,) = contacts(Contact(ALICE, name="Friend"))
        hass.config_entries.async_update_subentry(
            entry, subentry, data=new["data"], unique_id=new["unique_id"]
        )
        await hass.async_block_till_done()
        await send(hass, "notify.friend", message="to the new address")
        await alice.next("to the new address")


async def test_a_contact_gets_its_entity_once(hass: HomeAssistant, both: dict[str, Any]) -> None:
    entry = bot_entry(both)
    async with running(hass, entry):
        subentry = add_subentry(hass, entry, contacts(ALICE)[0])
        hass.config_entries.async_update_subentry(entry, subentry, title="Alice")
        await hass.async_block_till_done()
        assert hass.states.async_entity_ids("notify") == [NOTIFY]


async def test_a_removed_contact_takes_its_entity_along(hass: HomeAssistant, both: dict[str, Any]) -> None:
    entry = bot_entry(both, contacts(ALICE))
    async with running(hass, entry):
        hass.config_entries.async_remove_subentry(entry, next(iter(entry.subentries)))
        await hass.async_block_till_done()
        assert hass.states.async_entity_ids("notify") == []


async def test_a_refusal_of_the_bot_is_told(hass: HomeAssistant, both: dict[str, Any]) -> None:
    """Between the removal of a contact and that of its entity nobody is there to be written to."""
    async with running(hass, bot_entry(both, contacts(ALICE)), None) as bot:
        bot.bot.apply(type(bot.bot.rules)())
        with pytest.raises(ServiceValidationError):
            await send(hass, NOTIFY, message="hello")
