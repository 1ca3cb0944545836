"""Judging and telling go on while the disk refuses what it is given."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import shutil
import sqlite3
import threading

import pytest
from store_values import Opener, Query, Told, message, notice, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.notice import Push
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, Gap
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store import backlog, lookout, schema, trouble, unstored, writer
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    monkeypatch.setattr(writer, "CLOSE_SECONDS", 0.5)
    monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(trouble, "LASTS_SECONDS", 0.1)
    monkeypatch.setattr(trouble, "OVER_SECONDS", 0.1)


@pytest.fixture
def locked(path: Path) -> sqlite3.Connection:
    """Another program that can hold the file."""
    schema.open_database(path).close()
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


class Watcher:
    """What the store tells of itself."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self.judged = 0

    def on_judged(self) -> None:
        self.judged += 1


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def watched(open_store: Opener, told: Told, watcher: Watcher) -> Callable[[], Store]:
    def watched() -> Store:
        store: Store = open_store()
        store._lookout.stop()
        store.start(told.on_committed, told.on_stored, watcher.on_judged, watcher.gaps.append)
        return store

    return watched


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def stuck(store: Store) -> None:
    """Wait until the event loop knows that the disk refuses."""
    await until(lambda: store._backlog.stuck)


async def test_the_source_need_not_pause_and_what_finds_no_room_is_counted(
    locked: sqlite3.Connection,
    watched: Callable[[], Store],
    told: Told,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "MAX_ITEMS", 10)
    store = watched()
    locked.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL)
    await stuck(store)
    for number in range(20):
        store.history.append(reading(qos=number % 2, received=T0 + number), Priority.NORMAL)
    assert store.ready()
    assert (store.backlog, store.dropped) == (10, 11)
    await until(lambda: [gap.reason for gap in watcher.gaps] == ["database is locked"])
    locked.close()
    await until(lambda: len(watcher.gaps) == 2)
    assert watcher.gaps[1] == Gap("", 11, T0 + 9, T0 + 19)
    assert len(await store.history.page("#", 100)) == 10
    assert store._backlog.missing == Gap()


async def test_what_is_judged_is_acknowledged_once_that_has_lasted(
    locked: sqlite3.Connection, watched: Callable[[], Store], told: Told, watcher: Watcher
) -> None:
    store = watched()
    locked.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL)
    await until(lambda: watcher.judged)
    assert told.committed == []
    before = watcher.judged
    store.history.skip(message())
    await until(lambda: watcher.judged > before)
    locked.close()
    await until(lambda: len(told.committed) == 2)
    await until(lambda: not store._backlog.stuck)
    before = watcher.judged
    store.history.append(reading(), Priority.NORMAL)
    await until(lambda: len(told.committed) == 3)
    assert watcher.judged == before


async def test_a_file_that_is_read_only_for_a_while_holds_up_no_notice(
    watched: Callable[[], Store], told: Told, watcher: Watcher
) -> None:
    store = watched()
    connection = store._writer._connection
    connection.execute("PRAGMA query_only = 1")
    given = message(received=T0)
    store.history.append(reading_of(given), Priority.NORMAL)
    store.outbox.put(notice("a"))
    await told.until(lambda: [each.id for each in told.stored] == ["a"])
    assert store.trouble == "attempt to write a readonly database"
    await until(lambda: [gap.reason for gap in watcher.gaps] == [store.trouble])
    assert told.committed == []
    connection.execute("PRAGMA query_only = 0")
    await told.until(lambda: told.committed == [given])
    await until(lambda: len(watcher.gaps) == 2)
    assert watcher.gaps[1].reason == ""
    assert [each.id for each in await store.outbox.waiting()] == ["a"]


async def test_a_full_backlog_waits_for_no_disk(
    locked: sqlite3.Connection,
    watched: Callable[[], Store],
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "MAX_ITEMS", 4)
    monkeypatch.setattr(trouble, "LASTS_SECONDS", 600.0)
    store = watched()
    locked.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL)
    await stuck(store)
    assert watcher.judged == 0
    for _ in range(3):
        store.history.append(reading(), Priority.NORMAL)
    await until(lambda: watcher.judged)
    locked.close()


async def test_what_waits_and_what_is_held_is_known_though_it_is_not_written(
    locked: sqlite3.Connection, watched: Callable[[], Store], told: Told, query: Query
) -> None:
    store = watched()
    locked.execute("BEGIN EXCLUSIVE")
    store.outbox.put(notice("a"))
    store.outbox.hold(notice("h"))
    await until(lambda: [each.id for each in told.stored] == ["a"])
    await stuck(store)
    store.outbox.put(notice("b", priority=Priority.ALERT))
    await until(lambda: [each.id for each in told.stored] == ["a", "b"])
    assert [each.id for each in await store.outbox.waiting()] == ["b", "a"]
    assert [each.id for each in await store.outbox.held("ann@example.org")] == ["h"]
    store.outbox.mark("a", Delivery.SENT, T0)
    assert [each.id for each in await store.outbox.waiting()] == ["b"]
    locked.close()
    await until(lambda: not store.trouble and not store.backlog)
    await store.settle()
    assert [each.id for each in told.stored] == ["a", "b"]
    assert [*store._lookout.unstored.notices] == []
    assert query("SELECT id, state FROM outbox ORDER BY id") == [
        ("a", "sent"),
        ("b", "queued"),
        ("h", "held"),
    ]


