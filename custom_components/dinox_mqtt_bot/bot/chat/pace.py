"""How far apart the messages of a conversation are: ever more as long as it stays busy."""

from ..model.bounded import Bounded

SHORTEST, LONGEST = 2.0, 300.0
CALM = 60.0
"""Seconds without anything to tell, after which it is told at once again."""
BURST = 5
"""Small messages that come as fast as they may."""
FEW, SOON = 3, 10.0
"""Readings of a message after which the next one is never longer than so many seconds away."""
MANY = 12
"""Readings in one message that show that there is much to tell."""
_MOST_SEEN = 10_000


class Pace:
    """The gap that is kept after a message: at first 2 s, then twice or four times the one before, to 5 min.

    Where little comes together it is no more than 10 s: somebody walks through the house. `until` is when the
    next message may come.
    """

    def __init__(self) -> None:
        self._gap = SHORTEST
        self._told = 0
        self._heard = 0.0
        self.until = 0.0

    def hear(self, now: float) -> bool:
        """Note that there is something to tell; say whether it was calm before."""
        calm = not self._heard <= now < self._heard + CALM  # or the clock was set back
        self._heard = now
        if calm:
            self._gap, self._told, self.until = SHORTEST, 0, 0.0
        return calm

    def tell(self, readings: int, now: float) -> None:
        """Keep a gap after a message with so many readings."""
        self._told += 1
        if readings > MANY:
            self._gap *= 4
        elif self._told > BURST:
            self._gap *= 2
        self._gap = min(self._gap, SOON if readings <= FEW else LONGEST)
        self.until = now + self._gap


class Seen:
    """Which topics had their value told, and in what order."""

    def __init__(self) -> None:
        self._order = Bounded[str, int](_MOST_SEEN)
        self._count = 0

    def rank(self, topic: str) -> int:
        """Return a number that is the lower the longer ago a topic was told; 0 if it was not."""
        return self._order.get(topic, 0)

    def note(self, topic: str) -> None:
        self._count += 1
        self._order.put(topic, self._count)
