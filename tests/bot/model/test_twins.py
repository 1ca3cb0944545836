"""Copies of one message, by filters that come and go, against the messages as they were published."""

from collections import Counter
from random import Random

from hypothesis import given, strategies as st

from bot.model.twins import ADJACENT, MOST_REMEMBERED, Twins

WIDE, NARROW = "a/#", "a/b"


def take(twins: Twins, looks: str, by: str, now: float = 0.0, *, last: bool = False) -> bool:
    return not twins.is_copy(looks, [by], now, last=last)


def test_each_message_is_taken_once_whichever_copy_comes_first() -> None:
    twins = Twins(5)
    assert [take(twins, "on", by) for by in (WIDE, NARROW, NARROW, WIDE)] == [True, False, True, False]
    assert [take(twins, "on", WIDE) for _ in range(3)] == [True] * 3
    assert [take(twins, "on", NARROW) for _ in range(4)] == [False, False, False, True]


def test_a_copy_may_be_of_several_filters() -> None:
    twins = Twins(5)
    assert not twins.is_copy("on", [WIDE], 0, last=False)
    assert not twins.is_copy("on", [NARROW, WIDE], 0, last=False)
    assert not twins.is_copy("on", [NARROW], 0, last=False)


def test_what_was_taken_long_ago_has_no_copies_any_more() -> None:
    twins = Twins(5)
    assert take(twins, "on", WIDE, 0)
    assert twins
    assert take(twins, "on", NARROW, 5)
    assert not take(twins, "on", WIDE, 6)


def test_of_what_looks_alike_each_is_forgotten_in_its_turn() -> None:
    twins = Twins(5)
    assert [take(twins, "on", WIDE, now) for now in (0, 1, 5.5)] == [True] * 3
    twins.join(NARROW)
    assert take(twins, "on", NARROW, 5.6)
    assert [take(twins, "on", WIDE, now) for now in (5.7, 12)] == [False, True]


def test_what_was_taken_before_a_filter_brings_anything_is_not_waited_for_from_it() -> None:
    twins = Twins(5)
    assert take(twins, "on", WIDE, 0)
    assert take(twins, "on", NARROW, 2 * ADJACENT)
    assert not take(twins, "on", WIDE, 2 * ADJACENT)
    twins.leave(NARROW)
    assert take(twins, "on", WIDE, 1)
    assert take(twins, "off", NARROW, 2)
    assert take(twins, "on", NARROW, 2)


def test_a_filter_that_is_there_brings_what_is_taken_from_then_on_however_late() -> None:
    twins = Twins(5)
    assert take(twins, "on", WIDE, 0)
    twins.join(NARROW)
    assert take(twins, "on", NARROW, 2 * ADJACENT)
    twins.leave(NARROW)
    twins.join(NARROW)
    assert not take(twins, "on", WIDE, 3 * ADJACENT)
    assert take(twins, "on", WIDE, 4 * ADJACENT)
    assert not take(twins, "on", NARROW, 9 * ADJACENT)
    assert take(twins, "on", NARROW, 9 * ADJACENT)


def test_of_the_last_one_no_copy_is_expected() -> None:
    twins = Twins(5)
    assert take(twins, "on", WIDE, last=True)
    assert not twins
    assert take(twins, "on", WIDE)
    assert not take(twins, "on", NARROW, last=True)
    assert take(twins, "off", NARROW, last=True)


def test_only_so_many_are_remembered() -> None:
    twins = Twins(5)
    for number in range(MOST_REMEMBERED + 5):
        assert take(twins, str(number), WIDE)
    twins._before[NARROW] = 0
    assert take(twins, "0", NARROW)
    assert not take(twins, str(MOST_REMEMBERED), NARROW)


@given(
    st.lists(st.sampled_from(["on", "off"]), max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.floats(0, 0.1),
    st.randoms(use_true_random=False),
)
def test_a_filter_that_another_joins_and_leaves_loses_and_doubles_nothing(
    messages: list[str], joins: int, overlap: int, apart: float, chance: Random
) -> None:
    """`NARROW` joins, then `WIDE` leaves; a broker sends the copies of a message in any order."""
    twins, taken, now = Twins(5), list[str](), 0.0
    twins.join(WIDE)
    for number, message in enumerate(messages):
        now += 2 * ADJACENT
        if number == joins:
            twins.join(NARROW)
        by = [WIDE] if number < joins + overlap else []
        by += [NARROW] if number >= joins else []
        chance.shuffle(by)
        for each in by:
            taken += [message] if take(twins, message, each, now) else []
            now += apart
    assert Counter(taken) == Counter(messages)
