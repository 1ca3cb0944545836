"""What the event loop has handed over and the writer thread has not committed yet."""

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock
import time

from ..bot.model.message import Message, Reading
from ..bot.model.notice import Notice

MAX_ITEMS = 10_000
MAX_BYTES = 64 * 1024 * 1024
MAX_BATCH = 4_000

# What nobody waits for (QoS 0, delivery marks) may be lost in a crash for this long, in exchange for fewer
# commits: a memory card lives the longer for it.
LEISURE_SECONDS = 0.5

# What comes in the next moment goes along: a third of the CPU time at 7,000 messages a second. A broker with
# 20 messages in flight (Mosquitto, MQTT 3.1.1) can still deliver 3,000 a second.
GATHER_SECONDS = 0.005
ENOUGH = 500

type Appended = tuple[Message, Reading | None, int, int, bool, int]
"""Message, its reading (None: nothing to store, only to acknowledge), priority, digest, repeated, and the
number of the wait in which it is to be told, 0 for none."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A statement for each of `rows`, then `notice` is said; it `follows` if it needs messages before it."""

    statement: str
    rows: tuple[tuple[object, ...], ...]
    notice: Notice | None = None
    follows: bool = False


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


class Backlog:
    """A bounded queue from the event loop to the writer; each counter has one writing thread.

    There is no lock, but for a message with its record, which are taken together.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._appended: deque[Appended] = deque()
        self._changes: deque[Group | Future[None]] = deque()
        self._bytes_given = 0
        self._bytes_done = 0
        self._in_hand = 0
        self._together = Lock()
        self._work = Event()
        self._hurry = Event()

    def __len__(self) -> int:
        return len(self._appended) + len(self._changes) + self._in_hand

    @property
    def ready(self) -> bool:
        """False above half of the bound: the source should pause."""
        return len(self) <= MAX_ITEMS // 2 and self._bytes_given - self._bytes_done <= MAX_BYTES // 2

    def append(self, item: Appended) -> None:
        message = item[0]
        size = len(message.payload)
        if message.qos:
            self._appended.append(item)
            self._bytes_given += size
            self.wake()
        elif len(self) < MAX_ITEMS and self._bytes_given - self._bytes_done + size <= MAX_BYTES:
            self._appended.append(item)
            self._bytes_given += size
            if not self._work.is_set():
                self._work.set()
        else:
            self.dropped += 1

    def append_with(self, item: Appended, record: Group) -> None:
        """Write a message, if there is room, and its record in one transaction; a change `follows`."""
        with self._together:
            self._changes.append(record)
            self.append(item)
        if not self._work.is_set():
            self._work.set()

    def change(self, *group: RowChange) -> None:
        self._changes.append(group)
        if any(change.notice for change in group):
            self.wake()
        elif not self._work.is_set():
            self._work.set()

    def flush(self) -> Future[None]:
        """Return what is done once everything handed over so far is committed, or cannot be for now."""
        waiter: Future[None] = Future()
        self._changes.append(waiter)
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
        with self._together:
            # Changes first: what waits or follows is for messages appended before it, in the queue by now.
            everything = self._take_changes(batch)
            room = len(self._appended) if everything else max(0, MAX_BATCH - len(batch.appended))
            popleft = self._appended.popleft
            batch.appended.extend(popleft() for _ in range(min(room, len(self._appended))))
            self._in_hand = len(batch)
        if self._appended:
            self.wake()

    def _take_changes(self, batch: WriteBatch) -> bool:
        """Move the changes into the batch; tell whether one of them needs all messages."""
        everything = False
        while self._changes:
            group = self._changes.popleft()
            if isinstance(group, Future):
                batch.waiters.append(group)
                everything = True
                continue
            batch.changes.append(group)
            everything = everything or any(change.follows for change in group)
            batch.notices.extend(change.notice for change in group if change.notice)
        return everything

    def done(self, batch: WriteBatch) -> None:
        """Forget what was committed. The writer calls this."""
        self._in_hand = 0
        self._bytes_done += sum(len(item[0].payload) for item in batch.appended)


def answer[T](asked: Future[T], result: T) -> None:
    """Answer once. Who asked may have gone away, in this very moment even."""
    if not asked.done() and asked.set_running_or_notify_cancel():
        asked.set_result(result)
