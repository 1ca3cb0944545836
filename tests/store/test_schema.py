"""Opening a database: new, older, newer, damaged."""

import asyncio
from hashlib import sha256
from pathlib import Path
import sqlite3

import pytest
from store_values import Opener, notice, reading

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, Record
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, Push
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store import schema
from custom_components.dinox_mqtt_bot.store.store import Store


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
        "alert_states",
        "alert_log",
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


FIRST_RELEASE = """
INSERT INTO topics (id, topic, name, first_seen, last_seen, count, last_message, last_text)
VALUES (1, 'home/kitchen', 'Kitchen', 1.0, 2.0, 2, 2, '22.5 °C');
INSERT INTO messages VALUES
    (1, 1, 1.0, 1.0, 1, 0, 0, 7, 1, 'number', 'Kitchen', '21.5 °C', 4, 21.5, 11, 0),
    (2, 1, 2.0, 2.0, 0, 1, 0, 0, 1, 'number', 'Kitchen', '22.5 °C', 4, 22.5, 12, 1);
INSERT INTO untold VALUES (1, 1);
INSERT INTO meta VALUES ('summarised', '2'), ('paused', '1');
INSERT INTO outbox VALUES
    ('a', 'ann@example.org', 'first', 2000000001.0, 1, '', 'a', 'queued', 2000000001.0, NULL),
    ('b', 'ann@example.org', 'second', 2000000002.0, 2, 'a', 'a', 'sent', 2000000003.0, 2000000003.0);
INSERT INTO ledger (notice, state, at) VALUES
    ('a', 'queued', 2000000001.0), ('b', 'queued', 2000000002.0), ('b', 'sent', 2000000003.0);
"""


async def test_a_database_of_the_first_release_is_taken_over_with_all_its_rows(
    path: Path, open_store: Opener
) -> None:
    old = sqlite3.connect(path, isolation_level=None)
    old.executescript(f"{schema.MIGRATIONS[0]}; PRAGMA user_version = 1; {FIRST_RELEASE}")
    old.close()
    store = open_store()
    outbox, history = store.outbox, store.history
    assert [row.text for row in await history.page("#", 9)] == ["21.5 °C", "22.5 °C"]
    assert [row.payload for row in await history.past("#", 0.0, 0, 9)] == ["21.5 °C", "22.5 °C"]
    assert [(row.topic, row.count) for row in await history.untold()] == [("home/kitchen", 1)]
    assert await outbox.waiting() == [Notice("a", "ann@example.org", "first", 2_000_000_001.0)]
    assert (outbox.undelivered, outbox.unread) == (1, 1)
    assert await outbox.held("ann@example.org") == []
    assert [row.state for row in await outbox.ledger(["b"])] == ["queued", "sent"]
    assert (store.get("paused"), store.alerts.kept, store.alerts.last_number) == ("1", [], 0)
    # And it takes what is new.
    history.append(reading("home/kitchen"), Priority.NORMAL, record=Record((Alert("rule", "home/kitchen"),)))
    outbox.put(notice("c", to="notify.phone", push=Push("Title", "tag")))
    outbox.merge([notice("a")], notice("d", at=2_000_000_009.0))
    assert [each.id for each in await outbox.waiting()] == ["c", "d"]
    assert [row.state for row in await outbox.ledger(["a"])] == ["queued", "queued", "merged"]
    await asyncio.to_thread(store.close)
    assert open_store().alerts.kept == [Alert("rule", "home/kitchen")]


def test_the_first_release_is_what_it_was() -> None:
    """What was released is not edited: it would be another database on every machine that has it."""
    digest = sha256(schema.MIGRATIONS[0].encode()).hexdigest()
    assert digest == "9b4563cfec96b8187a81532c47f5f71a0c770c91acd141800ffd6f56f8c1753b"


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
        Store.open(path, loop=asyncio.get_running_loop(), number_in=number_in)
