"""How the broker and the XMPP server are reached, how they are trusted, how long what comes is kept."""

from dataclasses import replace
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.util.ssl import create_client_context

from ..bot.model.jid import domain_of
from ..bot.model.replies import BotError
from ..broker.settings import BrokerSettings, Limits, Protocol, Transport
from ..const import (
    CONF_CA,
    CONF_CLIENT_CERT,
    CONF_CLIENT_ID,
    CONF_CLIENT_KEY,
    CONF_INSECURE_OK,
    CONF_JID,
    CONF_RETENTION_DAYS,
    CONF_RETENTION_ROWS,
    CONF_TLS,
    CONF_TLS_NAME,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_RESOURCE,
    CONF_XMPP_SECURITY,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETENTION_ROWS,
    Tls,
)
from ..xmpp.settings import Security, XmppSettings
from .account import EntryData, is_on_account, is_prosody
from .hosts import is_loopback

# Of Prosody's `mod_pubsub_mqtt`. It refuses no login and gives no session: nothing is to be named or proved.
_PROSODY = Limits(maximum_qos=0, retain=False, wildcards=False)


def broker_settings(data: EntryData) -> BrokerSettings:
    """Return how to reach the broker, without the will and the birth, which are the bot's."""
    settings = BrokerSettings(
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        client_id=data[CONF_CLIENT_ID],
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        protocol=Protocol[data[CONF_PROTOCOL].upper()],
        transport=Transport(data[CONF_TRANSPORT]),
        path=data[CONF_PATH],
        tls_name=data.get(CONF_TLS_NAME, ""),
    )
    return _on_account(settings, data) if is_on_account(data) else settings


def _on_account(settings: BrokerSettings, data: EntryData) -> BrokerSettings:
    """Return what the account's server wants: its login, or neither login nor session."""
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


def xmpp_settings(
    data: EntryData, *, name: str = "", avatar: bytes = b"", language: str = "en"
) -> XmppSettings:
    """Return how to log in as the bot; only for an entry whose JID is not empty."""
    domain = domain_of(data[CONF_JID])
    return XmppSettings(
        jid=data[CONF_JID],
        password=data[CONF_XMPP_PASSWORD],
        # Nothing to look up in the DNS about this machine.
        host=data[CONF_XMPP_HOST] or (domain if is_loopback(domain) else ""),
        port=data[CONF_XMPP_PORT],
        resource=data[CONF_XMPP_RESOURCE],
        security=Security(data[CONF_XMPP_SECURITY]),
        insecure=data[CONF_INSECURE_OK],
        name=name,
        avatar=avatar,
        language=language,
    )


def retention(options: EntryData) -> tuple[int, int]:
    """Return for how many days, and how many rows, the history is kept."""
    return (
        int(options.get(CONF_RETENTION_DAYS, DEFAULT_RETENTION_DAYS)),
        int(options.get(CONF_RETENTION_ROWS, DEFAULT_RETENTION_ROWS)),
    )


def broker_tls(data: EntryData) -> ssl.SSLContext | None:
    """Return the TLS context or None. Blocks. Raises BotError `invalid_ca` or `invalid_client_cert`."""
    trust = Tls(data[CONF_TLS])
    if trust is Tls.OFF:
        return None
    context = _trusting(data[CONF_CA] if trust is Tls.CUSTOM else None)
    if data[CONF_CLIENT_CERT]:
        _show_certificate(context, data[CONF_CLIENT_CERT], data[CONF_CLIENT_KEY])
    return context


def xmpp_tls(data: EntryData) -> ssl.SSLContext | None:
    """Return the XMPP server's TLS context, None without TLS. Blocks. Raises BotError `invalid_ca`."""
    if data[CONF_XMPP_SECURITY] == Security.PLAIN:
        return None
    return _trusting(data[CONF_XMPP_CA] or None)


def _trusting(ca: str | None) -> ssl.SSLContext:
    if ca is None:
        return create_client_context()
    if not ca or not ca.isascii():  # empty, it would mean the system's authorities
        raise BotError("invalid_ca")
    try:
        context = ssl.create_default_context(cadata=ca)
    except ValueError, ssl.SSLError:
        raise BotError("invalid_ca") from None
    # Home-made authorities often lack the key identifiers that RFC 5280 wants and Python ≥ 3.13 insists on.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _show_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a client certificate, which OpenSSL takes from a file only."""
    with TemporaryDirectory() as folder:  # readable by this user alone
        file = Path(folder, "client.pem")
        file.write_text(f"{certificate}\n{key}\n", "utf-8")
        try:
            # An encrypted key must not make OpenSSL ask for its password on the terminal.
            context.load_cert_chain(file, password="")
        except OSError, ValueError:
            raise BotError("invalid_client_cert") from None
