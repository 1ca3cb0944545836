"""A room as a contact: offered, entered, told, and what becomes of it when it keeps the bot out."""

from collections.abc import AsyncGenerator
from typing import Any

from flows import asked, suggested
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from rooms import Occupant, new_room
from running import (
    ALICE,
    PATIENCE,
    account,
    alerts,
    ask,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Condition,
    Contact,
    Follow,
    Operator,
    Priority,
    Role,
    Scope,
)
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.rules import CONTACTS
from lab.person import Person
from lab.servers import Lab, Server

WARM = AlertRule("cold/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def ejabberd(servers: Lab) -> Server:
    return servers.ejabberd(users={"bot": "botpw", "alice": "alicepw"})


@pytest.fixture
def data(server: Server, servers: Lab, mosquitto: Server) -> dict[str, Any]:
    return {**standalone(mosquitto.ports["mqtt"]), **account(server.ports["c2s"], servers.ca)}


@pytest.fixture
async def room(server: Server, servers: Lab) -> AsyncGenerator[Occupant]:
    """A room with Alice in it."""
    async with Person(ALICE, "alicepw", server.ports["c2s"], servers.client_ssl()) as alice:
        room = await Occupant(alice, new_room()).enter("Alice")
        await room.configure(whois="anyone", persistentroom="1")
        alice.all.clear()
        yield room


def room_contact(room: Occupant, **how: Any) -> Contact:
    return Contact(room.room, name="Family", room=True, role=Role.OPERATOR, **how)


async def inside(bot: Any, room: Occupant) -> None:
    await until(lambda: room.room in bot.chat._gate.inside)


async def test_a_room_is_offered_as_one_and_entered(
    hass: HomeAssistant, data: dict[str, Any], room: Occupant
) -> None:
    entry = bot_entry(data, contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        flows = hass.config_entries.subentries
        form = await flows.async_init((entry.entry_id, "contact"), context={"source": SOURCE_USER})
        typed = {"jid": f"xmpp:{room.room}?join", "role": "admin", "receives": True, "nick": "Robo"}
        form = await flows.async_configure(form["flow_id"], typed)
        assert asked(form) == "user jid: contact_is_room"
        shown = suggested(form)
        assert (shown["room"], shown["role"]) == (True, "operator")
        end = await flows.async_configure(form["flow_id"], {**typed, "role": "operator"})
        assert end["type"] is FlowResultType.CREATE_ENTRY
        known = CONTACTS.every(entry.subentries.values())[-1]
        assert known == Contact(room.room, role=Role.OPERATOR, room=True, nick="Robo")
        await inside(bot, room)


async def test_it_is_told_by_action_entity_and_alert(
    hass: HomeAssistant, data: dict[str, Any], room: Occupant
) -> None:
    entry = bot_entry(data, [*contacts(Contact(ALICE, receives=False), room_contact(room)), *alerts(WARM)])
    async with running(hass, entry) as bot:
        await inside(bot, room)
        sent = await ask(hass, "send_message", message="dinner", contact=room.room)
        assert sent["sent"][0]["contact"] == room.room
        target = {ATTR_ENTITY_ID: "notify.family", "message": "is ready", "title": "Dinner"}
        await hass.services.async_call("notify", "send_message", target, blocking=True)
        bot.bot.receive(Message("cold/freezer", b"-3", received=1.0))
        await until(lambda: bot.bot.status.undelivered == 0)
        texts = ("dinner", "is ready", "⚠")
        await until(lambda: all(room.heard(text) for text in texts))
        assert [len(room.heard(text)) for text in texts] == [1, 1, 1]


@pytest.mark.parametrize(("fields", "why"), [({"membersonly": "1"}, "members only"), ({}, "banned")])
async def test_what_a_room_does_not_let_the_bot_say_is_kept_told_and_said_later(
    hass: HomeAssistant, data: dict[str, Any], room: Occupant, fields: dict[str, str], why: str
) -> None:
    entry = bot_entry(data, [*contacts(Contact(ALICE, receives=False), room_contact(room)), *alerts(WARM)])
    client = room.person.client
    if fields:
        await room.configure(whois="anyone", persistentroom="1", **fields)
    else:
        await affiliate(client, room.room, "outcast")
    async with running(hass, entry) as bot:
        bot.bot.receive(Message("cold/freezer", b"-3", received=1.0))
        issue = await comes(hass, "room_unreachable")
        placeholders = issue.translation_placeholders or {}
        assert placeholders["contact"] == room.room
        assert why in placeholders["reason"]
        # The alert, and that the bot is new here.
        await until(lambda: bot.bot.status.undelivered == 2)
        for name in ("status", "contacts"):
            assert why in (await ask(hass, name))["text"]

        async def told_why() -> str:
            return str((await ask(hass, "why", alert="1"))["text"])

        end = hass.loop.time() + PATIENCE
        while why not in await told_why():
            assert hass.loop.time() < end, await told_why()
        # A restart loses nothing of it.
        assert await hass.config_entries.async_reload(entry.entry_id)
        again = entry.runtime_data
        assert again.bot.status.undelivered == 2
        await affiliate(client, room.room, "member")
        again.chat.reconnect()
        await until(lambda: room.heard("⚠"))
        await goes(hass, "room_unreachable")
        await until(lambda: again.bot.status.undelivered == 0)
        assert len(room.heard("⚠")) == 1


async def test_a_restart_says_nothing_twice_in_a_room(
    hass: HomeAssistant, data: dict[str, Any], room: Occupant
) -> None:
    entry = bot_entry(data, [*contacts(Contact(ALICE, receives=False), room_contact(room)), *alerts(WARM)])
    async with running(hass, entry) as bot:
        await inside(bot, room)
        bot.bot.receive(Message("cold/freezer", b"-3", received=1.0))
        await until(lambda: room.heard("⚠"))
        for _ in range(2):
            assert await hass.config_entries.async_reload(entry.entry_id)
            await inside(entry.runtime_data, room)
        await ask(hass, "send_message", message="last", contact=room.room)
        await until(lambda: room.heard("last"))
        assert len(room.heard("⚠")) == 1
        # Its answer still means what was said before.
        room.react(room.heard("⚠")[0], "👍")
        now = entry.runtime_data.bot.alerts
        await until(lambda: now.active[0].acknowledged_by == ALICE)


async def test_what_a_contact_gets_and_operates_is_kept_by_the_form(
    hass: HomeAssistant, data: dict[str, Any], room: Occupant
) -> None:
    entry = bot_entry(data, contacts(ALICE))
    async with running(hass, entry):
        (known,) = entry.subentries.values()
        form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
        gets = {
            "about": ["garden/#", "home/door"],
            "least": "alert",
            "hours": "7-22 uhr",
            "digest": True,
            "operates": ["garden/gate/set"],
        }
        typed = {"jid": ALICE, "role": "viewer", "receives": True, "gets": gets}
        configure = hass.config_entries.subentries.async_configure
        for wrong, key in (
            ({"hours": "sometimes"}, "rule_no_weekly"),
            ({"about": ["a/#/b"]}, "invalid_filter"),
        ):
            form = await configure(form["flow_id"], {**typed, "gets": {**gets, **wrong}})
            assert asked(form) == f"reconfigure gets: {key}"
        end = await configure(form["flow_id"], typed)
        assert end["reason"] == "reconfigure_successful"
        (contact,) = CONTACTS.every(entry.subentries.values())
        garden, door, gate = (
            Follow(Scope.TOPIC, each, each) for each in ("garden/#", "home/door", "garden/gate/set")
        )
        assert (contact.about, contact.operates) == ((garden, door), (gate,))
        assert (contact.least, contact.hours, contact.digest) == (Priority.ALERT, "07:00-22:00", True)
        form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
        assert suggested(form)["about"] == ["garden/#", "home/door"]
        changed = await ask(hass, "contacts", contact=ALICE, change="about all from normal only always each")
        assert changed["rows"][0]["about"] == []
        (contact,) = CONTACTS.every(entry.subentries.values())
        assert (contact.about, contact.hours, contact.digest) == ((), "", False)


async def affiliate(client: Any, room: str, affiliation: str) -> None:
    """Give the bot's account an affiliation in a room."""
    admin = "http://jabber.org/protocol/muc#admin"
    request = client.make_iq_set(ito=room)
    query = request.xml.makeelement(f"{{{admin}}}query", {})
    query.append(query.makeelement(f"{{{admin}}}item", {"jid": "bot@home.test", "affiliation": affiliation}))
    request.xml.append(query)
    await request.send(timeout=PATIENCE)


async def comes(hass: HomeAssistant, kind: str) -> ir.IssueEntry:
    """Return the issue of a kind as soon as there is one."""

    def found() -> list[ir.IssueEntry]:
        every = ir.async_get(hass).issues.values()
        return [each for each in every if each.domain == DOMAIN and each.translation_key == kind]

    await until(found)
    return found()[0]


async def goes(hass: HomeAssistant, kind: str) -> None:
    every = ir.async_get(hass).issues
    await until(lambda: all(each.translation_key != kind for each in every.values() if each.domain == DOMAIN))
