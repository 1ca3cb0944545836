"""Rules of Home Assistant's `alert:`, of Alert2 and of mqttwarn, made into rules of this bot."""

from contextlib import suppress
from typing import Any

from fakes import World
from hypothesis import given, settings, strategies as st
from other_programs import alert2, planned, rules_of
from phrases import RealPhrases
import pytest

from bot.importing import programs
from bot.importing.alert_rules import LONGEST_OWN, StateTopic
from bot.importing.conditions import StateWanted, is_state, read_condition
from bot.importing.importing import report
from bot.importing.mqttwarn import is_ini
from bot.importing.outcomes import Outcome, Untaken
from bot.importing.programs import MOST_RULES, plan_rules, rehearse_all
from bot.model.message import QoS
from bot.model.replies import BotError
from bot.model.rules import (
    AlertRule,
    Clause,
    Condition,
    Display,
    Operator,
    Priority,
    Subscription,
)
from bot.rendering.replies import render_reply


def one(given: object) -> tuple[Any, Outcome]:
    ((rule, outcome),) = planned(given).steps
    return rule, outcome


def alert(**fields: object) -> tuple[Any, Outcome]:
    return one({"alert": {"x": {"name": "Door", "entity_id": "binary_sensor.door", "repeat": 5} | fields}})


def condition(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (each.entity, each.condition.operator.value, each.condition.values)
        for each in read_condition(f"{{{{ {text} }}}}").wanted
    ]


def why(text: str) -> str:
    with pytest.raises(Untaken) as err:
        read_condition(text)
    return err.value.why


def test_an_alert_of_home_assistants() -> None:
    rule, outcome = alert(
        state="on",
        repeat=[10, 30],
        skip_first=True,
        done_message="shut",
        message="{{ state_attr('binary_sensor.door','friendly_name') }}: {{ states('binary_sensor.door') }}",
        notifiers=["notify.anna", "{{ who }}", "anna"],
    )
    assert rule == AlertRule(
        "$ha/binary_sensor.door",
        Condition(Operator.EQUAL, ("on",)),
        name="Door",
        hold=600.0,
        repeat=1800.0,
        targets=("notify.anna",),
        text="{name}: {value}",
    )
    assert (outcome.word, outcome.why) == ("changed", "done_message")
    assert outcome.more == ("repeats", "notifier")


def test_what_is_named_by_a_template_is_called_by_its_id() -> None:
    template = "Door open for {{ relative_time(states.binary_sensor.door.last_changed) }}"
    made = planned({"alert": {"left_door": {"name": template, "entity_id": "light.a", "repeat": 5}}})
    (rule,) = rules_of(made)
    assert isinstance(rule, AlertRule)
    assert (rule.name, made.steps[0][1].word, made.steps[0][1].why) == ("left door", "changed", "name")


def test_states_as_yaml_reads_them() -> None:
    assert alert(state=False)[0].condition.values == ("off",)
    assert alert()[0].condition.values == ("on",)
    assert alert(state=3)[0].condition.values == ("3",)
    gone, _ = alert(state="unavailable")
    assert (gone.filter, gone.condition.values) == ("$ha/binary_sensor.door/availability", ("offline",))


def test_what_an_alert_cannot_be() -> None:
    assert alert(entity_id=["a.b", "c.d"])[1].why == "no_entity"
    assert alert(entity_id="camera_proxy.x")[1].why == "entity_kind"
    assert alert(can_acknowledge="no")[1].why == "acknowledge"
    assert alert(repeat="often")[0].repeat == 0.0
    assert alert(message="{{ 1 + 1 }}")[1].why == "message"
    assert alert(message="{{ states('sensor.other') }}")[1].why == "message"
    assert alert(message="x" * (LONGEST_OWN + 1))[0].text == ""
    assert one({"alert": {"x": None}})[1].why == "no_entity"
    for none in ({"alert": {}}, {"light": []}, None, 3, [], [[{"x": 1}]], {"a": {"b": {"c": 1}}}):
        with pytest.raises(BotError, match="import_unknown"):
            planned(none)


