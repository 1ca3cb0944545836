"""Alerts and their log: stored with the message and the notices that belong to them, or not at all."""

import asyncio
from dataclasses import replace
import sqlite3

import pytest
from store_values import Opener, Query, Told, message, notice, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, AlertState, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.ports import AlertBook, Memory
from custom_components.dinox_mqtt_bot.store import backlog, schema, writer
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
FIRING = Alert(
    "rule",
    "home/freezer",
    number=3,
    state=AlertState.FIRING,
    since=T0,
    fired=T0,
    name="Freezer",
    value="-3,5 °C",
    amount=-3.5,
    untold=(Step.FIRED,),
    notices=("n1", "n2"),
    memory=((T0, -3.5), (T0 + 1, float("inf"))),
)
FIRED = AlertEvent(3, "rule", "home/freezer", Step.FIRED, T0, "-3,5 °C", "ann@example.org", "on my way")
RECORD = Record((FIRING,), (FIRED,))


def numbered(number: int, step: Step = Step.FIRED) -> AlertEvent:
    return replace(FIRED, number=number, step=step)


def unfit() -> Record:
    """Make a record with a text that is no Unicode, after much that is fit."""
    return Record((FIRING,), (FIRED, replace(FIRED, note="\ud800")), (("gone", "t"),))


def states(query: Query) -> list[tuple[object, ...]]:
    return query("SELECT rule, topic FROM alert_states ORDER BY rule, topic")


async def test_alerts_are_what_they_were_after_a_restart(open_store: Opener) -> None:
    store = open_store()
    other = Alert("rule", "home/attic", number=2)
    store.alerts.save(Record((other, FIRING)))
    store.alerts.save(Record((replace(FIRING, untold=()),), (), (("rule", "nothing"),)))
    await asyncio.to_thread(store.close)
    again = open_store()
    assert again.alerts.kept == [other, replace(FIRING, untold=())]
    assert again.alerts.last_number == 3
    again.alerts.save(Record(gone=(("rule", "home/attic"), ("rule", "home/freezer"))))
    await asyncio.to_thread(again.close)
    assert open_store().alerts.kept == []


async def test_an_alert_that_goes_and_comes_in_one_moment_is_there(store: Store, query: Query) -> None:
    store.alerts.save(RECORD)
    store.alerts.save(Record((FIRING,), (), (("rule", "home/freezer"),)))
    await store.history.page("#", 1)
    assert states(query) == [("rule", "home/freezer")]


async def test_the_log_of_an_incident_is_in_order(store: Store) -> None:
    events = [FIRED, replace(FIRED, step=Step.ACKNOWLEDGED, at=T0 + 1), numbered(4)]
    store.alerts.save(Record(events=tuple(events)))
    assert await store.alerts.log(3) == events[:2]
    assert await store.alerts.log(5) == []


async def test_the_newest_incidents_come_first(store: Store) -> None:
    for number in (1, 2, 3):
        store.alerts.save(Record(events=(numbered(number), numbered(number, Step.RESOLVED))))
    store.alerts.save(Record(events=(numbered(1, Step.TOLD),)))
    assert await store.alerts.incidents(2) == [numbered(3), numbered(2)]


async def test_the_last_number_is_known_when_its_alert_is_gone(open_store: Opener) -> None:
    store = open_store()
    store.alerts.save(Record(events=(numbered(7),), gone=(("rule", "home/freezer"),)))
    await asyncio.to_thread(store.close)
    assert open_store().alerts.last_number == 7


