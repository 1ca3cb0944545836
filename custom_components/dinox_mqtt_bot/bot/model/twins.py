"""Tells a message from the copies of it that overlapping filters bring."""

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

MOST_REMEMBERED = 20_000
ADJACENT = 0.02
"""Seconds in which a broker sends the copies of one message; the next one rarely follows so soon."""


@dataclass(slots=True)
class _Alike:
    """Messages that look alike: the numbers of those remembered, and how many each filter has brought."""

    forgotten: int = 0
    numbers: deque[int] = field(default_factory=deque)
    brought: dict[Hashable, int] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        return self.forgotten + len(self.numbers)


class Twins:
    """Remembers for some seconds what was taken.

    From its first one on a filter brings every message once, in order: a copy is of the oldest message of
    its looks that its filter has not brought yet. It is used while filters come and go.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._alike: dict[Hashable, _Alike] = {}
        self._order: deque[tuple[float, Hashable]] = deque()
        self._count = 0
        # How many had been taken before the first message of a filter, and before it was there.
        self._before: dict[Hashable, int] = {}
        self._joined: dict[Hashable, int] = {}

    def __bool__(self) -> bool:
        """Say whether anything that was taken may still have a copy on its way."""
        return bool(self._order)

    def is_copy(self, looks: Hashable, filters: Iterable[Hashable], now: float, *, last: bool) -> bool:
        """Say whether a message that these filters bring was taken before; if not, it is taken now.

        `now` is of a clock that nobody sets; of the `last` message for the time being no copy is expected.
        """
        self._forget(now)
        alike, by = self._alike.get(looks) or _Alike(), list(filters)
        for each in by:
            if each not in self._before:
                self._before[each] = self._count - self._is_of_last(looks, each, now)
        number = max(alike.forgotten, *(self._brought(alike, each) for each in by)) + 1
        is_copy = number <= alike.taken
        if is_copy or not last:
            alike.brought |= dict.fromkeys(by, number)
        if not (is_copy or last):
            self._count += 1
            alike.numbers.append(self._count)
            self._alike[looks] = alike
            self._order.append((now, looks))
        return is_copy

    def join(self, topic_filter: Hashable) -> None:
        """Take note that a filter is there: what is taken from now on, it brings too, however late."""
        self._joined.setdefault(topic_filter, self._count)

    def leave(self, topic_filter: Hashable) -> None:
        """Expect nothing more of a filter; should it come again, it begins anew."""
        self._before.pop(topic_filter, None)
        self._joined.pop(topic_filter, None)
        for alike in self._alike.values():
            alike.brought.pop(topic_filter, None)

    def _is_of_last(self, looks: Hashable, topic_filter: Hashable, now: float) -> bool:
        """Say whether the first message of a filter is a copy of what was taken last."""
        at, last = self._order[-1] if self._order else (0.0, None)
        joined = self._joined.get(topic_filter, self._count)
        return bool(self._order) and last == looks and (joined < self._count or now < at + ADJACENT)

    def _brought(self, alike: _Alike, topic_filter: Hashable) -> int:
        brought = alike.brought.get(topic_filter)
        if brought is not None:
            return brought
        return alike.forgotten + sum(number <= self._before[topic_filter] for number in alike.numbers)

    def _forget(self, now: float) -> None:
        while self._order and (
            self._order[0][0] <= now - self._seconds or len(self._order) >= MOST_REMEMBERED
        ):
            _, looks = self._order.popleft()
            alike = self._alike[looks]
            alike.numbers.popleft()
            alike.forgotten += 1
            if not alike.numbers:
                del self._alike[looks]
