"""What is followed: the devices and areas that are chosen to be told of, as topics."""

from collections.abc import Iterable, Sequence

from ..discovery.devices import Devices
from ..discovery.entities import Entity
from ..discovery.topic_uses import state_topics
from ..model.message import QoS
from ..model.rules import Display, Follow, Scope, Subscription
from ..model.topics import Subscriptions, fold


class Followed:
    """The topics of what is followed, found again whenever devices are known otherwise."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._by_topic: dict[str, Subscription] = {}
        self._by_filter = Subscriptions()

    def __len__(self) -> int:
        return len(self._by_topic)

    @property
    def topics(self) -> Iterable[str]:
        """The topics, and where devices announce wildcards the filters."""
        return self._by_topic

    def find(self, follows: Iterable[Follow]) -> None:
        """Find out again what the topics of these are."""
        topics: dict[str, None] = {}
        for entity in entities_of(tuple(follows), self._devices):
            topics.update(dict.fromkeys(state_topics(entity)))
        # The same objects again: what is known of a topic is known for one of them.
        self._by_topic = {topic: self._by_topic.get(topic) or _told(topic) for topic in topics}
        self._by_filter = Subscriptions(each for topic, each in self._by_topic.items() if "+" in topic)

    def best(self, topic: str) -> Subscription | None:
        """Return how a topic is told, if it is followed."""
        return self._by_topic.get(topic) or self._by_filter.best(topic)


def _told(topic: str) -> Subscription:
    return Subscription(topic, QoS.AT_MOST_ONCE, display=Display.CHANGES)


def entities_of(follows: Sequence[Follow], devices: Iterable[Entity]) -> list[Entity]:
    """Return the entities that are told of: what is for setting up a device only if there is nothing else."""
    wanted = {(each.scope, each.key) for each in follows}
    if not wanted:
        return []
    found = [entity for entity in devices if not wanted.isdisjoint(_keys(entity))]
    with_main = {device_key(entity) for entity in found if entity.main}
    return [
        entity
        for entity in found
        if entity.main
        or (Scope.ENTITY, entity.id) in wanted
        or ((Scope.DEVICE, key := device_key(entity)) in wanted and key not in with_main)
    ]


def _keys(entity: Entity) -> tuple[tuple[Scope, str], ...]:
    """Return by what an entity may be followed."""
    return (
        (Scope.ALL, ""),
        (Scope.AREA, fold(entity.area) if entity.area else "\0"),
        (Scope.DEVICE, device_key(entity)),
        (Scope.ENTITY, entity.id),
    )


def device_key(entity: Entity) -> str:
    """Return what a device is known again by."""
    return entity.device_id or entity.device or entity.full_name
