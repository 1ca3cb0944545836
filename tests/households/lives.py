"""What devices of five homes say in the course of some minutes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import json
import random
from typing import Any, NamedTuple

from corpus.device import Device, Said
from corpus.energy import opendtu
from corpus.nodes import esphome, gateway, tasmota
from corpus.zigbee import BASE, ZigbeeDevice
from corpus.zigbee_home import bridge, devices

MINUTES = 10


class Event(NamedTuple):
    """A message `at` seconds after the bot was started."""

    at: float
    said: Said


@dataclass
class Life:
    """A home: what the broker has kept, what is said then, and the filter that its owner typed in.

    `states` are texts one of which says how a device is, by the name of the device.
    """

    topic_filter: str
    kept: list[Said]
    events: list[Event]
    states: dict[str, list[str]]


def _every(seconds: float, dice: random.Random, end: float) -> Iterator[float]:
    """Yield moments about so far apart."""
    at = dice.uniform(0, seconds)
    while at < end:
        yield at
        at += seconds * dice.uniform(0.9, 1.1)


def _kept(every: list[Device], dice: random.Random) -> list[Said]:
    """Return what devices announce, and what they say retained, in the order of a broker: none."""
    kept = [said for device in every for said in device.configurations()]
    kept += [said for device in every for said in device.messages if said.retain]
    dice.shuffle(kept)
    return kept


# Zigbee2MQTT.

_DRIFT = {
    "temperature": 0.1,
    "local_temperature": 0.1,
    "humidity": 0.4,
    "pressure": 0.2,
    "power": 2.0,
    "current": 0.01,
    "co2": 6,
    "illuminance": 3,
    "soil_moisture": 0.2,
    "energy": 0.01,
    "voltage": 0.6,
    "target_distance": 0.05,
}
_OFTEN = {"Plug": 25, "mmWave": 15, "AQ": 60, "TH": 110, "TRV": 150, "Thermostat": 150}
_SELDOM = 280
_TURNS: dict[str, tuple[Any, Any]] = {
    "contact": (True, False),
    "occupancy": (True, False),
    "presence": (True, False),
    "state": ("ON", "OFF"),
}


def zigbee(dice: random.Random, end: float) -> Life:
    """Seventy devices on a bridge that logs everything it publishes, as it does unless told otherwise."""
    home, hub = devices(), bridge()
    events: list[Event] = []
    states = {device.name: _words_of(device, device.state) for device in home}
    for device in home:
        for at in _every(_OFTEN.get(str(device.about["model"]), _SELDOM), dice, end):
            _drift(device, dice)
            states[device.name] += _words_of(device, device.state)
            events += _told(device, at)
    for at, name, key in ((95, "Front door contact", "contact"), (97, "Hallway motion", "occupancy")):
        device = next(each for each in home if each.name == name)
        _turn(device, key)
        states[name] += _words_of(device, device.state)
        events += _told(device, at)
    gone = f"{BASE}/Boiler leak/availability"
    events.append(Event(301, Said(gone, json.dumps({"state": "offline"}), True)))
    events += [
        Event(at, Said(f"{BASE}/bridge/health", json.dumps({"response_time": at, "os": {"load": 0.3}})))
        for at in _every(600, dice, end)
    ]
    kept = _kept([hub, *home], dice)
    names = json.dumps([{"friendly_name": each.name, "ieee_address": each.node} for each in home])
    kept.append(Said(f"{BASE}/bridge/devices", names, True))
    return Life(f"{BASE}/#", kept, sorted(each for each in events if each.at < end), states)


def _drift(device: ZigbeeDevice, dice: random.Random) -> None:
    """Let what is measured change a little, and a remote control be pressed."""
    for key, most in _DRIFT.items():
        value = device.state.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            device.state[key] = round(max(0, value + dice.uniform(-most, most)), 2)
    device.state["linkquality"] = dice.randint(40, 200)
    for key in ("occupancy", "presence"):
        if key in device.state and dice.random() < 0.3:
            _turn(device, key)


def _turn(device: ZigbeeDevice, key: str) -> None:
    first, second = _TURNS[key]
    device.state[key] = second if device.state[key] == first else first


def _told(device: ZigbeeDevice, at: float) -> Iterator[Event]:
    """Yield a device's message, and what the bridge logs of it."""
    minutes, seconds = divmod(int(at), 60)
    device.state["last_seen"] = f"2026-11-28T18:{minutes:02}:{seconds:02}+01:00"
    payload = json.dumps(device.state, ensure_ascii=False)
    yield Event(at, Said(device.topic, payload))
    log = {"level": "info", "message": f"z2m:mqtt: MQTT publish: topic '{device.topic}', payload '{payload}'"}
    yield Event(at + 0.001, Said(f"{BASE}/bridge/logging", json.dumps({**log, "namespace": "z2m:mqtt"})))
    if (action := device.state.get("action")) is not None:
        yield Event(at + 0.002, Said(f"{device.topic}/action", str(action)))


