"""The newest few of what came by, and of who is in a room."""

from collections.abc import Container
import hashlib
from time import monotonic
from typing import Final

from ..bot.model.bounded import Bounded

_MOST_SAID = 1_000
_SAID_SECONDS = 300.0
_LONGEST: Final = 64
# Nicks of contacts in a room, and as many of others: one of them may become a contact while it is there.
_MOST: Final = 1_000
_MOST_NAMED: Final = 500
_LONGEST_ADDRESS: Final = 256


def short(key: str) -> str:
    """Return a key itself, or what stands for it if somebody made it long."""
    if len(key) <= _LONGEST:
        return key
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


class Remembered:
    """A set that forgets its oldest members."""

    def __init__(self, size: int) -> None:
        self._members = Bounded[str, None](size)

    def __contains__(self, member: str) -> bool:
        return short(member) in self._members

    def add(self, member: str) -> bool:
        """Remember it; return whether it is new."""
        new = member not in self
        if new:
            self._members.put(short(member), None)
        return new

    def discard(self, member: str) -> None:
        """Forget it, if it was remembered at all."""
        self._members.pop(short(member), None)


class Said:
    """What people said lately, each by whom, its id and its text.

    An id alone need be unique in one stream only (RFC 6120 §8.1.3): some clients count anew when they start.
    """

    def __init__(self) -> None:
        self._until = Bounded[tuple[str, str, int], float](_MOST_SAID)

    def add(self, who: str, key: str, text: str) -> bool:
        """Remember it; return whether it is new. Without an id everything is."""
        said, now = (who, short(key), hash(text)), monotonic()
        if not key or now >= self._until.get(said, 0.0):
            self._until.put(said, now + _SAID_SECONDS)
            return True
        return False


class Named:
    """How a room names what was said in it lately: by the bot, which its own ids tell, and by contacts."""

    def __init__(self) -> None:
        self._known = Bounded[str, str](_MOST_NAMED)
        self._named = Bounded[str, tuple[str, str]](_MOST_NAMED)

    def put(self, name: str, key: str, nick: str) -> None:
        """Note how the room names what the bot names so, which has this nick."""
        self._known.put(short(name), key)
        self.note(name, key, nick)

    def note(self, name: str, key: str, nick: str) -> None:
        """Note how the room names what somebody of this nick names so; an id that is taken stays."""
        if key and len(name) <= _LONGEST_ADDRESS and not self._named.get(short(key), ("", ""))[0]:
            self._named.put(short(key), (name, nick))

    def called(self, key: str) -> tuple[str, str]:
        """Return how the room names what somebody names so, and the nick of who said it; or nothing."""
        return self._named.get(short(key), ("", ""))

    def get(self, name: str) -> str:
        """Return how the bot names it; the name itself where that is not known."""
        return self._known.get(short(name), name)


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
        """Forget everybody, as whoever leaves does."""
        self._contacts.clear()
        self._others.clear()

    def __getitem__(self, nick: str) -> str:
        """Return whose a nick is, empty if that is not known."""
        key = short(nick)
        return self._contacts.get(key) or self._others.get(key, "")
