"""How the bot is, in numbers, and the newest value of topics and of their fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorExtraStoredData,
    SensorStateClass,
)
from homeassistant.components.sensor.const import DEVICE_CLASS_STATE_CLASSES, DEVICE_CLASS_UNITS
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .bot.model.message import Reading
from .bot.model.rules import Value
from .bot.model.status import BotState, BotStatus
from .bot.payload.paths import lookup, parse_path
from .bot.peers.beacon import Beacon
from .bot.reading.sensors import FoundValue, classes_of
from .const import CONF_FILTER, SUBENTRY_TOPIC
from .entity import BotEntity, OtherBotEntity, StatusEntity, async_add_for_subentries, async_forget
from .hass.clock import Pulse
from .hass.values import excerpt, found_id, plain_topic, shown_number
from .runtime.devices import subentry_device
from .runtime.found_sensors import FoundSensors
from .runtime.runtime import BotConfigEntry, BotRuntime

PARALLEL_UPDATES = 0

MOST_NAMES = 20

# A state holds 255 characters; attributes stay small, because the recorder keeps each of their versions.
STATE_CHARACTERS = 255
FIELD_LINES = 32
FIELD_CHARACTERS = 120
VALUE = SensorEntityDescription(key="value", translation_key="value")

UNREAD_SECONDS = 60.0
"""Each message that is read at once would be two rows in the recorder."""

type Attributes = Mapping[str, StateType | datetime]


def _reason(status: BotStatus) -> Attributes:
    """Tell why the bot is not online, as a key: the broker's reason before the XMPP server's."""
    reasons = (link.reason for link in (status.broker, status.chat) if not link.online)
    return {"reason": next((reason for reason in reasons if reason), None)}


def _last(status: BotStatus) -> Attributes:
    time = dt_util.utc_from_timestamp(status.last_time) if status.last_time else None
    return {"topic": status.last_topic or None, "time": time}


def _no_attributes(_status: BotStatus) -> Attributes:
    return {}


@dataclass(frozen=True, kw_only=True)
class StatusDescription(SensorEntityDescription):
    """A value of the bot's status. `chat` marks what a bot without an XMPP account has not."""

    value: Callable[[BotStatus], StateType]
    attributes: Callable[[BotStatus], Attributes] = _no_attributes
    chat: bool = False


STATUS = (
    StatusDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in BotState],
        value=lambda status: status.state.value,
        attributes=_reason,
    ),
    StatusDescription(
        key="messages",
        translation_key="messages",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value=lambda status: status.messages,
    ),
    StatusDescription(
        key="last_message",
        translation_key="last_message",
        # What came last is another text with each message: so many rows in the recorder and in Activity.
        entity_registry_enabled_default=False,
        value=lambda status: excerpt(status.last_text, STATE_CHARACTERS) if status.last_time else None,
        attributes=_last,
    ),
    StatusDescription(
        key="undelivered",
        translation_key="undelivered",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda status: status.undelivered,
        chat=True,
    ),
    StatusDescription(
        key="failed",
        translation_key="failed",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda status: status.failed,
        chat=True,
    ),
)

UNREAD = StatusDescription(
    key="unread",
    translation_key="unread",
    state_class=SensorStateClass.MEASUREMENT,
    value=lambda status: status.unread,
    chat=True,
)

FIRING = StatusDescription(
    key="alerts_firing",
    translation_key="alerts_firing",
    state_class=SensorStateClass.MEASUREMENT,
    value=lambda status: status.firing,
)


@dataclass(frozen=True, kw_only=True)
class OtherBotDescription(SensorEntityDescription):
    """A value that another bot tells of itself."""

    value: Callable[[Beacon], StateType | datetime]


