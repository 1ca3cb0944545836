"""A mill with a bakery: thermostats, blinds beside a gate, a lock beside a contact, a button, a robot."""

import json

from fakes import World
from homes import announce

from bot.model.rules import Subscription


def mill(language: str = "en") -> World:
    """Return the mill, everything heard once; in German with German names."""
    world, german = World(Subscription("#"), language=language), language == "de"
    _openings(world, german=german)
    _lamps(world, german=german)
    _climate(world, german=german)
    _machines(world, german=german)
    for topic, payload in (
        *(("mill/gate", "closed"), ("mill/blind/0", "open"), ("mill/blind/1", "open")),
        *(("mill/door", "OFF"), ("mill/lock", "LOCKED"), ("mill/smoke/0", "OFF"), ("mill/smoke/1", "OFF")),
        *(("mill/plug", "ON"), ("mill/plug/power", "740"), ("mill/robot", '{"state": "cleaning"}')),
        *(("mill/charge", "ON"), ("mill/bell", "pressed"), ("mill/fan", "OFF"), ("mill/fan/speed", "30")),
        ("mill/air", '{"temperature": 18.5, "humidity": 60}'),
    ):
        world.receive(topic, payload)
    for at in range(3):
        lit = {"state": "ON", "brightness": 100} if at < 2 else {"state": "OFF"}
        world.receive(f"mill/lamp/{at}", json.dumps(lit))
    for at in range(2):
        world.receive(f"mill/heat/{at}", json.dumps({"now": 18.5, "target": 20}))
    world.later(300)
    return world


def _device(name: str, area: str) -> dict[str, object]:
    return {"name": name, "identifiers": [name], "suggested_area": area}


def _openings(world: World, *, german: bool) -> None:
    room, hall, yard = ("Stube", "Diele", "Hof") if german else ("Parlour", "Hall", "Yard")
    names = (
        ("Mühlentor", "Rollo Stube", "Rollo Diele")
        if german
        else ("Mill gate", "Parlour blind", "Hall blind")
    )
    topics, areas = ("mill/gate", "mill/blind/0", "mill/blind/1"), (yard, room, hall)
    for at, (name, topic, area) in enumerate(zip(names, topics, areas, strict=True)):
        guarded = {"device_class": "gate"} if not at else {}
        announce(
            *(world, "cover", f"cover{at}"),
            **({"name": None, "state_topic": topic, "command_topic": f"{topic}/set"} | guarded),
            device=_device(name, area),
        )
    door = "Hintertür" if german else "Back door"
    announce(
        *(world, "binary_sensor", "door"),
        name=None,
        state_topic="mill/door",
        device_class="door",
        device=_device(door, hall),
    )
    announce(
        *(world, "lock", "lock"),
        name=None,
        state_topic="mill/lock",
        command_topic="mill/lock/set",
        device=_device(f"{door}schloss" if german else f"{door} lock", hall),
    )
    for at, area in enumerate((room, hall)):
        announce(
            *(world, "binary_sensor", f"smoke{at}"),
            name="Rauch" if german else "Smoke",
            state_topic=f"mill/smoke/{at}",
            device_class="smoke",
            device=_device(f"Melder {area}" if german else f"Alarm {area}", area),
        )


def _lamps(world: World, *, german: bool) -> None:
    names = (
        (("Stubenlampe", "Stube"), ("Leselampe", "Stube"), ("Dielenlicht", "Diele"))
        if german
        else (("Parlour lamp", "Parlour"), ("Reading lamp", "Parlour"), ("Hall light", "Hall"))
    )
    for at, (name, area) in enumerate(names):
        topic = f"mill/lamp/{at}"
        announce(
            *(world, "light", f"lamp{at}"),
            name=None,
            schema="json",
            brightness=True,
            supported_color_modes=["brightness"],
            state_topic=topic,
            command_topic=f"{topic}/set",
            device=_device(name, area),
        )


def _climate(world: World, *, german: bool) -> None:
    for at, area in enumerate(("Stube", "Bad") if german else ("Parlour", "Bathroom")):
        topic = f"mill/heat/{at}"
        announce(
            *(world, "climate", f"heat{at}"),
            name=None,
            min_temp=5,
            max_temp=30,
            temp_step=0.5,
            temperature_unit="C",
            current_temperature_topic=topic,
            current_temperature_template="{{ value_json.now }}",
            temperature_state_topic=topic,
            temperature_state_template="{{ value_json.target }}",
            temperature_command_topic=f"{topic}/set",
            device=_device(f"Thermostat {area}" if german else f"{area} thermostat", area),
        )
    kinds = (("Temperatur", "temperature", "°C"), ("Luftfeuchtigkeit", "humidity", "%"))
    for name, key, unit in kinds:
        announce(
            *(world, "sensor", key),
            name=name if german else key.capitalize(),
            device_class=key,
            state_topic="mill/air",
            unit_of_measurement=unit,
            value_template=f"{{{{ value_json.{key} }}}}",
            device=_device("Backstube" if german else "Bakery", "Backstube" if german else "Bakery"),
        )


def _machines(world: World, *, german: bool) -> None:
    plug = _device("Knetmaschine" if german else "Dough mixer", "Backstube" if german else "Bakery")
    for component, name, topic, more in (
        ("switch", None, "mill/plug", {"command_topic": "mill/plug/set"}),
        ("sensor", "Leistung", "mill/plug/power", {"unit_of_measurement": "W", "device_class": "power"}),
    ):
        own = {"name": name if german or not name else "Power", "state_topic": topic}
        announce(world, component, topic.replace("/", "_"), **(own | more), device=plug)
    announce(
        *(world, "button", "flour"),
        name="Nachfüllen" if german else "Refill",
        command_topic="mill/flour",
        device=_device("Mehlspender" if german else "Flour hopper", "Backstube" if german else "Bakery"),
    )
    announce(
        *(world, "switch", "charge"),
        name="Laden" if german else "Charging",
        state_topic="mill/charge",
        command_topic="mill/charge/set",
        device=_device("Ladesäule" if german else "Charger", "Hof"),
    )
    announce(
        *(world, "vacuum", "robot"),
        name=None,
        state_topic="mill/robot",
        command_topic="mill/robot/set",
        supported_features=["start", "return_home"],
        device=_device("Rosa", "Hof"),
    )
    announce(
        *(world, "fan", "fan"),
        name=None,
        state_topic="mill/fan",
        command_topic="mill/fan/set",
        percentage_state_topic="mill/fan/speed",
        percentage_command_topic="mill/fan/speed/set",
        device=_device("Ventilator" if german else "Oven fan", "Backstube" if german else "Bakery"),
    )
    named = {"name": "Klingel" if german else "Doorbell", "event_types": ["pressed"]}
    announce(world, "event", "bell", **named, state_topic="mill/bell", device=_device("Mühle", "Hof"))
