"""A made-up home whose devices announce themselves, as the chat shows it."""

import json
from typing import Any

from fakes import ME, World

from bot.model.rules import Subscription
from bot.model.utterance import Utterance

OUTSIDE = "garden/shed"


def announce(world: World, component: str, node: str, /, **config: object) -> None:
    """Let an entity announce itself; `device` may be only its name."""
    if isinstance(device := config.get("device"), str):
        config["device"] = {"name": device, "identifiers": [device]}
    world.receive(f"homeassistant/{component}/{node}/config", json.dumps(config))


def sensor(world: World, device: str, key: str, topic: str, **config: object) -> None:
    """Let a sensor announce itself that finds its value in the JSON of a topic."""
    named = {"name": key.capitalize(), "state_topic": topic, "device": device}
    template = {"value_template": f"{{{{ value_json.{key} }}}}"}
    announce(world, "sensor", f"{device}_{key}".replace(" ", "_"), **(named | template | config))


def home(*subscriptions: Subscription, **how: Any) -> World:
    """Return a home with a cellar, a kitchen and a door, everything heard once."""
    world = World(Subscription("home/#"), *subscriptions, **how)
    cellar = {"name": "Ice chest", "identifiers": ["i"], "suggested_area": "Cellar"}
    announce(
        *(world, "sensor", "ice_t"),
        name="Temperature",
        state_topic="home/ice/t",
        unit_of_measurement="°C",
        device=cellar,
    )
    door = {"device_class": "door"}
    announce(
        *(world, "binary_sensor", "ice_d"), name="Lid", state_topic="home/ice/lid", device=cellar, **door
    )
    for key, unit in (("temperature", "°C"), ("humidity", "%")):
        sensor(world, "Pantry air", key, "home/pantry air", unit_of_measurement=unit)
    lamp = {"state_topic": "home/kitchen/lamp", "command_topic": "home/kitchen/lamp/set"}
    announce(world, "light", "lamp", name=None, device="Kitchen lamp", **lamp)
    announce(world, "fan", "fan", name=None, state_topic="home/kitchen/fan", device="Kitchen fan")
    announce(
        world, "binary_sensor", "tuer", name="Haustür", state_topic="home/entry/3", device="Küche", **door
    )
    for topic, payload in (
        *(("home/ice/t", "-18.5"), ("home/ice/lid", "OFF"), ("home/kitchen/lamp", "ON")),
        *(("home/kitchen/fan", "OFF"), ("home/entry/3", "OFF"), ("home/kitchen/lamp/set", "ON")),
        ("home/pantry air", '{"temperature": 16.5, "humidity": 60, "battery": 90}'),
        ("home/meter", '{"power": 230, "voltage": 231}'),
    ):
        world.receive(topic, payload)
    return world


async def say(world: World, text: str) -> str:
    """Return what the bot answers to a line of its contact."""
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(ME, text, "m", world.clock.time))
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


async def answer(world: World, lines: tuple[str, ...]) -> str:
    """Return what the last line is answered."""
    for line in lines:
        told = await say(world, line)
        world.later(20)
    return told


def sent(world: World) -> list[tuple[str, str]]:
    """Return what was published: topic and payload."""
    return [(topic, payload.decode()) for topic, payload, *_ in world.broker.published]
