"""Things inside of Home Assistant, which are called as it calls its entities."""

import asyncio
import json

from fakes import World
import pytest

from bot.model.rules import Subscription

CONFIG = json.dumps(
    {
        "name": "Temperature",
        "state_topic": "$ha/sensor.wine_t",
        "unique_id": "x",
        "device": {"name": "Wine", "identifiers": ["d"]},
        "unit_of_measurement": "°C",
    }
)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("value sensor.wine_t", "Wine Temperature 12.5 °C"),
        ("wine temperature", "12.5 °C"),
        ("alert sensor.wine_t > 14 for 5m", "when Wine Temperature is above 14 for 5 min"),
        ("chart sensor.wine_t", "Wine Temperature"),
    ],
)
def test_an_entity_is_found_by_its_id_and_its_name(line: str, part: str) -> None:
    world = World(Subscription("#"))
    world.receive("$ha/sensor/sensor_wine_t/config", CONFIG, retain=True)
    world.receive("$ha/sensor.wine_t", "12.5", retain=True)
    assert part in asyncio.run(world.ask(line))
    assert world.said == []


@pytest.mark.parametrize(
    "topic", ["homeassistant/sensor/ha/sensor_wine_t/config", "homeassistant/sensor/x/config"]
)
@pytest.mark.parametrize(
    "payload", ["", CONFIG.replace("Wine", "Beer"), '{"state_topic": "$hook/am/1", "name": "x"}']
)
def test_no_device_says_what_they_are(topic: str, payload: str) -> None:
    world = World(Subscription("#"))
    world.receive("$ha/sensor/sensor_wine_t/config", CONFIG, retain=True)
    world.receive("$ha/sensor.wine_t", "12.5", retain=True)
    before = asyncio.run(world.ask("value sensor.wine_t"))
    world.receive(topic, payload, retain=True)
    assert asyncio.run(world.ask("value sensor.wine_t")) == before
    assert "Beer Temperature 12.5" not in asyncio.run(world.ask("devices"))
    assert not any(topic.startswith("$hook/") for topic in world.bot.wanted)
