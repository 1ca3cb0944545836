"""A house in German with devices of many makes, whose names are alike, odd, or look like something else."""

from collections.abc import Iterator
import json

from fakes import World
from homes import announce

from bot.model.rules import Preset, Subscription

MAC = "A4CF12B0C0DE"


def mixed(*subscriptions: Subscription, language: str = "de", **how: object) -> World:
    """Return the house, everything heard once a minute ago."""
    presets = (Preset("Filmabend", "haus/szene", "film", "p1", 1),)
    wanted = subscriptions or (Subscription("#"),)
    world = World(*wanted, language=language, presets=presets, **how)  # type: ignore[arg-type]
    _zigbee(world)
    _esphome(world)
    _tasmota(world)
    _homie(world)
    for topic, payload in _said():
        world.receive(topic, payload)
    world.later(60)
    return world


def _device(name: str, area: str = "", key: str = "") -> dict[str, object]:
    device: dict[str, object] = {"name": name, "identifiers": [key or f"{area}{name}"]}
    return device | ({"suggested_area": area} if area else {})


def _sensor(
    world: World, device: dict[str, object], key: str, topic: str, unit: str = "", **config: object
) -> None:
    node = f"{device['identifiers']}{key}".encode().hex()
    named = {"name": config.pop("name", key), "state_topic": topic, "device": device}
    template = {"value_template": f"{{{{ value_json['{key}'] }}}}"}
    measured = {"unit_of_measurement": unit} if unit else {}
    component = str(config.pop("component", "sensor"))
    announce(world, component, node, **(named | template | measured | config))


def _lamp(world: World, name: str, area: str = "", topic: str = "") -> None:
    topic = topic or f"zigbee2mqtt/{name}"
    config = {
        "schema": "json",
        "brightness": True,
        "brightness_scale": 254,
        "supported_color_modes": ["color_temp"],
        "min_mireds": 153,
        "max_mireds": 500,
        "state_topic": topic,
        "command_topic": f"{topic}/set",
        "device": _device(name, area, topic),
    }
    announce(world, "light", topic.encode().hex(), name=None, **config)


def _switch(world: World, name: str, area: str = "", topic: str = "", **config: object) -> None:
    topic = topic or f"zigbee2mqtt/{name}"
    whole = {
        "name": None,
        "state_topic": topic,
        "command_topic": f"{topic}/set",
        "value_template": "{{ value_json.state }}",
        "payload_on": "ON",
        "payload_off": "OFF",
        "device": _device(name, area, topic),
    }
    announce(world, "switch", topic.encode().hex(), **(whole | config))


def _zigbee(world: World) -> None:
    for name, area in (
        ("Küchenlampe", "Küche"),
        ("Küchenlampe links", "Küche"),
        ("Lampe", "Bad"),
        ("Stehlampe (alt)", "Wohnzimmer"),
        ("Ambiente & Deko", "Wohnzimmer"),
        ("Test", "Büro"),
        ("3", "Büro"),
        ("22 Uhr", "Büro"),
    ):
        _lamp(world, name, area)
    _lamp(world, "Lampe", "Büro", "zigbee2mqtt/Lampe Büro")
    _lamp(world, "Straße", "Garten", "zigbee2mqtt/Straße")
    for area, topic in (("Bad", "zigbee2mqtt/bad fenster"), ("Büro", "zigbee2mqtt/buero fenster")):
        device = _device("Fenster", area, topic)
        _sensor(
            *(world, device, "contact", topic),
            component="binary_sensor",
            name="Kontakt",
            device_class="window",
            payload_on="false",
            payload_off="true",
            value_template="{{ value_json.contact }}",
        )
        _sensor(
            world,
            device,
            "battery",
            topic,
            "%",
            name="Batterie",
            device_class="battery",
            entity_category="diagnostic",
        )
    klima = _device("Klima Bad", "Bad")
    for key, name, unit, kind in (
        ("temperature", "Temperatur", "°C", "temperature"),
        ("humidity", "Luftfeuchtigkeit", "%", "humidity"),
    ):
        _sensor(world, klima, key, "zigbee2mqtt/Klima Bad", unit, name=name, device_class=kind)
    _switch(world, "Kaffeemaschine", "Küche")
    plug = _device("Waschmaschine", "Keller")
    _switch(world, "Waschmaschine", "Keller", device=plug)
    _sensor(world, plug, "power", "zigbee2mqtt/Waschmaschine", "W", name="Leistung", device_class="power")
    lock = {"state_topic": "zigbee2mqtt/Haustür", "command_topic": "zigbee2mqtt/Haustür/set"}
    announce(
        *(world, "lock", "haustuer"),
        name=None,
        value_template="{{ value_json.state }}",
        device=_device("Haustür", "Flur"),
        payload_lock="LOCK",
        payload_unlock="UNLOCK",
        state_locked="LOCK",
        state_unlocked="UNLOCK",
        **lock,
    )
    heating = {
        "name": None,
        "current_temperature_topic": "zigbee2mqtt/Heizung Wohnzimmer",
        "current_temperature_template": "{{ value_json.local_temperature }}",
        "temperature_state_topic": "zigbee2mqtt/Heizung Wohnzimmer",
        "temperature_state_template": "{{ value_json.occupied_heating_setpoint }}",
        "temperature_command_topic": "zigbee2mqtt/Heizung Wohnzimmer/set/occupied_heating_setpoint",
        "mode_state_topic": "zigbee2mqtt/Heizung Wohnzimmer",
        "mode_state_template": "{{ value_json.system_mode }}",
        "mode_command_topic": "zigbee2mqtt/Heizung Wohnzimmer/set/system_mode",
        "modes": ["off", "heat", "auto"],
        "min_temp": 5,
        "max_temp": 30,
        "temp_step": 0.5,
        "temperature_unit": "C",
    }
    announce(world, "climate", "hz", device=_device("Heizung Wohnzimmer", "Wohnzimmer"), **heating)