def test_names_are_kept_apart() -> None:
    row = {"entity_id": "light.a", "name": "Same", "repeat": 1}
    made = planned({"alert": {"a": row, "b": row | {"entity_id": "light.b"}, "c": row | {"name": "Other"}}})
    assert [rule.name for rule in rules_of(made)] == ["Same", "Same 2"]  # type: ignore[union-attr]
    assert made.steps[2][1].why == "known"
    assert (
        planned({"alert": {"a": row}}, alerts=(AlertRule("x", Condition(Operator.CHANGES), name="same"),))
        .steps[0][1]
        .why
        == "known"
    )


def test_too_many_are_not_all_taken() -> None:
    rows = {str(each): {"entity_id": f"light.l{each}", "repeat": 1} for each in range(MOST_RULES + 1)}
    made = planned({"alert": rows})
    assert len(rules_of(made)) == MOST_RULES
    assert made.steps[-1][1].why == "too_much"


def test_what_refers_to_itself_a_thousandfold_is_left() -> None:
    bomb: object = {"x": 1}
    for _ in range(5):
        bomb = dict.fromkeys(map(str, range(100)), bomb)
    with pytest.raises(BotError, match="import_unknown"):
        planned(bomb)
    rows = {str(each): {"entity_id": f"light.l{each}", "repeat": 1} for each in range(MOST_RULES)}
    made = planned({"alert a": rows, "alert b": rows, "alert c": rows, "alert d": rows})
    assert len(made.steps) == MOST_RULES + 1


def test_alert2_thresholds() -> None:
    rule, _ = alert2(threshold={"value": "sensor.t", "maximum": 30, "hysteresis": 2}, priority="high")
    assert (rule.condition, rule.priority) == (Condition(Operator.ABOVE, ("30",), "28"), Priority.CRITICAL)
    rule, _ = alert2(threshold={"value": "sensor.t", "minimum": 3.5, "hysteresis": 0}, priority="low")
    assert (rule.condition, rule.priority) == (Condition(Operator.BELOW, ("3.5",)), Priority.NORMAL)
    rule, _ = alert2(threshold={"value": "{{ states('sensor.t') | float }}", "minimum": 1, "maximum": 2})
    assert (rule.filter, rule.condition) == ("$ha/sensor.t", Condition(Operator.OUTSIDE, ("1", "2")))
    rule, _ = alert2(
        threshold={"value": "sensor.t", "maximum": 30}, condition="{{ is_state('switch.s','on') }}"
    )
    assert rule.others == (Clause(Condition(Operator.EQUAL, ("on",)), "$ha/switch.s"),)
    assert alert2(threshold=3)[1].why == "threshold"
    assert alert2(threshold={"value": "sensor.t"})[1].why == "threshold"
    assert alert2(threshold={"value": "sensor.t", "maximum": ".nan"})[1].why == "threshold"
    assert alert2(threshold={"value": "sensor.t", "maximum": float("inf")})[1].why == "threshold"
    assert alert2(threshold={"value": "sensor.t", "maximum": True})[1].why == "threshold"
    assert alert2(threshold={"value": "3 + 4", "maximum": 3})[1].why == "template"
    two = "{{ states('sensor.a') and states('sensor.b') }}"
    assert alert2(threshold={"value": two, "maximum": 3})[1].why == "template"
    assert alert2(threshold={"value": "states('sensor.t')", "maximum": 3})[1].why == "template"


