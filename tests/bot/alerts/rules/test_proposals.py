"""What alerts the bot suggests for a home, and for one thing."""

import asyncio
import json
from typing import Any

from fakes import GUEST, ME, World
import pytest

from bot.model.replies import Caller, Surface
from bot.model.rules import Role, Subscription

HOUR = 3600.0


def sensor(world: World, name: str, component: str = "sensor", topic: str = "", **config: Any) -> None:
    """Announce what speaks on a topic."""
    said = {"name": None, "device": {"name": name, "identifiers": [name]}, "unique_id": name, **config}
    said["state_topic"] = topic or f"z/{name.lower().replace(' ', '_')}"
    world.receive(f"homeassistant/{component}/{name.replace(' ', '')}/config", json.dumps(said), retain=True)


def house() -> World:
    return World(Subscription("#"))


def live(world: World, topic: str, *values: str, every: float = HOUR) -> None:
    """Let something say values, the clock going on; alarms are not rung."""
    for value in values:
        world.receive(topic, value)
        world.clock.time += every


def ask(world: World, line: str, **how: Any) -> str:
    return asyncio.run(world.ask(line, **how))


FREEZER = {"device_class": "temperature", "unit_of_measurement": "°C"}


def test_a_freezer_gets_the_limit_that_it_has_kept_to() -> None:
    world = house()
    sensor(world, "Freezer", **FREEZER)
    live(world, "z/freezer", *["-18", "-17.2", "-18.5"] * 20)
    answer = ask(world, "suggest")
    assert "1. Freezer > −17 for 20 min: alert, so far it would have fired 0×" in answer
    assert answer.endswith("Make it? yes or no")
    assert "Freezer > −17 °C" in ask(world, "yes")
    assert "Nothing here is worth a further alert" in ask(world, "suggest")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        # It thawed once: that is what the alert is for.
        (
            ["-18", "-17.2", "-18.5"] * 20 + ["-9", "-8", "-9"] + ["-18"] * 5,
            "> −17 for 20 min: alert, so far it would have fired 1×",
        ),
        # Twice is no accident: the limit stands above both.
        (["-18", "-9", "-18"] * 2 + ["-18"] * 40, "> −9 for 20 min: alert, so far it would have fired 0×"),
        # A season is none either.
        (
            [str(number) for number in range(-18, -12)] * 8,
            "> −13 for 20 min: alert, so far it would have fired 0×",
        ),
    ],
)
def test_what_happened_once_does_not_move_the_limit(values: list[str], rule: str) -> None:
    world = house()
    sensor(world, "Freezer", **FREEZER)
    live(world, "z/freezer", *values)
    assert f"1. Freezer {rule}" in ask(world, "suggest freezer")


def test_a_thing_that_was_just_bought_gets_the_usual_limit() -> None:
    world = house()
    sensor(world, "Gefrierschrank", **FREEZER)
    sensor(world, "Fridge", **FREEZER)
    sensor(world, "Attic", **FREEZER)
    live(world, "z/gefrierschrank", "-18")
    live(world, "z/fridge", "6")
    answer = ask(world, "suggest")
    assert "Gefrierschrank > −12 for 20 min" in answer
    assert "Fridge > 10 for 20 min" in answer
    assert "Attic" not in answer
    assert answer.endswith("Say its number to make one.")


def test_what_is_dangerous_comes_first_and_of_each_kind_there_are_two_at_most() -> None:
    world = house()
    for name in ("Cellar leak", "Bath leak", "Attic leak"):
        sensor(world, name, "binary_sensor", device_class="moisture")
    for name in ("Back door", "Front door", "Shed door"):
        sensor(world, name, "binary_sensor", device_class="door")
    sensor(world, "Remote", topic="z/remote", device_class="battery", unit_of_measurement="%")
    sensor(world, "Weather batt", topic="w/a/b", unit_of_measurement="%")
    lines = ask(world, "suggest").splitlines()
    assert [line[2:] for line in lines[1:6]] == [
        "1. Cellar leak = wet: critical",
        "2. Bath leak = wet: critical",
        "3. Back door = open for 10 min: only 22:00–06:00, alert",
        "4. Front door = open for 10 min: only 22:00–06:00, alert",
        "5. Remote < 15: alert",
    ]
    ask(world, "3")
    assert world.bot.alerts.rule("1").filter == "z/back_door"
    assert "Back door" not in ask(world, "suggest")


