"""Notices on their way to the disk: said when they are stored, or unwritten where that takes too long."""

from collections.abc import Iterable
from dataclasses import dataclass
import time

from ..bot.model.bounded import Bounded
from ..bot.model.notice import Notice

# A bot that falls silent is worse than a notice that a killed one says again.
PATIENCE_SECONDS = 2.0
MAX_NOTICES = 10_000


@dataclass(slots=True)
class _Way:
    """How far one notice is: `writes` of it are outstanding, `given` is when the newest was."""

    notice: Notice
    writes: int
    given: float
    said: bool = False


class Unstored:
    """Each notice until all is stored that was said of it. To be used in the event loop."""

    def __init__(self) -> None:
        self._ways = Bounded[str, _Way](MAX_NOTICES)

    @property
    def notices(self) -> Iterable[Notice]:
        """Those that are not stored yet, oldest first."""
        return [way.notice for way in self._ways.values()]

    def add(self, notice: Notice) -> None:
        """Take note of a notice that was handed over just now, or again as it is held no more."""
        known = self._ways.get(notice.id)
        writes = known.writes + 1 if known else 1
        self._ways.put(notice.id, _Way(notice, writes, time.monotonic()))

    def stored(self, notices: Iterable[Notice]) -> list[Notice]:
        """Take note of what is stored; return what nobody has said before."""
        fresh: list[Notice] = []
        for notice in notices:
            way = self._ways.get(notice.id)
            if way is not None:
                way.writes -= 1
            if way is None or (not way.writes and not way.said):
                fresh.append(notice)
            if way is not None and not way.writes:
                del self._ways[notice.id]
        return fresh

    def overdue(self, *, stuck: bool) -> list[Notice]:
        """Return what is to be said unwritten now: all that waits if the disk is `stuck`."""
        limit = time.monotonic() - (0.0 if stuck else PATIENCE_SECONDS)
        late = [way for way in self._ways.values() if not way.said and way.given <= limit]
        for way in late:
            way.said = True
        return [way.notice for way in late]
