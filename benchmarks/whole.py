"""The whole path: read, interpret, converse, store, acknowledge; and what that does to the loop."""

import asyncio
from dataclasses import dataclass
import gc
import os
from tempfile import TemporaryDirectory
import time
from typing import TYPE_CHECKING

from .load import FILTER, Load
from .meter import Measured, Meter, say

if TYPE_CHECKING:
    from .assembly import Assembly

TICK_SECONDS = 0.001
UNREAD = 5_000


@dataclass(frozen=True, slots=True)
class Blocked:
    """How late a callback came that was due every millisecond, in milliseconds.

    `held` is the longest that this process itself can be blamed for: of the lateness no more than the CPU
    time it used meanwhile, in whatever thread. The rest is the machine giving its time to others.
    """

    p99: float
    worst: float
    held: float


def whole_path(port: int, load: Load) -> Measured:
    """Measured until the last message is committed and acknowledged; with QoS 0, until it is taken in."""
    from .assembly import Assembly, rules
    from .receivers import subscribed

    async def main(directory: str) -> Measured:
        meter = Meter(load, asyncio.get_running_loop())
        if load.qos:
            assembly = Assembly(port, meter.some)
        else:
            assembly = Assembly(port)
            assembly.received = meter.one
        await assembly.open(directory, rules(FILTER, load.qos))
        assembly.start()
        await subscribed(assembly.link)
        say("ready")
        await meter.in_loop.wait()
        await assembly.close()
        assert meter.measured
        return meter.measured

    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        return asyncio.run(main(directory))


async def blocked(port: int, load: Load, seconds: float) -> Blocked:
    """Run the whole path for some seconds beside a ticker."""
    from homeassistant.core import HomeAssistant

    from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
    from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

    from .assembly import Assembly, rules
    from .receivers import subscribed

    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        assembly = Assembly(port)
        templates = SandboxedTemplates(HomeAssistant(directory))
        await assembly.open(directory, rules("#", load.qos), templates=templates)
        assembly.start()
        await subscribed(assembly.link)
        last = await _unread(assembly)
        # What was imported (100,000 objects, 40 ms for a full collection) is Home Assistant's affair.
        gc.collect()
        gc.freeze()
        late: list[tuple[float, float]] = []
        ticker = asyncio.create_task(tick(late))
        say("ready")
        await asyncio.sleep(seconds / 2)
        assembly.delivered(last, Delivery.READ, time.time())
        await asyncio.sleep(seconds / 2)
        assert assembly.bot.status.unread < UNREAD
        ticker.cancel()
        await assembly.close()
    waits = sorted(wait for wait, _ in late)
    held = max(min(both) for both in late)
    return Blocked(waits[len(waits) * 99 // 100] * 1000, waits[-1] * 1000, held * 1000)


async def _unread(assembly: Assembly) -> str:
    """Let the contact have many notices that it has not read; return the id of the last."""
    from custom_components.dinox_mqtt_bot.bot.model.notice import Notice

    from .assembly import CONTACT

    outbox = assembly.store.outbox
    for number in range(UNREAD):
        outbox.put(Notice(f"unread-{number}", CONTACT, f"{number}", time.time()))
    while outbox.unread < UNREAD:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return f"unread-{UNREAD - 1}"


async def tick(late: list[tuple[float, float]]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, used = loop.time() + TICK_SECONDS, time.process_time()
        await asyncio.sleep(TICK_SECONDS)
        late.append((max(0.0, loop.time() - due), time.process_time() - used))
