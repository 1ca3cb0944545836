"""Alerts in Home Assistant's logbook."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN
from .events import EVENT_ALERT

# Everything else is on the way: pending, recovering, inactive again.
TEXTS = {
    "fired": "common.logged_fired",
    "no_data": "common.logged_no_data",
    "resolved": "common.logged_resolved",
    "acknowledged": "common.logged_acknowledged",
    "snoozed": "common.logged_snoozed",
    "muted": "common.logged_muted",
    "closed": "common.logged_closed",
}
ON_THE_WAY = {
    "pending": "common.logged_pending",
    "firing": "common.logged_firing_again",
    "recovering": "common.logged_recovering",
    "inactive": "common.logged_inactive",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe the bus event of an alert, in Home Assistant's language as long as its bot runs."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_NAME: event.data["rule"],
            LOGBOOK_ENTRY_MESSAGE: _message(hass, event.data),
            LOGBOOK_ENTRY_ICON: "mdi:alert-outline",
        }

    async_describe_event(DOMAIN, EVENT_ALERT, describe)


def _message(hass: HomeAssistant, said: Mapping[str, Any]) -> str:
    entry = hass.config_entries.async_get_entry(said["entry_id"])
    topic = said["name"] or said["topic"] or said["rule"]  # the alert about the broker has no topic
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return f"{said['step'] or said['to_state']}: {topic}"
    key = TEXTS[said["step"]] if said["step"] else ON_THE_WAY[said["to_state"]]
    text: str = entry.runtime_data.phrases.phrase(
        key, topic=topic, value=said["text"] or "–", who=said["who"] or "–"
    )
    return text
