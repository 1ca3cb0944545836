"""Old messages, to be read again in their order."""

from dataclasses import replace
import sqlite3
from types import SimpleNamespace
from typing import cast

from hypothesis import given, settings, strategies as st
import pytest
from store_values import Query, message, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.history import ListeningSince, Past
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.model.topics import Subscriptions
from custom_components.dinox_mqtt_bot.bot.payload.paths import lookup
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.bot.reading.topic_lookup import Lookups, read_again
from custom_components.dinox_mqtt_bot.store import past
from custom_components.dinox_mqtt_bot.store.store import Store
from custom_components.dinox_mqtt_bot.store.table import MAX_JSON_BYTES

T0 = 2_000_000_000.0


def fill(store: Store, number: int, topics: int) -> None:
    for each in range(number):
        store.history.append(
            reading(f"home/{each % topics}", b"%d" % each, received=T0 + each), Priority.NORMAL
        )


async def all_of(store: Store, topic_filter: str, since: float, limit: int) -> list[str]:
    """Read page by page, as one who rehearses a rule does."""
    found: list[Past] = []
    while page := await store.history.past(topic_filter, since, found[-1].id if found else 0, limit):
        assert len(page) <= limit
        found += page
    assert [each.id for each in found] == sorted({each.id for each in found})
    return [each.payload for each in found]


@pytest.mark.parametrize("few", [0, 20])
@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
async def test_pages_of_the_past_are_all_of_it_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int, limit: int
) -> None:
    monkeypatch.setattr(past, "FEW_TOPICS", few)
    fill(store, 100, 5)
    assert await all_of(store, "home/+", 0.0, limit) == [str(each) for each in range(100)]
    assert await all_of(store, "home/3", T0 + 50, limit) == [str(each) for each in range(53, 100, 5)]
    assert await all_of(store, "#", T0 + 99, limit) == ["99"]
    assert await all_of(store, "#", T0 + 100, limit) == []
    assert await all_of(store, "garden/#", 0.0, limit) == []


async def test_without_messages_there_is_no_past(store: Store) -> None:
    assert await store.history.past("#", 0.0, 0, 10) == []


@pytest.mark.parametrize("few", [0, 20])
async def test_what_came_in_again_is_there_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """It was neither judged nor carried a second time."""
    monkeypatch.setattr(past, "FEW_TOPICS", few)
    first = message("a", b"5", received=T0)
    for given_ in (first, replace(first, repeated=True), message("a", b"5", repeated=True, received=T0)):
        store.history.append(reading_of(given_), Priority.NORMAL)
    assert await all_of(store, "#", 0.0, 10) == ["5", "5"]


async def test_a_message_of_the_past_has_what_judges_it(store: Store) -> None:
    store.history.append(
        reading_of(message("a", b"22.5", retain=True, received=T0), text="22.5 °C"), Priority.NORMAL
    )
    (found,) = await store.history.past("a", 0.0, 0, 10)
    assert found == Past(found.id, "a", "22.5 °C", T0, True)


async def test_what_came_again_is_not_in_the_past_twice(store: Store) -> None:
    first = message("a", b"1", received=T0)
    store.history.append(reading_of(first), Priority.NORMAL)
    store.history.append(reading_of(replace(first, repeated=True, received=T0 + 1)), Priority.NORMAL)
    store.history.append(reading("a", b"2", repeated=True, received=T0 + 2), Priority.NORMAL)
    assert await all_of(store, "a", 0.0, 10) == ["1", "2"]


@pytest.mark.parametrize(
    "payload", [b"\x01", b"\xc9\x00", b"\n", b"", b"22,5 \xc2\xb0C", b"null", b'{"a": 1}']
)
async def test_a_value_of_the_past_is_what_it_was(store: Store, payload: bytes) -> None:
    live = Readings().read(message("a", payload))
    store.history.append(live, Priority.NORMAL)
    (row,) = await store.history.past("a", 0.0, 0, 10)
    lookups = SimpleNamespace(readings=Readings(), subscriptions=Subscriptions())
    again = read_again(cast("Lookups", lookups), row)
    assert [lookup(again, path) for path in ((), ("a",))] == [lookup(live, path) for path in ((), ("a",))]


