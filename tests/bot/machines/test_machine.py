"""A whole bot lives random days, and nobody is ever told what is not so."""

from collections.abc import Callable
from typing import Any

from hypothesis import note, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from bot.alerts import lifecycle
from bot.alerts.judge import Judge
from bot.alerts.notices import AlertNotices
from bot.bot import Bot
from bot.chat.held import Held
from bot.delivery.mutes import Mutes
from bot.model.alert import Alert
from bot.model.rules import Condition, Operator, Priority

from .days import (
    CONDITIONS,
    HOMES,
    Asked,
    Day,
    Deed,
    Home,
    Pick,
    day_of,
    draw_asked,
    draw_deed,
    live,
    shortened,
)
from .house import ANNA

PLAIN = Asked(
    "n", Condition(Operator.ABOVE, ("30",)), 0.0, 0.0, (0.0, ()), Priority.ALERT, (), (), wide=False
)
HIGH: Deed = ("value", ("n", 0, "31", "off", False))
LOW: Deed = ("value", ("n", 0, "22", "on", False))
STORY: list[Deed] = [("make", (1, PLAIN)), HIGH, ("wait", (600.0,)), LOW, ("wait", (2.0,))]


class HouseMachine(RuleBasedStateMachine):
    """Hypothesis chooses what happens, as the long run does by chance."""

    def __init__(self) -> None:
        super().__init__()
        self.day: Day | None = None

    @initialize(data=st.data())
    def build(self, data: st.DataObject) -> None:
        pick = picking(data)
        self.day = Day(pick(HOMES))
        self.day.make(1, draw_asked(pick))

    @rule(data=st.data())
    def happen(self, data: st.DataObject) -> None:
        assert self.day is not None
        name, how = draw_deed(picking(data))
        note(f"{self.day.house.now:.2f} s: {name} {how}")
        getattr(self.day, name)(*how)

    def teardown(self) -> None:
        if self.day is not None:
            assert [str(breach) for breach in self.day.end()] == []


def picking(data: st.DataObject) -> Pick:
    return lambda choices: data.draw(st.sampled_from(choices))


TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(max_examples=60, stateful_step_count=50, derandomize=True, deadline=None)


@pytest.mark.parametrize("number", range(40))
def test_a_day_ends_with_everybody_knowing_what_is_so(number: int) -> None:
    assert [str(breach) for breach in live(*day_of(2026, number))] == []


def test_every_condition_is_lived_with() -> None:
    assert {condition.operator for condition in CONDITIONS} == set(Operator)


def test_a_plain_story_is_told_as_it_is() -> None:
    assert live(Home(), STORY) == []


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing where something is to be done."""


async def never(*_: Any, **__: Any) -> None:
    """Do nothing where something is to be waited for."""


def failing(*_: Any, **__: Any) -> None:
    raise ValueError("planted")


def told_again(told: Callable[..., Alert]) -> Callable[..., Alert]:
    """Tell of an alert once more that was told of."""

    def breach(alert: Alert, *how: Any) -> Alert:
        changed = told(alert, *how)
        return lifecycle.replace(changed, untold=(lifecycle.Step.FIRED,)) if changed.active else changed

    return breach


def over(alert: Alert, now: float) -> Alert:
    """End an incident without a word."""
    return lifecycle.replace(alert, state=lifecycle.AlertState.RESOLVED, since=now)


DEFECTS: list[tuple[str, object, str, object, list[Deed]]] = [
    ("false_last_words", lifecycle, "resolve", over, STORY),
    ("missed", Judge, "holds", lambda *_: False, STORY),
    ("missed", Mutes, "covers", lambda *_: True, STORY),
    ("invented", Judge, "holds", lambda *_: True, STORY[:1] + STORY[3:]),
    ("exceptions", Bot, "receive", failing, STORY),
    ("held_at_end", Held, "_release", never, [*STORY, ("undisturbed", (900.0,)), HIGH, ("wait", (2.0,))]),
    ("held_at_end", AlertNotices, "note", nothing, STORY),
    (
        "told_twice",
        lifecycle,
        "breach",
        told_again(lifecycle.breach),
        [*STORY[:2], ("wait", (5.0,)), HIGH, ("wait", (5.0,)), LOW],
    ),
    (
        "missed",
        lifecycle,
        "remind",
        lambda alert, rule, now: lifecycle.replace(alert, repeat_at=0.0),
        [
            (
                "make",
                (1, Asked(*("n", PLAIN.condition, 0.0, 600.0, (0.0, ()), Priority.ALERT, (), (), False))),
            ),
            HIGH,
        ],
    ),
]


@pytest.mark.parametrize(("kind", "owner", "name", "defect", "story"), DEFECTS)
def test_a_planted_defect_is_found(
    monkeypatch: pytest.MonkeyPatch, kind: str, owner: object, name: str, defect: object, story: list[Deed]
) -> None:
    monkeypatch.setattr(owner, name, defect)
    assert kind in {breach.kind for breach in live(Home(), story)}


def test_a_day_is_told_in_the_fewest_deeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "resolve", over)
    story: list[Deed] = [
        ("tell", ()),
        *STORY,
        ("quiet", (900.0,)),
        ("sleep", (ANNA, True)),
        ("begin", (1.0,)),
    ]
    assert shortened(Home(), story, "false_last_words") == [STORY[0], HIGH, LOW]


def test_the_same_number_brings_the_same_day() -> None:
    assert day_of(1, 7) == day_of(1, 7) != day_of(2, 7)
