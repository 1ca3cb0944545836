"""How long to wait before the next attempt."""

import random

_FIRST = 1.0
_LONGEST = 60.0


class Backoff:
    """Doubles from `first` to `longest` seconds, with jitter: many clients must not return at once."""

    def __init__(self, first: float | None = None, longest: float | None = None) -> None:
        self._first = _FIRST if first is None else first
        self._longest = _LONGEST if longest is None else longest
        self._base = self._first

    def reset(self) -> None:
        """Begin with the shortest wait again."""
        self._base = self._first

    def next(self) -> float:
        """Return how many seconds to wait now."""
        seconds = random.uniform(max(self._first, self._base / 2), self._base)
        self._base = min(self._base * 2, self._longest)
        return seconds
