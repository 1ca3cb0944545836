"""The newest few of what came by."""


class Remembered:
    """A set that forgets its oldest members."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._members: dict[str, None] = {}

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def add(self, member: str) -> bool:
        """Remember it; return whether it is new."""
        new = member not in self._members
        self._members[member] = None
        if len(self._members) > self._size:
            del self._members[next(iter(self._members))]
        return new

    def discard(self, member: str) -> None:
        """Forget it, if it was remembered at all."""
        self._members.pop(member, None)
