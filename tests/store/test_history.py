"""What is appended can be read, is acknowledged once it is committed, and is recognised later."""

import asyncio
from copy import replace
from typing import Any

import pytest
from store_values import Opener, Query, Told, message, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, Record
from custom_components.dinox_mqtt_bot.bot.model.history import Row, TopicRow
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.store import recent
from custom_components.dinox_mqtt_bot.store.store import Store
from custom_components.dinox_mqtt_bot.store.table import MAX_TEXT_BYTES, cut_for_row


def texts(rows: list[Row]) -> list[str]:
    return [row.text for row in rows]


async def test_a_page_shows_what_was_just_appended(store: Store) -> None:
    given = reading_of(message(retain=True, received=5.0), name="Kitchen", text="21.5 °C")
    store.history.append(given, Priority.ALERT)
    assert await store.history.page("home/kitchen", 10) == [
        Row("home/kitchen", "Kitchen", "21.5 °C", 5.0, True, False, Priority.ALERT)
    ]


async def test_a_page_is_the_newest_rows_oldest_first(store: Store) -> None:
    for number in range(10):
        store.history.append(reading(payload=b"%d" % number), Priority.NORMAL)
    assert texts(await store.history.page("home/kitchen", 3)) == ["7", "8", "9"]


@pytest.mark.parametrize(
    ("topic_filter", "expected"),
    [
        ("home/#", ["1", "2", "3", "5"]),
        ("home/+/temp", ["2", "3"]),
        ("home", ["1"]),
        ("#", ["1", "2", "3", "5"]),
        ("$SYS/#", ["4"]),
        ("nothing/+", []),
    ],
)
async def test_a_page_takes_topic_filters(store: Store, topic_filter: str, expected: list[str]) -> None:
    for number, topic in enumerate(["home", "home/a/temp", "home/b/temp", "$SYS/load", "home/c"], 1):
        store.history.append(reading(topic, b"%d" % number), Priority.NORMAL)
    assert texts(await store.history.page(topic_filter, 10)) == expected


async def test_a_page_over_many_topics_has_the_newest_rows_of_all(store: Store) -> None:
    for number in range(600):
        store.history.append(reading(f"home/{number % 7 * number}", b"%d" % number), Priority.NORMAL)
    assert texts(await store.history.page("home/+", 50)) == [str(number) for number in range(550, 600)]


async def test_all_batch_sizes_are_stored_in_order(store: Store) -> None:
    for number in range(137):
        store.history.append(reading(payload=b"%d" % number), Priority.NORMAL)
    assert texts(await store.history.page("#", 1000)) == [str(number) for number in range(137)]


async def test_topics_tell_what_is_remembered(store: Store) -> None:
    for at, payload in ((10.0, b"1"), (20.0, b"2"), (30.0, b"3")):
        store.history.append(reading_of(message("b", payload, received=at), name="Bee"), Priority.NORMAL)
    store.history.append(reading("a", b"x", received=40.0), Priority.NORMAL)
    assert await store.history.topics("+", 10) == [
        TopicRow("a", "a", 1, 40.0, 40.0, "x"),
        TopicRow("b", "Bee", 3, 10.0, 30.0, "3"),
    ]
    assert await store.history.topics("#", 1) == [TopicRow("a", "a", 1, 40.0, 40.0, "x")]


async def test_messages_with_qos_are_acknowledged_in_order_after_the_commit(
    store: Store, told: Told, query: Query
) -> None:
    given = [message(payload=b"%d" % number, qos=number % 3) for number in range(30)]
    for received in given:
        store.history.append(reading_of(received), Priority.NORMAL)
    wanted = [received for received in given if received.qos]
    await told.until(lambda: len(told.committed) == len(wanted))
    assert told.committed == wanted
    assert query("SELECT count(*) FROM messages") == [(30,)]


