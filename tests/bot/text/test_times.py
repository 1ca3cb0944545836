"""One grammar of times for every command, in English and German."""

from contextlib import suppress
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import example, given, strategies as st
import pytest

from bot.history.look_back import read_look_back
from bot.history.spans import parse_span
from bot.model.replies import BotError
from bot.text.durations import LONGEST_DURATION, parse_duration
from bot.text.times import is_marked, parse_end, parse_moment, parted_moment, read_point, time_words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 15, 0, tzinfo=BERLIN)  # a Sunday


def local(at: float, zone: tzinfo = BERLIN) -> datetime:
    return datetime.fromtimestamp(at, zone)


def end(text: str) -> str:
    """Return when a time ends, as day and time of day."""
    found = parse_end(text, NOW.timestamp(), local)
    return f"{local(found):%a %d.%m. %H:%M}" if found is not None else ""


def span(text: str) -> tuple[str, str]:
    """Return a span as two moments, the second empty where it has no end."""
    found = parse_span(text, NOW.timestamp(), local)
    if found is None:
        return "", ""
    since = "always" if found.since == 0 else f"{local(found.since):%d.%m. %H:%M}"
    return since, "" if found.until > 1e11 else f"{local(found.until):%d.%m. %H:%M}"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("10 min", 10),
        ("10 min.", 10),
        ("two hours", 120),
        ("zwei Stunden", 120),
        ("ten minutes", 10),
        ("zwanzig Minuten", 20),
        ("half an hour", 30),
        ("eine halbe Stunde", 30),
        ("a quarter of an hour", 15),
        ("eine Viertelstunde", 15),
        ("drei Viertelstunden", 45),
        ("anderthalb Stunden", 90),
        ("one and a half hours", 90),
        ("1.5 hours", 90),
        ("1,5 Stunden", 90),
        ("an hour", 60),
        ("zwei Stunden und 5 Minuten", 125),
        ("1h30m", 90),
        ("1:30", 90),
    ],
)
def test_lengths_in_words(text: str, minutes: float) -> None:
    assert parse_duration(text) == minutes * 60


