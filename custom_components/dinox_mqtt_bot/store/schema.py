"""The tables, and how an older database becomes today's."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
import logging
from pathlib import Path
import sqlite3

from ..bot.model.replies import BotError
from .damage import DamageError, error_text

_LOGGER = logging.getLogger(__name__)

BUSY_SECONDS = 5.0

MIGRATIONS: tuple[str, ...] = (
    # 1: the first release. `topics` is brought up to date from `messages` now and then, up to the one that
    # meta.summarised names: ids are never used again, also when all messages are gone. What the chat is to be
    # told is numbered by topic and wait (messages.untold, 0 for none); it was told once `untold` has the
    # number no more. One row a wait: a flag would write every message twice. outbox.chain is the id of the
    # notice that a series of corrections began with.
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE topics (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        first_seen REAL NOT NULL, last_seen REAL NOT NULL, count INTEGER NOT NULL DEFAULT 0,
        last_message INTEGER NOT NULL DEFAULT 0, last_text TEXT NOT NULL DEFAULT '',
        last_digest INTEGER, last_value REAL
    );
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic_id INTEGER NOT NULL REFERENCES topics (id),
        received REAL NOT NULL, time REAL NOT NULL,
        qos INTEGER NOT NULL, retain INTEGER NOT NULL, repeated INTEGER NOT NULL, packet_id INTEGER NOT NULL,
        priority INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
        payload_length INTEGER NOT NULL, value REAL, payload_digest INTEGER NOT NULL, untold INTEGER NOT NULL
    );
    CREATE INDEX messages_of_topic ON messages (topic_id);
    CREATE TABLE untold (
        topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        PRIMARY KEY (topic_id, number)
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        id TEXT NOT NULL PRIMARY KEY, contact TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
        priority INTEGER NOT NULL, replaces TEXT NOT NULL, chain TEXT NOT NULL,
        state TEXT NOT NULL, changed REAL NOT NULL, sent_at REAL
    );
    CREATE INDEX outbox_state ON outbox (state);
    CREATE INDEX outbox_changed ON outbox (changed);
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, notice TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
        state TEXT NOT NULL, at REAL NOT NULL, UNIQUE (notice, state)
    );
    CREATE TABLE connection_log (
        id INTEGER PRIMARY KEY, link TEXT NOT NULL, phase TEXT NOT NULL, reason TEXT NOT NULL,
        detail TEXT NOT NULL, at REAL NOT NULL
    );
    CREATE TABLE publish_log (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, text TEXT NOT NULL, payload_length INTEGER NOT NULL,
        who TEXT NOT NULL, at REAL NOT NULL
    );
    """,
    # 2: alerts. messages.payload is the JSON that a message was, where its text is another; NULL else.
    # outbox.push is JSON, empty without one; the chain of a notice that was merged is the one it went into.
    # alert_states.said is what `bot.alert.dump` writes.
    """
    ALTER TABLE messages ADD COLUMN payload TEXT;
    ALTER TABLE outbox ADD COLUMN push TEXT NOT NULL DEFAULT '';
    ALTER TABLE ledger ADD COLUMN note TEXT NOT NULL DEFAULT '';
    CREATE TABLE alert_states (
        rule TEXT NOT NULL, topic TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (rule, topic)
    ) WITHOUT ROWID;
    CREATE TABLE alert_log (
        id INTEGER PRIMARY KEY, number INTEGER NOT NULL, rule TEXT NOT NULL, topic TEXT NOT NULL,
        step TEXT NOT NULL, at REAL NOT NULL, value TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL
    );
    CREATE INDEX alert_log_number ON alert_log (number);
    CREATE INDEX alert_log_at ON alert_log (at);
    """,
    # 3: bridges. What is for a room, and what is the address of a file, is said in another way.
    """
    ALTER TABLE outbox ADD COLUMN room INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN file INTEGER NOT NULL DEFAULT 0;
    """,
    # 4: rollups. A series is the numbers of a topic (no field) or of one leaf of its JSON (`$.air.temp`);
    # a row is what those from `since` on came to. By time first: what is written at one time lies together,
    # or each minute would write a page a series. meta.rolled is the last message in them: what an earlier
    # version has stored is rolled up by and by, from where it stopped. Ids of series are never used again:
    # rows of one that is gone go when they are too old.
    """
    CREATE TABLE series (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic_id INTEGER NOT NULL REFERENCES topics (id),
        field TEXT NOT NULL, last_at REAL NOT NULL, UNIQUE (topic_id, field)
    );
    CREATE TABLE rollups_fives (
        since INTEGER NOT NULL, series INTEGER NOT NULL, count INTEGER NOT NULL,
        low REAL NOT NULL, mean REAL NOT NULL, high REAL NOT NULL,
        first REAL NOT NULL, first_at REAL NOT NULL, last REAL NOT NULL, last_at REAL NOT NULL,
        PRIMARY KEY (since, series)
    ) WITHOUT ROWID;
    CREATE TABLE rollups_hours (
        since INTEGER NOT NULL, series INTEGER NOT NULL, count INTEGER NOT NULL,
        low REAL NOT NULL, mean REAL NOT NULL, high REAL NOT NULL,
        first REAL NOT NULL, first_at REAL NOT NULL, last REAL NOT NULL, last_at REAL NOT NULL,
        PRIMARY KEY (since, series)
    ) WITHOUT ROWID;
    CREATE TABLE rollups_days (
        since INTEGER NOT NULL, series INTEGER NOT NULL, count INTEGER NOT NULL,
        low REAL NOT NULL, mean REAL NOT NULL, high REAL NOT NULL,
        first REAL NOT NULL, first_at REAL NOT NULL, last REAL NOT NULL, last_at REAL NOT NULL,
        PRIMARY KEY (since, series)
    ) WITHOUT ROWID;
    """,
    # 5: outbox.refers is JSON: the message that a notice answers or takes back; empty for none.
    """
    ALTER TABLE outbox ADD COLUMN refers TEXT NOT NULL DEFAULT '';
    """,
    # 6: runs of words. A series is the words of a topic (no field) or of one leaf of its JSON; `words` gives
    # each a number, those of a leaf as JSON; 0 is any other. A run is one word again and again within an
    # hour, in the order of messages. meta.worded is the last message in them: what an earlier version has
    # stored is taken by and by.
    """
    CREATE TABLE word_series (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic_id INTEGER NOT NULL REFERENCES topics (id),
        field TEXT NOT NULL, last_at REAL NOT NULL, UNIQUE (topic_id, field)
    );
    CREATE TABLE words (
        series INTEGER NOT NULL, number INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (series, number)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, series INTEGER NOT NULL, word INTEGER NOT NULL, at REAL NOT NULL,
        last_at REAL NOT NULL, count INTEGER NOT NULL
    );
    CREATE INDEX runs_of_series ON runs (series);
    """,
)

