"""Points of time as people say them: the clock alone for today, else with the day in words."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import override

from .speech import Said, Speech

_NEAR = 7
"""Days from which on a weekday may mean another week's."""
_SAME_YEAR = 180
"""Days within which a date needs no year."""
_CLOSE = {0: "today", -1: "yesterday", 1: "tomorrow"}


@dataclass(frozen=True, slots=True)
class Moment(Said):
    """A time where the user lives, as it is said on the day `today`; `exact` to the second."""

    at: datetime
    today: date
    exact: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self._clock}"

    @override
    def write(self, speech: Speech) -> str:
        day = self.at.date()
        away = (day - self.today).days
        if away in _CLOSE:
            key = f"common.moment_{_CLOSE[away]}"
        elif abs(away) < _NEAR:
            key = "common.moment_weekday"
        elif day.year == self.today.year or abs(away) < _SAME_YEAR:
            key = "common.moment_date"
        else:
            key = "common.moment_date_year"
        return speech.phrase(
            key,
            clock=self._clock,
            weekday=speech.text(f"common.weekday_{day.weekday()}", f"{day:%A}"),
            day=day.day,
            month=speech.text(f"common.month_{day.month}", f"{day:%B}"),
            year=day.year,
        )

    @property
    def exactly(self) -> Moment:
        """The same to the second."""
        return replace(self, exact=True)

    @property
    def _clock(self) -> str:
        return f"{self.at:%H:%M:%S}" if self.exact else f"{self.at:%H:%M}"
