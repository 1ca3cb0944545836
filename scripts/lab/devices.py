"""The devices of the simulated home: how they announce themselves, and values of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
import random
import struct
import zlib

DISCOVERY = "homeassistant"


@dataclass(frozen=True, slots=True)
class Value:
    """One message of the home. `properties` are MQTT 5 user properties."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: tuple[tuple[str, str], ...] = ()


def announcements(words: Mapping[str, str] = {}) -> list[Value]:
    """Return the discovery messages: single entities with abbreviated keys, and one whole device.

    `words` has what stands for a name in another language.
    """

    def called(name: str) -> str:
        return words.get(name, name)

    lamp = {
        "name": called("Kitchen lamp"),
        "uniq_id": "kitchen_lamp",
        "~": "home/kitchen/lamp",
        "cmd_t": "~/set",
        "stat_t": "~",
        "dev": {"ids": ["kitchen_lamp"], "name": called("Kitchen lamp")},
    }
    climate = {"ids": ["kitchen_climate"], "name": called("Kitchen climate"), "mf": "Simulated"}
    temperature = {
        "name": called("Temperature"),
        "unique_id": "kitchen_temperature",
        "state_topic": "home/kitchen/climate",
        "value_template": "{{ value_json.temperature | round(1) }}",
        "unit_of_measurement": "°C",
        "device_class": "temperature",
        "device": climate,
    }
    humidity = {
        "name": called("Humidity"),
        "uniq_id": "kitchen_humidity",
        "stat_t": "home/kitchen/climate",
        "val_tpl": "{{ value_json.humidity }}",
        "unit_of_meas": "%",
        "dev_cla": "humidity",
        "dev": climate,
    }
    components = {
        "temperature": {
            "p": "sensor",
            "name": called("Temperature"),
            "uniq_id": "freezer_temperature",
            "stat_t": "home/freezer/temperature",
            "unit_of_meas": "°C",
            "dev_cla": "temperature",
        },
        "door": {
            "p": "binary_sensor",
            "name": called("Door"),
            "uniq_id": "freezer_door",
            "stat_t": "home/freezer/door",
            "pl_on": "open",
            "pl_off": "closed",
            "dev_cla": "door",
        },
    }
    freezer = {
        "dev": {"ids": ["freezer"], "name": called("Freezer"), "mf": "Simulated"},
        "o": {"name": "simulated home"},
        "cmps": components,
    }
    configs = {
        "switch/kitchen_lamp": lamp,
        "sensor/kitchen_temperature": temperature,
        "sensor/kitchen_humidity": humidity,
        "device/freezer": freezer,
    }
    return [
        Value(f"{DISCOVERY}/{name}/config", json.dumps(config, ensure_ascii=False).encode(), 1, retain=True)
        for name, config in configs.items()
    ]


def values(seed: int) -> list[Value]:
    """Return one message of every device, the same for the same seed."""
    dice = random.Random(seed)
    temperature, humidity = round(dice.uniform(19, 24), 1), dice.randint(38, 60)
    climate = {
        "temperature": temperature,
        "humidity": humidity,
        "battery": {"voltage": 2.98, "percent": dice.randint(70, 90)},
    }
    station = {"wind": {"speed": round(dice.uniform(0, 9), 1), "gusts": [4.1, 5.2]}, "rain": False}
    return [
        Value("home/freezer/temperature", f"{dice.uniform(-20, -17):.1f}".encode(), 1),
        Value("home/kitchen/climate", json.dumps(climate).encode(), 1),
        Value("home/power/meter", json.dumps({"value": dice.randint(180, 900), "unit": "W"}).encode(), 1),
        Value(
            "home/outside",
            f"{dice.uniform(-3, 12):.1f}".encode(),
            0,
            properties=(("unit", "°C"), ("label", "Outside the kitchen window")),
        ),
        Value("home/garden/station", json.dumps(station).encode()),
        Value("home/door/note", "Parcel at the neighbours' 📦".encode(), 1),
        Value("home/door/camera", picture(seed), 1),
        Value("home/heating/raw", bytes([0xFF, 0xFE, 0x00, 0x9F]) + dice.randbytes(8)),
    ]


def picture(seed: int, size: int = 48) -> bytes:
    """Return a PNG with some colour."""
    dice = random.Random(seed)
    red, green = dice.randrange(256), dice.randrange(256)
    rows = b"".join(
        b"\0" + b"".join(bytes((red, green, (x * y) % 256)) for x in range(size)) for y in range(size)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
