"""The link comes back by itself, whatever happened."""

import asyncio
from dataclasses import replace
import socket
from typing import Any

from people import ALICE, QUICK, World, until, world_of
import pytest
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, Phase
from custom_components.dinox_mqtt_bot.xmpp import disconnects
from custom_components.dinox_mqtt_bot.xmpp.disconnects import Disconnected
from custom_components.dinox_mqtt_bot.xmpp.link import pause_after
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing
from lab.servers import LOOPBACK, Lab, Server

WATCHFUL = replace(QUICK, ping_interval=0.5)


async def test_a_server_that_is_down_at_the_start(lab: Lab, own_prosody: Server) -> None:
    own_prosody.stop()
    async with world_of(lab, own_prosody) as world:
        bot = await world.bot(wait=False)
        await bot.offline("cannot_connect")
        own_prosody.start()
        await bot.online()
        assert bot.sessions == 1


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_server_that_goes_and_comes(lab: Lab, own_prosody: Server, end: str) -> None:
    async with world_of(lab, own_prosody) as world:
        bot = await world.bot()
        getattr(own_prosody, end)()
        await until(lambda: bot.reasons)
        written = bot.say("written meanwhile")
        own_prosody.start()
        alice = await world.person("alice")
        await until(lambda: alice.bodies == ["written meanwhile"])
        await until(lambda: bot.progress(written) == [Delivery.SENT])
        assert bot.sessions == 2


async def test_an_ejabberd_that_goes_and_comes(lab: Lab, ejabberd: Server) -> None:
    async with world_of(lab, ejabberd) as world:
        bot = await world.bot()
        ejabberd.stop()
        await bot.offline("cannot_connect")
        ejabberd.start()
        await bot.online()
        assert bot.sessions == 2


async def test_a_cut_connection_is_resumed_without_loss_or_repetition(either: World) -> None:
    alice = await either.person("alice")
    async with Wire(either.server.ports["c2s"]) as wire:
        either.port = wire.port
        bot = await either.bot()
        session = bot.link._session
        wire.freeze()
        swallowed = [bot.say(f"swallowed {n}") for n in range(20)]
        await asyncio.sleep(0.1)
        wire.cut()
        await until(lambda: bot.reasons)
        kept = bot.say("kept in the outbox")
        await until(lambda: len(alice.bodies) >= 21)
        await until(lambda: not bot.outbox)
        assert bot.link._session is session
        assert sorted(alice.bodies) == sorted([*(notice.text for notice in swallowed), kept.text])
        assert bot.sessions == 2
        await bot.link.stop()


async def test_what_is_being_said_when_the_stream_ends_keeps_its_order(either: World) -> None:
    """In the middle of many: what is written after the end may not overtake what was written before."""
    alice = await either.person("alice")
    bot = await either.bot()
    notices = [bot.say(f"{number:04}", priority=Priority.ALERT) for number in range(600)]
    for _ in range(3):
        left = len(bot.outbox)
        bot.link.reconnect()
        await until(lambda left=left: len(bot.outbox) < left - 20 or not bot.outbox)
    await until(lambda: len(set(alice.bodies)) == 600 and not bot.outbox, timeout=240)
    # What the server had passed on but not counted when the stream ended comes again, by its id and in order.
    heard = {message["id"]: message["body"] for message in alice.messages if message["body"]}
    assert list(heard.values()) == [notice.text for notice in notices]