async def test_what_cannot_be_read_is_left_out_and_said_in_the_log(
    open_store: Opener, query: Query, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store()
    store.alerts.save(RECORD)
    await asyncio.to_thread(store.close)
    query("INSERT INTO alert_states VALUES ('rule', 'a', 'no JSON'), ('rule', 'z', '{\"state\": \"odd\"}')")
    query("UPDATE alert_log SET step = 'odd'")
    again = open_store()
    assert again.alerts.kept == [FIRING]
    assert await again.alerts.log(3) == []
    assert sum(record.name.endswith("alert_book") for record in caplog.records) == 3


@pytest.mark.parametrize(
    "said",
    [
        '{"number": "x"}',
        '{"number": null}',
        '{"number": 1e999}',
        '{"since": "yesterday"}',
        '{"amount": "much"}',
        '{"flapping": "no"}',
        '{"untold": ["odd"]}',
        '{"untold": 5}',
        '{"notices": [1]}',
        '{"notices": null}',
        '{"memory": [["then", 5]]}',
        '{"memory": [[5, null]]}',
        '{"memory": [5]}',
        '{"memory": [[1, 2, 3]]}',
        "[]",
        "null",
        "{",
    ],
)
async def test_an_alert_with_an_odd_value_starts_anew_and_the_others_go_on(
    open_store: Opener, query: Query, said: str
) -> None:
    store = open_store()
    store.alerts.save(RECORD)
    await asyncio.to_thread(store.close)
    query("INSERT INTO alert_states VALUES ('rule', 'odd', ?)", said)
    again = open_store()
    assert (again.alerts.kept, again.alerts.last_number) == ([FIRING], 3)


async def test_notices_are_said_with_their_record_and_held_ones_are_not(
    store: Store, told: Told, query: Query
) -> None:
    said, held = [notice("a"), notice("b", to="notify.phone")], [notice("c"), notice("d")]
    store.alerts.save(RECORD, iter(said), iter(held))
    await told.until(lambda: len(told.stored) == 2)
    assert told.stored == said
    assert await store.outbox.held("ann@example.org") == held
    assert states(query) == [("rule", "home/freezer")]
    assert query("SELECT count(*) FROM ledger") == [(4,)]


async def test_nothing_to_save_is_nothing_to_do(store: Store) -> None:
    store.alerts.save(Record())
    store.history.skip(message(qos=0), record=Record())
    assert store.backlog == 0


async def test_a_record_comes_with_its_message_before_the_acknowledgement(
    store: Store, told: Told, query: Query
) -> None:
    received = message()
    store.history.append(reading_of(received), Priority.NORMAL, record=RECORD)
    skipped = message()
    store.history.skip(skipped, record=Record((replace(FIRING, topic="skipped"),)))
    store.history.skip(message(qos=0), record=Record((replace(FIRING, topic="skipped too"),)))
    await told.until(lambda: len(told.committed) == 2)
    assert told.committed == [received, skipped]
    await store.history.page("#", 1)
    assert [topic for _, topic in states(query)] == ["home/freezer", "skipped", "skipped too"]


async def test_states_are_stored_in_the_order_in_which_they_were_given(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come with messages, and those that do not."""
    monkeypatch.setattr(backlog, "MAX_BATCH", 3)
    store = open_store()
    for number in range(200):
        record = Record((replace(FIRING, number=number),))
        if number % 2:
            store.history.append(reading(qos=number % 3), Priority.NORMAL, record=record)
        else:
            store.alerts.save(record)
        store.history.append(reading(qos=0), Priority.NORMAL)
        if not number % 7:
            await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    assert open_store().alerts.kept == [replace(FIRING, number=199)]


async def test_a_message_that_is_dropped_leaves_its_record(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch, query: Query
) -> None:
    monkeypatch.setattr(backlog, "MAX_ITEMS", 0)
    store = open_store()
    store.history.append(reading(qos=0), Priority.NORMAL, record=RECORD)
    assert store.dropped == 1
    await store.history.page("#", 1)
    assert (states(query), query("SELECT count(*) FROM messages")) == ([("rule", "home/freezer")], [(0,)])


async def test_one_unfit_value_costs_its_whole_group_and_nothing_else(
    store: Store, told: Told, query: Query
) -> None:
    store.alerts.save(Record((replace(FIRING, topic="before"),)))
    store.alerts.save(unfit(), [notice("a")], [notice("b")])
    store.history.append(reading("new/topic"), Priority.NORMAL, record=unfit())
    store.history.append(reading_of(message("odd"), text="\ud800"), Priority.NORMAL, record=RECORD)
    store.history.append(reading("odd"), Priority.NORMAL)
    await store.history.page("#", 1)
    assert states(query) == [("rule", "before"), ("rule", "home/freezer")]
    assert query("SELECT count(*) FROM alert_log") == [(1,)]
    assert query("SELECT count(*) FROM outbox") == query("SELECT count(*) FROM ledger") == [(0,)]
    assert [row.topic for row in await store.history.page("#", 9)] == ["new/topic", "odd"]
    # A bot that falls silent would be worse.
    assert [each.id for each in told.stored] == ["a"]
    assert store.trouble == ""


async def test_a_notice_that_is_put_again_does_not_cost_the_record(store: Store, query: Query) -> None:
    store.outbox.put(notice("a"))
    store.outbox.mark("a", Delivery.FAILED, T0)
    store.alerts.save(RECORD, [notice("a")])
    await store.history.page("#", 1)
    assert states(query) == [("rule", "home/freezer")]
    assert query("SELECT state FROM outbox") == [("failed",)]


async def test_while_the_file_is_locked_notices_are_said_and_all_of_it_is_stored_later(
    open_store: Opener, told: Told, query: Query, monkeypatch: pytest.MonkeyPatch, path: object
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(writer, "RETRY_SECONDS", (0.02,))
    store = open_store()
    beside = sqlite3.connect(str(path), isolation_level=None)
    beside.execute("BEGIN EXCLUSIVE")
    store.history.append(reading(), Priority.NORMAL, record=Record((replace(FIRING, topic="first"),)))
    store.alerts.save(RECORD, [notice("a")], [notice("b")])
    await told.until(lambda: bool(told.stored))
    assert ([each.id for each in told.stored], told.committed) == (["a"], [])
    beside.execute("ROLLBACK")
    beside.close()
    await told.until(lambda: len(told.committed) == 1)
    assert [topic for _, topic in states(query)] == ["first", "home/freezer"]
    assert query("SELECT id, state FROM outbox ORDER BY id") == [("a", "queued"), ("b", "held")]
    assert len(told.stored) == 1


def test_a_part_that_fails_with_its_whole_transaction_tells_why(path: object) -> None:
    connection = sqlite3.connect(str(path), isolation_level=None)
    connection.execute("CREATE TABLE t (x UNIQUE ON CONFLICT ROLLBACK)")
    with pytest.raises(sqlite3.IntegrityError), schema.transaction(connection), schema.savepoint(connection):
        connection.execute("INSERT INTO t VALUES (1), (1)")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    connection.close()


async def test_a_store_is_the_ports_it_says_it_is(store: Store) -> None:
    memory: Memory = store
    book: AlertBook = store.alerts
    memory.set("quiet", "1")
    assert (memory.get("quiet"), await book.incidents(1)) == ("1", [])
