"""Bars of text, and what they are made of."""

from hypothesis import example, given, strategies as st
import pytest

from bot.model.history import Point, Span
from bot.rendering.sparkline import BARS, GAP, gather, longest_gap, mean_text, sparkline, summary

TEN = Span(0.0, 10.0)


def points(*values: float, every: float = 1.0) -> list[Point]:
    return [Point(number * every, value, value, value) for number, value in enumerate(values)]


def test_the_lowest_and_the_highest_take_the_outermost_bars() -> None:
    assert sparkline(points(1, 2, 3, 4, 5, 6, 7, 8)) == BARS
    assert sparkline(points(-5, 100, -5)) == "▁█▁"


def test_what_never_changes_is_a_line_in_the_middle() -> None:
    assert sparkline(points(3, 3, 3)) == "▄▄▄"


def test_without_numbers_there_is_no_line() -> None:
    assert sparkline([]) == ""


def test_more_values_than_there_is_room_for_leave_the_newest() -> None:
    assert sparkline(points(9, 9, 1, 2), even=True, width=2) == "▁█"


def test_each_bar_is_as_long_a_time() -> None:
    found = gather([(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (9.9, 8.0)], TEN, 10)
    assert sparkline(found) == "▁▁··█"
    assert sparkline(found, even=True) == "▁▁▁▁█"


def test_what_comes_now_and_then_has_no_gaps_in_between() -> None:
    found = gather([(0, 1.0), (3, 8.0), (6, 1.0), (9, 8.0)], TEN, 10)
    assert sparkline(found) == "▁█▁█"
    found = gather([(0, 1.0), (1, 8.0), (3, 1.0), (4, 8.0), (6, 2.0)], TEN, 10)
    assert GAP not in sparkline(found)


def test_numbers_of_one_moment_stand_side_by_side() -> None:
    assert sparkline(points(1, 3, every=0.0)) == "▁█"


def test_numbers_come_to_points_with_their_lowest_mean_and_highest() -> None:
    assert gather([(0, 1.0), (1, 3.0), (7, 5.0), (10, 9.0), (-1, 9.0)], TEN, 2) == [
        Point(0.5, 1.0, 2.0, 3.0, 2),
        Point(7.0, 5.0, 5.0, 5.0),
    ]


def test_a_summary_weighs_each_point_by_its_numbers() -> None:
    found = summary([Point(0, 1, 2, 4, 3), Point(1, 0, 6, 9)])
    assert (found.low, found.mean, found.high, found.count) == (0, 3, 9, 4)


@pytest.mark.parametrize(
    ("mean", "values", "text"),
    [
        (21.456789, (21.4, 21.5), "21.5"),
        (2.5, (2, 3), "2.5"),
        (2.0, (1, 3), "2"),
        (0.12345678, (0.1234567, 0.12345), "0.123457"),
    ],
)
def test_a_mean_is_as_exact_as_the_numbers(mean: float, values: tuple[float, ...], text: str) -> None:
    assert mean_text(mean, points(*values)) == text


def test_patience_is_three_usual_intervals() -> None:
    assert longest_gap(points(1, 2, 3, every=20)) == 60
    assert longest_gap(points(1)) == 0


numbers = st.floats(allow_nan=False, allow_infinity=False)


@example([(0.0, 5e-324), (1.0, 0.0)], 2)
@given(st.lists(st.tuples(st.floats(0, 10, exclude_max=True), numbers), max_size=60), st.integers(1, 40))
def test_any_numbers_make_a_line(values: list[tuple[float, float]], width: int) -> None:
    found = gather(sorted(values), TEN, 240)
    assert sum(point.count for point in found) == len(values)
    line = sparkline(found, width=width)
    assert len(line) == min(width, len(found))
    assert set(line) <= set(BARS + GAP)
    assert len(sparkline(found, even=True, width=width)) == min(width, len(found))
