"""What is counted: how often something was so in a time, and how long, to the second."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from bot.history.tallies import Tallying, deaf, seconds_in
from bot.model.history import ListeningSince, Span

DAY = Span(1_000.0, 2_000.0)


def tally(said: list[tuple[float, bool]], *, now: float = 3_000.0, away: tuple[Span, ...] = ()) -> object:
    tallying = Tallying(DAY, away)
    for at, so in said:
        tallying.take("on" if so else "off", so, at)
    told = tallying.end(now)
    return (
        None if told is None else (told.since, told.until, told.count, told.seconds, told.before, told.still)
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], None),
        # What was so before counts from the beginning, and is no change.
        ([(900.0, True), (1_100.0, False)], (1_000.0, 2_000.0, 0, 100.0, True, False)),
        ([(900.0, True)], (1_000.0, 2_000.0, 0, 1_000.0, True, True)),
        ([(800.0, True), (900.0, False)], (1_000.0, 2_000.0, 0, 0.0, False, False)),
        # What begins with the span begins in it.
        ([(900.0, False), (1_000.0, True)], (1_000.0, 2_000.0, 1, 1_000.0, False, True)),
        # Before the first that is known nothing is.
        ([(1_200.0, True), (1_300.0, False)], (1_200.0, 2_000.0, 0, 100.0, True, False)),
        # What is said again is no change.
        (
            [(900.0, False), (1_100.0, True), (1_200.0, True), (1_300.0, False)],
            (1_000, 2_000, 1, 200, False, False),
        ),
        # What comes when the span is over is of another.
        ([(900.0, False), (1_900.0, True), (2_000.0, False)], (1_000.0, 2_000.0, 1, 100.0, False, True)),
        ([(2_000.0, True)], None),
        # A clock that was set back.
        ([(900.0, False), (1_500.0, True), (1_200.0, False)], (1_000.0, 2_000.0, 1, 0.0, False, False)),
    ],
)
def test_what_is_so_is_counted_at_the_edges(said: list[tuple[float, bool]], told: object) -> None:
    assert tally(said) == told


def test_what_is_still_so_counts_until_now() -> None:
    assert tally([(900.0, False), (1_100.0, True)], now=1_250.0) == (1_000.0, 1_250.0, 1, 150.0, False, True)


def test_when_nobody_listened_is_left_out() -> None:
    away = (Span(950.0, 1_050.0), Span(1_100.0, 1_200.0), Span(1_900.0))
    tallying = Tallying(DAY, away)
    tallying.take("on", True, 900.0)
    tallying.take("off", False, 1_150.0)
    told = tallying.end(3_000.0)
    assert told is not None
    # Of the first 150 seconds 50 and 50 were not heard, of the rest 50 and 100.
    assert (told.seconds, told.away) == (50.0, 250.0)
    assert (told.last, told.others) == ("on", ("off",))


def test_who_listens_hears_what_is_inside_without_a_broker() -> None:
    rows = [
        ListeningSince(1.0, online=True),
        ListeningSince(2.0, online=False),
        ListeningSince(3.0, online=False, running=False),
        ListeningSince(4.0, online=False),
        ListeningSince(5.0, online=True),
        ListeningSince(6.0, online=False, running=False),
    ]
    assert deaf(rows, "home/a") == [Span(2.0, 5.0), Span(6.0)]
    assert deaf(rows, "$hook/a") == [Span(3.0, 4.0), Span(6.0)]
    assert seconds_in(deaf(rows, "home/a"), 0.0, 7.0) == 4.0


TIMES = st.lists(st.tuples(st.integers(0, 300).map(lambda tens: tens * 10.0), st.booleans()), max_size=30)


@given(TIMES, st.integers(0, 250), st.integers(0, 50))
def test_it_is_what_a_person_counts_second_by_second(
    said: list[tuple[float, bool]], since: int, long: int
) -> None:
    said = sorted(said, key=lambda each: each[0])
    away = (Span(since * 10.0, (since + long) * 10.0),)
    tallying = Tallying(DAY, away)
    for at, so in said:
        tallying.take("", so, at)
    told = tallying.end(2_500.0)
    known = [each for each in said if each[0] < DAY.until]
    assert (told is None) is (not known)
    if told is None:
        return
    seconds = 0
    for ten in range(100, 200):
        before = [so for at, so in known if at <= ten * 10.0]
        if before and before[-1] and not since <= ten < since + long:
            seconds += 10
    assert told.seconds == seconds
    changes = [so and not was for (_, was), (at, so) in pairwise(known) if at >= DAY.since]
    assert told.count == sum(changes)