async def test_what_was_said_to_a_lost_session_is_said_again(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world, Wire(own_prosody.ports["c2s"]) as wire:
        world.port = wire.port
        bot = await world.bot()
        wire.freeze()
        notice = bot.say("twice said, once heard")
        await asyncio.sleep(0.1)
        own_prosody.kill()
        wire.cut()
        own_prosody.start()
        alice = await world.person("alice")
        await until(lambda: bot.progress(notice) == [Delivery.SENT])
        await alice.synchronise()
        assert alice.bodies == ["twice said, once heard"]
        await bot.link.stop()


async def test_what_contacts_write_during_a_cut_arrives(either: World) -> None:
    alice = await either.person("alice")
    async with Wire(either.server.ports["c2s"]) as wire:
        either.port = wire.port
        bot = await either.bot()
        wire.freeze()
        alice.write("bot@home.test/ha", "/mqtt status")
        await alice.synchronise()
        wire.cut()
        await until(lambda: bot.said == ["/mqtt status"])
        await bot.link.stop()


async def test_a_frozen_server_is_noticed(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        bot = await world.bot(timing=replace(WATCHFUL, connect=4, ping_timeout=0.3))
        own_prosody.freeze()
        await bot.offline("timeout")
        own_prosody.thaw()
        await bot.online()


async def test_a_server_too_slow_for_the_chores_is_good_enough(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        bot = await world.bot(timing=Timing(answer=0.05))
        own_prosody.freeze()
        bot.link.meet([Contact(ALICE)])
        await until(lambda: not bot.link._account._untended.is_set())
        await asyncio.sleep(0.2)
        own_prosody.thaw()
        notice = bot.say("still there")
        await until(lambda: bot.progress(notice) == [Delivery.SENT])
        assert bot.sessions == 1


async def test_pings_are_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = await world.bot(timing=WATCHFUL)
    answers = list[bool]()
    session = bot.link._session
    assert session is not None
    ask = session.alive

    async def alive() -> bool:
        answers.append(await ask())
        return answers[-1]

    monkeypatch.setattr(session, "alive", alive)
    await until(lambda: len(answers) >= 3)
    assert all(answers)
    assert [status.phase for status in bot.statuses] == [Phase.ONLINE]


async def test_the_resource_taken_by_another(either: World) -> None:
    bot = await either.bot()
    await either.person("bot", "ha")
    await bot.offline("session_taken_over")
    await asyncio.sleep(3 * QUICK.longest_pause)
    assert bot.link.status.reason == "session_taken_over"
    bot.link.reconnect()
    await bot.online()


async def test_reconnect_on_demand(world: World) -> None:
    bot = await world.bot()
    bot.link.reconnect()
    assert bot.link.status.phase is Phase.CONNECTING
    await bot.online()
    assert bot.reasons == []


@pytest.mark.parametrize(
    "where", [{"host": "nowhere.invalid"}, {"jid": "bot@nowhere.invalid", "host": "", "port": 0}]
)
async def test_a_host_nobody_knows(world: World, where: dict[str, Any]) -> None:
    bot = await world.bot(wait=False, **where)
    await bot.offline("unknown_host")


async def test_a_port_that_takes_connections_and_nothing_else(world: World) -> None:
    with socket.socket() as silent:
        silent.bind((LOOPBACK, 0))
        silent.listen()
        bot = await world.bot(wait=False, port=silent.getsockname()[1], timing=Timing(connect=0.2))
        await bot.offline("timeout")
        await bot.link.stop()


@pytest.mark.parametrize(
    ("failures", "chance", "pause"),
    [(1, 0.0, 0.5), (1, 1.0, 1.0), (3, 1.0, 4.0), (7, 1.0, 60.0), (500, 0.0, 30.0)],
)
def test_pauses_grow_to_a_minute_and_are_spread(failures: int, chance: float, pause: float) -> None:
    assert pause_after(Disconnected(disconnects.CANNOT_CONNECT), failures, Timing(), chance) == pause


def test_a_lost_fight_for_the_resource_and_a_bad_certificate_wait_long() -> None:
    assert pause_after(Disconnected(disconnects.TAKEN_OVER), 1, Timing(), 0.0) >= 30
    assert pause_after(Disconnected(disconnects.TLS_FAILED), 1, Timing(), 0.0) >= 30


@pytest.mark.parametrize(
    ("loss", "reason", "fatal"),
    [
        (disconnects.refused("not-authorized"), "invalid_auth", True),
        (disconnects.refused("temporary-auth-failure"), "server_closed", False),
        (disconnects.stream_error("conflict", ""), "session_taken_over", False),
        (disconnects.stream_error("host-unknown", "no such host"), "unknown_host", False),
        (disconnects.stream_error("system-shutdown", ""), "server_closed", False),
        (disconnects.unreachable(TimeoutError("slow")), "timeout", False),
        (disconnects.unreachable(ConnectionRefusedError("no")), "cannot_connect", False),
        (disconnects.unreachable(socket.gaierror("no")), "unknown_host", False),
        (disconnects.ended(ConnectionResetError("gone")), "server_closed", False),
        (disconnects.ended(None), "server_closed", False),
    ],
)
def test_what_is_said_about_a_loss(loss: Disconnected, reason: str, fatal: bool) -> None:
    assert (loss.reason, loss.fatal) == (reason, fatal)
