"""What one target of Home Assistant's notifications has still to be told, and when to try again."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ..bot.model.notice import Notice

# Seconds until a target is tried again; the last holds from then on.
RETRIES = (5.0, 15.0, 60.0, 300.0, 900.0)
# After so many failures in a row nothing else is tried in this round.
DOWN = 3


@dataclass(slots=True)
class _Line:
    """Notices with one tag: a later one takes an earlier one's place, so they keep their order."""

    notices: deque[Notice] = field(default_factory=deque)
    attempts: int = 0


class TargetQueue:
    """Tells everything in order; a notice that a target refuses does not hold up the rest.

    `deliver` says if it was told, `give_up` if it is dropped, `on_round` gets the rounds since the last
    success.
    """

    def __init__(
        self,
        deliver: Callable[[Notice], Awaitable[bool]],
        *,
        give_up: Callable[[Notice], bool],
        on_round: Callable[[int], None],
    ) -> None:
        self._deliver = deliver
        self._give_up = give_up
        self._on_round = on_round
        self._lines: dict[str, _Line] = {}
        self._ids: set[str] = set()
        self._fresh = asyncio.Event()
        self._in_vain = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def put(self, notice: Notice) -> None:
        """Add a notice, unless it waits already; a target that failed is then tried sooner."""
        if notice.id in self._ids:
            return
        self._ids.add(notice.id)
        tag = notice.push.tag if notice.push else ""
        self._lines.setdefault(tag or notice.id, _Line()).notices.append(notice)
        self._fresh.set()

    async def run(self) -> None:
        """Tell what waits and what comes meanwhile, until nothing is left."""
        while self._lines:
            await self._round()
            if self._lines:
                await self._rest()

    async def _round(self) -> None:
        """Try each line until it is empty or fails."""
        self._fresh.clear()
        tried: set[str] = set()
        self._in_vain += 1
        failures = 0
        while failures < DOWN and (tag := self._next(tried)):
            if await self._try(tag):
                failures = self._in_vain = 0
            else:
                failures += 1
                tried.add(tag)
        self._on_round(self._in_vain)

    def _next(self, tried: set[str]) -> str:
        """Return the oldest of the lines that failed least, or nothing."""
        return min((tag for tag in self._lines if tag not in tried), key=self._attempts, default="")

    def _attempts(self, tag: str) -> int:
        return self._lines[tag].attempts

    async def _try(self, tag: str) -> bool:
        line = self._lines[tag]
        notice = line.notices[0]
        told = await self._deliver(notice)
        if told or self._give_up(notice):
            line.notices.popleft()
            line.attempts = 0
            self._ids.discard(notice.id)
        else:
            line.attempts += 1
        if not line.notices:
            del self._lines[tag]
        return told

    async def _rest(self) -> None:
        """Wait until it is time to try again, or until something new is to be told."""
        soonest = RETRIES[0]
        await asyncio.sleep(soonest)
        longest = RETRIES[min(max(self._in_vain, 1), len(RETRIES)) - 1]
        with suppress(TimeoutError):
            async with asyncio.timeout(longest - soonest):
                await self._fresh.wait()