def _esphome(world: World) -> None:
    node = _device("Gewächshaus", "Garten")
    announce(
        *(world, "sensor", "gw_t"),
        name="Temperatur",
        state_topic="gewaechshaus/sensor/temperatur/state",
        unit_of_measurement="°C",
        device_class="temperature",
        device=node,
    )
    announce(
        *(world, "cover", "gw_dach"),
        name="Dach",
        state_topic="gewaechshaus/cover/dach/state",
        command_topic="gewaechshaus/cover/dach/command",
        position_topic="gewaechshaus/cover/dach/position/state",
        set_position_topic="gewaechshaus/cover/dach/position/command",
        device=node,
    )
    announce(
        *(world, "switch", "gw_pumpe"),
        name="Pumpe",
        state_topic="gewaechshaus/switch/pumpe/state",
        command_topic="gewaechshaus/switch/pumpe/command",
        device=node,
    )
    announce(
        *(world, "number", "gw_dauer"),
        name="Dauer",
        state_topic="gewaechshaus/number/dauer/state",
        command_topic="gewaechshaus/number/dauer/command",
        min=1,
        max=60,
        step=1,
        unit_of_measurement="min",
        device=node,
    )
    announce(
        *(world, "select", "gw_prog"),
        name="Programm",
        state_topic="gewaechshaus/select/programm/state",
        command_topic="gewaechshaus/select/programm/command",
        options=["Sommer", "Winter", "Aus"],
        device=node,
    )
    announce(
        *(world, "button", "gw_neu"),
        name="Neustart",
        command_topic="gewaechshaus/button/neustart/command",
        payload_press="PRESS",
        entity_category="config",
        device=node,
    )
    announce(
        *(world, "text", "gw_text"),
        name="Anzeige",
        state_topic="gewaechshaus/text/anzeige/state",
        command_topic="gewaechshaus/text/anzeige/command",
        device=node,
    )
    announce(
        *(world, "fan", "gw_luft"),
        name="Lüfter",
        state_topic="gewaechshaus/fan/luefter/state",
        command_topic="gewaechshaus/fan/luefter/command",
        percentage_state_topic="gewaechshaus/fan/luefter/speed/state",
        percentage_command_topic="gewaechshaus/fan/luefter/speed/command",
        speed_range_max=3,
        device=node,
    )


def _tasmota(world: World) -> None:
    config = {
        "ip": "192.0.2.9",
        "dn": "Werkstatt",
        "fn": ["Säge", "Licht", None, None],
        "hn": "werkstatt-1",
        "mac": MAC,
        "md": "4CH",
        "ty": 0,
        "if": 0,
        "ofln": "Offline",
        "onln": "Online",
        "state": ["OFF", "ON", "TOGGLE", "HOLD"],
        "sw": "14.4.1",
        "t": "werkstatt",
        "ft": "%prefix%/%topic%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": [1, 1, 0, 0],
        "swc": [-1],
        "swn": [None],
        "btn": [0],
        "so": {"30": 0, "68": 0, "73": 0, "82": 0, "114": 0},
        "lk": 0,
        "lt_st": 0,
        "bat": 0,
        "dslp": 0,
        "sho": [],
        "sht": [],
        "ver": 1,
    }
    world.receive(f"tasmota/discovery/{MAC}/config", json.dumps(config), retain=True)
    sensors = {
        "sn": {
            "Time": "2026-03-01T10:00:00",
            "ENERGY": {"Total": 3.5, "Power": 61, "Voltage": 231},
            "DS18B20": {"Temperature": 12.5},
            "TempUnit": "C",
        },
        "ver": 1,
    }
    world.receive(f"tasmota/discovery/{MAC}/sensors", json.dumps(sensors), retain=True)


