"""Round marks on the axes of a chart."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from bot.history.axes import number_axis, time_axis
from bot.model.history import Span

BERLIN = ZoneInfo("Europe/Berlin")


def local(at: float) -> datetime:
    return datetime.fromtimestamp(at, BERLIN)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def times(since: str, until: str) -> list[str]:
    return [mark.label for mark in time_axis(Span(at(since), at(until)), local, "%-d.%-m.").marks]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (17.1, 24.9, ["18", "20", "22", "24"]),
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (0.0012, 0.0018, ["0.0012", "0.0014", "0.0016", "0.0018"]),
        (-3, 3, ["-2", "0", "2"]),
        (1_199_700, 1_200_300, ["1199800", "1200000", "1200200"]),
        (50, 50, ["48", "49", "50", "51", "52"]),
        (0, 0, ["-1", "-0.5", "0", "0.5", "1"]),
    ],
)
def test_numbers_are_marked_at_round_ones(low: float, high: float, labels: list[str]) -> None:
    assert [mark.label for mark in number_axis(low, high).marks] == labels


def test_there_is_room_above_and_below_but_not_below_nothing() -> None:
    scale = number_axis(10, 20)
    assert scale.low < 10
    assert scale.high > 20
    assert number_axis(1, 100).low == 0


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_any_two_numbers_have_a_scale(low: float, range_: float) -> None:
    scale = number_axis(low, low + range_)
    assert scale.low <= low <= low + range_ <= scale.high
    assert 1 <= len(scale.marks) <= 8
    assert len({mark.label for mark in scale.marks}) == len(scale.marks)


def test_numbers_beyond_all_measure_are_cut() -> None:
    scale = number_axis(-1.7e308, 1.7e308)
    assert scale.high - scale.low < 1e301


@pytest.mark.parametrize(
    ("since", "until", "labels"),
    [
        ("2026-11-10 12:00:30", "2026-11-10 12:05", ["12:01", "12:02", "12:03", "12:04", "12:05"]),
        (
            "2026-11-09 22:30",
            "2026-11-10 01:00",
            ["22:30", "23:00", "23:30", "10.11.", "00:30", "01:00"],
        ),
        (
            "2026-11-09 14:30",
            "2026-11-10 14:30",
            ["15:00", "18:00", "21:00", "10.11.", "03:00", "06:00", "09:00", "12:00"],
        ),
        (
            "2026-11-03 14:30",
            "2026-11-10 14:30",
            ["4.11.", "5.11.", "6.11.", "7.11.", "8.11.", "9.11.", "10.11."],
        ),
        ("2026-10-11 14:30", "2026-11-10 14:30", ["12.10.", "19.10.", "26.10.", "2.11.", "9.11."]),
        ("2026-01-01", "2026-12-31", ["2026-01", "2026-03", "2026-05", "2026-07", "2026-09", "2026-11"]),
        ("2000-01-01", "2026-12-31", [f"{year}-01" for year in range(2000, 2027, 2)]),
        # The night in which the clock goes back has a two o'clock twice.
        ("2026-10-24 23:00", "2026-10-25 08:00", ["25.10.", "02:00", "02:00", "04:00", "06:00", "08:00"]),
        (
            "2026-10-25 00:30",
            "2026-10-25 03:30",
            ["00:30", "01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"],
        ),
        # In spring it has none: no mark tells of a time that there was not.
        ("2026-03-28 23:00", "2026-03-29 05:00", ["23:00", "29.3.", "01:00", "03:00", "04:00", "05:00"]),
        (
            "2026-03-29 01:30",
            "2026-03-29 03:30",
            ["01:30", "01:40", "01:50", "03:00", "03:10", "03:20", "03:30"],
        ),
    ],
)
def test_times_are_marked_at_round_ones_where_the_user_lives(
    since: str, until: str, labels: list[str]
) -> None:
    assert times(since, until) == labels
