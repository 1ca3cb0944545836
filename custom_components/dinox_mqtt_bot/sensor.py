"""How the bot is, in numbers, and the newest value of every plain topic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .bot.model.status import BotState, BotStatus, Phase
from .bot.peers.beacon import Beacon
from .const import CONF_FILTER, SUBENTRY_TOPIC
from .entity import OtherBotEntity, StatusEntity, async_add_for_subentries, async_forget
from .hass.values import excerpt, plain_topic
from .runtime.found_sensors import FoundSensors
from .runtime.runtime import BotConfigEntry, BotRuntime
from .topic_sensor import STATE_CHARACTERS, FoundSensor, TopicSensor

PARALLEL_UPDATES = 0

MOST_NAMES = 20

UNREAD_SECONDS = 60.0
"""Each message that is read at once would be two rows in the recorder."""

type Attributes = Mapping[str, StateType | datetime]


def _reason(status: BotStatus) -> Attributes:
    """Tell why the bot is not online, as a key: the broker's reason before the XMPP server's."""
    reasons = (link.reason for link in (status.broker, status.chat) if link.phase is not Phase.ONLINE)
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
