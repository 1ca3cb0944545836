"""The other bots at the same broker, as far as they tell of themselves."""

from collections.abc import Callable, Iterator
from enum import Enum, auto

from .beacon import Beacon, read

MOST = 50
"""How many bots are known at once: anybody may pretend to be some more."""


class NeighbourChange(Enum):
    """What a message on a status topic changed."""

    NOTHING = auto()
    CAME = auto()
    CHANGED = auto()
    GONE = auto()


class Neighbours:
    """Knows each bot by its id until its retained status is cleared.

    `admits` lets new ones in; those refused or without room are counted in `left_out`.
    """

    def __init__(self, admits: Callable[[], bool]) -> None:
        self.left_out = 0
        self._admits = admits
        self._known: dict[str, Beacon] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._known))

    def __contains__(self, bot_id: str) -> bool:
        return bot_id in self._known

    def get(self, bot_id: str) -> Beacon | None:
        return self._known.get(bot_id)

    def take(self, bot_id: str, payload: bytes) -> NeighbourChange:
        """Take over what came on a bot's status topic. Total: no payload makes it raise."""
        if not payload:
            return NeighbourChange.NOTHING if self._known.pop(bot_id, None) is None else NeighbourChange.GONE
        beacon, before = read(payload), self._known.get(bot_id)
        if beacon is None or beacon == before:
            return NeighbourChange.NOTHING
        if before is None and (len(self._known) >= MOST or not self._admits()):
            self.left_out += 1
            return NeighbourChange.NOTHING
        self._known[bot_id] = beacon
        return NeighbourChange.CHANGED if before else NeighbourChange.CAME
