"""Large discovery configurations, taken in by and by: no message is kept waiting for them."""

from collections.abc import Iterator

from ..model.timers import NEVER
from .discovery import Discovery, Part

_AT_ONCE = 16_384
"""Bytes of a configuration that is taken in with its message; nearly every one has one entity and less."""
_SLICE = 50
"""Entities that are read in one turn."""
_MOST_WAITING = 8_000_000
"""Bytes of the configurations that wait."""


class Learning:
    """Takes in configurations in the order they came; each counts when it has been read to its end.

    Until then what its topic said before is valid. A newer one, or a removal, takes its place.
    """

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._waiting: dict[str, bytes] = dict.fromkeys(discovery.natives, b"")
        self._read: tuple[str, Iterator[Part], list[Part]] | None = None

    @property
    def due_at(self) -> float:
        """When `step` has something to do: at once, or never."""
        return 0.0 if self._read is not None or self._waiting else NEVER

    def put(self, topic: str, payload: bytes) -> bool:
        """Take in a configuration or leave it waiting. True if anything is known otherwise now."""
        device = self._discovery.hear(topic, payload)
        if device is not None:
            return device != "" and self._put_device(device)
        self._drop(topic)
        if len(payload) <= _AT_ONCE:
            return self._learn(topic, payload)
        if sum(map(len, self._waiting.values())) + len(payload) > _MOST_WAITING:
            self._discovery.refuse(topic)
        else:
            self._waiting[topic] = payload
        return False

    def _put_device(self, device: str) -> bool:
        """Take in a device that has said more of itself, or leave it for when it has said all."""
        self._drop(device)
        if self._discovery.natives.at_once(device):
            return self._learn(device, b"")
        self._waiting[device] = b""
        return False

    def _drop(self, topic: str) -> None:
        """Read no further what a topic said before."""
        self._waiting.pop(topic, None)
        if self._read is not None and self._read[0] == topic:
            self._read = None

    def _learn(self, topic: str, payload: bytes) -> bool:
        changed = self._discovery.learn(topic, payload)
        self._doubt()
        return changed

    def _doubt(self) -> None:
        """Read anew the devices whose entities may be doubled now, or may be so no more."""
        for device in self._discovery.take_doubted():
            self._drop(device)
            self._waiting[device] = b""

    def step(self) -> str:
        """Read a slice; return the topic of a configuration that is taken in now and changed anything."""
        if self._read is None:
            if not self._waiting:
                return ""
            topic = next(iter(self._waiting))
            self._read = topic, self._discovery.read(topic, self._waiting.pop(topic)), []
        topic, parts, read = self._read
        for _ in range(_SLICE):
            if (part := next(parts, None)) is None:
                self._read = None
                changed = self._discovery.take(topic, read)
                self._doubt()
                return topic if changed else ""
            read.append(part)
        return ""
