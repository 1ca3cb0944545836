"""What Alert2 writes once for many, and what begins there otherwise than it ends."""

from typing import Any

from other_programs import alert2, alerts2, planned, rules_of
import pytest

from bot.importing.conditions import ended_by
from bot.importing.generators import elements
from bot.importing.programs import MOST_RULES
from bot.model.rules import AlertRule, Condition, Operator, Priority

OPEN = "{{ states('binary_sensor.' + genElem + '_open') }}"


def made(**fields: object) -> list[tuple[str, str]]:
    """Return name and topic of each rule that a generator makes."""
    steps = alerts2({"name": "{{ genElem }}_open", "condition": OPEN} | fields)
    return [(rule.name, rule.filter.removeprefix("$ha/")) for rule, _ in steps]


@pytest.mark.parametrize(
    "generator",
    [["front", "side"], "{{ ['front', 'side'] }}", "{{- [ \"front\" ,'side', ] -}}"],
)
def test_a_rule_is_made_for_each_element_of_a_list(generator: object) -> None:
    assert made(generator=generator, generator_name="g") == [
        ("test front open", "binary_sensor.front_open"),
        ("test side open", "binary_sensor.side_open"),
    ]


def test_entities_numbers_and_objects_are_elements() -> None:
    low = "{{ states(genEntityId)|float < 5 }}"
    named = "{{ genEntityId|replace('sensor.', '') }}"
    assert made(generator=["sensor.a", "sensor.b"], name=named, condition=low) == [
        ("test sensor.a", "sensor.a"),
        ("test sensor.b", "sensor.b"),
    ]
    steps = alerts2(
        {
            "name": "disk_{{ free }}",
            "threshold": {"value": "sensor.disk", "minimum": "{{ free }}"},
            "priority": "{{ pri }}",
            "generator": [{"free": 20, "pri": "low"}, {"free": 1.5, "pri": "high"}],
        }
    )
    assert [(rule.name, rule.condition.values, rule.priority) for rule, _ in steps] == [
        ("test disk 20", ("20",), Priority.NORMAL),
        ("test disk 1.5", ("1.5",), Priority.CRITICAL),
    ]
    assert [outcome.name for _, outcome in steps] == ["test disk 20", "test disk 1.5"]


def test_a_stage_has_what_stands_at_its_place() -> None:
    staged = {
        "name": "low_{{ genElem }}",
        "condition": "{{ states('sensor.free')|float < genElem }}",
        "priority": "{{ ['low', 'high'][genIdx] }}",
        "generator": "{{ [20, 10, 1] }}",
    }
    steps = alerts2(staged)
    assert [rule.priority for rule, _ in steps] == [Priority.NORMAL, Priority.CRITICAL, Priority.ALERT]
    assert [outcome.why for _, outcome in steps] == ["", "", "priority"]


def test_a_trigger_of_each_element() -> None:
    trigger = {"platform": "state", "entity_id": ["{{ genEntityId }}"], "to": "on"}
    steps = alerts2({"name": "{{ genElem }}", "trigger": [trigger], "generator": ["light.a", "light.b"]})
    assert [rule.filter for rule, _ in steps] == ["$ha/light.a", "$ha/light.b"]


@pytest.mark.parametrize(
    "generator",
    [
        *(
            "x",
            "",
            [],
            None,
            3,
            {"a": 1},
            "{{ states.sensor | list }}",
            "{{ [ states.sensor ] }}",
            "{{ [] }}",
        ),
        *([["a"]], ["it's"], ["{{ a }}"], [None], [True, "{"], [{}], [{"a b": 1}], [{"a": [1]}], ["x" * 101]),
        "{{ [" + "'a'," * 1_000 + "] }}",
    ],
)
def test_what_is_to_be_searched_for_is_not_taken(generator: object) -> None:
    assert alert2(generator=generator, condition="light.a")[1].why == "generator"


def test_what_is_said_of_no_generator_is_no_generator() -> None:
    assert alert2(generator_name="g", condition="light.a")[1].why == "generator"