async def test_held_and_released_at_once_it_is_said_once(store: Store, told: Told) -> None:
    given = notice("a")
    store.outbox.hold(given)
    store.outbox.merge([given], None)
    await told.until(lambda: told.stored == [given])
    await store.settle()
    assert told.stored == [given]


async def test_a_disk_that_does_not_answer_holds_up_no_notice(
    watched: Callable[[], Store], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "STALL_SECONDS", 0.1)
    monkeypatch.setattr(unstored, "PATIENCE_SECONDS", 0.1)
    store = watched()
    answers = threading.Event()
    commit = store._writer._commit

    def slow(batch: backlog.WriteBatch) -> None:
        answers.wait()
        commit(batch)

    monkeypatch.setattr(store._writer, "_commit", slow)
    try:
        store.outbox.put(notice("a", to="notify.phone", push=Push("Title", "tag")))
        await told.until(lambda: [each.id for each in told.stored] == ["a"])
        await until(lambda: store.trouble == "the disk does not answer")
        await stuck(store)
        await store.settle()
        assert [each.id for each in await store.outbox.waiting()] == ["a"]
    finally:
        answers.set()
    await until(lambda: not store.trouble and not store.backlog)
    await store.settle()
    assert [each.id for each in told.stored] == ["a"]


def firing(number: int, topic: str = "t") -> Record:
    return Record(
        (Alert("rule", topic, number=number),),
        (AlertEvent(number, "rule", topic, Step.FIRED, T0, "1", "", ""),),
    )


async def test_changes_are_bounded_and_the_newest_states_stay(
    locked: sqlite3.Connection,
    watched: Callable[[], Store],
    told: Told,
    open_store: Opener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "MAX_CHANGES", 40)
    store = watched()
    store.outbox.put(notice("stored"))
    await store.settle()
    locked.execute("BEGIN EXCLUSIVE")
    store.set("first", "set")
    await stuck(store)
    store.outbox.mark("stored", Delivery.SENT, T0)
    for number in range(1, 200):
        store.alerts.save(firing(number))
        store.set("counter", str(number))
        store.outbox.put(notice(f"n{number}"))
        store.outbox.mark(f"n{number}", Delivery.SENT, T0)
    store.alerts.save(Record(gone=(("rule", "other"),)))
    assert len(store._backlog._changes) <= 41
    locked.close()
    await until(lambda: not store.trouble and not store.backlog)
    await asyncio.to_thread(store.close)
    again = open_store()
    assert (again.get("first"), again.get("counter")) == ("set", "199")
    assert [alert.number for alert in again.alerts.kept] == [199]
    # Nothing that was said waits again.
    assert await again.outbox.waiting() == []


async def test_who_wants_to_know_that_it_is_stored_does_not_wait_in_vain(
    locked: sqlite3.Connection, watched: Callable[[], Store]
) -> None:
    store = watched()
    locked.execute("BEGIN EXCLUSIVE")
    store.set("key", "text")
    await stuck(store)
    async with asyncio.timeout(60):
        await store.settle()
    locked.close()


@pytest.mark.parametrize("how", ["file", "directory", "another"])
async def test_a_file_that_is_gone_takes_nothing_for_nothing(
    how: str, watched: Callable[[], Store], told: Told, path: Path
) -> None:
    store = watched()
    store.history.append(reading(), Priority.NORMAL)
    await store.settle()
    if how == "directory":
        shutil.rmtree(path.parent)
    else:
        path.unlink()
    if how == "another":
        path.write_bytes(b"")
    lost = message()
    store.history.append(reading_of(lost), Priority.NORMAL)
    store.outbox.put(notice("a"))
    await told.until(lambda: [each.id for each in told.stored] == ["a"])
    assert store.trouble == store.damage == "the database file is gone"
    assert lost not in told.committed


async def test_after_a_clean_stop_the_file_alone_is_whole(
    path: Path, open_store: Opener, tmp_path: Path
) -> None:
    store = open_store()
    for _ in range(500):
        store.history.append(reading(), Priority.NORMAL)
    assert len(await store.history.page("#", 1)) == 1
    await asyncio.to_thread(store.close)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    alone = shutil.copy(path, tmp_path / "copy.db")
    copy = sqlite3.connect(alone)
    assert copy.execute("SELECT count(*) FROM messages").fetchall() == [(500,)]
    copy.close()


@pytest.mark.parametrize("begins", ["before", "after"])
async def test_a_query_that_runs_when_the_store_closes_is_broken_off(path: Path, begins: str) -> None:
    store = Store.open(path, loop=asyncio.get_running_loop(), number_in=number_in)
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
    begun, interrupted = threading.Event(), threading.Event()

    def query(connection: sqlite3.Connection) -> object:
        begun.set()
        if begins == "after":
            interrupted.wait()
        return connection.execute(endless).fetchone()

    asked = asyncio.ensure_future(store._reader.read(query))
    await until(begun.is_set)
    closing = asyncio.ensure_future(asyncio.to_thread(store.close))
    await until(lambda: store._reader._closed)
    interrupted.set()
    with pytest.raises(BotError, match="history_unreadable"):
        await asked
    await closing
    assert store.damage == ""