@pytest.mark.parametrize("text", ["", "5", "two", "hours", "2 cats", "h 2", "x" * 101, "und", "zwei und"])
def test_what_is_no_length(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("10 min", "Sun 29.11. 15:10"),
        ("in 10 minutes", "Sun 29.11. 15:10"),
        ("for two hours", "Sun 29.11. 17:00"),
        ("für 2 Stunden", "Sun 29.11. 17:00"),
        ("noch 10 Minuten", "Sun 29.11. 15:10"),
        ("until tomorrow", "Mon 30.11. 07:00"),
        ("bis morgen", "Mon 30.11. 07:00"),
        ("until tomorrow morning", "Mon 30.11. 07:00"),
        ("bis morgen früh", "Mon 30.11. 07:00"),
        ("bis morgen Abend um 8", "Mon 30.11. 20:00"),
        ("tomorrow morning", "Mon 30.11. 12:00"),
        ("tomorrow", "Tue 01.12. 00:00"),
        ("today", "Mon 30.11. 00:00"),
        ("until 7", "Mon 30.11. 07:00"),
        ("until 7am", "Mon 30.11. 07:00"),
        ("until 7 pm", "Sun 29.11. 19:00"),
        ("until 7.30 p.m.", "Sun 29.11. 19:30"),
        ("until 12am", "Mon 30.11. 00:00"),
        ("until seven", "Mon 30.11. 07:00"),
        ("until half past seven", "Mon 30.11. 07:30"),
        ("bis halb acht", "Mon 30.11. 07:30"),
        ("bis 18 Uhr", "Sun 29.11. 18:00"),
        ("bis 18 Uhr 30", "Sun 29.11. 18:30"),
        ("bis acht Uhr abends", "Sun 29.11. 20:00"),
        ("bis 7 Uhr abends", "Sun 29.11. 19:00"),
        ("bis 24 Uhr", "Mon 30.11. 00:00"),
        ("until Monday 24:00", "Tue 01.12. 00:00"),
        ("7am", "Mon 30.11. 07:00"),
        ("until noon", "Mon 30.11. 12:00"),
        ("until midnight", "Mon 30.11. 00:00"),
        ("until the evening", "Sun 29.11. 18:00"),
        ("bis heute Abend", "Sun 29.11. 18:00"),
        ("evening at 8", "Sun 29.11. 20:00"),
        ("until 8 in the evening", "Sun 29.11. 20:00"),
        ("until 10 at night", "Sun 29.11. 22:00"),
        ("tonight", "Mon 30.11. 07:00"),
        ("heute Nacht", "Mon 30.11. 07:00"),
        ("am Montag", "Tue 01.12. 00:00"),
        ("until Monday", "Mon 30.11. 07:00"),
        ("bis Montag um 8", "Mon 30.11. 08:00"),
        ("until Sunday 18:00", "Sun 29.11. 18:00"),
        ("until Sunday 14:00", "Sun 06.12. 14:00"),
        ("bis Sonntag", "Sun 06.12. 07:00"),
        ("next Friday", "Sat 05.12. 00:00"),
        ("bis übermorgen um 9", "Tue 01.12. 09:00"),
        ("until 24 December", "Thu 24.12. 07:00"),
        ("until December 24th, 18:00", "Thu 24.12. 18:00"),
        ("bis 24. Dezember 2026", "Thu 24.12. 07:00"),
        ("bis 1.12.", "Tue 01.12. 07:00"),
        ("bis 1.12.2026", "Tue 01.12. 07:00"),
        ("until 1.2.", "Mon 01.02. 07:00"),
        ("until December", "Tue 01.12. 07:00"),
        ("until 2027-01-01", "Fri 01.01. 07:00"),
        ("until 2026-12-01T08:00", "Tue 01.12. 08:00"),
    ],
)
def test_when_something_ends(text: str, when: str) -> None:
    assert end(text) == when


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "7",
            "soon",
            "until",
            "until soon",
            "bis heute",
            "until yesterday",
            "until 25:00",
            "until 7:75",
        ),
        *("until 31.2.", "until 2020-01-01", "0h", "until half past", "until half past two and a half"),
        *("tomorrow tomorrow", "until 2099-01-01", "a" * 200, "x " * 60, "until one hundred", "at", "for"),
    ],
)
def test_what_is_no_end(text: str) -> None:
    assert end(text) == ""


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("last night", "28.11. 22:00", "29.11. 06:00"),
        ("letzte Nacht", "28.11. 22:00", "29.11. 06:00"),
        ("heute Nacht", "28.11. 22:00", "29.11. 06:00"),
        ("this morning", "29.11. 06:00", "29.11. 12:00"),
        ("heute morgen", "29.11. 06:00", "29.11. 12:00"),
        ("gestern Abend", "28.11. 18:00", "29.11. 00:00"),
        ("in the evening", "28.11. 18:00", "29.11. 00:00"),
        ("midnight", "29.11. 00:00", ""),
        ("2 Stunden", "29.11. 13:00", ""),
        ("two hours", "29.11. 13:00", ""),
        ("2 hours ago", "29.11. 13:00", ""),
        ("vor 2 Stunden", "29.11. 13:00", ""),
        ("letzte Stunde", "29.11. 14:00", ""),
        ("in den letzten 3 Tagen", "26.11. 15:00", ""),
        ("last week", "22.11. 15:00", ""),
        ("diese Woche", "23.11. 00:00", ""),
        ("this month", "01.11. 00:00", ""),
        ("letzten Monat", "01.10. 00:00", "01.11. 00:00"),
        ("seit Montag", "23.11. 00:00", ""),
        ("Montag", "23.11. 00:00", "24.11. 00:00"),
        ("last Sunday", "22.11. 00:00", "23.11. 00:00"),
        ("Sunday", "29.11. 00:00", "30.11. 00:00"),
        ("November", "01.11. 00:00", "01.12. 00:00"),
        ("im Oktober", "01.10. 00:00", "01.11. 00:00"),
        ("December", "01.12. 00:00", "01.01. 00:00"),
        ("last November", "01.11. 00:00", "01.12. 00:00"),
        ("24. November", "24.11. 00:00", "25.11. 00:00"),
        ("19:00-19:20", "28.11. 19:00", "28.11. 19:20"),
        ("14:00 - 14:20", "29.11. 14:00", "29.11. 14:20"),
        ("from 13:00 to 14:00", "29.11. 13:00", "29.11. 14:00"),
        ("von 13 bis 14 Uhr", "29.11. 13:00", "29.11. 14:00"),
        ("between 1pm and 2pm", "29.11. 13:00", "29.11. 14:00"),
        ("bis gestern", "always", "29.11. 00:00"),
        ("yesterday 22:00 to 6:00", "28.11. 22:00", "29.11. 06:00"),
    ],
)
def test_when_something_was(text: str, since: str, until: str) -> None:
    assert span(text) == (since, until)


