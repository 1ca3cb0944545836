"""How long each turn of the event loop takes, what is raised in it, and how much memory is kept."""

import asyncio
from collections.abc import Iterator
import contextlib
import ctypes
import gc
import logging
import os
from pathlib import Path
import resource
import selectors
import threading
import time
from typing import Any, override

from .trial import GROWTH_MB, HOLD_MS, Trial

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


class Watch:
    """Watches the event loop of one part.

    A turn is everything between two looks at the sockets. It is measured in CPU time of the thread, so that a
    busy machine does not make it longer; the attack's own work (`aside`) and garbage collections are taken
    out of it, the latter are told apart.
    """

    def __init__(self, trial: Trial) -> None:
        self.longest = self.longest_collection = self.growth = 0.0
        self._trial = trial
        self._armed = False
        self._thread = threading.get_ident()
        self._began = self._own = self._collected = self._collection = 0.0
        self._base = self._peak = 0.0

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Make a loop whose turns are timed."""
        loop = asyncio.SelectorEventLoop(_TurningSelector(self))
        loop.set_exception_handler(self._unhandled)
        gc.callbacks.append(self._collecting)
        logging.getLogger().addHandler(_Hearing(self._trial, self._thread))
        logging.getLogger().setLevel(logging.WARNING)
        return loop

    def begin_turn(self) -> None:
        self._own = self._collected = 0.0
        self._began = time.thread_time()

    def end_turn(self) -> None:
        spent = time.thread_time() - self._began - self._own - self._collected
        if not self._armed or spent <= self.longest:
            return
        self.longest = spent
        if spent * 1000 > HOLD_MS:
            # One of each size: what holds the longest may be another input.
            key = ("hold", int(spent * 1000 / HOLD_MS).bit_length())
            self._trial.breach("", f"a turn of the event loop took {spent * 1000:.0f} ms", key=key)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Leave what the attack itself does out of the turn."""
        began, collected = time.thread_time(), self._collected
        try:
            yield
        finally:
            self._own += time.thread_time() - began - (self._collected - collected)

    def arm(self) -> None:
        """End the warm-up: from here on turns and memory count."""
        settle_memory()
        # What building all that left behind is not to be swept up again and again.
        gc.freeze()
        self._base, self._peak = resident_mb(), peak_mb()
        self._armed = True
        self.begin_turn()

    def disarm(self) -> None:
        """Let what follows not count: taking things down is no attack."""
        self._armed = False

    def weigh(self, what: str = "", *, peak: bool = False) -> float:
        """Return the memory kept since the warm-up, in MB; with `peak` the most there ever was."""
        if not self._armed:
            return 0.0
        with self.aside():
            settle_memory()
        grown = peak_mb() - self._peak if peak else resident_mb() - self._base
        self.growth = max(self.growth, grown)
        if grown > GROWTH_MB:
            words = f"{what + ': ' if what else ''}{grown:.0f} MB more memory than after the warm-up"
            self._trial.breach("", words, key=("memory", what))
        return grown

    def _collecting(self, phase: str, _: dict[str, Any]) -> None:
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collection = time.thread_time()
        else:
            spent = time.thread_time() - self._collection
            self._collected += spent
            if self._armed:
                self.longest_collection = max(self.longest_collection, spent)

    def _unhandled(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._trial.failed(error, "event loop")
        else:
            self._trial.breach("exceptions", f"event loop: {context.get('message')}")


class _TurningSelector(selectors.DefaultSelector):
    """Tells when the loop looks at its sockets and when it goes on."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._watch.end_turn()
        try:
            return super().select(timeout)
        finally:
            self._watch.begin_turn()


class _Hearing(logging.Handler):
    """Counts what is logged with a traceback: nobody knew what to do with it."""

    def __init__(self, trial: Trial, thread: int) -> None:
        super().__init__(logging.WARNING)
        self._trial = trial
        self._thread = thread

    @override
    def emit(self, record: logging.LogRecord) -> None:
        # Servers and attackers have threads of their own.
        if record.thread == self._thread and record.exc_info and record.exc_info[1] is not None:
            self._trial.failed(record.exc_info[1], f"logged by {record.name}")


def settle_memory() -> None:
    """Sweep up, and give back what the allocator keeps for later: only what is held counts as memory."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def resident_mb() -> float:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MB


def peak_mb() -> float:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
