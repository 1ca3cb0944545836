"""What a commit costs with an alert in it, which waits for the disk, and without: in turns, on one file."""

from contextlib import closing
from dataclasses import dataclass
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Kind, Message
from custom_components.dinox_mqtt_bot.store.schema import open_database, synchronise, transaction
from custom_components.dinox_mqtt_bot.store.table import MessageTable

ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Commits:
    """Milliseconds a commit of one message, the medians."""

    ordinary: float
    with_alert: float


def compare() -> Commits:
    """Measure it where the benchmarks keep their files: the disk decides what comes out."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    with (
        TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory,
        closing(open_database(Path(directory, "bench.db"))) as connection,
    ):
        table = MessageTable(connection)
        for number in range(ROUNDS * 2):
            durable = bool(number % 2)
            synchronise(connection, durable=durable)
            message = Message("bench/commits", b"%d" % number, 1, received=time.time())
            content = ("commits", message.received, Kind.NUMBER, str(number), "", float(number), False)
            item = (message, content, 1, number, False, 0)
            begun = time.perf_counter()
            with transaction(connection):
                table.insert([item])
            spent[durable].append((time.perf_counter() - begun) * 1000)
    return Commits(median(spent[False]), median(spent[True]))
