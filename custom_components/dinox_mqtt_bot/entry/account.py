"""How the server of the bot's own account is talked to as a broker."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..bot.model.errors import BotError
from ..bot.pubsub.nodes import node_of
from ..broker.settings import BrokerSettings, Limits, Protocol
from ..const import (
    CONF_JID,
    CONF_MODE,
    CONF_PUBSUB_ONLY,
    CONF_PUBSUB_SERVICE,
    CONF_SERVER,
    CONF_XMPP_PASSWORD,
    Mode,
)
from ..xmpp.detection import ServerKind

type EntryData = Mapping[str, Any]

# Of Prosody's `mod_pubsub_mqtt`. It refuses no login and gives no session: there is nothing to name or to prove.
_PROSODY = Limits(maximum_qos=0, retain=False, wildcards=False)


def is_on_account(data: EntryData) -> bool:
    """Say whether the bot's messages come from the server of its own account."""
    return data.get(CONF_MODE) == Mode.XMPP_ACCOUNT


def is_prosody(data: EntryData) -> bool:
    """Say whether they come from a Prosody."""
    return is_on_account(data) and data.get(CONF_SERVER) == ServerKind.PROSODY


def is_pubsub_only(data: EntryData) -> bool:
    """Say whether they come by the XMPP connection, without any MQTT."""
    return is_on_account(data) and bool(data.get(CONF_PUBSUB_ONLY))


def on_account(settings: BrokerSettings, data: EntryData) -> BrokerSettings:
    """Return the settings as this server wants them: with the account's login, or with none and no session."""
    if not is_prosody(data):
        return replace(settings, username=data[CONF_JID], password=data[CONF_XMPP_PASSWORD])
    return replace(
        settings,
        client_id="",
        username="",
        password="",
        protocol=Protocol.MQTT_311,
        session_expiry=0,
        limits=_PROSODY,
    )


def fit_filter(data: EntryData, topic_filter: str) -> None:
    """Raise BotError `prosody_wildcard` or `prosody_topic` for a filter that the bot's server cannot deliver."""
    if not is_prosody(data):
        return
    service = data.get(CONF_PUBSUB_SERVICE) or f"pubsub.{data[CONF_JID].rpartition('@')[2]}"
    example = f"{service}/json/sensors"
    if "+" in topic_filter or "#" in topic_filter:
        raise BotError("prosody_wildcard", filter=topic_filter, example=example)
    if node_of(topic_filter, service if is_pubsub_only(data) else "") is None:
        raise BotError("prosody_topic", filter=topic_filter, example=example)
