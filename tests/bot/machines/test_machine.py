"""A whole bot lives random days, and nobody is ever told what is not so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import note, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from bot.alerts import engine, lifecycle, notices, texts, watches
from bot.alerts.index import AlertIndex
from bot.alerts.inhibitions import Inhibitions
from bot.alerts.judge import Judge
from bot.alerts.notices import AlertNotices
from bot.alerts.silence import Silence
from bot.bot import Bot
from bot.chat.held import Held
from bot.delivery.mutes import Mutes
from bot.model.alert import Alert
from bot.model.rules import Clause, Condition, Operator, Priority

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
from .house import ANNA, BERT, CARL, TABLET

PLAIN = Asked(
    "n", Condition(Operator.ABOVE, ("30",)), 0.0, 0.0, (0.0, ()), Priority.ALERT, (), (), wide=False
)
AWAKE: Deed = ("begin", (2.0,))
SHOWN: Deed = ("show", ("c/live", False))
HIGH: Deed = ("value", ("n", 0, "31", "off", False))
LOW: Deed = ("value", ("n", 0, "22", "on", False))
COLD: Deed = ("value", ("n", 0, "12", "off", False))
BEAT: Deed = ("beat", ("n", 60.0, 14))
RISES = Condition(Operator.RISES, ("5",), seconds=600.0)
STALE = Condition(Operator.STALE)
HAPPENS = Condition(Operator.HAPPENS)
ON = Condition(Operator.EQUAL, ("on",))
ERROR = Condition(Operator.CONTAINS, ("err",))
STORY: list[Deed] = [("make", (1, PLAIN)), HIGH, ("wait", (600.0,)), LOW, ("wait", (2.0,))]


def made(**how: Any) -> Deed:
    """Return that a rule is made: `> 30`, unless something else is asked for."""
    return "make", (1, replace(PLAIN, **how))


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


STORIES: dict[str, tuple[Home, list[Deed]]] = {
    "over, and again before that was told": (
        Home(),
        [made(hold=60.0), HIGH, ("wait", (90.0,)), LOW, ("wait", (0.75,)), HIGH, ("wait", (0.75,)), LOW],
    ),
    "over before it was told": (Home(), [made(), HIGH, LOW]),
    "said while a timed do-not-disturb lasts": (Home(), [("undisturbed", (900.0,)), ("tell", ())]),
    "lasting while the bot is away": (
        Home(),
        [made(hold=600.0), HIGH, ("wait", (60.0,)), ("stop", (False,)), LOW, ("wait", (3600.0,)), AWAKE],
    ),
    "a storm that begins at once": (Home(storm=2), [made(wide=True), ("wait", (90.0,)), ("burst", ("31",))]),
    "repeated and escalated at once": (
        Home(),
        [made(repeat=600.0, escalation=(600.0, (CARL,))), HIGH, ("wait", (3600.0,))],
    ),
    "over while muted": (
        Home(),
        [made(), HIGH, ("wait", (2.0,)), ("mute", (1, "rule", 900.0)), LOW, ("wait", (1800.0,))],
    ),
    "over while not to be disturbed": (
        Home(),
        [made(), HIGH, ("wait", (5.0,)), ("undisturbed", (900.0,)), LOW, ("wait", (1800.0,))],
    ),
    "its rule removed": (Home(), [made(), HIGH, ("wait", (5.0,)), ("remove", (1,))]),
    "its value deleted": (Home(), [made(), HIGH, ("wait", (5.0,)), ("delete", ("n", 0))]),
    "shown live to who slept": (
        Home(),
        [
            ("sleep", (BERT, True)),
            SHOWN,
            ("wait", (5.0,)),
            ("sleep", (BERT, False)),
            ("wait", (20.0,)),
            SHOWN,
        ],
    ),
    "acknowledged while the chat is away": (
        Home(),
        [
            made(priority=Priority.NORMAL),
            ("chat", (False,)),
            HIGH,
            ("wait", (5.0,)),
            ("attend", ("ack", ANNA, 0.0)),
            ("wait", (5.0,)),
            ("chat", (True,)),
        ],
    ),
    "lasting for a fraction of a second more": (Home(), [made(hold=300.1), HIGH, ("wait", (600.0,))]),
    "changed for the first time": (Home(), [HIGH, made(condition=Condition(Operator.CHANGES)), LOW]),
    "unavailable is no sign of life": (
        Home(),
        [
            made(condition=Condition(Operator.STALE, seconds=600.0)),
            LOW,
            ("wait", (300.0,)),
            ("value", ("n", 0, "unavailable", "off", False)),
            ("wait", (400.0,)),
            LOW,
        ],
    ),
    "silent for a little more than its time, and the clock set back as soon as it had spoken": (
        Home(),
        [
            made(condition=Condition(Operator.STALE, seconds=90.0)),
            LOW,
            ("set_clock", (-3600.0,)),
            ("wait", (95.0,)),
            LOW,
        ],
    ),
    "rising before the clock is set": (
        Home(),
        [made(condition=RISES, repeat=600.0), COLD, ("set_clock", (-90.0,)), BEAT],
    ),
    "rising as soon as the clock is set": (
        Home(),
        [made(condition=RISES, repeat=600.0), ("set_clock", (-90.0,)), COLD, BEAT],
    ),
    "rising while muted, and the clock set": (
        Home(),
        [made(condition=RISES), ("mute", (1, "rule", 7200.0)), COLD, ("set_clock", (5.0,)), BEAT],
    ),
    "silent, after a rhythm that begins with the bot": (
        Home(),
        [made(condition=STALE), ("flicker", ("n", ("31", "22"), 2.0, 9)), ("wait", (3600.0,)), LOW],
    ),
    "watched for no more, and what was told with it told again in another notification": (
        Home(),
        [
            made(wide=True, escalation=(600.0, ())),
            ("make", (2, replace(PLAIN, kind="w", condition=Condition(Operator.EQUAL, ("on",)), wide=True))),
            *(("value", (kind, place, "31", "on", False)) for kind in "nw" for place in (0, 1)),
            ("wait", (900.0,)),
            ("remove", (2,)),
        ],
    ),
    **{
        f"{condition.operator}, and stopped {cleanly} as soon as the clock was set by {step:.0f} s": (
            Home(),
            [
                made(condition=condition, repeat=1800.0 * (condition.operator is Operator.STALE)),
                ("value", ("n", 0, "22", "off", False)),
                ("set_clock", (step,)),
                ("restart", (cleanly == "cleanly", 2.0, 0.25)),
                *after,
                ("wait", (4000.0,)),
            ],
        )
        for condition, after in (
            (Condition(Operator.HAPPENS), [("wait", (20.0,)), LOW, HIGH]),
            (Condition(Operator.STALE, seconds=600.0), []),
        )
        for cleanly in ("cleanly", "by a kill")
        for step in (-3600.0, 3600.0)
    },
    "happens, a while after the bot was last known to be there, and killed as soon as the clock was set": (
        Home(),
        [
            made(condition=Condition(Operator.HAPPENS)),
            ("wait", (100.0,)),
            ("value", ("n", 0, "22", "off", False)),
            ("set_clock", (-90.0,)),
            ("restart", (False, 2.0, 0.25)),
            ("wait", (20.0,)),
            LOW,
        ],
    ),
    "calmed down while muted, and over then": (
        Home(),
        [
            made(repeat=600.0),
            ("flicker", ("n", ("31", "22"), 2.0, 9)),
            ("mute", (1, "rule", 14_400.0)),
            ("wait", (3600.0,)),
            LOW,
            ("wait", (14_400.0,)),
        ],
    ),
    "muted until the bot is away, and its rule changed as soon as that is back": (
        Home(),
        [
            made(),
            ("mute", (1, "rule", 900.0)),
            HIGH,
            ("wait", (600.0,)),
            ("restart", (True, 3600.0, 0.25)),
            made(hold=60.0),
            LOW,
        ],
    ),
    "happens, the clock set back by as long as the bot is away": (
        Home(),
        [
            made(condition=Condition(Operator.HAPPENS), repeat=1800.0),
            LOW,
            ("set_clock", (-3600.0,)),
            ("restart", (False, 3600.0, 0.25)),
            HIGH,
        ],
    ),
    "one of several of a notification acknowledged, when the others are over": (
        Home(),
        [
            made(wide=True),
            ("broker", (False,)),
            HIGH,
            ("burst", ("31",)),
            ("undisturbed", (3600.0,)),
            ("wait", (600.0,)),
            ("broker", (True,)),
            ("attend", ("snooze", ANNA, 3600.0)),
            ("undisturbed", (0.0,)),
            ("wait", (1800.0,)),
            ("attend", ("ack", BERT, 3600.0)),
        ],
    ),
    "posted to a webhook while the broker is away": (
        Home(),
        [
            made(kind="p", condition=Condition(Operator.EQUAL, ("firing",)), hold=60.0),
            ("broker", (False,)),
            ("value", ("p", 0, "31", "on", False)),
            ("wait", (3600.0,)),
        ],
    ),
    "an entity silent while the broker is away, and the bot was": (
        Home(),
        [
            made(kind="h", condition=Condition(Operator.STALE, seconds=600.0)),
            ("value", ("h", 0, "31", "on", False)),
            ("broker", (False,)),
            ("restart", (False, 60.0, 2.0)),
            ("wait", (3600.0,)),
        ],
    ),
    "the value of a further condition deleted": (
        Home(),
        [
            made(others=(Clause(Condition(Operator.EQUAL, ("open",)), "j/1", "door"),)),
            ("value", ("j", 0, "5", "open", True)),
            ("delete", ("j", 0)),
            HIGH,
        ],
    ),
    "a further condition on a topic of the rule's own, true as its own ends": (
        Home(),
        [
            made(kind="w", condition=ON, wide=True, others=(Clause(ERROR, "w/2"),)),
            ("value", ("w", 1, "22", "on", True)),
            ("value", ("w", 1, "31", "error 5", True)),
        ],
    ),
    "a further condition true in the message that leaves the value out": (
        Home(),
        [
            made(
                kind="j",
                condition=Condition(Operator.ABOVE, ("30",), missing_clears=True),
                others=(Clause(Condition(Operator.EQUAL, ("open",)), "j/1", "door"),),
            ),
            ("value", ("j", 0, "31", "off", False)),
            ("value", ("j", 0, "25", "ok", True)),
        ],
    ),
    "a further condition in a message whose value nobody can read": (
        Home(),
        [
            made(kind="j", others=(Clause(Condition(Operator.EQUAL, ("open",)), field="door"),)),
            ("value", ("j", 0, "31", "open", False)),
            ("wait", (5.0,)),
            ("value", ("j", 0, "unavailable", "off", False)),
        ],
    ),
    "one of two conditions true of a topic that has said nothing of its own": (
        Home(),
        [
            made(kind="j", wide=True, others=(Clause(ON, "w/2"),), either=True),
            ("value", ("j", 1, "31", "open", False)),
            ("value", ("w", 1, "30", "on", True)),
        ],
    ),
    "a further condition true before a restart, of topics that came after it": (
        Home(),
        [
            made(wide=True, others=(Clause(ON, "w/2"),)),
            ("value", ("w", 1, "22", "on", False)),
            ("restart", (True, 600.0, 0.25)),
            HIGH,
        ],
    ),
    "a further condition changed after a restart": (
        Home(),
        [
            made(others=(Clause(ON, "w/2"),)),
            ("value", ("w", 1, "22", "on", False)),
            HIGH,
            ("restart", (False, 5.0, 0.25)),
            ("alter", (1, "condition", replace(PLAIN, others=(Clause(ON, "w/1"),)))),
            HIGH,
        ],
    ),
    "told once, and killed before that, and away past its time": (
        Home(),
        [made(once=True, seconds=3600.0), HIGH, ("restart", (False, 7200.0, 0.25))],
    ),
    "told once, of what happens on many topics": (
        Home(),
        [made(condition=Condition(Operator.CHANGES), once=True, wide=True), ("burst", ("31",))],
    ),
    "told once, while its own target is not to be disturbed": (
        Home(),
        [made(once=True, targets=(TABLET,)), ("undisturbed", (900.0,)), HIGH, ("wait", (1800.0,))],
    ),
    "told once, when what came before is over": (
        Home(),
        [
            made(),
            HIGH,
            ("make", (2, replace(PLAIN, kind="w", condition=ON, once=True, after=1))),
            ("value", ("w", 0, "22", "on", False)),
            ("wait", (600.0,)),
            LOW,
        ],
    ),
    "happens at another time, and again in time": (
        Home(),
        [
            made(condition=Condition(Operator.HAPPENS), repeat=1800.0, only="8:30-9:30"),
            ("wait", (1740.0,)),
            LOW,
            ("wait", (90.0,)),
            HIGH,
        ],
    ),
    **{
        f"due in the hours of its rule, and the clock set past them by {step:.0f} s": (
            Home(),
            [
                made(hold=600.0, only=only),
                HIGH,
                ("set_clock", (step,)),
                ("wait", (3600.0,)),
            ],
        )
        for step, only in ((3600.0, "8:10-8:40"), (-3600.0, "13:00-8:00"))
    },
    "waiting for another rule over a kill": (
        Home(),
        [
            made(kind="w", condition=ON),
            ("value", ("w", 0, "22", "on", False)),
            ("make", (2, replace(PLAIN, after=1))),
            ("wait", (5.0,)),
            HIGH,
            ("wait", (600.0,)),
            ("restart", (False, 5.0, 0.25)),
            ("value", ("w", 0, "22", "off", False)),
            ("wait", (600.0,)),
        ],
    ),
    "killed when the broker is just back": (
        Home(),
        [
            ("broker", (False,)),
            ("wait", (200.0,)),
            ("broker", (True,)),
            ("restart", (False, 17.0, 30.0)),
        ],
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_that_was_told_wrong_once(name: str) -> None:
    assert [str(breach) for breach in live(*STORIES[name])] == []


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
        return replace(changed, untold=(lifecycle.Step.FIRED,)) if changed.active else changed

    return breach


def over(alert: Alert, now: float) -> Alert:
    """End an incident without a word."""
    return replace(alert, state=lifecycle.AlertState.RESOLVED, since=now)


DEFECTS: list[tuple[str, object, str, object, list[Deed]]] = [
    ("false_last_words", lifecycle, "resolve", over, STORY),
    ("missed", Judge, "holds", lambda *_: False, STORY),
    ("missed", Mutes, "covers", lambda *_: True, STORY),
    ("invented", Judge, "holds", lambda *_: True, STORY[:1] + STORY[3:]),
    (
        "invented",
        watches,
        "longest_silence",
        lambda _: 50.0,
        [made(condition=STALE), ("wait", (200.0,)), BEAT],
    ),
    (
        "invented",
        Judge,
        "holds",
        lambda _, value, *how: value.number > 30,
        [made(condition=RISES), COLD, ("set_clock", (-90.0,)), ("wait", (1800.0,)), HIGH],
    ),
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
        lambda alert, rule, now: replace(alert, repeat_at=0.0),
        [
            made(repeat=600.0),
            HIGH,
        ],
    ),
]


DEFECTS += [
    (
        "told_too_soon",
        Inhibitions,
        "_held",
        lambda *_: {},
        STORIES["waiting for another rule over a kill"][1],
    ),
    (
        "invented",
        engine,
        "admits",
        lambda *_: True,
        [made(others=(Clause(ON, "w/2"),), condition=HAPPENS), LOW],
    ),
    ("invented", engine, "all_hold", lambda alert, _: alert.own, [made(others=(Clause(ON, "w/2"),)), HIGH]),
    ("invented", watches.Watch, "opens_at", lambda _, at, *__: at, [made(only="13:00-8:00"), HIGH]),
    (
        "invented",
        AlertIndex,
        "has_fired",
        lambda *_: False,
        [made(once=True, wide=True), HIGH, ("value", ("n", 1, "31", "off", False))],
    ),
    (
        "false_last_words",
        texts,
        "_lasts",
        lambda *_: False,
        STORIES["waiting for another rule over a kill"][1],
    ),
]


@pytest.mark.parametrize(("kind", "owner", "name", "defect", "story"), DEFECTS)
def test_a_planted_defect_is_found(
    monkeypatch: pytest.MonkeyPatch, kind: str, owner: object, name: str, defect: object, story: list[Deed]
) -> None:
    monkeypatch.setattr(owner, name, defect)
    assert kind in {breach.kind for breach in live(Home(), story)}


RETURNED: list[tuple[str, object, str, object, str]] = [
    ("false_last_words", notices, "_of_the_end", lambda _: (), "over while muted"),
    ("false_last_words", AlertNotices, "closed", lambda *_: [], "its rule removed"),
    (
        "invented",
        Silence,
        "lasted_at",
        lambda _, alert, lasting: alert.since + lasting,
        "lasting while the bot is away",
    ),
    ("missed", Held, "_release", never, "said while a timed do-not-disturb lasts"),
    (
        "storms",
        notices,
        "_planned",
        lambda debts, _, desk: (False, list(notices._waves(debts, desk))),
        "a storm that begins at once",
    ),
]
"""Defects that there once were: how people notice each of them, and the story in which they do."""


@pytest.mark.parametrize(("kind", "owner", "name", "defect", "story"), RETURNED)
def test_a_defect_that_comes_back_is_found(
    monkeypatch: pytest.MonkeyPatch, kind: str, owner: object, name: str, defect: object, story: str
) -> None:
    monkeypatch.setattr(owner, name, defect)
    assert kind in {breach.kind for breach in live(*STORIES[story])}


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