async def test_a_skipped_message_is_acknowledged_and_not_stored(store: Store, told: Told) -> None:
    skipped = message(payload=b"skipped")
    store.history.skip(message(qos=0))
    store.history.skip(skipped)
    await told.until(lambda: bool(told.committed))
    assert told.committed == [skipped]
    assert await store.history.page("#", 10) == []


async def test_long_text_is_cut_at_a_whole_character(store: Store, query: Query) -> None:
    payload = "ä€😀".encode() * 20_000
    store.history.append(reading(payload=payload), Priority.NORMAL)
    (row,) = await store.history.page("#", 1)
    assert payload.decode().startswith(row.text)
    assert MAX_TEXT_BYTES - 4 < len(row.text.encode()) <= MAX_TEXT_BYTES
    assert query("SELECT payload_length FROM messages") == [(len(payload),)]


def test_text_within_the_bound_is_not_cut() -> None:
    text = "x" * MAX_TEXT_BYTES
    assert cut_for_row(text) == text


async def test_a_value_the_database_cannot_hold_costs_only_its_own_row(store: Store, told: Told) -> None:
    for text in ("before", "\ud800", "after"):
        store.history.append(reading_of(message(), text=text), Priority.NORMAL)
    assert texts(await store.history.page("#", 10)) == ["before", "after"]
    await told.until(lambda: len(told.committed) == 3)
    assert store.trouble == ""


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e308])
async def test_any_number_can_be_stored(store: Store, value: float) -> None:
    store.history.append(replace(reading(), value=value), Priority.NORMAL)
    assert len(await store.history.page("#", 10)) == 1


async def test_a_redelivery_is_known_and_marked(store: Store) -> None:
    first = message(payload=b"7", packet_id=7)
    again = message(payload=b"7", packet_id=7, repeated=True)
    assert not store.history.known(again)
    store.history.append(reading_of(first), Priority.NORMAL)
    assert store.history.known(again)
    store.history.append(reading_of(again), Priority.NORMAL)
    assert [row.repeated for row in await store.history.page("#", 10)] == [False, True]
    assert (await store.history.topics("#", 10))[0].count == 1


async def test_a_redelivery_of_what_was_never_stored_is_not_marked(store: Store) -> None:
    store.history.append(reading(repeated=True), Priority.NORMAL)
    assert [row.repeated for row in await store.history.page("#", 10)] == [False]


@pytest.mark.parametrize("other", [{"packet_id": 8}, {"payload": b"8"}, {"topic": "other"}])
async def test_another_message_is_no_redelivery(store: Store, other: dict[str, Any]) -> None:
    first: dict[str, Any] = {"topic": "home", "payload": b"7", "packet_id": 7}
    store.history.append(reading(**first), Priority.NORMAL)
    assert not store.history.known(message(**(first | other), repeated=True))


async def test_redeliveries_are_known_after_a_restart(open_store: Opener) -> None:
    store = open_store()
    for number in range(1, recent.FINGERPRINTS + 11):
        store.history.append(reading(payload=b"%d" % number, packet_id=number), Priority.NORMAL)
    await asyncio.to_thread(store.close)
    history = open_store().history
    known = [
        number
        for number in range(1, recent.FINGERPRINTS + 11)
        if history.known(message(payload=b"%d" % number, packet_id=number))
    ]
    assert known == list(range(11, recent.FINGERPRINTS + 11))


@pytest.mark.parametrize("size", [0, 10, 5_000, 100_000])
async def test_an_unchanged_payload_is_recognised_also_after_a_restart(open_store: Opener, size: int) -> None:
    store = open_store()
    payload = b"x" * size
    store.history.append(reading(payload=b"old"), Priority.NORMAL)
    store.history.append(reading(payload=payload, qos=0), Priority.NORMAL)
    before = [store.history.unchanged(message(payload=given)) for given in (payload, b"old")]
    await asyncio.to_thread(store.close)
    history = open_store().history
    after = [history.unchanged(message(payload=given)) for given in (payload, b"old")]
    assert (before, after) == ([True, False], [True, False])
    assert not history.unchanged(message("never/seen", payload))


