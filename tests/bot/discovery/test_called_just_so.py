"""What is called just as it was said is not passed over for what stands in a room."""

import json

from fakes import World


async def test_a_room_and_a_kind_do_not_stand_for_what_is_called_so() -> None:
    world = World()
    probe = {"ids": ["p"], "name": "Larder climate"}
    heater = {"ids": ["h"], "name": "Valve 7", "suggested_area": "Larder"}
    world.receive(
        "homeassistant/sensor/p/t/config",
        json.dumps({"name": "Temperature", "stat_t": "p", "dev": probe}),
    )
    world.receive(
        "homeassistant/climate/h/c/config",
        json.dumps({"name": None, "temp_cmd_t": "h/set", "modes": ["heat"], "dev": heater}),
    )
    await world.ask("set larder climate temperature 21")
    assert world.broker.published == []
    await world.ask("set valve 7 temperature 21")
    assert [topic for topic, *_ in world.broker.published] == ["h/set"]


async def test_what_is_called_so_is_followed_and_not_what_is_merely_alike() -> None:
    world = World()
    for node, name in (("a", "Porch"), ("b", "Porch lamp")):
        config = {"name": None, "stat_t": node, "cmd_t": f"{node}/set", "dev": {"ids": [node], "name": name}}
        world.receive(f"homeassistant/switch/{node}/config", json.dumps(config))
    assert [each.full_name for each in world.bot.readings.devices.named(("porch",))] == ["Porch"]
    assert "Porch lamp" not in await world.ask("follow porch")
    assert [follow.key for follow in world.bot.rules.follows] == ["a"]