_DETECTED = {
    "contact": ("open", "closed"),
    "occupancy": ("detected", "clear"),
    "presence": ("home", "away", "detected", "clear"),
    "water_leak": ("wet", "dry", "leak"),
    "smoke": ("detected", "clear"),
}


def _words_of(device: ZigbeeDevice, state: dict[str, Any]) -> list[str]:
    """Return what may be said of a device's main thing."""
    for key in ("local_temperature", "temperature", "soil_moisture", "action", "fan_state", "alarm"):
        if key in state:
            return [str(state[key])]
    for key, words in _DETECTED.items():
        if key in state:
            return [*words, "on", "off"]
    if "lock" in (part.component for part in device.parts):
        return ["locked", "unlocked"]
    if "position" in state:
        return ["open", "closed"]
    switched = [str(state[key]) for key in ("state", "state_left") if key in state]
    return switched or ["available", "up to date", "up-to-date", "3"]


# The others.

_STEADY = "yield", "limit", "uptime"
"""How topics end whose values do not go up and down."""


def _plain(every: list[Device], dice: random.Random, end: float, seconds: float) -> list[Event]:
    """Return what devices say again and again that is not retained, numbers changing a little."""
    events = []
    for device in every:
        moments = list(_every(seconds, dice, end))
        for said in device.messages:
            for at in moments:
                steady = said.topic.rpartition("/")[2].startswith(_STEADY)
                payload = said.payload if steady else _varied(said.payload, dice)
                events.append(Event(at + dice.uniform(0, 0.2), said._replace(payload=payload)))
    return events


def _varied(payload: str, dice: random.Random) -> str:
    """Return a payload with the numbers in it a little off; one that is no number or JSON as it is."""
    try:
        value = json.loads(payload)
    except ValueError:
        return payload
    if isinstance(value, dict):
        return json.dumps({key: _moved(each, dice) for key, each in value.items()})
    moved = _moved(value, dice)
    return payload if moved == value else f"{moved:.{len(payload.partition('.')[2])}f}"


def _moved(value: Any, dice: random.Random) -> Any:
    if isinstance(value, float):
        return round(value * dice.uniform(0.985, 1.015), 2)
    if isinstance(value, dict):
        return {key: _moved(each, dice) for key, each in value.items()}
    return value


def tasmota_home(dice: random.Random, end: float) -> Life:
    """Plugs with the firmware as it comes: its own discovery, telemetry each minute, a relay now and then."""
    every = tasmota()
    events = _plain(every, dice, end, 60)
    kept: list[Said] = []
    for number, device in enumerate(every):
        kept += _native(device, number)
        topic = device.node
        for part in ("INFO1", "INFO2", "INFO3"):
            events.append(
                Event(2 + number / 10, Said(f"tele/{topic}/{part}", json.dumps({part: {"Module": "S31"}})))
            )
        if number % 2 == 0:
            at = 120 + 40 * number
            key = "POWER1" if device.name == "Power strip" else "POWER"
            for said in (
                Said(f"stat/{topic}/RESULT", f'{{"{key}":"ON"}}'),
                Said(f"stat/{topic}/{key}", "ON"),
            ):
                events.append(Event(at, said))
        kept.append(Said(f"tele/{topic}/LWT", "Online", True))
    states = {device.name: _tasmota_words(device) for device in every}
    return Life("#", kept, sorted(each for each in events if each.at < end), states)


