"""How long each word was the last one of a topic or field, and how often it came: kept when messages go.

A run is the same word again and again, within an hour of UTC, in the order in which messages came in: since
when, the last time, and how many messages. Each message is taken once, in the order of ids; `meta.worded` is
the last that was, in the same transaction.
"""

from dataclasses import dataclass
import sqlite3

MOST_WORDS = 8
"""Different words of a series: the others are one."""
LONGEST_WORD = 40
MOST_FIELDS = 32
MOST_SERIES = 5_000
"""Fields of a topic, and series of all topics, that words are kept of."""
MOST_RUNS = 1_000_000
"""Runs of all series: the oldest go."""
SLICE = 1_000
"""Runs that are deleted at once."""
OTHER = 0
"""The number of a word beyond the most."""
_HOUR = 3_600

WORDED = "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'worded'), 0)"
NOTE_WORDED = "INSERT OR REPLACE INTO meta (key, value) VALUES ('worded', ?)"

# A word of a field is JSON, so that `true` is not `"true"`. What is a number is none.
GATHER = f"""
WITH batch AS MATERIALIZED (
    SELECT id, topic_id, received, NOT retain AS fresh, value, text, payload FROM messages
    WHERE id > :after AND id <= :last AND NOT repeated AND kind != 'binary'
),
leaves AS (
    SELECT batch.id, topic_id, fullkey AS field, received, fresh,
        iif(type = 'text', json_quote(atom), type) AS word
    FROM batch, json_tree(CASE WHEN json_valid(payload) THEN payload END)
    WHERE fullkey != '$' AND (type IN ('true', 'false') OR (type = 'text' AND length(atom) <= {LONGEST_WORD}
        AND (atom = '' OR atom GLOB '*[^-+0-9., ]*')))
    UNION ALL SELECT id, topic_id, '', received, fresh, ifnull(payload, text) FROM batch
    WHERE value IS NULL AND length(ifnull(payload, text)) <= {LONGEST_WORD}
        AND (text = '' OR text GLOB '*[^-+0-9., ]*')
        AND NOT ifnull(json_valid(payload) AND substr(ltrim(payload), 1, 1) IN ('{{', '['), 0)
)
SELECT topic_id, field, word, received, fresh FROM leaves ORDER BY id
"""  # noqa: S608

GO_ON = "UPDATE runs SET last_at = ?, count = ? WHERE id = ?"
BEGIN = "INSERT INTO runs (id, series, word, at, last_at, count) VALUES (?, ?, ?, ?, ?, ?)"
NEWEST = "SELECT id, word, at, last_at, count FROM runs WHERE series = ? ORDER BY id DESC LIMIT 1"
LAST = "SELECT ifnull(max(id), 0) FROM runs"
SEEN = "UPDATE word_series SET last_at = ? WHERE id = ?"

DROP = f"""
DELETE FROM runs WHERE id IN (SELECT id FROM runs ORDER BY id LIMIT {SLICE})
    AND (last_at < :limit OR id <= :last)
"""  # noqa: S608
_DUE = "SELECT id FROM word_series WHERE last_at < :limit AND topic_id = ifnull(:topic, topic_id)"
DROP_OF_SERIES = f"""
DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE series IN ({_DUE}) LIMIT {SLICE})
"""  # noqa: S608


@dataclass(slots=True)
class _Run:
    """As in the table."""

    id: int
    word: int
    at: float
    last_at: float
    count: int


