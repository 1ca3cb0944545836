"""What the numbers of each topic and field came to, in 5 minutes, an hour and a day: kept when messages go.

Each message is rolled up once, in the order of ids; `meta.rolled` is the last that was, in the same
transaction. So nothing is counted twice or left out, whenever a run is killed, and no message is read again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import json
from math import inf, isfinite
import re
import sqlite3
import time

from ..bot.text.durations import DAY
from .runs import Runs, drop_runs, drop_series
from .schema import transaction

ROLL_SECONDS = 300.0
"""So long new messages may wait to be rolled up: each time, what is current of each series is written."""

PAUSE_SECONDS = 0.05
"""Between two slices, so that what comes in goes first."""

SLICE = 200
SLICE_BYTES = 64 * 1024
"""Messages of a slice, and bytes of JSON: both bound how long the writer is held."""

MOST_FIELDS = 32
MOST_SERIES = 5_000
"""Fields of a topic, and series of all topics: what comes beyond is charted from the messages alone."""

HELD_SECONDS = 0.01
"""A slice of a purge ends when it has taken so long."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table of rollups: seconds that a row stands for, and days that it is kept."""

    table: str
    seconds: int
    days: float


FIVES = Rollup("rollups_fives", 300, 14.0)
HOURS = Rollup("rollups_hours", 3_600, 3_653.0)
DAYS = Rollup("rollups_days", 86_400, 3_653.0)
ROLLUPS = (FIVES, HOURS, DAYS)
"""Days are of UTC: they serve for charts of years, which hours would make slow."""

ROLLED = "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'rolled'), 0)"
NOTE_ROLLED = "INSERT OR REPLACE INTO meta (key, value) VALUES ('rolled', ?)"
NEXT = "SELECT id, ifnull(length(payload), 0) FROM messages WHERE id > ? ORDER BY id LIMIT ?"

# A text is a number if it is one all through: what has a unit or a comma is charted from the messages.
_DIGITS = r"""
atom GLOB '*[0-9]' AND atom NOT GLOB '*[^0-9.-]*' AND atom NOT GLOB '*.*.*' AND atom NOT GLOB '?*-*'
AND atom NOT GLOB '.*' AND atom NOT GLOB '-.*' AND atom NOT GLOB '0[0-9]*' AND atom NOT GLOB '-0[0-9]*'
AND length(atom) <= 15
"""
# SQLite does it all without the interpreter's lock. A field is `fullkey` of json_tree, empty for a topic's
# own number. json_tree must never see what is no JSON: a statement that fails counts as damage.
GATHER = f"""
WITH batch AS MATERIALIZED (
    SELECT id, topic_id, time, value, payload FROM messages WHERE id > :after AND id <= :last AND NOT repeated
),
leaves AS (
    SELECT batch.id, topic_id, fullkey AS field, time, CAST(atom AS REAL) AS number
    FROM batch, json_tree(CASE WHEN json_valid(payload) THEN payload END)
    WHERE fullkey != '$' AND (type IN ('integer', 'real') OR (type = 'text' AND {_DIGITS}))
    UNION ALL SELECT id, topic_id, '', time, value FROM batch WHERE value IS NOT NULL
),
numbers AS (
    SELECT *, floor(time / {FIVES.seconds}) * {FIVES.seconds} AS since FROM leaves
    WHERE number BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
),
ranked AS (
    SELECT *, row_number() OVER (part ORDER BY time, id) AS nth,
        row_number() OVER (part ORDER BY time DESC, id DESC) AS nth_last
    FROM numbers WINDOW part AS (PARTITION BY topic_id, field, since)
)
SELECT topic_id, field, since, count(*), min(number), avg(number), max(number),
    max(number) FILTER (WHERE nth = 1), min(time), max(number) FILTER (WHERE nth_last = 1), max(time)
FROM ranked GROUP BY topic_id, field, since ORDER BY topic_id, min(id), since
"""  # noqa: S608

