"""What several alerts are told by, a line each, when something was told of them before."""

from alert_rules import above, rule_of
from fakes import ME, World
import pytest

from bot.alerts.notices import GATHER
from bot.model.rules import AlertRule, Contact, Display, Operator, Subscription

SENSORS = Subscription("#", display=Display.SILENT)


def house(*rules: AlertRule, language: str = "en") -> World:
    return World(SENSORS, alerts=rules, contacts=(Contact(ME),), language=language)


def alike(**how: float) -> tuple[AlertRule, AlertRule]:
    """Return two rules on one topic, which are told in one message."""
    return above(topic="t", **how), above(topic="t", id="r2", number=2, name="too hot", **how)


@pytest.mark.parametrize(
    ("language", "flaps", "lasts"),
    [
        ("en", "— keeps firing and ending ·", "— still so, for "),
        ("de", "— geht ständig an und aus ·", "— weiterhin, jetzt seit "),
    ],
)
def test_a_line_of_what_flaps_says_so_and_the_next_one_that_it_is_still_so(
    language: str, flaps: str, lasts: str
) -> None:
    world = house(*alike(), language=language)
    for number in range(9):
        world.receive("t", "29" if number % 2 else "31")
        world.later(GATHER)
    for _ in range(40):
        world.later(200)
    lines = [line for text in world.said for line in text.split("\n") if line.startswith("• ⚠")]
    assert len(set(lines)) == len(lines)
    mine = [line for line in lines if "too hot" in line or "“hot”" in line or "„hot“" in line]
    assert sum(flaps in line for line in mine) == 2
    assert all(lasts in line for line in mine[-2:])


@pytest.mark.parametrize(
    ("language", "lasts"), [("en", "— still so, for 1 min"), ("de", "— weiterhin, jetzt seit 1 min")]
)
def test_a_line_that_is_told_again_says_since_when(language: str, lasts: str) -> None:
    world = house(*alike(repeat=60.0), language=language)
    world.receive("t", "31")
    world.later(GATHER)
    assert lasts not in world.said[-1]
    world.later(60)
    world.later(GATHER)
    assert world.said[-1].count(lasts) == 2


@pytest.mark.parametrize(
    ("language", "heard"), [("en", "— when last heard, "), ("de", "— als zuletzt davon zu hören war, vor ")]
)
def test_a_line_that_is_told_again_of_what_is_unheard_says_so(language: str, heard: str) -> None:
    rules = [
        rule_of(Operator.EQUAL, "true", field="smoke", repeat=60.0, id=each, name=each, number=number)
        for number, each in enumerate(("a", "b"), 1)
    ]
    world = house(*rules, language=language)
    world.receive("t", '{"smoke": true}')
    world.later(GATHER)
    world.receive("t", '{"battery": 5}')
    world.later(60)
    world.later(GATHER)
    assert any(text.count(heard) == 2 for text in world.said), world.said
