"""What a power cut may take: never an alert. SQLite waits for the disk where `synchronous` is FULL.

In WAL mode such a commit syncs the log, and with it all that was committed before.
"""

import asyncio
from dataclasses import dataclass, field
import sqlite3

import pytest
from store_values import Opener, Query, Told, message, notice, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.store import schema, writer
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
FIRING = Alert("rule", "home/freezer", number=3, since=T0, fired=T0)
FIRED = AlertEvent(3, "rule", "home/freezer", Step.FIRED, T0)


@dataclass
class Commits:
    """Each transaction of the writer: how it was committed, and what it wrote."""

    level: str = "NORMAL"
    wrote: list[str] = field(default_factory=list)
    done: list[tuple[str, list[str]]] = field(default_factory=list)

    def trace(self, statement: str) -> None:
        words = statement.split()
        if words[:2] == ["PRAGMA", "synchronous"]:
            self.level = words[-1]
        elif words[0] == "BEGIN":
            self.wrote = []
        elif words[0] == "COMMIT":
            self.done.append((self.level, self.wrote))
        else:
            self.wrote.append(statement)

    def of(self, text: str) -> list[str]:
        """Return how each transaction with this text in it was committed."""
        return [level for level, wrote in self.done if any(text in each for each in wrote)]


def watched(store: Store) -> Commits:
    commits = Commits()
    connection = store._writer._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    connection.set_trace_callback(commits.trace)
    return commits


@pytest.fixture
def commits(store: Store) -> Commits:
    return watched(store)


async def test_what_is_no_alert_does_not_wait_for_the_disk(store: Store, commits: Commits) -> None:
    store.history.append(reading("home/kitchen"), Priority.NORMAL, untold=True)
    store.history.append(reading("home/shown"), Priority.CRITICAL)
    store.outbox.put(notice("said"))
    store.outbox.mark("said", Delivery.SENT, T0)
    store.alerts.save(Record((FIRING,)))
    await store.history.page("#", 1)
    store.history.append(reading("home/hall"), Priority.NORMAL)
    await store.history.page("#", 1)
    await store.history.purge(T0)
    assert {level for level, _ in commits.done} == {"NORMAL"}
    assert commits.of("home/hall")


async def test_an_alert_is_on_the_disk_with_its_message(store: Store, commits: Commits) -> None:
    store.history.append(reading("home/freezer"), Priority.NORMAL, record=Record((FIRING,), (FIRED,)))
    await store.history.page("#", 1)
    store.history.skip(message("home/skipped", qos=0), record=Record(events=(FIRED,)))
    await store.history.page("#", 1)
    store.history.append(reading("home/after"), Priority.NORMAL)
    await store.history.page("#", 1)
    assert commits.of("INSERT INTO alert_log") == ["FULL", "FULL"]
    assert commits.of("INSERT INTO messages") == ["FULL", "NORMAL"]
    # What is counted or deleted between them costs the disk nothing.
    assert set(commits.of("UPDATE topics")) == {"NORMAL"}


@pytest.mark.parametrize("priority", [Priority.ALERT, Priority.CRITICAL])
async def test_so_is_an_urgent_message_that_is_told(
    store: Store, commits: Commits, priority: Priority
) -> None:
    store.history.append(reading("home/leak"), priority, untold=True)
    await store.history.page("#", 1)
    store.outbox.put(notice("leak", priority=priority))
    await store.history.page("#", 1)
    store.outbox.hold(notice("later", priority=priority))
    await store.history.page("#", 1)
    assert commits.of("INSERT INTO messages") == ["FULL"]
    assert commits.of("INSERT INTO outbox") == ["FULL", "FULL"]


async def test_notices_of_an_alert_and_acknowledgements_to_the_broker_come_after_that(
    open_store: Opener, told: Told, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whichever priority the rule is. A trace tells of a statement before it is done: see the rows too."""
    found: list[tuple[object, ...]] = []

    def on_committed(messages: list[Message]) -> None:
        rows = query("SELECT count(*) FROM alert_log")
        found.append((len(messages), seen.of("INSERT INTO alert_log"), rows))
        told.heard.set()

    def on_stored(said: Notice) -> None:
        rows = query("SELECT state FROM outbox ORDER BY id")
        found.append((said.id, seen.of("INSERT INTO outbox"), rows))
        told.heard.set()

    monkeypatch.setattr(told, "on_committed", on_committed)
    monkeypatch.setattr(told, "on_stored", on_stored)
    seen = watched(store := open_store())
    store.history.append(reading(), Priority.NORMAL, record=Record((FIRING,), (FIRED,)))
    await told.until(lambda: len(found) == 1)
    store.alerts.save(Record((FIRING,), (FIRED,)), [notice("a"), notice("b")], [notice("c")])
    await told.until(lambda: len(found) == 3)
    stored: list[tuple[object, ...]] = [("queued",), ("queued",), ("held",)]
    assert found == [(1, ["FULL"], [(1,)]), ("a", ["FULL"], stored), ("b", ["FULL"], stored)]


async def test_also_when_it_is_written_at_the_second_attempt(
    open_store: Opener, told: Told, path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Because another program had the file, and because of a value that the database cannot hold."""
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    commits = watched(store := open_store())
    beside = sqlite3.connect(str(path), isolation_level=None)
    beside.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL, record=Record((FIRING,), (FIRED,)))
    async with asyncio.timeout(60):
        while not store.trouble:
            await asyncio.sleep(0.01)
    beside.execute("ROLLBACK")
    beside.close()
    await told.until(lambda: bool(told.committed))
    assert commits.of("INSERT INTO alert_log") == ["FULL"]
    store.history.append(reading_of(message("odd"), text="\ud800"), Priority.NORMAL)
    store.history.append(reading(), Priority.NORMAL, record=Record((FIRING,), (FIRED,)))
    async with asyncio.timeout(60):
        while len(commits.of("INSERT INTO alert_log")) < 2:
            await asyncio.sleep(0.01)
    assert commits.of("INSERT INTO alert_log") == ["FULL", "FULL"]
