"""An alert that the server took and nobody confirmed is said again when the server comes back as another."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from people import ALICE, MALLORY, PASSWORDS, QUICK, Probed, World, until, world_of
import pytest
from test_rooms import enter, heard, joined, new_room, open_room

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, Phase
from custom_components.dinox_mqtt_bot.bot.ports import UNSURE_SECONDS
from custom_components.dinox_mqtt_bot.xmpp import unconfirmed
from custom_components.dinox_mqtt_bot.xmpp.disconnects import TAKEN_OVER, Disconnected
from custom_components.dinox_mqtt_bot.xmpp.unconfirmed import MOST_TIMES, Unconfirmed
from lab.servers import Lab, Server

ECHOED = [Delivery.SENT, Delivery.RECEIVED]
SENT_TWICE = [Delivery.SENT, Delivery.QUEUED, Delivery.SENT]


@pytest.fixture(params=["prosody", "ejabberd"])
def killable(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server to kill."""
    make: Any = lab.prosody if request.param == "prosody" else lab.ejabberd
    server: Server = make(users=PASSWORDS)
    yield server
    server.stop()


async def kill(server: Server, bot: Probed) -> None:
    """Kill the server, start it again, and wait until the bot is back."""
    server.kill()
    await until(lambda: bot.link.status.phase is not Phase.ONLINE, "away")
    server.start()
    await bot.online()


async def test_an_alert_that_a_killed_server_had_taken_is_said_again(lab: Lab, killable: Server) -> None:
    async with world_of(lab, killable) as world:
        bot = await world.bot(timing=QUICK)
        value = bot.say("21.5 °C")
        await until(lambda: bot.progress(value))
        alert = bot.say("Water in the cellar", priority=Priority.ALERT)
        await until(lambda: bot.progress(alert))
        await kill(killable, bot)
        await until(lambda: bot.progress(alert) == SENT_TWICE, "said again")
        assert bot.progress(value) == [Delivery.SENT]
        alice = await world.person("alice")
        await until(lambda: "Water in the cellar" in alice.bodies)
        # Its archive or its store may have the first one too: to her client they are one.
        assert {message["id"] for message in alice.messages if "cellar" in message["body"]} == {alert.id}


async def test_an_alert_that_was_received_is_not_said_again(lab: Lab, killable: Server) -> None:
    async with world_of(lab, killable) as world:
        alice = await world.person("alice")
        bot = await world.bot(timing=QUICK)
        alert = bot.say("Water in the cellar", priority=Priority.CRITICAL)
        await until(lambda: alice.bodies and bot.progress(alert))
        alice.write("bot@home.test/ha", receipt=alert.id)
        await until(lambda: bot.progress(alert) == [Delivery.SENT, Delivery.RECEIVED])
        await kill(killable, bot)
        last = bot.say("the last", priority=Priority.ALERT)
        await until(lambda: bot.progress(last) == [Delivery.SENT])
        assert bot.progress(alert) == [Delivery.SENT, Delivery.RECEIVED]


async def test_what_was_read_since_is_not_said_again(lab: Lab, killable: Server) -> None:
    """The outbox knows more than the stream, as that the user pressed the button."""
    async with world_of(lab, killable) as world:
        bot = await world.bot(timing=QUICK)
        alert = bot.say("Water in the cellar", priority=Priority.ALERT)
        await until(lambda: bot.progress(alert) == [Delivery.SENT])
        bot.settled.add(alert.id)
        await kill(killable, bot)
        last = bot.say("the last", priority=Priority.ALERT)
        await until(lambda: bot.progress(last) == [Delivery.SENT])
        alice = await world.person("alice")
        await until(lambda: "the last" in alice.bodies)
        assert alice.bodies.count("Water in the cellar") <= 1


