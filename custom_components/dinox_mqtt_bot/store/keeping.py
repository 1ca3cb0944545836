"""How long messages are kept: each topic's own time, else that of all; and how much there is."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
import json
from math import inf
from pathlib import Path
import sqlite3

from ..bot.model.history import Sizes
from ..bot.model.rules import Subscription
from ..bot.model.topics import Subscriptions, matches
from ..bot.text.durations import DAY
from .damage import checked
from .past import before, topics_of
from .rollups import FIVES, HOURS, Rollup, forget_rollups
from .schema import MOST_ROWS, transaction

SLICE = 250
COUNTED = 20_000

TABLES = ("messages", "topics", "outbox", "ledger", "alert_log", "publish_log", "connection_log")
CLEARED = "UPDATE topics SET count = 0, last_text = '', last_value = NULL WHERE id = ?"
UNTOLD = "DELETE FROM untold WHERE topic_id = ?"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept. Notices count from their last change.

    Waiting ones go too: a contact that stays away must not fill the disk. Alerts wait `PATIENCE` times as
    long. The logs are those of the connection, of what was published, and of the alerts.
    """

    days: float = 30.0
    rows: int = 500_000
    notice_days: float = 30.0
    log_days: float = 90.0


class Keeping:
    """What is kept how long. `use` is called in the event loop, all else in the writer thread."""

    def __init__(self, retention: Retention) -> None:
        self.retention = retention
        self._subscriptions = Subscriptions()

    def use(self, subscriptions: Iterable[Subscription]) -> None:
        """Keep the messages of each topic as long as its subscription says."""
        # One of its own: what is looked up in it is looked up in one thread only.
        self._subscriptions = Subscriptions(subscriptions)

    def own(self, connection: sqlite3.Connection) -> dict[int, float]:
        """Return the ids of the topics that have days of their own, with these."""
        subscriptions = self._subscriptions
        if not any(each.keep_days for each in subscriptions):
            return {}
        found = ((number, subscriptions.best(topic)) for number, topic in topics_of(connection))
        return {number: best.keep_days for number, best in found if best is not None and best.keep_days}


def purge_messages(
    connection: sqlite3.Connection, keeping: Keeping, now: float, rolled: float = inf
) -> Iterator[int]:
    """Delete in slices what is too old for its topic or for all, then the oldest of what is too much.

    What has an id above `rolled` is not in the rollups yet, and stays for now.
    """
    own = keeping.own(connection)
    for topic, days in own.items():
        limit = now - days * DAY
        last = min(before(connection, limit), rolled)
        yield from _delete(
            connection, "topic_id = :topic AND received < :limit", last, topic=topic, limit=limit
        )
    limit = now - keeping.retention.days * DAY
    others = "received < :limit AND topic_id NOT IN (SELECT value FROM json_each(:own))"
    last = min(before(connection, limit), rolled)
    yield from _delete(connection, others, last, limit=limit, own=json.dumps(list(own)))
    if last := (yield from _surplus(connection, keeping.retention.rows)):
        yield from _delete(connection, "TRUE", min(last, rolled))


def _surplus(connection: sqlite3.Connection, most: int) -> Generator[int, None, int]:
    """Return the id of the newest message beyond so many, 0 if there is none; counted in slices."""
    newer = "SELECT id FROM messages WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?"
    last = MOST_ROWS
    left = most + 1
    while left:
        step = min(left, COUNTED)
        found = connection.execute(newer, (last, step - 1)).fetchone()
        if found is None:
            return 0
        last, left = found[0], left - step
        yield 0
    return last


def forget(connection: sqlite3.Connection, topic_filter: str) -> Iterator[int]:
    """Delete in slices all messages of topics that match; the topics keep their last payload."""
    topics = list(topics_of(connection))
    for number in (number for number, topic in topics if matches(topic_filter, topic)):
        yield from _delete(connection, "topic_id = :topic", inf, topic=number)
        yield from forget_rollups(connection, number)
        with transaction(connection):
            connection.execute(UNTOLD, (number,))
            connection.execute(CLEARED, (number,))


def _delete(connection: sqlite3.Connection, where: str, last: float, **parameters: object) -> Iterator[int]:
    """Delete the messages up to an id that a condition is true of; what stays is not looked at twice."""
    statement = f"""
    DELETE FROM messages WHERE id IN (
        SELECT id FROM messages WHERE id > :cursor AND id <= :last AND {where} ORDER BY id LIMIT :slice
    ) RETURNING id
    """  # noqa: S608
    cursor = 0
    while True:
        bounds = {"cursor": cursor, "last": last, "slice": SLICE}
        with transaction(connection):
            rows = connection.execute(statement, parameters | bounds).fetchall()
        if not rows:
            return
        cursor = max(number for (number,) in rows)
        yield len(rows)


def read_sizes(connection: sqlite3.Connection, retention: Retention) -> Sizes:
    """Return how many rows there are, how large the files are, and how long what is kept."""
    rows = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        for table in TABLES
    }
    oldest, newest = (
        connection.execute(f"SELECT time FROM messages ORDER BY id {order} LIMIT 1").fetchone() or (0.0,)  # noqa: S608
        for order in ("ASC", "DESC")
    )
    return Sizes(
        rows,
        _size(connection),
        checked(oldest[0], float, int),
        checked(newest[0], float, int),
        retention.days,
        retention.rows,
        retention.log_days,
        _reach(connection, FIVES),
        _reach(connection, HOURS),
        int(connection.execute("SELECT count(*) FROM series").fetchone()[0]),
    )


def _reach(connection: sqlite3.Connection, rollup: Rollup) -> float:
    """Return since when there are rollups of a kind."""
    oldest = connection.execute(f"SELECT min(since) FROM {rollup.table}").fetchone()[0]  # noqa: S608
    return 0.0 if oldest is None else float(checked(oldest, float, int))


def _size(connection: sqlite3.Connection) -> int:
    main = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    files = [main, *(main.with_name(f"{main.name}-{suffix}") for suffix in ("wal", "shm"))]
    return sum(file.stat().st_size for file in files if file.exists())
