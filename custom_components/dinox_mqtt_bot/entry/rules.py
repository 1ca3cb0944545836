"""What a config entry says, as the values that the parts are built from."""

from collections.abc import Iterable, Mapping
import ipaddress
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Any

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.util.ssl import create_client_context

from ..bot.model.conditions import Condition, Operator
from ..bot.model.errors import BotError
from ..bot.model.jid import domain_of
from ..bot.model.message import QoS
from ..bot.model.rules import AlertRule, Contact, Display, Priority, Role, RuleSet, Subscription
from ..bot.model.subscriptions import fold
from ..broker.settings import BrokerSettings, Protocol, Transport
from ..const import (
    CONF_ALIAS,
    CONF_CA,
    CONF_CLEAR,
    CONF_CLICK,
    CONF_CLIENT_CERT,
    CONF_CLIENT_ID,
    CONF_CLIENT_KEY,
    CONF_CONTACTS,
    CONF_DIGEST_SECONDS,
    CONF_DISCOVERY,
    CONF_DISCOVERY_PREFIX,
    CONF_DISPLAY,
    CONF_ENABLED,
    CONF_ESCALATE_AFTER,
    CONF_ESCALATE_TO,
    CONF_FIELD,
    CONF_FILTER,
    CONF_HOLD,
    CONF_ICON,
    CONF_INSECURE_OK,
    CONF_JID,
    CONF_KEEP_DAYS,
    CONF_NAME,
    CONF_NOTIFY_TARGETS,
    CONF_NUMBER,
    CONF_OPERATOR,
    CONF_PRIORITY,
    CONF_QOS,
    CONF_RECEIVES,
    CONF_REPEAT,
    CONF_RETENTION_DAYS,
    CONF_RETENTION_ROWS,
    CONF_ROLE,
    CONF_SECONDS,
    CONF_SOUND,
    CONF_STORM,
    CONF_TARGETS,
    CONF_TLS,
    CONF_TLS_NAME,
    CONF_TRANSPORT,
    CONF_USER,
    CONF_VALUE,
    CONF_VALUE_TO,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_RESOURCE,
    CONF_XMPP_SECURITY,
    DEFAULT_DIGEST_SECONDS,
    DEFAULT_DISCOVERY_PREFIX,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETENTION_ROWS,
    DEFAULT_STORM,
    SUBENTRY_ALERT,
    SUBENTRY_BRIDGE,
    SUBENTRY_CONTACT,
    SUBENTRY_PRESET,
    SUBENTRY_TOPIC,
    Tls,
)
from ..xmpp.settings import Security, XmppSettings
from .account import is_on_account, on_account
from .bridges import bridge
from .presets import free_text, preset

# Where only the people of the house can listen: private (RFC 1918), link-local and unique local addresses.
LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
        "fc00::/7",
    )
)
LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa")

type Options = Mapping[str, Any]
type EntryData = Mapping[str, Any]


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
    return on_account(settings, data) if is_on_account(data) else settings


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


def rule_set(subentries: Iterable[ConfigSubentry], options: Options) -> RuleSet:
    """Return everything the user configured for one bot."""
    kept = tuple(subentries)
    discovery = options.get(CONF_DISCOVERY, True)
    return RuleSet(
        subscriptions=tuple(subscription(s.data) for s in kept if s.subentry_type == SUBENTRY_TOPIC),
        contacts=tuple(contact(s.data) for s in kept if s.subentry_type == SUBENTRY_CONTACT),
        discovery_prefix=options.get(CONF_DISCOVERY_PREFIX, DEFAULT_DISCOVERY_PREFIX) if discovery else "",
        digest_seconds=float(options.get(CONF_DIGEST_SECONDS, DEFAULT_DIGEST_SECONDS)),
        alerts=tuple(alert_rule(s.subentry_id, s.data) for s in kept if s.subentry_type == SUBENTRY_ALERT),
        targets=tuple(options.get(CONF_NOTIFY_TARGETS, ())),
        sound=bool(options.get(CONF_SOUND, True)),
        storm=int(options.get(CONF_STORM, DEFAULT_STORM)),
        click=options.get(CONF_CLICK, ""),
        bridges=tuple(bridge(s.subentry_id, s.data) for s in kept if s.subentry_type == SUBENTRY_BRIDGE),
        presets=tuple(preset(s.subentry_id, s.data) for s in kept if s.subentry_type == SUBENTRY_PRESET),
        free_text=free_text(options),
    )


