"""What was learned last, up to a bound."""


class Bounded[Key, Value](dict[Key, Value]):
    """A dictionary that forgets what was put into it longest ago."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def put(self, key: Key, value: Value) -> None:
        """Keep a value as the newest one, in the place of an earlier one of its key."""
        self.pop(key, None)
        self[key] = value
        if len(self) > self._size:
            del self[next(iter(self))]
