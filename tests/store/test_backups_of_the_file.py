"""The file of a history that is copied while a bot goes on writing."""

import asyncio
from pathlib import Path
import shutil
import sqlite3

from store_values import Opener, Told, notice, reading

from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.store.store import Store
from custom_components.dinox_mqtt_bot.store.writer import CHECKPOINT_PAGES

ROWS = 400
LONG = b"x" * 16_000
"""So many rows of it are more than SQLite leaves in the log by itself."""


async def write(store: Store, number: int) -> None:
    for _ in range(number):
        store.history.append(reading(payload=LONG), Priority.NORMAL)
    await store.settle()


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def copied(path: Path, to: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(to / path.name)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT count(*) FROM messages").fetchall()
    finally:
        connection.close()


async def test_a_copy_is_whole_however_much_is_written_meanwhile(
    store: Store, path: Path, tmp_path: Path
) -> None:
    to = tmp_path / "backup"
    to.mkdir()
    await write(store, 20)
    await store.keep_still(still=True)
    before = path.read_bytes()
    await write(store, ROWS)
    assert log_of(path).stat().st_size > 4_096 * CHECKPOINT_PAGES
    assert path.read_bytes() == before
    # One file after the other, and in between it is written on.
    shutil.copy(path, to)
    await write(store, 5)
    shutil.copy(log_of(path), to)
    await write(store, 5)
    assert copied(path, to) == [(20 + ROWS + 5,)]


async def test_a_copy_without_its_log_has_what_was_there_when_it_began(
    store: Store, path: Path, tmp_path: Path
) -> None:
    to = tmp_path / "backup"
    to.mkdir()
    await write(store, 20)
    await store.keep_still(still=True)
    await write(store, ROWS)
    shutil.copy(path, to)
    assert copied(path, to) == [(20,)]


async def test_afterwards_the_log_goes_into_the_file_again(store: Store, path: Path) -> None:
    await store.keep_still(still=True)
    await write(store, ROWS)
    await store.keep_still(still=False)
    assert path.stat().st_size > ROWS * len(LONG)
    assert not log_of(path).stat().st_size
    await write(store, ROWS)
    size = log_of(path).stat().st_size
    await write(store, ROWS)
    # It begins anew: it does not grow with what is written.
    assert log_of(path).stat().st_size < 2 * size


async def test_what_was_said_before_a_backup_is_not_said_again_from_it(
    open_store: Opener, told: Told, path: Path, tmp_path: Path
) -> None:
    store = open_store()
    for name, delivery in (("said", Delivery.RECEIVED), ("waits", None)):
        store.outbox.put(notice(name, priority=Priority.ALERT))
        if delivery is not None:
            store.outbox.mark(name, delivery, 2_000_000_001.0)
    await store.keep_still(still=True)
    kept = tmp_path / "kept.db"
    shutil.copy(path, kept)
    await asyncio.to_thread(store.close)
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)
    shutil.copy(kept, path)
    restored = open_store()
    assert not restored.outbox.waits("said")
    assert restored.outbox.waits("waits")
