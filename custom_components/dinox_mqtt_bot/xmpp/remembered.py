"""The newest few of what came by."""

from time import monotonic

from ..bot.model.bounded import Bounded

_MOST_SAID = 1_000
_SAID_SECONDS = 300.0


class Remembered:
    """A set that forgets its oldest members."""

    def __init__(self, size: int) -> None:
        self._members = Bounded[str, None](size)

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def add(self, member: str) -> bool:
        """Remember it; return whether it is new."""
        new = member not in self._members
        if new:
            self._members.put(member, None)
        return new

    def discard(self, member: str) -> None:
        """Forget it, if it was remembered at all."""
        self._members.pop(member, None)


class Said:
    """What people said lately, each by whom, its id and its text.

    An id alone need be unique in one stream only (RFC 6120 §8.1.3): some clients count anew when they start.
    """

    def __init__(self) -> None:
        self._until = Bounded[tuple[str, str, int], float](_MOST_SAID)

    def add(self, who: str, key: str, text: str) -> bool:
        """Remember it; return whether it is new. Without an id everything is."""
        said, now = (who, key, hash(text)), monotonic()
        if not key or now >= self._until.get(said, 0.0):
            self._until.put(said, now + _SAID_SECONDS)
            return True
        return False
