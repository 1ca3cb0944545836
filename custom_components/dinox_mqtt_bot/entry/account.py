"""Of the config entry: whether the bot has an account, and whether that account's server is its broker."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_USERNAME

from ..bot.model.jid import domain_of
from ..bot.model.replies import BotError
from ..bot.pubsub.nodes import node_of
from ..const import (
    CONF_CLIENT_ID,
    CONF_DETECTED,
    CONF_JID,
    CONF_MODE,
    CONF_PUBSUB_ONLY,
    CONF_PUBSUB_SERVICE,
    CONF_SERVER,
    CONF_SERVER_VERSION,
    SUBENTRY_CONTACT,
    Mode,
)
from ..xmpp.detection import ServerKind

type EntryData = Mapping[str, Any]


def has_chat(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot has an XMPP account."""
    return bool(entry.data.get(CONF_JID))


def shares_account(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot's account is a user's own: then the conversation is that account's self-chat."""
    contacts = entry.get_subentries_of_type(SUBENTRY_CONTACT)
    return has_chat(entry) and any(contact.data[CONF_JID] == entry.data[CONF_JID] for contact in contacts)


def is_on_account(data: EntryData) -> bool:
    """Say whether the bot's messages come from the server of its own account."""
    return data.get(CONF_MODE) == Mode.XMPP_ACCOUNT


def is_prosody(data: EntryData) -> bool:
    """Say whether they come from a Prosody."""
    return is_on_account(data) and data.get(CONF_SERVER) == ServerKind.PROSODY


def same_login(data: EntryData, other: EntryData) -> bool:
    """Say whether two bots sign in alike at the same broker of any kind."""
    login = (CONF_HOST, CONF_PORT, CONF_USERNAME)
    return data.get(CONF_MODE) == other.get(CONF_MODE) == Mode.STANDALONE and all(
        data.get(key) == other.get(key) for key in login
    )


def is_pubsub_only(data: EntryData) -> bool:
    """Say whether they come by the XMPP connection, without any MQTT."""
    return is_on_account(data) and bool(data.get(CONF_PUBSUB_ONLY))


def pubsub_service(data: EntryData) -> str:
    """Return the JID of the account's PubSub service, as it is called as a rule where nobody has looked."""
    return data.get(CONF_PUBSUB_SERVICE) or f"pubsub.{domain_of(data[CONF_JID])}"


def connection(entry: ConfigEntry[Any]) -> dict[str, str]:
    """Return what the `config` command tells of the links; nothing secret."""
    data = entry.data
    if Mode(data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        told = {"broker": "Home Assistant"}
    elif is_pubsub_only(data):
        told = {"broker": f"PubSub ({data[CONF_PUBSUB_SERVICE]})"}
    else:
        told = {"broker": f"{data[CONF_HOST]}:{data[CONF_PORT]}"}
        if not is_prosody(data):
            told["client_id"] = data[CONF_CLIENT_ID]
    if is_prosody(data) and not is_pubsub_only(data):
        told["pubsub"] = pubsub_service(data)
    if is_on_account(data):
        version = data.get(CONF_SERVER_VERSION) or data[CONF_SERVER]
        told["server"] = f"{version} ({data.get(CONF_DETECTED, '–')})"
    return {**told, "account": data[CONF_JID]} if has_chat(entry) else told


def fit_filter(data: EntryData, topic_filter: str) -> None:
    """Raise BotError `prosody_wildcard` or `prosody_topic` for a filter the bot's server cannot deliver."""
    if not is_prosody(data):
        return
    service = pubsub_service(data)
    example = f"{service}/json/sensors"
    if "+" in topic_filter or "#" in topic_filter:
        raise BotError("prosody_wildcard", filter=topic_filter, example=example)
    if node_of(topic_filter, service if is_pubsub_only(data) else "") is None:
        raise BotError("prosody_topic", filter=topic_filter, example=example)
