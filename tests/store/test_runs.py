"""Runs of words: how long something was so, and how often it came, when the messages are gone as well."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
import json
from pathlib import Path
import sqlite3
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest
from store_values import Opener

from custom_components.dinox_mqtt_bot.bot.history.tallies import Tally, Tallying
from custom_components.dinox_mqtt_bot.bot.model.history import ALWAYS, Run, Span
from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.text.durations import DAY
from custom_components.dinox_mqtt_bot.store import rollups, runs, schema
from custom_components.dinox_mqtt_bot.store.keeping import Keeping, Retention, forget, purge_messages
from custom_components.dinox_mqtt_bot.store.past import read_runs
from custom_components.dinox_mqtt_bot.store.rollups import Rollups, purge_rollups
from custom_components.dinox_mqtt_bot.store.schema import open_database
from custom_components.dinox_mqtt_bot.store.table import MessageTable

T0 = 1_999_998_000.0
TOPICS = ("home/a", "home/b")
CUT = "CREATE TEMP TRIGGER cut BEFORE INSERT ON main.meta BEGIN SELECT raise(ABORT, 'cut'); END"

type Said = str | dict[str, Any] | float


class Home:
    """A database whose messages are written, taken, purged and cleared in any order; and all they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = T0
        self.said: list[tuple[str, str, str, float, bool]] = []
        self.open()

    def open(self) -> None:
        self.connection = open_database(self.path)
        self.table = MessageTable(self.connection)
        self.rollups = Rollups(self.connection)

    def kill(self) -> None:
        self.connection.close()
        self.open()

    def say(
        self, topic: str, said: Said, later: float = 7.0, *, late: float = 0.0, retain: bool = False
    ) -> None:
        self.now += later
        plain = isinstance(said, str)
        payload = said if isinstance(said, str) else json.dumps(said)
        value = said if isinstance(said, float) else None
        kind = Kind.TEXT if plain else Kind.NUMBER if isinstance(said, float) else Kind.JSON
        content = topic, self.now - late, kind, payload if plain else "shown", "", value, not plain
        message = Message(topic, payload.encode(), received=self.now, retain=retain)
        self.connection.execute("BEGIN")
        self.table.insert([(message, content, Priority.NORMAL, 0, False, 0)])
        self.connection.execute("COMMIT")
        for field, word in words(said):
            self.said.append((topic, field, word, self.now, not retain))

    def roll(self) -> None:
        next(self.rollups.slices(), None)

    def interrupt(self) -> None:
        """Take words, and lose it with the power."""
        self.connection.execute(CUT)
        with suppress(sqlite3.IntegrityError):
            self.roll()
        self.connection.execute("DROP TRIGGER cut")

    def roll_all(self) -> None:
        for _ in self.rollups.slices():
            pass

    def purge(self, days: float) -> None:
        self.roll_all()
        keeping = Keeping(Retention(days=days))
        for _ in purge_messages(self.connection, keeping, self.now, self.rollups.rolled()):
            pass

    def clear(self, topic: str) -> None:
        for _ in forget(self.connection, topic):
            pass
        self.rollups.forget()
        self.said = [each for each in self.said if each[0] != topic]

    def found(self, topic: str, span: Span = ALWAYS) -> list[Run]:
        self.roll_all()
        return read_runs(self.connection, topic, span)

    def wanted(self, topic: str) -> dict[str, list[tuple[str | None, float, float, int]]]:
        """Return what a person would write down of each field: word, since when, until when, how often."""
        every: dict[str, list[tuple[str | None, float, float, int]]] = {}
        known: dict[str, set[str]] = {}
        for of, field, said, at, fresh in self.said:
            if of != topic:
                continue
            different = known.setdefault(field, set())
            if len(different) < runs.MOST_WORDS:
                different.add(said)
            word = said if said in different else None
            told = every.setdefault(field, [])
            if told and told[-1][0] == word and told[-1][1] // 3600 == at // 3600:
                told[-1] = (word, told[-1][1], at, told[-1][3] + fresh)
            else:
                told.append((word, at, at, int(fresh)))
        return every


def words(said: Said) -> Iterator[tuple[str, str]]:
    """Return what is a word in what was said: the field as SQLite has it, and what says it again."""
    if isinstance(said, str):
        yield "", said
    elif isinstance(said, dict):
        for key, value in said.items():
            if isinstance(value, (str, bool)):
                yield f"$.{key}", json.dumps({key: value}, separators=(",", ":"))


def by_field(found: list[Run]) -> dict[str, list[tuple[str | None, float, float, int]]]:
    told: dict[str, list[tuple[str | None, float, float, int]]] = {}
    for each in found:
        told.setdefault(each.field, []).append((each.payload, each.at, each.last_at, each.count))
    return told


WORDS = st.sampled_from([*"abcdefghijk", "on", ""])
SAID = st.one_of(
    WORDS,
    st.floats(-5, 5),
    st.fixed_dictionaries({"state": WORDS, "contact": st.booleans(), "battery": st.just(87)}),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("say"),
            st.sampled_from(TOPICS),
            SAID,
            st.sampled_from([0.0, 7.0, 1_800.0, DAY]),
            st.sampled_from([0.0, 5_000.0]),
            st.booleans(),
        ),
        st.tuples(st.sampled_from(["roll", "kill", "interrupt", "roll_all"])),
        st.tuples(st.just("purge"), st.sampled_from([0.0, 0.5, 2.0])),
        st.tuples(st.just("clear"), st.sampled_from(TOPICS)),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_runs_are_what_the_messages_say_whatever_the_order_restarts_and_purges(
    steps: list[tuple[object, ...]],
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "SLICE", 3)
        home = Home(Path(folder) / "bot.db")
        for step, *how in steps:
            if step == "say":
                topic, said, later, late, retain = how
                home.say(topic, said, later, late=late, retain=retain)  # type: ignore[arg-type]
            else:
                getattr(home, str(step))(*how)
        for topic in TOPICS:
            assert by_field(home.found(topic)) == home.wanted(topic)
        home.connection.close()


