"""What devices announce of themselves in ways of their own: heard in parts, in any order."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from ..config import Announced
from .homie import HOMIE_4, HOMIE_5
from .tasmota import TASMOTA

_LARGEST = 262_144
"""Bytes of one part; with `_MOST_PARTS` and `_MOST_KEPT` what a stranger can make the bot keep."""
_MOST_DEVICES, _MOST_PARTS = 2_000, 8_000
_MOST_KEPT, _MOST_KEPT_OF_ONE = 16_000_000, 1_000_000
_PART = 200
"""Bytes that a part takes beside its payload."""
_AT_ONCE = 16_384
"""Bytes of a device that is taken in with the message that has told of it."""


class Way(Protocol):
    """A way in which devices announce themselves.

    `filters`: where they do; `whole`: in so few messages that each can be taken in as it comes.
    """

    @property
    def filters(self) -> tuple[str, ...]: ...

    @property
    def whole(self) -> bool: ...

    def place(self, topic: str) -> tuple[str, str] | None:
        """Return the device (a topic) and the part of it that are told of on a topic, if any."""

    def announced(self, device: str, said: Mapping[str, bytes]) -> Iterator[Announced]:
        """Yield the entities of a device by the parts that were told. Total."""


_WAYS: tuple[Way, ...] = (TASMOTA, HOMIE_5, HOMIE_4)
_ROOTS = ("tasmota/discovery/", "homie/")
"""What the topics of all of them begin with: most messages are told from them at once."""
FILTERS = tuple(topic_filter for way in _WAYS for topic_filter in way.filters)


class Natives:
    """The devices, each with what it has said of itself; bounded in their number and in bytes."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, bytes]] = {}
        self._ways: dict[str, Way] = {}
        self._sizes: dict[str, int] = {}
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __contains__(self, device: str) -> bool:
        return device in self._said

    @property
    def topics(self) -> Iterator[str]:
        """The topics on which the devices tell what they are."""
        return (f"{device}/{part}" for device, said in self._said.items() for part in said)

    def place(self, topic: str) -> tuple[Way, str, str] | None:
        """Return who is told of on a topic: the way it is, the device, and which part of it."""
        if not topic.startswith(_ROOTS):
            return None
        for way in _WAYS:
            if (found := way.place(topic)) is not None:
                return way, *found
        return None

    def hear(self, way: Way, device: str, part: str, payload: bytes) -> bool:
        """Keep a part, or forget it if the payload is empty. False if there is no room for it."""
        said = self._said.get(device, {})
        size = len(payload) + len(part) + _PART if payload else 0
        size -= len(said[part]) + len(part) + _PART if part in said else 0
        if size > 0 and not self._has_room(device, said, size, len(payload)):
            return False
        if payload:
            self._said.setdefault(device, said)[part] = payload
            self._ways[device] = way
        else:
            said.pop(part, None)
        self._size += size
        self._sizes[device] = self._sizes.get(device, 0) + size
        if not said:
            for each in (self._said, self._ways, self._sizes):
                each.pop(device, None)
        return True

    def _has_room(self, device: str, said: dict[str, bytes], size: int, length: int) -> bool:
        of_one = self._sizes.get(device, 0) + size
        many = len(said) >= _MOST_PARTS or (device not in self._said and len(self._said) >= _MOST_DEVICES)
        return (
            length <= _LARGEST
            and of_one <= _MOST_KEPT_OF_ONE
            and self._size + size <= _MOST_KEPT
            and not many
        )

    def at_once(self, device: str) -> bool:
        """Say whether a device can be taken in with each message that tells of it."""
        return device not in self._said or (self._ways[device].whole and self._sizes[device] <= _AT_ONCE)

    def read(self, device: str) -> Iterator[Announced]:
        """Yield the entities of a device."""
        if device in self._said:
            yield from self._ways[device].announced(device, dict(self._said[device]))
