"""How many instructions of a processor a message takes, counted by valgrind: no other program changes them.

`python -m benchmarks.instructions STAGE MESSAGES` is what is counted: the rules alone. The fakes of
`tests/bot` stand for the world.
"""

from collections.abc import Callable
from itertools import islice
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from .load import FILTER, Load, messages

_ROOT = Path(__file__).parents[1]
_PATH = ("custom_components/dinox_mqtt_bot", "tests/bot", ".")
# The first ones fill caches, and the interpreter specialises the code by them.
_FEW, _MANY = 1_000, 2_000
_COLLECTED = re.compile(r"Collected : (\d+)")


def count() -> dict[str, int] | None:
    """Return the instructions a message of each stage; None where there is no valgrind."""
    if shutil.which("valgrind") is None:
        return None
    return {name: (_counted(name, _MANY) - _counted(name, _FEW)) // (_MANY - _FEW) for name in _STAGES}


def _counted(name: str, number: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    command += ["-m", "benchmarks.instructions", name, str(number)]
    path = os.pathsep.join(str(_ROOT / each) for each in _PATH)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    ran = subprocess.run(command, env=environment, cwd=_ROOT, capture_output=True, text=True, check=True)
    found = _COLLECTED.search(ran.stderr)
    assert found
    return int(found[1])


def _read(number: int) -> None:
    from bot.model.message import Message  # type: ignore[import-not-found]
    from bot.reading.readings import Readings  # type: ignore[import-not-found]

    readings = Readings()
    for topic, payload in islice(messages(Load()), number):
        readings.read(Message(topic, payload, 1))


def _receive(number: int) -> None:
    from fakes import World  # type: ignore[import-not-found]

    from bot.model.message import Message
    from bot.model.rules import Subscription  # type: ignore[import-not-found]

    world = World(Subscription(FILTER))
    world.later(60)
    for at, (topic, payload) in enumerate(islice(messages(Load()), number), 1):
        world.bot.receive(Message(topic, payload, 1, packet_id=at, received=world.clock.time))


_STAGES: dict[str, Callable[[int], None]] = {"Readings.read": _read, "Bot.receive": _receive}


if __name__ == "__main__":
    _STAGES[sys.argv[1]](int(sys.argv[2]))