def counted(said: list[tuple[bool, float]], span: Span, now: float) -> Tally | None:
    tallying = Tallying(span, ())
    for so, at in said:
        tallying.take("", so, at)
    return tallying.end(now)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["on", "off", "on", "off", "x"]), st.sampled_from([0.0, 7.0, 1_800.0, DAY])
        ),
        max_size=40,
    ),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.floats(0, 4 * DAY),
    st.floats(1, 4 * DAY),
)
def test_what_is_counted_of_runs_is_what_is_counted_of_messages(
    said: list[tuple[str, float]], days: float, since: float, long: float
) -> None:
    span = Span(T0 + since, T0 + since + long)
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "bot.db")
        for word, later in said:
            home.say("home/a", word, later)
        home.purge(days)
        kept = [(run.payload == "on", run.at) for run in home.found("home/a", span)]
        home.connection.close()
    every = [(word == "on", at) for _, _, word, at, _ in home.said]
    assert counted(kept, span, home.now) == counted(every, span, home.now)


@pytest.fixture
def home(path: Path) -> Iterator[Home]:
    home = Home(path)
    yield home
    home.connection.close()


def test_a_span_has_what_was_said_last_before_it(home: Home) -> None:
    for word in ("on", "off", "on", "off"):
        home.say("home/a", word, DAY)
    home.purge(0.0)
    told = [(each.payload, each.at) for each in home.found("home/a", Span(T0 + 2.5 * DAY, T0 + 4 * DAY))]
    assert told == [("off", T0 + 2 * DAY), ("on", T0 + 3 * DAY)]


def test_what_an_earlier_version_has_stored_is_taken_by_and_by(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:5])
        connection = schema.open_database(path)
    MessageTable(connection).insert(
        [
            (
                Message("home/a", b"on", received=T0 + at),
                ("home/a", T0, Kind.TEXT, "on", "", None, False),
                1,
                0,
                False,
                0,
            )
            for at in range(5)
        ]
    )
    # Its numbers were rolled up already.
    connection.execute("INSERT INTO meta VALUES ('rolled', '5')")
    connection.close()
    monkeypatch.setattr(rollups, "SLICE", 2)
    home = Home(path)
    assert home.rollups.rolled() == 0
    home.roll()
    assert home.rollups.rolled() == 2
    home.kill()
    home.say("home/a", "on", 9.0)
    assert [(each.payload, each.last_at - each.at, each.count) for each in home.found("home/a")] == [
        ("on", 9.0, 6)
    ]
    home.connection.close()


def test_a_clock_that_was_set_back_makes_nothing_earlier(home: Home) -> None:
    home.say("home/a", "on", 100.0)
    home.roll()
    home.say("home/a", "off", -50.0)
    home.roll()
    home.say("home/a", "on", 10.0)
    assert [(each.payload, each.at) for each in home.found("home/a")] == [
        ("on", T0 + 100),
        ("off", T0 + 100),
        ("on", T0 + 100),
    ]


def test_what_is_no_word_is_left_out(home: Home) -> None:
    home.say("home/a", "x" * 41)
    home.say("home/a", "21,5")
    home.say("home/a", {"t": "21.5", "long": "x" * 41, "none": None, "list": ["on", "off"], 'a"b': "c"})
    fields = {each.field: each.payload for each in home.found("home/a")}
    assert set(fields) == {"$.list[0]", "$.list[1]", '$."a\\"b"'}
    assert fields["$.list[0]"] == '{"list":["on"]}'


def test_made_up_names_are_bounded_and_go_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_FIELDS", 2)
    monkeypatch.setattr(runs, "MOST_SERIES", 3)
    monkeypatch.setattr(rollups, "MOST_SERIES", 3)
    home.say("home/a", {"x": "1a", "y": "1a", "z": "1a"})
    home.say("home/b", "on")
    home.say("home/c", "on")
    assert {each.field for each in home.found("home/a")} == {"$.x", "$.y"}
    assert (len(home.found("home/b")), len(home.found("home/c"))) == (1, 0)
    for _ in purge_rollups(home.connection, T0 + 15 * DAY):
        pass
    home.rollups.forget()
    assert home.found("home/a") == []
    home.say("home/c", "on")
    assert len(home.found("home/c")) == 1


def test_old_and_too_many_runs_go(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("on", "off", "on", "off"):
        home.say("home/a", word, DAY)
    home.roll_all()
    for _ in purge_rollups(home.connection, T0 + 1.5 * DAY + 3_653 * DAY):
        pass
    assert len(home.found("home/a")) == 3
    monkeypatch.setattr(runs, "MOST_RUNS", 2)
    for _ in purge_rollups(home.connection, T0):
        pass
    assert len(home.found("home/a")) == 2


async def test_the_history_tells_them(open_store: Opener) -> None:
    store = open_store()
    assert await store.history.runs("home/a", ALWAYS) == []
    await asyncio.to_thread(store.close)
