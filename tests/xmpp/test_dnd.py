"""Contacts that want no disturbance say so by their presence."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from people import ALICE, BOT, MALLORY, PASSWORDS, QUICK, Person, Probed, World, until, world_of
import pytest
import pytest_socket
from slixmpp.stanza import Presence
from test_recovery import WATCHFUL
from test_self_chat import OWN, self_chat
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.xmpp.dnd import PresenceDnd
from custom_components.dinox_mqtt_bot.xmpp.gate import Gate
from custom_components.dinox_mqtt_bot.xmpp.roster import fetched
from lab.servers import Lab, Server


@pytest.fixture(scope="module", params=["prosody", "ejabberd"])
def server(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Either server, but not that of the other tests: the friendship stays."""
    pytest_socket.enable_socket()
    server = lab.prosody(users=PASSWORDS) if request.param == "prosody" else lab.ejabberd(users=PASSWORDS)
    yield server
    server.stop()


@pytest.fixture
async def friends(lab: Lab, server: Server) -> AsyncIterator[World]:
    """A world where the bot sees Alice."""
    async with world_of(lab, server) as world:
        alice = await world.person("alice", "desk")
        await befriend(world, alice)
        await alice.session.close()
        yield world


async def befriend(world: World, alice: Person) -> None:
    """Let the bot see Alice."""
    bot = await world.bot()
    if not await sees_alice(bot):
        # ejabberd tells the bot of a yes that comes before the question, and forgets it itself.
        await until(
            lambda: ("subscribe", BOT) in [(each["type"], each["from"].bare) for each in alice.presences]
        )
        alice.xmpp.send_presence(pto=BOT, ptype="subscribed")
        async with asyncio.timeout(60):
            while not await sees_alice(bot):
                await asyncio.sleep(0.05)
    await bot.link.stop()


async def sees_alice(bot: Probed) -> bool:
    session = bot.link._session
    assert session is not None
    return (await fetched(session.xmpp, 60)).get(ALICE, {}).get("subscription") in {"to", "both"}


def show(person: Person, show: str | None) -> None:
    person.xmpp.send_presence(pshow=show)


async def ceased(bot: Probed, jid: str = ALICE) -> None:
    await until(lambda: bot.moods == [(jid, True), (jid, False)], f"{bot.moods}")


async def began(bot: Probed, jid: str = ALICE) -> None:
    await until(lambda: bot.moods == [(jid, True)], f"{bot.moods}")


async def test_it_is_told_when_it_begins_and_ceases(friends: World) -> None:
    alice = await friends.person("alice")
    bot = await friends.bot()
    assert bot.moods == []
    for shown in ("away", "dnd", "dnd"):
        show(alice, shown)
    await began(bot)
    show(alice, "xa")
    await ceased(bot)


async def test_who_shows_it_when_the_bot_comes(friends: World) -> None:
    alice = await friends.person("alice")
    show(alice, "dnd")
    await alice.synchronise()
    bot = await friends.bot()
    await began(bot)


async def test_one_client_is_enough(friends: World) -> None:
    phone, desk = await friends.person("alice"), await friends.person("alice", "desk")
    bot = await friends.bot()
    show(desk, "dnd")
    await began(bot)
    show(phone, "dnd")
    await phone.synchronise()
    show(desk, None)
    await desk.synchronise()
    await friends.settled(bot)
    await began(bot)
    show(phone, "chat")
    await ceased(bot)


@pytest.mark.parametrize("end", ["goodbye", "lost"])
async def test_who_is_gone_is_not_disturbed(friends: World, end: str) -> None:
    alice = await friends.person("alice")
    bot = await friends.bot()
    show(alice, "dnd")
    await began(bot)
    if end == "goodbye":
        await alice.session.close()
    else:
        # The same resource again: the server ends the older one.
        await friends.person("alice", priority=None)
    await ceased(bot)


async def test_what_strangers_show_does_not_count(friends: World) -> None:
    mallory, alice = await friends.person("mallory"), await friends.person("alice")
    bot = await friends.bot()
    mallory.xmpp.send_presence(pto=BOT, pshow="dnd")
    mallory.xmpp.send_presence(pto=f"{BOT}/ha", pshow="dnd")
    await mallory.synchronise()
    show(alice, "dnd")
    await began(bot)


