"""Rollups: what the numbers come to in 5 minutes and in an hour, when their messages are gone as well."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
import json
from math import floor
from pathlib import Path
import sqlite3
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest
from store_values import Opener, Query, message, purge

from custom_components.dinox_mqtt_bot.bot.model.history import Span
from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.bot.text.durations import DAY
from custom_components.dinox_mqtt_bot.store import rollups
from custom_components.dinox_mqtt_bot.store.keeping import Keeping, Retention, forget, purge_messages
from custom_components.dinox_mqtt_bot.store.rollups import DAYS, FIVES, HOURS, ROLLUPS, Rollups
from custom_components.dinox_mqtt_bot.store.schema import open_database
from custom_components.dinox_mqtt_bot.store.store import Store
from custom_components.dinox_mqtt_bot.store.table import MessageTable

T0 = 1_999_998_000.0
READINGS = Readings()
NUMBERS = st.integers(-4_000, 4_000).map(lambda quarters: quarters / 4)
TOPICS = ("home/a", "home/b")

CUT = "CREATE TEMP TRIGGER cut BEFORE INSERT ON main.meta BEGIN SELECT raise(ABORT, 'cut'); END"

type Number = tuple[float, int, float]
"""When, in which order, and it."""


class Home:
    """A database whose messages are written, rolled up, purged and cleared in any order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = T0
        self.order = 0
        self.numbers: dict[tuple[str, str], list[Number]] = defaultdict(list)
        self.open()

    def open(self) -> None:
        self.connection = open_database(self.path)
        self.table = MessageTable(self.connection)
        self.rollups = Rollups(self.connection)

    def kill(self) -> None:
        self.connection.close()
        self.open()

    def say(self, topic: str, said: float | dict[str, Any], ago: float, *, repeated: bool = False) -> None:
        self.now += 7.0
        payload = json.dumps(said).encode()
        at = self.now - ago
        value = said if isinstance(said, float) else None
        content = topic, at, Kind.JSON, "shown", "", value, isinstance(said, dict)
        item = (Message(topic, payload, received=self.now), content, 1, 0, repeated, 0)
        self.connection.execute("BEGIN")
        self.table.insert([item])
        self.connection.execute("COMMIT")
        self.order += 1
        if not repeated:
            for field, number in leaves(said):
                self.numbers[topic, field].append((at, self.order, number))

    def roll(self) -> None:
        next(self.rollups.slices(), None)

    def interrupt(self) -> None:
        """Roll up, and lose it with the power."""
        self.connection.execute(CUT)
        with suppress(sqlite3.IntegrityError):
            self.roll()
        self.connection.execute("DROP TRIGGER cut")

    def purge(self, days: float) -> None:
        for _ in self.rollups.slices():
            pass
        keeping = Keeping(Retention(days=days))
        for _ in purge_messages(self.connection, keeping, self.now, self.rollups.rolled()):
            pass

    def clear(self, topic: str) -> None:
        for _ in forget(self.connection, topic):
            pass
        self.rollups.forget()
        for of, field in [*self.numbers]:
            if of == topic:
                del self.numbers[of, field]

    def found(self, table: str) -> dict[tuple[str, str, int], tuple[float, ...]]:
        for _ in self.rollups.slices():
            pass
        rows = self.connection.execute(
            f"SELECT topic, field, rows.* FROM {table} AS rows"  # noqa: S608
            " JOIN series ON series.id = series JOIN topics ON topics.id = topic_id"
        )
        return {
            (topic, rollups.field_name(field), since): tuple(rest) for topic, field, since, _, *rest in rows
        }

    def wanted(self, seconds: int) -> dict[tuple[str, str, int], tuple[float, ...]]:
        parts: dict[tuple[str, str, int], list[Number]] = defaultdict(list)
        for (topic, field), numbers in self.numbers.items():
            for each in numbers:
                parts[topic, field, floor(each[0] / seconds) * seconds].append(each)
        return {part: come_to(sorted(numbers)) for part, numbers in parts.items()}


def come_to(numbers: list[Number]) -> tuple[float, ...]:
    values = [value for _, _, value in numbers]
    mean = pytest.approx(sum(values) / len(values), abs=1e-9)
    (first_at, _, first), (last_at, _, last) = numbers[0], numbers[-1]
    return len(values), min(values), mean, max(values), first, first_at, last, last_at


