"""What a device announces twice: in its own way and by Home Assistant's discovery."""

from collections.abc import Iterable

from ..bindings import Binding

_MOST, _MOST_ON_TOPIC = 20_000, 10
"""Topics that are known, and the devices that speak on one: each is read anew when others come to it."""


class Doubles:
    """The topics that devices speak on which announce themselves in their own way."""

    def __init__(self) -> None:
        self._speakers: dict[str, dict[str, None]] = {}
        self._topics: dict[str, list[str]] = {}
        self._doubted: dict[str, None] = {}

    def speaks(self, device: str, topics: Iterable[str]) -> None:
        """Take note of topics of a device, also of those of an entity that is left to another."""
        for topic in topics:
            speakers = self._speakers.get(topic, {})
            if device in speakers or len(speakers) >= _MOST_ON_TOPIC or len(self._speakers) >= _MOST:
                continue
            self._speakers.setdefault(topic, speakers)[device] = None
            self._topics.setdefault(device, []).append(topic)

    def forget(self, device: str) -> None:
        """Forget what a device speaks on: it is read anew, or is no more."""
        for topic in self._topics.pop(device, ()):
            del self._speakers[topic][device]
            if not self._speakers[topic]:
                del self._speakers[topic]

    def doubt(self, topics: Iterable[str]) -> None:
        """Take note that other entities came to topics, or went."""
        if self._speakers:
            for topic in topics:
                self._doubted.update(self._speakers.get(topic, {}))

    def take_doubted(self) -> list[str]:
        """Return, once, the devices that such entities may be of."""
        doubted = list(self._doubted)
        self._doubted.clear()
        return doubted


def same_place(one: Binding, other: Binding) -> bool:
    """Say whether two entities find the same value in a message."""
    mine, theirs = (each.template for each in (one, other))
    if mine is None or theirs is None:
        return mine is theirs
    return (mine.source, mine.root, mine.path) == (theirs.source, theirs.root, theirs.path)
