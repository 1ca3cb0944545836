"""Rules with several conditions, on one topic or on several."""

import asyncio
from dataclasses import replace
import json

from alert_rules import above, rule_of, stale
from fakes import ME, World
from hypothesis import given, settings, strategies as st
import pytest

from bot.alerts.notices import GATHER
from bot.alerts.rules.contradictions import contradiction
from bot.alerts.rules.grammar import read_rule, write_key, write_others, write_rule
from bot.alerts.rules.joining import others_of, parted
from bot.alerts.rules.subject import with_others
from bot.model.replies import BotError
from bot.model.rules import AlertRule, Clause, Condition, Contact, Display, Operator, Subscription
from bot.reading.topic_lookup import known_names


def is_(word: str, topic: str = "", field: str = "", operator: Operator = Operator.EQUAL) -> Clause:
    return Clause(Condition(operator, (word,)), topic, field)


def house(*rules: AlertRule) -> World:
    return World(Subscription("#", display=Display.SILENT), alerts=rules, contacts=(Contact(ME),))


def told(world: World) -> list[str]:
    world.wait(GATHER + 1)
    return [notice.text.splitlines()[0] for notice in world.outbox.notices]


# Both.

WARM = above("-15", "freezer", name="Warm", others=(is_("closed", "door"),))


@pytest.mark.parametrize("order", [("freezer", "door"), ("door", "freezer")])
def test_it_fires_when_both_are_so_whichever_comes_last(order: tuple[str, str]) -> None:
    world, said = house(WARM), {"freezer": "-10", "door": "closed"}
    world.receive(order[0], said[order[0]])
    assert told(world) == []
    world.receive(order[1], said[order[1]])
    assert told(world) == ["⚠ *Warm*: freezer −10, limit −15 · door is closed"]


@pytest.mark.parametrize(("topic", "value"), [("freezer", "-20"), ("door", "open")])
def test_it_is_over_when_either_is_no_more(topic: str, value: str) -> None:
    world = house(WARM)
    world.receive("freezer", "-10")
    world.receive("door", "closed")
    assert len(told(world)) == 1
    world.receive(topic, value)
    assert told(world)[1].startswith("✅ *Warm*")


def test_both_have_to_last_together() -> None:
    world = house(above("-15", "freezer", name="Warm", hold=300, others=(is_("closed", "door"),)))
    world.receive("freezer", "-10")
    world.receive("door", "closed")
    world.wait(200)
    world.receive("door", "open")
    world.wait(10)
    world.receive("door", "closed")
    world.wait(200)
    assert told(world) == []
    world.wait(120)
    assert len(told(world)) == 1


def test_between_its_limits_it_goes_on_until_it_is_clear() -> None:
    world = house(above("-15", "freezer", name="Warm", clear="-18", others=(is_("closed", "door"),)))
    world.receive("freezer", "-10")
    world.receive("door", "closed")
    told(world)
    world.receive("freezer", "-16")
    assert len(told(world)) == 1
    assert world.bot.alerts.active
    world.receive("freezer", "-19")
    assert told(world)[1].startswith("✅")


def test_what_is_known_outlives_a_kill() -> None:
    world = house(WARM)
    world.receive("freezer", "-10")
    world.receive("door", "open")
    world.receive("door", "closed", retain=False)
    world.outbox.notices.clear()
    world.receive("freezer", "-20")
    told(world)
    world.restart()
    world.receive("freezer", "-10")
    assert told(world)[-1].startswith("⚠ *Warm*")


def test_a_rule_that_asks_for_something_else_knows_nothing_yet() -> None:
    world = house(WARM)
    world.receive("door", "closed")
    other = above("-15", "freezer", name="Warm", others=(is_("open", "door"), is_("on", "light")))
    world.bot.apply(replace(world.bot.rules, alerts=(other,)))
    world.receive("freezer", "-10")
    assert told(world) == []
    world.receive("door", "open")
    world.receive("light", "on")
    assert len(told(world)) == 1


