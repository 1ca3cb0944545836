"""Alerts that the server has taken and no client of the contact has confirmed."""

from ..bot.ports import UNSURE_SECONDS, Notice
from ..bot.rules import Priority


class Unconfirmed:
    """Remembers them for `UNSURE_SECONDS`: a server that ends may take to its grave what it took last.

    A room is not asked: its echo comes after it has kept what was said.
    """

    def __init__(self) -> None:
        self._taken: dict[str, tuple[float, Notice]] = {}
        self._lost_at = 0.0

    def taken(self, notice: Notice, now: float) -> None:
        """Take note that the server has a notice."""
        if notice.room or notice.priority < Priority.ALERT:
            return
        for notice_id, (at, _) in list(self._taken.items()):
            if now - at <= UNSURE_SECONDS:
                break
            del self._taken[notice_id]
        self._taken[notice.id] = (now, notice)

    def settled(self, notice_id: str) -> None:
        """Take note that a client has it, or never will."""
        self._taken.pop(notice_id, None)

    def lost(self, now: float) -> None:
        """Take note that the connection is gone."""
        self._lost_at = now

    def doubted(self) -> list[Notice]:
        """Return, once, what a new session is to say again, in the order in which it was said."""
        doubted = [notice for at, notice in self._taken.values() if self._lost_at - at <= UNSURE_SECONDS]
        self._taken.clear()
        return doubted
