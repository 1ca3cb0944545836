"""One incident on every surface: acknowledged on one, it is seen on each other, once, with who."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from notifications import PHONE, Phone
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from rooms import Occupant, new_room
from running import ALICE, account, alerts, ask, bot_entry, contacts, running, standalone, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Contact, Operator, Role
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.person import Person
from lab.servers import Lab, Prosody, Server

BOB = "bob@home.test"
WARM = AlertRule("cold/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")
SURFACES = ("chat", "room", "phone", "action")
DONE = "has acknowledged"


@dataclass
class Home:
    """One bot whose freezer is warm, Alice in the chat, Bob in the room, Ann with a phone."""

    hass: HomeAssistant
    bot: BotRuntime
    alice: Person
    room: Occupant
    phone: Phone
    ann: MockUser

    async def acknowledge(self, surface: str) -> str:
        """See to the alert on a surface; return who does."""
        if surface == "chat":
            told = next(each for each in self.alice.all if "⚠" in each.text and each.sender != self.room.room)
            self.alice.react("bot@home.test", told.id, "👍")
            return ALICE
        if surface == "room":
            self.room.react(self.room.heard("⚠")[0], "👍")
            return BOB
        if surface == "phone":
            action = self.phone.told[0]["data"]["actions"][0]["action"]
            context = Context(user_id=self.ann.id)
            self.hass.bus.async_fire("mobile_app_notification_action", {"action": action}, context=context)
            return "Ann"
        await ask(self.hass, "ack", Context(user_id=self.ann.id), alert="1")
        return "Ann"

    def seen(self, surface: str, who: str) -> int:
        """Return how often a surface shows who has seen to it."""
        text = f"{who} {DONE}"
        if surface == "chat":
            every = [each.text for each in self.alice.all if each.sender != self.room.room]
        elif surface == "room":
            every = [each.text for each in self.room.heard()]
        elif surface == "phone":
            every = self.phone.texts
        else:
            state = self.hass.states.get("binary_sensor.freezer") or self._sensor()
            return int(state.attributes["acknowledged_by"] == who)
        return sum(text in each for each in every)

    def _sensor(self) -> Any:
        every = self.hass.states.async_all("binary_sensor")
        return next(each for each in every if "acknowledged_by" in each.attributes)


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
    ann = MockUser(name="Ann", groups=[await hass.auth.async_get_group(GROUP_ID_USER)]).add_to_hass(hass)
    port, tls = server.ports["c2s"], servers.client_ssl()
    people = contacts(
        Contact(ALICE),
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
            bot.bot.receive(Message("cold/freezer", b"-3", received=1.0))
            await until(lambda: room.heard("⚠") and phone.told and [t for t in alice.all if "⚠" in t.text])
            yield Home(hass, bot, alice, room, phone, ann)


@pytest.mark.parametrize(("acknowledged", "seen"), permutations(SURFACES, 2))
async def test_acknowledged_on_one_surface_it_is_seen_on_the_other(
    home: Home, acknowledged: str, seen: str
) -> None:
    who = await home.acknowledge(acknowledged)
    await until(lambda: home.seen(seen, who))
    await until(lambda: all(home.seen(each, who) for each in SURFACES if each != acknowledged))
    (alert,) = home.bot.bot.alerts.active
    assert alert.acknowledged_by == who
    (row,) = [each for each in (await ask(home.hass, "alerts"))["rows"] if each["name"] == "Freezer"]
    assert row["alerts"][0]["acknowledged_by"] == who
    await asyncio.sleep(0.5)
    assert home.seen(seen, who) == 1
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
