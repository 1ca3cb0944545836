"""The process that is measured: `python -m benchmarks.receive NAME PORT MESSAGES QOS`."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
import sys

from .load import Load
from .meter import Measured, say
from .receivers import aiomqtt_client, ha_core, paho_mqtt5, paho_mqtt311, reader
from .whole import blocked, whole_path

RECEIVERS: dict[str, Callable[[int, Load], Measured]] = {
    "paho_mqtt5": paho_mqtt5,
    "paho_mqtt311": paho_mqtt311,
    "aiomqtt": aiomqtt_client,
    "ha_core": ha_core,
    "reader": reader,
    "whole_path": whole_path,
}
BLOCKED_SECONDS = 12.0


def main(name: str, port: int, load: Load) -> None:
    if name == "blocked":
        say("result", asdict(asyncio.run(blocked(port, load, BLOCKED_SECONDS))))
    else:
        say("result", RECEIVERS[name](port, load))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Load(int(sys.argv[3]), int(sys.argv[4])))
