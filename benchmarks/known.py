"""How soon thousands of devices are known to a bot, when a broker has kept what they announce.

`python -m benchmarks.known PORT` is the process that is measured.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass
import gc
from itertools import batched
import json
import os
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time
from typing import Any

from .load import FILTER
from .meter import cpu_seconds, say
from .publisher import connected, packet, receive, string
from .run import child, said
from .whole import tick

DEVICES, PARTS = 500, 10
CONFIGURATIONS = DEVICES * PARTS
MOST_SECONDS, MOST_HELD_MS, MOST_MB = 1.0, 50.0, 25.0
_IN_FLIGHT = 100
_MEASURES = ("temperature", "°C"), ("humidity", "%"), ("power", "W"), ("energy", "kWh"), ("voltage", "V")


@dataclass(frozen=True, slots=True)
class Known:
    """Seconds from connecting until all are known, and of them the processor's for this process.

    `held_ms`: milliseconds that the loop was held at the longest; `grown_mb`: what it took of memory.
    """

    seconds: float
    cpu_seconds: float
    held_ms: float
    grown_mb: float


def configurations() -> Iterator[tuple[str, bytes]]:
    """Yield what five hundred devices with ten things each announce, about a kilobyte for each thing."""
    for number in range(DEVICES):
        node, topic = f"0x00158d{number:010x}", f"zigbee2mqtt/Device {number}"
        common = {
            "device": {"identifiers": [node], "name": f"Device {number}", "manufacturer": "Elmwood" * 4},
            "state_topic": topic,
            "availability": [
                {"topic": f"{base}/availability", "value_template": "{{ value_json.state }}"}
                for base in ("zigbee2mqtt/bridge", topic)
            ],
            "availability_mode": "all",
            "origin": {"name": "Zigbee2MQTT", "sw": "2.14.1", "url": "https://www.zigbee2mqtt.io"},
        }
        for component, key, more in _things(topic):
            template = f"{{{{ value_json.{key} }}}}"
            config = {**common, "unique_id": f"{node}_{key}", "value_template": template, **more}
            yield f"homeassistant/{component}/{node}/{key}/config", json.dumps(config).encode()


def _things(topic: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for key, unit in _MEASURES:
        yield "sensor", key, {"name": key, "device_class": key, "unit_of_measurement": unit}
    yield "switch", "state", {"name": None, "command_topic": f"{topic}/set", "payload_on": "ON"}
    yield "number", "countdown", {"command_topic": f"{topic}/set/countdown", "min": 0, "max": 900}
    yield "select", "memory", {"command_topic": f"{topic}/set/memory", "options": ["on", "off", "last"]}
    yield "binary_sensor", "tamper", {"payload_on": True, "payload_off": False, "device_class": "tamper"}
    yield "light", "light", {"schema": "json", "command_topic": f"{topic}/set", "brightness": True}


def keep(port: int) -> None:
    """Have the broker keep all of them."""
    with connected(port, "bench-configurations") as link:
        for some in batched(configurations(), _IN_FLIGHT, strict=False):
            packets = [
                packet(0x33, string(topic) + (at % 65_535 + 1).to_bytes(2) + payload)
                for at, (topic, payload) in enumerate(some)
            ]
            link.sendall(b"".join(packets))
            receive(link, 4 * len(packets))


def failures(found: Known) -> Iterator[str]:
    """Yield what is not as it must be."""
    if found.cpu_seconds > MOST_SECONDS:
        yield f"FAILURE: {CONFIGURATIONS:,} configurations took more than {MOST_SECONDS:.0f} s"
    if found.held_ms > MOST_HELD_MS:
        yield f"FAILURE: {CONFIGURATIONS:,} configurations held the loop for more than {MOST_HELD_MS:.0f} ms"
    if found.grown_mb > MOST_MB:
        yield f"FAILURE: {CONFIGURATIONS:,} configurations take more than {MOST_MB:.0f} MB"


def measure(port: int) -> Known:
    """Measure it in a process of its own."""
    keep(port)
    with child("known", port) as process:
        return Known(**said(process, "result"))


async def _known(port: int) -> Known:
    from homeassistant.core import HomeAssistant

    from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

    from .assembly import Assembly, rules

    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        assembly = Assembly(port)
        templates = SandboxedTemplates(HomeAssistant(directory))
        await assembly.open(directory, rules(FILTER, 1), templates=templates)
        gc.collect()
        gc.freeze()
        before, late = _memory_mb(), list[tuple[float, float]]()
        ticker = asyncio.create_task(tick(late))
        began, used = time.perf_counter(), cpu_seconds()
        assembly.start()
        devices = assembly.bot.readings.devices
        while len(devices) < CONFIGURATIONS:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        seconds, used = time.perf_counter() - began, cpu_seconds() - used
        await asyncio.sleep(0.5)
        ticker.cancel()
        gc.collect()
        grown = _memory_mb() - before
        await assembly.close()
    return Known(seconds, used, max(min(both) for both in late) * 1000, grown)


def _memory_mb() -> float:
    """Return the memory of this process that is in use."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    say("result", asdict(asyncio.run(_known(int(sys.argv[1])))))