async def test_what_a_room_lost_with_its_server_is_said_again(lab: Lab, killable: Server) -> None:
    """The room had passed it on to all who were there, and that was nobody else."""
    async with world_of(lab, killable) as world:
        bot, room = await world.bot(timing=QUICK), new_room()
        await joined(bot, room)
        value = bot.say("21.5 °C", room, room=True)
        await until(lambda: bot.progress(value) == ECHOED)
        alert = bot.say("Water in the cellar", room, room=True, priority=Priority.ALERT)
        await until(lambda: bot.progress(alert) == ECHOED)
        await kill(killable, bot)
        # Prosody has the room's archive on its disk, and tells of it.
        await until(lambda: bot.progress(alert)[2:3] == [Delivery.QUEUED], "doubted")
        await until(lambda: bot.progress(alert)[-1] is Delivery.RECEIVED, "in the room again")
        assert Delivery.QUEUED not in bot.progress(value)
        alice = await world.person("alice")
        await enter(alice, room, "Alice")
        await until(lambda: heard(alice, room).count("Water in the cellar") == 1)


async def test_what_a_room_still_tells_is_not_said_again(either: World) -> None:
    """The bot's stream ends for good, twice; the server and its room live on."""
    alice, room = await open_room(either)
    bot = await either.bot(timing=QUICK)
    await joined(bot, room)
    alert = bot.say("Water in the cellar", room, room=True, priority=Priority.ALERT)
    await until(lambda: bot.progress(alert) == ECHOED)
    for times in (1, 2):
        assert bot.link._session is not None
        bot.link._session.management.sm_id = None
        bot.link.reconnect()
        found = [*ECHOED, *[Delivery.QUEUED, Delivery.RECEIVED] * times]
        await until(lambda found=found: bot.progress(alert) == found, "known as said")  # type: ignore[misc]
    last = bot.say("the last", room, room=True)
    await until(lambda: bot.progress(last) == ECHOED and "the last" in heard(alice, room))
    assert heard(alice, room) == ["Water in the cellar", "the last"]


async def test_what_need_not_be_said_any_more_is_not_said_in_a_room(world: World) -> None:
    """The outbox knows that the room has it: it has told of something later."""
    alice, room = await open_room(world)
    bot = await world.bot(timing=QUICK)
    bot.link.join({room: "Robo"})
    early, late = (bot.say(text, room, room=True, priority=Priority.ALERT) for text in ("early", "late"))
    del bot.outbox[early.id]
    await until(lambda: bot.progress(late) == ECHOED and heard(alice, room))
    assert (heard(alice, room), bot.progress(early)) == (["late"], [])


@pytest.mark.parametrize("how", ["reply", "react"])
async def test_whoever_answers_an_alert_has_read_it(either: World, how: str) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    first = bot.say("Water in the attic", priority=Priority.ALERT)
    alert = bot.say("Water in the cellar", priority=Priority.ALERT)
    await until(lambda: len(alice.bodies) == 2 and bot.progress(alert))
    if how == "reply":
        alice.reply("bot@home.test", alert.id, "on my way")
    else:
        alice.react("bot@home.test", alert.id, "👍")
    await until(lambda: bot.progress(alert) == [Delivery.SENT, Delivery.READ])
    saying = bot.link._talk.saying
    saying._unconfirmed.lost(asyncio.get_running_loop().time())
    assert first.id not in saying._unconfirmed.doubted()


async def test_a_session_that_was_taken_over_has_lost_nothing(world: World) -> None:
    bot = await world.bot(timing=replace(QUICK, takeover_pause=0.1))
    alert = bot.say("Water in the cellar", priority=Priority.ALERT)
    await until(lambda: bot.progress(alert) == [Delivery.SENT])
    session = bot.link._session
    assert session is not None
    session.drop(Disconnected(TAKEN_OVER))
    await until(lambda: bot.sessions == 2, "a session of its own again")
    last = bot.say("the last", priority=Priority.ALERT)
    await until(lambda: bot.progress(last) == [Delivery.SENT])
    assert bot.progress(alert) == [Delivery.SENT]


async def test_an_alert_of_long_before_is_not_said_again(
    lab: Lab, killable: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed, "UNSURE_SECONDS", 0.2)
    async with world_of(lab, killable) as world:
        bot = await world.bot(timing=QUICK)
        alert = bot.say("Water in the cellar", priority=Priority.ALERT)
        await until(lambda: bot.progress(alert) == [Delivery.SENT])
        await asyncio.sleep(0.3)
        await kill(killable, bot)
        last = bot.say("the last", priority=Priority.ALERT)
        await until(lambda: bot.progress(last) == [Delivery.SENT])
        assert bot.progress(alert) == [Delivery.SENT]