OTHER_BOT = (
    OtherBotDescription(
        key="messages",
        translation_key="messages",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value=lambda beacon: beacon.messages,
    ),
    OtherBotDescription(
        key="alerts_firing",
        translation_key="alerts_firing",
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda beacon: beacon.alerts_firing,
    ),
    OtherBotDescription(
        key="unread",
        translation_key="unread",
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda beacon: beacon.unread,
    ),
    OtherBotDescription(
        key="undelivered",
        translation_key="undelivered",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda beacon: beacon.undelivered,
    ),
    OtherBotDescription(
        key="since",
        translation_key="since",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda beacon: dt_util.utc_from_timestamp(beacon.since) if beacon.since else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    runtime = entry.runtime_data
    if not runtime.has_chat:
        async_forget(hass, entry, Platform.SENSOR, (each for each in (*STATUS, UNREAD) if each.chat))
    async_add_entities(
        StatusSensor(runtime, description)
        for description in STATUS
        if runtime.has_chat or not description.chat
    )
    if runtime.has_chat:
        async_add_entities([UnreadSensor(runtime, UNREAD)])
    async_add_entities([FiringSensor(runtime, FIRING)])
    sensors: dict[str, TopicSensor] = {}

    @callback
    def follow(subentry: ConfigSubentry) -> None:
        topic = plain_topic(subentry.data[CONF_FILTER])
        sensor = sensors.pop(subentry.subentry_id, None)
        if sensor is not None and sensor.topic == topic:
            sensors[subentry.subentry_id] = sensor
        elif sensor is not None:
            er.async_get(hass).async_remove(sensor.entity_id)
        if topic and subentry.subentry_id not in sensors:
            sensors[subentry.subentry_id] = TopicSensor(runtime, subentry.subentry_id, topic)
            async_add_entities([sensors[subentry.subentry_id]], config_subentry_id=subentry.subentry_id)

    async_add_for_subentries(entry, SUBENTRY_TOPIC, follow)
    found = FoundSensors(hass, entry, async_add_entities, partial(FoundSensor, runtime))
    entry.async_on_unload(runtime.announcer.readings.listen(found.hear))
    async_add_for_subentries(entry, SUBENTRY_TOPIC, found.follow)

    @callback
    def add_other(bot_id: str) -> None:
        async_add_entities(OtherBotSensor(runtime, description, bot_id) for description in OTHER_BOT)

    entry.async_on_unload(runtime.on_mqtt.others.follow(add_other))


class StatusSensor(StatusEntity, SensorEntity):
    """One value of the bot's status; never unavailable, because the bot itself is always there."""

    entity_description: StatusDescription

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value(self.runtime.bot.status)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        return dict(self.entity_description.attributes(self.runtime.bot.status))


class UnreadSensor(StatusSensor):
    """How much is not read yet: more of it is shown once a minute, that nothing is left at once."""

    def __init__(self, runtime: BotRuntime, description: StatusDescription) -> None:
        super().__init__(runtime, description)
        self._pulse = runtime.announcer.slower(UNREAD_SECONDS)
        self._shown: StateType = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._shown = self.native_value
        self.async_on_remove(self._pulse.listen(self._show))
        self.async_on_remove(self._pulse.close)

    @callback
    @override
    def changed(self) -> None:
        if self.native_value:
            self._pulse.beat()
        elif self._shown:
            self._pulse.notify()

    @callback
    def _show(self) -> None:
        self._shown = self.native_value
        self.async_write_ha_state()


class FiringSensor(StatusSensor):
    """How many alerts are active, and of which rules: names, or ids where there is none."""

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        alerts = self.runtime.bot.alerts
        names = {rule.id: rule.name for rule in alerts.rules}
        firing = dict.fromkeys(names.get(alert.rule) or alert.rule for alert in alerts.active)
        return {"names": list(firing)[:MOST_NAMES]}


class TopicSensor(BotEntity, RestoreSensor):
    """A topic's newest value, a number or cut text; the first shows at once, a flood once a second."""

    _unrecorded_attributes = frozenset({"fields"})

    def __init__(self, runtime: BotRuntime, subentry_id: str, topic: str) -> None:
        super().__init__(runtime, VALUE, subentry_id)
        self.topic = topic
        self._pulse = Pulse(runtime.hass.loop)
        self._attr_available = False

    @override
    async def async_added_to_hass(self) -> None:
        self._online()
        self._restore(await self.async_get_last_sensor_data())
        self.async_on_remove(self.runtime.announcer.watch(self.topic, self._read))
        self.async_on_remove(self.runtime.announcer.pulse.listen(self._follow))
        self.async_on_remove(self._pulse.close)
        self._pulse.listen(self.async_write_ha_state)
        await super().async_added_to_hass()

    def _restore(self, last: SensorExtraStoredData | None) -> None:
        if last is not None:
            self._attr_native_value = last.native_value
            self._attr_native_unit_of_measurement = last.native_unit_of_measurement
            if isinstance(last.native_value, int | float):
                self._attr_state_class = SensorStateClass.MEASUREMENT

    def _online(self) -> bool:
        """Take over whether the broker is there; say whether that changed."""
        before, self._attr_available = self._attr_available, self.runtime.online
        return before != self._attr_available

    @callback
    def _follow(self) -> None:
        if self._online():
            self._pulse.notify()

    def _classes(self, reading: Reading) -> tuple[str, str]:
        """Return device and state class as HA discovery has them."""
        return self.runtime.bot.readings.classes(self.topic)

    def _classify(self, reading: Reading, *, numeric: bool) -> None:
        """Take over the classes of HA discovery, as far as they go with a number of this unit."""
        device, state = self._classes(reading) if numeric else ("", "")
        known = SensorDeviceClass(device) if device in set(SensorDeviceClass) else None
        if known and self.native_unit_of_measurement not in DEVICE_CLASS_UNITS.get(known, ()):
            known = None
        wanted = SensorStateClass(state) if state in set(SensorStateClass) else SensorStateClass.MEASUREMENT
        fits = numeric and (known is None or wanted in DEVICE_CLASS_STATE_CLASSES[known])
        self._attr_device_class = known
        self._attr_state_class = wanted if fits else None

    @callback
    def _read(self, reading: Reading) -> None:
        self._show(reading, Value(reading.text, reading.value, reading.unit))
        lines = reading.fields[:FIELD_LINES]
        fields = {line.name: excerpt(f"{line.text} {line.unit}".strip(), FIELD_CHARACTERS) for line in lines}
        self._attr_extra_state_attributes = {"fields": fields} if fields else {}
        self._pulse.beat()

    def _show(self, reading: Reading, value: Value) -> None:
        number = shown_number(value.number)
        self._attr_native_value = excerpt(value.text, STATE_CHARACTERS) if number is None else number
        self._attr_native_unit_of_measurement = (value.unit or None) if number is not None else None
        self._classify(reading, numeric=number is not None)


class FoundSensor(TopicSensor):
    """A field of a topic, or a topic below a wildcard: off until somebody wants it."""

    _attr_entity_registry_enabled_default = False

    def __init__(self, runtime: BotRuntime, subentry_id: str, topic: str, found: FoundValue) -> None:
        super().__init__(runtime, subentry_id, topic)
        self._attr_unique_id = found_id(subentry_id, topic, found.path)
        self._attr_name = found.name
        self._attr_translation_key = None
        self._attr_device_info = subentry_device(runtime.hass, runtime.entry, subentry_id)
        self._path = parse_path(found.path)
        self._place = found.path

    @override
    def _classes(self, reading: Reading) -> tuple[str, str]:
        return classes_of(reading, self._place)

    @callback
    @override
    def _read(self, reading: Reading) -> None:
        """Show the field; a message without it changes nothing."""
        if (value := lookup(reading, self._path)) is not None:
            self._show(reading, value)
            self._pulse.beat()


class OtherBotSensor(OtherBotEntity, SensorEntity):
    """One value that another bot tells of itself, while it is there."""

    entity_description: OtherBotDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.beacon is not None and self.beacon.online

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value(self.beacon) if self.beacon is not None else None
