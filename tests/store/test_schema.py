"""Opening a database: new, older, newer, damaged."""

import asyncio
from pathlib import Path
import sqlite3

import pytest

from custom_components.dinox_mqtt_bot.bot.errors import BotError
from custom_components.dinox_mqtt_bot.store import Store, schema


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_database_has_all_tables_and_the_newest_version(path: Path) -> None:
    connection = schema.open_database(path)
    assert tables(connection) >= {
        "messages",
        "topics",
        "outbox",
        "ledger",
        "connection_log",
        "publish_log",
        "meta",
    }
    assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    connection.close()


def test_the_file_is_written_ahead_with_keys_checked(path: Path) -> None:
    connection = schema.open_database(path)
    found = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    assert found == ["wal", 1, 1]
    connection.close()


def test_a_later_migration_is_applied_to_what_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = schema.open_database(path)
    connection.execute("INSERT INTO meta VALUES ('paused', '1')")
    connection.close()
    later = "ALTER TABLE meta ADD COLUMN note TEXT; UPDATE meta SET note = 'kept'"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, later))
    connection = schema.open_database(path)
    assert connection.execute("SELECT * FROM meta").fetchall() == [("paused", "1", "kept")]
    connection.close()


def test_a_migration_that_fails_leaves_nothing_of_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.open_database(path).close()
    broken = "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    with pytest.raises(BotError, match="database_unusable"):
        schema.open_database(path)
    monkeypatch.undo()
    connection = schema.open_database(path)
    assert "half" not in tables(connection)
    connection.close()


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    connection = schema.open_database(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BotError) as raised:
        schema.open_database(path)
    assert (raised.value.key, raised.value.placeholders["version"]) == ("database_newer", "99")
    beside = sqlite3.connect(path)
    assert beside.execute("PRAGMA user_version").fetchone() == (99,)
    beside.close()


def test_a_damaged_file_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(BotError) as raised:
        schema.open_database(path)
    assert raised.value.key == "database_unusable"
    assert path.read_bytes() == b"this is no database" * 1000


def test_a_path_that_cannot_be_opened_is_refused(path: Path) -> None:
    with pytest.raises(BotError, match="database_unusable"):
        schema.open_database(path.parent / "missing" / "bot.db")


async def test_damage_behind_the_header_is_refused_by_the_store(path: Path) -> None:
    connection = schema.open_database(path)
    connection.executescript("INSERT INTO meta VALUES ('a', 'b'); PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    pages = path.read_bytes()
    path.write_bytes(pages[:4096] + b"\xff" * (len(pages) - 4096))
    with pytest.raises(BotError, match="database_unusable"):
        Store.open(path, loop=asyncio.get_running_loop(), on_committed=print, on_stored=print)
