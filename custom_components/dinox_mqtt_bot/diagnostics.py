"""What helps to find a fault, without payloads, secrets, JIDs and names of the user's home."""

from collections import Counter
from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_loaded_integration

from .bot.model.status import LinkStatus
from .bot.ports import Broker
from .bot.reading.readings import Readings
from .broker.link import BrokerLink
from .const import (
    CONF_ALIAS,
    CONF_CA,
    CONF_CLEAR,
    CONF_CLICK,
    CONF_CLIENT_CERT,
    CONF_CLIENT_ID,
    CONF_CLIENT_KEY,
    CONF_CONTACTS,
    CONF_ESCALATE_TO,
    CONF_FIELD,
    CONF_FILTER,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TOPIC,
    CONF_JID,
    CONF_NAME,
    CONF_NICK,
    CONF_NOTIFY_TARGETS,
    CONF_PAYLOAD,
    CONF_PUBSUB_SERVICE,
    CONF_REMOTE_SECRET,
    CONF_TARGETS,
    CONF_TEMPLATE,
    CONF_TLS_NAME,
    CONF_TO,
    CONF_TOPIC,
    CONF_VALUE,
    CONF_VALUE_TO,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    DOMAIN,
)
from .runtime.runtime import BotConfigEntry, BotRuntime

SECRETS = {
    CONF_ALIAS, CONF_CA, CONF_CLEAR, CONF_CLICK, CONF_CLIENT_CERT, CONF_CLIENT_ID, CONF_CLIENT_KEY,
    CONF_CONTACTS, CONF_ESCALATE_TO, CONF_HOST, CONF_JID, CONF_NAME, CONF_NICK, CONF_NOTIFY_TARGETS,
    CONF_PASSWORD, CONF_PAYLOAD, CONF_PUBSUB_SERVICE, CONF_REMOTE_SECRET, CONF_TARGETS, CONF_TEMPLATE,
    CONF_TLS_NAME, CONF_TO, CONF_USERNAME, CONF_VALUE, CONF_VALUE_TO, CONF_WEBHOOK_ID, CONF_XMPP_CA,
    CONF_XMPP_HOST, CONF_XMPP_PASSWORD,
}  # fmt: skip

# What names topics, fields, and (`key`) what is followed.
TOPICS = {
    CONF_FIELD, CONF_FILTER, CONF_FREE_TEXT_RESPONSE_TOPIC, CONF_FREE_TEXT_TOPIC, CONF_TOPIC, "key",
}  # fmt: skip

# Words of topics that tell of a product or a kind of thing, and of nobody's home.
KNOWN = frozenset(
    """
    action availability battery bridge brightness cmnd color command config contact current dinox energy
    event get home homeassistant homie humidity illuminance info lights linkquality lock lwt motion
    occupancy online openwb power power1 power2 pressure relay response result rpc rtl_433 sensor
    sensors set shellies stat state status switch tasmota tele telemetry temperature update value
    voltage zigbee2mqtt zwave
    """.split()  # noqa: SIM905 (a tuple would be a page)
)
_WORD = re.compile(r"[^/.\[\]\"']+")


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: BotConfigEntry) -> dict[str, Any]:
    runtime, hidden = entry.runtime_data, _Hidden()
    return {
        "version": str(async_get_loaded_integration(hass, DOMAIN).version),
        "data": async_redact_data(entry.data, SECRETS),
        "options": async_redact_data(hidden.topics(entry.options), SECRETS),
        "subentries": [
            {"type": each.subentry_type, "data": async_redact_data(hidden.topics(each.data), SECRETS)}
            for each in entry.subentries.values()
        ],
        "status": _status(runtime),
        "alerts": _alerts(runtime),
        "messages": _messages(runtime.broker),
        "discovery": _discovery(runtime.bot.readings),
        "topics_too_long": runtime.bot.readings.left_out,
        "events_left_out": runtime.announcer.left_out,
        "on_mqtt": {
            "silent": runtime.on_mqtt.silent,
            "dropped": runtime.on_mqtt.publisher.dropped,
            **runtime.on_mqtt.others.counts,
        },
        "store": {
            "backlog": runtime.store.backlog,
            "dropped": runtime.store.dropped,
            "trouble": runtime.store.trouble,
        },
    }


class _Hidden:
    """Takes the names out of topics and leaves their shape: the same word is the same in one download."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def topics(self, told: Any, key: str = "") -> Any:
        """Return settings with what is a topic, or a field, made nobody's."""
        if isinstance(told, Mapping):
            return {name: self.topics(value, name) for name, value in told.items()}
        if isinstance(told, list | tuple):
            return [self.topics(each, key) for each in told]
        return _WORD.sub(self._word, told) if key in TOPICS and isinstance(told, str) else told

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if word in {"+", "#"} or word.startswith("$") or word.isdecimal() or word.casefold() in KNOWN:
            return word
        return self._words.setdefault(word, f"name{len(self._words) + 1}")


def _status(runtime: BotRuntime) -> Mapping[str, Any]:
    status = runtime.bot.status
    return {
        "state": status.state,
        # Of a broker that lets the bot in, `detail` tells only what the two agreed on.
        "broker": {
            **_link(status.broker),
            "detail": status.broker.detail if status.broker.online else "",
        },
        "chat": _link(status.chat),
        "paused": status.paused,
        "messages": status.messages,
        "dropped": status.dropped,
        "unread": status.unread,
        "undelivered": status.undelivered,
        "failed": status.failed,
        "unreachable": [reason for _contact, reason in status.unreachable],
        "last_message": status.last_time,
        "refused": [reason for _filter, reason in status.refused],
    }


def _alerts(runtime: BotRuntime) -> Mapping[str, Any]:
    """Count the alerts, those of all rules and that of the broker; the rules are among the subentries."""
    alerts = runtime.bot.alerts
    known = [alert for rule in alerts.rules for alert in alerts.of(rule.id)]
    return {
        "rules": len(alerts.rules),
        "enabled": sum(rule.enabled for rule in alerts.rules),
        "states": dict(Counter(alert.state.value for alert in known)),
        "active": len(alerts.active),
        "acknowledged": sum(alert.acknowledged for alert in alerts.active),
        "unwatched": alerts.unwatched,
    }


def _discovery(readings: Readings) -> Mapping[str, int]:
    """Count what is known of devices, what there was no room for, and what is switched off."""
    return {"entities": len(readings.devices), "refused": readings.refused, "slow": len(readings.slow)}


def _messages(broker: Broker) -> Mapping[str, int]:
    """Return what became of messages not simply taken in; Home Assistant's MQTT tells nothing of it."""
    if not isinstance(broker, BrokerLink):
        return {}
    return {"failed": broker.failed, "oversized": broker.oversized, "unacknowledged": broker.unacknowledged}


def _link(status: LinkStatus) -> Mapping[str, Any]:
    """Leave `detail` out: what the other side says may name hosts and accounts."""
    return {"phase": status.phase, "reason": status.reason, "fatal": status.fatal}
