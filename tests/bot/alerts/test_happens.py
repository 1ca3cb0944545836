"""The condition `happens`: each message anew is told, as that of a bell."""

from alert_rules import Watched, rule_of
from fakes import ME, World
from phrases import RealPhrases
import pytest

from bot.alerts.rule_texts import condition_text, sentence
from bot.alerts.rules.grammar import changed, read_rule, write_rule
from bot.commands.alerts import Try
from bot.model.alert import Step
from bot.model.replies import Caller, Surface, Text
from bot.model.rules import AlertRule, Condition, Contact, Display, Operator, Priority, Role, Subscription

HIDDEN = Subscription("#", display=Display.SILENT)
PRESS = '{"action":"single","battery":100,"linkquality":72}'


def bell(*values: str, topic: str = "t", field: str = "", every: float = 0.0) -> AlertRule:
    return rule_of(Operator.HAPPENS, *values, topic=topic, field=field, repeat=every)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (PRESS, "action"),
        ("ring", ""),
        ("", ""),
        ("04AF19C2", ""),
        ("1", ""),
        ("ON", ""),
        ('{"type":"new","after":{"label":"person"}}', "type"),
        ('{"RfReceived":{"Data":"0x7028DC"}}', "RfReceived.Data"),
        ('{"uid":"04:AF"}', ""),
    ],
)
def test_the_same_message_again_fires_again(payload: str, field: str) -> None:
    watched = Watched(bell(field=field))
    for _ in range(3):
        assert watched.value(payload, after=5) == [Step.FIRED]
    assert [number for _, _, number in watched.told] == [1, 2, 3]
    assert not watched.engine.active


def test_a_picture_is_something_that_happens() -> None:
    world = World(HIDDEN, alerts=(bell(topic="cam/door"),), contacts=(Contact(ME),))
    for _ in range(2):
        world.receive("cam/door", b"\xff\xd8\xff\xe0JFIF" + bytes(50))
        world.later(2)
    assert len(world.said) == 2


def test_a_message_without_the_field_is_nothing() -> None:
    watched = Watched(bell(field="action"))
    assert watched.value('{"battery":99}') == []
    assert watched.value(PRESS) == [Step.FIRED]
    for nothing in ('{"battery":99}', '{"action":""}', '{"action":null}', "", "null"):
        assert watched.value(nothing, after=5) == []


def test_the_empty_text_after_a_press_is_no_press() -> None:
    watched = Watched(bell())
    for _ in range(2):
        assert watched.value("single", after=5) == [Step.FIRED]
        assert watched.value("", after=0.1) == []
    watched.restart()
    assert watched.value("", after=5) == []


def test_what_is_retained_happened_earlier() -> None:
    watched = Watched(bell())
    assert watched.value("ring", retain=True) == []
    assert watched.value("ring") == [Step.FIRED]


def test_only_the_value_that_is_meant_counts() -> None:
    watched = Watched(bell("double*", field="action"))
    assert watched.value('{"action":"single"}') == []
    assert watched.value('{"action":"double"}') == [Step.FIRED]
    assert watched.value('{"action":"DOUBLE_left"}') == [Step.FIRED]
    assert watched.value('{"action":"undouble"}') == []
    watched = Watched(bell("on"))
    assert watched.value("true") == [Step.FIRED]
    assert watched.value("off") == []


def test_every_limits_how_often_also_over_a_restart() -> None:
    watched = Watched(bell(every=30))
    assert watched.value("ring") == [Step.FIRED]
    assert watched.value("ring", after=29) == []
    watched.restart()
    assert watched.value("ring", after=0.5) == []
    assert watched.value("ring", after=0.5) == [Step.FIRED]
    assert watched.later(3600) == []


def test_topics_are_limited_each_for_itself() -> None:
    watched = Watched(bell(topic="+", every=30))
    assert watched.value("ring", "front") == [Step.FIRED]
    assert watched.value("ring", "back") == [Step.FIRED]


