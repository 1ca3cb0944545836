"""The home of a family, with lamps, blinds and heating in several rooms."""

import json

from fakes import World
from homes import announce

from bot.model.rules import Subscription

_ROOMS = {
    "en": ("Kitchen", "Living room", "Bedroom", "Bathroom", "Hall"),
    "de": ("Küche", "Wohnzimmer", "Schlafzimmer", "Bad", "Flur"),
}
_NAMES = {
    "en": {
        "light": "Ceiling light",
        "lamp": "Floor lamp",
        "desk": "Desk lamp",
        "fan": "Fan",
        "left": "Left blind",
        "right": "Right blind",
        "shutter": "Bedroom shutter",
        "garage": "Garage door",
        "heating": "Radiator",
        "window": "Window",
        "smoke": "Smoke detector",
        "motion": "Motion",
        "car": "Car",
    },
    "de": {
        "light": "Deckenlampe",
        "lamp": "Stehlampe",
        "desk": "Schreibtischlampe",
        "fan": "Lüfter",
        "left": "Rollladen links",
        "right": "Rollladen rechts",
        "shutter": "Rollladen Schlafzimmer",
        "garage": "Garagentor",
        "heating": "Heizung",
        "window": "Fenster",
        "smoke": "Rauchmelder",
        "motion": "Bewegung",
        "car": "Auto",
    },
}


def family(language: str = "en") -> World:
    """Return the home of a family, everything heard some minutes ago."""
    world = World(Subscription("#"), language=language)
    kitchen, living, bed, bath, hall = _ROOMS[language]
    named = _NAMES[language]

    def device(name: str, area: str, node: str) -> dict[str, object]:
        return {"name": name, "identifiers": [node], "suggested_area": area}

    for node, name, area in (
        ("k", f"{kitchen} {named['light']}", kitchen),
        ("h", f"{hall} {named['light']}", hall),
        ("f", named["lamp"], living),
        ("d", named["desk"], bed),
    ):
        announce(
            *(world, "light", node),
            name=None,
            schema="json",
            command_topic=f"l/{node}/set",
            state_topic=f"l/{node}",
            supported_color_modes=["color_temp"],
            brightness=True,
            device=device(name, area, node),
        )
    fan = {"command_topic": "s/fan/set", "state_topic": "s/fan", "device": device(named["fan"], bath, "fan")}
    announce(world, "switch", "fan", name=None, **fan)
    for node, name, area in (
        ("bl", named["left"], living),
        ("br", named["right"], living),
        ("sh", named["shutter"], bed),
    ):
        announce(
            *(world, "cover", node),
            name=None,
            command_topic=f"c/{node}/set",
            set_position_topic=f"c/{node}/pos/set",
            position_topic=f"c/{node}/pos",
            device=device(name, area, node),
        )
    gate = {"command_topic": "c/gate/set", "state_topic": "c/gate", "device_class": "garage"}
    announce(world, "cover", "gate", name=None, device=device(named["garage"], "Garage", "gate"), **gate)
    for node, area in (("bath", bath), ("living", living), ("bed", bed)):
        announce(
            *(world, "climate", f"r_{node}"),
            name=None,
            temperature_command_topic=f"r/{node}/set",
            temperature_state_topic=f"r/{node}",
            temperature_state_template="{{ value_json.target }}",
            current_temperature_topic=f"r/{node}",
            current_temperature_template="{{ value_json.now }}",
            min_temp=5,
            max_temp=30,
            temp_step=0.5,
            device=device(f"{area} {named['heating']}", area, f"r_{node}"),
        )
    for node, name, area, kind in (
        ("kw", f"{kitchen} {named['window']}", kitchen, "window"),
        ("smoke", named["smoke"], kitchen, "smoke"),
        ("motion", f"{hall} {named['motion']}", hall, "motion"),
    ):
        config = {"device_class": kind, "state_topic": f"b/{node}", "device": device(name, area, node)}
        announce(world, "binary_sensor", node, name=None, **config)
    battery = {"device_class": "battery", "unit_of_measurement": "%", "state_topic": "car/battery"}
    announce(world, "sensor", "car", name=None, device=device(named["car"], "Garage", "car"), **battery)
    outside = device("Garden thermometer" if language == "en" else "Gartenthermometer", "", "garden")
    degrees = {"device_class": "temperature", "unit_of_measurement": "°C", "state_topic": "garden/t"}
    announce(world, "sensor", "garden", name=None, device=outside, **degrees)
    for person in ("Lena", "Tom"):
        tracker = {"state_topic": f"p/{person}", "device": device(person, "", person)}
        announce(world, "device_tracker", person, name=None, **tracker)
    for topic, payload in (
        ("l/k", json.dumps({"state": "ON", "brightness": 200})),
        ("l/h", json.dumps({"state": "OFF"})),
        ("l/f", json.dumps({"state": "ON", "brightness": 120})),
        ("l/d", json.dumps({"state": "OFF"})),
        ("s/fan", "OFF"),
        ("c/bl/pos", "100"),
        ("c/br/pos", "0"),
        ("c/sh/pos", "0"),
        ("c/gate", "closed"),
        ("r/bath", json.dumps({"target": 21, "now": 20.4})),
        ("r/living", json.dumps({"target": 20.5, "now": 21.2})),
        ("r/bed", json.dumps({"target": 18, "now": 18.3})),
        ("b/kw", "ON"),
        ("b/smoke", "OFF"),
        ("b/motion", "OFF"),
        ("car/battery", "64"),
        ("garden/t", "3.5"),
        ("p/Lena", "home"),
        ("p/Tom", "not_home"),
    ):
        world.receive(topic, payload)
    world.later(360)
    return world