@pytest.mark.parametrize("text", ["", "20", "week of cats", "to", "from", "since", "13 to", "x" * 120])
def test_what_is_no_span(text: str) -> None:
    assert span(text) == ("", "")


def test_a_number_beside_a_day_is_how_many() -> None:
    asked = read_look_back("today 20", NOW.timestamp(), local, most=100)
    assert asked.count == 20
    assert asked.span is not None


@pytest.mark.parametrize("text", ["for 2h", "until Monday", "bis morgen früh"])
def test_what_says_that_it_is_a_time(text: str) -> None:
    assert is_marked(text)
    assert not is_marked("Monday")


@given(st.text(st.sampled_from("0123456789:.-, abdehilmnorstuü…–") | st.characters(), max_size=130))
def test_no_text_breaks_the_grammar(text: str) -> None:
    seconds = parse_duration(text)
    assert seconds is None or 0 <= seconds <= LONGEST_DURATION
    ends = parse_end(text, NOW.timestamp(), local)
    assert ends is None or NOW.timestamp() < ends <= NOW.timestamp() + LONGEST_DURATION
    moment, rest = parted_moment(text, NOW.timestamp(), local)
    assert NOW.timestamp() < moment <= NOW.timestamp() + LONGEST_DURATION if moment else rest == text
    found = parse_span(text, NOW.timestamp(), local)
    assert found is None or found.since < found.until


WORDS = st.sampled_from(
    [
        *(
            "until",
            "bis",
            "for",
            "in",
            "für",
            "am",
            "um",
            "at",
            "tomorrow",
            "morgen",
            "früh",
            "Abend",
            "Montag",
        ),
        *(
            "friday",
            "last",
            "letzte",
            "7",
            "7am",
            "19:00",
            "24",
            "31",
            "1.12.",
            "2026-11-29",
            "December",
            "Uhr",
        ),
        *(
            "halb",
            "half",
            "past",
            "two",
            "an",
            "hour",
            "Stunden",
            "min",
            "and",
            "und",
            "to",
            "-",
            "..",
            "since",
        ),
        *("seit", "week", "99999", "abends", "midnight"),
    ]
)


@example(["halb", "7am"])
@given(st.lists(WORDS, max_size=14))
def test_no_words_of_time_break_the_grammar(spoken: list[str]) -> None:
    text = " ".join(spoken)
    ends = parse_end(text, NOW.timestamp(), local)
    assert ends is None or ends > NOW.timestamp()
    found = parse_span(text, NOW.timestamp(), local)
    assert found is None or found.since < found.until
    with suppress(BotError):
        read_look_back(text, NOW.timestamp(), local, most=100, fields=1)
    read_point(time_words(text), bare=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:00", "2026-11-29 18:00"),
        ("14:00", "2026-11-30 14:00"),
        ("at 6pm", "2026-11-29 18:00"),
        ("um 18", "2026-11-29 18:00"),
        ("um halb acht", "2026-11-30 07:30"),
        ("in 10 minutes", "2026-11-29 15:10"),
        ("in einer halben Stunde", "2026-11-29 15:30"),
        ("tomorrow", "2026-11-30 07:00"),
        ("tomorrow at 9", "2026-11-30 09:00"),
        ("morgen früh", "2026-11-30 07:00"),
        ("heute Abend", "2026-11-29 18:00"),
        ("on Monday", "2026-11-30 07:00"),
        ("am Freitag um 9", "2026-12-04 09:00"),
        ("24 December", "2026-12-24 07:00"),
        ("yesterday", ""),
        ("the hatch", ""),
        ("7", ""),
    ],
)
def test_a_moment_is_when_something_begins(text: str, expected: str) -> None:
    found = parse_moment(text, NOW.timestamp(), local)
    assert (f"{local(found):%Y-%m-%d %H:%M}" if found else "") == expected
