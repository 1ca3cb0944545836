"""The chaos run: `python -m lab.chaos [--short] [--json FILE] [--seed N] [--alerts N] [--directory DIR]`."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json
import logging
from pathlib import Path
import random
import signal
import sys
import time

from .api import ApiError
from .chaos_absence import absence
from .chaos_chat import Seen
from .chaos_house import ChaosHouse, Victim
from .chaos_once import once
from .person import PersonError
from .server import ServerStartError

ALERTS, ALERTS_SHORT = 10_000, 600
KILLS_EACH, KILLS_EACH_SHORT = 8, 2
PER_SECOND = 20.0
# The longest pause of both links before they try again, and what comes after it.
PATIENCE_SECONDS = 90.0
SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Whom to kill once so many numbers were published, and how long it stays away.

    One that is `aimed` strikes in the moment in which it hurts most.
    """

    after: int
    victim: Victim
    seconds: float
    aimed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What came of the numbers that were for one place, as of those for the contact."""

    sent: int
    lost: int
    duplicates_marked: int
    duplicates_unmarked: int

    @classmethod
    def of(cls, sent: set[int], seen: Seen) -> Place:
        """Count."""
        return cls(len(sent), len(sent - seen.numbers), seen.marked, seen.unmarked)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a run, as `--json` writes it.

    `sent` are the numbers that the broker acknowledged, `lost` those of them that never reached the chat. A
    number that came again counts as marked with the same stanza id, as unmarked with another one.
    """

    sent: int
    lost: int
    duplicates_marked: int
    duplicates_unmarked: int
    room: Place
    phone: Place
    kills: dict[str, int]

    @property
    def failed(self) -> bool:
        """Whether anything was lost, or told twice as if it were new, anywhere."""
        places = (self.room, self.phone)
        lost = self.lost + sum(place.lost for place in places)
        return bool(lost + self.duplicates_unmarked + sum(place.duplicates_unmarked for place in places))