def leaves(said: object, name: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(said, dict):
        for key, each in said.items():
            yield from leaves(each, f"{name}.{key}".removeprefix("."))
    elif isinstance(said, list):
        for number, each in enumerate(said):
            yield from leaves(each, f"{name}[{number}]")
    elif isinstance(said, float | int) and not isinstance(said, bool):
        yield name, float(said)


LEAF = st.one_of(NUMBERS, st.booleans(), st.none(), st.sampled_from(["on", "21 °C", "", "1-2"]))
OBJECT = st.dictionaries(
    st.sampled_from(["temp", "air", "the room", 'a"b', "ö"]),
    st.one_of(LEAF, st.lists(LEAF, max_size=2), st.dictionaries(st.sampled_from(["x", "y"]), LEAF)),
    max_size=3,
)
AGO = st.one_of(st.just(0.0), st.integers(0, 4 * 3_600).map(float))
SAID = st.tuples(st.just("say"), st.sampled_from(TOPICS), st.one_of(NUMBERS, OBJECT), AGO, st.booleans())
STEPS = st.lists(
    st.one_of(
        SAID,
        SAID,
        SAID,
        st.tuples(st.sampled_from(["roll", "kill", "interrupt"])),
        st.tuples(st.just("purge"), st.sampled_from([0.0, 0.001, 0.01])),
        st.tuples(st.just("clear"), st.sampled_from(TOPICS)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, size=st.integers(1, 5))
def test_rollups_are_what_the_messages_come_to_whatever_the_order_restarts_and_purges(
    steps: list[tuple[Any, ...]], size: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "SLICE", size)
        home = Home(Path(folder) / "bot.db")
        for name, *arguments in steps:
            if name == "say":
                *said, repeated = arguments
                home.say(*said, repeated=repeated)
            else:
                getattr(home, name)(*arguments)
        for rollup in ROLLUPS:
            assert home.found(rollup.table) == home.wanted(rollup.seconds)
        home.connection.close()


# What is asked of them.


async def fill(store: Store, payload: bytes, *days: float) -> None:
    for ago in days:
        said = READINGS.read(message("a", payload, received=T0 - ago * DAY))
        store.history.append(said, Priority.NORMAL)
    await store.settle()


async def test_a_chart_goes_on_where_the_messages_are_gone(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    for ago, text in ((400, b"1"), (90.0, b"2"), (9.05, b"3"), (9.0, b"5"), (0.001, b"4")):
        await fill(store, text, ago)
    assert await purge(store, T0) == 4

    async def chart(days: float, field: str = "") -> tuple[list[float], int]:
        series = await store.history.series("a", field, Span(T0 - days * DAY, T0 + 1), 240)
        return [point.mean for point in series.points], series.each

    assert await chart(0.5) == ([4.0], 0)
    assert await chart(9.5) == ([3.0, 5.0, 4.0], FIVES.seconds)
    assert await chart(100) == ([2.0, 4.0, 4.0], HOURS.seconds)
    assert await chart(1_000) == ([1.0, 2.0, 4.0, 4.0], DAYS.seconds)
    assert await chart(100, "missing") == ([], 0)
    assert await store.history.beginning("a", "") == T0 - 400 * DAY
    assert await store.history.beginning("a", "missing") == T0 - 0.001 * DAY
    assert await store.history.beginning("b", "") == 0.0
    sizes = await store.history.sizes()
    assert sizes.series == 1
    assert T0 - 401 * DAY < sizes.hours < T0 - 399 * DAY
    assert T0 - 10 * DAY < sizes.fives < T0 - 9 * DAY


async def test_a_part_of_an_hour_that_is_over_is_shown_by_the_hour(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    await fill(store, b"7", 90.0, 90 - 600 / DAY)
    await purge(store, T0)
    hour = T0 - 90 * DAY
    series = await store.history.series("a", "", Span(hour + 60, hour + 300), 10)
    assert [(point.mean, point.count, series.each) for point in series.points] == [(7.0, 2, 3_600)]


async def test_a_chart_that_begins_within_an_hour_takes_what_is_finer_than_it(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    await fill(store, b"7", 5.0, 5 - 1_200 / DAY, 4.9)
    await purge(store, T0)
    series = await store.history.series("a", "", Span(T0 - 5 * DAY + 600, T0), 240)
    assert [(point.mean, series.each) for point in series.points] == [(7.0, 300), (7.0, 300)]


async def test_a_field_is_found_as_people_write_it(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    await fill(store, b'{"air": {"Temp": {"value": 20.5, "unit": "C"}}, "the room": [1, {"x": "3.5"}]}', 90.0)
    await purge(store, T0)
    span = Span(T0 - 100 * DAY, T0)
    for field, number in (("air.temp", 20.5), ("air.Temp", 20.5), ('"the room"[1].x', 3.5)):
        series = await store.history.series("a", field, span, 240)
        assert [point.mean for point in series.points] == [number]
        assert number_in(field) is not None


async def test_what_is_not_rolled_up_yet_is_seen_beside_what_is(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    await fill(store, b"2", 90.0)
    await purge(store, T0)
    await fill(store, b"4", 0.5)
    series = await store.history.series("a", "", Span(T0 - 100 * DAY, T0), 240)
    assert [point.mean for point in series.points] == [2.0, 4.0]


async def test_rollups_go_when_they_are_too_old_and_their_series_with_them(
    open_store: Opener, query: Query
) -> None:
    store = open_store(Retention(days=1))
    await fill(store, b"2", 3_700.0)
    await fill(store, b"3", 20.0)
    store.history.append(READINGS.read(message("old", b"1", received=T0 - 3_700 * DAY)), Priority.NORMAL)
    await store.settle()
    await purge(store, T0)
    counts = [query(f"SELECT count(*) FROM {rollup.table}") for rollup in ROLLUPS]  # noqa: S608
    assert counts == [[(0,)], [(1,)], [(1,)]]
    assert query("SELECT topic FROM series JOIN topics ON topics.id = topic_id") == [("a",)]


async def test_made_up_names_do_not_keep_others_out(
    open_store: Opener, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MOST_SERIES", 2)
    monkeypatch.setattr(rollups, "MOST_FIELDS", 1)
    store = open_store(Retention(days=1))
    await fill(store, b'{"x": 1, "y": 2}', 30.0)
    for topic in ("b", "c"):
        store.history.append(READINGS.read(message(topic, b"1", received=T0)), Priority.NORMAL)
    await store.settle()
    await purge(store, T0)
    series = "SELECT topic, field FROM series JOIN topics ON topics.id = topic_id"
    assert query(series) == [("b", "")]
    store.history.append(READINGS.read(message("c", b"1", received=T0)), Priority.NORMAL)
    await store.settle()
    await purge(store, T0)
    assert query(series) == [("b", ""), ("c", "")]


async def test_numbers_without_a_finite_sum_have_a_mean(open_store: Opener) -> None:
    store = open_store(Retention(days=1))
    for text in (b"1e308", b"1.5e308"):
        await fill(store, text, 90.0)
    await purge(store, T0)
    series = await store.history.series("a", "", Span(T0 - 100 * DAY, T0), 240)
    assert [point.mean for point in series.points] == [1.25e308]


def test_what_is_no_json_harms_nothing(path: Path) -> None:
    home = Home(path)
    home.say("home/a", {"x": 1.0}, 0.0)
    for payload in ('{"x": 2', "[1e999]", '{"y": "5\\ud800"}', '{"x\\ud800": 3}', "\0"):
        home.connection.execute("UPDATE messages SET payload = ?, id = id + 1", (payload,))
        home.roll()
    assert home.rollups.rolled() == 6
    home.connection.close()


def test_it_waits_between_slices_and_longer_when_all_is_rolled_up(path: Path) -> None:
    home = Home(path)
    assert home.rollups.seconds == 0.0
    home.say("home/a", 1.0, 0.0)
    home.rollups.step()
    assert 0.0 < home.rollups.seconds <= rollups.PAUSE_SECONDS
    home.rollups.step()
    assert home.rollups.seconds > 0.0
    home.connection.close()


def test_a_slice_is_bounded_by_its_bytes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "SLICE_BYTES", 30)
    home = Home(path)
    for number in range(5):
        home.say("home/a", {"x": float(number)}, 0.0)
    home.roll()
    assert home.rollups.rolled() == 3
    home.connection.close()


@pytest.mark.parametrize(
    ("fullkey", "name"),
    [("$.a.b[0]", "a.b[0]"), ('$."the room".x', "the room.x"), ('$."a\\"b"', 'a"b'), ('$."\\q"', "\\q")],
)
def test_the_name_of_a_field(fullkey: str, name: str) -> None:
    assert rollups.field_name(fullkey) == name
