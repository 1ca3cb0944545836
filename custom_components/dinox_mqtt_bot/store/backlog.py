"""What the event loop has handed over and the writer thread has not committed yet."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain
import logging
from operator import itemgetter
from threading import Event, Lock
import time

from ..bot.model.message import Kind, Message
from ..bot.model.notice import Notice
from ..bot.model.rules import Priority
from ..bot.model.status import Gap

_LOGGER = logging.getLogger(__name__)

MAX_ITEMS = 10_000
MAX_BYTES = 64 * 1024 * 1024
MAX_BATCH = 4_000

# Changes that wait while the disk refuses them, whatever becomes of the messages.
MAX_CHANGES = 10_000

# Whose rows are kept at the cost of those before them: "" is all that only adds to a table.
TABLES = ("", "outbox", "alert_states", "meta")

# What nobody waits for (QoS 0, delivery marks) may be lost in a crash for this long, in exchange for fewer
# commits: a memory card lives the longer for it.
LEISURE_SECONDS = 0.5

# What comes in the next moment goes along: a third of the CPU time at 7,000 messages a second. A broker with
# 20 messages in flight (Mosquitto, MQTT 3.1.1) can still deliver 3,000 a second.
GATHER_SECONDS = 0.005
ENOUGH = 500

type Content = tuple[str, float, Kind, str, str, float | None, bool]
"""Of a reading what a row has: name, time, kind, text, unit, value, and whether the payload is kept beside
the text. What JSON is parsed to takes many times the memory of the payload."""

type Appended = tuple[Message, Content | None, int, int, bool, int]
"""Message, its content (None: nothing to store, only to acknowledge), priority, digest, repeated, and the
number of the wait in which it is to be told, 0 for none."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A statement for each of `rows`, then `notice` is said; it `follows` if it needs messages before it.

    `sets` is the table of which each row sets the state of one, and where in the values the key of that is:
    a later one makes an earlier one needless. What is `durable` is to survive a power cut.
    """

    statement: str
    rows: tuple[tuple[object, ...], ...]
    notice: Notice | None = None
    follows: bool = False
    sets: tuple[str, slice] | None = None
    durable: bool = False


type Group = tuple[RowChange, ...]
"""Changes that are written together or not at all, also where a value is unfit for the database."""


@dataclass(slots=True)
class WriteBatch:
    """What goes into one transaction."""

    appended: list[Appended] = field(default_factory=list)
    changes: list[Group] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    waiters: list[Future[None]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.appended) + len(self.changes)

    @property
    def durable(self) -> bool:
        """Whether there is an alert in it: the disk has to have it before anybody hears of it."""
        urgent = (item[5] and item[2] >= Priority.ALERT for item in self.appended)
        return any(change.durable for change in chain.from_iterable(self.changes)) or any(urgent)


class Backlog:
    """A bounded queue from the event loop to the writer; each counter has one writing thread.

    There is no lock, but for a message with its record, which are taken together. `given` is told each notice
    that is handed over. While `stuck`, the source need not pause: what finds no room is left out of the
    history and counted, whatever its QoS; `accepted` is told of those with QoS > 0, stored or not.
    """

    def __init__(self, given: Callable[[Notice], None], accepted: Callable[[], None]) -> None:
        self.dropped = 0
        self.given_up = 0
        self.missing = Gap()
        self.stuck = False
        self._given = given
        self._accepted = accepted
        self._appended: deque[Appended] = deque()
        self._changes: deque[Group] = deque()
        self._waiters: deque[Future[None]] = deque()
        self._bytes_given = 0
        self._bytes_done = 0
        self._in_hand = 0
        self._together = Lock()
        self._work = Event()
        self._hurry = Event()

    def __len__(self) -> int:
        return len(self._appended) + len(self._changes) + self._in_hand

    @property
    def idle(self) -> bool:
        """Whether all that was handed over is committed, and not just on its way to the writer's hand."""
        with self._together:
            return not len(self)

    @property
    def ready(self) -> bool:
        """False above half of the bound: the source should pause."""
        return self.stuck or not self.crowded

    @property
    def crowded(self) -> bool:
        """Whether more than half of the bound is taken."""
        return len(self) > MAX_ITEMS // 2 or self._bytes_given - self._bytes_done > MAX_BYTES // 2

    def append(self, item: Appended) -> None:
        message, size = item[0], _size(item)
        if message.qos and not self.stuck:
            self._appended.append(item)
            self._bytes_given += size
            self.wake()
            return
        if len(self) < MAX_ITEMS and self._bytes_given - self._bytes_done + size <= MAX_BYTES:
            self._appended.append(item)
            self._bytes_given += size
            if not self._work.is_set():
                self._work.set()
        else:
            self._leave_out(item)
        if message.qos:
            self._accepted()

    def _leave_out(self, item: Appended) -> None:
        message, content = item[:2]
        if content is None:  # only to be acknowledged
            return
        self.dropped += 1
        since = self.missing.since or message.received
        self.missing = Gap("", self.missing.missing + 1, since, message.received)

    def append_with(self, item: Appended, record: Group) -> None:
        """Write a message, if there is room, and its record in one transaction; a change `follows`."""
        with self._together:
            self._changes.append(record)
            self.append(item)
        self._bound()
        if not self._work.is_set():
            self._work.set()

    def change(self, *group: RowChange) -> None:
        self._changes.append(group)
        self._bound()
        notices = [change.notice for change in group if change.notice]
        for notice in notices:
            self._given(notice)
        if notices:
            self.wake()
        elif not self._work.is_set():
            self._work.set()

    def _bound(self) -> None:
        """Leave out what later changes make needless, then the oldest of what matters least."""
        if len(self._changes) <= MAX_CHANGES:
            return
        with self._together:
            kept = sorted(_needed(self._changes), key=_worth)
            surplus = max(0, len(kept) - MAX_CHANGES // 2)
            if surplus and not self.given_up:
                _LOGGER.warning("The disk refuses so much that traces of notices and alerts are given up")
            self.given_up += surplus
            # They are taken together, as all changes are: as one group each they need not be.
            self._changes = deque((change,) for _, change in sorted(kept[surplus:], key=itemgetter(0)))

    def flush(self) -> Future[None]:
        """Return what is done once everything handed over so far is committed, or cannot be for now."""
        waiter: Future[None] = Future()
        self._waiters.append(waiter)
        self.wake()
        return waiter

    def wake(self) -> None:
        """Have the writer commit at once."""
        if not self._hurry.is_set():
            self._hurry.set()
            self._work.set()

    def wait(self, seconds: float) -> None:
        """Wait for work at most this long, and for more work if none is urgent. The writer calls this."""
        if self._work.wait(seconds):
            self._hurry.wait(LEISURE_SECONDS)
            if len(self._appended) < ENOUGH:
                time.sleep(GATHER_SECONDS)
        # Cleared before anything is taken: what is given from here on sets them again.
        self._work.clear()
        self._hurry.clear()

    def take(self, batch: WriteBatch) -> None:
        """Move what is queued into the batch. The writer calls this."""
        self.take_waiters(batch)
        with self._together:
            # Changes first: what waits or follows is for messages appended before it, in the queue by now.
            everything = self._take_changes(batch) or bool(batch.waiters)
            room = len(self._appended) if everything else max(0, MAX_BATCH - len(batch.appended))
            popleft = self._appended.popleft
            batch.appended.extend(popleft() for _ in range(min(room, len(self._appended))))
            self._in_hand = len(batch)
        if self._appended:
            self.wake()

    def take_waiters(self, batch: WriteBatch) -> None:
        """Move those who wait into the batch: all that was handed over before them is queued by now."""
        while self._waiters:
            batch.waiters.append(self._waiters.popleft())

    def _take_changes(self, batch: WriteBatch) -> bool:
        """Move the changes into the batch; tell whether one of them needs all messages."""
        everything = False
        while self._changes:
            group = self._changes.popleft()
            batch.changes.append(group)
            everything = everything or any(change.follows for change in group)
            batch.notices.extend(change.notice for change in group if change.notice)
        return everything

    def done(self, batch: WriteBatch) -> None:
        """Forget what was committed. The writer calls this."""
        self._in_hand = 0
        self._bytes_done += sum(map(_size, batch.appended))


def _size(item: Appended) -> int:
    """Return about how many bytes wait with a message."""
    message, content = item[:2]
    return len(message.payload) + len(message.topic) + (len(content[3]) if content else 0)


type _Numbered = tuple[int, RowChange]


def _needed(groups: Iterable[Group]) -> Iterator[_Numbered]:
    """Yield changes with their numbers, newest first, without rows that a later one sets again."""
    seen: set[tuple[object, ...]] = set()
    for number, change in reversed(list(enumerate(chain.from_iterable(groups)))):
        rows = change.rows
        if change.sets is not None:
            table, key = change.sets
            rows = tuple(row for row in rows if (table, *row[key]) not in seen)
            seen.update((table, *row[key]) for row in rows)
        if rows:
            yield number, replace(change, rows=rows)


def _worth(numbered: _Numbered) -> tuple[int, int]:
    """Sort what is given up first to the front: traces, how far notices came, states; of each the oldest.

    How far notices came is given up from the newest: by then none of these is to be stored as waiting, but
    some of the oldest are. So no notice loses that it was said, and keeps that it waits.
    """
    number, change = numbered
    table = change.sets[0] if change.sets else ""
    return TABLES.index(table), -number if table == "outbox" else number


def answer[T](asked: Future[T], result: T) -> None:
    """Answer once. Who asked may have gone away, in this very moment even."""
    if not asked.done() and asked.set_running_or_notify_cancel():
        asked.set_result(result)
