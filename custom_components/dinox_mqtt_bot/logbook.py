"""Alerts, and who answered what was asked, in Home Assistant's logbook."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback

from .bot.alerts.watches import BROKER
from .const import DOMAIN
from .hass.events import EVENT_ALERT, EVENT_ANSWER

# Everything else is on the way: pending, recovering, inactive again.
MESSAGES = {
    "fired": "common.logged_fired",
    "no_data": "common.logged_no_data",
    "resolved": "common.logged_resolved",
    "repeated": "common.logged_repeated",
    "escalated": "common.logged_escalated",
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
ABOUT_BROKER = {"no_data": "common.logged_broker_away", "resolved": "common.logged_broker_back"}


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None]
) -> None:
    """Describe alerts and answers, in Home Assistant's language as long as their bot runs."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        name, message = _alert_text(hass, event.data)
        return {
            LOGBOOK_ENTRY_NAME: name,
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ICON: "mdi:alert-outline",
        }

    @callback
    def describe_answer(event: Event) -> dict[str, Any]:
        name, message = _answer_text(hass, event.data)
        return {
            LOGBOOK_ENTRY_NAME: name,
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ICON: "mdi:comment-question-outline",
        }

    async_describe_event(DOMAIN, EVENT_ALERT, describe)
    async_describe_event(DOMAIN, EVENT_ANSWER, describe_answer)


def _answer_text(hass: HomeAssistant, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return which bot has asked, and who answered what."""
    entry = hass.config_entries.async_get_entry(said["entry_id"])
    name = entry.title if entry else DOMAIN
    question, who, answer = (" ".join((said[key] or "–").split()) for key in ("question", "by", "text"))
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return name, f"{question} {who}: {answer}"
    key = "common.inquiry_over" if said["id"] is None else "common.inquiry_decided"
    return name, entry.runtime_data.phrases.phrase(key, who=who, answer=answer, question=question)


def _alert_text(hass: HomeAssistant, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the alert is called, and what became of it."""
    entry = hass.config_entries.async_get_entry(said["entry_id"])
    name, step = said["rule"], said["step"]
    topic = said["name"] or said["topic"] or name  # the alert about the broker has no topic
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return name, f"{step or said['to_state']}: {topic}"
    phrase = entry.runtime_data.phrases.phrase
    texts = MESSAGES
    if said["rule_id"] == BROKER.id:
        texts = MESSAGES | ABOUT_BROKER
        name = topic = phrase("common.alert_broker")
    key = texts[step] if step else ON_THE_WAY[said["to_state"]]
    return name, phrase(key, topic=topic, value=said["text"] or "–", who=said["who"] or "–")
