"""Devices easily read or set wrong: from what they announce to what is told, listed and published."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, override

from fakes import FakeTemplates, World
from homes import say
import pytest

from bot.model.rules import Subscription

DEVICES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("whole_devices.json").read_text("utf-8")
)
"""By what they are: `configs`, `messages`, texts that are `told`, rows `listed`, and `lines` with answers."""
LONG = "x" * 30_000
"""What `FILLER` stands for in a payload."""


class Rendering(FakeTemplates):
    """Reads with Jinja too."""

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        return self.command(template, {"value": text, "value_json": json})


class Home(World):
    """A bot that is told everything and runs templates."""

    @override
    def new_templates(self) -> Rendering:
        return Rendering()


def home_of(configs: Mapping[str, object]) -> Home:
    world = Home(Subscription("#"))
    for node, config in configs.items():
        world.receive(f"homeassistant/{node}/config", json.dumps(config), retain=True)
    world.wait(60)
    return world


async def live(device: dict[str, Any]) -> tuple[Home, list[str]]:
    """Return a home that has heard what a device says, and what it told of that."""
    world = home_of(device["configs"])
    for topic, payload in device["messages"]:
        world.receive(topic, payload.replace("FILLER", LONG))
        await world.settle()
        world.wait(60)
    return world, world.said


async def asked(world: World, line: str) -> tuple[str, list[list[str]]]:
    """Return the answer to a line, and what was published for it."""
    world.broker.published.clear()
    world.later(60)
    answer = await say(world, line)
    return answer, [[topic, payload.decode()] for topic, payload, *_ in world.broker.published]


@pytest.mark.parametrize("name", DEVICES)
async def test_it_is_told_and_listed_as_it_is(name: str) -> None:
    device = DEVICES[name]
    world, told = await live(device)
    assert told == device["told"]
    rows = (await world.ask("devices")).splitlines()[1:]
    assert [row.removeprefix("• ").partition(" — can be set: ")[0] for row in rows] == device["listed"]


@pytest.mark.parametrize("name", [name for name, device in DEVICES.items() if device["lines"]])
async def test_what_is_said_sets_that_and_nothing_else(name: str) -> None:
    for line, refusal, published in DEVICES[name]["lines"]:
        world, _ = await live(DEVICES[name])
        answer, sent = await asked(world, line)
        assert sent == published, f"{line}: {answer}"
        assert published or answer == refusal, line