def _homie(world: World) -> None:
    description = {
        "homie": "5.0",
        "version": 4,
        "name": "Zisterne",
        "nodes": {
            "tank": {
                "name": "Tank",
                "properties": {
                    "level": {"name": "Füllstand", "datatype": "integer", "unit": "%", "format": "0:100"},
                    "pump": {"name": "Pumpe", "datatype": "boolean", "settable": True},
                    "mode": {"name": "Modus", "datatype": "enum", "format": "auto,hand", "settable": True},
                },
            }
        },
    }
    world.receive("homie/5/zisterne/$description", json.dumps(description), retain=True)
    world.receive("homie/5/zisterne/$state", "ready", retain=True)


def _said() -> Iterator[tuple[str, str]]:
    lamp = json.dumps({"state": "ON", "brightness": 127, "color_temp": 370, "linkquality": 90})
    for name in (
        "Küchenlampe",
        "Küchenlampe links",
        "Lampe",
        "Lampe Büro",
        "Stehlampe (alt)",
        "Ambiente & Deko",
        "Test",
        "3",
        "22 Uhr",
        "Straße",
    ):
        yield f"zigbee2mqtt/{name}", lamp
    yield "zigbee2mqtt/bad fenster", '{"contact": true, "battery": 90, "linkquality": 60}'
    yield "zigbee2mqtt/buero fenster", '{"contact": false, "battery": 40, "linkquality": 60}'
    yield "zigbee2mqtt/Klima Bad", '{"temperature": 22.5, "humidity": 61, "battery": 80}'
    yield "zigbee2mqtt/Kaffeemaschine", '{"state": "OFF"}'
    yield "zigbee2mqtt/Waschmaschine", '{"state": "ON", "power": 3.5}'
    yield "zigbee2mqtt/Haustür", '{"state": "LOCK"}'
    yield (
        "zigbee2mqtt/Heizung Wohnzimmer",
        json.dumps({"local_temperature": 21.3, "occupied_heating_setpoint": 22, "system_mode": "heat"}),
    )
    yield "gewaechshaus/sensor/temperatur/state", "18.2"
    yield "gewaechshaus/cover/dach/state", "closed"
    yield "gewaechshaus/cover/dach/position/state", "0"
    yield "gewaechshaus/switch/pumpe/state", "OFF"
    yield "gewaechshaus/number/dauer/state", "10"
    yield "gewaechshaus/select/programm/state", "Sommer"
    yield "gewaechshaus/text/anzeige/state", "Hallo"
    yield "gewaechshaus/fan/luefter/state", "OFF"
    yield "gewaechshaus/fan/luefter/speed/state", "1"
    yield "tele/werkstatt/LWT", "Online"
    yield "stat/werkstatt/RESULT", '{"POWER1": "OFF"}'
    yield "tele/werkstatt/STATE", '{"Time": "2026-03-01T10:00:00", "POWER1": "OFF", "POWER2": "ON"}'
    yield (
        "tele/werkstatt/SENSOR",
        json.dumps(
            {
                "ENERGY": {"Total": 3.5, "Power": 61, "Voltage": 231},
                "DS18B20": {"Temperature": 12.5},
                "TempUnit": "C",
            }
        ),
    )
    yield "homie/5/zisterne/tank/level", "70"
    yield "homie/5/zisterne/tank/pump", "false"
    yield "homie/5/zisterne/tank/mode", "auto"
    yield (
        "home/OMG/BTtoMQTT/A4C138000001",
        json.dumps(
            {
                "id": "A4:C1:38:00:00:01",
                "name": "Kühlschrank",
                "model_id": "LYWSD03MMC",
                "tempc": 5.1,
                "hum": 44,
                "batt": 70,
            }
        ),
    )
    yield "solar/1140/0/power", "231.5"
    yield "solar/1140/status/producing", "1"
    yield "solar/ac/yieldday", "1200"
    yield "haus/keller/gefriertruhe", "-19.5"
    yield "haus/garage/tor", "zu"
    yield (
        "haus/zähler",
        json.dumps(
            {
                "Aktuelle Leistung": 312,
                "Zähler.Stand": 8123.4,
                "tage": [1, 2, 3],
                "netz": {"L1": {"spannung": 231}},
            }
        ),
    )
    yield "haus/wetter", '{"aussen": {"temperatur": 4.5, "feuchte": 88}, "wind": 12}'
    yield "haus/klingel", "ding"
    yield "haus/notiz", "Paket beim Nachbarn"