async def test_a_stream_that_is_resumed_has_lost_nothing(either: World) -> None:
    bot = await either.bot()
    alert = bot.say("Water in the cellar", priority=Priority.ALERT)
    await until(lambda: bot.progress(alert) == [Delivery.SENT])
    session = bot.link._session
    assert session is not None
    session.xmpp.abort()
    await until(lambda: bot.link.status.phase is not Phase.ONLINE, "away")
    await bot.online()
    assert bot.link._session is session
    last = bot.say("the last", priority=Priority.ALERT)
    await until(lambda: bot.progress(last) == [Delivery.SENT])
    assert bot.progress(alert) == [Delivery.SENT]


# What it remembers


def notice(notice_id: str, priority: Priority = Priority.ALERT, **more: Any) -> Notice:
    return Notice(notice_id, more.pop("to", ALICE), notice_id, 0.0, priority, **more)


def taken(*notices: Notice) -> Unconfirmed:
    """Return what remembers these, taken one second after the other."""
    remembered = Unconfirmed()
    for at, each in enumerate(notices):
        remembered.taken(each, float(at))
    return remembered


def doubted(remembered: Unconfirmed, at: float = 20.0) -> list[str]:
    remembered.lost(at)
    return remembered.doubted()


def test_alerts_are_doubted_and_what_the_same_contact_was_told_after_them() -> None:
    remembered = taken(
        notice("value", Priority.NORMAL),
        notice("alert"),
        notice("bob's", Priority.NORMAL, to=MALLORY),
        notice("its end", Priority.NORMAL),
        notice("room", to="den@conference.example.org", room=True),
        notice("live", Priority.NORMAL),
        notice("correction", Priority.NORMAL, replaces="live"),
    )
    assert doubted(remembered) == ["alert", "its end", "room"]
    assert remembered.doubted() == doubted(remembered) == []


def test_a_receipt_holds_for_what_the_contact_was_told_before() -> None:
    remembered = taken(notice("first"), notice("other", to=MALLORY), notice("second"), notice("third"))
    remembered.confirmed("second", read=False)
    remembered.confirmed("unknown", read=True)
    assert doubted(remembered) == ["other", "third"]


@pytest.mark.parametrize(("read", "found"), [(False, ["first", "second"]), (True, [])])
def test_what_a_room_tells_again_confirms_nothing(read: bool, found: list[str]) -> None:
    room = {"to": "den@conference.example.org", "room": True}
    remembered = taken(notice("first", **room), notice("second", **room))
    remembered.confirmed("second", read=read)
    assert doubted(remembered) == found


def test_what_waits_again_or_failed_is_not_doubted() -> None:
    remembered = taken(notice("alert"))
    remembered.given_up("alert")
    remembered.given_up("unknown")
    assert doubted(remembered) == []


def test_without_a_loss_nothing_is_doubted() -> None:
    assert taken(notice("alert")).doubted() == []


@pytest.mark.parametrize(("at", "found"), [(UNSURE_SECONDS, ["alert"]), (UNSURE_SECONDS + 1, [])])
def test_only_what_was_taken_shortly_before_is_doubted(at: float, found: list[str]) -> None:
    assert doubted(taken(notice("alert")), at) == found


def test_what_is_too_old_is_forgotten_whatever_is_put_off_meanwhile() -> None:
    remembered = Unconfirmed()
    for number in range(1_000):
        remembered.taken(notice(f"{number}"), float(number))
        remembered.taken(notice("put off"), float(number))
    assert len(remembered._taken) == UNSURE_SECONDS + 2


def test_no_alert_is_doubted_for_ever() -> None:
    remembered = Unconfirmed()
    times = 0
    for number in range(20):
        remembered.taken(notice("alert"), float(number))
        times += len(doubted(remembered, number + 0.5))
    assert times == MOST_TIMES


def test_how_often_something_was_doubted_is_forgotten_in_the_end() -> None:
    remembered = Unconfirmed()
    for number in range(1_200):
        remembered.taken(notice(f"{number}"), float(number))
        assert doubted(remembered, number + 0.5) == [f"{number}"]
    assert len(remembered._times) == 1_000
