"""Every line that the README has somebody type does what it says, in the home of the demonstration."""

from collections.abc import Callable
from pathlib import Path
import re
from typing import Any

from demonstration import demonstration
from fakes import World
from homes import say
import pytest

from bot.model.rules import Display, Priority

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TYPED = [line for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def _value(_world: World, answer: str) -> bool:
    return "−17.7" in answer


def _rule(field: str, priority: Priority, hold: float) -> Callable[[World, str], bool]:
    def made(world: World, _answer: str) -> bool:
        (rule,) = world.bot.rules.alerts
        return (rule.filter, rule.priority, rule.hold) == (f"home/freezer/{field}", priority, hold)

    return made


def _shown(display: Display) -> Callable[[World, str], bool]:
    return lambda world, _answer: world.bot.rules.subscriptions[0].display is display


# What comes of each line; the words of the answers may change.
EFFECTS: dict[str, Callable[[Any, str], object]] = {
    "status": lambda _world, answer: "Online" in answer,
    "topics freezer": _value,
    "history freezer temperature": _value,
    "chart freezer temperature": _value,
    "set kitchen lamp on": lambda world, _answer: (
        [message[:2] for message in world.broker.published] == [("home/kitchen/lamp/set", b"ON")]
    ),
    "alert freezer temperature > -15 for 10 min critical": _rule("temperature", Priority.CRITICAL, 600),
    "alert freezer door = open for 5 min": _rule("door", Priority.ALERT, 300),
    "alerts": lambda _world, answer: answer,
    "display home/# digest": _shown(Display.DIGEST),
    "display home/# silent": _shown(Display.SILENT),
    "pause": lambda world, _answer: world.bot.status.paused,
    "quiet until 7:00": lambda world, _answer: world.bot.status.quiet_until > world.clock.time,
}


def test_the_readme_has_no_line_that_nobody_typed() -> None:
    assert set(TYPED) == set(EFFECTS)


@pytest.mark.parametrize("line", TYPED)
async def test_a_line_of_the_readme_does_what_it_says(line: str) -> None:
    world = demonstration()
    answer = await say(world, line)
    assert EFFECTS[line](world, answer), answer


def test_the_readme_is_short() -> None:
    assert len(README.split()) < 800
