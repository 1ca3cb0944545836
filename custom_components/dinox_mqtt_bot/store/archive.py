"""What is asked of the messages table as a whole: pages, numbers over time, statistics, exports."""

from heapq import heappush, heappushpop
import json
import sqlite3
from typing import Any

from ..bot.model.history import ALWAYS, Entry, Row, Span, Statistics, TopicRow
from ..bot.model.rules import Priority
from ..bot.model.topics import matches
from .damage import built, checked
from .past import FEW_TOPICS, before, topics_of
from .table import HEARD, LAST_TEXT_CHARACTERS

# Of redelivered messages the first row counts. `time` is as people see it, and never after `received`.
WITHIN = "id > :after AND time >= :since AND time < :until"

# The newest rows of each topic hold the newest rows of all of them. One indexed query a topic.
PAGE = f"""
SELECT topics.topic, messages.name, text, time, retain, repeated, priority
FROM json_each(:topics) AS wanted
JOIN messages ON messages.id IN (
    SELECT id FROM messages AS newest WHERE topic_id = wanted.value AND {WITHIN} ORDER BY id DESC LIMIT :most
)
JOIN topics ON topics.id = topic_id
ORDER BY messages.id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608
# `{sign}` is `+` where so many topics match that reading the table along is quicker than the index.
_MATCHING = f"FROM messages WHERE {WITHIN} AND {{sign}}topic_id IN (SELECT value FROM json_each(:topics))"  # noqa: S608
_ONCE = "FILTER (WHERE NOT repeated)"
TOTALS = "SELECT count(*), count(DISTINCT topic_id), min(topic_id), min(time), max(time)"
TOTALS_OF_ALL = f"{TOTALS} FROM messages WHERE {WITHIN}"
TOTALS_OF_SOME = f"{TOTALS} {_MATCHING}"
STATISTICS = f"""
SELECT count(*), count(DISTINCT topic_id), min(time), max(time),
    count(value) {_ONCE}, min(value) {_ONCE}, avg(value) {_ONCE}, max(value) {_ONCE}
{_MATCHING}
"""
VALUE_AT = f"SELECT max(time) {_MATCHING} AND value = :value"
_ENTRY = """
SELECT messages.id, topic, messages.name, text, messages.value, ifnull(payload, text), time, qos, retain,
    repeated, priority
