"""A damaged database, whatever is wrong with it: one clean error, or trouble, and the alert is said."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing, suppress
import os
from pathlib import Path
import random
import resource
import sqlite3

import pytest
from store_values import Opener, Query, Told, notice, reading

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.history import ALWAYS, Span
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.store import lookout, schema, writer
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
PAGE = 4_096


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    monkeypatch.setattr(writer, "CLOSE_SECONDS", 0.5)
    monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.02)


@pytest.fixture
async def full(path: Path, open_store: Opener) -> Path:
    """A database with something in every table."""
    store: Store = open_store()
    for number in range(400):
        given = reading(f"home/{number % 7}", b"%d" % number)
        store.history.append(given, Priority.NORMAL, untold=not number % 5)
    for number in range(20):
        store.outbox.put(notice(f"n{number}"))
        store.outbox.hold(notice(f"h{number}"))
    event = AlertEvent(1, "rule", "home/1", Step.FIRED, T0, "1", "", "")
    store.alerts.save(Record((Alert("rule", "home/1", number=1),), (event,)))
    store.set("key", "text")
    store.history.log_publish("home/1", b"x", "ann", T0)
    await store.settle()
    await asyncio.to_thread(store.close)
    return path


def reads(store: Store) -> list[Callable[[], Awaitable[object]]]:
    history, outbox, alerts = store.history, store.outbox, store.alerts
    return [
        outbox.waiting,
        lambda: outbox.held("ann@example.org"),
        lambda: outbox.ledger(["n1"]),
        history.untold,
        lambda: history.page("#", 20),
        lambda: history.topics("#", 20),
        lambda: history.past("#", 0.0, 0, 50),
        lambda: history.series("home/1", "", Span(0, T0 * 2), 10),
        lambda: history.numbers("home/1", "", 10),
        lambda: history.statistics("#", ALWAYS),
        lambda: history.export("#", ALWAYS, 0, 50),
        history.sizes,
        lambda: alerts.log(1),
        lambda: alerts.incidents(5),
        lambda: alerts.periods("home/1", ALWAYS),
        lambda: history.purge(T0),
    ]


async def refusal_of(read: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(60):
            await read()
    except BotError as err:
        return err.key
    return ""


def opened(open_store: Opener) -> Store | str:
    """Return the store, or the key of the error."""
    try:
        return open_store()
    except BotError as err:
        return err.key


async def used(store: Store, told: Told) -> int:
    """Ask for everything, have an alert said, and return how many answers were errors."""
    refused = 0
    for read in reads(store):
        refusal = await refusal_of(read)
        assert refusal in {"", "history_unreadable"}
        refused += bool(refusal)
    store.history.append(reading("home/new"), Priority.NORMAL)
    store.outbox.put(notice("alert", priority=Priority.CRITICAL))
    await told.until(lambda: any(each.id == "alert" for each in told.stored))
    return refused


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Return the bytes of a file after something happened to it."""
    data = bytearray(whole)
    page = chance.randrange(len(data) // PAGE) * PAGE
    other = chance.randrange(len(data) // PAGE) * PAGE
    match chance.randrange(8):
        case 0:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            for _ in range(chance.randrange(2, 300)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 2:
            data[page : page + PAGE] = bytes(PAGE)
        case 3:
            data[page : page + PAGE], data[other : other + PAGE] = (
                data[other : other + PAGE],
                data[page : page + PAGE],
            )
        case 4:
            del data[chance.randrange(1, len(data)) :]
        case 5:
            data[chance.randrange(100)] = chance.randrange(256)
        case 6:
            data[page : page + PAGE] = chance.randbytes(PAGE)
        case _:
            # Texts stay where they are and become something else.
            for _ in range(50):
                data[chance.randrange(PAGE, len(data))] = chance.choice(b"\xff\xc3\x00\x80")
    return bytes(data)


@pytest.mark.parametrize("seed", range(3))
async def test_any_damage_is_an_error_or_trouble_and_the_alert_is_said(
    seed: int, full: Path, open_store: Opener, told: Told
) -> None:
    chance, whole = random.Random(seed), full.read_bytes()
    outcomes: set[str] = set()
    for _ in range(16):
        for file in full.parent.glob(f"{full.name}*"):
            file.unlink()
        full.write_bytes(damaged(whole, chance))
        told.stored.clear()
        store = opened(open_store)
        if isinstance(store, str):
            assert store in {"database_unusable", "database_newer"}
            outcomes.add("refused")
            continue
        outcomes.add("unreadable" if await used(store, told) else "opened")
        await asyncio.to_thread(store.close)
    assert len(outcomes) > 1  # else the damages are too much alike to say anything


def columns() -> list[tuple[str, str]]:
    pattern = sqlite3.connect(":memory:")
    for statements in schema.MIGRATIONS:
        pattern.executescript(statements)
    parts = schema._parts(pattern)
    pattern.close()
    return sorted((table, column) for table, column in parts if column and not table.startswith("sqlite_"))


@pytest.mark.parametrize("value", [b"\xff\xfe", -(2**63), None])
async def test_a_wrong_value_in_any_column_is_damage_and_no_exception(
    value: object, full: Path, open_store: Opener, told: Told
) -> None:
    whole = full.read_bytes()
    assert len(columns()) > 60
    for table, column in columns():
        full.write_bytes(whole)
        with closing(sqlite3.connect(full, isolation_level=None)) as connection:
            try:
                connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))  # noqa: S608
            except sqlite3.IntegrityError:  # an id can be nothing else
                continue
        told.stored.clear()
        store = opened(open_store)
        if isinstance(store, str):
            assert store == "database_unusable"
            continue
        await used(store, told)
        await asyncio.to_thread(store.close)


MISSING = [
    "DROP TABLE outbox",
    "DROP TABLE alert_log",
    "DROP TABLE meta",
    "ALTER TABLE messages DROP COLUMN payload",
    "ALTER TABLE outbox DROP COLUMN room",
    "DROP INDEX messages_of_topic",
    "DROP INDEX alert_log_at",
]


@pytest.mark.parametrize("statement", MISSING)
async def test_a_missing_part_is_found_when_the_database_is_opened(
    statement: str, full: Path, query: Query, open_store: Opener
) -> None:
    query(statement)
    with pytest.raises(BotError, match="database_unusable") as raised:
        open_store()
    assert "is missing" in raised.value.placeholders["reason"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sqlite_sequence SET seq = 9223372036854775807",
        "UPDATE sqlite_sequence SET seq = 'x'",
        "UPDATE messages SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM messages)",
    ],
)
async def test_numbers_that_are_used_up_are_no_full_disk(
    statement: str, full: Path, query: Query, open_store: Opener
) -> None:
    query("PRAGMA foreign_keys = OFF")
    query(statement)
    with pytest.raises(BotError, match="database_unusable") as raised:
        open_store()
    assert "numbers" in raised.value.placeholders["reason"]


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
async def test_a_directory_in_the_place_of_a_file_is_refused(
    suffix: str, path: Path, open_store: Opener
) -> None:
    if suffix:
        schema.open_database(path).close()
    path.with_name(path.name + suffix).mkdir()
    with pytest.raises(BotError, match="database_unusable"):
        open_store()