def plan(alerts: int, each: int, chance: random.Random) -> list[Kill]:
    """Return so many kills of each process, at random moments of the run."""
    victims = [victim for victim in Victim for _ in range(each)]
    chance.shuffle(victims)
    moments = sorted(chance.randint(alerts // 50, alerts * 19 // 20) for _ in victims)
    return [
        Kill(moment, victim, chance.uniform(0, 4), aimed=chance.random() < 0.5)
        for moment, victim in zip(moments, victims, strict=True)
    ]


async def run(arguments: argparse.Namespace) -> int:
    """Do it and return the exit code."""
    kills = plan(arguments.alerts, arguments.kills, random.Random(arguments.seed))
    began = time.monotonic()
    tell(f"{arguments.alerts:,} alerts, {len(kills)} kills, seed {arguments.seed}; starting everything ...")
    async with ChaosHouse(arguments.directory, ejabberd=arguments.ejabberd) as house:
        tell(f"Ready after {time.monotonic() - began:.0f} s.")
        if arguments.absence:
            return await stay_away(house, arguments)
        if arguments.once:
            return await tell_once(house, arguments)
        done = await storm(house, arguments.alerts, kills)
        seen, sent = house.chat.seen, house.sensors.acknowledged
        figures = Figures(
            sent=len(sent),
            lost=len(sent - seen.numbers),
            duplicates_marked=seen.marked,
            duplicates_unmarked=seen.unmarked,
            room=Place.of(sent, house.chat.in_room),
            phone=Place.of(house.sensors.rung, house.phone.seen),
            kills={victim.value: done[victim] for victim in Victim},
        )
        report(figures, seen, house, time.monotonic() - began)
        if figures.failed:
            blame(sent, seen, house)
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return int(figures.failed)


async def stay_away(house: ChaosHouse, arguments: argparse.Namespace) -> int:
    """Let notices wait instead, tell what came of them, and return the exit code."""
    figures = await absence(house, arguments.absence)
    print(f"\nNotices while the XMPP server was away  {figures.sent:8,}")
    print(f"Lost                                    {figures.lost:8,}")
    print(f"Out of order                            {figures.out_of_order:8,}")
    print(f"Told twice, unmarked                    {figures.duplicates_unmarked:8,}")
    print(f"All there after {figures.seconds:.0f} s, {figures.sent / figures.seconds:.0f} a second\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return int(figures.failed)


async def tell_once(house: ChaosHouse, arguments: argparse.Namespace) -> int:
    """Let rules tell once instead, tell what came of them, and return the exit code."""
    figures = await once(house, arguments.once, arguments.kills, random.Random(arguments.seed))
    print(f"\nRules that tell once       {figures.rules:8,}")
    print(f"Lost                       {figures.lost:8,}")
    print(f"Told twice, marked         {figures.duplicates_marked:8,}")
    print(f"Told twice, unmarked       {figures.duplicates_unmarked:8,}")
    print(f"Still there                {figures.left:8,}")
    print(f"Home Assistant was killed {figures.kills} times in {figures.seconds:.0f} s\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return int(figures.failed)


async def storm(house: ChaosHouse, alerts: int, kills: Sequence[Kill]) -> Counter[Victim]:
    """Publish and kill, wait for the chat, and return how often each process was killed."""
    done: Counter[Victim] = Counter()
    house.sensors.want(range(1, alerts + 1))
    async with asyncio.TaskGroup() as tasks:
        publishing = tasks.create_task(house.sensors.publish(PER_SECOND))
        for kill in kills:
            await house.sensors.reached(kill.after)
            tell(
                f"{kill.after:7,} published, {len(house.chat.seen.numbers):7,} in the chat: "
                f"{kill.victim.value} is killed."
            )
            done[kill.victim] += 1
            tasks.create_task(house.strike(kill.victim, kill.seconds, aimed=kill.aimed))
        await publishing
    tell(f"{alerts:7,} published, {len(house.chat.seen.numbers):7,} in the chat; waiting for the rest ...")
    await arrival(house)
    return done


async def arrival(house: ChaosHouse) -> None:
    """Wait until every number is everywhere, or nothing new comes any more."""
    known, since = -1, time.monotonic()
    while (missing := house.missing()) and time.monotonic() - since < PATIENCE_SECONDS:
        if missing != known:
            known, since = missing, time.monotonic()
        await asyncio.sleep(0.2)
    # What comes twice comes late.
    await asyncio.sleep(SETTLE_SECONDS)


def report(figures: Figures, seen: Seen, house: ChaosHouse, seconds: float) -> None:
    """Print what came of it."""
    kills = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in figures.kills.items())
    print(f"\nAlerts published and acknowledged by the broker   {figures.sent:8,}")
    print(f"Lost: not in the chat at the end                  {figures.lost:8,}")
    print(f"Told twice, marked by the same stanza id          {figures.duplicates_marked:8,}")
    print(f"Told twice, unmarked                              {figures.duplicates_unmarked:8,}")
    for name, place in (("In the room", figures.room), ("On the phone", figures.phone)):
        print(
            f"{name}: {place.sent:,} to tell, {place.lost:,} lost, "
            f"{place.duplicates_marked:,} twice and marked, {place.duplicates_unmarked:,} unmarked"
        )
    print(f"Killed (SIGKILL): {kills}; {seconds:.0f} s in all\n")
    print(
        f"{seen.messages:,} chat messages told them. "
        f"The sensors published {house.sensors.repeated:,} numbers again after a kill"
    )
    print(
        "of the broker: Mosquitto writes its database after it has acknowledged. The contact's client found"
    )
    print(
        f"{seen.fetched:,} messages only in the archive of its account (XEP-0313): "
        "the server had acknowledged them"
    )
    print(
        "and was killed before it had passed them on. "
        f"{len(seen.only_fetched):,} numbers came by no other way."
    )


def blame(sent: set[int], seen: Seen, house: ChaosHouse) -> None:
    """Print what helps to find out why."""
    print("\nLost:", *sorted(sent - seen.numbers)[:50], file=sys.stderr)
    print("Unmarked:", *list(seen.strays())[:20], sep="\n  ", file=sys.stderr)
    room, phone = house.chat.in_room, house.phone.seen
    print("Lost in the room:", *sorted(sent - room.numbers)[:50], file=sys.stderr)
    print("Unmarked there:", *list(room.strays())[:20], sep="\n  ", file=sys.stderr)
    print("Lost on the phone:", *sorted(house.sensors.rung - phone.numbers)[:50], file=sys.stderr)
    print("Unmarked there:", *list(phone.strays())[:20], sep="\n  ", file=sys.stderr)
    print(house.hass.complaints()[-5000:], file=sys.stderr)


def tell(text: str) -> None:
    """Say how far it is."""
    print(f"… {text}", file=sys.stderr, flush=True)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description="Kill everything, lose nothing.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument(
        "--short", action="store_true", help=f"{ALERTS_SHORT} alerts, {KILLS_EACH_SHORT} kills each"
    )
    parser.add_argument("--ejabberd", action="store_true", help="with ejabberd in place of Prosody")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    parser.add_argument("--alerts", type=int, help=f"how many ({ALERTS})")
    parser.add_argument("--kills", type=int, help=f"of each process ({KILLS_EACH})")
    parser.add_argument(
        "--absence", type=int, default=0, metavar="N", help="let N notices wait for the XMPP server instead"
    )
    parser.add_argument(
        "--once", type=int, default=0, metavar="N", help="let N rules that tell once fire instead"
    )
    parser.add_argument("--directory", type=Path, help="keep everything there, for a closer look")
    arguments = parser.parse_args()
    arguments.alerts = arguments.alerts or (ALERTS_SHORT if arguments.short else ALERTS)
    if arguments.kills is None:
        arguments.kills = KILLS_EACH_SHORT if arguments.short else KILLS_EACH
    return arguments


async def _until_interrupted(arguments: argparse.Namespace) -> int:
    running = asyncio.ensure_future(run(arguments))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        return await running
    except asyncio.CancelledError:
        print("\nStopped.", file=sys.stderr)
        return 130
    except (ServerStartError, ApiError, PersonError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    raise SystemExit(asyncio.run(_until_interrupted(read_arguments())))
