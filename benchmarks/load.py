"""The load, the same for everybody: sensor values on a thousand topics."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from random import Random

TOPICS = 1_000
ROOT = "bench"
FILTER = f"{ROOT}/#"

# Caches are filled and code is specialised before anything is measured, for everybody.
WARM_UP = 2_000

ROOMS = ("kitchen", "bathroom", "living_room", "attic", "cellar", "garage", "garden", "office")
_THINGS = ("climate", "plug", "motion", "contact", "light", "power", "air", "leak")


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sent how."""

    messages: int = 20_000
    qos: int = 1

    @property
    def total(self) -> int:
        return WARM_UP + self.messages


def topic(number: int) -> str:
    """Return one of `TOPICS` names."""
    number %= TOPICS
    room, thing = ROOMS[number % len(ROOMS)], _THINGS[number // len(ROOMS) % len(_THINGS)]
    return f"{ROOT}/{room}/{thing}/{number}"


def messages(load: Load) -> Iterator[tuple[str, bytes]]:
    """Yield topics and payloads: half numbers and words, half JSON of 60 to 200 bytes."""
    random = Random(1)  # the same load every time is the point
    for number in range(load.total):
        yield topic(number), _payload(random, number)


def _payload(random: Random, number: int) -> bytes:
    kind = number * 7 % 10
    if kind < 4:
        return f"{random.uniform(-20, 40):.2f}".encode()
    if kind == 4:
        return random.choice((b"ON", b"OFF", b"open", b"closed", b"idle"))
    if kind < 9:
        return json.dumps(_sensor(random)).encode()
    return json.dumps({"Time": "2026-11-22T13:38:35", "ENERGY": _energy(random)}).encode()


def _sensor(random: Random) -> dict[str, object]:
    values: dict[str, object] = {
        "temperature": round(random.uniform(15, 30), 2),
        "humidity": round(random.uniform(20, 90), 1),
        "battery": random.randrange(101),
        "linkquality": random.randrange(256),
        "occupancy": random.random() < 0.5,
        "voltage": random.randrange(2_500, 3_300),
        "last_seen": "2026-11-22T13:38:35+00:00",
    }
    return dict(random.sample(list(values.items()), random.randrange(4, 8)))


def _energy(random: Random) -> dict[str, float]:
    names = ("Total", "Yesterday", "Today", "Power", "Voltage", "Current")
    return {name: round(random.uniform(0, 400), 3) for name in names}
