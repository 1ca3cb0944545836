"""Homes at length: `python -m households [--minutes N] [--only HOME] [--seed N ...] [--json FILE]`."""

import argparse
import asyncio
import json
from pathlib import Path
import random
import sys
import tempfile
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

from .house import Bubble, House
from .lives import HOMES, MINUTES
from .reading import figures, worst

SHORT = 2
FIRST_LINE = "subscribe {filter}"


async def live(
    name: str, minutes: float, seed: int, first_line: str = FIRST_LINE
) -> tuple[list[Bubble], dict[str, Any]]:
    """Return what a home's owner reads in so many minutes, and the figures of it."""
    with tempfile.TemporaryDirectory() as directory:
        templates = SandboxedTemplates(HomeAssistant(directory))
        end = minutes * 60
        life = HOMES[name](random.Random(seed), end)
        house = House(templates, first_line.format(filter=life.topic_filter))
        await house.connect(life.kept)
        for event in life.events:
            await house.wait(event.at)
            await house.publish(event.said)
        await house.wait(end)
    return house.bubbles, figures(house.bubbles, life.states)


def show(name: str, bubbles: list[Bubble]) -> None:
    print(f"=== {name}")
    for bubble in bubbles:
        minutes, seconds = divmod(bubble.at, 60)
        print(f"--- {int(minutes):02}:{seconds:04.1f}{' (corrected)' if bubble.correction else ''}")
        print(bubble.text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/homes", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help=f"{SHORT} minutes only")
    parser.add_argument("--only", choices=HOMES, action="append", help="this home")
    parser.add_argument(
        "--seed", type=int, nargs="+", default=[1], help="other values; of several the worst figures"
    )
    parser.add_argument("--say", default=FIRST_LINE, help="what the owner says first (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="the figures only")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    minutes = SHORT if arguments.short else arguments.minutes
    found: dict[str, Any] = {}
    for name in arguments.only or HOMES:
        each = [asyncio.run(live(name, minutes, seed, arguments.say)) for seed in arguments.seed]
        found[name] = worst([figure for _, figure in each])
        for bubbles, _ in () if arguments.quiet else each:
            show(name, bubbles)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    for name, figure in found.items():
        print(f"{name}: {json.dumps(figure, ensure_ascii=False)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
