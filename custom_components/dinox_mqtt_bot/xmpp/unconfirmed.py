"""Alerts that the server has taken and no client of the contact or room has confirmed."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from ..bot.model.bounded import Bounded
from ..bot.model.notice import Notice
from ..bot.model.rules import Priority
from ..bot.ports import UNSURE_SECONDS

# A server that ends again and again, and a contact that is away, must not make one alert a hundred.
MOST_TIMES: Final = 3
_MOST_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Taken:
    """When a notice was taken, in seconds of a clock that nobody sets, and to whom it goes."""

    at: float
    to: str
    urgent: bool
    room: bool


class Unconfirmed:
    """Remembers for `UNSURE_SECONDS` what was taken: a server that ends may lose what it took last.

    What a room has passed on may be lost as well: it tells what it still has when it is entered again. Not
    kept is a message that is corrected now and then: its first words would come after its last.
    """

    def __init__(self) -> None:
        self._taken: dict[str, _Taken] = {}
        self._times = Bounded[str, int](_MOST_COUNTED)
        self._lost_at: float | None = None

    def taken(self, notice: Notice, now: float) -> None:
        """Take note that the server has a notice."""
        while self._taken and now - self._taken[oldest := next(iter(self._taken))].at > UNSURE_SECONDS:
            del self._taken[oldest]
        self._taken.pop(notice.replaces or notice.id, None)
        if not notice.replaces:
            self._taken[notice.id] = _Taken(now, notice.to, notice.priority >= Priority.ALERT, notice.room)

    def confirmed(self, notice_id: str, *, read: bool) -> None:
        """Note that a client has it, and what its contact was told before: a stream keeps the order.

        What a room has passed on is confirmed by nothing but that somebody has `read` it.
        """
        confirmed = self._taken.get(notice_id)
        if confirmed is None or (confirmed.room and not read):
            return
        until = takewhile(lambda taken: taken[0] != notice_id, self._taken.items())
        earlier = [key for key, taken in until if taken.to == confirmed.to]
        for key in (*earlier, notice_id):
            del self._taken[key]

    def given_up(self, notice_id: str) -> None:
        """Take note that it waits again, or never will come."""
        self._taken.pop(notice_id, None)

    def lost(self, now: float) -> None:
        """Take note that the connection is gone, and the server with it for all that is known."""
        self._lost_at = now

    def doubted(self) -> list[str]:
        """Return once, in order, what to say again: alerts, and what their contacts were told after."""
        if self._lost_at is None:
            return []
        doubted: list[str] = []
        contacts: set[str] = set()
        for notice_id, taken in self._taken.items():
            if self._lost_at - taken.at > UNSURE_SECONDS:
                continue
            times = self._times.get(notice_id, 0)
            if times < MOST_TIMES and (taken.urgent or taken.to in contacts):
                contacts.add(taken.to)
                doubted.append(notice_id)
                self._times.put(notice_id, times + 1)
        for notice_id in doubted:
            del self._taken[notice_id]
        self._lost_at = None
        return doubted
