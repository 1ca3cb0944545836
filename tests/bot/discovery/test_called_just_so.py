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
