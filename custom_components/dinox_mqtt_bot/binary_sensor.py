"""Whether the two connections stand, and whether something is wrong: one sensor for each alert rule."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .bot.model.alert import Alert
from .bot.model.announcements import AlertChanged
from .bot.model.status import BotStatus, LinkStatus
from .const import SUBENTRY_ALERT
from .entity import BotEntity, OtherBotEntity, StatusEntity, async_add_for_subentries, async_forget
from .entry.rules import ALERTS
from .hass.clock import Pulse
from .hass.values import excerpt
from .runtime.devices import async_bot_device
from .runtime.runtime import BotConfigEntry, BotRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LinkDescription(BinarySensorEntityDescription):
    """A connection and where its state stands. `chat` marks the one that a bot may do without."""

    link: Callable[[BotStatus], LinkStatus]
    chat: bool = False


LINKS = (
    LinkDescription(key="mqtt", translation_key="mqtt", link=lambda status: status.broker),
    LinkDescription(key="xmpp", translation_key="xmpp", link=lambda status: status.chat, chat=True),
)

ALERT = BinarySensorEntityDescription(key="alert", translation_key="alert")
OTHER_BOT = BinarySensorEntityDescription(
    key="online", translation_key="online", device_class=BinarySensorDeviceClass.CONNECTIVITY
)

# Attributes stay small, because the recorder keeps each of their versions.
MOST_TOPICS = 20
VALUE_CHARACTERS = 120


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    runtime = entry.runtime_data
    if not runtime.has_chat:
        async_forget(hass, entry, Platform.BINARY_SENSOR, (each for each in LINKS if each.chat))
    async_add_entities(
        LinkBinarySensor(runtime, description)
        for description in LINKS
        if runtime.has_chat or not description.chat
    )
    known: set[str] = set()
    device = async_bot_device(hass, entry)

    @callback
    def follow(subentry: ConfigSubentry) -> None:
        if subentry.subentry_id not in known:
            known.add(subentry.subentry_id)
            sensor = AlertBinarySensor(runtime, subentry, device)
            async_add_entities([sensor], config_subentry_id=subentry.subentry_id)

    async_add_for_subentries(entry, SUBENTRY_ALERT, follow)

    @callback
    def add_other(bot_id: str) -> None:
        async_add_entities([OtherBotBinarySensor(runtime, OTHER_BOT, bot_id)])

    entry.async_on_unload(runtime.on_mqtt.others.follow(add_other))


class LinkBinarySensor(StatusEntity, BinarySensorEntity):
    """One connection; never unavailable, because it is there to tell just that."""

    entity_description: LinkDescription
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.link(self.runtime.bot.status).online


class OtherBotBinarySensor(OtherBotEntity, BinarySensorEntity):
    """Whether another bot is there, as it says itself or its will does."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.beacon.online if self.beacon is not None else None


class AlertBinarySensor(BotEntity, BinarySensorEntity):
    """On while an alert of one rule is active.

    Always available: an alert stands while the broker is away, and none stands while its rule is off. On and
    off show at once, the rest once a second: a rule may have thousands of alerts.
    """

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _unrecorded_attributes = frozenset({"topics", "numbers", "value"})

    def __init__(self, runtime: BotRuntime, subentry: ConfigSubentry, device: DeviceEntry) -> None:
        super().__init__(runtime, ALERT, subentry.subentry_id)
        # The entity goes with its subentry, but the device is the bot's: `device_info` would take it.
        self._attr_device_info = None
        self.device_entry = device
        self._pulse = Pulse(runtime.hass.loop)
        self._subentry = subentry
        self._take(subentry)
        self._active: dict[str, Alert] = {}

    def _take(self, subentry: ConfigSubentry) -> None:
        """Take the rule over as it is now."""
        self._rule = ALERTS.of(subentry)
        self._attr_name = ALERTS.name_of(subentry)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._take(self._subentry)  # Home Assistant changes it in place
        known = self.runtime.bot.alerts.of(self._rule.id)
        self._active = {alert.topic: alert for alert in known if alert.active}
        self.async_on_remove(self.runtime.announcer.alerts.listen(self._changed))
        self.async_on_remove(self.runtime.subentries.listen(self._reconfigured))
        self.async_on_remove(self.runtime.announcer.pulse.listen(self._follow))
        self.async_on_remove(self._pulse.close)
        self.async_on_remove(self._pulse.listen(self.async_write_ha_state))

    @callback
    def _reconfigured(self, subentry: ConfigSubentry) -> None:
        """Show what the user changed; what it does to the alerts is announced by the bot."""
        if subentry.subentry_id == self._rule.id:
            self._take(subentry)
            self._pulse.notify()

    @callback
    def _changed(self, change: AlertChanged) -> None:
        if change.rule.id != self._rule.id:
            return
        was_on = self.is_on
        if change.alert.active:
            self._active[change.alert.topic] = change.alert
        else:
            self._active.pop(change.alert.topic, None)
        if self.is_on != was_on:
            self._pulse.notify()
        else:
            self._pulse.beat()

    @callback
    def _follow(self) -> None:
        """Show the newest values, if there is an alert to show them of."""
        if self._active:
            self._pulse.beat()

    @property
    @override
    def is_on(self) -> bool:
        return bool(self._active)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        find = self.runtime.bot.alerts.get
        shown = [
            find(self._rule.id, topic) or alert for topic, alert in islice(self._active.items(), MOST_TOPICS)
        ]
        count = {"enabled": self._rule.enabled, "count": len(self._active)}
        return count | (_attributes(shown) if shown else {})


def _attributes(shown: list[Alert]) -> dict[str, Any]:
    """Tell of the active alerts, the oldest first; value and peak are those of the first."""
    first = shown[0]
    return {
        "topics": [alert.topic for alert in shown],
        "numbers": [alert.number for alert in shown],
        "since": dt_util.utc_from_timestamp(first.fired),
        "value": excerpt(first.value, VALUE_CHARACTERS),
        "peak": excerpt(first.peak, VALUE_CHARACTERS) or None,
        "acknowledged_by": first.acknowledged_by or None,
    }
