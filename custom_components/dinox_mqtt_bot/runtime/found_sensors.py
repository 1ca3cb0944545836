"""The values that come in, each offered as a sensor: of JSON its fields, below a wildcard its topics."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..bot.model.announcements import MessageReceived
from ..bot.model.message import Reading
from ..bot.model.topics import matches, shared
from ..bot.reading.sensors import FoundValue, values_of
from ..const import CONF_FILTER, DOMAIN
from ..hass.values import found_entries, found_id, plain_topic

MOST_OF_TOPIC, MOST = 50, 500
"""Sensors of one topic, and of one bot: all of them are rows of the registry, wanted or not."""

LOOK_SECONDS = 60.0
"""Seconds until a topic is looked at again: it may have a field that it had not before."""

_MQTT = "mqtt"
_MOST_LOOKED = 5_000
_MOST_WAITING = 1_000
_AT_ONCE = 10
_LONGEST_TOPIC = 255
_GOING = frozenset({ConfigEntryState.UNLOAD_IN_PROGRESS, ConfigEntryState.NOT_LOADED})


type Make = Callable[[str, str, FoundValue], Entity]
"""Makes the sensor of a subentry, for a value on a topic."""


class FoundSensors:
    """Makes a sensor, off at first, of each value that Home Assistant's own MQTT integration has not."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback, make: Make
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._add = add
        self._make = make
        self._subentries: dict[str, ConfigSubentry] = {}
        self._known: dict[tuple[str, str], set[str]] = {}
        self._count = 0
        self._looked: dict[str, float] = {}
        self._waiting: dict[str, tuple[str, Reading]] = {}

    @callback
    def follow(self, subentry: ConfigSubentry) -> None:
        """Take up a filter that is new, and what another one has become."""
        subentry_id = subentry.subentry_id
        new = subentry_id not in self._subentries
        self._subentries[subentry_id] = subentry
        self._looked.clear()
        topic_filter = shared(subentry.data[CONF_FILTER])[1]
        sensors: list[Entity] = []
        for entry, topic, path in list(found_entries(self._hass, self._entry.entry_id, subentry_id)):
            if not matches(topic_filter, topic):
                self._forget(subentry_id, topic, entry)
            elif new:
                self._note(subentry_id, topic, entry.unique_id)
                if entry.disabled_by is None:
                    found = FoundValue(path, entry.original_name or path)
                    sensors.append(self._make(subentry_id, topic, found))
        if sensors:
            self._add(sensors, config_subentry_id=subentry_id)

    def hear(self, message: MessageReceived) -> None:
        """Note a message that may have values not known yet: one of each topic, now and then."""
        topic, now = message.reading.message.topic, self._hass.loop.time()
        if self._looked.get(topic, 0.0) > now or message.subscription is None:
            return
        if len(self._looked) >= _MOST_LOOKED:
            self._looked.clear()
        self._looked[topic] = now + LOOK_SECONDS
        if len(topic) > _LONGEST_TOPIC or len(self._waiting) >= _MOST_WAITING:
            return
        if not self._waiting:
            self._hass.loop.call_soon(self._look)
        self._waiting[topic] = message.subscription.filter, message.reading

    @callback
    def _look(self) -> None:
        """Look at a few of the messages that wait; the others have to until the loop has turned."""
        if self._entry.state in _GOING:
            self._waiting.clear()
            return
        by_filter = {each.data[CONF_FILTER]: each for each in self._here()}
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            topic = next(iter(self._waiting))
            topic_filter, reading = self._waiting.pop(topic)
            if (subentry := by_filter.get(topic_filter)) is not None:
                sensors = list(self._sensors(subentry, topic, reading))
                if sensors:
                    self._add(sensors, config_subentry_id=subentry.subentry_id)
        if self._waiting:
            self._hass.loop.call_soon(self._look)

    def _here(self) -> list[ConfigSubentry]:
        """Return the subentries that are still there; what hangs on another one Home Assistant removes."""
        there = self._entry.subentries
        for subentry_id in [each for each in self._subentries if each not in there]:
            del self._subentries[subentry_id]
            for key in [each for each in self._known if each[0] == subentry_id]:
                self._count -= len(self._known.pop(key))
        return list(self._subentries.values())

    def _sensors(self, subentry: ConfigSubentry, topic: str, reading: Reading) -> Iterator[Entity]:
        registry, subentry_id = er.async_get(self._hass), subentry.subentry_id
        known = self._known.get((subentry_id, topic), set())
        for found in values_of(reading, MOST_OF_TOPIC):
            unique_id = found_id(subentry_id, topic, found.path)
            entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
            if _has(registry, found):
                if entity_id is not None and (entry := registry.async_get(entity_id)) is not None:
                    self._forget(subentry_id, topic, entry)
            elif not found.path and plain_topic(subentry.data[CONF_FILTER]):
                continue  # that is the sensor of the topic itself
            elif unique_id not in known and len(known) < MOST_OF_TOPIC and self._count < MOST:
                known = self._note(subentry_id, topic, unique_id)
                yield self._make(subentry_id, topic, _called(subentry, reading, found))

    def _note(self, subentry_id: str, topic: str, unique_id: str) -> set[str]:
        known = self._known.setdefault((subentry_id, topic), set())
        known.add(unique_id)
        self._count += 1
        return known

    def _forget(self, subentry_id: str, topic: str, entry: er.RegistryEntry) -> None:
        er.async_get(self._hass).async_remove(entry.entity_id)
        known = self._known.get((subentry_id, topic), set())
        if entry.unique_id in known:
            known.remove(entry.unique_id)
            self._count -= 1


def _has(registry: er.EntityRegistry, found: FoundValue) -> bool:
    """Say whether Home Assistant's own MQTT integration has the entity that a value belongs to."""
    if not (found.component and found.unique_id):
        return False
    return registry.async_get_entity_id(found.component, _MQTT, found.unique_id) is not None


def _called(subentry: ConfigSubentry, reading: Reading, found: FoundValue) -> FoundValue:
    """Return a value called after its topic too, where the subscription brings more than one."""
    if plain_topic(subentry.data[CONF_FILTER]) or not found.path:
        return found
    named = reading.name.endswith(found.name)
    return replace(found, name=reading.name if named else f"{reading.name} {found.name}")
