"""Times of the week, as people type them, and when the next of them begins."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from bot.text.weekly import DAYS, Weekly, read_weekly

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("22:00-6:00", "22:00-06:00"),
        ("between 10pm and 6am", "22:00-06:00"),
        ("at night", "22:00-06:00"),
        ("nachts", "22:00-06:00"),
        ("morning", "06:00-12:00"),
        ("weekdays", "weekdays"),
        ("working days", "weekdays"),
        ("mo-fr", "weekdays"),
        ("monday to friday 8:00-17:00", "weekdays 08:00-17:00"),
        ("werktags von 22 uhr bis 6 uhr", "weekdays 22:00-06:00"),
        ("am wochenende", "weekend"),
        ("saturday and sunday", "weekend"),
        ("mon, wed 7-9", "mon,wed 07:00-09:00"),
        ("di und do", "tue,thu"),
        ("sat - mon", "mon,sat,sun"),
        ("every day", "daily"),
        ("daily 8-9", "08:00-09:00"),
        ("8:00-8:00", "daily"),
    ],
)
def test_times_are_read_and_kept_in_one_way(typed: str, kept: str) -> None:
    weekly = read_weekly(typed)
    assert str(weekly) == kept
    assert read_weekly(kept) == weekly or kept == "daily"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "hello",
        "22:00",
        "22:00-",
        "22:00 until",
        "22-26",
        "7-9 8-10",
        "monday x",
        "mon - 7",
        "x" * 200,
    ],
)
def test_other_texts_are_no_times(typed: str) -> None:
    assert read_weekly(typed) is None


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=BERLIN).timestamp()  # type: ignore[arg-type, misc]


def local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, BERLIN)


@pytest.mark.parametrize(
    ("typed", "now", "opens"),
    [
        ("22:00-6:00", at(2026, 11, 30, 12, 0), at(2026, 11, 30, 22, 0)),
        ("22:00-6:00", at(2026, 11, 30, 23, 0), at(2026, 11, 30, 23, 0)),
        ("22:00-6:00", at(2026, 11, 30, 5, 59), at(2026, 11, 30, 5, 59)),
        ("22:00-6:00", at(2026, 11, 30, 6, 0), at(2026, 11, 30, 22, 0)),
        ("weekdays", at(2026, 11, 28, 12, 0), at(2026, 11, 30, 0, 0)),
        ("fri 22:00-6:00", at(2026, 11, 28, 5, 0), at(2026, 11, 28, 5, 0)),
        ("fri 22:00-6:00", at(2026, 11, 28, 7, 0), at(2026, 12, 4, 22, 0)),
        # The nights in which the clocks change: one is an hour shorter, the other longer.
        ("1:00-4:00", at(2026, 3, 29, 0, 0), at(2026, 3, 29, 1, 0)),
        ("22:00-6:00", at(2026, 3, 29, 5, 59), at(2026, 3, 29, 5, 59)),
        ("22:00-6:00", at(2026, 10, 25, 5, 59), at(2026, 10, 25, 5, 59)),
        ("22:00-6:00", at(2026, 10, 25, 6, 0), at(2026, 10, 25, 22, 0)),
    ],
)
def test_the_next_time_begins_by_the_clock_on_the_wall(typed: str, now: float, opens: float) -> None:
    weekly = read_weekly(typed)
    assert weekly is not None
    assert weekly.opens_at(now, local) == opens


@given(
    st.sets(st.integers(0, DAYS - 1)),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_a_time_that_has_begun_is_one(days: set[int], begin: int, end: int, when: datetime) -> None:
    weekly = Weekly(frozenset(days), begin, end)
    now = when.replace(tzinfo=UTC).timestamp()
    opens = weekly.opens_at(now, local)
    assert weekly.opens_at(opens, local) == opens
    assert now <= opens <= now + timedelta(days=8, hours=1).total_seconds()
    if days and begin != end:
        assert read_weekly(str(weekly)) == weekly