def _native(device: Device, number: int) -> Iterator[Said]:
    """Yield what the firmware announces in its own way."""
    mac = f"D8BFC0A0B0{number:02X}"
    relays = sum(part.component == "switch" for part in device.parts)
    lamp = any(part.component == "light" for part in device.parts)
    about = {
        "ip": f"192.0.2.{number + 10}",
        "dn": device.name,
        "fn": [
            device.name,
            *(f"Socket {each}" for each in range(2, relays + 1)),
            *[None] * (8 - max(1, relays)),
        ],
        "hn": device.node,
        "mac": mac,
        "md": "Sonoff S31",
        "ty": 0,
        "if": 0,
        "ofln": "Offline",
        "onln": "Online",
        "state": ["OFF", "ON", "TOGGLE", "HOLD"],
        "sw": "15.1.0",
        "t": device.node,
        "ft": "%prefix%/%topic%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": ([2] if lamp else [1] * relays) + [0] * (8 - (1 if lamp else relays)),
        "swc": [-1] * 8,
        "btn": [0] * 8,
        "so": {
            "4": 0,
            "11": 0,
            "13": 0,
            "17": 0,
            "20": 0,
            "30": 0,
            "68": 0,
            "73": 0,
            "82": 0,
            "114": 0,
            "117": 0,
        },
        "lk": 1,
        "lt_st": 2 if lamp else 0,
        "sho": [0, 0, 0, 0],
        "ver": 1,
    }
    yield Said(f"tasmota/discovery/{mac}/config", json.dumps(about), True)
    for said in device.messages:
        if said.topic.endswith("/SENSOR"):
            sensors = {**json.loads(said.payload), "TempUnit": "C", "PressureUnit": "hPa"}
            yield Said(f"tasmota/discovery/{mac}/sensors", json.dumps({"sn": sensors, "ver": 1}), True)


def _tasmota_words(device: Device) -> list[str]:
    switched = any(part.component in {"switch", "light"} for part in device.parts)
    return ["on", "off"] if switched else ["8.4"]


def esphome_home(dice: random.Random, end: float) -> Life:
    """Nodes with a topic for each value, and a log on MQTT."""
    every = esphome()
    live = [device for device in every if device.name != "Shed"]
    events = _plain(live, dice, end, 60)
    for device in live:
        for at in _every(20, dice, end):
            line = f"[D][sensor:093]: '{device.name}': sending state with 1 decimals of accuracy"
            events.append(Event(at, Said(f"{device.node}/debug", line)))
    states = {
        "Greenhouse": ["23.4", "64"],
        "Pool": ["26.3", "heating"],
        # A door, a lock, a car, lamps and an alarm: each is what it is there for.
        "Garage": ["closed", "locked", "detected", "on", "off", "armed"],
        "Bedroom air": ["on", "11"],
    }
    return Life("#", _kept(every, dice), sorted(each for each in events if each.at < end), states)


def gateway_home(dice: random.Random, end: float) -> Life:
    """A gateway with what it hears of Bluetooth, strangers' telephones among it."""
    every = gateway()
    hub, sensors = every[0], every[1:]
    events = _plain(sensors, dice, end, 25) + _plain([hub], dice, end, 120)
    for at in _every(9, dice, end):
        mac = f"5E{dice.randrange(16**10):010X}"
        stranger = {"id": mac, "mac_type": 1, "rssi": -dice.randint(60, 95), "name": "phone"}
        events.append(Event(at, Said(f"home/OMG_cellar/BTtoMQTT/{mac}", json.dumps(stranger))))
    states = {device.name: _gateway_words(device) for device in sensors}
    return Life("home/#", _kept(every, dice), sorted(each for each in events if each.at < end), states)


def _gateway_words(device: Device) -> list[str]:
    said = json.loads(device.messages[0].payload)
    return [str(said["tempc"])] if "tempc" in said else ["closed", "open", "home"]


def opendtu_home(dice: random.Random, end: float) -> Life:
    """A solar gateway that says each of some sixty values each five seconds."""
    every = opendtu()
    events = _plain(every, dice, end, 5)
    states = {"East roof": ["412.3", "connected"], "West roof": ["96.8", "connected"]}
    return Life("solar/#", _kept(every, dice), sorted(each for each in events if each.at < end), states)


HOMES: dict[str, Callable[[random.Random, float], Life]] = {
    "zigbee2mqtt": zigbee,
    "tasmota": tasmota_home,
    "esphome": esphome_home,
    "openmqttgateway": gateway_home,
    "opendtu": opendtu_home,
}