def test_alert2_events() -> None:
    rule, _ = alert2(trigger={"trigger": "state", "entity_id": "binary_sensor.b", "to": True})
    assert rule.condition == Condition(Operator.HAPPENS, ("on",))
    rule, _ = alert2(trigger=[{"platform": "state", "entity_id": ["binary_sensor.b"]}])
    assert rule.condition == Condition(Operator.CHANGES)
    lasting = {"platform": "state", "entity_id": "binary_sensor.b", "to": "on", "for": {"minutes": 2}}
    rule, _ = alert2(triggers=[lasting])
    assert (rule.condition, rule.hold) == (Condition(Operator.EQUAL, ("on",)), 120.0)
    rule, _ = alert2(trigger=lasting | {"to": "unavailable", "for": "1:00"})
    assert (rule.filter, rule.hold) == ("$ha/binary_sensor.b/availability", 60.0)
    rule, _ = alert2(trigger={"platform": "numeric_state", "entity_id": "sensor.p", "above": 1, "below": 2})
    assert rule.condition == Condition(Operator.BETWEEN, ("1", "2"))
    rule, _ = alert2(trigger={"platform": "numeric_state", "entity_id": "sensor.p", "below": 2, "for": 5})
    assert (rule.condition, rule.hold) == (Condition(Operator.BELOW, ("2",)), 5.0)
    rule, _ = alert2(trigger={"platform": "mqtt", "topic": "a/b"}, reminder_frequency_mins=5)
    assert (rule.filter, rule.condition, rule.repeat) == ("a/b", Condition(Operator.HAPPENS), 0.0)
    happens = {"trigger": "state", "entity_id": "binary_sensor.b", "to": "on"}
    rule, _ = alert2(trigger=happens, condition="{{ is_state('person.a','home') }}")
    assert rule.others[0].filter == "$ha/person.a"
    assert alert2(trigger={"platform": "mqtt", "topic": "a/#/b"})[1].why == "filter"
    assert alert2(trigger={"platform": "time", "entity_id": "sensor.a"})[1].why == "trigger"
    assert alert2(trigger={"platform": "state", "entity_id": ["a.b", "c.d"]})[1].why == "no_entity"
    assert alert2(trigger=[happens, happens])[1].why == "triggers"
    assert alert2(trigger="x")[1].why == "triggers"
    either = "{{ is_state('person.a','home') or is_state('person.b','home') }}"
    assert alert2(trigger=happens, condition=either)[1].why == "and_or"
    assert alert2(trigger=happens, delay_on_secs=5)[1].why == "refused"


