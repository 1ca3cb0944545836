"""Spans of time as people type them."""

from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from bot.history.spans import parse_span
from bot.model.history import Span

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, BERLIN)


NOW = at("2026-11-10 14:30:15")


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("24h", "2026-11-09 14:30:15", ""),
        ("7d", "2026-11-03 14:30:15", ""),
        ("1h 30m", "2026-11-10 13:00:15", ""),
        ("last 2 hours", "2026-11-10 12:30:15", ""),
        ("last week", "2026-11-03 14:30:15", ""),
        ("letzte 3 Tage", "2026-11-07 14:30:15", ""),
        ("today", "2026-11-10", "2026-11-11"),
        ("Heute", "2026-11-10", "2026-11-11"),
        ("yesterday", "2026-11-09", "2026-11-10"),
        ("gestern", "2026-11-09", "2026-11-10"),
        ("2026-11-01", "2026-11-01", "2026-11-02"),
        ("1.11.2026", "2026-11-01", "2026-11-02"),
        ("5.11.", "2026-11-05", "2026-11-06"),
        ("2026-11-11", "2026-11-11", "2026-11-12"),
        ("24.12.", "2025-12-24", "2025-12-25"),
        ("2026-11-01..2026-11-05", "2026-11-01", "2026-11-06"),
        ("1.11. bis 5.11.", "2026-11-01", "2026-11-06"),
        ("von 1.11. bis 5.11.", "2026-11-01", "2026-11-06"),
        ("from 2026-11-01 to 2026-11-05", "2026-11-01", "2026-11-06"),
        ("2026-11-01 – 2026-11-02", "2026-11-01", "2026-11-03"),
        ("2026-11-01..", "2026-11-01", ""),
        ("2026-11-01 08:00..2026-11-01 12:00", "2026-11-01 08:00", "2026-11-01 12:00"),
        ("2026-11-01T08:00..12:00", "2026-11-01 08:00", "2026-11-01 12:00"),
        ("2026-11-01 22:00..06:00", "2026-11-01 22:00", "2026-11-02 06:00"),
        ("since 8:00", "2026-11-10 08:00", ""),
        ("seit 8:00 Uhr", "2026-11-10 08:00", ""),
        ("ab 20:15:30", "2026-11-09 20:15:30", ""),
        ("since yesterday", "2026-11-09", ""),
        ("since yesterday 18:00", "2026-11-09 18:00", ""),
        ("since 3h", "2026-11-10 11:30:15", ""),
        ("8:00", "2026-11-10 08:00", ""),
        ("2026-11-01 8:00", "2026-11-01 08:00", ""),
        ("8:00..12:00", "2026-11-10 08:00", "2026-11-10 12:00"),
        ("22:00..6:00", "2026-11-09 22:00", "2026-11-10 06:00"),
        ("8:00..20:00", "2026-11-10 08:00", "2026-11-10 20:00"),
        ("2d..1d", "2026-11-08 14:30:15", "2026-11-09 14:30:15"),
        ("yesterday..8:00", "2026-11-09", "2026-11-09 08:00"),
    ],
)
def test_spans_as_people_type_them(text: str, since: str, until: str) -> None:
    assert parse_span(text, NOW, local) == Span(at(since), at(until) if until else inf)


def test_up_to_a_time_is_from_the_beginning_on() -> None:
    assert parse_span("until 2026-11-01", NOW, local) == Span(0.0, at("2026-11-02"))
    assert parse_span("..8:00", NOW, local) == Span(0.0, at("2026-11-10 08:00"))


def test_a_day_on_which_the_clock_changes_is_a_whole_one() -> None:
    span = parse_span("2026-10-25", NOW, local)
    assert span is not None
    assert span.until - span.since == 25 * 3600


