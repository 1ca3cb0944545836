"""What people call a thing by: its number or its name."""

from collections.abc import Iterable
from difflib import get_close_matches
import re
from typing import Protocol

from ..text.words import beginnings
from .topics import SIMILAR, fold


class Numbered(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def number(self) -> int: ...


_UNIT = re.compile(r"([<>=≤≥≠] -?[0-9.,]+) ?[^\s0-9.,(]\S*(?=\Z| \([0-9]+\)\Z)")
"""The unit of a limit at the end of a name: `icebox > -15 °c (2)`."""


def as_said(name: str) -> str:
    """Return a name as handles are compared: with the minus that keyboards have."""
    return fold(name).replace("−", "-")


class Handles[Thing: Numbered]:
    """Things by number and name, with `#` before it or not, however it is written; a name goes first.

    The unit of a limit at its end may be left out.
    """

    def __init__(self, things: Iterable[Thing]) -> None:
        every = list(things)
        self._named = {as_said(thing.name): thing for thing in every if thing.name}
        unitless = {_UNIT.sub(r"\1", name): thing for name, thing in self._named.items()}
        self._things = {str(thing.number): thing for thing in every} | unitless | self._named

    def get(self, handle: str) -> Thing | None:
        wanted = as_said(handle)
        return self._things.get(wanted) or self._things.get(wanted.removeprefix("#").lstrip())

    def similar(self, handle: str) -> str:
        """Return the names that look like a handle, the nearest first, as they are said."""
        wanted = as_said(handle).removeprefix("#")
        return ", ".join(self._named[name].name for name in get_close_matches(wanted, self._named, SIMILAR))

    def begun(self, text: str) -> tuple[Thing, str] | None:
        """Return the thing whose handle a text begins with, the longest there is, and what follows it."""
        found = ((self.get(beginning), rest) for beginning, rest in beginnings(text))
        return next(((thing, rest.strip()) for thing, rest in found if thing is not None), None)
