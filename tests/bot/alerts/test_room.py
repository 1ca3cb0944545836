"""How many topics rules can watch, and what becomes of those that they cannot."""

from dataclasses import replace
from typing import Any

from alert_rules import Watched, above, rule_of, stale
from fakes import GUEST, ME, World
import pytest

from bot.alerts import index as index_module
from bot.alerts.notices import GATHER
from bot.alerts.watches import FORGOTTEN
from bot.model.alert import Step
from bot.model.rules import AlertRule, Display, Operator, Priority, Subscription
from bot.text.durations import DAY

NEWS = rule_of(Operator.CHANGES, topic="app/#", id="news", name="News", priority=Priority.SILENT)
LEAK = rule_of(
    Operator.EQUAL, "wet", topic="home/leak", id="leak", number=4, name="Leak", priority=Priority.CRITICAL
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be room for few topics, so that a test is quick."""
    monkeypatch.setattr(index_module, "MOST_ALERTS", 20)
    monkeypatch.setattr(index_module, "LEAST_ALERTS", 4)


def house(*rules: AlertRule, **how: Any) -> World:
    return World(Subscription("#", display=Display.SILENT), alerts=rules, **how)


@pytest.mark.parametrize(
    "busy",
    [
        NEWS,
        above(topic="app/#", id="news", priority=Priority.SILENT),
        stale(600, "app/#", id="news", priority=Priority.SILENT),
        rule_of(Operator.RISES, "5", topic="app/#", id="news", seconds=600.0, priority=Priority.SILENT),
        above(topic="app/#", id="news", hold=3600, priority=Priority.SILENT),
    ],
)
def test_a_busy_rule_leaves_the_others_their_room(busy: AlertRule) -> None:
    world = house(busy, LEAK)
    for number in range(60):
        world.receive(f"app/{number}", "31")
    world.receive("home/leak", "wet")
    world.later(GATHER)
    assert world.said[-1].startswith("🔴 *Leak*: home/leak wet")
    world.restart()
    for number in range(60, 90):
        world.receive(f"app/{number}", "31")
    world.receive("home/leak", "dry")
    world.later(GATHER)
    assert world.said[-1].startswith("✅ *Leak* is over: home/leak dry")


def test_a_rule_forgets_what_it_heard_of_last_the_longest_ago() -> None:
    watched = Watched(NEWS)
    for number in range(20):
        watched.value("a", f"app/{number}", after=1)
    watched.value("a", "app/0", after=1)
    for number in range(20, 25):
        watched.value("a", f"app/{number}", after=1)
    assert watched.value("b", "app/0", after=1) == [Step.FIRED]
    known = {topic for _, topic in watched.kept}
    assert known == {"app/0", *(f"app/{number}" for number in range(6, 25))}
    watched.restart()
    watched.value("a", "app/25", after=1)
    assert "app/6" not in {topic for _, topic in watched.kept}
    assert watched.engine.unwatched == 0


def test_memory_makes_room_for_what_is_wrong() -> None:
    watched = Watched(NEWS, above(topic="s/+"), rule_of(Operator.FALLS, "5", topic="f/+", seconds=60.0))
    for number in range(8):
        watched.value("9", f"f/{number}")
    for number in range(20):
        watched.value("a", f"app/{number}")
    for number in range(20):
        assert watched.value("31", f"s/{number}") == [Step.FIRED]
    assert watched.engine.unwatched == 0
    assert len(watched.engine.active) == 20
    # A rule may have its share besides.
    assert sum(len(watched.engine.of(rule.id)) for rule in watched.rules) <= 20 + 3 * 6
    assert len(watched.engine.of("news")) <= 6


def test_what_is_wrong_makes_room_for_nothing() -> None:
    watched = Watched(above(topic="s/+"), stale(600, "t/#"))
    for number in range(25):
        watched.value("31", f"s/{number}")
    assert (len(watched.engine.active), watched.engine.unwatched) == (20, 5)
    assert [rule.id for rule in watched.engine.overfull] == ["r1"]
    for number in range(12):
        watched.value("1", f"t/{number}")
    assert len(watched.engine.of("s1")) == 10
    watched.value("2", "s/3")
    assert watched.engine.overfull == []
    watched.later(700)
    assert watched.value("9", "t/x") == []
    assert watched.engine.of("s1")[-1].topic != "t/x"


def test_what_a_topic_without_room_does_is_no_news_while_it_is_fine() -> None:
    watched = Watched(above(topic="s/+"))
    for number in range(20):
        watched.value("31", f"s/{number}")
    watched.value("5", "s/fine")
    assert watched.engine.unwatched == 0


@pytest.mark.parametrize(
    "rule",
    [
        rule_of(Operator.CHANGES),
        stale(0.0),
        rule_of(Operator.RISES, "5", seconds=600.0),
    ],
)
def test_memory_that_was_not_heard_of_for_weeks_goes(rule: AlertRule) -> None:
    watched = Watched(rule)
    watched.value("5")
    watched.later(FORGOTTEN - DAY)
    assert watched.kept
    watched.value("5")
    watched.later(FORGOTTEN - 1)
    assert watched.kept
    watched.later(2)
    assert watched.kept == {}
    assert len(watched.engine.of(rule.id)) == 0


def test_silence_that_is_waited_for_longer_than_weeks_is_not_forgotten() -> None:
    watched = Watched(stale(60 * DAY), rule_of(Operator.FALLS, "5", topic="f", seconds=60 * DAY))
    watched.value("5")
    watched.value("50", "f")
    watched.take(watched.engine.hear(False, watched.now))
    watched.later(FORGOTTEN + DAY)
    watched.take(watched.engine.hear(True, watched.now))
    assert watched.value("44", "f") == [Step.FIRED]
    assert watched.later(60 * DAY) == [Step.FIRED]


def test_a_value_that_is_sent_again_and_again_is_remembered() -> None:
    watched = Watched(rule_of(Operator.CHANGES))
    for _ in range(60):
        watched.value("closed", after=DAY / 2)
    watched.later(FORGOTTEN - 2 * DAY)
    assert watched.value("open") == [Step.FIRED]


async def test_a_rule_without_room_is_said_once_in_the_chat_and_shown() -> None:
    world = house(above(topic="s/+", name="Too hot", priority=Priority.SILENT))
    for number in range(25):
        world.receive(f"s/{number}", "31")
    told = (
        "⚠ The alert rule “Too hot” (s/+) meets more topics than there is room for. "
        "What comes on further ones raises no alert. Give it a narrower filter."
    )
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [(ME, told)]
    assert GUEST not in {notice.to for notice in world.outbox.notices}
    assert "Alert rule without room: Too hot, more topics than it can watch" in await world.ask("status")
    world.restart()
    world.receive("s/99", "31")
    assert world.said == [told]
    rule = replace(world.bot.rules.alerts[0], name="Hotter")
    world.bot.apply(replace(world.bot.rules, alerts=(rule,)))
    world.receive("s/99", "31")
    assert world.said[1:] == [told.replace("Too hot", "Hotter")]
    world.receive("s/3", "2")
    world.later(GATHER)
    assert "without room" not in await world.ask("status")
    world.bot.apply(replace(world.bot.rules, alerts=()))
    assert world.memory.get("rules_overfull") == "[]"