def test_a_topic_that_says_nothing_any_more_ends_it() -> None:
    world = house(WARM)
    world.receive("freezer", "-10")
    world.receive("door", "closed")
    told(world)
    world.bot.alerts.lose(["nothing", "door"])
    assert told(world)[1].startswith("✅ *Warm*")
    world.bot.alerts.lose(["door"])
    assert len(told(world)) == 2


# Fields of one topic.


def weather(**fields: object) -> str:
    return json.dumps(fields)


def test_fields_of_one_topic_for_each_topic_by_itself() -> None:
    dry = is_("30", field="humidity", operator=Operator.BELOW)
    world = house(above("25", "room/+", field="temp", name="Hot and dry", others=(dry,)))
    world.receive("room/a", weather(temp=30, humidity=50))
    world.receive("room/b", weather(temp=20, humidity=20))
    assert told(world) == []
    # In one message the one comes and the other goes.
    world.receive("room/a", weather(temp=20, humidity=20))
    world.receive("room/b", weather(temp=30, humidity=50))
    assert told(world) == []
    assert all(alert.number == 0 for alert in world.bot.alerts.of("r1"))
    world.receive("room/b", weather(humidity=20))
    assert told(world) == ["⚠ *Hot and dry*: room/b 30 ↗, limit 25 · humidity of room/b is below 30"]
    world.receive("room/b", weather(humidity=60))
    assert told(world)[1].startswith("✅")


# Any.


def test_any_of_them_is_enough_and_it_is_over_when_none_is_so() -> None:
    world = house(
        rule_of(Operator.EQUAL, "wet", topic="a", name="Leak", others=(is_("wet", "b"),), either=True)
    )
    world.receive("b", "wet")
    assert told(world) == ["⚠ *Leak*: b is wet"]
    world.receive("a", "wet")
    world.receive("b", "dry")
    assert len(told(world)) == 1
    world.receive("a", "dry")
    assert told(world)[1].startswith("✅")


@pytest.mark.parametrize("lost", ["deleted", "removed"])
def test_of_either_one_it_goes_on_without_a_value_while_the_other_is_so(lost: str) -> None:
    world = house(
        rule_of(Operator.EQUAL, "wet", topic="a", name="Leak", others=(is_("wet", "b"),), either=True)
    )
    world.receive("a", "wet")
    world.receive("b", "wet")
    assert len(told(world)) == 1
    if lost == "deleted":
        world.receive("a", "", retain=True)
    else:
        world.bot.alerts.lose(["a"])
    assert len(told(world)) == 1
    world.receive("b", "dry")
    assert told(world)[1].startswith("✅")


# What happens, and what does not come.


def test_what_happens_is_told_only_while_the_rest_is_so() -> None:
    world = house(rule_of(Operator.HAPPENS, topic="bell", name="Bell", others=(is_("away", "home"),)))
    world.receive("bell", "ring")
    world.receive("home", "away")
    assert told(world) == []
    world.receive("bell", "ring")
    assert len(told(world)) == 1
    world.receive("home", "home")
    world.receive("bell", "ring")
    assert len(told(world)) == 1


def test_silence_counts_only_while_the_rest_is_so() -> None:
    world = house(stale(600, "pump", name="Pump", others=(is_("on", "power"),)))
    world.receive("power", "off")
    world.receive("pump", "1")
    world.wait(1200)
    assert told(world) == []
    world.receive("power", "on")
    world.wait(60)
    assert len(told(world)) == 1
    world.receive("power", "off")
    assert told(world)[1].startswith("✅")


# As it is typed.


@pytest.mark.parametrize(
    ("text", "parts", "either"),
    [
        ("freezer > -15 for 5m", ["freezer > -15 for 5m"], False),
        ("freezer > -15 and door is closed for 5m", ["freezer > -15", "door is closed for 5m"], False),
        ("freezer between 3 and 5", ["freezer between 3 and 5"], False),
        ("freezer between 3 and 5 and door open", ["freezer between 3 and 5", "door open"], False),
        ("salt and pepper > 3", ["salt and pepper > 3"], False),
        ("a > 3 only monday and friday", ["a > 3 only monday and friday"], False),
        ("a is wet or b is wet or c is wet", ["a is wet", "b is wet", "c is wet"], True),
        ("a > 3 und < 5", ["a > 3", "< 5"], False),
        ('a == "x and y is z"', ['a == "x and y is z"'], False),
        ("bell happens and home is away", ["bell happens", "home is away"], False),
        ("fenster offen und heizung an für 10m", ["fenster offen", "heizung an für 10m"], False),
        ("and", ["and"], False),
    ],
)
def test_conditions_are_parted(text: str, parts: list[str], either: bool) -> None:
    assert parted(text) == (parts, either)