def test_what_cannot_be_told_apart_is_left_out() -> None:
    world = house()
    sensor(world, "Twin", "binary_sensor", "z/twin1", device_class="gas")
    sensor(world, "twin", "binary_sensor", "z/twin2", device_class="gas")
    assert "Nothing here" in ask(world, "suggest")


def test_devices_on_alike_topics_get_a_rule_for_their_silence() -> None:
    world = house()
    for name in ("A", "B", "C"):
        sensor(world, name, unit_of_measurement="lx")
    answer = ask(world, "suggest")
    assert "1. z/+" in answer
    ask(world, "yes")
    assert world.bot.alerts.rule("1").condition.operator == "stale"
    assert "Nothing here" in ask(world, "suggest")


def test_a_number_gets_a_limit_on_both_sides_and_a_rule_for_its_silence() -> None:
    world = house()
    live(world, "room/humidity", *["40", "55", "48", "61"] * 15, every=HOUR / 2)
    answer = ask(world, "suggest for the humidity")
    assert "room/humidity > 61 for 20 min" in answer
    assert "room/humidity < 40 for 20 min" in answer
    assert answer.count("•") == 3
    assert "Alert rule 1" in ask(world, "2")
    assert world.bot.alerts.rule("1").condition.operator == "<"


def test_what_goes_beyond_its_limits_now_and_then_gets_a_wider_one() -> None:
    world = house()
    live(world, "room/t", *(["20"] * 9 + ["25.5"]) * 8)
    assert "> 26 for 20 min" in ask(world, "suggest room/t")


def test_a_state_gets_a_rule_for_lasting_longer_than_ever() -> None:
    world = house()
    sensor(world, "Pump", "switch", command_topic="z/pump/set")
    live(world, "z/pump", "ON", "OFF", "OFF", "ON", "ON", "OFF")
    assert "Pump = on for 2 h 30 min: alert, so far it would have fired 0×" in ask(world, "suggest pump")
    sensor(world, "Hall", "binary_sensor", device_class="window")
    assert "Hall = open for 10 min" in ask(world, "suggest hall")


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("suggest temp", "I have seen too little of it"),
        ("suggest attic", "I know no “attic”"),
        ("suggest cell", "Which “cell”?"),
        ("suggest note", "I have seen too little of it"),
    ],
)
def test_what_it_cannot_say_yet(line: str, part: str) -> None:
    world = house()
    live(world, "room/temp", "20", "21")
    live(world, "room/note", "hello")
    live(world, "cell/a", "20")
    live(world, "cell/b", "20")
    assert part in ask(world, line)


def test_a_number_is_an_answer_for_five_minutes_and_only_to_who_asked() -> None:
    world = house()
    for name in ("Cellar leak", "Bath leak"):
        sensor(world, name, "binary_sensor", device_class="moisture")
    ask(world, "suggest")
    assert "Alert rule" not in ask(world, "1", who=GUEST)
    assert "Alert rule" not in ask(world, "7")
    ask(world, "suggest")
    world.clock.time += 400
    assert "Alert rule" not in ask(world, "1")
    ask(world, "suggest")
    assert "Alert rule" not in ask(world, "yes")
    ask(world, "suggest")
    assert "no" not in ask(world, "no").split()
    assert world.bot.alerts.rules == ()


async def test_an_action_gets_the_rules_as_facts() -> None:
    world = house()
    sensor(world, "Cellar leak", "binary_sensor", device_class="moisture")
    command = next(each for each in world.bot.commands if each.node == "suggest")
    reply = await world.bot.execute(command(), Caller(Surface.ACTION, ME, Role.ADMIN))
    assert [fact["rule"] for fact in reply.facts] == ["z/cellar_leak == wet critical"]  # type: ignore[union-attr,call-overload,index]
