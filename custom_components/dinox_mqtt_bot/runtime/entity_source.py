"""Home Assistant's own entities, which the bot knows as it knows devices that announce themselves on MQTT."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import batched
import json
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er

from ..bot.model.message import Message, Properties, QoS
from ..bot.model.status import LinkStatus
from ..bot.model.topics import ENTITIES, INNER, matches
from ..bot.ports import Broker
from ..const import DOMAIN
from ..hass.tasks import CreateTask

MOST_ENTITIES = 2_000
AT_ONCE = 25
"""Entities that are announced or told in one turn of the event loop."""

SWITCHED = frozenset({"binary_sensor", "fan", "input_boolean", "light", "schedule", "siren", "switch"})
_TOLD = frozenset(
    {
        *("alarm_control_panel", "climate", "counter", "cover", "device_tracker", "input_number"),
        *("input_select", "input_text", "lawn_mower", "lock", "media_player", "number", "person", "select"),
        *("sensor", "sun", "timer", "vacuum", "valve", "weather"),
    }
)
_PEOPLE = frozenset({"device_tracker", "person"})
_OTHERS = frozenset({"mqtt", DOMAIN})
"""Platforms whose entities the bot knows from MQTT itself, or makes."""

_CONFIGS = "/+/+/config"
"""How a filter ends that brings the configurations of devices."""

_NOT_THERE = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


class EntitySource:
    """Announces entities to the bot as MQTT discovery does, and tells their states."""

    def __init__(self, hass: HomeAssistant, create_task: CreateTask) -> None:
        self._hass = hass
        self._create_task = create_task
        self._receive: Callable[[Message], None] = _ignore
        self._known: dict[str, str] = {}
        self._filters: dict[str, QoS] = {}
        self._configs: set[str] | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []

    @callback
    def start(self, receive: Callable[[Message], None]) -> CALLBACK_TYPE:
        """Announce what there is and what changes, where no broker can; return what ends that."""
        self._receive = receive
        listen = self._hass.bus.async_listen
        self._unsubscribe = [
            listen(EVENT_STATE_CHANGED, self._changed),
            listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._renamed),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._moved),
        ]
        self._announce_all()
        return self._stop

    @callback
    def _stop(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()

    async def _each(self, entity_ids: Iterable[str], look: Callable[[str], None]) -> None:
        """Look at entities, a few in one turn, and at the first ones when whoever asks is done."""
        for some in batched(entity_ids, AT_ONCE, strict=False):
            await asyncio.sleep(0)
            for entity_id in some if self._unsubscribe else ():
                look(entity_id)

    def _announce_all(self) -> None:
        every = [state.entity_id for state in self._hass.states.async_all()]
        self._create_task(self._each(every, self._announce), "announce entities")

    @callback
    def want(self, filters: Mapping[str, QoS]) -> None:
        """Tell the states of what is asked for only now, or otherwise, as a broker tells what is retained."""
        inner = {each: qos for each, qos in filters.items() if each.startswith(INNER)}
        new = {each for each, qos in inner.items() if self._filters.get(each) != qos}
        self._filters = inner
        before, self._configs = self._configs, {each for each in filters if each.endswith(_CONFIGS)}
        # Discovery that is switched off or listens elsewhere has forgotten all that was announced.
        self.renew(new if before is None or before == self._configs else {*new, *self._configs})

    @callback
    def renew(self, filters: Iterable[str]) -> None:
        """Tell once more what there is, as soon as whoever asks is done with what it does."""
        asked = list(filters)

        def hear(entity_id: str) -> None:
            topics = ENTITIES + entity_id, f"{ENTITIES}{entity_id}/availability"
            if any(matches(each, topic) for each in asked for topic in topics):
                self._hear_state(self._hass.states.get(entity_id), retain=True)

        if any(each.endswith(_CONFIGS) for each in asked) and self._unsubscribe:
            self._known.clear()
            self._announce_all()
        elif asked:
            self._create_task(self._each(list(self._known), hear), "tell entities")

    def _announce(self, entity_id: str) -> None:
        """Announce an entity that is new or called otherwise, or take back one that is gone."""
        state = self._hass.states.get(entity_id)
        component = _component(split_entity_id(entity_id)[0])
        topic = f"{ENTITIES}{component}/{entity_id.replace('.', '_')}/config"
        config = announcement(self._hass, state) if state is not None else None
        room = entity_id in self._known or len(self._known) < MOST_ENTITIES
        said = json.dumps(config) if config is not None and room else ""
        if said == self._known.get(entity_id, ""):
            return
        self._hear(topic, said, retain=True)
        if said:
            self._known[entity_id] = said
            self._hear_state(state, retain=True)
        else:
            del self._known[entity_id]

    def _hear_state(self, state: State | None, *, retain: bool) -> None:
        if state is None:
            return
        there = state.state not in _NOT_THERE
        topic = ENTITIES + state.entity_id
        self._hear(f"{topic}/availability", "online" if there else "offline", retain=retain)
        if there:
            self._hear(topic, state.state, retain=retain)

    def _hear(self, topic: str, payload: str, *, retain: bool) -> None:
        self._receive(Message(topic, payload.encode(), retain=retain, received=time.time()))

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        entity_id, old, new = event.data["entity_id"], event.data["old_state"], event.data["new_state"]
        if new is None or entity_id not in self._known:
            self._announce(entity_id)
        elif old is None or old.state != new.state:
            self._hear_state(new, retain=old is None or old.state in _NOT_THERE)

    @callback
    def _renamed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        self._announce(event.data["entity_id"])

    @callback
    def _moved(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        entries = er.async_entries_for_device(er.async_get(self._hass), event.data["device_id"])
        entities = [entry.entity_id for entry in entries]
        self._create_task(self._each(entities, self._announce), "announce a device")


def _component(domain: str) -> str:
    """Return as what an entity announces itself: what only tells something is a sensor."""
    if domain in _PEOPLE:
        return "device_tracker"
    return "binary_sensor" if domain in SWITCHED else "sensor"


def _ignore(_: Message) -> None:
    """Tell nobody: the bot is not there yet."""


def announcement(hass: HomeAssistant, state: State) -> dict[str, Any] | None:
    """Return the configuration of an entity as MQTT discovery has it; None for one that is left out."""
    domain = split_entity_id(state.entity_id)[0]
    entry = er.async_get(hass).async_get(state.entity_id)
    if domain not in SWITCHED | _TOLD or (entry is not None and (entry.platform in _OTHERS or entry.hidden)):
        return None
    topic = ENTITIES + state.entity_id
    config: dict[str, Any] = {
        "unique_id": topic,
        "name": state.name,
        "state_topic": topic,
        "availability_topic": f"{topic}/availability",
        "device": _device(hass, entry),
        **({"payload_on": "on", "payload_off": "off"} if domain in SWITCHED else {}),
    }
    if entry is not None:
        config["name"] = entry.name or entry.original_name
        config["entity_category"] = entry.entity_category
    if not config["device"].get("name"):
        config["name"] = state.name
    for key in ("unit_of_measurement", "device_class", "state_class"):
        if domain in {"sensor", "binary_sensor"} or key == "unit_of_measurement":
            config[key] = state.attributes.get(key)
    return {key: value for key, value in config.items() if value is not None or key == "name"}


def _device(hass: HomeAssistant, entry: er.RegistryEntry | None) -> dict[str, Any]:
    device = dr.async_get(hass).async_get(entry.device_id) if entry is not None and entry.device_id else None
    area_id = (entry.area_id if entry is not None else None) or (
        device.area_id if device is not None else None
    )
    area = ar.async_get(hass).async_get_area(area_id) if area_id else None
    said = {"suggested_area": area.name} if area is not None else {}
    if device is None:
        return said
    return {**said, "name": device.name_by_user or device.name, "identifiers": [device.id]}


class WithEntities:
    """A broker beside which entities are listened to: what is asked for inside never gets to it."""

    def __init__(self, broker: Broker, entities: EntitySource) -> None:
        self._broker = broker
        self._entities = entities

    @property
    def status(self) -> LinkStatus:
        return self._broker.status

    @property
    def refused(self) -> Mapping[str, str]:
        return self._broker.refused

    def want(self, filters: Mapping[str, QoS]) -> None:
        self._broker.want({each: qos for each, qos in filters.items() if not each.startswith(INNER)})
        self._entities.want(filters)

    def renew(self, filters: Iterable[str]) -> None:
        asked = list(filters)
        self._broker.renew(each for each in asked if not each.startswith(INNER))
        self._entities.renew(each for each in asked if each.startswith(INNER) or each.endswith(_CONFIGS))

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        await self._broker.publish(topic, payload, qos, retain, properties=properties)

    def reconnect(self) -> None:
        self._broker.reconnect()
