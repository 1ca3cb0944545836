"""How a number came to where it is: a line of bars with the alert, of the last hour."""

from dataclasses import replace

from alert_rules import NOON, above, rule_of
from fakes import World
import pytest

from bot.alerts import courses
from bot.alerts.blind_notices import GATHER
from bot.alerts.courses import EACH, HOUR, Courses
from bot.model.rules import AlertRule, Operator, Subscription

KEY = "r1", "t"
TOPIC = "home/icebox"
COLD = (-18.1, -18.2, -17.9, -16.0)
WARM = replace(above("-15", topic=TOPIC), name="Freezer warm")


def house(rule: AlertRule = WARM, *, language: str = "en") -> World:
    return World(Subscription(TOPIC, alias="Icebox"), alerts=(rule,), language=language)


def told(world: World, *values: float, each: float = 300.0) -> list[str]:
    """Return the lines told last of the alert when values come in, some seconds apart."""
    for value in values:
        world.later(each)
        world.receive(TOPIC, f"{value} °C")
    world.later(2 * GATHER)
    return [notice.text for notice in world.outbox.notices if "#1" in notice.text][-1].split("\n")


@pytest.mark.parametrize(("language", "line"), [("en", "▁▁▁▄█ last 20 min"), ("de", "▁▁▁▄█ letzte 20 min")])
def test_an_alert_is_told_with_the_line_of_the_last_hour(language: str, line: str) -> None:
    lines = told(house(language=language), *COLD, -12.3)
    assert lines[1] == line
    assert len(lines) == 3


def test_a_line_has_no_more_bars_than_a_phone_has_room_for() -> None:
    bars, _, span = told(house(), *(-18 - n % 3 for n in range(200)), -12.3, each=60.0)[1].partition(" ")
    assert len(bars) == 20
    assert bars.endswith("█")
    assert span == "last 59 min"


@pytest.mark.parametrize(("values", "each"), [((-18.1,), 300.0), (COLD, 10.0), (COLD, HOUR / 2)])
def test_too_few_numbers_are_no_line(values: tuple[float, ...], each: float) -> None:
    assert len(told(house(), *values, -12.3, each=each)) == 2


@pytest.mark.parametrize(("operator", "value"), [(Operator.EQUAL, "1"), (Operator.UNEQUAL, "0")])
def test_what_is_no_measure_has_no_line(operator: Operator, value: str) -> None:
    assert len(told(house(rule_of(operator, value, topic=TOPIC)), 0, 0, 0, 0, 1)) == 2


def test_reminders_and_the_end_have_no_line() -> None:
    world = house(replace(WARM, repeat=600.0))
    told(world, *COLD, -12.3)
    world.later(601)
    world.later(GATHER)
    assert [len(notice.text.split("\n")) for notice in world.outbox.notices if "#1" in notice.text] == [3, 2]
    assert len(told(world, -18.0)) == 2


def test_a_rule_that_looks_at_something_else_begins_anew() -> None:
    world = house(replace(WARM, field="a"))
    for value in COLD:
        world.later(300.0)
        world.receive(TOPIC, f'{{"a": {value}, "b": {value}}}')
    world.bot.apply(replace(world.bot.rules, alerts=(replace(WARM, field="b"),)))
    world.later(300.0)
    world.receive(TOPIC, '{"a": -12.3, "b": -12.3}')
    world.later(2 * GATHER)
    assert len(world.said[-1].split("\n")) == 2


def test_the_newest_number_of_some_minutes_stays() -> None:
    known = Courses()
    for at, number in ((0, 1.0), (EACH - 1, 2.0), (EACH, 3.0), (EACH - 5, 4.0), (2 * EACH, 5.0)):
        known.note(KEY, number, NOON + at)
    assert known.newest(KEY) == 5.0
    assert [(point.time - NOON, point.mean) for point in known.points(KEY, NOON + 2 * EACH)] == [
        (0.0, 2.0),
        (EACH, 4.0),
        (2 * EACH, 5.0),
    ]
    assert known.points(KEY, NOON + HOUR) == []


def test_courses_are_forgotten_with_their_rules_and_when_they_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courses, "MOST_COURSES", 2)
    known = Courses()
    for topic in "ab":
        known.note(("r1", topic), 1.0, NOON)
    known.keep({"r1"})
    assert known.newest(("r1", "a")) == 1.0
    known.note(("r2", "c"), 2.0, NOON)
    assert known.newest(("r1", "a")) is None
    known.keep({"r1"})
    assert known.newest(("r2", "c")) is None