def retention(options: Options) -> tuple[int, int]:
    """Return for how many days, and how many rows, the history is kept."""
    return (
        int(options.get(CONF_RETENTION_DAYS, DEFAULT_RETENTION_DAYS)),
        int(options.get(CONF_RETENTION_ROWS, DEFAULT_RETENTION_ROWS)),
    )


def subscription(data: Mapping[str, Any]) -> Subscription:
    """Read the data of a `topic` subentry."""
    return Subscription(
        filter=data[CONF_FILTER],
        qos=QoS(int(data.get(CONF_QOS, QoS.AT_LEAST_ONCE))),
        alias=data.get(CONF_ALIAS, ""),
        priority=Priority[data.get(CONF_PRIORITY, Priority.NORMAL.word).upper()],
        display=Display(data.get(CONF_DISPLAY, Display.EACH)),
        icon=data.get(CONF_ICON, ""),
        sound=bool(data.get(CONF_SOUND, True)),
        keep_days=float(data.get(CONF_KEEP_DAYS, 0)),
    )


def topic_subentry(wanted: Subscription) -> ConfigSubentryData:
    """Write a subscription as a `topic` subentry."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_TOPIC,
        unique_id=wanted.filter,
        title=wanted.alias or wanted.filter,
        data={
            CONF_FILTER: wanted.filter,
            CONF_QOS: str(int(wanted.qos)),  # as the form has it
            CONF_ALIAS: wanted.alias,
            CONF_PRIORITY: wanted.priority.word,
            CONF_DISPLAY: wanted.display.value,
            CONF_ICON: wanted.icon,
            CONF_SOUND: wanted.sound,
            CONF_KEEP_DAYS: int(wanted.keep_days),
        },
    )


def contact(data: Mapping[str, Any]) -> Contact:
    """Read the data of a `contact` subentry."""
    return Contact(
        jid=data[CONF_JID],
        name=data.get(CONF_NAME, ""),
        role=Role[data.get(CONF_ROLE, Role.ADMIN.word).upper()],
        receives=bool(data.get(CONF_RECEIVES, True)),
        user=data.get(CONF_USER, ""),
    )


def contact_subentry(known: Contact) -> ConfigSubentryData:
    """Write a contact as a `contact` subentry."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_CONTACT,
        unique_id=known.jid,
        title=known.name or known.jid,
        data={
            CONF_JID: known.jid,
            CONF_NAME: known.name,
            CONF_ROLE: known.role.word,
            CONF_RECEIVES: known.receives,
            CONF_USER: known.user,
        },
    )


# How many values an operator compares with; all others take one.
VALUES = {Operator.BETWEEN: 2, Operator.OUTSIDE: 2, Operator.CHANGES: 0, Operator.STALE: 0}


def alert_rule(subentry_id: str, data: Mapping[str, Any]) -> AlertRule:
    """Read the data of an `alert` subentry."""
    return AlertRule(
        filter=data[CONF_FILTER],
        condition=_condition(data),
        field=data.get(CONF_FIELD, ""),
        name=data.get(CONF_NAME, ""),
        id=subentry_id,
        number=int(data.get(CONF_NUMBER, 0)),
        hold=float(data.get(CONF_HOLD, 0)),
        repeat=float(data.get(CONF_REPEAT, 0)),
        priority=Priority[data.get(CONF_PRIORITY, Priority.ALERT.word).upper()],
        enabled=bool(data.get(CONF_ENABLED, True)),
        contacts=tuple(data.get(CONF_CONTACTS, ())),
        targets=tuple(data.get(CONF_TARGETS, ())),
        escalate_after=float(data.get(CONF_ESCALATE_AFTER, 0)),
        escalate_to=tuple(data.get(CONF_ESCALATE_TO, ())),
    )


