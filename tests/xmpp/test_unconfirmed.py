"""An alert that the server took and nobody confirmed is said again when the server comes back as another."""

from collections.abc import Iterator
from typing import Any

from people import ALICE, PASSWORDS, QUICK, Probed, World, until, world_of
import pytest

from custom_components.dinox_mqtt_bot.bot.ports import UNSURE_SECONDS, Notice
from custom_components.dinox_mqtt_bot.bot.rules import Priority
from custom_components.dinox_mqtt_bot.bot.status import Delivery, Phase
from custom_components.dinox_mqtt_bot.xmpp.unconfirmed import Unconfirmed
from lab.servers import Lab, Server

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
        alert = bot.say("Water in the cellar", priority=Priority.ALERT)
        value = bot.say("21.5 °C")
        await until(lambda: bot.progress(alert) and bot.progress(value))
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


async def test_an_alert_of_long_before_is_not_said_again(lab: Lab, killable: Server) -> None:
    async with world_of(lab, killable) as world:
        bot = await world.bot(timing=QUICK)
        alert = bot.say("Water in the cellar", priority=Priority.ALERT)
        await until(lambda: bot.progress(alert) == [Delivery.SENT])
        bot.clock.shift = UNSURE_SECONDS + 1
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


def notice(notice_id: str, priority: Priority = Priority.ALERT, *, room: bool = False) -> Notice:
    return Notice(notice_id, ALICE, notice_id, 0.0, priority, room=room)


def test_only_what_was_taken_shortly_before_the_end_is_doubted_and_once() -> None:
    unconfirmed = Unconfirmed()
    unconfirmed.taken(notice("old"), 0.0)
    unconfirmed.taken(notice("settled"), 50.0)
    unconfirmed.taken(notice("first"), 60.0)
    unconfirmed.taken(notice("value", Priority.NORMAL), 60.0)
    unconfirmed.taken(notice("room", room=True), 60.0)
    unconfirmed.taken(notice("second", Priority.CRITICAL), 100.0)
    unconfirmed.settled("settled")
    unconfirmed.settled("unknown")
    unconfirmed.lost(UNSURE_SECONDS + 10.0)
    assert [each.id for each in unconfirmed.doubted()] == ["first", "second"]
    assert unconfirmed.doubted() == []


def test_what_is_too_old_to_be_doubted_is_forgotten() -> None:
    unconfirmed = Unconfirmed()
    for number in range(1_000):
        unconfirmed.taken(notice(f"{number}"), float(number))
    assert len(unconfirmed._taken) == UNSURE_SECONDS + 1
