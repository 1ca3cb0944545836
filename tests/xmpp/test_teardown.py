"""Nothing is left running; Home Assistant's fixture looks for tasks, timers and threads after each test."""

import asyncio
import contextlib
import gc
from pathlib import Path
from typing import Any

from people import World, until, world_of
import pytest
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing
from lab.servers import Lab, Server


def sockets() -> int:
    """Return how many sockets this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += str(descriptor.readlink()).startswith("socket:")
    return count


async def left(world: World, tasks: set[asyncio.Task[Any]], descriptors: int) -> None:
    await world.close()
    gc.collect()
    assert asyncio.all_tasks() - tasks == set()
    assert sockets() == descriptors


async def test_after_a_session(either: World) -> None:
    tasks, descriptors = asyncio.all_tasks(), sockets()
    bot = await either.bot()
    bot.say("about to go")
    await bot.link.stop()
    assert bot.link.status == LinkStatus(Phase.OFFLINE)
    await left(either, tasks, descriptors)


async def test_while_the_server_is_down(lab: Lab, own_prosody: Server) -> None:
    own_prosody.stop()
    async with world_of(lab, own_prosody) as world:
        tasks, descriptors = asyncio.all_tasks(), sockets()
        bot = await world.bot(wait=False)
        await bot.offline("cannot_connect")
        await bot.link.stop()
        await left(world, tasks, descriptors)


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10, 20, 40])
async def test_in_the_middle_of_a_login(world: World, turns: int) -> None:
    tasks, descriptors = asyncio.all_tasks(), sockets()
    bot = await world.bot(wait=False)
    for _ in range(turns):
        await asyncio.sleep(0.001)
    await bot.link.stop()
    await left(world, tasks, descriptors)


async def test_when_the_server_has_frozen(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        tasks, descriptors = asyncio.all_tasks(), sockets()
        bot = await world.bot()
        own_prosody.freeze()
        bot.say("into the void")
        bot.link.meet([])
        await asyncio.sleep(0.1)
        await bot.link.stop()
        await left(world, tasks, descriptors)
        own_prosody.thaw()


async def test_while_tls_is_being_negotiated(world: World) -> None:
    tasks, descriptors = asyncio.all_tasks(), sockets()
    async with Wire(world.server.ports["c2s"]) as wire:
        world.port = wire.port
        bot = await world.bot(wait=False, timing=Timing(connect=10))
        await until(lambda: wire.accepted)
        wire.freeze()
        await asyncio.sleep(0.05)
        await bot.link.stop()
    await left(world, tasks, descriptors)


async def test_stopping_twice_or_without_a_start(world: World) -> None:
    bot = await world.bot()
    await bot.link.stop()
    await bot.link.stop()
    assert bot.link.status == LinkStatus(Phase.OFFLINE)


async def test_what_a_listener_starts_outlives_the_session(world: World) -> None:
    alice = await world.person("alice")
    started: list[asyncio.Task[str]] = []
    event = asyncio.Event()

    async def answer() -> str:
        await event.wait()
        return "answered"

    bot = await world.bot(on_text=lambda said: started.append(asyncio.ensure_future(answer())))
    alice.write("bot@home.test", "hello")
    await until(lambda: started)
    await bot.link.stop()
    event.set()
    assert await started[0] == "answered"
