"""A narrow house: a cat's door, a garden with water, a printer, a car at its charger; half is plain JSON."""

import json

from fakes import World
from homes import announce

from bot.model.rules import Preset, Subscription

_HOUR, _DAY = 3_600.0, 86_400.0
_VALVE = {"name": "Lawn sprinkler", "identifiers": ["lawn"], "suggested_area": "Garden"}
_CAR = {"name": "Wallbox", "identifiers": ["wb"], "suggested_area": "Carport"}
_CAT = {"name": "Cat flap", "identifiers": ["cat"], "suggested_area": "Hall"}
_ROOMS = (
    ("Hall lamp", "Hall"),
    ("Kitchen light", "Kitchen"),
    ("Desk lamp", "Study"),
    ("Bedside lamp", "Bedroom"),
)


def mews(language: str = "en") -> World:
    """Return the house in the evening, everything heard for two days."""
    goodnight = Preset("Good night", "mews/scene", "night", "p1", 1)
    world = World(Subscription("#"), presets=(goodnight,), language=language)
    _lamps(world)
    _heating(world)
    _garden(world)
    _car(world)
    _cat(world)
    _people(world)
    begin = world.clock.time
    for day, warmer in enumerate((0.0, 1.5)):
        for hour in range(0, 24, 3):
            world.clock.time = begin + day * _DAY + hour * _HOUR
            _told(world, hour, warmer)
    world.clock.time += 600
    _newest(world)
    world.later(120)
    return world


def _lamps(world: World) -> None:
    for name, area in _ROOMS:
        topic = f"mews/{name.lower().replace(' ', '_')}"
        device = {"name": name, "identifiers": [topic], "suggested_area": area}
        more = {"brightness": True, "schema": "json"} if area == "Bedroom" else {}
        config = {"state_topic": topic, "command_topic": f"{topic}/set", "device": device}
        announce(world, "light", topic.replace("/", "_"), name=None, **config, **more)


def _heating(world: World) -> None:
    for name in ("Living room", "Bath"):
        topic = f"mews/heat/{name.lower().replace(' ', '_')}"
        announce(
            *(world, "climate", topic.replace("/", "_")),
            name=None,
            device={"name": f"{name} thermostat", "identifiers": [topic], "suggested_area": name},
            temperature_command_topic=f"{topic}/set",
            temperature_state_topic=topic,
            temperature_state_template="{{ value_json.target }}",
            current_temperature_topic=topic,
            current_temperature_template="{{ value_json.now }}",
            mode_command_topic=f"{topic}/mode",
            modes=["off", "heat"],
            min_temp=7,
            max_temp=30,
        )
    for key, unit in (("temperature", "°C"), ("humidity", "%")):
        announce(
            *(world, "sensor", f"bed_{key}"),
            name=key.capitalize(),
            state_topic="mews/bedroom/air",
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            device_class=key,
            device={"name": "Bedroom air", "identifiers": ["bed"], "suggested_area": "Bedroom"},
        )


def _garden(world: World) -> None:
    valve = {"state_topic": "mews/lawn", "command_topic": "mews/lawn/set"}
    announce(world, "switch", "lawn", name=None, device=_VALVE, **valve)
    announce(
        *(world, "sensor", "soil"),
        name="Soil moisture",
        state_topic="mews/bed/soil",
        unit_of_measurement="%",
        device_class="moisture",
        device={"name": "Vegetable bed", "identifiers": ["bed1"], "suggested_area": "Garden"},
    )
    announce(
        *(world, "sensor", "rain"),
        name="Rain today",
        state_topic="mews/rain",
        unit_of_measurement="mm",
        device_class="precipitation",
        device={"name": "Rain gauge", "identifiers": ["rain"], "suggested_area": "Garden"},
    )
    announce(
        *(world, "cover", "roof"),
        name=None,
        state_topic="mews/roof",
        command_topic="mews/roof/set",
        device={"name": "Roof hatch", "identifiers": ["roof"], "suggested_area": "Bedroom"},
    )


def _car(world: World) -> None:
    charge = {"state_topic": "mews/wb/on", "command_topic": "mews/wb/on/set"}
    announce(world, "switch", "wb", name="Charging", device=_CAR, **charge)
    announce(
        *(world, "number", "wb_a"),
        name="Current limit",
        state_topic="mews/wb/limit",
        command_topic="mews/wb/limit/set",
        min=6,
        max=16,
        unit_of_measurement="A",
        device=_CAR,
    )
    for key, name, unit, kind in (
        ("power", "Power", "kW", "power"),
        ("energy", "Energy", "kWh", "energy"),
    ):
        announce(
            *(world, "sensor", f"wb_{key}"),
            name=name,
            state_topic="mews/wb",
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            device_class=kind,
            device=_CAR,
        )


def _cat(world: World) -> None:
    lock = {"state_topic": "mews/cat/lock", "command_topic": "mews/cat/lock/set"}
    announce(world, "lock", "cat", name=None, device=_CAT, **lock)
    announce(world, "button", "cat_feed", name="Feed", command_topic="mews/feeder/feed", device="Feeder")
    announce(
        *(world, "sensor", "cat_weight"),
        name="Weight",
        state_topic="mews/cat/weight",
        unit_of_measurement="kg",
        device={"name": "Minka", "identifiers": ["minka"]},
    )


def _people(world: World) -> None:
    for name in ("Tom", "Ruth"):
        topic = f"mews/who/{name.lower()}"
        announce(world, "device_tracker", name.lower(), name=name, state_topic=topic)
    announce(
        *(world, "binary_sensor", "win"),
        name="Bath window",
        state_topic="mews/win/bath",
        device_class="window",
    )


def _told(world: World, hour: int, warmer: float) -> None:
    air = {"temperature": 17 + hour / 6 + warmer, "humidity": 60 - hour}
    for topic, payload in (
        ("mews/bedroom/air", json.dumps(air)),
        ("mews/bed/soil", str(40 - hour + warmer)),
        ("mews/rain", str(hour / 10)),
        ("mews/wb", json.dumps({"power": 7.2 if hour < 6 else 0, "energy": 1200 + hour + warmer * 10})),
        ("mews/cat/weight", "4.3"),
        ("fridge/data", json.dumps({"temp": 4 + warmer, "freezer": -18.5 + warmer, "door": "closed"})),
        ("prints/printer", json.dumps({"toner": 20, "paper": "ok", "pages": 1200 + hour})),
        ("aquarium", json.dumps({"ph": 7.1, "temp": 24.5 + warmer, "pump": "on"})),
    ):
        world.receive(topic, payload)


def _newest(world: World) -> None:
    for topic, payload in (
        *(("mews/hall_lamp", "ON"), ("mews/kitchen_light", "ON"), ("mews/desk_lamp", "OFF")),
        ("mews/bedside_lamp", '{"state": "ON", "brightness": 120}'),
        ("mews/heat/living_room", '{"now": 20.5, "target": 21}'),
        ("mews/heat/bath", '{"now": 22, "target": 22}'),
        *(("mews/lawn", "OFF"), ("mews/roof", "closed"), ("mews/wb/on", "ON"), ("mews/wb/limit", "16")),
        *(("mews/cat/lock", "UNLOCKED"), ("mews/win/bath", "OFF")),
        *(("mews/who/tom", "home"), ("mews/who/ruth", "not_home")),
        ("mews/home/mode", "evening"),
        ("mews/mailbox", '{"lid": "closed", "battery": 61}'),
        ("mews/doorbell", "pressed"),
    ):
        world.receive(topic, payload)
