"""What was missed of a PubSub node while nobody listened. Pure: items in, untold ones out."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
import json

from ..model.bounded import Bounded
from .nodes import MOST_ITEMS, Item


class Trail:
    """What is known of one node: items, and payloads that came by MQTT, which names no item.

    Both are bounded as the node is. An item is id and payload: another may take the id (XEP-0060 §7.1.2).
    """

    def __init__(self, kept: str = "") -> None:
        self._seen = Bounded[str, str](MOST_ITEMS)
        seen, self._came, self.began = _loaded(kept)
        self._seen.update(seen)

    def dump(self) -> str:
        """Return what is to be kept over a restart, for `Trail`."""
        return json.dumps([self._seen, self._came], separators=(",", ":"))

    def __contains__(self, item: Item) -> bool:
        return self._seen.get(_digest(item.id.encode())) == _digest(item.payload)

    def take(self, item: Item) -> None:
        """Take note of an item that is handed on."""
        self.began = True
        self._seen.put(_digest(item.id.encode()), _digest(item.payload))

    def came(self, payload: bytes) -> None:
        """Take note of a message that came by MQTT."""
        self._came.append(_digest(payload))
        del self._came[:-MOST_ITEMS]

    def missed(self, items: Sequence[Item], held: Iterable[bytes] = ()) -> list[Item]:
        """Return which of a node's items, oldest first, were never handed on; note all.

        `held` payloads came by MQTT since reconnecting and wait for this. MQTT tells only payloads, so items
        and messages are matched by order. Of a node never seen nothing was missed.
        """
        news = [item for item in items if item not in self]
        came = [*self._came, *map(_digest, held)]
        told, paired = _matched(came, [_digest(item.payload) for item in news])
        missed = [item for place, item in enumerate(news) if place not in paired] if self.began else []
        self.began = True
        for item in items:
            self.take(item)
        # What came too late to be among the items is among those of the next time.
        self._came = [one for place, one in enumerate(came) if place >= len(self._came) and place not in told]
        return missed


def _matched(came: Sequence[str], news: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return the places in both that match: a longest common subsequence, found from its end."""
    longest = [[0] * (len(news) + 1) for _ in range(len(came) + 1)]
    for place in reversed(range(len(came))):
        row, below = longest[place], longest[place + 1]
        for other in reversed(range(len(news))):
            row[other] = (
                below[other + 1] + 1 if came[place] == news[other] else max(below[other], row[other + 1])
            )
    told: set[int] = set()
    paired: set[int] = set()
    place = other = 0
    while place < len(came) and other < len(news):
        if came[place] == news[other]:
            told.add(place)
            paired.add(other)
            place, other = place + 1, other + 1
        elif longest[place + 1][other] >= longest[place][other + 1]:
            place += 1
        else:
            other += 1
    return told, paired


def _digest(octets: bytes) -> str:
    return blake2b(octets, digest_size=6).hexdigest()


def _loaded(kept: str) -> tuple[dict[str, str], list[str], bool]:
    """Read what `Trail.dump` wrote; nothing, and that the node is new, if it is not that."""
    try:
        seen, came = json.loads(kept)
        return {str(name): str(digest) for name, digest in seen.items()}, [str(one) for one in came], True
    except ValueError, TypeError, AttributeError:
        return {}, [], False
