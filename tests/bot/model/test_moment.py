"""How points of time are said: as short as they can be, and never as a machine writes them."""

from datetime import date, datetime

from phrases import RealPhrases
import pytest

from bot.model.moment import Moment

SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        ("2026-11-29 14:02:31", "14:02", "14:02"),
        ("2026-11-28 14:02:31", "yesterday 14:02", "gestern 14:02"),
        ("2026-11-30 07:00:00", "tomorrow 07:00", "morgen 07:00"),
        ("2026-11-23 14:02:31", "Monday 14:02", "Montag 14:02"),
        ("2026-12-05 14:02:31", "Saturday 14:02", "Samstag 14:02"),
        ("2026-11-22 14:02:31", "22 November 14:02", "22. November 14:02"),
        ("2026-03-01 00:00:00", "1 March 00:00", "1. März 00:00"),
        ("2027-01-02 09:30:00", "2 January 09:30", "2. Januar 09:30"),
        ("2025-05-02 09:30:00", "2 May 2025 09:30", "2. Mai 2025 09:30"),
    ],
)
def test_a_time_is_said_with_as_much_of_the_day_as_it_takes(at: str, english: str, german: str) -> None:
    moment = Moment(datetime.fromisoformat(at), SUNDAY)
    assert RealPhrases("en").write(moment) == english
    assert RealPhrases("de").write(moment) == german


def test_what_follows_within_a_minute_is_told_apart_to_the_second() -> None:
    moment = Moment(datetime(2026, 11, 28, 14, 2, 31), SUNDAY)
    assert RealPhrases("en").write(moment.exactly) == "yesterday 14:02:31"
    assert str(moment) == "2026-11-28 14:02"


def test_a_whole_day_is_that_day() -> None:
    begin, end = (Moment(datetime(2026, 11, day), SUNDAY) for day in (27, 28))
    assert str(begin.to(end)) == "2026-11-27 00:00 – 2026-11-28 00:00"