def test_what_is_too_much_is_left_as_it_is() -> None:
    long = "{{ genElem }}" + " " * 2_000
    assert alert2(generator=["a"], name=long, condition="light.a")[0].name == "test a"
    deep: Any = "{{ genElem }}"
    for _ in range(6):
        deep = [deep]
    assert alert2(generator=["light.a"], trigger=deep)[1].why == "triggers"
    wide = {"platform": "state", "entity_id": "{{ genEntityId }}"} | {f"f{each}": 1 for each in range(10)}
    assert alert2(generator=["light.a"], trigger=wide)[1].why == "no_entity"
    many = [f"e{each}" for each in range(MOST_RULES + 5)]
    steps = planned([{"name": "{{ genElem }}", "condition": OPEN, "generator": many}] * 2)
    assert len(rules_of(steps)) == MOST_RULES
    assert steps.steps[-1][1].why == "too_much"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("binary_sensor.a", "{{ is_state('binary_sensor.a', 'off') }}"),
        ("{{ is_state('light.a', 'on') }}", "{{ not is_state('light.a', 'on') }}"),
        ("{{ states('light.a') != 'on' }}", "light.a"),
        ("{{ states('sensor.a')|float > 5 }}", "{{ states('sensor.a')|float <= 5 }}"),
        ("{{ states('sensor.a')|float > 5 }}", "{{ not states('sensor.a')|float > 5 }}"),
        (
            "{{ is_state('light.a','on') and is_state('light.b','on') }}",
            "{{ is_state('light.b','off') or not is_state('light.a','on') }}",
        ),
        ("{{ is_state('sensor.a','unavailable') }}", "{{ states('sensor.a') not in ['unavailable'] }}"),
    ],
)
def test_what_ends_when_it_no_longer_holds_is_taken_as_it_is(begin: str, end: str) -> None:
    rule, outcome = alert2(condition_on=begin, condition_off=end, delay_on_secs=5)
    assert (outcome.word, rule.condition.clear, rule.hold) == ("taken", "", 5.0)


@pytest.mark.parametrize(
    ("begin", "end", "clear"),
    [("> 30", "< 28", "28"), (">= 30", "<= 30", "30"), ("< 3", "> 5", "5"), ("<= 3", ">= 4.5", "4.5")],
)
def test_what_ends_further_off_has_a_value_of_its_own_for_that(begin: str, end: str, clear: str) -> None:
    sensor = "{{ states('sensor.a')|float %s }}"
    rule, outcome = alert2(condition_on=sensor % begin, condition_off=sensor % end)
    assert (outcome.word, rule.condition.clear) == ("taken", clear)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("{{ states('sensor.a')|float > 30 }}", "{{ states('sensor.a')|float < 31 }}"),
        ("{{ states('sensor.a')|float > 30 }}", "{{ states('sensor.b')|float < 20 }}"),
        ("{{ states('sensor.a')|float > 30 }}", "{{ states('sensor.a')|float > 20 }}"),
        ("{{ states('light.a') == 'x' }}", "{{ states('light.a') == 'y' }}"),
        ("binary_sensor.a", "binary_sensor.b"),
        ("{{ is_state('cover.a', 'open') }}", "{{ is_state('cover.a', 'closed') }}"),
        ("light.a", "{{ is_state('light.a','off') and is_state('light.b','off') }}"),
        ("light.a", "{{ now() > 3 }}"),
        ("light.a", "{{ has_value('light.a') }}"),
    ],
)
def test_what_ends_at_something_else_is_over_when_it_no_longer_holds(begin: str, end: str) -> None:
    rule, outcome = alert2(condition_on=begin, condition_off=end)
    assert (outcome.word, outcome.why, rule.condition.clear) == ("changed", "ends", "")
    assert ended_by(begin, end) is None


def test_what_begins_or_ends_at_a_trigger_or_by_hand() -> None:
    washed = {"trigger": "state", "entity_id": "input_boolean.washed", "to": "on"}
    rule, outcome = alert2(trigger_on=[washed], condition_off="binary_sensor.door")
    assert (rule.condition, outcome.why) == (Condition(Operator.EQUAL, ("on",)), "ends")
    rule, outcome = alert2(
        trigger_on=washed, condition_on="{{ is_state('person.a','home') }}", manual_off=True
    )
    assert (len(rule.others), outcome.why) == (1, "ends")
    off = "{{ is_state('light.a','off') }}"
    assert alert2(condition_on="light.a", condition_off=off, trigger_off=washed)[1].why == "ends"
    assert alert2(condition_on="light.a", condition_off=off, manual_off=True)[1].why == ""
    assert alert2(condition_on="light.a", manual_off=True)[1].why == "ends"
    assert alert2(manual_on=True, condition_off="light.a")[1].why == "by_hand"
    assert alert2(condition_on="{{ now() }}", manual_off=True)[1].why == "template"
    assert alert2(condition_on=True, manual_off=True)[1].why == "threshold"


@pytest.mark.parametrize("always", [True, "true", "{{ true }}", "{{-True-}}"])
def test_a_condition_that_always_holds_is_none(always: object) -> None:
    trigger = {"platform": "numeric_state", "entity_id": "sensor.a", "above": 79}
    rule, outcome = alert2(trigger=trigger, condition=always)
    assert isinstance(rule, AlertRule)
    assert (rule.others, outcome.word) == ((), "taken")
    assert alert2(condition=always)[1].why == "threshold"


def test_elements_come_with_their_place() -> None:
    assert elements(["a", 2, "light.x"], 2) == [{"genElem": "a", "genIdx": 0}, {"genElem": 2, "genIdx": 1}]
    assert elements([True], 2) == [{"genElem": "true", "genIdx": 0}]
    assert elements("{{ ['a' 'b'] }}", 5) == elements(["a"], -1) == []
