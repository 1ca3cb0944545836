"""Time and chance for the bot, from the event loop and the system."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
import secrets
import time

from homeassistant.util import dt as dt_util

# A timer so late tells that this process stood still. What came meanwhile waits in the sockets, and is read
# first: else a sensor would be called silent whose message is there.
_LATE = 5.0
_CATCH_UP = 2.0
# The clock on the wall may be set, and this process be stopped for hours: it is looked at again and again.
_LOOK_AGAIN = 60.0


class LoopClock:
    """`bot.ports.Clock`: one timer, for the earliest time asked for."""

    _tick: Callable[[float], None]

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._at = 0.0
        self._closed = False

    def start(self, tick: Callable[[float], None]) -> None:
        """Call `tick` when it is time, in this turn of the loop at the earliest."""
        self._tick = tick

    def now(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def local(self, at: float) -> datetime:
        """Return a Unix time in Home Assistant's time zone."""
        return dt_util.as_local(dt_util.utc_from_timestamp(at))

    def wake(self, at: float) -> None:
        """Call `tick` at this Unix time or soon after, and now and then before; the earliest wish wins."""
        if self._closed or (self._timer is not None and self._at <= at):
            return
        self._cancel()
        self._at = at
        self._timer = self._loop.call_later(min(max(0.0, at - self.now()), _LOOK_AGAIN), self._ring)

    def new_id(self) -> str:
        """Return 128 random bits as hex."""
        return secrets.token_hex(16)

    def close(self) -> None:
        """Ring no more, whatever is asked."""
        self._closed = True
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self, *, caught_up: bool = False) -> None:
        assert self._timer is not None
        if self._loop.time() - self._timer.when() > _LATE and not caught_up:
            self._timer = self._loop.call_later(_CATCH_UP, partial(self._ring, caught_up=True))
            return
        self._timer = None
        self._tick(self.now())


class Pulse:
    """Tells of changes: one at once, then once every `interval` seconds; the recorder needs no more."""

    def __init__(self, loop: asyncio.AbstractEventLoop, interval: float = 1.0) -> None:
        self._loop = loop
        self._interval = interval
        self._listeners: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._changed = False

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after changes; the function returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def waiting(self) -> bool:
        """Whether an interval is running."""
        return self._timer is not None

    def beat(self) -> None:
        """Note a change, to be told now or when the interval is over."""
        if self._timer is None:
            self.notify()
        else:
            self._changed = True

    def notify(self) -> None:
        """Tell a change that must not wait, such as a lost connection."""
        self.close()
        self._changed = False
        self._timer = self._loop.call_later(self._interval, self._elapsed)
        for listener in list(self._listeners):
            listener()

    def close(self) -> None:
        """Cancel the timer, if there is one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _elapsed(self) -> None:
        self._timer = None
        if self._changed:
            self.notify()


class Allowance:
    """Lets through so many a second, and after a quiet time a burst. Times are seconds of any one clock."""

    def __init__(self, per_second: float, burst: float) -> None:
        self.refused = 0
        self._per_second = per_second
        self._burst = burst
        self._left = burst
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Say whether one more may pass now; count it if it may not."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True
