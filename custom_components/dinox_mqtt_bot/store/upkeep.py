"""What is deleted when: in slices, so that no transaction is long."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
import logging
import sqlite3
import time

from ..bot.model.rules import Priority
from ..bot.model.status import Delivery
from ..bot.text.durations import DAY
from .backlog import answer
from .keeping import Keeping, purge_messages
from .notices import HELD
from .rollups import Rollups, purge_rollups
from .schema import transaction
from .table import MAX_TOPICS

_LOGGER = logging.getLogger(__name__)

SLICE = 1_000
PURGE_SECONDS = 3600.0

# Alerts that were never told may wait for so many times the days of other notices.
PATIENCE = 4
UNSAID = (Delivery.QUEUED.value, HELD)


# The incidents that are not over.
ONGOING = """
SELECT ifnull(json ->> '$.number', 0)
FROM (SELECT iif(json_valid(said), said, '{}') AS json FROM alert_states)
WHERE json ->> '$.state' IN ('firing', 'recovering', 'no_data')
"""


type Purge = Callable[[float], Iterator[int]]
"""Deletes what is due at this Unix time, a slice for each step, yielding how many rows went."""

type Slices = Callable[[], Iterator[int]]
"""Begins to delete, a slice for each step, yielding how many rows went."""


class Upkeep:
    """Purges hourly and when asked, one slice at a time. To be used in the writer thread, but for `ask`."""

    def __init__(self, purge: Purge) -> None:
        self._purge = purge
        self._asked: deque[tuple[Slices, Future[int]]] = deque()
        self._slices: Iterator[int] | None = None
        self._answer: Future[int] = Future()
        self._removed = 0
        self._next = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is being deleted."""
        return self._slices is not None

    @property
    def seconds(self) -> float:
        """Until there is something to do."""
        if self._slices or self._asked:
            return 0.0
        return max(0.0, self._next - time.monotonic())

    def ask(self, slices: Slices) -> Future[int]:
        """Have something deleted; the answer is how many rows went."""
        asked: Future[int] = Future()
        self._asked.append((slices, asked))
        return asked

    def step(self) -> None:
        """Delete one slice, if any is due. A failing purge ends; the next one goes on where it stopped."""
        if not self._slices and not self._begun():
            return
        assert self._slices
        removed = None
        try:
            removed = next(self._slices, None)
        finally:
            if removed is None:
                self._slices = None
                answer(self._answer, self._removed)
        self._removed += removed or 0

    def end(self) -> None:
        """Answer those who still wait for a purge that will not come."""
        while self._asked:
            answer(self._asked.popleft()[1], 0)
        if self._slices:
            self._slices = None
            answer(self._answer, self._removed)

    def _begun(self) -> bool:
        if self._asked:
            slices, self._answer = self._asked.popleft()
            self._slices = slices()
        elif time.monotonic() >= self._next:
            self._slices, self._answer = self._purge(time.time()), Future()
            self._next = time.monotonic() + PURGE_SECONDS
        else:
            return False
        self._removed = 0
        return True


def purge(
    connection: sqlite3.Connection,
    keeping: Keeping,
    rollups: Rollups,
    now: float,
    forgotten: Callable[[list[str]], None],
) -> Iterator[int]:
    """Delete what is too old or too much (see `Purge`); `forgotten` is told the ids of deleted notices."""
    retention = keeping.retention
    yield from rollups.slices()
    yield from purge_messages(connection, keeping, now, rollups.rolled())
    yield from purge_rollups(connection, now)
    rollups.forget()
    for table in ("connection_log", "publish_log"):
        old = f"id IN (SELECT id FROM {table} ORDER BY id LIMIT {SLICE}) AND at < ?"  # noqa: S608
        yield from _slices(connection, table, old, now - retention.log_days * DAY)
    # The newest incident stays: its number is not to be used again.
    over = f"number < (SELECT max(number) FROM alert_log) AND number NOT IN ({ONGOING})"  # noqa: S608
    old = f"id IN (SELECT id FROM alert_log WHERE at < ? AND {over} LIMIT {SLICE})"  # noqa: S608
    yield from _slices(connection, "alert_log", old, now - retention.log_days * DAY)
    yield from _purge_topics(connection)
    limits = (now - retention.notice_days * DAY, now - retention.notice_days * DAY * PATIENCE)
    yield from _purge_notices(connection, limits, forgotten)


def _slices(connection: sqlite3.Connection, table: str, where: str, limit: float) -> Iterator[int]:
    while True:
        with transaction(connection):
            removed = connection.execute(f"DELETE FROM {table} WHERE {where}", (limit,)).rowcount  # noqa: S608
        if not removed:
            return
        yield removed


def _purge_topics(connection: sqlite3.Connection) -> Iterator[int]:
    """Keep the last payload of a topic even without its messages: it tells a retained message as known."""
    surplus = connection.execute("SELECT count(*) FROM topics").fetchone()[0] - MAX_TOPICS
    if surplus <= 0:
        return
    with transaction(connection):
        cursor = connection.execute(
            "DELETE FROM topics WHERE id IN (SELECT id FROM topics ORDER BY last_seen LIMIT ?)"
            " AND NOT EXISTS (SELECT 1 FROM messages WHERE topic_id = topics.id)"
            " AND NOT EXISTS (SELECT 1 FROM series WHERE topic_id = topics.id)"
            " AND NOT EXISTS (SELECT 1 FROM word_series WHERE topic_id = topics.id)",
            (surplus,),
        )
    yield cursor.rowcount


def _purge_notices(
    connection: sqlite3.Connection, limits: tuple[float, float], forgotten: Callable[[list[str]], None]
) -> Iterator[int]:
    """Delete notices, and alerts that were never told by the second, earlier limit."""
    settled = f"changed < ?2 OR priority < {Priority.ALERT.value} OR state NOT IN ('queued', 'held')"
    due = f"SELECT id FROM outbox WHERE changed < ?1 AND ({settled}) LIMIT {SLICE}"  # noqa: S608
    statement = f"DELETE FROM outbox WHERE id IN ({due}) RETURNING id, state"  # noqa: S608
    unsaid = 0
    while True:
        with transaction(connection):
            rows = connection.execute(statement, limits).fetchall()
        if not rows:
            break
        unsaid += sum(state in UNSAID for _, state in rows)
        forgotten([str(notice_id) for notice_id, _ in rows])
        yield len(rows)
    if unsaid:
        _LOGGER.warning("Messages to contacts that waited too long to be sent are given up: %s", unsaid)
