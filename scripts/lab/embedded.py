"""A broker in pure Python for machines without Mosquitto: `python -m lab.embedded PORT`. MQTT 3.1.1 only."""

import asyncio
import contextlib
import logging
from pathlib import Path
import signal
import sys

from .ports import LOOPBACK, kept_ports
from .server import Server


def embedded(directory: Path) -> Server:
    """Return the broker as a server of its own, not yet started; port `mqtt`. It keeps nothing at its end."""
    ports = kept_ports(directory, ["mqtt"])
    argv = [sys.executable, "-m", "lab.embedded", str(ports["mqtt"])]
    scripts = str(Path(__file__).resolve().parents[1])
    return Server("embedded", directory, argv, ports, wait_for=["mqtt"], env={"PYTHONPATH": scripts})


async def _serve(port: int) -> None:
    from amqtt.broker import Broker  # type: ignore[import-untyped]  # heavy, and only for whoever serves

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await broker.start()
    await ended.wait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3):
            await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(int(sys.argv[1])))
