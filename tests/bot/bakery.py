"""A bakery with a flat above it, in two languages: two days of values, and what happened in them."""

from datetime import datetime
import json
from math import cos, pi
from zoneinfo import ZoneInfo

from fakes import World
from homes import announce

from bot.model.rules import Subscription

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 12, 18, 0, tzinfo=ZONE).timestamp()
STEP = 1_800.0
DAY = 86_400.0

ENGLISH = {
    "bakehouse": "Bakehouse",
    "shop": "Shop",
    "bedroom": "Bedroom",
    "garden": "Garden",
    "air": "air",
    "temperature": "Temperature",
    "humidity": "Humidity",
    "oven": "Oven",
    "door": "Shop door",
    "window": "Bedroom window",
    "smoke": "Smoke detector shop",
    "lamp": "Counter lamp",
    "mixer": "Dough mixer",
    "tank": "Water tank",
    "power": "Power",
    "yield": "Bread today",
    "heater": "Bedroom radiator",
    "bell": "shop/bell",
}
GERMAN = {
    "bakehouse": "Backstube",
    "shop": "Laden",
    "bedroom": "Schlafzimmer",
    "garden": "Garten",
    "air": "Klima",
    "temperature": "Temperatur",
    "humidity": "Luftfeuchtigkeit",
    "oven": "Ofen",
    "door": "Ladentür",
    "window": "Schlafzimmerfenster",
    "smoke": "Rauchmelder Laden",
    "lamp": "Thekenlampe",
    "mixer": "Teigkneter",
    "tank": "Wassertank",
    "power": "Leistung",
    "yield": "Brote heute",
    "heater": "Heizkörper Schlafzimmer",
    "bell": "laden/klingel",
}


def bakery(language: str = "en", *, outside: bool = True) -> World:
    """Return the home on a Thursday at six in the evening; not `outside`: nothing measures out of doors."""
    names = ENGLISH if language == "en" else GERMAN
    world = World(Subscription("#"), language=language)
    world.clock.zone = ZONE
    world.clock.time = NOW - 2 * DAY
    _announced(world, names, outside=outside)
    at = NOW - 2 * DAY
    while at < NOW:
        world.clock.time = at
        _heard(world, names, at, outside=outside)
        at += STEP
    world.clock.time = NOW
    return world


def _announced(world: World, names: dict[str, str], *, outside: bool) -> None:
    rooms = ["bakehouse", "shop", "bedroom", *(["garden"] if outside else [])]
    for room in rooms:
        device = {
            "name": f"{names[room]} {names['air']}",
            "identifiers": [room],
            "suggested_area": names[room],
        }
        for key, unit in (("temperature", "°C"), ("humidity", "%")):
            announce(
                *(world, "sensor", f"{room}_{key}"),
                name=names[key],
                state_topic=f"air/{room}",
                value_template=f"{{{{ value_json.{key} }}}}",
                unit_of_measurement=unit,
                device_class=key,
                device=device,
            )
    for key, component, room, more in (
        ("door", "binary_sensor", "shop", {"device_class": "door"}),
        ("window", "binary_sensor", "bedroom", {"device_class": "window"}),
        ("smoke", "binary_sensor", "shop", {"device_class": "smoke"}),
        ("lamp", "light", "shop", {"command_topic": "home/lamp/set"}),
        ("mixer", "switch", "bakehouse", {"command_topic": "home/mixer/set"}),
    ):
        device = {"name": names[key], "identifiers": [key], "suggested_area": names[room]}
        announce(world, component, key, name=None, state_topic=f"home/{key}", device=device, **more)
    mixer = {"name": names["mixer"], "identifiers": ["mixer"]}
    oven = {"name": names["oven"], "identifiers": ["oven"], "suggested_area": names["bakehouse"]}
    for node, name, topic, unit, kind, device in (
        ("mixer_power", names["power"], "home/mixer/power", "W", "power", mixer),
        ("oven_power", names["power"], "home/oven/power", "W", "power", oven),
        ("oven_heat", f"{names['oven']} core", "home/oven/core", "°C", "temperature", oven),
    ):
        announce(
            *(world, "sensor", node),
            name=name,
            state_topic=topic,
            unit_of_measurement=unit,
            device_class=kind,
            device=device,
        )
    announce(world, "sensor", "bread", name=names["yield"], state_topic="home/bread", device=oven)
    car = {"name": "Wallbox", "identifiers": ["car"]}
    announce(world, "sensor", "car", name="Status", state_topic="car/status", device=car)
    heater = {"name": names["heater"], "identifiers": ["heater"], "suggested_area": names["bedroom"]}
    announce(
        *(world, "climate", "heater"),
        name=None,
        current_temperature_topic="home/heater/now",
        temperature_state_topic="home/heater/target",
        temperature_command_topic="home/heater/target/set",
        mode_state_topic="home/heater/mode",
        modes=["off", "heat"],
        device=heater,
    )


def _heard(world: World, names: dict[str, str], at: float, *, outside: bool) -> None:
    """Let everything be heard that comes in at a time: it is coldest at three and warmest at three."""
    local = datetime.fromtimestamp(at, ZONE)
    hour, day = local.hour + local.minute / 60, local.day
    warm = -cos((hour - 3) / 12 * pi)
    for room, mean, swing in (("bakehouse", 24, 4), ("shop", 19, 2), ("bedroom", 17, 1), ("garden", 4, 5)):
        if room != "garden" or outside:
            value = {"temperature": round(mean + swing * warm, 1), "humidity": 50 + mean}
            world.receive(f"air/{room}", json.dumps(value))
    running = 2.0 <= hour < 5.0
    for topic, text in (
        ("home/door", "ON" if 7 <= hour < 12 or (day == 12 and 14 <= hour < 15) else "OFF"),
        ("home/window", "ON" if day == 11 and 20 <= hour < 21 else "OFF"),
        ("home/smoke", "ON" if day == 12 and hour == 3.5 else "OFF"),
        ("home/lamp", "ON" if hour >= 16 else "OFF"),
        ("home/mixer", "ON"),
        ("home/mixer/power", "740" if running else "1.5"),
        ("home/oven/power", "9000" if running else "12"),
        ("home/oven/core", "230" if running else "40"),
        ("home/bread", str(round(hour * 10))),
        ("home/heater/now", "17.5"),
        ("home/heater/target", "21"),
        ("home/heater/mode", "heat"),
        ("store/tank3/level", "61"),
        ("store/tank4/level", "38"),
        ("store/tank/level", "99"),
        ("meter/main", json.dumps({"import": 400 + hour, "export": 5})),
        ("car/status", "charging" if hour >= 17 else "disconnected"),
    ):
        world.receive(topic, text)
    if day == 12 and hour == 16.5:
        world.receive(names["bell"], "pressed")
