"""The attack: `python -m lab.attack [--short] [--json FILE] [--seed N] [--only PART ...] ...`."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
import contextlib
from dataclasses import replace
import json
import multiprocessing
from multiprocessing.process import BaseProcess
from pathlib import Path
import signal
import sys
import tempfile
import time
from typing import Any

from .child import work
from .parts import PARTS
from .trial import GROWTH_MB, HOLD_MS, Breach, Found, Options, keep, read_current

LONG = Options(payloads=1_000_000, lines=200_000, stanzas=200_000, sessions=20_000)
SHORT = Options(payloads=4_000, lines=500, stanzas=1_000, sessions=80, short=True)
COUNTED = ("payloads", "lines", "stanzas", "sessions")
# Beside these the figures have what else was counted, and what came of each part.
ALWAYS = ("payloads", "lines", "stanzas", "packets", "exceptions", "streams_ended", "escapes")
# What all parts load, Home Assistant above all, is loaded once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["lab.attack.child"])
WORK: Callable[[str, Options, Path, Any], None] = work
_AT_ONCE = 2
_LAST_WORDS_SECONDS = 10.0


async def run(arguments: argparse.Namespace, directory: Path) -> int:
    """Run all parts, report, and return the exit code."""
    began = time.monotonic()
    found: dict[str, Found] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> None:
        async with gate:
            found[name] = await asyncio.to_thread(part, name, arguments.options, directory)
            tell(name, found[name], time.monotonic() - began)

    # The longest first, so that none of them is left alone at the end.
    async with asyncio.TaskGroup() as tasks:
        for name in sorted(arguments.only, key=lambda name: -limit(name, arguments.options)):
            tasks.create_task(one(name))
    figures = summary(found)
    report(figures, found.values(), time.monotonic() - began)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(each.breaches for each in found.values()) else 0


def limit(name: str, options: Options) -> float:
    """Return the seconds after which a part hangs, on a machine that has other things to do too."""
    plan = PARTS[name]
    inputs = getattr(options, plan.counted) if plan.counted else 0
    return (plan.seconds if options.short else plan.long_seconds) + plan.per_thousand * inputs / 1000


def part(name: str, options: Options, directory: Path) -> Found:
    """Run one part in a process of its own; one that does not end has broken the bot. Blocks."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    # Whoever ends this program ends it too.
    process = PROCESSES.Process(target=WORK, args=(name, options, directory, sender), daemon=True)
    process.start()
    sender.close()
    seconds = limit(name, options)
    what = f"it did not end within {seconds:.0f} s"
    try:
        if receiver.poll(seconds):
            what = "it ended by itself"
            found: Found = receiver.recv()
            return found
    except EOFError:
        pass
    finally:
        _end(process)
    data = read_current(directory, name)
    file = keep(directory, name, data) if data else ""
    again = f"scripts/attack --only {name} --seed {options.seed}{' --short' if options.short else ''}"
    return Found(breaches=[Breach(name, what, again, file)])


def _end(process: BaseProcess) -> None:
    """End a part with its servers; one that is stuck in one instruction cannot even do that."""
    process.join(_LAST_WORDS_SECONDS)
    for stop in (process.terminate, process.kill):
        if process.is_alive():
            stop()
            process.join(_LAST_WORDS_SECONDS)


def summary(found: Mapping[str, Found]) -> dict[str, Any]:
    """Return the figures as `--json` writes them."""
    counts = Counter(dict.fromkeys(ALWAYS, 0))
    for each in found.values():
        counts.update(each.counts)
    return {
        **counts,
        "longest_hold_ms": max(each.longest_hold_ms for each in found.values()),
        "longest_collection_ms": max(each.longest_collection_ms for each in found.values()),
        "memory_growth_mb": max(each.memory_growth_mb for each in found.values()),
        "breaches": [str(breach) for each in found.values() for breach in each.breaches],
        "parts": {name: each.as_json() for name, each in sorted(found.items())},
    }


def report(figures: Mapping[str, Any], found: Iterable[Found], seconds: float) -> None:
    """Print what came of it, and a line for each breach."""
    print()
    for name, value in figures.items():
        if isinstance(value, int):
            print(f"{name.replace('_', ' '):24} {value:12,}")
    print(f"{'longest hold':24} {figures['longest_hold_ms']:12.1f} ms (at most {HOLD_MS:.0f})")
    print(f"{'memory growth':24} {figures['memory_growth_mb']:12.1f} MB (at most {GROWTH_MB:.0f})")
    print(f"{'time':24} {seconds:12.0f} s\n")
    for each in found:
        for breach in each.breaches:
            print(f"BREACH {breach}", file=sys.stderr)


def tell(name: str, found: Found, seconds: float) -> None:
    """Say how far it is."""
    broken = f"{len(found.breaches)} breaches" if found.breaches else "held"
    print(
        f"… {seconds:5.0f} s  {name:10} {broken}; longest hold {found.longest_hold_ms:.0f} ms,"
        f" {found.memory_growth_mb:.0f} MB more",
        file=sys.stderr,
        flush=True,
    )


def read_arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/attack", description="Attack the bot by every way in.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--short", action="store_true", help="a little of everything, under two minutes")
    parser.add_argument("--seed", type=int, default=1, help="of all random inputs (1)")
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="begin with this input, as a breach says"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", metavar="PART", help=f"one of {', '.join(PARTS)}"
    )
    parser.add_argument("--directory", type=Path, help="where inputs that broke something are kept")
    for name in COUNTED:
        parser.add_argument(f"--{name}", type=int, help=f"how many ({getattr(LONG, name):,})")
    arguments = parser.parse_args(given)
    asked = {name: value for name in COUNTED if (value := getattr(arguments, name)) is not None}
    options = SHORT if arguments.short else LONG
    arguments.options = replace(options, seed=arguments.seed, first=arguments.first, **asked)
    arguments.only = arguments.only or list(PARTS)
    return arguments


async def _until_interrupted(arguments: argparse.Namespace) -> int:
    directory = arguments.directory or Path(tempfile.mkdtemp(prefix="attack-inputs-"))
    running = asyncio.ensure_future(run(arguments, directory))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        return await running
    except asyncio.CancelledError:
        print("\nStopped.", file=sys.stderr)
        return 130
    finally:
        _tidy(directory)


def _tidy(directory: Path) -> None:
    """Leave nothing behind but inputs that broke something."""
    for file in directory.glob(".*.current"):
        file.unlink()
    with contextlib.suppress(OSError):
        directory.rmdir()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(_until_interrupted(read_arguments())))