async def test_who_is_no_contact_any_more_is_forgotten(friends: World) -> None:
    alice = await friends.person("alice")
    bot = await friends.bot((ALICE, MALLORY))
    show(alice, "dnd")
    await began(bot)
    bot.link.meet([Contact(MALLORY)])
    await ceased(bot)


async def test_it_outlasts_a_resumed_stream(friends: World) -> None:
    alice = await friends.person("alice")
    async with Wire(friends.server.ports["c2s"]) as wire:
        friends.port = wire.port
        bot = await friends.bot()
        show(alice, "dnd")
        await began(bot)
        wire.cut()
        await until(lambda: bot.reasons)
        await bot.online()
        await began(bot)
        wire.freeze()
        show(alice, None)
        await alice.synchronise()
        wire.cut()
        await ceased(bot)
        await bot.link.stop()


async def test_it_outlasts_a_lost_session_until_the_next_shows_otherwise(friends: World) -> None:
    alice = await friends.person("alice")
    bot = await friends.bot(timing=WATCHFUL)
    show(alice, "dnd")
    await began(bot)
    session = bot.link._session
    assert session is not None
    session.management.sm_id = None
    bot.link.reconnect()
    await bot.online()
    assert bot.link._session is not session
    await until(lambda: not bot.link._talk.dnd._stale)
    await asyncio.sleep(3 * WATCHFUL.ping_interval)
    await began(bot)


