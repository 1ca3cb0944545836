"""One part in a process of its own."""

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .parts import PARTS
from .trial import Found, Options, Trial
from .watch import Watch


def work(name: str, options: Options, directory: Path, sender: Connection[Any]) -> None:
    """Run a part and send what it found."""
    sender.send(run(name, options, directory))
    sender.close()


def run(name: str, options: Options, directory: Path) -> Found:
    """Run one part to its end."""
    trial = Trial(name, options, directory)
    watch = Watch(trial)
    with asyncio.Runner(loop_factory=watch.new_loop) as runner:
        try:
            runner.run(PARTS[name].run(trial, watch))
        except Exception as error:  # noqa: BLE001  # whatever it is, the part did not come to its end
            trial.failed(error, "the part")
        watch.disarm()
    return Found(
        dict(trial.counts),
        trial.figures,
        trial.breaches,
        round(watch.longest * 1000, 1),
        round(watch.longest_collection * 1000, 1),
        round(max(watch.growth, 0.0), 1),
    )
