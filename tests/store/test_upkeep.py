"""Retention: what goes, what stays."""

import asyncio
from dataclasses import replace
from pathlib import Path
import sqlite3

import pytest
from store_values import Opener, Query, Told, message, notice, purge, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, AlertState, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.history import ALWAYS
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.text.durations import DAY
from custom_components.dinox_mqtt_bot.store import keeping, upkeep
from custom_components.dinox_mqtt_bot.store.keeping import Retention
from custom_components.dinox_mqtt_bot.store.store import Store

NOW = 2_000_000_000.0
FIRING = '{"state": "firing"}'


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SLICE", 7)
    monkeypatch.setattr(keeping, "SLICE", 7)


def fill(store: Store, days: list[float]) -> None:
    for age in days:
        store.history.append(reading(payload=b"%d" % age, received=NOW - age * DAY), Priority.NORMAL)


async def test_messages_go_after_so_many_days(open_store: Opener) -> None:
    store = open_store(Retention(days=30))
    fill(store, [*range(60, -1, -1)])
    await store.history.page("#", 1)
    assert await purge(store, NOW) == 30
    assert [row.text for row in await store.history.page("#", 100)] == [str(age) for age in range(30, -1, -1)]


async def test_messages_go_beyond_so_many_rows_oldest_first(open_store: Opener) -> None:
    store = open_store(Retention(rows=10))
    fill(store, [0] * 40)
    await store.history.page("#", 1)
    assert await purge(store, NOW) == 30
    assert len(await store.history.page("#", 100)) == 10


async def test_what_is_within_both_bounds_stays(open_store: Opener) -> None:
    store = open_store(Retention(days=30, rows=10))
    fill(store, [0] * 10)
    await store.history.page("#", 1)
    assert await purge(store, NOW) == 0


async def test_the_last_payload_of_a_topic_outlives_its_messages(open_store: Opener) -> None:
    store = open_store(Retention(days=30))
    fill(store, [40])
    await store.history.page("#", 1)
    await purge(store, NOW)
    store.close()
    again = open_store()
    assert await again.history.page("#", 10) == []
    assert again.history.unchanged(message(payload=b"40"))


