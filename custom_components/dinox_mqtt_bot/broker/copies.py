"""Tells apart the copies of one publish that overlapping subscriptions bring (MQTT 5 §3.3.4)."""

from collections.abc import Collection
from time import monotonic
import zlib

from ..bot.model.message import Message, QoS
from ..bot.model.topics import Filters, is_too_long
from ..bot.model.twins import Twins

SHARED = "$share/"
_KNOWN_TOPICS = 20_000
# How long after a filter came or went messages may come that were queued before.
_UNSETTLED_SECONDS = 5.0


def identifier_of(topic_filter: str) -> int:
    """Return a filter's Subscription Identifier (MQTT 5 §3.8.2.1.2), the same in every run."""
    return zlib.crc32(topic_filter.encode()) % 268_435_455 + 1


class Copies:
    """Return whose copy counts: of the filter with the highest QoS, then of the most specific.

    The broker may keep QoS 1 for an absent client and drop QoS 0. Shared subscriptions own no topic. While
    filters come and go the first copy counts, whichever that is: one of the filters may not bring another.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._filters = Filters[tuple[int, QoS]]()
        self._owners: dict[str, int] = {}
        self._shared: set[int] = set()
        self._twins = Twins(_UNSETTLED_SECONDS)
        self._unsettled_until = 0.0

    def change(self) -> None:
        """Take note that a filter comes or goes."""
        self._unsettled_until = monotonic() + _UNSETTLED_SECONDS

    def grant(self, topic_filter: str, qos: QoS) -> None:
        """The broker has granted a filter."""
        identifier = identifier_of(topic_filter)
        self._known.add(identifier)
        self._twins.join(identifier)
        if topic_filter.startswith(SHARED):
            self._shared.add(identifier)
        else:
            self._filters.put(topic_filter, (identifier, qos))
        self._owners.clear()

    def revoke(self, topic_filter: str) -> None:
        """The broker has this filter no more, or is about to drop it."""
        identifier = identifier_of(topic_filter)
        self._known.discard(identifier)
        self._shared.discard(identifier)
        self._twins.leave(identifier)
        if not topic_filter.startswith(SHARED):
            self._filters.remove(topic_filter)
        self._owners.clear()

    def is_surplus(self, message: Message) -> bool:
        """Say whether another copy of this message counts.

        A copy for an unknown filter is no surplus: it may be the only one, queued for a filter of before.
        """
        identifiers = message.properties.subscription_identifiers
        if not identifiers:
            return False
        now = monotonic()
        settled = now >= self._unsettled_until
        if settled and self._counts_less(message.topic, identifiers):
            return True
        # Retained messages are a filter's own, and a shared one does not bring everything.
        if (settled and not self._twins) or message.retain or not self._shared.isdisjoint(identifiers):
            return self._counts_less(message.topic, identifiers)
        return self._twins.is_copy((message.topic, message.payload), identifiers, now, last=settled)

    def _counts_less(self, topic: str, identifiers: Collection[int]) -> bool:
        """Say whether the copy of another filter counts."""
        if len(self._known) < 2:
            return False
        owner = self._owners.get(topic)
        if owner is None:
            owner = self._find(topic)
            if not is_too_long(topic):
                self._owners[topic] = owner
        return owner > 0 and owner not in identifiers and self._known.issuperset(identifiers)

    def _find(self, topic: str) -> int:
        if len(self._owners) >= _KNOWN_TOPICS:
            self._owners.clear()
        # max() keeps the first of equals, which is the most specific.
        identifier, _ = max(
            self._filters.find(topic), key=lambda match: match[1], default=(0, QoS.AT_MOST_ONCE)
        )
        return identifier
