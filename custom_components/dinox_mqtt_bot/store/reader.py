"""Reads beside the writer thread, off the event loop."""

import asyncio
from collections.abc import Callable
import sqlite3
from threading import Lock

from ..bot.model.errors import BotError
from .writer import Writer


class ReadConnection:
    """A connection that can only read. Every query sees what was handed to the writer before."""

    def __init__(
        self, connection: sqlite3.Connection, writer: Writer, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._loop = loop
        self._lock = Lock()

    async def read[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run the query in the loop's executor. Raises BotError `history_unreadable`."""
        await asyncio.wrap_future(self._writer.flush(), loop=self._loop)
        return await self._loop.run_in_executor(None, self._alone, query)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _alone[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._lock:
                return query(self._connection)
        except sqlite3.Error as error:
            raise BotError("history_unreadable", reason=error) from error