DOWN, UP = "sun.sun is below_horizon", "sun.sun is above_horizon"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hatch is open after sunset", ["hatch is open", DOWN]),
        ("hatch is open only after dark critical", ["hatch is open", f"{DOWN} critical"]),
        ("hatch is open for 5m in daylight", ["hatch is open for 5m", UP]),
        ("hatch is open and after sunset", ["hatch is open", DOWN]),
        ("hatch opens between sunset and sunrise", ["hatch opens", DOWN]),
        ("hatch is open when it's dark and wind > 5", ["hatch is open", DOWN, "wind > 5"]),
        ("luke nach Sonnenuntergang offen ist", ["luke offen", DOWN]),
        ("luke offen, wenn es dunkel ist", ["luke offen", DOWN]),
        ("hatch is open after dark then lamp on", ["hatch is open", f"{DOWN} then lamp on"]),
        ("hatch is open then lamp on after dark", ["hatch is open then lamp on after dark"]),
        ('note == "after sunset"', ['note == "after sunset"']),
        ("hatch is open after sunday", ["hatch is open after sunday"]),
    ],
)
def test_the_sun_is_a_condition(text: str, parts: list[str]) -> None:
    assert parted(text) == (parts, False)


def test_and_with_or_is_refused() -> None:
    with pytest.raises(BotError) as caught:
        parted("a > 3 and b > 4 or c > 5")
    assert caught.value.key == "rule_and_or"


@pytest.mark.parametrize(
    "rule",
    [
        AlertRule("a", Condition(Operator.ABOVE, ("3",)), others=(is_("5", operator=Operator.BELOW),)),
        AlertRule(
            "a", Condition(Operator.ABOVE, ("3",)), "t", others=(is_("5", "", "u"), is_("x y", "b c", "d"))
        ),
        AlertRule("a", Condition(Operator.EQUAL, ("on",)), hold=60, others=(is_("off", "b"),), either=True),
        AlertRule("a b", Condition(Operator.HAPPENS), name="Bell", others=(is_("off", "b"),)),
    ],
)
def test_it_reads_back_as_it_is_written(rule: AlertRule) -> None:
    assert read_rule(write_rule(rule), rule.filter.__eq__) == rule


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (above(others=(Clause(Condition(Operator.CHANGES), "b"),)), "rule_clause_level"),
        (above(others=(is_("x", "b", operator=Operator.ABOVE),)), "rule_limit_no_number"),
        (above(others=(is_("x", "b"),) * 5), "rule_many_conditions"),
        (stale(others=(is_("x", "b"),), either=True), "rule_either_level"),
        (stale(others=(is_("x", "b"),)), ""),
    ],
)
def test_what_cannot_work_is_refused(rule: AlertRule, key: str) -> None:
    found = contradiction(rule)
    assert (found.key if found else "") == key


def ask(world: World, line: str) -> str:
    return asyncio.run(world.ask(line))


