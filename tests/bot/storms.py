"""A home that says much, lived through by a clock that is not waited for."""

from collections.abc import Iterable, Iterator
import random

from fakes import NOON, World

from bot.model.notice import Notice

type Said = tuple[float, str, str]
"""Seconds after noon, topic and payload."""


def live(world: World, events: Iterable[Said], until: float) -> list[Notice]:
    """Let messages come in when they do, the bot's alarms ring in time; return what was said."""
    for at, topic, payload in sorted(events):
        ring(world, at)
        world.receive(topic, payload)
    ring(world, until)
    return world.outbox.notices


def ring(world: World, until: float) -> None:
    while (at := min(world.clock.alarms, default=NOON + until + 1)) <= NOON + until:
        world.clock.alarms.clear()
        world.clock.time = max(at, world.clock.time)
        world.bot.tick(world.clock.time)
    world.clock.time = NOON + until


def storm(seconds: int, sensors: int = 30) -> Iterator[Said]:
    dice = random.Random(3)
    for second in range(seconds):
        for number in range(sensors):
            at = second + number / sensors
            yield at, f"home/storm/{number}", f"{dice.uniform(0, 100):.1f}"
