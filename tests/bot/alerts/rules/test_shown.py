"""What the words of a new rule mean among what came in."""

import json

from fakes import World
import pytest

from bot.model.rules import Condition, Operator, Subscription

GATE = json.dumps(
    {
        "dev": {"ids": ["g"], "name": "Gate"},
        "o": {"name": "made up"},
        "stat_t": "zb/Gate",
        "cmps": {
            "c": {"p": "binary_sensor", "name": "Contact", "dev_cla": "door", "pl_on": False, "pl_off": True}
            | {"val_tpl": "{{ value_json.contact }}", "uniq_id": "g1"},
            "b": {"p": "sensor", "name": "Battery", "unit_of_meas": "%"}
            | {"val_tpl": "{{ value_json.battery }}", "uniq_id": "g2"},
            "l": {"p": "sensor", "name": "Light", "unit_of_meas": "lx"}
            | {"val_tpl": "{{ value_json.lux }}", "uniq_id": "g3"},
        },
    }
)


def gate() -> World:
    world = World(Subscription("zb/#"))
    world.receive("homeassistant/device/gate/config", GATE)
    world.receive("zb/Gate", '{"battery": 80, "contact": false, "Light": 7, "lux": 70}')
    return world


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (
            "contact == on",
            "contact is judged as it is shown, now “open”. The device writes “false”: that is raw.contact.",
        ),
        (
            "contact is not false",
            "contact is compared with what the device writes, now “false”. It is shown as “open”.",
        ),
        (
            "light > 50",
            "light is judged as it is shown, now “70 lx”. The device writes “7”: that is raw.light.",
        ),
    ],
)
async def test_the_answer_says_whether_what_is_shown_or_what_is_written_is_judged(
    asked: str, note: str
) -> None:
    answer = await gate().ask(f"alert zb/Gate {asked}")
    assert f"ℹ {note}" in answer.splitlines()


@pytest.mark.parametrize("asked", ["battery > 50", "raw.contact == false", "voltage > 3"])
async def test_nothing_is_said_where_both_are_the_same(asked: str) -> None:
    assert "ℹ" not in await gate().ask(f"alert zb/Gate {asked}")


@pytest.mark.parametrize(
    ("asked", "field", "condition"),
    [
        ("zb/hall/availability state offline", "state", Condition(Operator.EQUAL, ("offline",))),
        ("zb/hall/availability state is offline", "state", Condition(Operator.EQUAL, ("offline",))),
        ("zb/hall/availability is state offline", "state", Condition(Operator.EQUAL, ("offline",))),
        ("zb/hall/availability last word happy", "last word", Condition(Operator.EQUAL, ("happy",))),
        ('zb/hall/availability "state" "two words"', "state", Condition(Operator.EQUAL, ("two words",))),
        ("zb/hall/availability quite offline", "", Condition(Operator.EQUAL, ("quite offline",))),
        ("zb/hall/availability state offline critical", "state", Condition(Operator.EQUAL, ("offline",))),
        ("zb/hall/availability offline", "", Condition(Operator.EQUAL, ("offline",))),
        ("zb/mode state offline", "", Condition(Operator.EQUAL, ("state offline",))),
    ],
)
async def test_a_field_may_stand_before_the_value_without_a_comparison(
    asked: str, field: str, condition: Condition
) -> None:
    world = World(Subscription("zb/#"))
    world.receive("zb/hall/availability", '{"state": "online", "last word": "x"}')
    world.receive("zb/mode", "state offline")
    await world.ask(f"alert {asked}")
    (rule,) = world.bot.rules.alerts
    assert (rule.field.strip("\"'"), rule.condition) == (field, condition)


async def test_a_rule_with_a_field_before_its_value_can_be_tried() -> None:
    world = World(Subscription("zb/#"))
    world.receive("zb/hall/availability", '{"state": "online"}')
    world.later(60)
    world.receive("zb/hall/availability", '{"state": "offline"}')
    assert "would have fired 1×" in await world.ask("try zb/hall/availability state offline")
    assert "would have fired 1×" in await world.ask("try zb/hall/availability offline")


@pytest.mark.parametrize("word", ["wet", "nass", "erkannt"])
async def test_no_rule_is_made_on_a_word_that_is_never_shown(word: str) -> None:
    world = gate()
    answer = await world.ask(f"alert zb/Gate contact == {word}")
    assert answer == (
        f"It is shown as “open” now, and never as “{word}”: the rule would never fire. "
        "What it says: open, closed"
    )
    assert not world.bot.rules.alerts


async def test_a_rule_is_not_changed_so_that_it_never_fires() -> None:
    world = gate()
    await world.ask("alert zb/Gate contact == on as Gate")
    answer = await world.ask("rule Gate == wet")
    assert answer.startswith("It is shown as “open” now, and never as “wet”")
    assert world.bot.alerts.rule("Gate").condition.values == ("on",)


@pytest.mark.parametrize(
    "asked", ["contact == aus", "contact == false", "contact != open", "battery == full"]
)
async def test_what_may_be_shown_some_day_is_not_spoken_against(asked: str) -> None:
    assert "and never as" not in await gate().ask(f"alert zb/Gate {asked}")


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ("== open", "ℹ “open” is taken for “on”: the device does not tell what kind of thing it is."),
        ("is not wet", "ℹ “wet” is taken for “on”: the device does not tell what kind of thing it is."),
        ("== zu", "ℹ “zu” is taken for “off”: the device does not tell what kind of thing it is."),
    ],
)
async def test_where_no_class_is_told_the_words_for_on_and_off_are_taken_so(asked: str, note: str) -> None:
    world = World(Subscription("zb/#"))
    lid = {"name": "Lid", "stat_t": "zb/lid", "uniq_id": "l"}
    world.receive("homeassistant/binary_sensor/lid/config", json.dumps(lid))
    world.receive("zb/lid", "ON")
    assert (await world.ask(f"alert zb/lid {asked}")).splitlines()[1:] == [note]
    assert "ℹ" not in await world.ask("alert zb/lid == aus")