async def test_the_oldest_topics_go_beyond_their_bound(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MAX_TOPICS", 2)
    store = open_store(Retention(days=30))
    for age in (50, 45, 40, 1):
        store.history.append(reading(f"t/{age}", received=NOW - age * DAY), Priority.NORMAL)
    await store.history.page("#", 1)
    await purge(store, NOW)
    assert [row.topic for row in await store.history.topics("#", 10)] == ["t/1", "t/40"]
    store.history.append(reading("t/50", b"again"), Priority.NORMAL)
    assert [row.text for row in await store.history.page("t/50", 10)] == ["again"]


async def test_notices_go_with_their_ledger_some_time_after_their_last_change(
    open_store: Opener, query: Query
) -> None:
    store = open_store(Retention(notice_days=30))
    for name, at in (("old", 40.0), ("waiting", 40.0), ("moved", 40.0), ("new", 1.0)):
        store.outbox.put(notice(name, at=NOW - at * DAY))
    store.outbox.mark("old", Delivery.SENT, NOW - 35 * DAY)
    store.outbox.mark("moved", Delivery.SENT, NOW - 5 * DAY)
    await store.outbox.waiting()
    assert await purge(store, NOW) == 2
    assert query("SELECT id FROM outbox ORDER BY id") == [("moved",), ("new",)]
    assert query("SELECT DISTINCT notice FROM ledger ORDER BY notice") == [("moved",), ("new",)]
    assert (store.outbox.undelivered, store.outbox.unread) == (1, 1)


@pytest.mark.parametrize("held", [False, True])
async def test_alerts_that_were_never_told_wait_longer_but_not_for_ever(
    open_store: Opener, query: Query, caplog: pytest.LogCaptureFixture, held: bool
) -> None:
    store = open_store(Retention(notice_days=30))
    add = store.outbox.hold if held else store.outbox.put
    for age in (121, 119, 31, 1):
        for priority in Priority:
            add(notice(f"{priority.word} {age}", at=NOW - age * DAY, priority=priority))
    store.outbox.put(notice("told", at=NOW - 31 * DAY, priority=Priority.CRITICAL))
    store.outbox.mark("told", Delivery.SENT, NOW - 31 * DAY)
    await store.outbox.waiting()
    assert await purge(store, NOW) == 9
    left = await store.outbox.held("ann@example.org") if held else await store.outbox.waiting()
    assert [each.id for each in left if each.priority >= Priority.ALERT] == [
        "alert 119",
        "critical 119",
        "alert 31",
        "critical 31",
        "alert 1",
        "critical 1",
    ]
    assert len(left) == 8
    assert query("SELECT state, count(*) FROM outbox GROUP BY state") == [("held" if held else "queued", 8)]
    assert store.outbox.undelivered == (0 if held else 8)
    assert "given up: 8" in caplog.text
    # What is given up counts no more: what is counted is not put again.
    add(notice("critical 121", at=NOW, priority=Priority.CRITICAL))
    left = await store.outbox.held("ann@example.org") if held else await store.outbox.waiting()
    assert "critical 121" in {each.id for each in left}


async def test_the_log_of_alerts_goes_and_the_alerts_stay(open_store: Opener, query: Query) -> None:
    store = open_store(Retention(log_days=90))
    for number, age in enumerate((100, 91, 89, 91, 91), 1):
        line = AlertEvent(number, "rule", "t", Step.FIRED, NOW - age * DAY)
        store.alerts.save(Record((Alert("rule", f"t{number}", number),), (line,) * 10))
    await store.history.page("#", 1)
    assert await purge(store, NOW) == 30
    # The newest incident stays, or its number would be used again.
    assert query("SELECT DISTINCT number FROM alert_log") == [(3,), (5,)]
    assert query("SELECT count(*) FROM alert_states") == [(5,)]


async def test_an_incident_that_is_not_over_keeps_its_log(open_store: Opener, query: Query) -> None:
    """However old it is; one that is over does not, nor one whose alert cannot be read."""
    store = open_store(Retention(log_days=90))
    states = (AlertState.FIRING, AlertState.RESOLVED, AlertState.NO_DATA, AlertState.RECOVERING)
    for number, state in enumerate((*states, AlertState.INACTIVE), 1):
        alert = Alert("rule", f"t/{number}", number, state)
        fired = AlertEvent(number, "rule", alert.topic, Step.FIRED, NOW - 100 * DAY)
        store.alerts.save(Record((alert,), (fired, replace(fired, step=Step.TOLD))))
    store.alerts.save(Record(events=(AlertEvent(9, "rule", "t", Step.FIRED, NOW),)))
    await store.history.page("#", 1)
    query("INSERT INTO alert_states VALUES ('r', 'a', 'no JSON'), ('r', 'b', '[]'), ('r', 'c', ?)", FIRING)
    assert await purge(store, NOW) == 4
    assert query("SELECT DISTINCT number FROM alert_log") == [(1,), (3,), (4,), (9,)]


async def test_logs_have_their_own_time(open_store: Opener, query: Query) -> None:
    store = open_store(Retention(days=30, log_days=90))
    for age in (100, 91, 89, 1):
        store.history.log_publish("t", b"", "ann", NOW - age * DAY)
        store.history.log_connection("broker", LinkStatus(Phase.ONLINE), NOW - age * DAY)
    await store.history.page("#", 1)
    assert await purge(store, NOW) == 4
    assert query("SELECT count(*) FROM publish_log") == query("SELECT count(*) FROM connection_log") == [(2,)]


async def test_what_is_too_old_goes_at_the_start_without_being_asked(
    open_store: Opener, query: Query
) -> None:
    store = open_store()
    store.history.append(reading_of(message(received=1.0)), Priority.NORMAL)
    store.close()
    again = open_store(Retention(days=1))
    # The purge of the start comes before one that is asked for.
    await purge(again, 2.0)
    assert query("SELECT count(*) FROM messages") == [(0,)]


async def test_a_purge_after_the_end_removes_nothing(open_store: Opener) -> None:
    store = open_store()
    store.close()
    assert await purge(store, NOW) == 0


async def test_closing_in_the_middle_of_a_purge_answers_it(open_store: Opener) -> None:
    store = open_store(Retention(days=30))
    fill(store, [40] * 700)
    await store.history.page("#", 1)
    asked = asyncio.ensure_future(purge(store, NOW))
    await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    assert 0 <= await asked <= 700


async def test_a_purge_that_is_asked_for_as_the_store_closes_is_answered(open_store: Opener) -> None:
    store = open_store()
    asked = asyncio.ensure_future(purge(store, NOW))
    await asyncio.sleep(0)
    store.close()
    assert await asked == 0


async def test_messages_after_a_purge_of_all_of_them_are_summarised(open_store: Opener) -> None:
    store = open_store(Retention(days=30))
    fill(store, [40, 40, 40])
    await store.history.page("#", 1)
    await purge(store, NOW)
    fill(store, [1])
    await store.history.page("#", 1)
    assert [(row.count, row.last_text) for row in await store.history.topics("#", 10)] == [(4, "1")]


async def test_what_was_never_told_can_be_purged(open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "MAX_TOPICS", 0)
    store = open_store(Retention(days=30))
    store.history.append(reading(received=NOW - 40 * DAY), Priority.NORMAL, untold=True)
    await store.history.page("#", 1)
    await purge(store, NOW)
    assert await store.history.untold() == []
    assert await store.history.topics("#", 10) == []
    assert store.trouble == ""


async def test_notices_given_up_unsent_are_said_in_the_log_once(
    open_store: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(Retention(notice_days=30))
    for number in range(20):
        store.outbox.put(notice(f"n{number}", at=NOW - 40 * DAY))
    store.outbox.mark("n0", Delivery.SENT, NOW - 40 * DAY)
    await store.outbox.waiting()
    await purge(store, NOW)
    logged = [record.getMessage() for record in caplog.records if record.name.endswith("store.upkeep")]
    assert logged == ["Messages to contacts that waited too long to be sent are given up: 19"]


async def test_who_asked_for_a_purge_may_go_away(open_store: Opener) -> None:
    store = open_store()
    asked = asyncio.ensure_future(purge(store, NOW))
    await asyncio.sleep(0)
    asked.cancel()
    assert await purge(store, NOW) == 0
    assert store.trouble == ""


async def test_a_purge_among_readers_and_a_vacuum_from_outside_is_whole(
    open_store: Opener, path: Path, told: Told
) -> None:
    """Somebody puts the file in order with a program of their own, while people look back."""
    store = open_store(Retention(days=30))
    fill(store, [40] * 400 + [1] * 400)
    await store.history.page("#", 1)

    def vacuum() -> None:
        beside = sqlite3.connect(path, timeout=30, isolation_level=None)
        beside.execute("VACUUM")
        beside.close()

    async def look_back() -> None:
        for _ in range(20):
            rows = await store.history.page("#", 9)
            assert (len(rows), rows[-1].text) == (9, "1")
            assert (await store.history.statistics("#", ALWAYS)).messages >= 400

    looks = (look_back(), look_back())
    await asyncio.gather(purge(store, NOW), asyncio.to_thread(vacuum), *looks)
    last = message(payload=b"2")
    store.history.append(reading_of(last), Priority.NORMAL)
    await told.until(lambda: last in told.committed)
    assert [entry.text for entry in await store.history.export("#", ALWAYS, 0, 1_000)] == ["1"] * 400 + ["2"]
    assert not store.trouble