async def test_only_so_many_topics_are_held_in_memory(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "MAX_TOPICS", 3)
    store = open_store()
    for number in range(5):
        store.history.append(reading(f"t/{number}"), Priority.NORMAL)
    assert [store.history.unchanged(message(f"t/{number}")) for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]


async def test_more_topics_than_the_writer_remembers_are_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.store.table.MAX_TOPICS", 3)
    for number in range(20):
        store.history.append(reading(f"t/{number % 10}"), Priority.NORMAL)
    assert [row.count for row in await store.history.topics("#", 100)] == [2] * 10


async def test_publishes_and_connections_are_logged(store: Store, query: Query) -> None:
    store.history.log_publish("home/lamp", "ä".encode() * 3_000, "ann@example.org", 5.0)
    store.history.log_connection("broker", LinkStatus(Phase.OFFLINE, "refused", "rc 5"), 6.0)
    await store.history.page("#", 1)
    assert query("SELECT topic, text, payload_length, who, at FROM publish_log") == [
        ("home/lamp", "ä" * 1_000, 6_000, "ann@example.org", 5.0)
    ]
    assert query("SELECT link, phase, reason, detail, at FROM connection_log") == [
        ("broker", "offline", "refused", "rc 5", 6.0)
    ]


async def test_an_empty_message_clears_what_said_something_before(open_store: Opener) -> None:
    store = open_store()
    for topic, payload in (("value", b"21"), ("bell", b"")):
        store.history.append(reading(topic, payload), Priority.NORMAL)
    asked = [
        message("value", b""),
        message("value", b"22"),
        message("bell", b""),
        message("new", b""),
        message("new", b"", retain=True),
    ]
    expected = [True, False, False, False, True]
    assert [store.history.cleared(each) for each in asked] == expected
    await asyncio.to_thread(store.close)
    again = open_store().history
    assert [again.cleared(each) for each in asked] == expected


async def test_a_retained_state_that_came_back_while_nobody_listened_is_news(open_store: Opener) -> None:
    store = open_store()
    store.history.append(reading(payload=b"closed", retain=True), Priority.NORMAL)
    store.history.append(reading(payload=b"open"), Priority.NORMAL)
    await asyncio.to_thread(store.close)
    history = open_store().history
    assert [history.unchanged(message(payload=each)) for each in (b"open", b"closed")] == [True, False]


