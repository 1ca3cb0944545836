"""What the chat leaves out of a message makes no news, and rules judge it all the same."""

import json

from alert_rules import rule_of
from fakes import World
import pytest

from bot.model.rules import Display, Operator, Subscription

TOPIC = "mesh/Yard door"
CHANGES = Subscription(TOPIC, display=Display.CHANGES)


def config(component: str, unique: str, **more: object) -> tuple[str, str]:
    shared = {"stat_t": TOPIC, "dev": {"ids": ["yard"], "name": "Yard door"}}
    return f"homeassistant/{component}/{unique}/config", json.dumps({**shared, **more})


KNOWN = (
    config(
        "binary_sensor", "c", name="Contact", val_tpl="{{ value_json.contact }}", pl_on=False, pl_off=True
    ),
    config(
        "sensor",
        "b",
        name="Battery",
        val_tpl="{{ value_json.battery }}",
        unit_of_meas="%",
        ent_cat="diagnostic",
    ),
)


def report(number: int, **said: object) -> str:
    noise = {
        "last_seen": f"2026-11-29T10:0{number}:00+01:00",
        "linkquality": 80 + number,
        "seq": number,
        "Time": f"2026-11-29T10:0{number}:00",
        "uptime": 60 * number,
        "update": {"state": "idle", "progress": number},
    }
    return json.dumps({"battery": 97, "contact": True, **noise, **said})


@pytest.mark.parametrize("known", [(), KNOWN], ids=["unknown", "discovered"])
def test_five_reports_of_the_same_are_one_message(known: tuple[tuple[str, str], ...]) -> None:
    world = World(CHANGES)
    for topic, payload in known:
        world.receive(topic, payload, retain=True)
    for number in range(5):
        world.receive(TOPIC, report(number))
        world.later(4)
    world.later(30)
    assert len(world.said) == 1
    world.receive(TOPIC, report(6, contact=False))
    world.later(30)
    assert len(world.said) == 2


@pytest.mark.parametrize(
    ("operator", "value"), [(Operator.BELOW, "20"), (Operator.EQUAL, "15"), (Operator.AT_MOST, "15 %")]
)
def test_a_field_that_is_left_out_is_judged(operator: Operator, value: str) -> None:
    world = World(CHANGES, alerts=(rule_of(operator, value, topic=TOPIC, field="battery"),))
    for topic, payload in KNOWN:
        world.receive(topic, payload, retain=True)
    world.receive(TOPIC, report(1))
    world.later(5)
    assert not any("⚠" in text for text in world.said)
    world.receive(TOPIC, report(2, battery=15))
    world.later(5)
    assert any("⚠" in text and "15" in text for text in world.said)


@pytest.mark.parametrize("known", [(), KNOWN], ids=["unknown", "discovered"])
def test_a_rule_for_the_whole_message_sees_what_is_left_out(known: tuple[tuple[str, str], ...]) -> None:
    world = World(CHANGES, alerts=(rule_of(Operator.CONTAINS, "15", topic=TOPIC),))
    for topic, payload in known:
        world.receive(topic, payload, retain=True)
    world.receive(TOPIC, json.dumps({"battery": 97, "contact": True}))
    world.later(5)
    assert not any("⚠" in text for text in world.said)
    world.receive(TOPIC, json.dumps({"battery": 15, "contact": True}))
    world.later(5)
    assert any("⚠" in text for text in world.said)