class Runs:
    """Takes words out of messages, within the caller's transaction. For the writer thread only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Know nothing any more: a transaction failed, or something was deleted."""
        self._series: dict[tuple[int, str], int] = {}
        self._fields: dict[int, int] = {}
        self._words: dict[int, dict[str, int]] = {}
        self._newest: dict[int, _Run | None] = {}
        self._known = False

    def taken(self) -> int:
        """Return the id of the last message whose words were taken."""
        return int(self._connection.execute(WORDED).fetchone()[0])

    def take(self, after: int, last: int) -> None:
        """Take the words of the messages behind one, up to another."""
        begun: dict[int, tuple[int, _Run]] = {}
        gone_on: dict[int, _Run] = {}
        new = self._connection.execute(LAST).fetchone()[0]
        found = self._connection.execute(GATHER, {"after": after, "last": last}).fetchall()
        for topic, field, word, received, fresh in found:
            if (series := self._series_of(topic, field)) is None:
                continue
            run, number = self._newest_of(series), self._word_of(series, word)
            # A clock that was set back does not make what came later earlier.
            at = received if run is None else max(received, run.last_at)
            if run is None or run.word != number or run.at // _HOUR != at // _HOUR:
                new += 1
                self._newest[series] = run = _Run(new, number, at, at, 0)
                begun[new] = series, run
            elif run.id not in begun:
                gone_on[run.id] = run
            run.last_at = at
            run.count += fresh
        rows = [(run.id, series, run.word, run.at, run.last_at, run.count) for series, run in begun.values()]
        self._connection.executemany(BEGIN, rows)
        self._connection.executemany(GO_ON, [(run.last_at, run.count, run.id) for run in gone_on.values()])
        self._connection.executemany(SEEN, [(run.at, series) for series, run in begun.values()])
        self._connection.execute(NOTE_WORDED, (str(last),))

    def _newest_of(self, series: int) -> _Run | None:
        if series not in self._newest:
            found = self._connection.execute(NEWEST, (series,)).fetchone()
            self._newest[series] = None if found is None else _Run(*found)
        return self._newest[series]

    def _word_of(self, series: int, word: str) -> int:
        """Return the number of a word, a new one while there is room."""
        if series not in self._words:
            stored = self._connection.execute("SELECT word, number FROM words WHERE series = ?", (series,))
            self._words[series] = dict(stored.fetchall())
        known = self._words[series]
        if word not in known and len(known) < MOST_WORDS:
            known[word] = len(known) + 1
            insert = "INSERT INTO words (series, number, word) VALUES (?, ?, ?)"
            self._connection.execute(insert, (series, known[word], word))
        return known.get(word, OTHER)

    def _series_of(self, topic: int, field: str) -> int | None:
        """Return the id of a series, a new one while there is room."""
        if not self._known:
            for number, of, name in self._connection.execute("SELECT id, topic_id, field FROM word_series"):
                self._series[of, name] = number
                self._fields[of] = self._fields.get(of, 0) + 1
            self._known = True
        if (topic, field) in self._series:
            return self._series[topic, field]
        if self._fields.get(topic, 0) >= MOST_FIELDS or len(self._series) >= MOST_SERIES:
            return None
        insert = "INSERT INTO word_series (topic_id, field, last_at) VALUES (?, ?, 0)"
        new = self._connection.execute(insert, (topic, field)).lastrowid
        assert new is not None
        self._series[topic, field] = new
        self._fields[topic] = self._fields.get(topic, 0) + 1
        return new


def drop_runs(connection: sqlite3.Connection, limit: float) -> int:
    """Delete some runs that ended before a time, or are too many; return how many there were."""
    newest = connection.execute("SELECT max(id) FROM runs").fetchone()[0] or 0
    return connection.execute(DROP, {"limit": limit, "last": newest - MOST_RUNS}).rowcount


def drop_series(connection: sqlite3.Connection, limit: float, topic: int | None = None) -> int:
    """Delete some runs of the series whose last word came before a time, of one topic or of all.

    Returns how many there were: with the last of them the series go.
    """
    parameters = {"limit": limit, "topic": topic}
    removed = connection.execute(DROP_OF_SERIES, parameters).rowcount
    if not removed:
        connection.execute(f"DELETE FROM words WHERE series IN ({_DUE})", parameters)  # noqa: S608
        connection.execute(f"DELETE FROM word_series WHERE id IN ({_DUE})", parameters)  # noqa: S608
    return removed
