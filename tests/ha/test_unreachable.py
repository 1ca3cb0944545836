"""A contact whom nothing reaches: found when it is added, else told until something gets through."""

from typing import Any

from flows import asked
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    USERS,
    account,
    alerts,
    ask,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    standalone,
    topics,
    until,
)
from test_issues import comes, goes, kinds

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.diagnostics import async_get_config_entry_diagnostics
from lab.person import Person
from lab.servers import Ejabberd, Lab, Prosody, Server

NOWHERE, GHOST, ROOM = "nobody@nowhere.test", "ghost@home.test", "den@conference.home.test"


@pytest.fixture(scope="module")
def ejabberd(servers: Lab) -> Ejabberd:
    return servers.ejabberd(users=USERS)


@pytest.fixture(params=["prosody", "ejabberd"])
def entry(request: pytest.FixtureRequest, servers: Lab, mosquitto: Server) -> MockConfigEntry:
    """A bot with one contact, on either server."""
    xmpp = request.getfixturevalue(request.param)
    return bot_entry(
        standalone(mosquitto.ports["mqtt"]) | account(xmpp.ports["c2s"], servers.ca), contacts(ALICE)
    )


async def add(hass: HomeAssistant, entry: MockConfigEntry, jid: str, form: Any = None) -> Any:
    """Add a contact, or send the form of one again."""
    flows = hass.config_entries.subentries
    form = form or await flows.async_init((entry.entry_id, "contact"), context={"source": SOURCE_USER})
    return await flows.async_configure(form["flow_id"], {"jid": jid, "role": "admin", "receives": True})


async def test_a_room_is_not_taken_for_a_contact_and_an_address_without_a_server_only_if_insisted(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    async with running(hass, entry) as bot:
        await reachable(bot)
        form = await add(hass, entry, ROOM)
        assert asked(form) == "user jid: contact_is_room"
        form = await add(hass, entry, NOWHERE, form)
        assert asked(form) == "user jid: contact_unreachable"
        form = await add(hass, entry, "no address", form)
        assert asked(form) == "user jid: invalid_jid"
        assert (await add(hass, entry, NOWHERE, form))["type"] is FlowResultType.CREATE_ENTRY
        issue = await comes(hass, "contact_unreachable")
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["contact"] == NOWHERE
        (known,) = [each for each in entry.subentries.values() if each.unique_id == NOWHERE]
        form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
        same = {"jid": NOWHERE, "role": "viewer", "receives": True}
        end = await hass.config_entries.subentries.async_configure(form["flow_id"], same)
        assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
        form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
        form = await hass.config_entries.subentries.async_configure(form["flow_id"], same | {"jid": ROOM})
        assert asked(form) == "reconfigure jid: contact_is_room"
        hass.config_entries.async_remove_subentry(entry, known.subentry_id)
        await goes(hass, "contact_unreachable")


async def test_what_comes_back_is_told_counted_and_named(
    hass: HomeAssistant, entry: MockConfigEntry, mosquitto: Server
) -> None:
    rule = AlertRule("reach/freezer", Condition(Operator.ABOVE, ("0",)), name="Freezer", id="r1", number=1)
    ghostly = bot_entry(dict(entry.data), [*contacts(ALICE, GHOST), *topics("reach/freezer"), *alerts(rule)])
    async with running(hass, ghostly) as bot:
        await reachable(bot)
        await publish(mosquitto.ports["mqtt"], "reach/freezer", "5")
        issue = await comes(hass, "contact_unreachable")
        placeholders = issue.translation_placeholders or {}
        assert placeholders["contact"] == GHOST
        assert "nobody is known" in placeholders["reason"]
        await until(lambda: bot.bot.status.failed == 2)  # the greeting, and the alert, which tells the value
        for name in ("status", "contacts", "why"):
            told = await ask(hass, name, config_entry_id=ghostly.entry_id)
            assert "nobody is known there" in told["text"], name
            assert GHOST in str(told), name
            assert "contact_unknown" in str(told), name
        diagnostics = await async_get_config_entry_diagnostics(hass, ghostly)
        assert diagnostics["status"]["failed"] >= 1
        assert diagnostics["status"]["unreachable"] == ["contact_unknown"]


async def test_it_is_told_until_something_gets_through_also_over_a_restart(
    hass: HomeAssistant, own_lab: Lab, mosquitto: Server
) -> None:
    prosody: Prosody = own_lab.prosody(users=USERS)
    late = "late@home.test"
    entry = bot_entry(
        standalone(mosquitto.ports["mqtt"]) | account(prosody.ports["c2s"], own_lab.ca), contacts(late)
    )
    async with running(hass, entry) as bot:
        await reachable(bot)
        await ask(hass, "send_message", config_entry_id=entry.entry_id, message="hello")
        await comes(hass, "contact_unreachable")
        assert await hass.config_entries.async_reload(entry.entry_id)
        await reachable(entry.runtime_data)
        assert "contact_unreachable" in kinds(hass)
        prosody.account("late", "latepw")
        async with Person(late, "latepw", prosody.ports["c2s"], own_lab.client_ssl()) as person:
            await ask(hass, "send_message", config_entry_id=entry.entry_id, message="hello again")
            await person.next("hello again")
            await goes(hass, "contact_unreachable")