def test_what_else_alert2_says() -> None:
    rule, outcome = alert2(
        condition="binary_sensor.b", friendly_name="{{ x }}", supersedes=1, max_reminders=2, delay_on_secs=-1
    )
    assert (rule.name, rule.hold) == ("test a b", 0.0)
    assert {outcome.why, *outcome.more} == {"supersedes", "max_reminders"}
    assert alert2(condition="binary_sensor.b", friendly_name="Bell")[0].name == "Bell"
    assert alert2(condition="light.c", priority="urgent")[1].why == "priority"
    assert alert2()[1].why == "threshold"
    assert alert2(condition=True)[1].why == "threshold"
    many = " and ".join(f"is_state('light.l{each}', 'on')" for each in range(6))
    assert alert2(condition=f"{{{{ {many} }}}}")[1].why == "refused"
    usual = {"alert2": {"alerts": [{"name": "a", "condition": "light.a"}], "defaults": {"notifier": "me"}}}
    assert one(usual)[0].targets == ("notify.me",)
    assert (
        one({"alert2": {"alerts": [{"name": "a", "condition": "light.a"}], "defaults": 3}})[0].targets == ()
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("states('sensor.a') | float(0) > 5", [("sensor.a", ">", ("5",))]),
        ("5 >= states('sensor.a')|int", [("sensor.a", "<=", ("5",))]),
        ("states.sensor.a.state == 'on'", [("sensor.a", "==", ("on",))]),
        ("'on' == states('light.a')", [("light.a", "==", ("on",))]),
        ("not states('light.a') == 'on'", [("light.a", "!=", ("on",))]),
        ("not (not is_state('light.a', 'on'))", [("light.a", "==", ("on",))]),
        ("states('light.a') | bool(false)", [("light.a", "==", ("on",))]),
        ("states('sensor.a') | float(default=0) > 5", [("sensor.a", ">", ("5",))]),
        ("states('light.a')|lower", [("light.a", "==", ("on",))]),
        ("states('sensor.a') not in ('x', 'y',)", [("sensor.a", "!=", ("x",)), ("sensor.a", "!=", ("y",))]),
        ("is_state('sensor.a', ['x', 'y'])", [("sensor.a", "==", ("x",)), ("sensor.a", "==", ("y",))]),
        ("has_value('sensor.a') and states('sensor.a')|float < -1.5", [("sensor.a", "<", ("-1.5",))]),
        (
            "states('sensor.a') != 'unknown' and states('sensor.a')|int > 3",
            [("sensor.a", ">", ("3",))],
        ),
        ("states('sensor.a') != 'unknown'", [("sensor.a", "!=", ("offline",))]),
        (
            "(is_state('light.a','on') and is_state('light.b','on')) and is_state('light.c','off')",
            [("light.a", "==", ("on",)), ("light.b", "==", ("on",)), ("light.c", "==", ("off",))],
        ),
    ],
)
def test_conditions_that_are_understood(text: str, found: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert condition(text) == found
    assert read_condition(f"{{{{-{text}-}}}}") == read_condition(f"{{{{ {text} }}}}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("on", "template"),
        ("{{ }}", "template"),
        ("{{ 5 }}", "template"),
        ("{{ 'x' in ['x'] }}", "template"),
        ("{{ true }}", "template"),
        ("{{ 5 > 3 }}", "template"),
        ("{{ now().hour > 3 }}", "template"),
        ("{{ area_id('sensor.a') == 'attic' }}", "template"),
        ("{{ states('sensor.a') }} {{ 1 }}", "template"),
        ("{% if x %}{{ 1 }}{% endif %}", "template"),
        ("{{ states('sensor.a') | float + 3 > 5 }}", "template"),
        ("{{ states('sensor.a') | round > 5 }}", "template"),
        ("{{ states('sensor.a', rounded=true) > 5 }}", "template"),
        ("{{ states(sensor) > 5 }}", "template"),
        ("{{ states('sensor.a' }}", "template"),
        ("{{ states('sensor.a') > }}", "template"),
        ("{{ states('sensor.a') foo 3 }}", "template"),
        ("{{ states('sensor.a') > is_state('light.a', 'on') }}", "template"),
        ("{{ states('sensor.a') > 'unavailable' }}", "template"),
        ("{{ (states('sensor.a')) | float > 5 }}", "template"),
        ("{{ states('sensor.a') | float(0 }}", "template"),
        ("{{ states('sensor.a') | float( }}", "template"),
        ("{{ states('sensor.a') > 5 6 }}", "template"),
        ("{{ not has_value('sensor.a') }}", "template"),
        ("{{ has_value('sensor.a') }}", "template"),
        ("{{ has_value('sensor.a') or is_state('light.a', 'on') }}", "template"),
        ("{{ " + "(" * 40 + "is_state('light.a', 'on')" + ")" * 40 + " }}", "template"),
        ("{{ " + "x" * 3_000 + " }}", "template"),
        ("{{ state_attr('light.a', 'brightness') > 5 }}", "attribute"),
        ("{{ states('sensor.a') > states('sensor.b') }}", "two_entities"),
        (
            "{{ is_state('light.a','on') and (is_state('light.b','on') or is_state('light.c','on')) }}",
            "and_or",
        ),
    ],
)
def test_conditions_that_are_not(text: str, reason: str) -> None:
    assert why(text) == reason


def test_either_condition_is_enough() -> None:
    joined = read_condition("{{ is_state('light.a','on') or is_state('light.b','on') }}")
    assert joined.either
    gone = read_condition("{{ states('sensor.a') in ['unavailable', 'unknown'] }}")
    assert gone.wanted == (StateWanted("sensor.a", Condition(Operator.EQUAL, ("offline",)), there=True),)
    assert not gone.either
    assert is_state("light.a", " on ").condition.values == ("on",)


PIECES = st.sampled_from(
    [
        *("(", ")", "[", "]", ",", "|", "and", "or", "not", "in", "==", ">", "5", "'on'", "float", "-", "{{"),
        *("states('sensor.a')", "is_state('light.a','on')", "has_value('x.y')", "}}"),
    ]
)


