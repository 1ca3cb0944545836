"""The whole path: read, interpret, converse, remember on disk, acknowledge; and what that does to the loop."""

import asyncio
from dataclasses import dataclass
import os
from tempfile import TemporaryDirectory
import time

from .load import FILTER, Load
from .meter import Measured, Meter, say

TICK_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Blocked:
    """How late a callback came that was due every millisecond, in milliseconds.

    `held` is the longest that this process itself can be blamed for: of the lateness no more than the CPU time
    it used meanwhile, in whatever thread. The rest is the machine giving its time to others.
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
        assembly.link.start()
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
    from .assembly import Assembly, rules
    from .receivers import subscribed

    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        assembly = Assembly(port)
        await assembly.open(directory, rules("#", load.qos))
        assembly.link.start()
        await subscribed(assembly.link)
        late: list[tuple[float, float]] = []
        ticker = asyncio.create_task(_tick(late))
        say("ready")
        await asyncio.sleep(seconds)
        ticker.cancel()
        await assembly.close()
    waits = sorted(wait for wait, _ in late)
    held = max(min(both) for both in late)
    return Blocked(waits[len(waits) * 99 // 100] * 1000, waits[-1] * 1000, held * 1000)


async def _tick(late: list[tuple[float, float]]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, used = loop.time() + TICK_SECONDS, time.process_time()
        await asyncio.sleep(TICK_SECONDS)
        late.append((max(0.0, loop.time() - due), time.process_time() - used))
