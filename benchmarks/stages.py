"""What each stage of the path costs by itself, in one process and without a broker."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import pairwise
import os
from tempfile import TemporaryDirectory
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.rendering.readings import render_reading
from custom_components.dinox_mqtt_bot.broker.reader import Reader
from custom_components.dinox_mqtt_bot.store.table import digest_of

from .assembly import Assembly, rules
from .load import FILTER, Load, messages
from .meter import cpu_seconds
from .publisher import publish
from .run import hostile

_CHUNK = 65_536
_BATCH = 32


def main() -> None:
    asyncio.run(_main())


async def _main() -> None:
    load = Load()
    packets = [publish(topic, payload, 1, number) for number, (topic, payload) in enumerate(messages(load))]
    received: list[Message] = []
    print(f"\nMicroseconds a message ({len(packets):,} messages of the load)\n")
    _stage("reader: bytes to message", len(packets), lambda: received.extend(_read(b"".join(packets))))
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        assembly = Assembly(0)
        await assembly.open(directory, rules(FILTER, 1))
        await _bot_stages(assembly, received)
        _hostile(assembly)
        await assembly.close()


def _read(data: bytes) -> Iterable[Message]:
    reader = Reader(v5=False, connection=1)
    for start in range(0, len(data), _CHUNK):
        reader.feed(data[start : start + _CHUNK])
        while items := reader.take(_BATCH, time.time()):
            yield from (item for item in items if isinstance(item, Message))


async def _bot_stages(assembly: Assembly, received: list[Message]) -> None:
    bot, now = assembly.bot, time.time()
    best = bot.subscriptions.best
    subscription = best(received[0].topic)
    assert subscription
    number = len(received)
    _stage("subscriptions.best", number, lambda: _each(best, (message.topic for message in received)))
    _stage("readings.learn", number, lambda: _each(bot.readings.learn, received))
    readings = [bot.readings.read(message, subscription) for message in received]
    _stage("readings.read", number, lambda: _each(lambda one: bot.readings.read(one, subscription), received))
    take = bot.conversation.take
    _stage("conversation.take", number, lambda: _each(lambda one: take(one, subscription, now), readings))
    history = assembly.store.history
    _stage(
        "history.append, event loop",
        number,
        lambda: _each(lambda one: history.append(one, Priority.NORMAL), readings),
    )
    begun = cpu_seconds()
    await history.page("none", 1)
    _tell("history, writer thread", number, cpu_seconds() - begun)
    whole = received[: number // 2]
    _stage("Bot.receive, all of it", len(whole), lambda: _each(bot.receive, whole))
    await history.page("none", 1)


def _each[T](function: Callable[[T], object], values: Iterable[T]) -> None:
    for value in values:
        function(value)


def _stage(name: str, number: int, work: Callable[[], object]) -> None:
    begun = time.thread_time()
    work()
    _tell(name, number, time.thread_time() - begun)


def _tell(name: str, number: int, seconds: float) -> None:
    print(f"  {name:28} {seconds / number * 1e6:8.2f}")


def _hostile(assembly: Assembly) -> None:
    """Print how long the event loop is held by each hostile payload, step by step."""
    print("\nMilliseconds for one hostile payload: digest, reading, chat text\n")
    bot = assembly.bot
    for payload in hostile():
        message = Message("bench/hostile", payload, 1, received=time.time(), packet_id=1)
        subscription = bot.subscriptions.best(message.topic)
        marks = [time.perf_counter()]
        digest_of(payload)
        marks.append(time.perf_counter())
        reading = bot.readings.read(message, subscription)
        marks.append(time.perf_counter())
        render_reading(reading, subscription, bot.ports.phrases, bot.moment)
        marks.append(time.perf_counter())
        steps = " ".join(f"{(after - before) * 1000:8.1f}" for before, after in pairwise(marks))
        print(f"  {payload[:24]!r:40} {len(payload):9,} bytes {steps}")
