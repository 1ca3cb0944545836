"""What is followed: the devices and areas that are chosen to be told of, as topics."""

from collections.abc import Iterable, Iterator, Sequence

from ..discovery.devices import Devices, Match
from ..discovery.entities import Entity, name_words
from ..discovery.topic_uses import state_topics
from ..model.message import QoS
from ..model.replies import BotError
from ..model.rules import Display, Follow, Scope, Subscription
from ..model.topics import Subscriptions, fold
from ..text import tongue


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
        self._by_topic = {topic: self._by_topic.get(topic) or _followed(topic) for topic in topics}
        self._by_filter = Subscriptions(each for topic, each in self._by_topic.items() if "+" in topic)

    def best(self, topic: str) -> Subscription | None:
        """Return how a topic is told, if it is followed."""
        return self._by_topic.get(topic) or self._by_filter.best(topic)


def _followed(topic: str) -> Subscription:
    return Subscription(topic, QoS.AT_MOST_ONCE, display=Display.CHANGES)


def entities_of(follows: Sequence[Follow], devices: Iterable[Entity]) -> list[Entity]:
    """Return the entities that are told of: what is for setting up a device only if there is nothing else."""
    wanted = {(each.scope, each.key) for each in follows}
    if not wanted:
        return []
    found = [entity for entity in devices if not wanted.isdisjoint(keys_of(entity))]
    with_main = {device_key(entity) for entity in found if entity.main}
    return [
        entity
        for entity in found
        if entity.main
        or (Scope.ENTITY, entity.id) in wanted
        or ((Scope.DEVICE, key := device_key(entity)) in wanted and key not in with_main)
    ]


def keys_of(entity: Entity) -> tuple[tuple[Scope, str], ...]:
    """Return by what an entity may be followed."""
    return (
        (Scope.ALL, ""),
        (Scope.AREA, fold(entity.area) if entity.area else "\0"),
        (Scope.DEVICE, device_key(entity)),
        (Scope.ENTITY, entity.id),
    )


def all_topics(chosen: Iterable[Follow], devices: Iterable[Entity]) -> Iterator[str]:
    """Yield the topics on which what is chosen, or stands in a chosen area, tells or is told something."""
    wanted = {(each.scope, each.key) for each in chosen}
    for entity in devices:
        if not wanted.isdisjoint(keys_of(entity)):
            yield from state_topics(entity)
            yield from (control.topic for control in entity.controls)


def device_key(entity: Entity) -> str:
    """Return what a device is known again by."""
    return entity.device_id or entity.device or entity.full_name


_MOST_NAMED = 8
_AREA = tongue.words("area")
_DEVICE = tongue.words("device")


def to_follow(devices: Devices, name: str) -> tuple[Follow, ...]:
    """Return what is to be followed by a name: an area, a device, or one entity of a device.

    Of what is called alike all: two devices of one name, not a device and an area. Raises BotError
    `no_device`, `no_device_similar`, `device_ambiguous` or `area_or_device`.
    """
    words = name_words(name)
    areas, named = _of_area(devices, words), _of_device(devices, words)
    if areas and named:
        raise BotError("area_or_device", name=areas[0].name)
    if found := areas or named:
        return found
    if words[:1] and words[0] in _AREA and (found := _of_area(devices, words[1:])):
        return found
    if words[:1] and words[0] in _DEVICE and (found := _of_device(devices, words[1:])):
        return found
    return (_alike(devices, name, words),)


def _of_area(devices: Iterable[Entity], words: Sequence[str]) -> tuple[Follow, ...]:
    found = {fold(entity.area): entity.area for entity in devices if entity.area}
    return tuple(
        Follow(Scope.AREA, key, area) for key, area in found.items() if words and name_words(area) == words
    )


def _of_device(devices: Iterable[Entity], words: Sequence[str]) -> tuple[Follow, ...]:
    found = {device_key(entity): entity.device for entity in devices if entity.device}
    return tuple(
        Follow(Scope.DEVICE, key, device)
        for key, device in found.items()
        if words and name_words(device) == words
    )


def _alike(devices: Devices, name: str, words: Sequence[str]) -> Follow:
    """Return the one entity of this name, else the one device that it fits."""
    found = devices.named(words)
    if not found:
        similar = ", ".join(devices.similar(name))
        raise BotError("no_device_similar" if similar else "no_device", name=name, similar=similar)
    if len(found) == 1 and devices.match(found[0], words) is Match.NAME:
        return Follow(Scope.ENTITY, found[0].id, found[0].full_name)
    keys = {device_key(entity): entity.device or entity.full_name for entity in found}
    if len(keys) > 1:
        raise BotError("device_ambiguous", names=", ".join(list(keys.values())[:_MOST_NAMED]))
    ((key, device),) = keys.items()
    return Follow(Scope.DEVICE, key, device)


def follow_name(follow: Follow, devices: Iterable[Entity]) -> str:
    """Return what something followed is called now, and if it is gone, what it was called."""
    for entity in devices if follow.scope is not Scope.ALL else ():
        if (follow.scope, follow.key) in keys_of(entity):
            return {Scope.AREA: entity.area, Scope.ENTITY: entity.full_name}.get(
                follow.scope, entity.device or entity.full_name
            )
    return follow.name
