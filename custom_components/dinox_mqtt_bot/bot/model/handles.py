"""What people call a thing by: its number or its name."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Protocol

from ..text.words import beginnings
from .topics import SIMILAR, fold


class Numbered(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def number(self) -> int: ...


class Handles[Thing: Numbered]:
    """Things by number and name, with `#` before it or not, however it is written; a name goes first."""

    def __init__(self, things: Iterable[Thing]) -> None:
        every = list(things)
        self._named = {fold(thing.name): thing for thing in every if thing.name}
        self._things = {str(thing.number): thing for thing in every} | self._named

    def get(self, handle: str) -> Thing | None:
        wanted = fold(handle)
        return self._things.get(wanted) or self._things.get(wanted.removeprefix("#").lstrip())

    def similar(self, handle: str) -> str:
        """Return the names that look like a handle, the nearest first, as they are said."""
        wanted = fold(handle).removeprefix("#")
        return ", ".join(self._named[name].name for name in get_close_matches(wanted, self._named, SIMILAR))

    def begun(self, text: str) -> tuple[Thing, str] | None:
        """Return the thing whose handle a text begins with, the longest there is, and what follows it."""
        found = ((self.get(beginning), rest) for beginning, rest in beginnings(text))
        return next(((thing, rest.strip()) for thing, rest in found if thing is not None), None)
