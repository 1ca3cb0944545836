"""What a config entry says of how its bot shows on MQTT."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry

from ..bot.model.message import QoS
from ..bot.model.rules import Display, Priority, RuleSet, Subscription
from ..bot.peers.beacon import (
    STATUS_FILTER,
    introduction_topic,
    last_alert_topic,
    remote_topic,
    status_topic,
)
from ..const import (
    CONF_CLIENT_ID,
    CONF_DISCOVERABLE,
    CONF_DISCOVERY_PREFIX,
    CONF_REMOTE,
    CONF_REMOTE_SECRET,
    CONF_TELL_NOTIFICATIONS,
    CONF_TELL_STATUS,
    DEFAULT_DISCOVERY_PREFIX,
    Remote,
)
from .account import is_prosody, is_pubsub_only
from .rules import rule_set


def _heard(topic_filter: str) -> Subscription:
    """Return what nobody is told of: of QoS 0, so that nothing is kept for a bot that is away."""
    return Subscription(topic_filter, QoS.AT_MOST_ONCE, priority=Priority.SILENT, display=Display.SILENT)


def bot_id(entry: ConfigEntry[Any]) -> str:
    """Return what stands for the bot in topics: its client id, where there is one."""
    return entry.data.get(CONF_CLIENT_ID) or entry.entry_id


def unfit(data: Mapping[str, Any]) -> str:
    """Return why the bot cannot show on MQTT, as a key; empty if it can."""
    if is_pubsub_only(data):
        return "pubsub"
    return "no_retain" if is_prosody(data) else ""


def tells_status(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot tells how it is, and follows how others are."""
    return not unfit(entry.data) and bool(entry.options.get(CONF_TELL_STATUS, True))


def tells_notifications(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot tells on MQTT what needs attention."""
    return not unfit(entry.data) and bool(entry.options.get(CONF_TELL_NOTIFICATIONS, True))


def is_discoverable(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot is a device for whoever reads Home Assistant's discovery on the broker."""
    return tells_status(entry) and bool(entry.options.get(CONF_DISCOVERABLE))


def introduced_on(entry: ConfigEntry[Any]) -> str:
    """Return where the bot introduces itself, if it does."""
    prefix = entry.options.get(CONF_DISCOVERY_PREFIX, DEFAULT_DISCOVERY_PREFIX)
    return introduction_topic(prefix, bot_id(entry))


def retained_topics(entry: ConfigEntry[Any]) -> list[str]:
    """Return where the broker retains something of the bot: its status last, which the others go by."""
    own = bot_id(entry)
    told = [status_topic(own)] if tells_status(entry) else []
    return [introduced_on(entry), last_alert_topic(own), *told] if is_discoverable(entry) else told


def remote_secret(entry: ConfigEntry[Any]) -> str | None:
    """Return what a command over MQTT has to carry: nothing (empty), or None where nobody may give any."""
    allowed = Remote(entry.options.get(CONF_REMOTE, Remote.NOBODY))
    if allowed is Remote.ANYBODY and not unfit(entry.data):
        return ""
    secret = entry.options.get(CONF_REMOTE_SECRET) or None
    return secret if allowed is Remote.SECRET and not unfit(entry.data) else None


def rules_of(entry: ConfigEntry[Any]) -> RuleSet:
    """Return everything the user configured for one bot, and what it listens to besides."""
    rules = rule_set(entry.subentries.values(), entry.options)
    others = [STATUS_FILTER] if tells_status(entry) else []
    commands = [] if remote_secret(entry) is None else [remote_topic(bot_id(entry), "+")]
    return replace(rules, beside=tuple(map(_heard, (*others, *commands))))
