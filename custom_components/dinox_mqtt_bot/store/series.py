"""Numbers over time, from the finest there is for a span: the messages, 5 minutes, hours, days."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from math import floor, inf, isfinite
import sqlite3

from ..bot.model.history import Point, Series, Span
from .archive import WITHIN, bounds
from .damage import built, checked
from .rollups import DAYS, FIVES, HOURS, ROLLED, ROLLUPS, Rollup, field_name

type NumberOf = Callable[[str], float | None]
"""Returns the number of a field in a payload's text, None if there is none."""
type NumberIn = Callable[[str], NumberOf | None]
"""Returns what finds the number of this field; None for a topic's own."""

MOST_MESSAGES = 2_000
"""Messages that are looked through where 5 minutes are as good."""

# Materialized: the number of a field is looked up once a row, not once for each time it is named.
_NUMBERS = f"""
WITH numbers AS MATERIALIZED (
    SELECT id, time, {{number}} AS number FROM messages WHERE topic_id = :topic AND {WITHIN} AND NOT repeated
)
"""  # noqa: S608
SERIES = f"""
{_NUMBERS}
SELECT avg(time), min(number), avg(number), max(number), count(*) FROM numbers WHERE number IS NOT NULL
GROUP BY CAST((time - :since) / :width AS INTEGER) ORDER BY 1
"""  # noqa: S608
NEWEST = f"""
SELECT time, number, number, number, 1 FROM (
    SELECT id, time, {{number}} AS number FROM messages
    WHERE topic_id = :topic AND {WITHIN} AND NOT repeated AND number IS NOT NULL
    ORDER BY id DESC LIMIT :limit
) ORDER BY id
"""  # noqa: S608
# What is rolled up, and the messages that are not yet.
# By time first (see `schema`): the rows of a series are looked up one by one.
_BUCKETS = """
WITH RECURSIVE buckets (since) AS (
    SELECT max(:from, ifnull((SELECT min(since) FROM {table}), :from)) UNION ALL
    SELECT since + :seconds FROM buckets
    WHERE since + :seconds < :until AND since + :seconds <= (SELECT max(since) FROM {table})
)
"""
_ROWS = "FROM buckets CROSS JOIN {table} AS rows ON rows.since = buckets.since AND series = :series"
ROLLED_SERIES = f"""
{_BUCKETS},
numbers AS MATERIALIZED (
    SELECT time, {{number}} AS number FROM messages
    WHERE topic_id = :topic AND id > max(:after, ({ROLLED}))
        AND time >= :from AND time < :until AND NOT repeated
),
parts AS (
    SELECT (first_at + last_at) / 2 AS at, low, mean, high, count {_ROWS}
    UNION ALL SELECT time, number, number, number, 1 FROM numbers WHERE number IS NOT NULL
)
SELECT max(sum(at * count) / sum(count), :since),
    min(low), sum(mean * count) / sum(count), max(high), sum(count)
FROM parts GROUP BY CAST((max(at, :since) - :since) / :width AS INTEGER) ORDER BY 1
"""  # noqa: S608
_OWN = "value"
_FIELD = "amount(ifnull(payload, text))"

OLDEST_MESSAGE = f"""
SELECT min(time), count(*) FROM (
    SELECT time FROM messages WHERE topic_id = :topic AND {WITHIN} ORDER BY id LIMIT :most
)
"""  # noqa: S608
OLDEST_ROW = f"{_BUCKETS} SELECT first_at {_ROWS} WHERE first_at >= :since ORDER BY buckets.since LIMIT 1"


def read_series(
    connection: sqlite3.Connection,
    topic: str,
    field: str,
    span: Span,
    *,
    number: NumberOf | None,
    buckets: int,
) -> Series:
    """Return the numbers of a topic, those of each part of the span together."""
    with _snapshot(connection):
        found = _topic(connection, topic)
        if found is None:
            return Series()
        parameters = bounds(connection, span) | {"width": (span.until - span.since) / buckets, "topic": found}
        series = _series_of(connection, found, field)
        if series is None:
            return Series(_points(connection, SERIES, number, parameters))
        parameters |= {"series": series, "most": MOST_MESSAGES + 1}
        chosen = _finest(connection, parameters)
        # A part of an hour that is over is in the hour alone.
        for rollup in (chosen, *(each for each in ROLLUPS if each != chosen)):
            if rollup is None:
                points, each = _points(connection, SERIES, number, parameters), 0
            else:
                statement = ROLLED_SERIES.replace("{table}", rollup.table)
                rows = parameters | _from(rollup, span.since)
                points, each = _points(connection, statement, number, rows), rollup.seconds
            if points:
                return Series(points, each)
        return Series()


