"""The newest few of what came by."""

from ..bot.model.bounded import Bounded


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
