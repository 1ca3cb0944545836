"""Appends numbered messages, notices and alerts for ever, and prints which are reported as committed.

It waits while the history is behind, as a broker session does: what is appended without regard to that can
outrun the writing thread until the memory is full.
"""

import asyncio
from itertools import count
from pathlib import Path
import sys

from store_values import message, notice, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store.store import Store


def report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def committed(messages: list[Message]) -> None:
    for each in messages:
        report(f"m{each.payload.decode()}")


def stored(each: Notice) -> None:
    report(f"n{each.id}")


def alert(number: int) -> Record:
    """Return what a numbered message did to its topic's alert: `value` and the event are its number."""
    rule, topic = "rule", f"t/{number % 50}"
    return Record(
        (Alert(rule, topic, number, value=str(number)),),
        (AlertEvent(number, rule, topic, Step.FIRED, 2_000_000_000.0),),
    )


def told(number: int) -> tuple[Record, Notice, Notice]:
    """Return what telling of it changes, the notice that does, and one that is held."""
    rule, topic = "rule", f"t/{number % 50}"
    event = AlertEvent(number, rule, topic, Step.TOLD, 2_000_000_000.0, note=f"alert{number}")
    record = Record((Alert(rule, topic, number, value=str(number), notices=(f"alert{number}",)),), (event,))
    return record, notice(f"alert{number}"), notice(f"held{number}", to="bob@example.org")


async def main() -> None:
    loop = asyncio.get_running_loop()
    store = Store.open(Path(sys.argv[1]), loop=loop, number_in=number_in)
    store.start(on_committed=committed, on_stored=stored)
    for number in count():
        received = message(f"t/{number % 50}", b"%d" % number, received=2_000_000_000.0)
        if number % 5:
            store.history.append(reading_of(received), Priority.NORMAL)
        else:
            store.history.append(reading_of(received), Priority.NORMAL, record=alert(number))
            record, said, held = told(number)
            store.alerts.save(record, [said], [held])
        if not number % 10:
            store.outbox.put(notice(f"id{number}", at=2_000_000_000.0))
        if not number % 25:
            await asyncio.sleep(0)
            while not store.ready():
                await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(main())
