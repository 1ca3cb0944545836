"""What was typed into the forms, read and checked as far as that goes without asking the world."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME

from ..bot.model.errors import BotError
from ..bot.model.jid import bare_jid, domain_of
from ..bot.model.rules import Contact, Subscription
from ..bot.model.topics import valid_filter, valid_topic
from ..broker.settings import Transport
from ..const import (
    CONF_CA,
    CONF_CLICK,
    CONF_CLIENT_CERT,
    CONF_CLIENT_KEY,
    CONF_CONTACT,
    CONF_DISCOVERY_PREFIX,
    CONF_DND_ENTITY,
    CONF_INSECURE_OK,
    CONF_JID,
    CONF_NOTIFY_TARGETS,
    CONF_PLAIN_PASSWORD_OK,
    CONF_TLS,
    CONF_TOPICS,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_SECURITY,
    Tls,
)
from ..entry.hosts import typed_host
from ..entry.rules import contact, contact_subentry, is_local, is_loopback, subscription, topic_subentry
from ..hass.targets import valid_targets
from ..xmpp.settings import Security
from .forms import SECTIONS
from .free_text_forms import free_text_data

type Typed = Mapping[str, Any]

MQTT_PORTS = {
    (Transport.TCP, False): 1883,
    (Transport.TCP, True): 8883,
    (Transport.WEBSOCKETS, False): 80,
    (Transport.WEBSOCKETS, True): 443,
}


def broker_data(typed: Typed, stored: Typed) -> dict[str, Any]:
    """Read the broker's form; secrets left empty stay as they are stored.

    Raises BotError `invalid_host` or `plain_password`.
    """
    given = flat(typed)
    host = typed_host(given[CONF_HOST])
    username = given.get(CONF_USERNAME, "")
    certificate = given.get(CONF_CLIENT_CERT, "").strip()
    tls, transport = Tls(given[CONF_TLS]), Transport(given[CONF_TRANSPORT])
    path = given.get(CONF_PATH, "").strip().removeprefix("/") or "mqtt"
    plain_ok = given[CONF_PLAIN_PASSWORD_OK]
    if username and tls is Tls.OFF and not plain_ok and not is_local(host):
        raise BotError("plain_password", host=host)
    return {
        CONF_HOST: host,
        CONF_PORT: given.get(CONF_PORT) or MQTT_PORTS[transport, tls is not Tls.OFF],
        CONF_USERNAME: username,
        CONF_PASSWORD: secret(given, stored, CONF_PASSWORD) if username else "",
        CONF_TLS: tls.value,
        CONF_CA: given.get(CONF_CA, "").strip(),
        CONF_CLIENT_CERT: certificate,
        CONF_CLIENT_KEY: secret(given, stored, CONF_CLIENT_KEY).strip() if certificate else "",
        CONF_PROTOCOL: given[CONF_PROTOCOL],
        CONF_TRANSPORT: transport.value,
        CONF_PATH: f"/{path}",
        CONF_PLAIN_PASSWORD_OK: plain_ok,
    }


def xmpp_data(typed: Typed, stored: Typed) -> dict[str, Any]:
    """Read the account's form; a password left empty stays as it is stored, no JID means no account.

    Raises BotError `invalid_jid`, `invalid_host`, `password_missing` or `plain_needs_loopback`.
    """
    given = flat(typed)
    jid = bare_jid(given[CONF_JID]) if given.get(CONF_JID, "").strip() else ""
    host = typed_host(given[CONF_XMPP_HOST]) if given.get(CONF_XMPP_HOST, "").strip() else ""
    password = secret(given, stored, CONF_XMPP_PASSWORD) if jid else ""
    if jid and not password:
        raise BotError("password_missing")
    security, insecure_ok = Security(given[CONF_XMPP_SECURITY]), given[CONF_INSECURE_OK]
    if jid and security is Security.PLAIN and not insecure_ok and not is_loopback(host or domain_of(jid)):
        raise BotError("plain_needs_loopback")
    return {
        CONF_JID: jid,
        CONF_XMPP_PASSWORD: password,
        CONF_XMPP_HOST: host,
        CONF_XMPP_PORT: given.get(CONF_XMPP_PORT, 0),
        CONF_XMPP_SECURITY: security.value,
        CONF_XMPP_CA: given.get(CONF_XMPP_CA, "").strip(),
        CONF_INSECURE_OK: insecure_ok,
    }


def first_rules(typed: Typed) -> list[ConfigSubentryData]:
    """Read the last form of a new bot. Raises BotError `invalid_jid` or `invalid_filter`."""
    filters = dict.fromkeys(text.strip() for text in typed.get(CONF_TOPICS, ()))
    for topic_filter in filters:
        valid_filter(topic_filter)
    rules = [topic_subentry(Subscription(topic_filter)) for topic_filter in filters]
    if CONF_CONTACT in typed:
        rules.append(contact_subentry(Contact(bare_jid(typed[CONF_CONTACT]))))
    return rules


def options_data(typed: Typed) -> dict[str, Any]:
    """Read the form of the options. Raises BotError `invalid_topic`, `invalid_target`, or one about free text."""
    given = flat(typed)
    prefix = given[CONF_DISCOVERY_PREFIX].strip().strip("/")
    valid_topic(prefix)
    return {
        **given,
        **free_text_data(given),
        CONF_DISCOVERY_PREFIX: prefix,
        CONF_NOTIFY_TARGETS: valid_targets(given.get(CONF_NOTIFY_TARGETS, ())),
        CONF_CLICK: given.get(CONF_CLICK, "").strip(),
        # What is left empty is not in the form, and must not stay as it was.
        CONF_DND_ENTITY: given.get(CONF_DND_ENTITY, ""),
    }


def typed_subscription(typed: Typed) -> Subscription:
    """Read the form of a topic. Raises BotError `invalid_filter`."""
    wanted = subscription(_stripped(typed))
    valid_filter(wanted.filter)
    return wanted


def typed_contact(typed: Typed) -> Contact:
    """Read the form of a contact. Raises BotError `invalid_jid`."""
    known = contact(_stripped(typed))
    return replace(known, jid=bare_jid(known.jid))


def secret(given: Typed, stored: Typed, key: str) -> str:
    """Return a secret that was typed, or the stored one when the field was left empty."""
    return str(given.get(key) or stored.get(key, ""))


def flat(typed: Typed) -> dict[str, Any]:
    """Lift what was typed in a section to the level of the form."""
    top = {key: value for key, value in typed.items() if key not in SECTIONS}
    return top | {key: value for name in SECTIONS for key, value in typed.get(name, {}).items()}


def _stripped(typed: Typed) -> dict[str, Any]:
    return {key: value.strip() if isinstance(value, str) else value for key, value in typed.items()}