def _condition(data: Mapping[str, Any]) -> Condition:
    operator = Operator[data[CONF_OPERATOR].upper()]
    values = (data.get(CONF_VALUE, ""), data.get(CONF_VALUE_TO, ""))
    return Condition(
        operator=operator,
        values=values[: VALUES.get(operator, 1)],
        clear=data.get(CONF_CLEAR, ""),
        seconds=float(data.get(CONF_SECONDS, 0)),
    )


def alert_subentry(rule: AlertRule) -> ConfigSubentryData:
    """Write an alert rule as an `alert` subentry; its id is the subentry's own."""
    value, value_to = (*rule.condition.values, "", "")[:2]
    return ConfigSubentryData(
        subentry_type=SUBENTRY_ALERT,
        unique_id=alert_unique_id(rule.name),
        title=rule.name or rule.filter,
        data={
            CONF_FILTER: rule.filter,
            CONF_FIELD: rule.field,
            CONF_OPERATOR: rule.condition.operator.word,
            CONF_VALUE: value,
            CONF_VALUE_TO: value_to,
            CONF_CLEAR: rule.condition.clear,
            CONF_SECONDS: rule.condition.seconds,
            CONF_NAME: rule.name,
            CONF_NUMBER: rule.number,
            CONF_HOLD: rule.hold,
            CONF_REPEAT: rule.repeat,
            CONF_PRIORITY: rule.priority.word,
            CONF_ENABLED: rule.enabled,
            CONF_CONTACTS: list(rule.contacts),
            CONF_TARGETS: list(rule.targets),
            CONF_ESCALATE_AFTER: rule.escalate_after,
            CONF_ESCALATE_TO: list(rule.escalate_to),
        },
    )


def alert_unique_id(name: str) -> str | None:
    """Return what no two rules of a bot share: the folded name.

    Unique ids are one space for all subentries of an entry; no topic filter and no bare JID begins like this one.
    """
    return f"{SUBENTRY_ALERT}/#{folded}" if (folded := fold(name)) else None


def is_loopback(host: str) -> bool:
    """Tell by its name alone whether a host is this machine."""
    name = host.strip("[]").lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Tell by its name or address alone whether a host is in the house."""
    name = host.strip("[]").lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.endswith(LOCAL_ENDINGS) or _is_single_label(name)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in LOCAL_NETWORKS)


def _is_single_label(name: str) -> bool:
    """Tell a bare host name, which no DNS of the world knows.

    Resolvers read `134744072` and `0x8080808` as addresses, and other scripts' full stops as dots.
    """
    return name.isascii() and "." not in name and ":" not in name and name[:1].isalpha()


def broker_tls(data: EntryData) -> ssl.SSLContext | None:
    """Return what the broker's certificate is checked with, None without TLS. Blocks: reads certificates.

    Raises BotError `invalid_ca` or `invalid_client_cert`.
    """
    trust = Tls(data[CONF_TLS])
    if trust is Tls.OFF:
        return None
    context = _trusting(data[CONF_CA] if trust is Tls.CUSTOM else None)
    if data[CONF_CLIENT_CERT]:
        _show_certificate(context, data[CONF_CLIENT_CERT], data[CONF_CLIENT_KEY])
    return context


def xmpp_tls(data: EntryData) -> ssl.SSLContext | None:
    """Return what the XMPP server's certificate is checked with, None without TLS. Blocks: reads certificates.

    Raises BotError `invalid_ca`.
    """
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
