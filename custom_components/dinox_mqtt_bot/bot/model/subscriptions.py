"""The subscriptions of one rule set, found by topic, by filter and by alias."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from .message import QoS
from .rules import Subscription
from .topics import Filters, covers, shared

SIMILAR = 3


class Subscriptions:
    """What the user subscribed to."""

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self._by_filter = {each.filter: each for each in subscriptions}
        self._by_topic = Filters(self._by_filter)
        self._by_alias = {fold(each.alias): each for each in self if each.alias}

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._by_filter.values())

    def __len__(self) -> int:
        return len(self._by_filter)

    @property
    def aliases(self) -> Collection[str]:
        """The aliases as `fold` writes them."""
        return self._by_alias.keys()

    def best(self, topic: str) -> Subscription | None:
        """Return the most specific subscription a message on `topic` came in by."""
        return self._by_topic.best(topic)

    def get(self, topic_filter: str) -> Subscription | None:
        """Return the subscription of this very filter."""
        return self._by_filter.get(topic_filter)

    def resolve(self, name: str) -> str:
        """Return the filter or topic that `name` is the alias of, else `name` itself."""
        aliased = self._by_alias.get(fold(name))
        return aliased.filter if aliased is not None and name not in self._by_filter else name

    def covering(self, topic_filter: str) -> Subscription | None:
        """Return a subscription that takes in everything `topic_filter` does."""
        # Looked up as if it were a topic: what covers a filter is among what matches it.
        found = self._by_topic.find(shared(topic_filter)[1])
        return next((each for each in found if covers(each.filter, topic_filter)), None)

    def similar(self, name: str) -> list[str]:
        """Return filters and aliases that look like `name`, the nearest first."""
        written = {each.filter.casefold(): each.filter for each in self}
        written |= {fold(each.alias): each.alias for each in self if each.alias}
        return [written[near] for near in get_close_matches(fold(name), written, SIMILAR)]

    def wanted(self, discovery_prefix: str) -> Mapping[str, QoS]:
        """Return what the broker is asked for: the filters, and those of the discovery configurations.

        A filter that another one covers at the same QoS or better is left out, because a broker may deliver a
        message once for each overlapping filter (MQTT 5 §3.3.4; Mosquitto 2.1 and ejabberd do).
        """
        levels = ("+/+", "+/+/+") if discovery_prefix else ()
        # First, so that the retained values that come with the others have their names already.
        filters = {f"{discovery_prefix}/{each}/config": QoS.AT_MOST_ONCE for each in levels}
        filters |= {each.filter: each.qos for each in self}
        by_topic = Filters({one: (place, one, qos) for place, (one, qos) in enumerate(filters.items())})
        return {
            one: qos
            for place, (one, qos) in enumerate(filters.items())
            if not _redundant((place, one, qos), by_topic)
        }


type _Wanted = tuple[int, str, QoS]
"""A filter with its place among all."""


def _redundant(wanted: _Wanted, by_topic: Filters[_Wanted]) -> bool:
    """Say whether another filter brings the same messages; of two that cover each other the first one stays.

    A filter is looked up as if it were a topic: what covers it is among what matches it.
    """
    place, topic_filter, qos = wanted
    if shared(topic_filter)[0]:
        return False
    for other_place, other, other_qos in by_topic.find(topic_filter):
        if other == topic_filter or shared(other)[0] or other_qos < qos or not covers(other, topic_filter):
            continue
        if other_place < place or other_qos > qos or not covers(topic_filter, other):
            return True
    return False


def fold(name: str) -> str:
    """Return `name` as names are compared: without regard to case and to how wide its blanks are."""
    return " ".join(name.split()).casefold()
