"""One incident on every surface: acknowledged on one, it is seen on each other, once, with who."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components import conversation
from homeassistant.core import Context, Event, HomeAssistant, State
from notifications import PHONE, Phone
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events
from rooms import Occupant, new_room
from running import ALICE, BOT, account, alerts, ask, bot_entry, contacts, running, standalone, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Contact, Operator, Role
from custom_components.dinox_mqtt_bot.hass.events import EVENT_ALERT
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.person import Heard, Person
from lab.servers import Lab, Prosody, Server

AGENT = "conversation.bot_conversation"
BOB = "bob@home.test"
WARM = AlertRule("cold/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")
SURFACES = ("chat", "room", "phone", "entity", "event")
"""Where an alert and who sees to it are shown."""
WAYS = (
    "thumb",
    "reply",
    "typed",
    "thumb in the room",
    "typed in the room",
    "button",
    "own button",
    "text",
    "action",
    "assist",
)
"""How somebody says that they see to it, each on the surface that it belongs to."""
DONE = "has acknowledged"


@dataclass
class Home:
    """One bot whose freezer is warm, Alice in the chat, Bob in the room, Ann with a phone.

    `owner` is who Alice is in Home Assistant.
    """

    hass: HomeAssistant
    bot: BotRuntime
    alice: Person
    room: Occupant
    phone: Phone
    ann: MockUser
    owner: MockUser
    events: list[Event[Any]]

    @property
    def told(self) -> Heard:
        """What Alice was told of the alert."""
        return next(each for each in self.alice.all if "⚠" in each.text and each.sender != self.room.room)

    async def acknowledge(self, way: str) -> tuple[str, str]:
        """See to the alert in some way; return who does, and the surface that this is on."""
        if way in {"thumb", "reply", "typed"}:
            if way == "thumb":
                self.alice.react(BOT, self.told.id, "👍")
            elif way == "reply":
                self.alice.reply(BOT, self.told.id, "on my way")
            else:
                self.alice.say(BOT, "ack 1")
            return ALICE, "chat"
        if way in {"thumb in the room", "typed in the room"}:
            if way == "typed in the room":
                self.room.say("mqtt ack 1")
            else:
                self.room.react(self.room.heard("⚠")[0], "👍")
            return BOB, "room"
        if way in {"button", "own button", "text"}:
            acknowledge, _, reply, *_ = (each["action"] for each in self.phone.told[0]["data"]["actions"])
            pressed = {"action": reply, "reply_text": "ok"} if way == "text" else {"action": acknowledge}
            context = Context(user_id=self.owner.id if way == "own button" else self.ann.id)
            self.hass.bus.async_fire("mobile_app_notification_action", pressed, context=context)
            return ALICE if way == "own button" else "Ann", "phone"
        if way == "action":
            await ask(self.hass, "ack", Context(user_id=self.ann.id), alert="1")
        else:
            context = Context(user_id=self.ann.id)
            await conversation.async_converse(self.hass, "ack 1", None, context, agent_id=AGENT)
        return "Ann", "entity"

    def seen(self, surface: str, who: str) -> int:
        """Return how often a surface shows who has seen to it."""
        text = f"{who} {DONE}"
        if surface == "chat":
            every = [each.text for each in self.alice.all if each.sender != self.room.room]
        elif surface == "room":
            every = [each.text for each in self.room.heard()]
        elif surface == "phone":
            every = self.phone.texts
        elif surface == "event":
            told = [each.data for each in self.events if each.data["step"] == "acknowledged"]
            return sum(each["who"] == who for each in told)
        else:
            state = self._state("binary_sensor", "acknowledged_by")
            return int(state.attributes["acknowledged_by"] == who)
        return sum(text in each for each in every)

    def _state(self, domain: str, attribute: str) -> State:
        every = self.hass.states.async_all(domain)
        return next(each for each in every if attribute in each.attributes)


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest, servers: Lab) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def ejabberd(servers: Lab) -> Server:
    return servers.ejabberd(users={"bot": "botpw", "alice": "alicepw", "bob": "bobpw"})


@pytest.fixture(scope="session")
def prosody(servers: Lab) -> Prosody:
    return servers.prosody(users={"bot": "botpw", "alice": "alicepw", "bob": "bobpw"})


@pytest.fixture
async def home(hass: HomeAssistant, servers: Lab, server: Server, mosquitto: Server) -> AsyncGenerator[Home]:
    phone, address = Phone().register(hass, "mobile_app_phone"), new_room()
    users = [await hass.auth.async_get_group(GROUP_ID_USER)]
    ann, owner = (MockUser(name=name, groups=users).add_to_hass(hass) for name in ("Ann", "Owner"))
    port, tls = server.ports["c2s"], servers.client_ssl()
    people = contacts(
        Contact(ALICE, user=owner.id),
        Contact(BOB, role=Role.OPERATOR, receives=False),
        Contact(address, name="Family", room=True, role=Role.OPERATOR),
    )
    data = {**standalone(mosquitto.ports["mqtt"]), **account(port, servers.ca)}
    entry = bot_entry(data, alerts(WARM) + people, {"notify_targets": [PHONE]})
    async with Person(ALICE, "alicepw", port, tls) as alice, Person(BOB, "bobpw", port, tls) as bob:
        room = await Occupant(bob, address).enter("Bob")
        await room.configure(whois="anyone")
        async with running(hass, entry) as bot:
            alice.all.clear()
            await until(lambda: not bot.chat.rooms_refused and address in bot.chat._gate.inside)
            events = async_capture_events(hass, EVENT_ALERT)
            bot.bot.receive(Message("cold/freezer", b"-3", received=1.0))
            await until(lambda: room.heard("⚠") and phone.told and [t for t in alice.all if "⚠" in t.text])
            yield Home(hass, bot, alice, room, phone, ann, owner, events)


@pytest.mark.parametrize("way", WAYS)
async def test_acknowledged_on_one_surface_it_is_seen_on_every_other(home: Home, way: str) -> None:
    who, surface = await home.acknowledge(way)
    others = [each for each in SURFACES if each != surface]
    for other in others:
        await until(lambda other=other: home.seen(other, who))
    (alert,) = home.bot.bot.alerts.active
    assert alert.acknowledged_by == who
    (row,) = [each for each in (await ask(home.hass, "alerts"))["rows"] if each["name"] == "Freezer"]
    assert row["alerts"][0]["acknowledged_by"] == who
    await asyncio.sleep(0.5)
    assert {other: home.seen(other, who) for other in others} == dict.fromkeys(others, 1)
    assert home.seen("entity", who) == 1
    assert len(home.room.heard("⚠")) == 1


async def test_a_reply_in_the_room_is_its_note_everywhere(home: Home) -> None:
    home.room.reply(home.room.heard("⚠")[0], "on my way")
    await until(lambda: [each for each in home.alice.all if "on my way" in each.text])
    assert home.bot.bot.alerts.active[0].note == "on my way"
    await until(lambda: home.room.heard(DONE))
    home.room.say("thanks")
    await until(lambda: home.room.heard("thanks"))
    await asyncio.sleep(0.5)
    # The bot introduces itself; the alert, the reply, who sees to it, thanks.
    assert len(home.room.heard()) == 5


async def test_the_room_says_how_far_it_came_and_who_was_told(home: Home) -> None:
    await until(lambda: home.bot.bot.status.undelivered == 0)  # the room has told the bot, too
    told = await ask(home.hass, "why", alert="1")
    assert home.room.room in told["text"]
    steps = [each["step"] for each in told["rows"] if each["who"] == home.room.room]
    assert "received" in steps


async def test_who_sees_to_it_stands_on_the_card_and_the_end_rings(home: Home) -> None:
    """Corrected in place is what the client has, as the last message; what is over is a new one."""
    outbox = home.bot.bot.ports.outbox
    await until(lambda: outbox.confirmed(ALICE) == home.told.id == outbox.newest(ALICE))
    await home.acknowledge("action")
    await until(lambda: home.seen("chat", "Ann"))
    card = home.alice.all[-1]
    assert (card.replaces, card.text.partition("\n👍 Ann")[0]) == (home.told.id, home.told.text)
    home.bot.bot.receive(Message("cold/freezer", b"-20", received=2.0))
    await until(lambda: [each for each in home.alice.all if each.text.startswith("✅") and not each.replaces])