LAST_IDS = "SELECT seq FROM sqlite_sequence UNION ALL SELECT max(id) FROM messages HAVING max(id) IS NOT NULL"
MOST_ROWS = 2**62

# Tables with their columns, and indexes.
PARTS = """
SELECT tables.name, columns.name
FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
UNION ALL SELECT name, '' FROM sqlite_schema WHERE type = 'index'
"""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def synchronise(connection: sqlite3.Connection, *, durable: bool) -> None:
    """Have the commits from now on survive a power cut, with all before them, or only a process's end.

    Either way the file stays whole. To be called outside of a transaction.
    """
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep what happens inside of a transaction, or nothing of it. The rest of the transaction goes on."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
        raise
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE part")


def open_database(path: Path) -> sqlite3.Connection:
    """Open for writing, with all migrations applied.

    Raises BotError `database_newer` or, if damaged or not to be opened, `database_unusable`; the file stays.
    """
    with unusable(path), ExitStack() as opened:
        connection = opened.enter_context(closing(_connect(path.resolve().as_uri())))
        connection.execute("PRAGMA journal_mode = WAL")
        synchronise(connection, durable=False)
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        complete(connection)
        opened.pop_all()
    return connection


@contextmanager
def unusable(path: Path) -> Iterator[None]:
    """Raise BotError `database_unusable` for whatever a damaged file makes of what happens inside."""
    try:
        yield
    except BotError:
        raise
    except Exception as error:  # whatever it is
        _LOGGER.debug("The database cannot be opened", exc_info=True)
        raise BotError("database_unusable", path=path.name, reason=error_text(error)) from error


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a second connection that can only read."""
    return _connect(f"{path.resolve().as_uri()}?mode=ro")


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing, each step in a transaction of its own."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise BotError("database_newer", version=version, known=len(MIGRATIONS))
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {statements}; PRAGMA user_version = {number}; COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def complete(connection: sqlite3.Connection) -> None:
    """Raise DamageError if a table, column or index is missing, or the numbers of messages are used up."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as pattern:
        for statements in MIGRATIONS:
            pattern.executescript(statements)
        for missing in sorted(_parts(pattern) - _parts(connection)):
            raise DamageError(f"{' '.join(filter(None, missing))} is missing")
    # SQLite says then that the disk is full.
    if any(not isinstance(last, int) or last > MOST_ROWS for (last,) in connection.execute(LAST_IDS)):
        raise DamageError("the numbers of messages are not to be believed")


def _parts(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute(PARTS).fetchall())


def _connect(address: str) -> sqlite3.Connection:
    # Opened in one thread, used in another, never in two at once.
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = _text
    return connection


def _text(stored: bytes) -> str:
    """Return a text whose bytes a damage may have changed."""
    return stored.decode(errors="replace")
