"""Which topic the items of a node belong to."""

from collections.abc import Collection, Iterable, Set as AbstractSet

from ...bot.pubsub.nodes import ItemType, Node, is_discovery, node_of


class Addresses:
    """The nodes that filters name; `unfit` are wildcards and shared ones but for the discovery's."""

    def __init__(self, filters: Iterable[str] = (), service: str = "") -> None:
        self.unfit: list[str] = []
        self._topics: dict[Node, dict[ItemType | None, str]] = {}
        for topic in filters:
            named = node_of(topic, service)
            if named is not None:
                self._topics.setdefault(named[0], {})[named[1]] = topic
            elif not is_discovery(topic):
                self.unfit.append(topic)

    @property
    def nodes(self) -> AbstractSet[Node]:
        """The nodes, in the order of their filters."""
        return self._topics.keys()

    def topics(self, node: Node) -> Collection[str]:
        """Return the topics of a node."""
        return self._topics.get(node, {}).values()

    def topic(self, node: Node, kind: ItemType) -> str:
        """Return the topic of a node that fits an item best; an item of another type is not lost."""
        topics = self._topics[node]
        return topics.get(kind) or topics.get(None) or next(iter(topics.values()))
