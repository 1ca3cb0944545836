"""How often a topic says something."""

from hypothesis import given, strategies as st

from bot.alerts.cadence import FEWEST, LEAST_PATIENCE, MEDIANS, MOST_REMEMBERED, learn, longest_silence
from bot.alerts.judge import Samples


def learned(*intervals: float) -> Samples:
    memory: Samples = ()
    for interval in intervals:
        memory = learn(memory, interval)
    return memory


def test_too_little_is_known_at_first() -> None:
    assert longest_silence(()) is None
    assert longest_silence(learned(*[60.0] * (FEWEST - 1))) is None


def test_a_steady_topic_may_miss_two_of_its_messages() -> None:
    assert longest_silence(learned(*[60.0] * FEWEST)) == 180.0


def test_a_fast_topic_gets_half_a_minute() -> None:
    assert longest_silence(learned(*[0.5] * 20)) == LEAST_PATIENCE


def test_a_wavering_topic_gets_more_time() -> None:
    wavering = longest_silence(learned(*[60.0, 90.0, 40.0, 85.0, 35.0, 60.0, 88.0, 33.0] * 3))
    assert wavering is not None
    assert wavering > 240


def test_one_long_outage_changes_little() -> None:
    assert longest_silence(learned(*[60.0] * 20, 86_400.0)) == 180.0


def test_a_topic_without_rhythm_is_left_alone() -> None:
    assert longest_silence(learned(1, 300, 2, 500, 1, 900, 3, 1, 700, 2)) is None


def test_a_topic_that_becomes_slower_is_learned_anew() -> None:
    assert longest_silence(learned(*[60.0] * 40, *[600.0] * 40)) == 1800.0


def test_a_clock_set_back_teaches_nothing() -> None:
    assert learned(60.0, -5.0) == learned(60.0)


def test_when_an_interval_ended_is_kept_with_it() -> None:
    assert learn((), 60.0, 1000.0) == ((1000.0, 60.0),)


@given(st.lists(st.floats(0, 1e6), max_size=100))
def test_patience_is_never_short_of_three_medians(intervals: list[float]) -> None:
    memory = learned(*intervals)
    assert len(memory) <= MOST_REMEMBERED
    borne = longest_silence(memory)
    if borne is not None:
        newest = sorted(interval for _, interval in memory)
        assert borne >= max(LEAST_PATIENCE, MEDIANS * newest[(len(newest) - 1) // 2])