@pytest.mark.parametrize(
    ("zone", "now", "text", "since", "until"),
    [
        # 02:30 comes twice on 25 October, first at 00:30 UTC: a span misses neither.
        ("Europe/Berlin", "2026-10-25T00:50Z", "since 2:30", "2026-10-25T00:30Z", ""),
        ("Europe/Berlin", "2026-10-25T01:10Z", "2:30", "2026-10-25T00:30Z", ""),
        ("Europe/Berlin", "2026-10-25T01:50Z", "since 2:55", "2026-10-25T00:55Z", ""),
        ("Europe/Berlin", "2026-10-25T00:10Z", "since 2:30", "2026-10-24T00:30Z", ""),
        ("Europe/Berlin", "2026-10-25T09:00Z", "2:00..2:45", "2026-10-25T00:00Z", "2026-10-25T01:45Z"),
        ("Europe/Berlin", "2026-10-25T09:00Z", "2:50..2:10", "2026-10-25T00:50Z", "2026-10-25T01:10Z"),
        ("Europe/Berlin", "2026-10-25T01:10Z", "today", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        ("Europe/Berlin", "2026-10-26T09:00Z", "yesterday", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        ("Europe/Berlin", "2026-10-25T09:00Z", "24h", "2026-10-24T09:00Z", ""),
        # It does not come on 29 March: from 01:00 UTC on it is three o'clock.
        ("Europe/Berlin", "2026-03-29T01:10Z", "today", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        ("Europe/Berlin", "2026-03-30T09:00Z", "yesterday", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        ("Europe/Berlin", "2026-03-29T09:00Z", "2:30..3:15", "2026-03-29T00:30Z", "2026-03-29T01:15Z"),
        (
            "Europe/Berlin",
            "2026-03-30T09:00Z",
            "2026-03-29 2:30..2026-03-29 3:15",
            "2026-03-29T00:30Z",
            "2026-03-29T01:15Z",
        ),
        ("Europe/Berlin", "2026-03-29T09:00Z", "1:30..2:30", "2026-03-29T00:30Z", "2026-03-29T01:30Z"),
        ("Europe/Berlin", "2026-03-29T01:10Z", "since 2:30", "2026-03-29T00:30Z", ""),
        # Half an hour comes twice on Lord Howe Island, from 1:30 on, and is left out from 2:00 on.
        ("Australia/Lord_Howe", "2026-04-04T15:20Z", "since 1:45", "2026-04-04T14:45Z", ""),
        ("Australia/Lord_Howe", "2026-04-04T15:20Z", "today", "2026-04-04T13:00Z", "2026-04-05T13:30Z"),
        ("Australia/Lord_Howe", "2026-10-03T16:00Z", "2:10..2:40", "2026-10-03T15:10Z", "2026-10-03T15:40Z"),
        ("Australia/Lord_Howe", "2026-10-03T16:00Z", "today", "2026-10-03T13:30Z", "2026-10-04T13:00Z"),
        # In Havana midnight itself comes twice, or not at all.
        ("America/Havana", "2026-11-01T05:30Z", "today", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
        ("America/Havana", "2026-11-01T05:30Z", "yesterday", "2026-10-31T04:00Z", "2026-11-01T04:00Z"),
        ("America/Havana", "2026-03-08T12:00Z", "today", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
    ],
)
def test_spans_around_a_change_of_the_clock(zone: str, now: str, text: str, since: str, until: str) -> None:
    def utc(moment: str) -> float:
        return datetime.fromisoformat(moment).timestamp()

    span = parse_span(text, utc(now), lambda moment: datetime.fromtimestamp(moment, ZoneInfo(zone)))
    assert span == Span(utc(since), utc(until) if until else inf)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "soon",
        "temp",
        "0h",
        "0h..",
        "25:00",
        "8:61",
        "2026-13-01",
        "2026-02-30",
        "2026-11-05..2026-11-01",
        "29.2.",
        "last",
        "since",
        "since tomorrow",
        "2026-11-01 soon",
        "2026-11-12 8:00",
        "8:00..soon",
    ],
)
def test_what_is_no_span(text: str) -> None:
    assert parse_span(text, NOW, local) is None


@given(st.text(alphabet="0123456789.:- thdsince", max_size=24))
def test_no_text_raises(text: str) -> None:
    span = parse_span(text, NOW, local)
    assert span is None or span.since < span.until