async def test_a_damaged_log_is_no_exception(full: Path, open_store: Opener, told: Told) -> None:
    chance = random.Random(1)
    whole, wal = full.read_bytes(), full.with_name(f"{full.name}-wal")
    for length in (0, 10, 32, 5_000, 100_000):
        full.write_bytes(whole)
        wal.write_bytes(chance.randbytes(length))
        told.stored.clear()
        store = opened(open_store)
        if isinstance(store, str):
            assert store == "database_unusable"
            continue
        await used(store, told)
        await asyncio.to_thread(store.close)


async def test_damage_that_comes_while_the_store_is_open_is_found(
    full: Path, open_store: Opener, told: Told
) -> None:
    store: Store = open_store()
    size = full.stat().st_size
    with full.open("r+b") as file:
        file.seek(PAGE)
        file.write(random.Random(2).randbytes(size - PAGE))
    assert await used(store, told) > 0
    assert store.damage


async def test_where_no_file_can_be_opened_any_more_that_is_said(path: Path, open_store: Opener) -> None:
    """As in a process that has come to the limit of its open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    with ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 2, hard))
        with suppress(OSError):
            while True:
                opened.callback(os.close, os.open(path.parent, os.O_RDONLY))
        with pytest.raises(BotError, match="database_unusable"):
            open_store()
    open_store()
