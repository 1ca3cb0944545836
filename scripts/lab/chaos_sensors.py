"""The sensors of the chaos run: each says one number, and says it again when it cannot be sure."""

import asyncio
from collections import deque
from collections.abc import Iterable
import time

import aiomqtt

from .ports import LOOPBACK

ROOT = "chaos"
# Every fiftieth number is one for the phone, too, which has no room for all.
BELL, EVERY = "bell", 50
# What was acknowledged so shortly before the broker was killed may not have been on its disk.
DOUBTFUL_SECONDS = 2.0


class Sensors:
    """Publishes number n with QoS 1 on topic `chaos/n`; `acknowledged` are those the broker confirmed.

    Every fiftieth goes to `bell/n`, too, before.
    """

    def __init__(self, port: int) -> None:
        """`port` is the broker's on loopback."""
        self._port = port
        self._wanted: deque[int] = deque()
        self._at: dict[int, float] = {}
        self._news = asyncio.Condition()
        self.repeated = 0

    @property
    def acknowledged(self) -> set[int]:
        """The numbers that the broker has confirmed."""
        return set(self._at)

    @property
    def rung(self) -> set[int]:
        """Those of them that are for the phone."""
        return {number for number in self._at if number % EVERY == 0}

    def want(self, numbers: Iterable[int]) -> None:
        """Have these published."""
        self._wanted.extend(numbers)

    def doubt(self) -> None:
        """Publish again what the broker may have forgotten, as a sensor does that reports now and then."""
        since = time.monotonic() - DOUBTFUL_SECONDS
        again = [number for number, at in self._at.items() if at >= since]
        self.repeated += len(again)
        self._wanted.extendleft(reversed(again))

    async def reached(self, count: int) -> None:
        """Wait until so many numbers are published."""
        async with self._news:
            await self._news.wait_for(lambda: len(self._at) >= count)

    async def publish(self, per_second: float) -> None:
        """Publish all that is wanted, however often the broker goes away."""
        while self._wanted:
            try:
                async with aiomqtt.Client(LOOPBACK, self._port, identifier="chaos-sensors") as client:
                    await self._talk(client, 1 / per_second)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.2)

    async def say(self, word: str) -> None:
        """Publish 1 on the topics of a word, which is no number. Raises aiomqtt.MqttError."""
        async with aiomqtt.Client(LOOPBACK, self._port, identifier="chaos-rehearsal") as client:
            for topic in (ROOT, BELL):
                await client.publish(f"{topic}/{word}", "1", qos=1)

    async def _talk(self, client: aiomqtt.Client, pause: float) -> None:
        while self._wanted:
            number = self._wanted[0]
            for topic in (BELL, ROOT) if number % EVERY == 0 else (ROOT,):
                await client.publish(f"{topic}/{number}", str(number), qos=1, timeout=3)
            # While it waited, others may have been put before it.
            self._wanted.remove(number)
            self._at[number] = time.monotonic()
            async with self._news:
                self._news.notify_all()
            await asyncio.sleep(pause)
