"""Reads beside the writer thread, off the event loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import sqlite3
from threading import Lock

from ..bot.model.replies import BotError
from .damage import error_text, is_damage
from .writer import STALL_SECONDS, Writer

INTERRUPT_SECONDS = 0.05


class ReadConnection:
    """A connection that can only read. Every query sees what was handed to the writer before.

    `damage` is what a query has found to be wrong with the file.
    """

    def __init__(
        self, connection: sqlite3.Connection, writer: Writer, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.damage = ""
        self._connection = connection
        self._writer = writer
        self._loop = loop
        self._lock = Lock()
        self._closed = False

    async def read[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run the query in the loop's executor. Raises BotError `history_unreadable`."""
        await self.settle()
        return await self._loop.run_in_executor(None, self._alone, query)

    async def settle(self) -> None:
        """Return once what was handed to the writer is stored, or cannot be for now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STALL_SECONDS):
                await asyncio.wrap_future(self._writer.flush(), loop=self._loop)

    def close(self) -> None:
        """Let go of the file; a query that runs, or is about to, is broken off."""
        self._closed = True
        # A query that has the lock, but has not begun yet, does not notice one interruption.
        while not self._lock.acquire(timeout=INTERRUPT_SECONDS):
            self._connection.interrupt()
        try:
            self._connection.close()
        finally:
            self._lock.release()

    def _alone[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._lock:
                return query(self._connection)
        except Exception as error:  # whatever a damaged file makes of a query
            if is_damage(error) and not self._closed:
                self.damage = error_text(error)
            raise BotError("history_unreadable", reason=error_text(error)) from error