"""
EXPORT_FEW = f"""
{_ENTRY} FROM json_each(:topics) AS wanted
JOIN messages ON messages.id IN (
    SELECT id FROM messages AS oldest WHERE topic_id = wanted.value AND {WITHIN} ORDER BY id LIMIT :limit
)
JOIN topics ON topics.id = topic_id
ORDER BY messages.id LIMIT :limit
"""  # noqa: S608
EXPORT_MANY = f"""
{_ENTRY} FROM messages CROSS JOIN topics ON topics.id = topic_id
WHERE messages.{WITHIN} AND +topic_id IN (SELECT value FROM json_each(:topics))
ORDER BY messages.id LIMIT :limit
"""  # noqa: S608

WAITING = f"""
SELECT topic, max(number) FROM untold JOIN topics ON topics.id = topic_id WHERE {HEARD} GROUP BY topic_id
"""  # noqa: S608

WAITS = """
SELECT max(
    ifnull((SELECT max(number) FROM untold), 0),
    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'waits'), 0)
)
"""

UNTOLD = f"""
SELECT topic, messages.name, number, first, received, substr(text, 1, ?)
FROM (
    SELECT count(*) AS number, min(received) AS first, min(messages.id) AS oldest, max(messages.id) AS newest
    FROM untold
    JOIN messages ON messages.topic_id = untold.topic_id AND messages.untold = untold.number
    GROUP BY untold.topic_id
)
JOIN messages ON messages.id = newest
JOIN topics ON topics.id = topic_id WHERE {HEARD}
ORDER BY oldest LIMIT ?
"""  # noqa: S608


def read_page(
    connection: sqlite3.Connection, topic_filter: str, limit: int, span: Span, offset: int
) -> list[Row]:
    """Return the newest rows of a span, `offset` newer ones left out, oldest first."""
    most = limit + offset
    if span == ALWAYS:
        topics = _newest(connection, topic_filter, max(most, 1))
    else:
        topics = _matching(connection, topic_filter)
    parameters = bounds(connection, span) | {
        "topics": json.dumps(topics),
        "most": most,
        "limit": limit,
        "offset": offset,
    }
    return [
        built(Row, topic, name, text, time, bool(retain), bool(repeated), Priority(priority))
        for topic, name, text, time, retain, repeated, priority in reversed(
            connection.execute(PAGE, parameters).fetchall()
        )
    ]


def _newest(connection: sqlite3.Connection, topic_filter: str, most: int) -> list[int]:
    """Return topics that hold the newest `most` messages.

    `last_message` is the newest that a topic had: the rows may be gone, by a clear or by their age.
    """
    topics: list[int] = []
    newest: list[int] = []
    by_rank = "SELECT id, topic, last_message FROM topics ORDER BY last_message DESC"
    for number, topic, last in connection.execute(by_rank):
        if len(newest) == most and newest[0] > last:
            break
        if not matches(topic_filter, checked(topic, str)):
            continue
        found = connection.execute("SELECT max(id) FROM messages WHERE topic_id = ?", (number,)).fetchone()[0]
        if found is not None:
            topics.append(number)
            (heappush if len(newest) < most else heappushpop)(newest, found)
    return topics


def read_statistics(connection: sqlite3.Connection, topic_filter: str, span: Span) -> Statistics:
    """Return what the messages of a filter in a span come to, their numbers if they are all on one topic."""
    every = list(topics_of(connection))
    topics = [number for number, topic in every if matches(topic_filter, topic)]
    within = bounds(connection, span)
    if len(topics) > 1:
        sign = "" if len(topics) <= FEW_TOPICS else "+"
        statement = TOTALS_OF_ALL if len(topics) == len(every) else TOTALS_OF_SOME.format(sign=sign)
        parameters = within | {"topics": json.dumps(topics)}
        messages, number, only, first, last = connection.execute(statement, parameters).fetchone()
        if number != 1:
            return built(Statistics, messages, number, first or 0.0, last or 0.0)
        topics = [only]
    return _statistics_of(connection, within | {"topics": json.dumps(topics)})


def _statistics_of(connection: sqlite3.Connection, parameters: dict[str, Any]) -> Statistics:
    """Return what the messages of one topic come to."""
    statement = STATISTICS.format(sign="")
    messages, number, first, last, *found = connection.execute(statement, parameters).fetchone()
    numbers, low, mean, high = found

    def value_at(value: float | None) -> float:
        if value is None:
            return 0.0
        row = connection.execute(VALUE_AT.format(sign=""), {**parameters, "value": value}).fetchone()
        return float(row[0])

    times = first or 0.0, last or 0.0
    return built(
        Statistics, messages, number, *times, numbers, low, value_at(low), mean, high, value_at(high)
    )


def read_export(
    connection: sqlite3.Connection, topic_filter: str, span: Span, after: int, limit: int
) -> list[Entry]:
    """Return the oldest messages of a span whose id is above `after`."""
    topics = _matching(connection, topic_filter)
    within = bounds(connection, span)
    parameters = within | {"topics": json.dumps(topics), "after": max(after, within["after"]), "limit": limit}
    rows = connection.execute(EXPORT_FEW if len(topics) <= FEW_TOPICS else EXPORT_MANY, parameters)
    return [_entry(*row) for row in rows]


def _entry(number: int, *stored: Any) -> Entry:
    topic, name, text, value, payload, time, qos, retain, repeated, priority = stored
    flags = bool(retain), bool(repeated), Priority(priority)
    return built(Entry, number, topic, name, text, value, payload, time, qos, *flags)


def _matching(connection: sqlite3.Connection, topic_filter: str) -> list[int]:
    return [number for number, topic in topics_of(connection) if matches(topic_filter, topic)]


def bounds(connection: sqlite3.Connection, span: Span) -> dict[str, float]:
    """Return the parameters of `WITHIN`."""
    after = before(connection, span.since) if span.since else 0
    return {"after": after, "since": span.since, "until": span.until}


def read_topics(connection: sqlite3.Connection, topic_filter: str, limit: int) -> list[TopicRow]:
    """Return the first topics that match, by name."""
    found: list[TopicRow] = []
    statement = "SELECT topic, name, count, first_seen, last_seen, last_text FROM topics ORDER BY topic"
    for row in connection.execute(statement):
        if len(found) == limit:
            break
        if matches(topic_filter, checked(row[0], str)):
            found.append(built(TopicRow, *row))
    return found


def read_untold(connection: sqlite3.Connection, most: int) -> list[TopicRow]:
    """Return what each topic has that was not told, the longest waiting first."""
    rows = connection.execute(UNTOLD, (LAST_TEXT_CHARACTERS, most)).fetchall()
    return [built(TopicRow, *row) for row in rows]


def read_waiting(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the topics that have something to be told, with the number of its wait."""
    return {checked(topic, str): checked(number, int) for topic, number in connection.execute(WAITING)}


def read_waits(connection: sqlite3.Connection) -> int:
    """Return the highest number of a wait that was ever used."""
    return int(checked(connection.execute(WAITS).fetchone()[0], int))
