"""A cheese dairy: rooms with a climate each, lamps, blinds, a fan, a lock, a van that is charged, a goat."""

from fakes import World
from homes import announce

from bot.model.rules import Subscription

_EN = {
    "ripening": "Ripening cellar",
    "milk": "Milk room",
    "shop": "Shop",
    "yard": "Yard",
    "climate": "{} climate",
    "lamp": "{} lamp",
    "blind": "{} blind",
    "temperature": "Temperature",
    "humidity": "Humidity",
    "battery": "Battery",
    "fan": "Cheese fan",
    "lock": "Shop door",
    "van": "Van",
    "power": "Charging power",
    "charge": "Charge",
    "goat": "Berta",
    "tank": "Whey tank",
    "level": "Level",
    "press": "Cheese press",
    "heating": "{} heating",
    "music": "Radio",
    "volume": "Volume",
}
_DE = {
    "ripening": "Reifekeller",
    "milk": "Milchkammer",
    "shop": "Laden",
    "yard": "Hof",
    "climate": "Klima {}",
    "lamp": "Lampe {}",
    "blind": "Rollo {}",
    "temperature": "Temperatur",
    "humidity": "Luftfeuchtigkeit",
    "battery": "Batterie",
    "fan": "Käselüfter",
    "lock": "Ladentür",
    "van": "Lieferwagen",
    "power": "Ladeleistung",
    "charge": "Ladung",
    "goat": "Berta",
    "tank": "Molketank",
    "level": "Füllstand",
    "press": "Käsepresse",
    "heating": "Heizung {}",
    "music": "Radio",
    "volume": "Lautstärke",
}
_ROOMS = ("ripening", "milk", "shop")


def dairy(language: str = "en") -> World:
    """Return the dairy, everything heard some minutes ago."""
    world, names = World(Subscription("#"), language=language), _EN if language == "en" else _DE
    for at, room in enumerate(_ROOMS):
        _room(world, names, room, at)
    _machines(world, names)
    _yard(world, names)
    world.later(300)
    return world


def _put(world: World, component: str, topic: str, said: str, device: object, **config: object) -> None:
    announce(world, component, topic.replace("/", "_"), state_topic=topic, device=device, **config)
    world.receive(topic, said)


def _room(world: World, names: dict[str, str], room: str, at: int) -> None:
    area = names[room]

    def device(kind: str) -> dict[str, object]:
        called = names[kind].format(area)
        return {"name": called, "identifiers": [called], "suggested_area": area}

    climate = device("climate")
    for key, unit, said in (
        ("temperature", "°C", 12 + at),
        ("humidity", "%", 85 - at),
        ("battery", "%", 60 + at),
    ):
        topic, kind = f"dairy/{room}/{key}", {"device_class": key, "unit_of_measurement": unit}
        _put(world, "sensor", topic, str(said), climate, name=names[key], **kind)
    lamp = {"command_topic": f"dairy/{room}/lamp/set", "brightness_state_topic": f"dairy/{room}/lamp/level"}
    level = {"brightness_command_topic": f"dairy/{room}/lamp/level/set", "brightness_scale": 100}
    _put(world, "light", f"dairy/{room}/lamp", "OFF", device("lamp"), name=None, **lamp, **level)
    if room != "ripening":
        place = {
            "position_topic": f"dairy/{room}/blind/at",
            "set_position_topic": f"dairy/{room}/blind/at/set",
        }
        blind = {"command_topic": f"dairy/{room}/blind/set", "device_class": "blind", **place}
        _put(world, "cover", f"dairy/{room}/blind", "open", device("blind"), name=None, **blind)
        warm = {"temperature_command_topic": f"dairy/{room}/heating/set", "min_temp": 5, "max_temp": 30}
        heating = {"temperature_state_topic": f"dairy/{room}/heating", **warm}
        _put(world, "climate", f"dairy/{room}/heating", "18", device("heating"), name=None, **heating)


def _machines(world: World, names: dict[str, str]) -> None:
    speed = {"percentage_state_topic": "dairy/fan/speed", "percentage_command_topic": "dairy/fan/speed/set"}
    _put(world, "fan", "dairy/fan", "OFF", names["fan"], name=None, command_topic="dairy/fan/set", **speed)
    press = {"command_topic": "dairy/press/set"}
    _put(world, "switch", "dairy/press", "OFF", names["press"], name=None, **press)
    lock = {"command_topic": "dairy/lock/set", "state_locked": "LOCK", "state_unlocked": "UNLOCK"}
    _put(world, "lock", "dairy/lock", "LOCK", names["lock"], name=None, **lock)
    volume = {"command_topic": "dairy/radio/set", "min": 0, "max": 100, "unit_of_measurement": "%"}
    _put(world, "number", "dairy/radio", "35", names["music"], name=names["volume"], **volume)


def _yard(world: World, names: dict[str, str]) -> None:
    van = names["van"]
    power = {"device_class": "power", "unit_of_measurement": "kW"}
    charge = {"device_class": "battery", "unit_of_measurement": "%"}
    _put(world, "sensor", "dairy/van/power", "7.2", van, name=names["power"], **power)
    _put(world, "sensor", "dairy/van/charge", "61", van, name=names["charge"], **charge)
    _put(world, "device_tracker", "dairy/goat", "home", names["goat"], name=None, source_type="gps")
    _put(world, "sensor", "dairy/goat/battery", "37", names["goat"], name=names["battery"], **charge)
    _put(world, "sensor", "dairy/tank", "74", names["tank"], name=names["level"], unit_of_measurement="%")
