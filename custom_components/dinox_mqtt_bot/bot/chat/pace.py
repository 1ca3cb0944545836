"""How far apart the messages of a conversation are: ever more as long as it stays busy."""

from collections import Counter, deque

from ..model.bounded import Bounded
from ..text.rate import MINUTE

SHORTEST, LONGEST_PACE = 2.0, 300.0
CALM = 60.0
"""Seconds without anything to tell, after which it is told at once again."""
BURST = 3
"""Small messages that come as fast as they may."""
MANY = 12
"""Readings in one message, or heard within a minute, that show that there is much to tell."""
BUSY = 60.0
"""The gap from which what keeps it busy is a flood."""
_MOST_SEEN = 10_000
_MOST_COUNTED = 200


class Pace:
    """The gap that is kept after a message: at first 2 s, then twice or four times the one before, to 5 min.

    `until` is when the next message may come. `heard` counts what there was to tell since it was calm last.
    """

    def __init__(self) -> None:
        self._gap = SHORTEST
        self._told = 0
        self._heard = self.since = 0.0
        self.until = 0.0
        self.heard = Counter[str]()
        self._lately = deque[float](maxlen=MANY + 1)

    def hear(self, now: float, source: str = "", *, again: bool = False) -> bool:
        """Note that there is something to tell, and from where; say whether it was calm before.

        It was not if the same is told `again` and again, however far apart.
        """
        back = now < self._heard  # the clock was set
        calm = back or (now >= self._heard + CALM and not again)
        self._heard = now
        self._lately.append(now)
        if calm:
            self._gap, self._told, self.until, self.since = SHORTEST, 0, 0.0, now
            self.heard.clear()
        if source in self.heard or len(self.heard) < _MOST_COUNTED:
            self.heard[source] += 1
        return calm

    def mark_told(self, readings: int, now: float) -> None:
        """Keep a gap after a message with so many readings."""
        self._told += 1
        if readings > MANY or self._heard_many(now):
            self._gap *= 4
        elif self._told > BURST:
            self._gap *= 2
        self._gap = min(self._gap, LONGEST_PACE)
        self.until = now + self._gap

    def _heard_many(self, now: float) -> bool:
        """Say whether there was much to tell within the last minute, in however many messages it is told."""
        return len(self._lately) > MANY and now - MINUTE < self._lately[0] <= now

    @property
    def flood(self) -> bool:
        """Whether it has been busy for so long that what is told comes late."""
        return self._gap >= BUSY


class Allowance:
    """So many at once, and one more each `seconds`: by the time at which all that was taken is back."""

    def __init__(self, most: int, seconds: float, size: int = 1) -> None:
        self._most, self._seconds = most, seconds
        self._back = Bounded[str, float](size)

    def take(self, now: float, name: str = "", count: int = 1) -> bool:
        """Take some, if so many are left."""
        back = self._back.get(name, 0.0) - now
        if (
            not 0 < back <= self._most * self._seconds
        ):  # nothing was taken for long, or the clock was set back
            back = 0.0
        wanted = count * self._seconds
        left = back + wanted <= self._most * self._seconds
        self._back.put(name, now + back + (wanted if left else 0.0))
        return left


class Rare:
    """Which topics are told soon although it is busy: those that seldom have anything to tell."""

    def __init__(self) -> None:
        self._each = Allowance(3, 600.0, _MOST_SEEN)
        self._all = Allowance(6, 30.0)

    def hear(self, topic: str, now: float, *, word: bool) -> bool:
        """Note that a topic has something to tell; say whether it seldom has (a word counts less)."""
        return self._each.take(now, topic, 1 if word else 3)

    def soon(self, now: float) -> bool:
        """Say whether one more may be told soon, and count it if so."""
        return self._all.take(now)


class ToldOrder:
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
