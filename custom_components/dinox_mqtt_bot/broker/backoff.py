"""How long to wait before the next attempt."""

import random

_FIRST = 1.0
_LONGEST = 60.0


class Backoff:
    """Doubles from 1 s to 60 s, with jitter so that many clients do not come back all at once."""

    def __init__(self) -> None:
        self._base = _FIRST

    def reset(self) -> None:
        """Begin with 1 s again."""
        self._base = _FIRST

    def next(self) -> float:
        """Return how many seconds to wait now."""
        seconds = random.uniform(max(_FIRST, self._base / 2), self._base)
        self._base = min(self._base * 2, _LONGEST)
        return seconds
