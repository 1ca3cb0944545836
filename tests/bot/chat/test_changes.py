"""What is a change, and what a number does all the time."""

import random

from fakes import NOON
import pytest

from bot.chat.changes import BUSY, Change, Changes, is_word
from bot.model.message import Field, Kind, Message, Reading
from bot.reading.readings import Readings


def said(text: str, unit: str = "") -> Reading:
    return Reading(Message("t", text.encode()), "t", Kind.TEXT, text, unit=unit)


def of(text: str) -> Reading:
    return Readings().read(Message("t", text.encode(), received=NOON))


def told(readings: list[Reading], every: float = 5.0) -> int:
    changes = Changes()
    return sum(bool(changes.of(each, NOON + at * every)) for at, each in enumerate(readings))


@pytest.mark.parametrize(
    ("before", "little", "much", "unit"),
    [
        ("20.1", "20.4", "20.6", "°C"),
        ("70", "70.9", "71", "°F"),
        ("45", "45.5", "44", "%"),
        ("1003.1", "1003.9", "1004.1", "hPa"),
        ("3.0", "3.4", "3.5", "m/s"),
        ("230.0", "233", "236", "V"),
        ("800", "810", "820", "ppm"),
    ],
)
def test_a_number_has_to_be_off_by_what_matters(before: str, little: str, much: str, unit: str) -> None:
    changes = Changes()
    found = [
        changes.of(said(text, unit), NOON + 3_600 * at) for at, text in enumerate((before, little, much))
    ]
    assert found == [Change.FIRST, Change.NONE, Change.NUMBER]


def test_a_number_without_a_unit_changes_by_any_step() -> None:
    assert told([said(str(345 + number)) for number in range(20)]) == 20


def test_it_is_compared_with_what_was_told_not_with_what_came_last() -> None:
    assert told([said(f"{20 + number / 10:.1f}", "°C") for number in range(51)]) == 11


@pytest.mark.parametrize(("value", "noise", "unit"), [(412, 0.015, "W"), (3, 0.05, "A"), (0.2, 0.3, "kW")])
def test_what_goes_to_and_fro_all_the_time_is_soon_told_no_more(
    value: float, noise: float, unit: str
) -> None:
    dice = random.Random(7)
    every = [said(f"{value * dice.uniform(1 - noise, 1 + noise):.4f}", unit) for _ in range(600)]
    assert told(every) < 25


def test_a_kettle_is_told_however_its_meter_trembles() -> None:
    dice = random.Random(7)
    changes = Changes()
    seen = []
    for at in range(600):
        watts = dice.choice((3, 5, 8)) if (at // 60) % 2 else dice.choice((2000, 2010, 1990))
        if changes.of(said(str(watts), "W"), NOON + at * 5):
            seen.append(watts)
    assert sum(each > 1_000 for each in seen[2:]) >= 4
    assert len(seen) < 40


def test_noise_is_forgotten_where_it_is_quiet() -> None:
    changes = Changes()
    for at in range(100):
        changes.of(said("1900" if at % 2 else "2100", "W"), NOON + at)
    assert changes.of(said("1900", "W"), NOON + 200) is Change.NONE
    later = NOON + 300 + BUSY
    again = [changes.of(said(each, "W"), later + 1_000 * at) for at, each in enumerate(("2100", "1900"))]
    assert Change.NUMBER in again


def test_a_word_is_a_change_and_a_number_that_becomes_one() -> None:
    changes = Changes()
    words = ("open", "open", "closed", "20", "unavailable", "20")
    found = [changes.of(said(text), NOON + at) for at, text in enumerate(words)]
    assert found == [Change.FIRST, Change.NONE, *[Change.WORD] * 4]


def test_radio_and_clock_are_no_change() -> None:
    first = '{"contact": true, "linkquality": 80, "last_seen": "18:01"}'
    changes = Changes()
    assert changes.of(of(first), NOON) is Change.FIRST
    assert not changes.of(of(first.replace("80", "99").replace("18:01", "18:02")), NOON + 1)
    assert changes.of(of(first.replace("true", "false")), NOON + 2) is Change.WORD


def test_what_has_nothing_but_radio_is_told_once() -> None:
    assert told([of(f'{{"rssi": -{number}, "uptime": {number}}}') for number in range(50)]) == 1


def test_a_field_that_was_not_there_is_a_change_one_that_is_missing_none() -> None:
    changes = Changes()
    found = [
        changes.of(of(text), NOON + at)
        for at, text in enumerate(('{"a": 1, "b": "x"}', '{"a": 1}', '{"a": 1, "c": "y"}', '{"b": "x"}'))
    ]
    assert found == [Change.FIRST, Change.NONE, Change.WORD, Change.NONE]


def test_a_measure_within_a_text_has_to_be_off_as_well() -> None:
    changes = Changes()
    texts = ("20.4 °C → 22, idle", "20.5 °C → 22, idle", "20.9 °C → 22, idle", "20.9 °C → 22, heating")
    found = [changes.of(said(text), NOON + 3_600 * at) for at, text in enumerate(texts)]
    assert found == [Change.FIRST, Change.NONE, Change.NUMBER, Change.WORD]


def test_what_home_assistant_keeps_is_compared() -> None:
    changes = Changes()
    rounded = [
        Reading(Message("t", b""), "t", Kind.NUMBER, text, unit="°C", exact=exact)
        for text, exact in (("20", "20.1"), ("21", "20.5"), ("21.2", "20.6"))
    ]
    assert [bool(changes.of(each, NOON + at)) for at, each in enumerate(rounded)] == [True, False, True]


def test_what_is_forgotten_is_new() -> None:
    changes = Changes()
    changes.of(said("1"), NOON)
    changes.forget(["t", "other"])
    assert changes.of(said("1"), NOON) is Change.NONE
    assert changes.of(said("2"), NOON) is Change.FIRST
    assert changes.of(said("3"), NOON) is Change.NUMBER


def test_what_is_forgotten_may_be_new_although_it_is_the_same() -> None:
    changes = Changes()
    changes.of(said("1"), NOON)
    changes.forget(["t"], same=True)
    assert changes.of(said("1"), NOON) is Change.FIRST
    assert changes.of(said("1"), NOON) is Change.NONE


def test_the_main_value_says_whether_it_is_a_word() -> None:
    assert is_word(said("open"))
    assert not is_word(said("20.5", "°C"))
    assert is_word(of('{"state": "ON", "power": 3}'))
    empty = Reading(Message("t", b""), "t", Kind.JSON, "", told=(Field("rssi", "1"),))
    assert is_word(empty)