def test_it_is_told_as_something_that_fired_never_as_over() -> None:
    rule = bell(topic="home/bell")
    world = World(HIDDEN, alerts=(rule,), contacts=(Contact(ME),))
    world.receive("home/bell", "front")
    world.later(2)
    world.receive("home/bell", "front")
    world.receive("home/bell", "back")
    world.later(2)
    assert [text.splitlines()[0] for text in world.said] == [
        "⚠ *other*: home/bell front",
        "⚠ *other*: home/bell front, back",
    ]
    assert "happens" in world.said[0]


async def test_it_is_made_in_the_chat_listed_tried_and_changed() -> None:
    world = World(HIDDEN)
    for _ in range(3):
        world.receive("home/bell", PRESS)
        world.clock.time += 60
    said = await world.ask('/mqtt alert home/bell.action happens every 30s critical as "Doorbell"')
    assert "at most once in 30 s" in said
    rule = world.bot.alerts.rule("Doorbell")
    assert (rule.condition, rule.repeat) == (Condition(Operator.HAPPENS), 30.0)
    assert "happens" in await world.ask("/mqtt alerts")
    reply = await world.bot.execute(Try(rule="Doorbell"), Caller(Surface.CHAT, ME, Role.ADMIN))
    assert isinstance(reply, Text)
    assert (reply.facts["fired"], reply.facts["judged"], reply.facts["longest"]) == (3, 3, 0.0)
    assert "each time anew" in await world.ask("/mqtt rule Doorbell every none")
    assert "“single”" in await world.ask("/mqtt rule Doorbell happens single")
    await world.ask("/mqtt rule Doorbell happens off")
    assert not world.bot.alerts.rule("Doorbell").enabled


@pytest.mark.parametrize(
    ("text", "values", "repeat"),
    [
        ("t happens", (), 0.0),
        ("t happens every 5m", (), 300.0),
        ("t passiert alle 5m", (), 300.0),
        ("t tritt ein", (), 0.0),
        ("t occurs critical", (), 0.0),
        ("t happens single every 1m", ("single",), 60.0),
        ('t happens "every 1m"', ("every 1m",), 0.0),
        ('t happens "critical"', ("critical",), 0.0),
        ('t happens ""', ("",), 0.0),
        ("t geschieht single left", ("single left",), 0.0),
    ],
)
def test_it_is_read_and_written_again(text: str, values: tuple[str, ...], repeat: float) -> None:
    rule = read_rule(text, "t".__eq__)
    assert (rule.condition, rule.repeat) == (Condition(Operator.HAPPENS, values), repeat)
    assert read_rule(write_rule(rule), "t".__eq__) == rule


def test_a_switch_word_is_the_switch_unless_it_is_quoted() -> None:
    rule = read_rule("t happens", "t".__eq__)
    assert not changed(rule, "happens off").enabled
    assert changed(rule, 'happens "off"').condition.values == ("off",)


def test_it_is_said_in_words() -> None:
    rule = read_rule("t.action happens single every 1m critical", "t".__eq__)
    english, german = RealPhrases("en"), RealPhrases("de")
    assert rule.priority is Priority.CRITICAL
    assert sentence(rule, english, "Door") == (
        "Tell it as critical when action of Door says “single”; at most once in 1 min."
    )
    assert sentence(rule, german, "Door") == (
        "Als kritisch melden, wenn action von Door „single“ meldet; höchstens einmal in 1 min."
    )
    assert condition_text(rule, english) == "happens: “single”"
    plain = read_rule("t happens", "t".__eq__)
    assert sentence(plain, english, "Door") == (
        "Tell it as an alert when something comes from Door; each time anew."
    )


def test_every_counts_from_the_last_that_was_told_also_among_those_told_together() -> None:
    watched = Watched(bell(every=1))
    assert watched.value("ring") == [Step.FIRED]
    assert watched.value("ring", after=0.6) == []
    assert watched.value("ring", after=0.6) == [Step.FIRED]
    assert watched.value("ring", after=0.2) == []


@pytest.mark.parametrize(("newest", "shown"), [("last", "w18, last\n"), ("x" * 100, "x" * 80 + "…\n")])
def test_of_very_many_the_newest_are_told(newest: str, shown: str) -> None:
    world = World(HIDDEN, alerts=(bell(),), contacts=(Contact(ME),))
    for number in range(19):
        world.receive("t", f"w{number}")
    world.receive("t", newest)
    world.later(2)
    assert shown in world.said[-1]
