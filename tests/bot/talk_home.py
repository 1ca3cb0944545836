"""The home to which people talk in these tests, as the demo has it, and another in German."""

from fakes import World
from homes import announce

from bot.model.rules import Preset, Subscription


def english(**rules: object) -> World:
    """Return the demo's home, everything heard within the last hour."""
    world = World(Subscription("home/#"), presets=(Preset("Movie", "home/scene", "movie", "p1", 1),), **rules)  # type: ignore[arg-type]
    freezer = {"name": "Freezer", "identifiers": ["f"], "suggested_area": "Cellar"}
    announce(
        *(world, "sensor", "f_t"),
        name="Temperature",
        state_topic="home/freezer/temperature",
        unit_of_measurement="°C",
        device_class="temperature",
        device=freezer,
    )
    announce(
        *(world, "binary_sensor", "f_d"),
        name="Door",
        state_topic="home/freezer/door",
        payload_on="open",
        payload_off="closed",
        device_class="door",
        device=freezer,
    )
    climate = {"name": "Kitchen climate", "identifiers": ["k"]}
    for key, unit in (("temperature", "°C"), ("humidity", "%")):
        announce(
            *(world, "sensor", f"k_{key}"),
            name=key.capitalize(),
            state_topic="home/kitchen/climate",
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            device_class=key,
            device=climate,
        )
    _lamp(world, "Kitchen lamp", "home/kitchen/lamp", "Kitchen")
    _said(
        world,
        ("home/freezer/temperature", "-18.9"),
        ("home/freezer/door", "closed"),
        ("home/kitchen/climate", '{"temperature": 21.5, "humidity": 46}'),
        ("home/kitchen/lamp", "OFF"),
        ("home/power/meter", '{"value": 250, "unit": "W"}'),
        ("home/door/note", "Parcel at the neighbours'"),
    )
    world.clock.time += 1_200
    _said(world, ("home/freezer/temperature", "-17.7"), ("home/kitchen/lamp", "ON"))
    world.later(120)
    return world


def german(**rules: object) -> World:
    """Return a home whose people speak German."""
    kino = Preset("Kino", "home/szene", "kino", "p1", 1)
    world = World(Subscription("home/#"), presets=(kino,), language="de", **rules)  # type: ignore[arg-type]
    announce(
        *(world, "sensor", "g_t"),
        name="Gefrierschrank",
        state_topic="home/keller/gefrierschrank",
        unit_of_measurement="°C",
        device_class="temperature",
    )
    bath = {"name": "Bad", "identifiers": ["b"], "suggested_area": "Bad"}
    for key, name, unit in (("temperature", "Temperatur", "°C"), ("humidity", "Luftfeuchte", "%")):
        announce(
            *(world, "sensor", f"b_{key}"),
            name=name,
            state_topic="home/bad/klima",
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            device_class=key,
            device=bath,
        )
    announce(*(world, "binary_sensor", "h"), name="Haustür", state_topic="home/tuer", device_class="door")
    announce(
        *(world, "device_tracker", "a"),
        name="Anna",
        state_topic="home/anna",
        payload_home="home",
        payload_not_home="not_home",
    )
    _lamp(world, "Küchenlampe", "home/kueche/lampe", "Küche")
    _lamp(world, "Flurlicht", "home/flur/licht", "Flur")
    _said(
        world,
        ("home/keller/gefrierschrank", "-18.9"),
        ("home/bad/klima", '{"temperature": 23.5, "humidity": 60}'),
        ("home/tuer", "OFF"),
        ("home/anna", "home"),
        ("home/kueche/lampe", "OFF"),
        ("home/flur/licht", "ON"),
    )
    world.clock.time += 1_200
    _said(world, ("home/keller/gefrierschrank", "-19.7"))
    world.later(120)
    return world


def _lamp(world: World, name: str, topic: str, area: str) -> None:
    device = {"name": name, "identifiers": [topic], "suggested_area": area}
    config = {"state_topic": topic, "command_topic": f"{topic}/set", "device": device}
    announce(world, "light", topic.replace("/", "_"), name=None, **config)


def _said(world: World, *messages: tuple[str, str]) -> None:
    for topic, payload in messages:
        world.receive(topic, payload)