async def test_who_went_while_the_session_was_lost_is_gone_in_the_next(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        alice = await world.person("alice", "desk")
        await befriend(world, alice)
        bot = await world.bot(timing=WATCHFUL)
        show(alice, "dnd")
        await began(bot)
        own_prosody.stop()
        await until(lambda: bot.reasons)
        own_prosody.start()
        await bot.online()
        await ceased(bot)


@pytest.mark.parametrize("shows", ["dnd", "away", "nothing"])
async def test_what_an_earlier_run_was_shown_holds_until_it_is_known_better(
    friends: World, shows: str
) -> None:
    if shows != "nothing":
        alice = await friends.person("alice")
        show(alice, shows)
        await alice.synchronise()
    bot = await friends.bot(timing=WATCHFUL, undisturbed=(ALICE, MALLORY))
    await until(lambda: (MALLORY, False) in bot.moods)
    assert [busy for jid, busy in bot.moods if jid == ALICE] == ([] if shows == "dnd" else [False])


async def test_what_the_users_other_clients_show_counts(either: World) -> None:
    phone, bot = await self_chat(either)
    bot.link.show(BotState.OFFLINE, "away")
    show(phone, "dnd")
    await began(bot, OWN)
    show(phone, None)
    await ceased(bot, OWN)


async def test_what_a_bot_of_its_own_account_shows_does_not_count(friends: World) -> None:
    other, alice = await friends.person("bot", "desk"), await friends.person("alice")
    bot = await friends.bot()
    show(other, "dnd")
    await other.synchronise()
    show(alice, "dnd")
    await began(bot)


async def test_what_the_bot_itself_shows_does_not_count(world: World) -> None:
    bot = await world.bot((OWN,), user="shared", timing=QUICK)
    session = bot.link._session
    assert session is not None
    session.xmpp.send_presence(pshow="dnd")
    await world.settled(bot)
    assert bot.moods == []


def listening(*busy: str) -> tuple[PresenceDnd, list[bool]]:
    gate, told = Gate(BOT), list[bool]()
    gate.meet([Contact(ALICE)])
    listening = PresenceDnd(gate)
    listening.start(lambda jid, busy: told.append(busy), busy)
    return listening, told


def shown(resource: str, kind: str) -> Presence:
    presence = Presence()  # type: ignore[no-untyped-call]
    presence["from"] = f"{ALICE}/{resource}" if resource else ALICE
    presence["type"] = kind
    return presence


@pytest.mark.parametrize(
    ("kinds", "moods"),
    [
        ((("phone", "dnd"), ("", "unavailable")), [True, False]),
        ((("phone", "dnd"), ("", "error")), [True, False]),
        ((("phone", "dnd"), ("phone", "error")), [True, False]),
        ((("phone", "dnd"), ("", "available")), [True]),
        ((("phone", "dnd"), ("phone", "subscribe"), ("phone", "unsubscribed")), [True]),
        ((("phone", "unavailable"), ("phone", "away")), []),
        ((("", "dnd"), ("", "unavailable")), [True, False]),
    ],
)
async def test_what_a_presence_means(kinds: tuple[tuple[str, str], ...], moods: list[bool]) -> None:
    dnd, told = listening()
    for resource, kind in kinds:
        dnd.see(shown(resource, kind))
    assert told == moods


def test_a_client_of_an_earlier_session_counts_until_the_next_has_settled() -> None:
    dnd, told = listening()
    dnd.see(shown("desk", "dnd"))
    dnd.begin()
    dnd.see(shown("phone", "available"))
    assert told == [True]
    dnd.see(shown("desk", "dnd"))
    dnd.settle()
    assert told == [True]
    dnd.begin()
    dnd.see(shown("phone", "available"))
    dnd.settle()
    assert told == [True, False]


def test_of_very_many_clients_some_are_kept_and_no_other_contact_is_looked_at() -> None:
    dnd, told = listening()
    for number in range(10_000):
        dnd.see(shown(str(number), "dnd"))
    assert sum(len(clients) for clients in dnd._busy.values()) == 100
    assert told == [True]
    for number in range(10_000):
        dnd.see(shown(str(number), "unavailable"))
    assert told == [True, False]


def test_what_a_client_of_an_earlier_session_showed_ends_with_its_contact() -> None:
    dnd, told = listening()
    dnd.see(shown("desk", "dnd"))
    dnd.begin()
    dnd._gate.meet([])
    dnd.meet()
    dnd.settle()
    assert told == [True, False]
    dnd._gate.meet([Contact(ALICE)])
    dnd.see(shown("desk", "dnd"))
    dnd.begin()
    dnd.see(shown("", "unavailable"))
    dnd.settle()
    assert told == [True, False, True, False]


@pytest.mark.parametrize(
    ("kinds", "there"),
    [
        ((), False),
        ((("phone", "available"),), True),
        ((("phone", "xa"), ("desk", "away")), True),
        ((("phone", "available"), ("desk", "dnd")), False),
        ((("phone", "available"), ("phone", "unavailable")), False),
        ((("phone", "available"), ("desk", "available"), ("phone", "unavailable")), True),
        ((("phone", "available"), ("", "unavailable")), False),
        ((("phone", "available"), ("phone", "subscribe")), True),
        ((("", "error"),), False),
    ],
)
def test_who_is_there_and_may_be_disturbed_is_available(
    kinds: tuple[tuple[str, str], ...], there: bool
) -> None:
    dnd, _told = listening()
    for resource, kind in kinds:
        dnd.see(shown(resource, kind))
    assert dnd.available(ALICE) is there


def test_nobody_is_there_in_a_new_session_before_it_shows_so_nor_who_is_no_contact() -> None:
    dnd, _told = listening()
    dnd.see(shown("phone", "available"))
    dnd.begin()
    assert not dnd.available(ALICE)
    for number in range(1_000):
        dnd.see(shown(str(number), "available"))
    assert dnd.available(ALICE)
    assert len(dnd._here[ALICE]) == 100
    dnd._gate.meet([])
    dnd.meet()
    dnd.see(shown("phone", "available"))
    assert dnd._here == {}


async def test_a_link_says_who_is_there(friends: World) -> None:
    bot = await friends.bot()
    assert not bot.link.available(ALICE)
    alice = await friends.person("alice")
    await until(lambda: bot.link.available(ALICE))
    show(alice, "dnd")
    await until(lambda: not bot.link.available(ALICE))
    show(alice, None)
    await until(lambda: bot.link.available(ALICE))
    await bot.link.stop()
    assert not bot.link.available(ALICE)
