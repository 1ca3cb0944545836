"""Databases with random damage: the store opens or says why it does not, and an alert is said in any case."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
import random
import sqlite3
import tempfile
import time
from typing import Any

from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message, Reading
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store.store import Store

from .alone import comes
from .payload_fuzz import ME
from .trial import Trial
from .watch import Watch

_NUMBER, _NUMBER_SHORT = 1_000, 60
_PAGE = 4096
_SECONDS = 20.0


async def damage_databases(trial: Trial, watch: Watch) -> None:
    """Damage one in many ways."""
    chance = random.Random(f"damage {trial.options.seed}")
    outcomes: Counter[str] = Counter()
    number = _NUMBER_SHORT if trial.options.short else _NUMBER
    with tempfile.TemporaryDirectory(prefix="attack-") as directory:
        good = await _filled(Path(directory, "good.db"))
        watch.arm()
        for at in range(number):
            way = chance.choice(tuple(_WAYS))
            path = Path(directory, f"{at}.db")
            damaged = _WAYS[way](bytearray(good), chance)
            trial.doing(damaged)
            await asyncio.to_thread(path.write_bytes, damaged)
            outcomes[await _outcome(trial, path, way)] += 1
            await asyncio.to_thread(_remove, path)
            if trial.is_broken:
                break
        watch.disarm()
    trial.counts["databases"] = sum(outcomes.values())
    trial.figures["damage"] = dict(outcomes)


async def _outcome(trial: Trial, path: Path, way: str) -> str:
    try:
        store = await _opened(path)
    except BotError as error:
        return error.key
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        trial.failed(error, f"opening a database with {way}")
        return "raised"
    try:
        for read in (
            store.outbox.waiting,
            store.history.untold,
            lambda: store.history.page("#", 20),
            lambda: store.history.topics("#", 20),
            lambda: store.alerts.incidents(5),
            store.history.sizes,
        ):
            await _read(trial, read, way)
        if not await _is_said(store):
            trial.breach("alerts_lost", f"a database with {way}: an alert was not said", key=(way, "lost"))
    finally:
        await asyncio.to_thread(store.close)
    return "opened"


async def _read(trial: Trial, read: Callable[[], Coroutine[Any, Any, object]], way: str) -> None:
    try:
        await asyncio.wait_for(read(), _SECONDS)
    except BotError:
        return
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        trial.failed(error, f"reading a database with {way}")


async def _is_said(store: Store) -> bool:
    said: list[str] = []
    store.start(on_committed=lambda messages: None, on_stored=lambda notice: said.append(notice.id))
    store.history.append(_reading(99_999), Priority.NORMAL)
    store.outbox.put(Notice("new", ME, "ALERT", time.time(), Priority.CRITICAL))
    return await comes(lambda: "new" in said, _SECONDS)


async def _filled(path: Path) -> bytes:
    store = await _opened(path)
    store.start(on_committed=lambda messages: None, on_stored=lambda notice: None)
    for at in range(1_500):
        store.history.append(_reading(at), Priority.NORMAL, untold=at % 5 == 0)
    for at in range(60):
        store.outbox.put(
            Notice(f"n{at}", ME, f"text {at}", time.time(), Priority.ALERT if at % 2 else Priority.NORMAL)
        )
    store.set("bridge/x", "1")
    await store.outbox.waiting()
    await asyncio.to_thread(store.close)
    return await asyncio.to_thread(_whole, path)


def _whole(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes()


def _remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


async def _opened(path: Path) -> Store:
    loop = asyncio.get_running_loop()
    return await asyncio.to_thread(lambda: Store.open(path, loop=loop, number_in=number_in))


def _reading(at: int) -> Reading:
    topic = f"home/{at % 7}"
    message = Message(topic, b"%d" % at, qos=1, packet_id=at % 65_535 + 1, received=time.time())
    return Reading(message, topic, Kind.NUMBER, str(at), float(at), time=time.time())


def _bytes(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(2, 200)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _bit(data: bytearray, chance: random.Random) -> bytes:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _page(data: bytearray, chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(data) // _PAGE) * _PAGE
    data[at : at + _PAGE] = content
    return bytes(data)


def _swapped(data: bytearray, chance: random.Random) -> bytes:
    one, other = (chance.randrange(len(data) // _PAGE) * _PAGE for _ in range(2))
    page = data[one : one + _PAGE]
    data[one : one + _PAGE] = data[other : other + _PAGE]
    data[other : other + _PAGE] = page
    return bytes(data)


def _header(data: bytearray, chance: random.Random) -> bytes:
    data[chance.randrange(100)] = chance.randrange(256)
    return bytes(data)


_WAYS: dict[str, Callable[[bytearray, random.Random], bytes]] = {
    "one wrong bit": _bit,
    "some wrong bytes": _bytes,
    "a page of zeros": lambda data, chance: _page(data, chance, bytes(_PAGE)),
    "a page of noise": lambda data, chance: _page(data, chance, chance.randbytes(_PAGE)),
    "two pages exchanged": _swapped,
    "its end cut off": lambda data, chance: bytes(data[: chance.randrange(len(data))]),
    "a wrong header": _header,
    "something appended": lambda data, chance: bytes(data) + chance.randbytes(chance.randrange(10_000)),
}