def test_in_the_chat() -> None:
    world = house()
    for topic, value in (("home/freezer", "-18"), ("home/door", "closed"), ("home/bell", "ring")):
        world.receive(topic, value)
    world.receive("home/room", weather(temp=20, humidity=40))
    made = ask(world, "alert freezer > -15 and door is closed for 5m critical")
    assert "when home/freezer is above −15 and home/door is closed, all at once for 5 min" in made
    assert (world.bot.alerts.rule("1").hold, len(world.bot.alerts.rule("1").others)) == (300, 1)
    assert "temp of home/room is above 25 and humidity of home/room is below 30" in ask(
        world, "alert room.temp > 25 and humidity < 30"
    )
    assert "is above −20 and home/freezer is below −19" in ask(world, "alert freezer > -20 and < -19")
    ask(world, "alert door is open and bell happens")
    assert world.bot.alerts.rule("4").filter == "home/bell"
    assert "one topic, not many" in ask(world, "alert freezer > -15 and home/+ is open")
    assert "either “and” or “or”" in ask(world, "alert freezer > 1 and door is open or bell is on")
    assert "Nothing is known of “cellar”" in ask(world, "alert freezer > -15 and cellar is open")
    assert "no number" in ask(world, "alert door is open and freezer is warm")
    ask(world, 'alert freezer > -15 and door is open as "Both"')
    assert "Both — home/freezer > −15 and home/door = open" in ask(world, "alerts both")


def test_it_is_rehearsed_with_all_its_topics() -> None:
    world = house()
    for _ in range(3):
        for topic, value in (("home/freezer", "-10"), ("home/door", "closed"), ("home/door", "open")):
            world.receive(topic, value)
            world.wait(30)
    assert "it would have fired 3×" in ask(world, "try freezer > -15 and door is closed")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["freezer", "door", "light"]), st.booleans()),
        st.just(("restart", False)),
    ),
    max_size=25,
)


@given(steps=STEPS, either=st.booleans())
@settings(deadline=None, max_examples=150)
def test_it_is_as_anybody_would_say(steps: list[tuple[str, bool]], either: bool) -> None:
    words = {"freezer": ("-20", "-10"), "door": ("open", "closed"), "light": ("off", "on")}
    others = is_("closed", "door"), is_("on", "light")
    world = house(above("-15", "freezer", name="Warm", others=others, either=either))
    known: dict[str, bool] = {}
    for what, truth in steps:
        if what == "restart":
            world.restart()
        else:
            known[what] = truth
            world.receive(what, words[what][truth])
        so = any(known.values()) if either else len(known) == 3 and all(known.values())
        assert bool(world.bot.alerts.active) is so, (what, known)
        world.wait(GATHER + 1)


async def test_further_conditions_as_they_are_typed_in_the_form() -> None:
    world = house()
    world.receive("home/door", "open")
    rule = above("-15", "home/freezer")
    for text, either in (("door is open", False), ("and door is open", False), ("or door is open", True)):
        whole, unknown = await with_others(world.bot, await known_names(world.bot), rule, text)
        assert (whole.others, whole.either, unknown) == ((is_named("open", "home/door"),), either, [])
        assert write_others(whole) == f'{"or" if either else "and"} "home/door" == "open"'
    _, unknown = await with_others(world.bot, await known_names(world.bot), rule, "and attic is open for 5m")
    assert unknown == ["attic"]
    with pytest.raises(BotError) as caught:
        others_of("nonsense")
    assert caught.value.key == "rule_two_conditions"


def is_named(word: str, topic: str) -> Clause:
    return replace(is_(word, topic), name=topic)


FREEZER = ("home/freezer", "-18")
DOOR = ("home/door", "closed")


