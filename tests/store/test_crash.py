"""Killed in the middle of a stream: what was reported as committed is there."""

import os
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys
from threading import Timer

import pytest
from store_values import Opener, Query

STREAM = Path(__file__).with_name("stream.py")
PATIENCE_SECONDS = 120


def killed_after(lines: int, path: Path) -> list[str]:
    """Let the stream run until it has reported so much, kill it, and return what it reported."""
    root = Path(__file__).parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(
            [str(root), str(STREAM.parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        ),
    }
    child = subprocess.Popen(
        [sys.executable, STREAM, path], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert child.stdout
    # One that never reports so much fails here, not after the memory of the machine is full.
    late = Timer(PATIENCE_SECONDS, child.terminate)
    late.start()
    reported: list[str] = []
    for line in child.stdout:
        reported.append(line.strip())
        if len(reported) == lines:
            child.send_signal(signal.SIGKILL)
    late.cancel()
    assert child.wait() == -signal.SIGKILL
    # The last line may be cut short.
    reported.pop()
    assert len(reported) >= lines - 1
    return reported


async def test_all_that_was_reported_survives_a_kill(path: Path, open_store: Opener) -> None:
    reported = killed_after(2_000, path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    store = open_store()
    stored = [row.text for row in await store.history.page("#", 1_000_000)]
    notices = [each.id for each in await store.outbox.waiting()]
    assert {line[1:] for line in reported if line[0] == "m"} <= set(stored)
    assert {line[1:] for line in reported if line[0] == "n"} <= set(notices)
    assert len(stored) == len(set(stored))
    assert sum(topic.count for topic in await store.history.topics("#", 1_000)) == len(stored)


def numbers(query: Query, statement: str) -> set[int]:
    return {int(str(row[0])) for row in query(statement)}


@pytest.mark.parametrize("lines", [50, 700, 3_000])
async def test_an_alert_its_message_and_its_notices_are_there_together_or_not_at_all(
    path: Path, open_store: Opener, query: Query, lines: int
) -> None:
    reported = killed_after(lines, path)
    fired = numbers(query, "SELECT number FROM alert_log WHERE step = 'fired'")
    told = numbers(query, "SELECT number FROM alert_log WHERE step = 'told'")
    # A message with its alert.
    assert fired == numbers(query, "SELECT text FROM messages WHERE CAST(text AS INTEGER) % 5 = 0")
    # What is told of it, with the notice, its ledger, and the one that is held.
    assert told == numbers(
        query, "SELECT substr(id, 6) FROM outbox WHERE id LIKE 'alert%' AND state = 'queued'"
    )
    assert told == numbers(query, "SELECT substr(notice, 6) FROM ledger WHERE notice LIKE 'alert%'")
    assert told == numbers(query, "SELECT substr(id, 5) FROM outbox WHERE id LIKE 'held%' AND state = 'held'")
    # The newest state of each topic is that of its newest event, and says whether that was told.
    store = open_store()
    kept = {alert.topic: alert for alert in store.alerts.kept}
    assert {alert.number for alert in kept.values()} == {
        max(number for number in fired if number % 50 == rest) for rest in {number % 50 for number in fired}
    }
    assert all((alert.number in told) == bool(alert.notices) for alert in kept.values())
    assert store.alerts.last_number == max(fired)
    # Reported is stored.
    assert {int(line[6:]) for line in reported if line.startswith("nalert")} <= told
    assert {int(line[1:]) for line in reported if line[0] == "m" and not int(line[1:]) % 5} <= fired
