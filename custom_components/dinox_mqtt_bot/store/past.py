"""Stored messages in their order, to be read again."""

from collections.abc import Iterator
import json
import sqlite3

from ..bot.model.history import ListeningSince, Past, Run, Span
from ..bot.model.status import STOPPED, Phase
from ..bot.model.topics import matches
from .damage import built, checked

# Up to so many topics each one's messages are found by the index; else the table is read along.
FEW_TOPICS = 20

MOST_RUNS = 100_000

OF_FEW = """
SELECT messages.id, topic, ifnull(payload, text), received, retain, kind
FROM json_each(:topics) AS wanted
JOIN messages ON messages.id IN (
    SELECT id FROM messages AS oldest
    WHERE topic_id = wanted.value AND id > :after AND received >= :since AND NOT repeated
    ORDER BY id LIMIT :limit
)
JOIN topics ON topics.id = topic_id
ORDER BY messages.id LIMIT :limit
"""
# The sign keeps the planner from the index: sorting it all would make each page as dear as all of them.
OF_MANY = """
SELECT messages.id, topic, ifnull(payload, text), received, retain, kind
FROM messages CROSS JOIN topics ON topics.id = topic_id
WHERE messages.id > :after AND received >= :since AND NOT repeated
    AND +topic_id IN (SELECT value FROM json_each(:topics))
ORDER BY messages.id LIMIT :limit
"""
LISTENING = """
SELECT at, phase, reason FROM connection_log WHERE link = 'broker' AND id >= ifnull(
    (SELECT max(id) FROM connection_log WHERE link = 'broker' AND at < :since), 0
) ORDER BY id
"""

# What was the last word before a time, and all since.
RUNS = """
SELECT field, words.word, runs.at, runs.last_at, runs.count
FROM word_series AS series JOIN topics ON topics.id = topic_id
JOIN runs ON runs.series = series.id AND runs.id >= ifnull(
    (SELECT max(id) FROM runs AS earlier WHERE earlier.series = series.id AND at < :since), 0
)
LEFT JOIN words ON words.series = series.id AND words.number = runs.word
WHERE topic = :topic AND at < :until ORDER BY runs.id LIMIT :limit
"""


def read_past(
    connection: sqlite3.Connection, topic_filter: str, since: float, after: int, limit: int
) -> list[Past]:
    """Return the oldest messages received since a Unix time, of topics that match, with ids above `after`.

    What came in again is left out: it was judged, told and carried the first time.
    """
    topics = [number for number, topic in topics_of(connection) if matches(topic_filter, topic)]
    parameters = {
        "topics": json.dumps(topics),
        "after": max(after, before(connection, since)),
        "since": since,
        "limit": limit,
    }
    rows = connection.execute(OF_FEW if len(topics) <= FEW_TOPICS else OF_MANY, parameters)
    return [
        built(Past, number, topic, payload, time, bool(retain), kind)
        for number, topic, payload, time, retain, kind in rows
    ]


def read_listening(connection: sqlite3.Connection, since: float) -> list[ListeningSince]:
    """Return how the broker came and went since a Unix time, after how it was then."""
    rows = connection.execute(LISTENING, {"since": since})
    return [
        built(ListeningSince, at, phase == Phase.ONLINE, reason != STOPPED.reason)
        for at, phase, reason in rows
    ]


def read_runs(connection: sqlite3.Connection, topic: str, span: Span) -> list[Run]:
    """Return the words that a topic said within a span, after the last one before of each field, in order."""
    rows = connection.execute(
        RUNS, {"topic": topic, "since": span.since, "until": span.until, "limit": MOST_RUNS}
    ).fetchall()
    payloads = {(field, word): _payload(connection, field, word) for field, word, *_ in rows}
    return [built(Run, topic, payloads[field, word], field, *rest) for field, word, *rest in rows]


def _payload(connection: sqlite3.Connection, field: str, word: str | None) -> str | None:
    """Return what says a word and nothing else: in JSON, where it was in that."""
    if word is None or not field:
        return word
    try:
        (made,) = connection.execute("SELECT json_set('{}', ?, json(?))", (field, word)).fetchone()
    except sqlite3.OperationalError:
        # A key that no path can name.
        return None
    return str(made)


def topics_of(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield the id of each topic, and the topic."""
    for number, topic in connection.execute("SELECT id, topic FROM topics ORDER BY id"):
        yield number, checked(topic, str)


def before(connection: sqlite3.Connection, since: float) -> int:
    """Return an id before which all is older: ids rise with time, but where the clock was set back."""
    # Two queries in one: SQLite looks only one aggregate at a time up in an index.
    ends = "SELECT ifnull((SELECT min(id) FROM messages), 0), ifnull((SELECT max(id) FROM messages), 0) + 1"
    low, high = connection.execute(ends).fetchone()
    statement = "SELECT id, received FROM messages WHERE id >= ? ORDER BY id LIMIT 1"
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(statement, (middle,)).fetchone()
        if found and checked(found[1], float, int) < since:
            low = found[0] + 1
        else:
            high = middle
    return int(low) - 1
