"""What is to be said or done later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = 86_400.0
_WEEK = 10
"""Days within which each weekday comes once at least, from two days ago on."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A text that is told, or a `deed` that is done, `at` a time (Unix).

    `id` is that of the notice which tells it, `number` the handle for typing. `who` asked for it: a bare
    JID, or what another surface calls its user. It is told `to` a contact or room; empty: to all that are
    told alerts. `back`: it undoes what was set for a time. `days` are the weekdays on which it comes again,
    each a digit, 0 for Monday, and `often` is how somebody said that; both are empty for what comes once.
    `first` is when it came first: on a day whose clock leaves out its time it comes at another one.
    """

    id: str
    number: int
    who: str
    to: str
    text: str
    at: float
    deed: bool = False
    back: bool = False
    days: str = ""
    often: str = ""
    first: float = 0.0

    def after(self, now: float, local: Callable[[float], datetime]) -> float:
        """Return when it comes next after a time: at the same time of day, on one of its days."""
        first = self.first or self.at
        was = local(first) + timedelta(days=max(0, int((now - first) // _DAY) - 1))
        days = (was + timedelta(days=ahead) for ahead in range(_WEEK))
        return next(at for day in days if str(day.weekday()) in self.days and (at := day.timestamp()) > now)

    @property
    def facts(self) -> dict[str, object]:
        """What an action is answered."""
        return {
            "reminder": self.number,
            "text": self.text,
            "time": self.at,
            "deed": self.deed,
            "often": self.often,
            "who": self.who,
        }
