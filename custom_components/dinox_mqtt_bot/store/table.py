"""The messages table and its summary, the topics table."""

from collections.abc import Iterable
from hashlib import blake2b, sha256
from itertools import chain
import sqlite3

from ..bot.model.message import Kind
from ..bot.model.topics import LONGEST_HEARD
from ..bot.text.numbers import with_unit
from .backlog import Appended
from .damage import DamageError
from .schema import transaction

MAX_TEXT_BYTES = 64 * 1024
MAX_JSON_BYTES = 8 * 1024
MAX_TOPICS = 100_000
LAST_TEXT_CHARACTERS = 400
# Earlier versions stored longer topics: they are not brought back.
HEARD = f"length(CAST(topic AS BLOB)) <= {LONGEST_HEARD}"

# One statement of many rows costs 60 % of as many statements, and lets the interpreter's lock go once.
ROWS_PER_STATEMENT = 50

COLUMNS = (
    "topic_id, received, time, qos, retain, repeated, packet_id, priority, kind, name, text,"
    " payload_length, value, payload_digest, payload, untold"
)
_ROW = f"({', '.join('?' * 16)})"
_INSERT = f"INSERT INTO messages ({COLUMNS}) VALUES"
INSERT_ONE = f"{_INSERT} {_ROW}"
INSERT_MANY = f"{_INSERT} {', '.join([_ROW] * ROWS_PER_STATEMENT)}"

WAIT = "INSERT OR IGNORE INTO untold (topic_id, number) VALUES (?, ?)"

# The bare columns beside max(id) are those of the newest row (SQLite, "Bare columns in an aggregate query").
SUMMARISE = """
UPDATE topics SET
    count = count + fresh.number, last_message = fresh.newest, name = fresh.name, last_seen = fresh.received,
    last_text = fresh.text, last_digest = fresh.payload_digest, last_value = fresh.value
FROM (
    SELECT topic_id, max(id) AS newest, sum(1 - repeated) AS number, name, received,
        substr(text, 1, :characters) AS text, payload_digest, value
    FROM messages NOT INDEXED WHERE id > :summarised GROUP BY topic_id
) AS fresh
WHERE topics.id = fresh.topic_id
"""

# The highest number of a wait that was ever used; where it was never noted, of all messages there are.
NOTE_WAITS = """
INSERT OR REPLACE INTO meta (key, value)
SELECT 'waits', max(
    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'waits'), 0), ifnull(max(untold), 0)
)
FROM messages NOT INDEXED
WHERE id > CASE WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'waits') THEN :summarised ELSE 0 END
"""

# sqlite3 binds exact types quickest: members of an enum go through its adapters.
_KINDS = {kind: kind.value for kind in Kind}


def digest_of(payload: bytes) -> int:
    """Return 64 bits that tell one payload from another, the same in every run."""
    if len(payload) < 4096:
        return int.from_bytes(blake2b(payload, digest_size=8).digest(), "little", signed=True)
    # Processors have instructions for this one: 3 ms rather than 7 for 5 MB.
    return int.from_bytes(sha256(payload).digest()[:8], "little", signed=True)


def cut_for_row(text: str) -> str:
    """Cut at `MAX_TEXT_BYTES` of UTF-8, at a whole character."""
    if len(text) <= MAX_TEXT_BYTES // 4:
        return text
    return text[:MAX_TEXT_BYTES].encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _payload_text(payload: bytes, text: str) -> str | None:
    """Return what a message was, None where its text is the same or it is too long to be kept."""
    if len(payload) > MAX_JSON_BYTES:
        return None
    written = payload.decode(errors="replace")
    return None if written == text else written


class MessageTable:
    """Writes readings in bulk. To be used in the writer thread only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._topic_ids: dict[str, int] = {}
        self.stale = True

    def insert(self, items: Iterable[Appended]) -> None:
        """Insert what has a content, within the caller's transaction."""
        rows = [self._row(item) for item in items if item[1]]
        if not rows:
            return
        full = len(rows) - len(rows) % ROWS_PER_STATEMENT
        for start in range(0, full, ROWS_PER_STATEMENT):
            self._connection.execute(
                INSERT_MANY, tuple(chain.from_iterable(rows[start : start + ROWS_PER_STATEMENT]))
            )
        self._connection.executemany(INSERT_ONE, rows[full:])
        self._connection.executemany(WAIT, {(row[0], row[-1]) for row in rows if row[-1]})
        self.stale = True

    def forget(self) -> None:
        """Topics inserted in a transaction that failed have no id; ask again."""
        self._topic_ids.clear()

    def summarise(self) -> None:
        """Bring the topics table up to date; also what a killed run left."""
        find = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'summarised'"
        with transaction(self._connection):
            found = self._connection.execute(find).fetchone()
            parameters = {"summarised": found[0] if found else 0, "characters": LAST_TEXT_CHARACTERS}
            self._connection.execute(SUMMARISE, parameters)
            self._connection.execute(NOTE_WAITS, parameters)
            self._connection.execute(
                "INSERT OR REPLACE INTO meta SELECT 'summarised', ifnull(max(id), 0) FROM messages"
            )
        self.stale = False

    def _row(self, item: Appended) -> tuple[object, ...]:
        message, content, priority, digest, repeated, untold = item
        assert content is not None
        topic = message.topic
        name, time, kind, said, unit, value, kept = content
        text = cut_for_row(with_unit(said, unit))
        return (
            self._topic_ids.get(topic) or self._topic_id(topic, name, message.received),
            message.received,
            time,
            int(message.qos),
            1 if message.retain else 0,
            1 if repeated else 0,
            message.packet_id,
            int(priority),
            _KINDS[kind],
            name,
            text,
            len(message.payload),
            value,
            digest,
            _payload_text(message.payload, text) if kept else None,
            untold,
        )

    def _topic_id(self, topic: str, name: str, seen: float) -> int:
        if len(self._topic_ids) >= MAX_TOPICS:
            self._topic_ids.clear()
        execute = self._connection.execute
        execute(
            "INSERT INTO topics (topic, name, first_seen, last_seen) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (topic) DO NOTHING",
            (topic, name, seen, seen),
        )
        found = execute("SELECT id FROM topics WHERE topic = ?", (topic,)).fetchone()
        if found is None:
            raise DamageError("a topic that is there cannot be found")
        self._topic_ids[topic] = int(found[0])
        return int(found[0])
