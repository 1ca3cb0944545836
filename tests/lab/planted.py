"""The attack on a bot with a defect: `python planted.py CODE SECONDS [option of scripts/attack ...]`.

A program of its own, because tests may not open the sockets by which its processes talk.
"""

import asyncio
from functools import partial
from pathlib import Path
import sys
from typing import Any

from lab.attack import __main__ as attack
from lab.attack.child import work
from lab.attack.trial import Options


def planted(code: str, name: str, options: Options, directory: Path, sender: Any) -> None:
    """Run a part with this in the bot."""
    exec(code, {})  # noqa: S102  # the test has written it
    work(name, options, directory, sender)


if __name__ == "__main__":
    defect, seconds, *words = sys.argv[1:]
    attack.WORK = partial(planted, defect)
    attack.limit = lambda name, options: float(seconds)
    arguments = attack.read_arguments(words)
    raise SystemExit(asyncio.run(attack.run(arguments, arguments.directory)))