@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=30))
@settings(max_examples=300)
def test_no_template_is_too_much(text: str) -> None:
    with suppress(Untaken):
        assert read_condition(f"{{{{ {text} }}}}").wanted


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from(
    [
        *("alert", "alert2", "alerts", "defaults", "x", "entity_id", "repeat", "notifiers", "condition"),
        *("threshold", "trigger", "value", "maximum", "platform", "for", "name"),
        *("generator", "condition_on", "condition_off", "trigger_on", "manual_off"),
    ]
)


@given(
    st.recursive(
        LEAVES,
        lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each, max_size=4),
        max_leaves=20,
    )
)
@settings(max_examples=300)
def test_no_yaml_is_too_much(given: object) -> None:
    with suppress(BotError):
        assert all(outcome.word for _, outcome in planned(given).steps)


def test_mqttwarn() -> None:
    text = """[defaults]
launch = x
[config:x]
targets = {'a': []}
[a/b]
targets = x:a
format = "Value {temperature:.1f} in {topic}"
[c/#]
targets = x:a
qos = 2
[d]
targets = x:a
filter = f()
[h for some]
topic = h
targets = x:a
filter = f()
[e]
title = Nobody
[f/#/g]
targets = x:a
[h]
targets = x:a
format = {payload} of {a}
[c again]
topic = c/#
targets = x:a
[i]
targets = x:a
format = {a} and {b}
alldata = f()
"""
    assert is_ini(text)
    assert is_ini("# comment\n; another\n\n  [defaults]\n")
    assert not is_ini("alert:\n  x: [a]\n")
    made = planned(text)
    assert rules_of(made) == [
        AlertRule(
            "a/b",
            Condition(Operator.HAPPENS),
            "temperature",
            name="a/b temperature",
            priority=Priority.NORMAL,
            text="Value {value} in {topic}",
        ),
        Subscription("c/#", QoS.EXACTLY_ONCE, display=Display.CHANGES),
        Subscription("h", QoS.AT_MOST_ONCE),
        Subscription("i", QoS.AT_MOST_ONCE),
        Subscription("d", QoS.AT_MOST_ONCE, display=Display.SILENT),
    ]
    assert [(each.name, each.why) for _, each in made.steps if each.why] == [
        ("e", "no_target"),
        ("f/#/g", "filter"),
        ("h", "format"),
        ("c again", "known"),
        ("i", "format"),
        ("d", "code_silent"),
        ("h for some", "code"),
    ]
    for broken in ("[a]\nno value", "[a]\n[b\n", "[a]\n= 3\n  x\nfoo"):
        with pytest.raises(BotError, match="import_ini"):
            planned(broken)


@given(st.text(alphabet="[]=:#;ab \n\t'{}%", max_size=40))
def test_no_ini_is_too_much(text: str) -> None:
    with suppress(BotError):
        planned(f"[a]\n{text}")


async def test_each_rule_is_rehearsed_and_what_never_fires_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "MOST_REHEARSED", 2)
    world = World(Subscription("home/#"))
    for value in ("20", "31", "20", "32", "20"):
        world.receive("home/t", value)
        world.later(60)
    rows = [
        {"domain": "d", "name": "warm", "threshold": {"value": "sensor.t", "maximum": 30}},
        {"domain": "d", "name": "never", "condition": "{{ is_state('sensor.t', 'open') }}"},
        {"domain": "d", "name": "other", "condition": "{{ is_state('sensor.o', 'open') }}"},
    ]
    rows.append(rows[0] | {"name": "more", "delay_on_secs": 60})
    *_, made = plan_rules(
        rows, world.bot.rules, lambda entity: StateTopic(f"home/{entity.partition('.')[2]}")
    )
    made.add(Outcome("topic", "x"), Subscription("x"))
    await rehearse_all(made, world.bot)
    assert [(each.word, each.why, each.fired) for _, each in made.steps] == [
        ("taken", "", 2),
        ("skipped", "refused", None),
        ("taken", "", None),
        ("taken", "", None),
        ("taken", "", None),
    ]
    made.steps[0][1].change("repeats")
    made.steps[0][1].change("message")
    text = render_reply(report(made, dry_run=True), RealPhrases("en"))
    assert "2" in text
    assert report(made, dry_run=True).facts[0]["fired"] == 2