MERGE = """
INSERT INTO {table} (since, series, count, low, mean, high, first, first_at, last, last_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (since, series) DO UPDATE SET
    count = count + excluded.count,
    low = min(low, excluded.low),
    mean = mean * (1.0 * count / (count + excluded.count))
        + excluded.mean * (1.0 * excluded.count / (count + excluded.count)),
    high = max(high, excluded.high),
    first = iif(excluded.first_at < first_at, excluded.first, first),
    first_at = min(first_at, excluded.first_at),
    last = iif(excluded.last_at >= last_at, excluded.last, last),
    last_at = max(last_at, excluded.last_at)
"""

SEEN = "UPDATE series SET last_at = max(last_at, ?) WHERE id = ?"
OLDEST = "SELECT min(since) FROM {table} WHERE since > ?"

_STEP = re.compile(r'\[(?P<index>[0-9]+)\]|\.(?P<quoted>"(?:[^"\\]|\\.)*")|\.(?P<bare>[^.\[]+)')

type _Row = tuple[int, int, int, float, float, float, float, float, float, float]
"""As in the tables."""


class Rollups:
    """Rolls messages up, a slice at a time. To be used in the writer thread only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._runs = Runs(connection)
        self._series: dict[tuple[int, str], int] | None = None
        self._fields: dict[int, int] = {}
        self._next = 0.0
        self._behind = True

    @property
    def seconds(self) -> float:
        """Until there is something to do."""
        return max(0.0, self._next - time.monotonic()) if self._behind else inf

    def added(self) -> None:
        """Take note that there are new messages."""
        self._behind = True

    def forget(self) -> None:
        """Know no series any more: a transaction failed, or some were deleted."""
        self._series = None
        self._runs.forget()

    def step(self) -> None:
        """Roll up a slice, if it is time."""
        if self.seconds > 0.0:
            return
        self._behind = bool(self._roll())
        self._next = time.monotonic() + (PAUSE_SECONDS if self._behind else ROLL_SECONDS)

    def slices(self) -> Iterator[int]:
        """Roll up all there is, a slice for each step: nothing may be purged before."""
        while self._roll():
            yield 0

    def rolled(self) -> int:
        """Return the id of the last message that was rolled up, its numbers and its words."""
        return min(self._rolled(), self._runs.taken())

    def _rolled(self) -> int:
        return int(self._connection.execute(ROLLED).fetchone()[0])

    def _roll(self) -> int:
        """Roll up the next messages; return how many there were."""
        try:
            with transaction(self._connection):
                return self._roll_next()
        except BaseException:
            self.forget()
            raise

    def _roll_next(self) -> int:
        # Words were not taken from the first: those of older messages are behind.
        after, taken = self._rolled(), self._runs.taken()
        numbers = self._next_of(after)
        words = numbers if taken == after else self._next_of(taken)
        if words:
            self._runs.take(taken, words[-1])
        if numbers:
            self._roll_numbers(after, numbers[-1])
        return max(len(numbers), len(words))

    def _next_of(self, after: int) -> list[int]:
        """Return the ids of the messages of a slice."""
        ids, size = list[int](), 0
        for number, length in self._connection.execute(NEXT, (after, SLICE)):
            size += length
            if ids and size > SLICE_BYTES:
                break
            ids.append(number)
        return ids

    def _roll_numbers(self, after: int, last: int) -> None:
        found = self._connection.execute(GATHER, {"after": after, "last": last}).fetchall()
        rows = [row for each in found if (row := self._row(*each)) is not None]
        for rollup in ROLLUPS:
            merged = ((row[0] // rollup.seconds * rollup.seconds, *row[1:]) for row in rows)
            self._connection.executemany(MERGE.format(table=rollup.table), merged)
        self._connection.executemany(SEEN, [(row[-1], row[1]) for row in rows])
        self._connection.execute(NOTE_ROLLED, (str(last),))

    def _row(self, topic: int, field: str, since: float, count: int, *numbers: float) -> _Row | None:
        series = self._series_of(topic, field)
        if series is None:
            return None
        low, mean, high, first, first_at, last, last_at = numbers
        # The sum of huge numbers is infinite or none at all, their mean is not.
        if mean is None or not isfinite(mean):
            mean = low / 2 + high / 2
        return int(since), series, count, low, mean, high, first, first_at, last, last_at

    def _series_of(self, topic: int, field: str) -> int | None:
        """Return the id of a series, a new one while there is room."""
        if self._series is None:
            self._load()
        assert self._series is not None
        found = self._series.get((topic, field))
        if found is not None:
            return found
        if self._fields.get(topic, 0) >= MOST_FIELDS or len(self._series) >= MOST_SERIES:
            return None
        insert = "INSERT INTO series (topic_id, field, last_at) VALUES (?, ?, 0)"
        new = self._connection.execute(insert, (topic, field)).lastrowid
        assert new is not None
        self._series[topic, field] = new
        self._fields[topic] = self._fields.get(topic, 0) + 1
        return new

    def _load(self) -> None:
        self._series, self._fields = {}, {}
        for number, topic, field in self._connection.execute("SELECT id, topic_id, field FROM series"):
            self._series[topic, field] = number
            self._fields[topic] = self._fields.get(topic, 0) + 1


def field_name(fullkey: str) -> str:
    """Return the key of a JSON leaf as people name it: `$.air."the temp"[0]` is `air.the temp[0]`."""
    steps = []
    for found in _STEP.finditer(fullkey.removeprefix("$")):
        if found["index"] is not None:
            steps.append(f"[{found['index']}]")
        else:
            steps.append(f".{found['bare'] or _unquoted(found['quoted'])}")
    return "".join(steps).removeprefix(".")


def _unquoted(key: str) -> str:
    try:
        return str(json.loads(key))
    except ValueError:
        return key[1:-1]


def purge_rollups(connection: sqlite3.Connection, now: float) -> Iterator[int]:
    """Delete in slices the rollups that are too old, and the series that have none left."""
    for rollup in ROLLUPS:
        yield from _delete(connection, rollup, now - rollup.days * DAY)
    limit = now - HOURS.days * DAY
    if connection.execute("SELECT count(*) FROM series").fetchone()[0] >= MOST_SERIES:
        # Whoever makes names up must not keep others out for ten years.
        limit = now - FIVES.days * DAY
    with transaction(connection):
        connection.execute("DELETE FROM series WHERE last_at < ?", (limit,))
    yield 0
    yield from _drop(connection, lambda: drop_runs(connection, now - HOURS.days * DAY))
    full = connection.execute("SELECT count(*) FROM word_series").fetchone()[0] >= MOST_SERIES
    limit = now - (FIVES if full else HOURS).days * DAY
    yield from _drop(connection, lambda: drop_series(connection, limit))


def forget_rollups(connection: sqlite3.Connection, topic_id: int) -> Iterator[int]:
    """Delete in slices what is left of a topic's numbers."""
    of_topic = f"AND series IN (SELECT id FROM series WHERE topic_id = {topic_id:d})"  # noqa: S608
    for rollup in ROLLUPS:
        yield from _delete(connection, rollup, inf, of_topic)
    with transaction(connection):
        connection.execute("DELETE FROM series WHERE topic_id = ?", (topic_id,))
    yield from _drop(connection, lambda: drop_series(connection, inf, topic_id))


def _drop(connection: sqlite3.Connection, drop: Callable[[], int]) -> Iterator[int]:
    """Drop slice by slice until there is nothing left; see `_delete`."""
    removed = 1
    while removed:
        with transaction(connection):
            removed = drop()
        yield 0


def _delete(
    connection: sqlite3.Connection, rollup: Rollup, limit: float, condition: str = ""
) -> Iterator[int]:
    """Delete the rows before a time. None of them counts: what a purge tells is the number of messages."""
    oldest = OLDEST.format(table=rollup.table)
    statement = f"DELETE FROM {rollup.table} WHERE since = ? {condition}"  # noqa: S608
    (since,) = connection.execute(oldest, (-inf,)).fetchone()
    while since is not None and since < limit:
        began = time.monotonic()
        with transaction(connection):
            while since is not None and since < limit and time.monotonic() - began < HELD_SECONDS:
                connection.execute(statement, (since,))
                (since,) = connection.execute(oldest, (since,)).fetchone()
        yield 0
