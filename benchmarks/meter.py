"""Counts messages, and takes the CPU time of the process from the first one after the warm-up to the last."""

import asyncio
from dataclasses import asdict, dataclass
import json
import resource
import threading
import time

from .load import WARM_UP, Load


@dataclass(frozen=True, slots=True)
class Measured:
    """What one receiver took."""

    messages: int
    cpu_seconds: float
    wall_seconds: float

    @property
    def per_cpu_second(self) -> float:
        return self.messages / self.cpu_seconds


class Meter:
    """`one` is called for every message, `some` where they come in bunches."""

    def __init__(self, load: Load, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._last = load.total
        self._seen = 0
        self._at = self._cpu = 0.0
        self.measured: Measured | None = None
        self.in_loop = asyncio.Event()
        self.in_thread = threading.Event()

    def one(self, *_: object) -> None:
        self._seen += 1
        if self._seen == WARM_UP:
            self._begin()
        elif self._seen == self._last:
            self._end()

    def some(self, number: int) -> None:
        for _ in range(number):
            self.one()

    def _begin(self) -> None:
        self._at, self._cpu = time.perf_counter(), cpu_seconds()

    def _end(self) -> None:
        spent, passed = cpu_seconds() - self._cpu, time.perf_counter() - self._at
        self.measured = Measured(self._last - WARM_UP, spent, passed)
        self.in_thread.set()
        if self._loop:
            self._loop.call_soon_threadsafe(self.in_loop.set)


def cpu_seconds() -> float:
    """Return user and system time of this process, all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def say(word: str, measured: object = None) -> None:
    """Tell the process that started this one; `Measured` as JSON."""
    said = json.dumps(asdict(measured)) if isinstance(measured, Measured) else json.dumps(measured)
    print(word, said, flush=True)
