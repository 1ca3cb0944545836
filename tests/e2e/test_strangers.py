"""Who may talk to the bot, and who not."""

import asyncio
from collections.abc import AsyncIterator

from house import ACCOUNTS, BOT, House, until
import pytest

from lab.person import Person


@pytest.fixture
async def stranger(house: House) -> AsyncIterator[Person]:
    async with Person(
        "stranger@home.test", ACCOUNTS["stranger"], house.xmpp.ports["c2s"], house.lab.client_ssl()
    ) as stranger:
        yield stranger


async def test_a_stranger_gets_no_answer_and_has_no_effect(house: House, stranger: Person) -> None:
    async with house.heard_by_broker("e2e-out/#") as next_payload:
        stranger.say(BOT, "/mqtt publish e2e-out/stranger gotcha")
        stranger.say(BOT, "/mqtt status")
        stranger.befriend(BOT)
        stranger.client.plugin["xep_0249"].send_invitation(BOT, "room@conference.home.test")
        await asyncio.sleep(3)
        await house.action("publish", topic="e2e-out/marker", payload="marker")
        assert await next_payload() == "marker"
    assert stranger.all == []
    seen = stranger.presences.get(BOT)  # its server may say on its own that nobody is there
    assert seen is None or seen.kind == "unavailable"
    assert BOT not in stranger.asked


async def test_an_invitation_leaves_the_bot_out_of_the_room(house: House, stranger: Person) -> None:
    """Whoever invites, direct (XEP-0249) or through the room (XEP-0045 §7.8.2): the bot is in no room."""
    room = "e2e@conference.home.test"
    for person in (stranger, house.you):
        await person.client.plugin["xep_0045"].join_muc_wait(room, person.jid.split("@", maxsplit=1)[0])
    for person in (stranger, house.you):
        person.client.plugin["xep_0249"].send_invitation(BOT, room)
        person.client.plugin["xep_0045"].invite(room, BOT)
    await house.ask("/mqtt help publish", "publish")
    assert _occupants(house.you, room) == ["stranger", "you"]
    assert "e2e@conference" not in "".join(heard.text for heard in await house.you.silence(0))


async def _answered(me: Person, jid: str) -> bool:
    """Ask what it listens to, and say whether the answer came."""
    me.say(jid, "/mqtt topics")
    return any("shared/#" in heard.text for heard in await me.silence(3))


def _occupants(person: Person, room: str) -> list[str]:
    return sorted(person.client.plugin["xep_0045"].get_roster(room))


async def test_a_bot_on_the_users_own_account_talks_in_the_self_chat(house: House) -> None:
    """The account `shared` is the bot's and yours: the bot speaks in your conversation with yourself."""
    jid = "shared@home.test"
    async with Person(jid, ACCOUNTS["shared"], house.xmpp.ports["c2s"], house.lab.client_ssl()) as me:
        entry = await house.hass.add(
            {"next_step_id": "standalone"},
            {**house.broker_answers(), "username": "second"},
            house.xmpp_answers(jid),
            {"contact": jid, "topics": ["shared/#"]},
        )
        try:
            await until(lambda: house.links_are_up(2), "the second bot did not come up", 60)
            # It hears your other clients by carbons, once it has asked for them.
            await until(lambda: _answered(me, jid), "it does not answer")
            await house.publish("shared/x", "told to myself")
            await me.next("told to myself")
            before = len(me.all)
            await asyncio.sleep(3)
            assert len(me.all) == before, "it answers itself"
        finally:
            await house.hass.api.call("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")
