"""Killed in the middle of a stream: what was reported as committed is there."""

import os
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys

from store_values import Opener

STREAM = Path(__file__).with_name("stream.py")


async def test_all_that_was_reported_survives_a_kill(path: Path, open_store: Opener) -> None:
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
    reported: list[str] = []
    for line in child.stdout:
        reported.append(line.strip())
        if len(reported) == 2_000:
            child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    # The last line may be cut short.
    reported.pop()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    store = open_store()
    stored = [row.text for row in await store.history.page("#", 1_000_000)]
    notices = [each.id for each in await store.outbox.waiting()]
    assert len(reported) >= 1_999
    assert {line[1:] for line in reported if line[0] == "m"} <= set(stored)
    assert {line[1:] for line in reported if line[0] == "n"} <= set(notices)
    assert len(stored) == len(set(stored))
    assert sum(topic.count for topic in await store.history.topics("#", 1_000)) == len(stored)
