"""Points of time as people say them: the clock alone for today, else with the day in words."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
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
        return self.with_clock(self._clock, speech)

    def with_clock(self, clock: str, speech: Speech) -> str:
        """Return the day in words with a time of day behind it."""
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
            clock=clock,
            weekday=speech.text(f"common.weekday_{day.weekday()}", f"{day:%A}"),
            day=day.day,
            month=speech.text(f"common.month_{day.month}", f"{day:%B}"),
            year=day.year,
        )

    def to(self, until: Moment) -> Between:
        """Return the time from here to another moment."""
        return Between(self, until)

    @property
    def exactly(self) -> Moment:
        """The same to the second."""
        return replace(self, exact=True)

    @property
    def _clock(self) -> str:
        return f"{self.at:%H:%M:%S}" if self.exact else f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Between(Said):
    """A time that is over, from one moment to another; a whole day is that day."""

    since: Moment
    until: Moment

    @override
    def __str__(self) -> str:
        return f"{self.since} – {self.until}"

    @override
    def write(self, speech: Speech) -> str:
        begin, end = self.since.at.replace(tzinfo=None), self.until.at.replace(tzinfo=None)
        whole = begin.time() == time() and end - begin == timedelta(days=1)
        day = self.since.with_clock("", speech).strip(" ,") if whole else ""
        since, until = self.since.write(speech), self.until.write(speech)
        return day or speech.phrase("common.past_between", since=since, until=until)
