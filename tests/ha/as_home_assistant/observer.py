"""Everything that is published at a broker, cut into pieces by marks."""

import asyncio
from collections.abc import Iterator
import json
from typing import NamedTuple, Self

LOOPBACK = "127.0.0.1"
MARK = "mark/"


class Sent(NamedTuple):
    """One message that came by."""

    topic: str
    payload: bytes

    @property
    def meaning(self) -> object:
        """The payload, with the numbers in it as numbers."""
        try:
            return _plain(json.loads(self.payload))
        except ValueError:
            return self.payload

    def __str__(self) -> str:
        return f"{self.topic} {self.payload.decode(errors='replace')}"


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return tuple(sorted((key, _plain(each)) for key, each in value.items()))
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(float(value), 6)
    return ("bool", value) if isinstance(value, bool) else value


def alike(these: list[Sent], those: list[Sent]) -> bool:
    """Say whether the same was published, numbers being the same as 21 and as 21.0."""
    return sorted(map(_key, these)) == sorted(map(_key, those))


def _key(sent: Sent) -> tuple[str, str]:
    return sent.topic, repr(sent.meaning)


class Observer:
    """A client in a process of its own, which takes no time of Home Assistant's loop.

    async with Observer(port) as observer:
        ...
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._seen: list[Sent] = []
        self.found: dict[str, list[Sent]] = {}

    async def __aenter__(self) -> Self:
        # A mark in front tells where retained messages end.
        command = ("mosquitto_sub", "-h", LOOPBACK, "-p", str(self._port), "-R", "-t", "#", "-F", "%t\t%x")
        self._process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, limit=16_000_000
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            topic, _, payload = line.decode().rstrip("\n").partition("\t")
            if topic.startswith(MARK):
                self.found[topic], self._seen = self._seen, []
            else:
                self._seen.append(Sent(topic, bytes.fromhex(payload)))

    def between(self, marks: list[str]) -> Iterator[list[Sent]]:
        """Yield what came before each of these marks and after the one before it."""
        for mark in marks:
            yield self.found.get(mark, [])
