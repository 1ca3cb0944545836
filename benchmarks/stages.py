"""What each stage of the path costs by itself, in one process and without a broker."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import pairwise
import json
import os
import sqlite3
from tempfile import TemporaryDirectory
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.rendering.readings import render_reading
from custom_components.dinox_mqtt_bot.broker.reader import Reader
from custom_components.dinox_mqtt_bot.store.table import digest_of

from . import instructions
from .assembly import Assembly, rules
from .load import FILTER, TOPICS, Load, messages
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
    data, received = b"".join(packets), list[Message]()
    print(f"\nMicroseconds a message ({len(packets):,} messages of the load), and the least it could be:")
    print("a bare loop that does no more with the same bytes than has to be done\n")
    _stage("reader: bytes to message", len(packets), lambda: received.extend(_read(data)))
    _stage("  its floor: cut out", len(packets), lambda: _cut(data))
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        assembly = Assembly(0)
        await assembly.open(directory, rules(FILTER, 1))
        await _bot_stages(assembly, received)
        _floor_of_rows(received)
        _hostile(assembly)
        await assembly.close()
    _instructions()


def _read(data: bytes) -> Iterable[Message]:
    reader = Reader(v5=False, connection=1)
    for start in range(0, len(data), _CHUNK):
        reader.feed(data[start : start + _CHUNK])
        while items := reader.take(_BATCH, time.time()):
            yield from (item for item in items if isinstance(item, Message))


def _cut(data: bytes) -> None:
    """Do what no reader of MQTT 3.1.1 can do without: find where topics and payloads are."""
    at, found = 0, []
    while at < len(data):
        size, body = data[at + 1], at + 2
        if size > 127:
            size, body = (size & 127) + (data[body] << 7), body + 1
        mark = body + 2 + (data[body] << 8 | data[body + 1])
        at = body + size
        found.append((data[body + 2 : mark], data[mark + 2 : at]))


async def _bot_stages(assembly: Assembly, received: list[Message]) -> None:
    bot, now = assembly.bot, time.time()
    best = bot.listening.best
    subscription = best(received[0].topic)
    assert subscription
    number = len(received)
    payloads = [message.payload for message in received]
    _stage("learn: is it a configuration", number, lambda: _each(bot.readings.learn, received))
    _stage("best: whose is it", number, lambda: _each(best, (message.topic for message in received)))
    readings = [bot.readings.read(message, subscription) for message in received]
    _stage(
        "read: what it means",
        number,
        lambda: _each(lambda one: bot.readings.read(one, subscription), received),
    )
    _stage("  its floor: json.loads", number, lambda: _each(_loaded, payloads))
    _stage(
        "judge: no rule is about it", number, lambda: _each(lambda one: bot.alerts.judge(one, now), readings)
    )
    take = bot.conversation.take
    _stage("take: the first look", number, lambda: _each(lambda one: take(one, subscription, now), readings))
    bot.conversation.look.end([bot.ports.phrases], bot.moment)
    _stage("take: afterwards", number, lambda: _each(lambda one: take(one, subscription, now), readings))
    _stage("speak: when is what due", number, lambda: _each(bot._speak, [now] * number))
    history = assembly.store.history
    _stage(
        "append: to the writer's queue",
        number,
        lambda: _each(lambda one: history.append(one, Priority.NORMAL), readings),
    )
    begun = cpu_seconds()
    await history.page("none", 1)
    _tell("writer: rows in batches", number, cpu_seconds() - begun)
    whole = received[: number // 2]
    _stage("Bot.receive: all of the bot's", len(whole), lambda: _each(bot.receive, whole))
    await history.page("none", 1)


def _loaded(payload: bytes) -> object:
    """Parse what is JSON as quickly as Python can."""
    return json.loads(payload) if payload[:1] == b"{" else payload.decode()


def _floor_of_rows(received: list[Message]) -> None:
    """Print what it costs to store texts and payloads, and no more, in one transaction."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, topic INTEGER, at REAL, payload BLOB)")
    rows = [(number % TOPICS, message.received, message.payload) for number, message in enumerate(received)]

    def insert() -> None:
        with connection:
            connection.executemany("INSERT INTO rows (topic, at, payload) VALUES (?, ?, ?)", rows)

    _stage("  its floor: bare rows", len(rows), insert)


def _instructions() -> None:
    print("\nInstructions a message (valgrind's callgrind)\n")
    counted = instructions.count()
    for name, number in (counted or {}).items():
        print(f"  {name:32} {number:10,}")
    if counted is None:
        print("  none were counted: there is no valgrind")


def _each[T](function: Callable[[T], object], values: Iterable[T]) -> None:
    for value in values:
        function(value)


def _stage(name: str, number: int, work: Callable[[], object]) -> None:
    begun = time.thread_time()
    work()
    _tell(name, number, time.thread_time() - begun)


def _tell(name: str, number: int, seconds: float) -> None:
    print(f"  {name:32} {seconds / number * 1e6:8.2f}")


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
