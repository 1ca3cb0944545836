"""How one alert looks in the chat: which rule, what, its limit; then how it is, its number, what to do."""

from dataclasses import replace
from typing import Any

from alert_rules import above, rule_of
from fakes import ME, World
import pytest

from bot.alerts.blind_notices import GATHER
from bot.model.rules import AlertRule, Contact, Operator, Priority, Role, Subscription

OTHER = "other@example.org"


def house(rule: AlertRule, **how: Any) -> World:
    freezer = Subscription("home/freezer", alias="Icebox")
    contacts = (Contact(ME), Contact(OTHER, role=Role.VIEWER))
    return World(freezer, alerts=(rule,), contacts=contacts, **how)


def first(world: World, value: str, to: str = ME, seconds: float = GATHER) -> str:
    world.receive("home/freezer", value)
    world.later(seconds)
    world.later(GATHER)
    return [each.text for each in world.outbox.notices if each.to == to and "#1" in each.text][-1]


WARM = replace(above("-15", topic="home/freezer"), name="Freezer warm", priority=Priority.CRITICAL)


@pytest.mark.parametrize(
    ("rule", "value", "told"),
    [
        (WARM, "-12.3 °C", "🔴 *Freezer warm*: Icebox −12.3 °C, limit −15 °C\n#1 · 👍 = I see to it"),
        (
            replace(WARM, name="Icebox > -15"),
            "-12.3 °C",
            "🔴 *Icebox > -15*: −12.3 °C\n#1 · 👍 = I see to it",
        ),
        (
            replace(WARM, name="Icebox is warm"),
            "-12.3",
            "🔴 *Icebox is warm*: −12.3, limit −15\n#1 · 👍 = I see to it",
        ),
        (
            replace(rule_of(Operator.EQUAL, "open", topic="home/freezer"), name="Lid"),
            "open",
            "⚠ *Lid*: Icebox open\n#1 · 👍 = I see to it",
        ),
        (
            replace(rule_of(Operator.OUTSIDE, "2", "8", topic="home/freezer"), name="a * b"),
            "9",
            "⚠ *a ∗ b*: Icebox 9\nnot between 2 and 8 · #1 · 👍 = I see to it",
        ),
    ],
)
def test_what_fires(rule: AlertRule, value: str, told: str) -> None:
    assert first(house(rule), value) == told


def test_what_fires_in_german() -> None:
    told = "🔴 *Freezer warm*: Icebox −12,3 °C, Grenze −15 °C\n#1 · 👍 = ich kümmere mich"
    assert first(house(WARM, language="de"), "-12.3 °C") == told


def test_who_may_not_acknowledge_is_not_asked_to() -> None:
    assert first(house(WARM), "-12.3 °C", OTHER).endswith("limit −15 °C\n#1")


def test_how_long_it_has_to_last_is_told_below() -> None:
    told = first(house(replace(WARM, hold=60.0)), "-12.3 °C", seconds=61)
    assert told == "🔴 *Freezer warm*: Icebox −12.3 °C, limit −15 °C\nfor 1 min · #1 · 👍 = I see to it"


def test_the_hint_comes_once() -> None:
    world = house(replace(WARM, repeat=600.0))
    first(world, "-12.3 °C")
    world.later(601)
    world.later(GATHER)
    again = [each.text for each in world.outbox.notices if each.to == ME and "still so" in each.text]
    assert len(again) == 1
    assert again[0].endswith("now · #1")


def test_a_notification_is_plain() -> None:
    rule = replace(WARM, name="Icebox > -15", hold=60.0)
    world = house(rule, targets=("notify.phone",))
    first(world, "-12.3 °C", seconds=61)
    (told,) = (each for each in world.outbox.notices if each.push)
    assert told.push is not None
    assert (told.push.title, told.text) == ("🔴 Icebox: −12.3 °C", "“Icebox > -15”: for 1 min")
