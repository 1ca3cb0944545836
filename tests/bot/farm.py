"""A farmhouse with a stable, a milk tank and a holiday flat: devices that announce themselves, and JSON."""

import json
from zoneinfo import ZoneInfo

from fakes import World
from homes import announce

from bot.model.rules import Subscription

ZONE = ZoneInfo("Europe/Berlin")
_LAMPS = (
    ("Stalllampe", "Stall"),
    ("Melkstandlicht", "Melkstand"),
    ("Küchenlicht", "Küche"),
    ("Stubenlampe", "Wohnstube"),
    ("Leselampe", "Wohnstube"),
    ("Deckenlicht", "Ferienwohnung"),
)
_SWITCHES = (("Gießpumpe", "Garten"), ("Güllepumpe", "Stall"), ("Rührwerk", "Milchkammer"))
_SENSORS = (
    ("Milchtank", "Temperatur", "hof/milch/t", "3.8", "°C", "temperature", "Milchkammer"),
    ("Milchtank", "Füllstand", "hof/milch/voll", "71", "%", "", "Milchkammer"),
    ("Kälberstall", "Temperatur", "hof/kalb/t", "11.4", "°C", "temperature", "Stall"),
    ("Kälberstall", "Luftfeuchte", "hof/kalb/f", "78", "%", "humidity", "Stall"),
    ("Gefriertruhe", "Temperatur", "hof/truhe/t", "-18.6", "°C", "temperature", "Keller"),
    ("Weidezaun", "Spannung", "hof/zaun", "5.2", "kV", "voltage", "Weide"),
    ("Güllepumpe", "Leistung", "hof/guelle/w", "0", "W", "power", "Stall"),
    ("Drucker", "Toner", "hof/drucker/toner", "9", "%", "", "Büro"),
)
_CONTACTS = (
    ("Stalltor", "garage_door", "ON", "Stall"),
    ("Haustür", "door", "OFF", "Flur"),
    ("Fenster Bad", "window", "ON", "Bad"),
    ("Briefkasten", "occupancy", "ON", "Hof"),
)
_PLAIN = (
    ("hof/wetter", '{"temperatur": 4.2, "wind": 12, "regen": 0.0}'),
    ("hof/heizkessel", '{"vorlauf": 62.5, "ruecklauf": 48.0, "status": "brennt"}'),
    ("hof/pv/leistung", "3200"),
    ("hof/brunnen/pegel", "1.8"),
    ("hof/hühnerklappe", "zu"),
)


def farm(language: str = "de", *, people: bool = True) -> World:
    """Return the farm, everything heard some minutes ago; not `people`: nothing tells who is there."""
    world = World(Subscription("#"), language=language)
    world.clock.zone = ZONE
    for name, area in _LAMPS:
        _put(world, "light", name, area, "ON" if name == "Stalllampe" else "OFF", settable=True)
    for name, area in _SWITCHES:
        _put(world, "switch", name, area, "OFF", settable=True)
    for name, kind, state, area in _CONTACTS:
        _put(world, "binary_sensor", name, area, state, device_class=kind)
    for device, name, topic, said, unit, kind, area in _SENSORS:
        more = {"device_class": kind} if kind else {}
        _sensor(world, device, name, topic, said, area, unit_of_measurement=unit, **more)
    _covers_and_heating(world)
    for topic, said in _PLAIN:
        world.receive(topic, said)
    if people:
        _people(world)
    world.later(300)
    return world


def _id(name: str) -> str:
    return "".join(each for each in name if each.isascii() and each.isalnum())


def _put(
    world: World, component: str, name: str, area: str, said: str, *, settable: bool = False, **config: object
) -> None:
    topic = f"hof/{component}/{name}"
    device = {"name": name, "identifiers": [name], "suggested_area": area}
    command = {"command_topic": f"{topic}/set"} if settable else {}
    node = f"{component}_{_id(name)}"
    announce(world, component, node, name=None, state_topic=topic, device=device, **command, **config)
    world.receive(topic, said)


def _sensor(world: World, owner: str, name: str, topic: str, said: str, area: str, **config: object) -> None:
    device = {"name": owner, "identifiers": [owner], "suggested_area": area}
    announce(world, "sensor", topic.replace("/", "_"), name=name, state_topic=topic, device=device, **config)
    world.receive(topic, said)


def _covers_and_heating(world: World) -> None:
    for side in ("Süd", "Ost"):
        at = f"hof/laden/{side}"
        places = {"position_topic": at, "set_position_topic": f"{at}/set", "command_topic": f"{at}/do"}
        device = {"name": f"Rollladen {side}", "identifiers": [at], "suggested_area": "Ferienwohnung"}
        announce(world, "cover", _id(side), name=None, device=device, device_class="shutter", **places)
        world.receive(at, "100")
    for area in ("Ferienwohnung", "Büro"):
        at = f"hof/heizung/{area}"
        device = {"name": f"Heizung {area}", "identifiers": [at], "suggested_area": area}
        target = {"temperature_state_topic": at, "temperature_command_topic": f"{at}/set"}
        now = {"current_temperature_topic": f"{at}/ist", "min_temp": 5, "max_temp": 28}
        announce(world, "climate", _id(area), name=None, device=device, **target, **now)
        world.receive(at, "17")
        world.receive(f"{at}/ist", "16.4")
    lock = {"name": "Schloss Ferienwohnung", "identifiers": ["s"], "suggested_area": "Ferienwohnung"}
    topics = {"state_topic": "hof/schloss", "command_topic": "hof/schloss/set"}
    announce(world, "lock", "s", name=None, device=lock, **topics)
    world.receive("hof/schloss", "UNLOCKED")


def _people(world: World) -> None:
    announce(world, "device_tracker", "sepp", name="Opa Sepp", state_topic="hof/sepp", source_type="gps")
    world.receive("hof/sepp", "home")
    # As Home Assistant's own persons are announced inside.
    person = {"name": "Resi", "unique_id": "$ha/person.resi", "state_topic": "$ha/person.resi"}
    world.receive("$ha/device_tracker/person_resi/config", json.dumps(person), retain=True)
    world.receive("$ha/person.resi", "not_home")
