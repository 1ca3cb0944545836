"""How often something happened of late."""

from collections import deque

MINUTE = 60.0


class Window:
    """Counts what happened within the last minute. What lies ahead counts no more: the clock was set back."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def __len__(self) -> int:
        """How often it had happened when it was counted last."""
        return len(self._times)

    @property
    def moves_at(self) -> float:
        """When the oldest counts no more; 0 if there is none."""
        return self._times[0] + MINUTE if self._times else 0.0

    def add(self, now: float) -> None:
        """Count it once more."""
        self.count(now)
        self._times.append(now)

    def count(self, now: float) -> int:
        """Return how often it happened of late."""
        while self._times and not now - MINUTE < self._times[0] <= now:
            self._times.popleft()
        return len(self._times)
