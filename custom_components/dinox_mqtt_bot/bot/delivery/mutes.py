"""What nobody wants to hear of for a while."""

from collections.abc import Iterator
import json

from ..model.timers import NEVER
from ..model.topics import matches
from ..ports import Memory

KEY = "mutes"


class Mutes:
    """Filters and rule ids that are not told of until a Unix time (infinity: until told so)."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._until: dict[str, float] = dict(_read(memory.get(KEY)))

    def __iter__(self) -> Iterator[tuple[str, float]]:
        return iter(self._until.items())

    @property
    def due_at(self) -> float:
        return min(self._until.values(), default=NEVER)

    def add(self, what: str, until: float) -> None:
        self._until[what] = until
        self._write()

    def remove(self, what: str) -> bool:
        """End a mute; say whether there was one."""
        found = self._until.pop(what, None) is not None
        if found:
            self._write()
        return found

    def expire(self, now: float) -> bool:
        """Forget what has ended; say whether anything has."""
        ended = [what for what, until in self._until.items() if until <= now]
        for what in ended:
            del self._until[what]
        if ended:
            self._write()
        return bool(ended)

    def covers(self, topic: str, rule_id: str = "") -> bool:
        """Say whether a topic, or a rule on it, is muted."""
        if not self._until:
            return False
        return rule_id in self._until or any(matches(what, topic) for what in self._until)

    def _write(self) -> None:
        said = {what: None if until == NEVER else until for what, until in self._until.items()}
        self._memory.set(KEY, json.dumps(said, ensure_ascii=False))


def _read(text: str) -> Iterator[tuple[str, float]]:
    for what, until in json.loads(text or "{}").items():
        yield what, NEVER if until is None else until
