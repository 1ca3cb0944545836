"""The rules of the chaos run that tell once: each fires while Home Assistant is killed again and again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import random
import re
import time

import aiomqtt

from .api import Json
from .chaos_chat import Seen
from .chaos_house import ChaosHouse, Victim
from .configuration import DOMAIN
from .ports import LOOPBACK

ROOT = "once"
_NUMBER = re.compile(rf"\b{ROOT}/(\d+)\b")
_PER_SECOND = 20.0
_SILENCE_SECONDS = 60.0
# What is there twice comes late, and a rule goes a moment after it has told.
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class OnceFigures:
    """What came of it. `left` are rules that are there still, though they have told what they were for."""

    rules: int
    lost: int
    duplicates_marked: int
    duplicates_unmarked: int
    left: int
    kills: int
    seconds: float

    @property
    def failed(self) -> bool:
        return bool(self.lost or self.duplicates_unmarked or self.left)


async def once(house: ChaosHouse, rules: int, kills: int, chance: random.Random) -> OnceFigures:
    """Make so many rules, let each happen three times, and kill Home Assistant meanwhile."""
    house.chat.seen = Seen(_NUMBER)
    numbers = range(1, rules + 1)
    for number in numbers:
        await _ask(house, "once", topic=f"{ROOT}/{number}", condition="> 0", force=True)
    began = time.monotonic()
    moments = sorted(chance.uniform(0, 3 * rules / _PER_SECOND) for _ in range(kills))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_publish(house, [number for number in numbers for _ in range(3)]))
        for moment in moments:
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await house.strike(Victim.HOME_ASSISTANT, chance.uniform(0, 2), aimed=chance.random() < 0.5)
    known, since = -1, time.monotonic()
    while (told := len(house.chat.seen.numbers)) < rules and time.monotonic() - since < _SILENCE_SECONDS:
        if told != known:
            known, since = told, time.monotonic()
        await asyncio.sleep(0.2)
    await asyncio.sleep(_SETTLE_SECONDS)
    waiting = await _ask(house, "waiting")
    seen = house.chat.seen
    return OnceFigures(
        rules=rules,
        lost=len(set(numbers) - seen.numbers),
        duplicates_marked=seen.marked,
        duplicates_unmarked=seen.unmarked,
        left=len(waiting["rows"]),
        kills=kills,
        seconds=time.monotonic() - began,
    )


async def _ask(house: ChaosHouse, action: str, **fields: Json) -> Mapping[str, list[object]]:
    answer = await house.hass.api.call_action(DOMAIN, action, config_entry_id=house.entry, **fields)
    assert isinstance(answer, dict)
    return answer


async def _publish(house: ChaosHouse, numbers: list[int]) -> None:
    """Publish with QoS 1, each time another value; the broker keeps it for a bot that is away."""
    async with aiomqtt.Client(LOOPBACK, house.broker_port, identifier="chaos-once") as client:
        for count, number in enumerate(numbers):
            await client.publish(f"{ROOT}/{number}", f"{1 + count % 3}", qos=1)
            await asyncio.sleep(1 / _PER_SECOND)
