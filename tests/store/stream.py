"""Appends numbered messages and notices for ever, and prints which of them are reported as committed."""

import asyncio
from itertools import count
from pathlib import Path
import sys

from store_values import message, notice, reading_of

from custom_components.dinox_mqtt_bot.bot.message import Message
from custom_components.dinox_mqtt_bot.bot.ports import Notice
from custom_components.dinox_mqtt_bot.bot.rules import Priority
from custom_components.dinox_mqtt_bot.store import Store


def report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def committed(messages: list[Message]) -> None:
    for each in messages:
        report(f"m{each.payload.decode()}")


def stored(each: Notice) -> None:
    report(f"n{each.id}")


async def main() -> None:
    loop = asyncio.get_running_loop()
    store = Store.open(Path(sys.argv[1]), loop=loop, on_committed=committed, on_stored=stored)
    for number in count():
        received = message(f"t/{number % 50}", b"%d" % number, received=2_000_000_000.0)
        store.history.append(reading_of(received), Priority.NORMAL)
        if not number % 10:
            store.outbox.put(notice(f"id{number}", at=2_000_000_000.0))
        if not number % 25:
            await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main())
