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

from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message
from custom_components.dinox_mqtt_bot.store import rollups
from custom_components.dinox_mqtt_bot.store.keeping import Keeping, Retention, forget, purge_messages
from custom_components.dinox_mqtt_bot.store.rollups import FIVES, HOURS, Rollups
from custom_components.dinox_mqtt_bot.store.schema import open_database
from custom_components.dinox_mqtt_bot.store.table import MessageTable

T0 = 1_700_000_400.0
NUMBERS = st.integers(-4_000, 4_000).map(lambda quarters: quarters / 4)
TOPICS = ("home/a", "home/b")

CUT = "CREATE TEMP TRIGGER cut BEFORE INSERT ON main.meta BEGIN SELECT raise(ABORT, 'cut'); END"

type Number = tuple[float, int, float]
"""When, in which order, and it."""


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "PURGE_SLICE", 2)


class Home:
    """A database whose messages are written, rolled up, purged and cleared in any order; and what was said."""

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
            (topic, rollups.field_name(field), since): tuple(rest) for topic, field, _, since, *rest in rows
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


@settings(max_examples=150, deadline=None)
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
        for rollup in (FIVES, HOURS):
            assert home.found(rollup.table) == home.wanted(rollup.seconds)
        home.connection.close()
