"""Notices on their way to the disk: said when they are stored, or unwritten where that takes too long."""

from collections.abc import Iterable
import time

from ..bot.model.bounded import Bounded
from ..bot.model.notice import Notice

# A bot that falls silent is worse than a notice that a killed one says again.
PATIENCE_SECONDS = 2.0
MAX_NOTICES = 10_000


class Unstored:
    """Each notice until it is stored, and whether it was said before. To be used in the event loop."""

    def __init__(self) -> None:
        # When it was given, 0 once it was said.
        self._notices = Bounded[str, tuple[Notice, float]](MAX_NOTICES)

    @property
    def notices(self) -> Iterable[Notice]:
        """Those that are not stored yet, oldest first."""
        return [notice for notice, _ in self._notices.values()]

    def add(self, notice: Notice) -> None:
        """Take note of a notice that was handed over just now."""
        self._notices.put(notice.id, (notice, time.monotonic()))

    def stored(self, notices: Iterable[Notice]) -> list[Notice]:
        """Take note of what is stored; return what nobody has said before."""
        known = ((notice, self._notices.pop(notice.id, None)) for notice in notices)
        return [notice for notice, given in known if given is None or given[1]]

    def overdue(self, *, stuck: bool) -> list[Notice]:
        """Return what is to be said unwritten now: all that waits if the disk is `stuck`."""
        limit = time.monotonic() - (0.0 if stuck else PATIENCE_SECONDS)
        late = [notice for notice, given in self._notices.values() if given and given <= limit]
        for notice in late:
            self._notices[notice.id] = (notice, 0.0)
        return late
