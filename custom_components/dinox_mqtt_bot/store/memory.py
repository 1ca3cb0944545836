"""A few short texts, kept over restarts: `ports.Memory` over SQLite."""

import sqlite3
from typing import override

from ..bot import ports
from .backlog import Backlog, RowChange
from .damage import checked

KEPT = "SELECT key, value FROM meta"
SET = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
TEXT = ("meta", slice(1))


class SqliteMemory(ports.Memory):
    """Read from memory, changed through the backlog."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._texts: dict[str, str] = {}

    def load(self, connection: sqlite3.Connection) -> None:
        """Read what an earlier run has set."""
        for key, text in connection.execute(KEPT):
            self._texts[checked(key, str)] = checked(text, str)

    @override
    def get(self, key: str) -> str:
        return self._texts.get(key, "")

    @override
    def set(self, key: str, value: str) -> None:
        if self.get(key) != value:
            self._texts[key] = value
            self._backlog.change(RowChange(SET, ((key, value),), sets=TEXT))
