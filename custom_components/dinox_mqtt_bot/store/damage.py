"""What a database file can suffer, and how it is found out."""

from pathlib import Path
import sqlite3
from typing import Any

# A missing table or column, as the statements are right; broken pages; no database; and rules that no value
# can break: a broken index makes it look so.
_DAMAGE = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
}
_KIND = 0xFF


class DamageError(sqlite3.DatabaseError):
    """What SQLite does not find out by itself."""


def is_damage(error: Exception) -> bool:
    """Say whether it is the file that is wrong: trying on is in vain, unlike with a full disk."""
    if isinstance(error, DamageError) or not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code in _DAMAGE or (code & _KIND in _DAMAGE and code & _KIND != sqlite3.SQLITE_ERROR)


def told(error: Exception) -> str:
    """Return the words of an error, its kind where it has none or they are for programmers."""
    return str(error) if isinstance(error, sqlite3.Error | OSError) else f"{type(error).__name__}: {error}"


def values[Row: tuple[Any, ...]](row: Row, *types: type) -> Row:
    """Return a row as it is. Raises DamageError if a value is of another type, as on a broken page."""
    for value, wanted in zip(row, types, strict=True):
        if not isinstance(value, wanted):
            raise DamageError(f"{type(value).__name__} in the place of {wanted.__name__}")
    return row


class DatabaseFile:
    """The file of a connection, if it is where it was: a deleted one takes what is written, for nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        self._inode = self._find()

    def look(self) -> None:
        """Raise DamageError if the file was deleted, or is another one by now."""
        if self._find() != self._inode:
            raise DamageError("the database file is gone")

    def _find(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError, NotADirectoryError:
            return None
        return found.st_dev, found.st_ino
