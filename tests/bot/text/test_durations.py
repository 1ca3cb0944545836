"""Time spans as people type them."""

from hypothesis import given, strategies as st
import pytest

from bot.text.durations import LONGEST_DURATION, leading_duration, parse_duration, write_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("90s", 90),
        ("1h30m", 5400),
        ("2 h", 7200),
        ("10 min", 600),
        ("10 Min.", 600),
        ("1d", 86_400),
        ("1:30:00", 5400),
        ("1:30", 5400),
        ("0:00:10", 10),
        ("1 h 30 min", 5400),
        ("1 hour 5 minutes", 3900),
        ("2 Stunden", 7200),
        ("1,5h", 5400),
        ("0.5s", 0.5),
        ("1w", 604_800),
        ("0s", 0),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "5", "m", "5x", "5m x", "x5m", "-5m", "1:75", "99999999d", "5 °C", "1h30"]
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["2h", "on", "my", "way"], (7200.0, 1)),
        (["1", "h", "30", "min", "critical"], (5400.0, 4)),
        (["on", "my", "way"], (0.0, 0)),
        ([], (0.0, 0)),
    ],
)
def test_a_duration_at_the_beginning_is_found(words: list[str], found: tuple[float, int]) -> None:
    assert leading_duration(words) == found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (90, "1m30s"), (5400, "1h30m"), (86_400, "1d"), (0.5, "0.5s"), (1e-7, "0.0000001s")],
)
def test_durations_are_written(seconds: float, text: str) -> None:
    assert write_duration(seconds) == text


@given(st.integers(0, int(LONGEST_DURATION)) | st.decimals(0, 1000, places=3).map(float))
def test_a_duration_written_is_read_back(seconds: float) -> None:
    assert parse_duration(write_duration(seconds)) == seconds


@given(st.text() | st.text(alphabet="0123456789 :hmsdminw.,"))
def test_any_text_can_be_asked(text: str) -> None:
    seconds = parse_duration(text)
    assert seconds is None or 0 <= seconds <= LONGEST_DURATION
