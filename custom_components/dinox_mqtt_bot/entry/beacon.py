"""What a config entry says of how its bot shows on MQTT."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry

from ..bot.model.message import QoS
from ..bot.model.rules import Display, Priority, RuleSet, Subscription
from ..bot.peers.beacon import STATUS_FILTER
from ..const import CONF_CLIENT_ID, CONF_TELL_NOTIFICATIONS, CONF_TELL_STATUS
from .account import is_prosody, is_pubsub_only
from .rules import rule_set

# Of QoS 0: told again each minute, it must not fill what the broker keeps for a bot that is away.
_OTHERS = Subscription(STATUS_FILTER, QoS.AT_MOST_ONCE, priority=Priority.SILENT, display=Display.SILENT)


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


def rules_of(entry: ConfigEntry[Any]) -> RuleSet:
    """Return everything the user configured for one bot, and what it listens to besides."""
    rules = rule_set(entry.subentries.values(), entry.options)
    return replace(rules, beside=(_OTHERS,)) if tells_status(entry) else rules
