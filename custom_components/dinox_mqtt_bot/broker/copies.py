"""Tells apart the copies of one publish that overlapping subscriptions bring (MQTT 5 §3.3.4)."""

import zlib

from ..bot.model.message import Message, QoS
from ..bot.model.topics import Filters, is_too_long

SHARED = "$share/"
_KNOWN_TOPICS = 20_000


def identifier_of(topic_filter: str) -> int:
    """Return a filter's Subscription Identifier (MQTT 5 §3.8.2.1.2), the same in every run."""
    return zlib.crc32(topic_filter.encode()) % 268_435_455 + 1


class Copies:
    """Return whose copy counts: of the filter with the highest QoS, then of the most specific.

    The broker may keep QoS 1 for an absent client and drop QoS 0. Shared subscriptions own no topic.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._filters = Filters[tuple[int, QoS]]()
        self._owners: dict[str, int] = {}

    def grant(self, topic_filter: str, qos: QoS) -> None:
        """The broker has granted a filter."""
        identifier = identifier_of(topic_filter)
        self._known.add(identifier)
        if not topic_filter.startswith(SHARED):
            self._filters.put(topic_filter, (identifier, qos))
        self._owners.clear()

    def revoke(self, topic_filter: str) -> None:
        """The broker has this filter no more, or is about to drop it."""
        self._known.discard(identifier_of(topic_filter))
        if not topic_filter.startswith(SHARED):
            self._filters.remove(topic_filter)
        self._owners.clear()

    def is_surplus(self, message: Message) -> bool:
        """Say whether another copy of this message counts.

        A copy for an unknown filter is no surplus: it may be the only one, queued for a filter of before.
        """
        identifiers = message.properties.subscription_identifiers
        if not identifiers or len(self._known) < 2:
            return False
        owner = self._owners.get(message.topic)
        if owner is None:
            owner = self._find(message.topic)
            if not is_too_long(message.topic):
                self._owners[message.topic] = owner
        return owner > 0 and owner not in identifiers and self._known.issuperset(identifiers)

    def _find(self, topic: str) -> int:
        if len(self._owners) >= _KNOWN_TOPICS:
            self._owners.clear()
        # max() keeps the first of equals, which is the most specific.
        identifier, _ = max(
            self._filters.find(topic), key=lambda match: match[1], default=(0, QoS.AT_MOST_ONCE)
        )
        return identifier
