"""The newest few of what came by."""

import hashlib
from typing import Final

from ..bot.model.bounded import Bounded

_LONGEST: Final = 64


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
