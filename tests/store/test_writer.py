"""The writer thread: batches, backpressure, trouble with the disk, the end."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
import logging
from pathlib import Path
import sqlite3
import sys
import threading
from typing import override

import pytest
from store_values import Opener, Query, Told, message, notice, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store import backlog, schema, writer
from custom_components.dinox_mqtt_bot.store.store import Store

THREAD = "dinox_mqtt_bot store"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find out soon that the file is locked, and try again soon."""
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    monkeypatch.setattr(writer, "CLOSE_SECONDS", 0.5)


@pytest.fixture
def hectic() -> Iterator[None]:
    """Let the threads take turns much more often than they do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def locked(path: Path) -> sqlite3.Connection:
    """Another program that can hold the file."""
    schema.open_database(path).close()
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == THREAD]


async def in_trouble(store: Store, *, still: bool = True) -> None:
    async with asyncio.timeout(60):
        while bool(store.trouble) is not still:
            await asyncio.sleep(0.01)


async def test_closing_writes_what_is_queued_and_ends_the_thread(open_store: Opener, query: Query) -> None:
    store = open_store()
    assert threads() == [THREAD]
    for _ in range(3_000):
        store.history.append(reading(qos=0), Priority.NORMAL)
    store.set("paused", "1")
    await asyncio.to_thread(store.close)
    assert threads() == []
    assert query("SELECT count(*) FROM messages") == [(3_000,)]
    assert open_store().get("paused") == "1"


async def test_closing_twice_is_closing_once(store: Store) -> None:
    await asyncio.to_thread(store.close)
    await asyncio.to_thread(store.close)
    assert threads() == []


async def test_a_page_after_the_end_is_an_error_not_a_wait(store: Store) -> None:
    await asyncio.to_thread(store.close)
    with pytest.raises(BotError, match="history_unreadable"):
        await store.history.page("#", 1)


async def test_a_closed_loop_is_told_nothing(path: Path, query: Query) -> None:
    loop = asyncio.new_event_loop()
    store = await asyncio.to_thread(lambda: Store.open(path, loop=loop, number_in=number_in))
    loop.close()
    store.history.append(reading(), Priority.NORMAL)
    await asyncio.to_thread(store.close)
    assert query("SELECT count(*) FROM messages") == [(1,)]


async def test_a_queue_that_is_half_full_asks_the_source_to_pause(
    impatient: None, locked: sqlite3.Connection, open_store: Opener
) -> None:
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    for _ in range(backlog.MAX_ITEMS // 2):
        store.history.append(reading(), Priority.NORMAL)
    before = store.ready()
    store.history.append(reading(), Priority.NORMAL)
    after = store.ready()
    locked.close()
    await store.history.page("#", 1)
    assert (before, after) == (True, False)


async def test_large_payloads_ask_for_a_pause_earlier(
    impatient: None, locked: sqlite3.Connection, open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MAX_BYTES", 1_000)
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(payload=b"x" * 501), Priority.NORMAL)
    paused = not store.ready()
    store.history.append(reading(payload=b"x" * 500, qos=0), Priority.NORMAL)
    locked.close()
    assert (paused, store.dropped) == (True, 1)


async def test_beyond_the_bound_only_qos_0_is_dropped_and_counted(
    impatient: None, locked: sqlite3.Connection, open_store: Opener, told: Told
) -> None:
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    for _ in range(backlog.MAX_ITEMS + 5):
        store.history.append(reading(qos=0), Priority.NORMAL)
    kept = message(payload=b"kept")
    store.history.append(reading_of(kept), Priority.NORMAL)
    assert (store.dropped, store.backlog) == (5, backlog.MAX_ITEMS + 1)
    locked.close()
    await told.until(lambda: told.committed == [kept])
    assert (await store.history.topics("#", 1))[0].count == backlog.MAX_ITEMS + 1
    assert store.ready()


async def test_while_the_file_is_locked_nothing_is_acknowledged_and_then_all_is(
    impatient: None,
    locked: sqlite3.Connection,
    open_store: Opener,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    given = [message(payload=b"%d" % number) for number in range(10)]
    for received in given:
        store.history.append(reading_of(received), Priority.NORMAL)
    await in_trouble(store)
    await asyncio.sleep(0.2)
    assert told.committed == []
    locked.execute("ROLLBACK")
    await told.until(lambda: told.committed == given)
    await in_trouble(store, still=False)
    logged = [record.levelname for record in caplog.records if record.name.endswith("store.writer")]
    assert logged == ["WARNING", "INFO"]
    locked.close()


async def test_a_notice_is_said_even_while_the_file_is_locked_and_only_once(
    impatient: None, locked: sqlite3.Connection, open_store: Opener, told: Told
) -> None:
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    store.outbox.put(notice("a"))
    await told.until(lambda: len(told.stored) == 1)
    store.outbox.put(notice("b"))
    await told.until(lambda: len(told.stored) == 2)
    locked.close()
    assert [each.id for each in await store.outbox.waiting()] == ["a", "b"]
    assert [each.id for each in told.stored] == ["a", "b"]


async def test_a_full_disk_is_waited_out(
    open_store: Opener, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    store = open_store()
    limit = writer_connection(store)
    limit.execute("PRAGMA max_page_count = 30")
    given = [message(payload=b"x" * 4_000) for _ in range(100)]
    for received in given:
        store.history.append(reading_of(received), Priority.NORMAL)
    await in_trouble(store)
    assert "full" in store.trouble
    assert len(told.committed) < len(given)
    limit.execute("PRAGMA max_page_count = 100000")
    await told.until(lambda: told.committed == given)
    assert len(await store.history.page("#", 1000)) == 100


async def test_a_reader_is_not_kept_waiting_by_a_locked_file(
    impatient: None, locked: sqlite3.Connection, open_store: Opener
) -> None:
    store = open_store()
    locked.execute("BEGIN IMMEDIATE")
    store.history.append(reading(), Priority.NORMAL)
    assert await store.history.page("#", 1) == []
    locked.close()


async def test_closing_while_the_file_is_locked_gives_up_in_time(
    impatient: None, locked: sqlite3.Connection, open_store: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store()
    locked.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL)
    await in_trouble(store)
    await asyncio.to_thread(store.close)
    locked.close()
    assert threads() == []
    assert "1 changes were lost" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_writer_thread_that_died_is_trouble(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(batch: object) -> None:
        raise SystemExit

    monkeypatch.setattr(store._writer, "_commit", die)
    store.history.append(reading(), Priority.NORMAL)
    await in_trouble(store)
    await asyncio.to_thread(store.close)
    assert threads() == []


async def test_appending_from_the_loop_while_pages_are_read_loses_nothing(store: Store, told: Told) -> None:
    given: list[Message] = []
    for number in range(200):
        received = message(f"t/{number % 5}", b"%d" % number)
        given.append(received)
        store.history.append(reading_of(received), Priority.NORMAL)
        if not number % 20:
            assert (await store.history.page("#", 1))[0].text == str(number)
    await told.until(lambda: told.committed == given)


def writer_connection(store: Store) -> sqlite3.Connection:
    return store._writer._connection


async def test_who_waits_for_a_page_may_go_away_at_any_moment(store: Store) -> None:
    for number in range(300):
        asked = asyncio.ensure_future(store.history.page("#", 1))
        await asyncio.sleep(number % 30 / 5_000)
        asked.cancel()
    store.history.append(reading(), Priority.NORMAL)
    assert len(await store.history.page("#", 1)) == 1
    assert store.trouble == ""


def test_who_leaves_in_the_very_moment_of_the_answer_does_no_harm() -> None:
    class Leaving(Future[int]):
        @override
        def set_running_or_notify_cancel(self) -> bool:
            self.cancel()
            return super().set_running_or_notify_cancel()

    asked = Leaving()
    backlog.answer(asked, 7)
    assert asked.cancelled()


def test_a_message_and_its_record_are_taken_together_whenever_the_writer_looks(
    hectic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MAX_BATCH", 2)
    queue = backlog.Backlog(lambda notice: None, lambda: None)
    number = 50_000

    def give() -> None:
        for each in range(number):
            item = (message(payload=b"%d" % each), None, Priority.NORMAL, 0, False, 0)
            if each % 2:
                queue.append(item)
            else:
                queue.append_with(item, (backlog.RowChange(f"{each}", (), follows=True),))

    giver = threading.Thread(target=give)
    giver.start()
    taken: list[int] = []
    while len(taken) < number:
        batch = backlog.WriteBatch()
        queue.take(batch)
        messages = [int(item[0].payload) for item in batch.appended]
        records = [int(change.statement) for group in batch.changes for change in group]
        assert records == [each for each in messages if not each % 2]
        taken += messages
        queue.done(batch)
    giver.join()
    assert taken == list(range(number))
