"""Who is in a room: a nick for the real address of each, as far as the room shows it."""

from collections.abc import Container
from typing import Final

from ..bot.model.bounded import Bounded
from .remembered import short

# Nicks of contacts in a room, and as many of others: one of them may become a contact while it is there.
_MOST: Final = 1_000
_LONGEST_ADDRESS: Final = 256


class Occupants:
    """The addresses of a room's people; what the room says of ever more of them does not grow."""

    def __init__(self) -> None:
        self._contacts = Bounded[str, str](_MOST)
        self._others = Bounded[str, str](_MOST)

    def put(self, nick: str, address: str, contacts: Container[str]) -> None:
        """Note whose a nick is; `address` is empty where the room does not tell."""
        self.pop(nick)
        if address in contacts:
            self._contacts.put(short(nick), address)
        elif 0 < len(address) <= _LONGEST_ADDRESS:
            self._others.put(short(nick), address)

    def pop(self, nick: str) -> None:
        """Forget a nick that is gone."""
        self._contacts.pop(short(nick), None)
        self._others.pop(short(nick), None)

    def clear(self) -> None:
        """Forget everybody."""
        self._contacts.clear()
        self._others.clear()

    def __getitem__(self, nick: str) -> str:
        """Return whose a nick is, empty if that is not known."""
        key = short(nick)
        return self._contacts.get(key) or self._others.get(key, "")
