"""What a database file can suffer, and how it is found out."""

from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from pathlib import Path
import sqlite3
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

# A missing table or column, as the statements are right; broken pages; no database; and rules that no value
# can break: a broken index makes it look so.
_DAMAGE = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
}
_KIND = 0xFF


MAX_CHARACTERS = 300


class DamageError(sqlite3.DatabaseError):
    """What SQLite does not find out by itself."""


def is_damage(error: Exception) -> bool:
    """Say whether it is the file that is wrong: trying on is in vain, unlike with a full disk."""
    if isinstance(error, DamageError) or not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code in _DAMAGE or (code & _KIND in _DAMAGE and code & _KIND != sqlite3.SQLITE_ERROR)


def error_text(error: Exception) -> str:
    """Return the words of an error on one line, with its kind where they are for programmers only."""
    text = str(error) if isinstance(error, sqlite3.Error | OSError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:MAX_CHARACTERS]


def checked[Value](value: Value, *types: type) -> Value:
    """Return a value. Raises DamageError if it is of none of these types: a broken page holds any."""
    if not isinstance(value, types):
        raise DamageError(f"{type(value).__name__} in the place of {types[0].__name__}")
    return value


def built[T](kind: Callable[..., T], *values: Any) -> T:
    """Return what its fields are read for, in their order. Raises DamageError if one has a wrong type."""
    for value, types in zip(values, _types(kind), strict=False):
        if types:
            checked(value, *types)
    return kind(*values)


@cache
def _types(kind: Hashable) -> tuple[tuple[type, ...], ...]:
    assert isinstance(kind, type)
    hints = get_type_hints(kind)
    return tuple(_plain(hints[each.name]) for each in fields(kind))


def _plain(hint: Any) -> tuple[type, ...]:
    """Return the types of a value that SQLite stores as it is; nothing for what is made of one."""
    every = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if not {str, int, float, bool, NoneType}.issuperset(every):
        return ()
    return (*every, int) if float in every else tuple(every)


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
