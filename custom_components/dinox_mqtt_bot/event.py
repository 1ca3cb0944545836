"""Every new message, and every alert that changes, as events that automations can wait for."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.model.announcements import AlertChanged, MessageReceived
from .bot.model.rules import Priority
from .entity import BotEntity
from .hass.events import ALERT_STEPS, alert_values, message_values, priority_of, step_of
from .runtime.runtime import BotConfigEntry

PARALLEL_UPDATES = 0

MESSAGE = EventEntityDescription(
    key="message",
    translation_key="message",
    # Each message is a row in the recorder and in Activity. The triggers need no entity.
    entity_registry_enabled_default=False,
    event_types=[priority.word for priority in Priority if priority > Priority.SILENT],
)

ALERT = EventEntityDescription(key="alert", translation_key="alert", event_types=list(ALERT_STEPS))


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities(
        [MessageEvent(entry.runtime_data, MESSAGE), AlertEventEntity(entry.runtime_data, ALERT)]
    )


class MessageEvent(BotEntity, EventEntity):
    """Fires per new message of priority normal or higher, paused too; not for known or redelivered."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.announcer.events.listen(self._fire))

    @callback
    def _fire(self, message: MessageReceived) -> None:
        self._trigger_event(priority_of(message).word, dict(message_values(message)))
        self.async_write_ha_state()


class AlertEventEntity(BotEntity, EventEntity):
    """Fires when an alert begins or ends, and when somebody does something to it."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.announcer.alerts.listen(self._fire))

    @callback
    def _fire(self, change: AlertChanged) -> None:
        if (step := step_of(change)) is not None:
            self._trigger_event(step, dict(alert_values(change)))
            self.async_write_ha_state()
