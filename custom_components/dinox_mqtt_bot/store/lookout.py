"""What the event loop does while the writer cannot write: it says notices, acknowledges, and tells people."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
import time

from ..bot.model.notice import Notice
from ..bot.model.status import Gap
from .backlog import Backlog
from .trouble import Trouble
from .unstored import Unstored

LOOK_SECONDS = 1.0


class Lookout:
    """Looks each second whether the disk takes what it is given; `trouble` says why it does not.

    `say` gets each notice once: when it is stored, or unwritten when that takes too long.
    """

    _backlog: Backlog
    _on_judged: Callable[[], None]
    _on_gap: Callable[[Gap], None]

    def __init__(
        self, loop: asyncio.AbstractEventLoop, trouble: Callable[[], str], say: Callable[[Notice], None]
    ) -> None:
        self.unstored = Unstored()
        self._loop = loop
        self._reason = trouble
        self._say = say
        self._trouble = Trouble()
        self._timer: asyncio.TimerHandle | None = None
        self._releasing = False

    def start(
        self, backlog: Backlog, *, on_judged: Callable[[], None], on_gap: Callable[[Gap], None]
    ) -> None:
        """Look from now on. For `on_judged` and `on_gap` see `Store.start`."""
        self._backlog, self._on_judged, self._on_gap = backlog, on_judged, on_gap
        self._again()

    def stop(self) -> None:
        """Look no more, as the file is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        self._timer = self._loop.call_later(LOOK_SECONDS, self._again)
        self.look()

    def look(self) -> None:
        """Follow what the disk does, at once when the writer has found something out."""
        if self._timer is None:
            return
        news = self._trouble.follow(self._reason(), time.monotonic())
        self._backlog.stuck = bool(self._trouble.reason)
        self._say_overdue()
        self.accepted()
        if news:
            self._report()

    def given(self, notice: Notice) -> None:
        """Take note of a notice that is to be stored and then said."""
        self.unstored.add(notice)
        if self._trouble.reason:
            self._loop.call_soon(self._say_overdue)

    def stored(self, notices: Iterable[Notice]) -> None:
        """Say what is stored and was not said before."""
        for notice in self.unstored.stored(notices):
            self._say(notice)

    def accepted(self) -> None:
        """Have what is taken in while the disk is stuck acknowledged, once it is judged."""
        if self._releasing or not self._trouble.reason:
            return
        if self._backlog.crowded or self._trouble.lasts(time.monotonic()):
            self._releasing = True
            self._loop.call_soon(self._release)

    def _release(self) -> None:
        self._releasing = False
        self._on_judged()

    def _say_overdue(self) -> None:
        for notice in self.unstored.overdue(stuck=bool(self._trouble.reason)):
            self._say(notice)

    def _report(self) -> None:
        """Tell that nothing is written, or what is missing now that it is again."""
        gap = replace(self._backlog.missing, reason=self._trouble.told)
        if not gap.reason:
            self._backlog.missing = Gap()
        self._on_gap(gap)
