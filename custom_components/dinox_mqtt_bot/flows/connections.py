"""The forms of the broker and of the XMPP account, and what was typed into them."""

from collections.abc import Iterable, Set as AbstractSet
from enum import Enum
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
import voluptuous as vol

from ..bot.model.jid import bare_jid, domain_of
from ..bot.model.replies import BotError
from ..broker.settings import Protocol, Transport
from ..const import (
    CONF_CA,
    CONF_CLIENT_CERT,
    CONF_CLIENT_KEY,
    CONF_ENCRYPTED,
    CONF_INSECURE_OK,
    CONF_INVITATION,
    CONF_JID,
    CONF_PLAIN_PASSWORD_OK,
    CONF_PUBSUB_ONLY,
    CONF_SERVER,
    CONF_TLS,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_SECURITY,
    LinkName,
    Tls,
)
from ..entry.hosts import Address, is_local, is_loopback, typed_address, typed_host
from ..xmpp.detection import ServerKind
from ..xmpp.settings import Security
from .fields import (
    ADDRESS,
    FLAG,
    LINES,
    SECRET,
    TEXT,
    FormInput,
    choice,
    folded,
    number_field,
    without_sections,
)

MQTT_PORTS = {
    (Transport.TCP, False): 1883,
    (Transport.TCP, True): 8883,
    (Transport.WEBSOCKETS, False): 80,
    (Transport.WEBSOCKETS, True): 443,
}

SECTION_CERTIFICATES = "certificates"
SECTION_ADVANCED = "advanced"

PORT = number_field(1, 65535)
USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))


def _words(members: Iterable[Enum]) -> list[str]:
    """Name the members: a value such as `3.1.1` cannot be a translation key."""
    return [member.name.lower() for member in members]


BROKER_FORM = vol.Schema(
    {
        vol.Required(CONF_HOST): TEXT,
        vol.Optional(CONF_PORT): PORT,
        vol.Optional(CONF_USERNAME): USERNAME,
        vol.Optional(CONF_PASSWORD): SECRET,
        vol.Required(CONF_TLS, default=Tls.OFF.value): choice(CONF_TLS, _words(Tls)),
        vol.Required(SECTION_CERTIFICATES): folded(
            {
                vol.Optional(CONF_CA): LINES,
                vol.Optional(CONF_CLIENT_CERT): LINES,
                vol.Optional(CONF_CLIENT_KEY): LINES,
            }
        ),
        vol.Required(SECTION_ADVANCED): folded(
            {
                vol.Required(CONF_PROTOCOL, default="automatic"): choice(CONF_PROTOCOL, _words(Protocol)),
                vol.Required(CONF_TRANSPORT, default=Transport.TCP.value): choice(
                    CONF_TRANSPORT, _words(Transport)
                ),
                vol.Optional(CONF_PATH): TEXT,
                vol.Required(CONF_PLAIN_PASSWORD_OK, default=False): FLAG,
            }
        ),
    }
)

_XMPP_ADVANCED = folded(
    {
        vol.Optional(CONF_XMPP_HOST): TEXT,
        vol.Optional(CONF_XMPP_PORT): PORT,
        vol.Required(CONF_XMPP_SECURITY, default=Security.STARTTLS.value): choice(
            CONF_XMPP_SECURITY, _words(Security)
        ),
        vol.Optional(CONF_XMPP_CA): LINES,
        vol.Required(CONF_INSECURE_OK, default=False): FLAG,
    }
)

XMPP_FORM = vol.Schema(
    {
        vol.Optional(CONF_JID): ADDRESS,
        vol.Optional(CONF_XMPP_PASSWORD): SECRET,
        vol.Optional(CONF_INVITATION): TEXT,
        vol.Required(SECTION_ADVANCED): _XMPP_ADVANCED,
    }
)

# Of a bot whose messages come from the server of its own account.
ACCOUNT_FORM = vol.Schema(
    {
        vol.Optional(CONF_JID): ADDRESS,
        vol.Optional(CONF_XMPP_PASSWORD): SECRET,
        vol.Optional(CONF_INVITATION): TEXT,
        vol.Required(SECTION_ADVANCED): _XMPP_ADVANCED,
    }
)

