"""Names that have a word of a time in them, are near to several, or stand behind a greeting."""

from fakes import World
from homes import announce, say
import pytest

from bot.model.rules import Display, Subscription


def flat(language: str = "en") -> World:
    """Return a flat with a night light, and two shutters of rooms that are numbered."""
    world = World(Subscription("#", display=Display.SILENT), language=language)
    lamp = {"schema": "json", "brightness": True, "name": None}
    for name, area in (("Night light", "Nursery"), ("Floor lamp", "Living room")):
        key = name.split()[0].lower()
        announce(
            *(world, "light", key),
            state_topic=f"flat/{key}",
            command_topic=f"flat/{key}/set",
            device={"name": name, "identifiers": [key], "suggested_area": area},
            **lamp,
        )
        world.receive(f"flat/{key}", '{"state": "ON", "brightness": 100}')
    for number in (1, 2):
        announce(
            *(world, "cover", f"s{number}"),
            name=None,
            state_topic=f"flat/s{number}",
            command_topic=f"flat/s{number}/set",
            position_topic=f"flat/s{number}/pos",
            set_position_topic=f"flat/s{number}/pos/set",
            device={"name": f"Rollladen Zimmer {number}", "identifiers": [f"s{number}"]},
        )
        world.receive(f"flat/s{number}", "open")
    world.later(3600)
    return world


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("turn of the night light", "Possible for Night light: on, off"),
        ("night light", "Night light on"),
        ("set the living room to 21.5 degrees", "Floor lamp"),
        ("floor lamp 21 degrees", "brightness 1 to 100 %"),
        ("hey, who are you", "I am the bot"),
        ("hello night light", "Night light on"),
        ("hi there", "Hello!"),
    ],
)
async def test_a_word_in_a_name_is_none_of_a_time(line: str, part: str) -> None:
    world = flat()
    assert part in await say(world, line)
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "positions"),
    [("rolladen zimmer 2 halb runter", [b"50"]), ("rolladen zimmer 1 ein bisschen runter", [])],
)
async def test_a_misspelt_name_near_to_several_is_no_fault(line: str, positions: list[bytes]) -> None:
    world = flat("de")
    answer = await say(world, line)
    assert "Rollladen Zimmer" in answer
    assert "schiefgegangen" not in answer
    assert [each[1] for each in world.broker.published] == positions
