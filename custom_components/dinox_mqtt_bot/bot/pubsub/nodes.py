"""PubSub nodes (XEP-0060) and their topics `<HOST>/<TYPE>/<NODE>`, as Prosody's mod_pubsub_mqtt has them."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
import re

from ..model.topics import shared

# Prosody keeps at most so many items of a node unless told otherwise; 20 is its default.
MOST_ITEMS = 256

_DISCOVERY = re.compile(r"[^+#]+/\+/\+(/\+)?/config")


class ItemType(StrEnum):
    """What an item holds: `<json>` (XEP-0335), Prosody's `<data>`, an Atom entry (its title)."""

    JSON = "json"
    UTF8 = "utf8"
    ATOM_TITLE = "atom_title"


@dataclass(frozen=True, slots=True)
class Node:
    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a node; `payload` as MQTT would have it, `published` in Unix time, 0 if unknown."""

    id: str
    type: ItemType
    payload: bytes
    published: float = 0.0

    @property
    def number(self) -> int:
        """A number made of its id, as packets have one."""
        return int.from_bytes(blake2b(self.id.encode(), digest_size=4).digest()) >> 1


def node_of(topic: str, service: str = "") -> tuple[Node, ItemType | None] | None:
    """Return node and item type of a topic or exact filter, or None; other text is a node of `service`."""
    if not topic or "+" in topic or "#" in topic or shared(topic)[0]:
        return None
    host, _, rest = topic.partition("/")
    kind, _, name = rest.partition("/")
    if "." in host and kind in set(ItemType) and name:
        return Node(host, name), ItemType(kind)
    return (Node(service, topic), None) if service else None


def is_discovery(topic_filter: str) -> bool:
    """Say whether a filter is one the bot itself asks for, for discovery configurations."""
    return _DISCOVERY.fullmatch(topic_filter) is not None
