"""What stands on a topic of its own beside a state is called in the language of the home."""

from fakes import World
from homes import announce
import pytest

from bot.model.rules import Subscription


def blinds(language: str) -> World:
    world = World(Subscription("b/#"), language=language)
    announce(world, "cover", "c", name="Blind", state_topic="b/s", tilt_status_topic="b/t")
    for topic, payload in (("b/s", "open"), ("b/t", "70")):
        world.receive(topic, payload)
    return world


@pytest.mark.parametrize(("language", "name"), [("en", "Blind tilt"), ("de", "Blind Neigung")])
async def test_it_is_headed_and_understood_so(language: str, name: str) -> None:
    world = blinds(language)
    world.later(5)
    assert f"*{name}* 70" in world.said[-1]
    for said in (name, "Blind tilt"):
        assert (await world.ask(f"value {said}")).startswith(f"{name} 70"), said
