"""A home with more than one of most things, to which people talk who do not know the bot yet."""

import json

from fakes import World
from homes import announce

from bot.model.rules import Subscription

_PLACES = {
    "en": ("Kitchen", "Bedroom", "Lena's room", "Bathroom", "Laundry", "Garage", "Cellar"),
    "de": ("Küche", "Schlafzimmer", "Lenas Zimmer", "Bad", "Waschküche", "Garage", "Keller"),
}
_LAMPS = {
    "en": ("Kitchen ceiling light", "Kitchen counter light", "Wall light", "Lena's desk lamp"),
    "de": ("Küche Deckenlicht", "Küche Arbeitslicht", "Wandlampe", "Lenas Schreibtischlampe"),
}
_THINGS = {
    "en": ("Radiator", "Washing machine", "Dryer", "Freezer door", "Car battery", "Fan", "Lena"),
    "de": ("Heizung", "Waschmaschine", "Trockner", "Gefrierschrank Tür", "Auto Akku", "Ventilator", "Lena"),
}


def strangers(language: str = "en") -> World:
    """Return a home with two lamps in one room, heating in three, and machines that draw power."""
    world = World(Subscription("#"), language=language)
    kitchen, bed, lena, bath, laundry, garage, cellar = _PLACES[language]
    heating, washer, dryer, door, car, fan, girl = _THINGS[language]

    def device(name: str, area: str) -> dict[str, object]:
        return {"name": name, "identifiers": [name], "suggested_area": area}

    for node, name, area in zip("abcd", _LAMPS[language], (kitchen, kitchen, bed, lena), strict=True):
        topics = {"command_topic": f"l/{node}/set", "state_topic": f"l/{node}", "brightness": True}
        announce(world, "light", node, name=None, schema="json", device=device(name, area), **topics)
    for node, area in (("bed", bed), ("lena", lena), ("bath", bath)):
        announce(
            *(world, "climate", node),
            name=None,
            temperature_command_topic=f"r/{node}/set",
            temperature_state_topic=f"r/{node}",
            temperature_state_template="{{ value_json.target }}",
            current_temperature_topic=f"r/{node}",
            current_temperature_template="{{ value_json.now }}",
            mode_command_topic=f"r/{node}/mode/set",
            mode_state_topic=f"r/{node}",
            mode_state_template="{{ value_json.mode }}",
            modes=["off", "heat"],
            min_temp=5,
            max_temp=30,
            device=device(f"{area} {heating}", area),
        )
    for node, name in (("w", washer), ("y", dryer)):
        plug = device(name, laundry)
        announce(world, "switch", node, name=None, command_topic=f"m/{node}/set", device=plug)
        power = {"device_class": "power", "unit_of_measurement": "W", "state_topic": f"m/{node}/power"}
        announce(world, "sensor", node, name="Power", device=plug, **power)
    opening = {"device_class": "door", "state_topic": "b/door", "device": device(door, cellar)}
    announce(world, "binary_sensor", "door", name=None, **opening)
    gone = {"device_class": "motion", "state_topic": "b/motion", "availability_topic": "b/motion/there"}
    announce(world, "binary_sensor", "motion", name=None, device=device(f"{garage} PIR", garage), **gone)
    share = {"device_class": "battery", "unit_of_measurement": "%", "state_topic": "car/battery"}
    announce(world, "sensor", "car", name=None, device=device(car, garage), **share)
    turning = {"command_topic": "f/set", "state_topic": "f", "device": device(fan, bath)}
    announce(world, "fan", "fan", name=None, **turning)
    announce(world, "device_tracker", "girl", name=None, state_topic="p/girl", device=device(girl, ""))
    for topic, payload in (
        *((f"l/{node}", json.dumps({"state": "ON", "brightness": 100})) for node in "ac"),
        *((f"l/{node}", json.dumps({"state": "OFF"})) for node in "bd"),
        ("r/bed", json.dumps({"target": 18, "now": 17.3, "mode": "heat"})),
        ("r/lena", json.dumps({"target": 20, "now": 19.6, "mode": "heat"})),
        ("r/bath", json.dumps({"target": 21, "now": 20.4, "mode": "heat"})),
        ("m/w/power", "1800"),
        ("m/y/power", "2"),
        ("b/door", "ON"),
        ("b/motion", "OFF"),
        ("b/motion/there", "offline"),
        ("car/battery", "64"),
        ("f", "OFF"),
        ("p/girl", "home"),
    ):
        world.receive(topic, payload)
    world.later(360)
    return world