async def test_how_the_broker_came_and_went(store: Store) -> None:
    status = {"online": LinkStatus(Phase.ONLINE), "offline": LinkStatus(Phase.OFFLINE, "refused")}
    status["connecting"] = LinkStatus(Phase.CONNECTING)
    for at, phase in enumerate(("online", "offline", "online")):
        store.history.log_connection("broker", status[phase], T0 + at)
        store.history.log_connection("xmpp", status["offline"], T0 + at)
    store.history.log_start(T0 + 3, status["connecting"], T0 + 4)
    store.history.log_connection("broker", status["online"], T0 + 5)
    every = [
        ListeningSince(T0, online=True),
        ListeningSince(T0 + 1, online=False),
        ListeningSince(T0 + 2, online=True),
        ListeningSince(T0 + 3, online=False, running=False),
        ListeningSince(T0 + 4, online=False),
        ListeningSince(T0 + 5, online=True),
    ]
    assert await store.history.listening(0.0) == every
    assert await store.history.listening(T0 + 2) == every[1:]
    assert await store.history.listening(T0 + 9) == every[-1:]


@pytest.mark.parametrize(
    ("payload", "stored"),
    [
        (b'{"temp": 21.5, "hum": 40}', '{"temp": 21.5, "hum": 40}'),
        (b'{"value": 21.5}', '{"value": 21.5}'),
        (b'"text"', '"text"'),
        (b"\0", None),
        (b"true", None),
        (b"null", None),
        (b"21.5", None),
        (b"<html>", None),
        (b'["%s"]' % (b"x" * (MAX_JSON_BYTES - 4)), '["%s"]' % ("x" * (MAX_JSON_BYTES - 4))),
        (b'["%s"]' % (b"x" * (MAX_JSON_BYTES - 3)), None),
        (b'{"name": "\xff", "value": 2}', '{"name": "�", "value": 2}'),
    ],
)
async def test_json_is_stored_as_it_was_where_its_text_says_less(
    store: Store, query: Query, payload: bytes, stored: str | None
) -> None:
    given = Readings().read(message(payload=payload))
    store.history.append(given, Priority.NORMAL)
    (found,) = await store.history.past("#", 0.0, 0, 10)
    assert query("SELECT payload FROM messages") == [(stored,)]
    assert found.payload == (stored or given.text)


@settings(max_examples=30)
@given(times=st.lists(st.integers(0, 9), max_size=30).map(sorted), since=st.integers(0, 10))
def test_since_a_time_is_since_that_time(times: list[int], since: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, received REAL)")
    # With gaps, as purges leave them.
    ids = [number * 3 + 5 for number in range(len(times))]
    connection.executemany("INSERT INTO messages VALUES (?, ?)", zip(ids, times, strict=True))
    before = past.before(connection, since)
    connection.close()
    assert [each for each in ids if each > before] == [
        each for each, at in zip(ids, times, strict=True) if at >= since
    ]


async def test_what_a_device_wrote_for_a_word_is_read_again(store: Store) -> None:
    readings = Readings()
    config = b'{"name": "Flap", "pos_t": "flap", "pos_open": 0, "pos_clsd": 100}'
    readings.learn(message("homeassistant/cover/flap/config", config))
    for payload in (b"100", b"30"):
        store.history.append(readings.read(message("flap", payload)), Priority.NORMAL)
    store.history.append(readings.read(message("other", b"5")), Priority.NORMAL)
    assert await all_of(store, "#", 0.0, 9) == ["100", "30", "5"]
    assert [row.text for row in await store.history.page("flap", 9)] == ["0 %", "70 %"]
