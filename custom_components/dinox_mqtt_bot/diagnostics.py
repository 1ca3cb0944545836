"""What helps to find a fault, with nothing of what the user's home says: no payload, topic value, secret, JID."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_loaded_integration

from .bot.model.status import LinkStatus, Phase
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
    CONF_JID,
    CONF_NAME,
    CONF_NICK,
    CONF_NOTIFY_TARGETS,
    CONF_PAYLOAD,
    CONF_PUBSUB_SERVICE,
    CONF_TARGETS,
    CONF_TEMPLATE,
    CONF_TLS_NAME,
    CONF_TO,
    CONF_VALUE,
    CONF_VALUE_TO,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    DOMAIN,
)
from .runtime.runtime import BotConfigEntry, BotCoordinator

if TYPE_CHECKING:
    from .hass.mqtt_broker import HaBroker
    from .xmpp.pubsub.pubsub_broker import PubSubBroker

SECRETS = {
    CONF_ALIAS, CONF_CA, CONF_CLEAR, CONF_CLICK, CONF_CLIENT_CERT, CONF_CLIENT_ID, CONF_CLIENT_KEY, CONF_CONTACTS,
    CONF_ESCALATE_TO, CONF_HOST, CONF_JID, CONF_NAME, CONF_NICK, CONF_NOTIFY_TARGETS, CONF_PASSWORD, CONF_PAYLOAD, CONF_PUBSUB_SERVICE, CONF_TARGETS, CONF_TEMPLATE, CONF_TLS_NAME,
    CONF_TO, CONF_USERNAME, CONF_VALUE, CONF_VALUE_TO, CONF_XMPP_CA, CONF_XMPP_HOST, CONF_XMPP_PASSWORD,
}  # fmt: skip


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: BotConfigEntry) -> dict[str, Any]:
    coordinator = entry.runtime_data
    return {
        "version": str(async_get_loaded_integration(hass, DOMAIN).version),
        "data": async_redact_data(entry.data, SECRETS),
        "options": async_redact_data(entry.options, SECRETS),
        "subentries": [
            {"type": each.subentry_type, "data": async_redact_data(each.data, SECRETS)}
            for each in entry.subentries.values()
        ],
        "status": _status(coordinator),
        "alerts": _alerts(coordinator),
        "messages": _messages(coordinator.broker),
        "events_left_out": coordinator.allowance.refused,
        "on_mqtt": {
            "silent": coordinator.on_mqtt.silent,
            "dropped": coordinator.on_mqtt.outlet.dropped,
            "other_bots": len(list(coordinator.on_mqtt.others.neighbours)),
            "other_bots_left_out": coordinator.on_mqtt.others.neighbours.left_out,
        },
        "store": {
            "backlog": coordinator.store.backlog,
            "dropped": coordinator.store.dropped,
            "trouble": coordinator.store.trouble,
        },
    }


def _status(coordinator: BotCoordinator) -> Mapping[str, Any]:
    status = coordinator.bot.status
    return {
        "state": status.state,
        # Of a broker that lets the bot in, `detail` tells only what the two agreed on.
        "broker": {
            **_link(status.broker),
            "detail": status.broker.detail if status.broker.phase is Phase.ONLINE else "",
        },
        "chat": _link(status.chat),
        "paused": status.paused,
        "messages": status.messages,
        "dropped": status.dropped,
        "unread": status.unread,
        "undelivered": status.undelivered,
        "last_message": status.last_time,
        "refused": [reason for _filter, reason in status.refused],
    }


def _alerts(coordinator: BotCoordinator) -> Mapping[str, Any]:
    """Count the alerts, those of all rules and that of the broker; the rules are among the subentries."""
    alarms = coordinator.bot.alarms
    known = [alert for rule in alarms.rules for alert in alarms.of(rule.id)]
    return {
        "rules": len(alarms.rules),
        "enabled": sum(rule.enabled for rule in alarms.rules),
        "states": dict(Counter(alert.state.value for alert in known)),
        "active": len(alarms.active),
        "acknowledged": sum(alert.acknowledged for alert in alarms.active),
        "unwatched": alarms.engine.unwatched,
    }


def _messages(broker: BrokerLink | HaBroker | PubSubBroker) -> Mapping[str, int]:
    """Return what became of messages that were not simply taken in; nothing of it is known of Home Assistant's."""
    if not isinstance(broker, BrokerLink):
        return {}
    return {
        "failed": broker.failed,
        "oversized": broker.oversized,
        "unacknowledged": broker.unacknowledged,
    }


def _link(status: LinkStatus) -> Mapping[str, Any]:
    """Leave `detail` out: what the other side says may name hosts and accounts."""
    return {"phase": status.phase, "reason": status.reason, "fatal": status.fatal}