SERVER_FORM = vol.Schema(
    {
        vol.Required(CONF_SERVER): choice(CONF_SERVER, ServerKind),
        vol.Required(CONF_PUBSUB_ONLY, default=False): FLAG,
        vol.Required(CONF_HOST): TEXT,
        vol.Optional(CONF_PORT): PORT,
        vol.Required(CONF_ENCRYPTED, default=True): FLAG,
    }
)

REAUTH = {
    LinkName.BROKER: {vol.Optional(CONF_USERNAME): USERNAME, vol.Optional(CONF_PASSWORD): SECRET},
    LinkName.XMPP: {vol.Optional(CONF_XMPP_PASSWORD): SECRET},
}


SCHEMES = {
    "mqtt": (Transport.TCP, False),
    "tcp": (Transport.TCP, False),
    "mqtts": (Transport.TCP, True),
    "ssl": (Transport.TCP, True),
    "ws": (Transport.WEBSOCKETS, False),
    "wss": (Transport.WEBSOCKETS, True),
}


def spread_broker(typed: FormInput) -> dict[str, Any]:
    """Return the form with what was pasted as the host in the fields it belongs to.

    `host:1883`, `mqtts://me:secret@host`, `wss://host/path`. What cannot be read stays as it was typed.
    """
    pasted = _pasted(typed.get(CONF_HOST, ""), {"", *SCHEMES})
    if pasted is None:
        return dict(typed)
    said = {CONF_PORT: pasted.port, CONF_USERNAME: pasted.username, CONF_PASSWORD: pasted.password}
    spread = {**typed, CONF_HOST: pasted.host, **{key: value for key, value in said.items() if value}}
    if pasted.scheme:
        transport, encrypted = SCHEMES[pasted.scheme]
        if encrypted and spread.get(CONF_TLS, Tls.OFF) == Tls.OFF:
            spread[CONF_TLS] = Tls.SYSTEM.value
        path = {CONF_PATH: pasted.path} if pasted.path.strip("/") else {}
        spread[SECTION_ADVANCED] = {
            **typed.get(SECTION_ADVANCED, {}),
            CONF_TRANSPORT: transport.value,
            **path,
        }
    return spread


def spread_account(typed: FormInput) -> dict[str, Any]:
    """Return the account's form with `xmpp:` off the address, and a port beside the server in its field."""
    advanced = dict(typed.get(SECTION_ADVANCED, {}))
    pasted = _pasted(advanced.get(CONF_XMPP_HOST, ""), {"", "xmpp"})
    if pasted is not None:
        advanced[CONF_XMPP_HOST] = pasted.host
        if pasted.port:
            advanced[CONF_XMPP_PORT] = pasted.port
    spread = {**typed, SECTION_ADVANCED: advanced}
    jid = spread.pop(CONF_JID, "").strip()
    if "://" in jid or "preauth=" in jid:  # an invitation, pasted into the first field there is
        return spread if typed.get(CONF_INVITATION) else {**spread, CONF_INVITATION: jid}
    return {**spread, CONF_JID: jid.removeprefix("xmpp:")} if jid else spread


def spread_server(typed: FormInput) -> dict[str, Any]:
    """Return the form of the account's server with what was pasted as the host in its fields."""
    pasted = _pasted(typed.get(CONF_HOST, ""), {"", "mqtt", "mqtts"})
    if pasted is None:
        return dict(typed)
    port = {CONF_PORT: pasted.port} if pasted.port else {}
    return {**typed, CONF_HOST: pasted.host, **port}


def _pasted(text: str, schemes: AbstractSet[str]) -> Address | None:
    """Read a host with what is around it; None where there is none, or something else."""
    try:
        address = typed_address(text)
    except BotError:
        return None
    return address if address.scheme in schemes else None


def broker_data(typed: FormInput, stored: FormInput) -> dict[str, Any]:
    """Read the form, keeping empty secrets. Raises BotError `invalid_host` or `plain_password`."""
    given = without_sections(typed, BROKER_FORM)
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


def xmpp_data(typed: FormInput, stored: FormInput) -> dict[str, Any]:
    """Read the account's form; an empty password stays as it is stored, no JID means no account.

    Raises BotError `invalid_jid`, `invalid_host`, `password_missing` or `plain_needs_loopback`.
    """
    given = without_sections(typed, XMPP_FORM)
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


def secret(given: FormInput, stored: FormInput, key: str) -> str:
    """Return a secret that was typed, or the stored one when the field was left empty."""
    return str(given.get(key) or stored.get(key, ""))
