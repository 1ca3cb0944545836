"""Several things to be switched on one topic: each is told with what it is called."""

import json

from fakes import World
from homes import announce
import pytest

from bot.model.rules import Display, Subscription


@pytest.mark.parametrize(("language", "line"), [("en", "Lamp off · Fan on"), ("de", "Lampe aus · Fan ein")])
def test_the_one_that_is_called_as_the_device_is_told_by_its_kind(language: str, line: str) -> None:
    world = World(Subscription("b/#"), language=language)
    device = {"name": "Both", "identifiers": ["x"]}
    light, fan = "{{ value_json.light }}", "{{ value_json.fan }}"
    announce(world, "light", "l", name=None, state_topic="b/s", state_value_template=light, device=device)
    announce(world, "fan", "f", name="Fan", state_topic="b/s", state_value_template=fan, device=device)
    world.receive("b/s", '{"light": "OFF", "fan": "ON"}')
    world.later(5)
    assert line in world.said[-1]


def test_one_alone_needs_no_kind() -> None:
    world = World(Subscription("b/#"))
    device = {"name": "Plug", "identifiers": ["x"]}
    state, power = "{{ value_json.state }}", "{{ value_json.power }}"
    announce(world, "switch", "l", name=None, state_topic="b/s", value_template=state, device=device)
    how = {"unit_of_measurement": "W", "device_class": "power"}
    announce(world, "sensor", "p", state_topic="b/s", value_template=power, device=device, **how)
    world.receive("b/s", '{"state": "OFF", "power": 5}')
    world.later(5)
    assert "off" in world.said[-1]
    assert "Switch" not in world.said[-1]


def test_an_action_is_told_once_beside_its_event() -> None:
    world = World(Subscription("z/#"))
    device = {"name": "Cube", "identifiers": ["y"]}
    action = "{{ value_json.action }}"
    event = "{% set a = value_json.action | regex_findall(1) %}{{ a }}"
    how = {"state_topic": "z/Cube", "device": device}
    announce(world, "event", "e", name=None, event_types=["single"], value_template=event, **how)
    announce(world, "sensor", "s", name="Action", value_template=action, **how)
    world.receive("z/Cube", '{"action": "single"}')
    world.later(5)
    assert world.said[-1].count("single") == 1


def test_an_action_that_is_said_once_more_for_triggers_is_told_once() -> None:
    world = World(Subscription("z/#", display=Display.EACH))
    config = {
        "state_topic": "z/remote",
        "event_types": ["single", "double"],
        "value_template": "{{ value_json.action }}",
        "device": {"name": "Sofa remote", "identifiers": ["r"]},
    }
    world.receive("homeassistant/event/r/action/config", json.dumps(config), retain=True)
    world.receive("z/remote", '{"action": "single"}')
    world.receive("z/remote/action", "single")
    world.receive("z/lamp/action", "single")
    world.later(10)
    said = "\n".join(world.said)
    assert said.count("Sofa remote") == 1
    assert "z/lamp/action" in said