async def test_after_a_restart_the_topics_heard_longest_ago_are_forgotten_first(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    for number in (1, 0, 2):
        store.history.append(reading(f"t/{number}", received=float(number)), Priority.NORMAL)
    await asyncio.to_thread(store.close)
    monkeypatch.setattr(recent, "MAX_TOPICS", 3)
    history = open_store().history
    history.append(reading("t/3"), Priority.NORMAL)
    assert [history.unchanged(message(f"t/{number}")) for number in range(4)] == [False, True, True, True]


async def test_a_fingerprint_met_again_is_kept_as_long_as_a_new_one(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "FINGERPRINTS", 3)
    store = open_store()
    for number in (1, 2, 3, 1, 4):
        store.history.append(reading(packet_id=number), Priority.NORMAL)
    assert [store.history.known(message(packet_id=number)) for number in (1, 2, 3, 4)] == [
        True,
        False,
        True,
        True,
    ]


async def untold(store: Store) -> list[tuple[str, str, int]]:
    return [(row.topic, row.last_text, row.count) for row in await store.history.untold()]


async def test_what_was_not_told_is_known_after_a_restart_until_it_is_told(open_store: Opener) -> None:
    store = open_store()
    for topic, payload in (("b", b"1"), ("a", b"2"), ("b", b"3"), ("c", b"4")):
        store.history.append(reading(topic, payload), Priority.NORMAL, untold=topic != "c")
    store.history.append(reading("b", b"silent"), Priority.NORMAL)
    await asyncio.to_thread(store.close)
    again = open_store()
    assert await untold(again) == [("b", "3", 2), ("a", "2", 1)]
    again.history.mark_told(["b", "c", "never seen"])
    assert await untold(again) == [("a", "2", 1)]
    await asyncio.to_thread(again.close)
    assert await untold(open_store()) == [("a", "2", 1)]


async def test_topics_that_are_too_long_are_not_brought_back(open_store: Opener) -> None:
    store, fits, long = open_store(), "ü" * 512, "ü" * 513
    for topic in (fits, long):
        store.history.append(reading(topic, b"1", packet_id=7), Priority.NORMAL, untold=True)
        store.alerts.save(Record((Alert("rule", topic),)))
    await asyncio.to_thread(store.close)
    again = open_store()
    assert await untold(again) == [(fits, "1", 1)]
    assert [alert.topic for alert in again.alerts.kept] == [fits]
    for known in (again.history.unchanged, again.history.known):
        assert [known(message(topic, b"1", packet_id=7)) for topic in (fits, long)] == [True, False]
    assert list(again.history._untold) == [fits]


async def test_what_comes_in_right_after_a_topic_was_told_is_untold(store: Store) -> None:
    """All of it goes into one transaction, in whatever order."""
    store.history.append(reading(payload=b"1"), Priority.NORMAL, untold=True)
    store.history.mark_told(["home/kitchen"])
    store.history.append(reading(payload=b"2"), Priority.NORMAL, untold=True)
    assert await untold(store) == [("home/kitchen", "2", 1)]


async def test_what_is_told_is_told_however_much_is_queued(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.store.backlog.MAX_BATCH", 2)
    for number in range(20):
        store.history.append(reading(f"t/{number}"), Priority.NORMAL, untold=True)
    store.history.mark_told([f"t/{number}" for number in range(20)])
    assert await untold(store) == []


async def test_so_many_untold_topics_are_known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.store.history.MAX_UNTOLD", 2)
    for topic in ("a", "b", "c", "a"):
        store.history.append(reading(topic), Priority.NORMAL, untold=True)
    assert await untold(store) == [("a", "21.5", 2), ("b", "21.5", 1)]
    store.history.mark_told(["a"])
    store.history.append(reading("c"), Priority.NORMAL, untold=True)
    assert await untold(store) == [("b", "21.5", 1), ("c", "21.5", 1)]


async def test_what_an_earlier_run_has_told_is_not_counted_again(open_store: Opener) -> None:
    """Whichever waits the runs had: numbers are not used again, also when nothing waits at the start."""
    store = open_store()
    for topic in ("other", *["home/door"] * 5):
        store.history.append(reading(topic, b"old", received=1_000.0), Priority.NORMAL, untold=True)
    store.history.mark_told(["home/door", "other"])
    for run in range(3):
        await asyncio.to_thread(store.close)
        store = open_store()
        assert await untold(store) == []
        received = 2_000.0 + run
        for payload in (b"new", b"newer"):
            given = reading("home/door", payload, received=received)
            store.history.append(given, Priority.NORMAL, untold=True)
        await asyncio.to_thread(store.close)
        store = open_store()
        assert await untold(store) == [("home/door", "newer", 2)]
        assert (await store.history.untold())[0].first_seen == received
        store.history.mark_told(["home/door"])


async def test_nor_what_a_version_has_told_that_did_not_note_its_numbers(
    open_store: Opener, query: Query
) -> None:
    store = open_store()
    for topic in ("a", "b", "c"):
        store.history.append(reading(topic), Priority.NORMAL, untold=True)
    store.history.mark_told(["a", "b", "c"])
    await asyncio.to_thread(store.close)
    query("DELETE FROM meta WHERE key = 'waits'")
    store = open_store()
    for topic in ("c", "b", "a"):
        store.history.append(reading(topic, b"new"), Priority.NORMAL, untold=True)
    assert await untold(store) == [("c", "new", 1), ("b", "new", 1), ("a", "new", 1)]