def spoken_house() -> World:
    world = house()
    for topic, payload in (FREEZER, DOOR, ("home/lamp", "off")):
        world.receive(topic, payload)
    return world


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("alert freezer > -15 for 5m and door is open for 10m", "“for” stands here twice"),
        ("alert freezer > -15 for 5m for 10m", "“for” stands here twice"),
        ("alert door is open then lamp on then lamp off", "“then” stands here twice"),
        ("alert door is open after 1 after 2", "“after” stands here twice"),
        ("alert freezer > -15 and door is open clear -17", "What ends an alert stands behind its first"),
        ("alert door is open and lamp is on missing clears", "What ends an alert stands behind its first"),
        ("alert door is open then lamp on for 5 min", "A rule cannot do “lamp on” for a time"),
        ("alert door is open then lamp on and freezer > 5", "“lamp on and freezer > 5” is nothing"),
        ("alert door or lamp is on", "stands a whole condition"),
        ("alert door and lamp are on", "stands a whole condition"),
        ("alert door is open and door is closed", "One value is never both"),
        ("alert freezer > -15 and freezer < -20", "One value is never both"),
        ("alert freezer < -20 and > -15", "One value is never both"),
        ("alert freezer == 5 and freezer > 7", "One value is never both"),
        ("alert freezer > 7 and freezer == 5", "One value is never both"),
        ("alert lamp is on and door is open and door is closed", "One value is never both"),
    ],
)
def test_what_would_be_another_rule_than_was_said_is_not_made(line: str, answer: str) -> None:
    world = spoken_house()
    assert answer in ask(world, line)
    assert world.bot.alerts.rules == ()


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("freezer silent 10 min and door is open", 'stale 10m and "home/door" == "open"'),
        ("freezer silent for 10 min and door is open", 'stale 10m and "home/door" == "open"'),
        ("freezer silent 10 min", "stale 10m"),
        ("freezer above -10 or below -20", "> -10 or < -20"),
        ("freezer > -10 or freezer < -20", "> -10 or < -20"),
        ("freezer > -20 and < -10", "> -20 and < -10"),
        ("freezer > -15 clear -25 and < -20", "> -15 clear -25 and < -20"),
        ("freezer > -15 since 5 min", "> -15 for 5m"),
        ("freezer > -15 for 5m and door is open for 5m", '> -15 and "home/door" == "open" for 5m'),
    ],
)
def test_it_is_made_as_it_was_said(line: str, typed: str) -> None:
    world = spoken_house()
    ask(world, f"alert {line}")
    (rule,) = world.bot.alerts.rules
    written = write_rule(replace(rule, name=""))
    assert written.replace('"', "") == f"home/freezer {typed}".replace('"', "")
    assert write_key(read_rule(written, rule.filter.__eq__)) == write_key(replace(rule, name=""))


def test_the_conditions_of_a_rule_change() -> None:
    world = spoken_house()
    ask(world, 'alert freezer > -15 as "F"')

    def others() -> tuple[str, ...]:
        (rule,) = world.bot.alerts.rules
        return tuple(each.filter for each in rule.others)

    for change, found in (
        ("and door is open", ("home/door",)),
        ("and lamp is on for 5m", ("home/door", "home/lamp")),
        ("> -10", ("home/door", "home/lamp")),
        ("> -10 and lamp is on", ("home/lamp",)),
        ("and never", ()),
        ("or door is open", ("home/door",)),
    ):
        ask(world, f"rule F {change}")
        assert others() == found, change
    assert "not both" in ask(world, "rule F and lamp is on")
    assert "I know no “lmp”" in ask(world, "rule F or lmp is on")
    ask(world, "rule F or attic/lamp is on")
    assert others() == ("home/door", "attic/lamp")
    (rule,) = world.bot.alerts.rules
    assert (rule.hold, rule.condition.values, rule.either) == (300.0, ("-10",), True)


def test_what_happens_is_told_with_the_names_of_the_rest() -> None:
    world = spoken_house()
    ask(world, "alert door is open and lamp happens")
    (rule,) = world.bot.alerts.rules
    assert rule.others[0].name


@pytest.mark.parametrize(("operator", "told_as"), [(Operator.HAPPENS, "25"), (Operator.CHANGES, "1 → 25")])
def test_what_comes_next_and_does_not_count_is_not_told_in_its_place(
    operator: Operator, told_as: str
) -> None:
    rule = rule_of(operator, topic="a", name="Bell", others=(is_("20", operator=Operator.ABOVE),))
    world = house(rule)
    for value in ("1", "25", "5"):
        world.receive("a", value)
    assert told(world) == [f"⚠ *Bell*: a {told_as}"]
    assert "5" not in world.outbox.notices[0].text.replace("25", "")


def test_what_was_so_before_a_rule_was_off_is_not_known_any_more() -> None:
    world = house(WARM)
    world.receive("door", "closed")
    world.bot.apply(replace(world.bot.rules, alerts=(replace(WARM, enabled=False),)))
    world.receive("door", "open")
    world.bot.apply(replace(world.bot.rules, alerts=(WARM,)))
    world.receive("freezer", "-10")
    assert told(world) == []
    world.receive("door", "closed")
    assert len(told(world)) == 1