def _finest(connection: sqlite3.Connection, parameters: dict[str, float]) -> Rollup | None:
    """Return the finest that is needed for parts so wide and that has the oldest of them; None: messages."""

    def oldest(rollup: Rollup) -> float | None:
        return _oldest(connection, rollup, parameters)

    coarse = HOURS if parameters["width"] < DAYS.seconds else DAYS
    first = oldest(coarse)
    if first is None:
        return None
    at, count = connection.execute(OLDEST_MESSAGE, parameters).fetchone()
    few = count <= MOST_MESSAGES or parameters["width"] < FIVES.seconds
    if few and at is not None and at <= first:
        return None
    if parameters["width"] < HOURS.seconds and (finer := oldest(FIVES)) is not None and finer <= first:
        return FIVES
    return coarse


def _from(rollup: Rollup, since: float) -> dict[str, float]:
    return {"from": floor(since / rollup.seconds) * rollup.seconds, "seconds": rollup.seconds}


def _oldest(connection: sqlite3.Connection, rollup: Rollup, parameters: dict[str, float]) -> float | None:
    """Return the first time in the rows that begin within a span."""
    statement = OLDEST_ROW.format(table=rollup.table)
    found = connection.execute(statement, parameters | _from(rollup, parameters["since"])).fetchone()
    return None if found is None else float(checked(found[0], float, int))


def read_beginning(connection: sqlite3.Connection, topic: str, field: str) -> float:
    """Return when the numbers of a topic begin, wherever they are kept; 0 where there are none."""
    found = _topic(connection, topic)
    if found is None:
        return 0.0
    series = _series_of(connection, found, field)
    first = None
    if series is not None:
        first = _oldest(connection, DAYS, {"series": series, "since": 0.0, "until": inf})
    oldest = connection.execute("SELECT min(time) FROM messages WHERE topic_id = ?", (found,)).fetchone()[0]
    return min(
        (float(checked(each, float, int)) for each in (first, oldest) if each is not None), default=0.0
    )


def read_numbers(
    connection: sqlite3.Connection, topic: str, number: NumberOf | None, limit: int
) -> list[Point]:
    """Return the newest numbers of a topic, each by itself."""
    found = _topic(connection, topic)
    if found is None:
        return []
    parameters = bounds(connection, Span()) | {"limit": limit, "topic": found}
    return list(_points(connection, NEWEST, number, parameters))


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all statements inside see the file as it was at one moment: a purge may be under way."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _topic(connection: sqlite3.Connection, topic: str) -> int | None:
    found = connection.execute("SELECT id FROM topics WHERE topic = ?", (topic,)).fetchone()
    return None if found is None else int(found[0])


def _series_of(connection: sqlite3.Connection, topic: int, field: str) -> int | None:
    """Return the series of a field as `number_in` finds it: first by its exact name, then by any case."""
    statement = "SELECT id, field FROM series WHERE topic_id = ? ORDER BY id"
    stored = connection.execute(statement, (topic,)).fetchall()
    if not field:
        return next((number for number, each in stored if not each), None)
    names = [(number, field_name(checked(each, str))) for number, each in stored if each]
    wanted = field.replace('"', "").replace("'", "")
    folded = wanted.casefold()
    exact = (number for number, name in names if name in {wanted, f"{wanted}.value"})
    near = (number for number, name in names if name.casefold() in {folded, f"{folded}.value"})
    return next(chain(exact, near), None)


def _points(
    connection: sqlite3.Connection, statement: str, number: NumberOf | None, parameters: dict[str, float]
) -> tuple[Point, ...]:
    if number is not None:
        connection.create_function("amount", 1, number)
    rows = connection.execute(statement.replace("{number}", _OWN if number is None else _FIELD), parameters)
    return tuple(
        # The sum of huge numbers is infinite, their mean is not.
        built(Point, time, low, mean if isfinite(mean) else low / 2 + high / 2, high, count)
        for time, low, mean, high, count in rows
    )
