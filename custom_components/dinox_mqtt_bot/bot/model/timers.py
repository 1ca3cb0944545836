"""One timer for everything that is due some time."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
import math
from typing import Protocol

NEVER = math.inf
type Key = tuple[str, str]


def is_due(at: float, now: float, within: float) -> bool:
    """Say whether it is time. Farther off than `within`, the longest wait: the clock was set back."""
    return at != NEVER and not now < at <= now + within


class Timers:
    """Who has to be looked at when; each key once, at the earliest of its times.

    A later time costs nothing: who is looked at too early is put back. Of equal times the key decides.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, Key]] = []
        self._times: dict[Key, float] = {}

    @property
    def due_at(self) -> float:
        """When the next one is due; infinity for never."""
        while self._heap and self._times.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else NEVER

    def set(self, key: Key, at: float) -> None:
        """Have a key looked at no later than this."""
        if at < self._times.get(key, NEVER):
            self._times[key] = at
            heappush(self._heap, (at, key))

    def due(self, now: float, most: int) -> list[Key]:
        """Take those that are due, the earliest first; if there are more than `most`, the others stay due."""
        found: list[Key] = []
        while len(found) < most and self.due_at <= now:
            _, key = heappop(self._heap)
            del self._times[key]
            found.append(key)
        return found

    def forget(self, key: Key) -> None:
        self._times.pop(key, None)

    def shift(self, seconds: float) -> None:
        """Move all times, because the clock was moved."""
        self._times = {key: at + seconds for key, at in self._times.items()}
        self._heap = [(at, key) for key, at in self._times.items()]
        heapify(self._heap)


class Alarm:
    """Asks the clock for the earliest of several times; a later one costs no question."""

    def __init__(self, wake: Callable[[float], None]) -> None:
        self._wake = wake
        self._at = NEVER

    def set(self, at: float) -> None:
        """Have it ring no later than this."""
        if at < self._at:
            self._at = at
            self._wake(at)

    def rang(self) -> None:
        """Take note that it rang: who is not due yet has to ask again."""
        self._at = NEVER


class Timed(Protocol):
    """A part that does something by itself when its time has come."""

    @property
    def due_at(self) -> float:
        """When `tick` has something to do (Unix time); infinity for never."""

    def tick(self, now: float) -> None:
        """Do what has become due."""
