"""Random days at length: `python -m machines [--seed N] [--days M] [--first K] [--json FILE]`."""

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import json
import multiprocessing
from pathlib import Path
import sys
import time

from .days import Day, Deed, breaches_of, day_of, live, shortened

COUNTED = (
    "false_last_words",
    "missed",
    "held_at_end",
    "exceptions",
    "invented",
    "told_twice",
    "told_too_soon",
    "storms",
)
DAYS = 10_000
PROCESSES = 2
MOST_SHOWN = 20
EVERY = 10.0
"""Seconds between two words of how far it is."""


def run(seed: int, first: int, days: int) -> tuple[Counter[str], list[str]]:
    """Return how many days went wrong in which way, and a line for each that says how to see it again."""
    counted: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    lines: list[str] = []
    told = time.monotonic()
    # What a day depends on is drawn from its number alone, so it does not matter which process lives it.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(PROCESSES, days), context) as pool:
        numbers = range(first, first + days)
        found = pool.map(partial(breaches_of, seed), numbers, chunksize=min(50, days))
        for number, breaches in zip(numbers, found, strict=True):
            for kind, what in breaches:
                counted[kind] += 1
                lines.append(f"scripts/days --seed {seed} --first {number}   # {kind}: {what}")
                if len(lines) <= MOST_SHOWN:
                    print(lines[-1], file=sys.stderr)
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                print(f"{number - first + 1} of {days} days, {len(lines)} breaches", file=sys.stderr)
    return counted, lines


def show(seed: int, number: int) -> None:
    """Tell one day in as few deeds as still go wrong in the same way, and what people read of it."""
    home, deeds = day_of(seed, number)
    kinds = [breach.kind for breach in live(home, deeds)]
    days: list[Day] = []

    def tell(day: Day, deed: Deed) -> None:
        days[:] = [day]
        print(f"{day.house.now:9.2f} s  {deed[0]} {', '.join(map(str, deed[1]))}", file=sys.stderr)

    live(home, shortened(home, deeds, kinds[0]) if kinds else deeds, tell)
    for delivery in days[0].house.outbox.read if days else ():
        notice = delivery.notice
        title = f"[{notice.push.tag}] {notice.push.title} | " if notice.push else ""
        print(f"{delivery.at:9.2f} s  {notice.to} read: {title}{notice.text}", file=sys.stderr)


def main() -> int:
    """Return the exit code: 1 if anything was not as people may expect it."""
    parser = argparse.ArgumentParser(prog="scripts/days", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="other days (default: %(default)s)")
    parser.add_argument("--days", type=int, help=f"how many (default: {DAYS}; with --first 1)")
    parser.add_argument("--first", type=int, help="the number of the first day (default: 0)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    alone = arguments.first is not None and arguments.days is None
    days = arguments.days if arguments.days is not None else 1 if alone else DAYS
    first = arguments.first or 0
    if alone:
        show(arguments.seed, first)
    counted, lines = run(arguments.seed, first, days)
    figures = {"days": days, **counted, "breaches": lines}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({**figures, "breaches": len(lines)}))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
