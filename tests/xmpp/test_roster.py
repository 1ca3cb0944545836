"""Contacts see the bot, and its presence tells its state."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from people import ALICE, BOT, MALLORY, PATIENCE, Person, Probed, World, until, world_of
import pytest
from slixmpp import JID

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.xmpp.roster import GROUP, fetched
from lab.servers import Lab, Server


@pytest.fixture
async def fresh(lab: Lab, own_prosody: Server) -> AsyncIterator[World]:
    async with world_of(lab, own_prosody) as world:
        yield world


def saw(person: Person, shown: tuple[str, str]) -> bool:
    return shown in person.statuses


async def roster_without(jid: str, bot: Probed) -> dict[str, dict[str, Any]]:
    """Wait until somebody has left the roster, and return it."""
    session = bot.link._session
    assert session is not None
    while jid in (items := await fetched(session.xmpp, PATIENCE)):
        await asyncio.sleep(0.01)
    return items


async def test_a_contact_is_asked_and_may_see_the_bot(fresh: World) -> None:
    alice = await fresh.person("alice")
    bot = await fresh.bot()
    await until(lambda: ("subscribe", "") in alice.statuses)
    nick = "{http://jabber.org/protocol/nick}nick"
    request = next(shown for shown in alice.presences if shown["type"] == "subscribe")
    assert request.xml.findtext(nick) == "House"
    alice.xmpp.send_presence(pto=BOT, ptype="subscribed")
    alice.xmpp.send_presence(pto=BOT, ptype="subscribe")
    await until(lambda: ("available", "") in alice.statuses)
    own = bot.link._session
    assert own is not None
    items = await fetched(own.xmpp, PATIENCE)
    assert items[ALICE]["subscription"] == "both"
    assert items[ALICE]["groups"] == [GROUP]


async def test_presence_tells_the_state(either: World) -> None:
    alice = await either.person("alice")
    alice.xmpp.send_presence(pto=BOT, ptype="subscribe")
    bot = await either.bot()
    await until(lambda: ("available", "") in alice.statuses)
    for state, text, shown in (
        (BotState.WAITING, "Waiting for data…", ("available", "Waiting for data…")),
        (BotState.OFFLINE, "Broker: refused", ("away", "Broker: refused")),
        (BotState.CONNECTING, "Connecting…", ("away", "Connecting…")),
        (BotState.ONLINE, "12 messages", ("available", "12 messages")),
    ):
        bot.link.show(state, text)
        await until(partial(saw, alice, shown))
    await bot.link.stop()
    await until(lambda: ("unavailable", "") in alice.statuses)


async def test_the_same_state_is_told_once(fresh: World) -> None:
    alice = await fresh.person("alice")
    alice.xmpp.send_presence(pto=BOT, ptype="subscribe")
    bot = await fresh.bot()
    await until(lambda: ("available", "") in alice.statuses)
    for text in ("same", "same", "last"):
        bot.link.show(BotState.ONLINE, text)
    await until(lambda: ("available", "last") in alice.statuses)
    assert alice.statuses.count(("available", "same")) == 1


async def test_state_told_while_offline_is_shown_afterwards(fresh: World) -> None:
    alice = await fresh.person("alice")
    alice.xmpp.send_presence(pto=BOT, ptype="subscribe")
    bot = await fresh.bot()
    await until(lambda: ("available", "") in alice.statuses)
    bot.link.reconnect()
    bot.link.show(BotState.WAITING, "changed meanwhile")
    await until(lambda: ("available", "changed meanwhile") in alice.statuses)


async def test_a_contact_added_later_is_asked_too(fresh: World) -> None:
    mallory = await fresh.person("mallory")
    mallory.xmpp.send_presence_subscription(BOT)
    await mallory.synchronise()
    bot = await fresh.bot()
    bot.link.meet([Contact(ALICE), Contact(MALLORY, name="Mal")])
    await until(lambda: {("available", ""), ("subscribe", "")} <= set(mallory.statuses))


async def test_a_removed_contact_leaves_the_roster(fresh: World) -> None:
    alice = await fresh.person("alice")
    alice.xmpp.send_presence(pto=BOT, ptype="subscribe")
    bot = await fresh.bot((ALICE, MALLORY))
    await until(lambda: ("available", "") in alice.statuses)
    bot.link.meet([Contact(MALLORY)])
    assert list(await roster_without(ALICE, bot)) == [MALLORY]


async def test_a_contact_removed_while_the_bot_was_off_leaves_the_roster(fresh: World) -> None:
    first = await fresh.bot((ALICE, MALLORY))
    await until(lambda: first.link._account._roster._asked == {ALICE, MALLORY})
    await first.link.stop()
    second = await fresh.bot((MALLORY,))
    assert list(await roster_without(ALICE, second)) == [MALLORY]


async def test_items_of_somebody_else_stay(fresh: World) -> None:
    human = await fresh.person("bot", "desk")
    human.xmpp.update_roster(JID("friend@home.test"), name="Friend")
    await human.synchronise()
    bot = await fresh.bot()
    await until(lambda: bot.link._account._roster._asked)
    bot.link.meet([])
    session = bot.link._session
    assert session is not None
    await until(lambda: not bot.link._account._untended.is_set())
    await fresh.settled(bot)
    assert "friend@home.test" in await fetched(session.xmpp, PATIENCE)


async def test_nobody_is_asked_again_at_every_session(fresh: World) -> None:
    alice = await fresh.person("alice")
    bot = await fresh.bot()
    await until(lambda: ("subscribe", "") in alice.statuses)
    alice.xmpp.send_presence(pto=BOT, ptype="unsubscribed")
    await alice.synchronise()
    bot.link.reconnect()
    await bot.online()
    await until(lambda: not bot.link._account._untended.is_set())
    await fresh.settled(bot)
    await alice.synchronise()
    assert alice.statuses.count(("subscribe", "")) == 1


async def test_an_address_that_is_no_jid_is_left_out(fresh: World, caplog: pytest.LogCaptureFixture) -> None:
    bot = await fresh.bot(("not a jid@@", ALICE))
    assert set(bot.link._gate.contacts) == {ALICE}
    assert "no JID" in caplog.text
