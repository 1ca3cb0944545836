"""Starts a receiver in a process of its own, the load in another, and brings back what was measured."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import json
from pathlib import Path
import subprocess
import sys
from threading import Timer
from typing import Any

from .load import Load
from .meter import Measured
from .publisher import connected, publish, receive

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 180


class BenchmarkError(RuntimeError):
    """A receiver did not do its part; the text ends with what it said."""


@contextmanager
def child(name: str, *given: object) -> Iterator[Any]:
    """Run `python -m benchmarks.NAME` and end it with the block, or when it takes too long."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, given)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = Timer(PATIENCE_SECONDS, process.kill)
    watch.start()
    try:
        yield process
    finally:
        watch.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()


def said(process: Any, word: str) -> Any:
    """Return what comes with the next line that begins with `word`. Raises BenchmarkError."""
    for line in process.stdout:
        if line.startswith(f"{word} "):
            return json.loads(line.removeprefix(f"{word} "))
    raise BenchmarkError(f"a receiver ended without {word!r}:\n{process.stderr.read()[-3000:]}")


def measure(name: str, port: int, load: Load) -> Measured:
    """Send the load to a receiver once."""
    with child("receive", name, port, load.messages, load.qos) as receiver:
        said(receiver, "ready")
        send(port, load)
        return Measured(**said(receiver, "result"))


def send(port: int, load: Load) -> None:
    """Publish the load from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.publisher", str(port), str(load.messages), str(load.qos)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE_SECONDS)


def blocked(port: int, load: Load, tell: Callable[[str], None]) -> dict[str, float]:
    """Send the load and then what is meant to hurt; return how long the loop was held, in milliseconds."""
    with child("receive", "blocked", port, load.messages, load.qos) as receiver:
        said(receiver, "ready")
        send(port, load)
        tell("hostile payloads")
        with connected(port, "bench-hostile") as link:
            hurtful = [(f"bench/hostile/{number}", payload) for number, payload in enumerate(hostile())]
            for number, (topic, payload) in enumerate([*hurtful, *discovered()]):
                link.sendall(publish(topic, payload, 1, number))
                receive(link, 4)
        result: dict[str, float] = said(receiver, "result")
        return result


def discovered() -> Iterator[tuple[str, bytes]]:
    """Yield a device of 180 kB with 2,500 components, one whose values go through a template, its values."""
    components = {
        f"{number:04}": {"p": "sensor", "stat_t": f"bench/device/{number}", "uniq_id": f"big{number}"}
        for number in range(2_500)
    }
    big = {"dev": {"ids": "big", "name": "Big"}, "o": {"name": "bench"}, "cmps": components}
    yield "homeassistant/device/big/config", json.dumps(big, separators=(",", ":")).encode()
    template = "{{ (value_json.t * 9 / 5 + 32) | round(1) }}"
    one = {"stat_t": "bench/template", "uniq_id": "one", "name": "One", "val_tpl": template}
    yield "homeassistant/sensor/one/config", json.dumps(one).encode()
    for number in range(200):
        yield "bench/template", b'{"t": %d}' % number


def hostile() -> Iterator[bytes]:
    """Yield payloads of the kind that no device sends, until one does."""
    yield b"x" * 5_000_000
    yield bytes(range(256)) * 20_000
    yield "😀".encode() * 1_250_000
    yield b"[" * 10_000 + b"]" * 10_000
    yield b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    yield b"[" + b",".join(b'{"name":"%d","value":%d}' % (n, n) for n in range(150_000)) + b"]"
    yield b'{"' + b'":1,"'.join(b"%d" % n for n in range(300_000)) + b'":1}'
    yield b"9" * 5_000_000
    yield b"1e400"
    yield b"<html>" + b"<p>" * 1_000_000
    yield b"#EXTM3U\n" + b"http://x/\n" * 400_000
    yield b"\x00\xff" * 2_000_000
    yield "\u202e\u0000\x1b".encode() * 800_000
