"""Whether what a form says works, and what the account's own server offers: found by trying."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..bot.model.jid import domain_of
from ..bot.model.replies import BotError
from ..bot.ports import Phrases
from ..broker.finding import Door, DoorFound, try_doors
from ..broker.probe import ProbeResult, probe as probe_broker
from ..broker.settings import Transport
from ..const import (
    CONF_CA,
    CONF_CERTAINTY,
    CONF_CLIENT_CERT,
    CONF_CLIENT_KEY,
    CONF_DETECTED,
    CONF_DISCOVERY,
    CONF_ENCRYPTED,
    CONF_JID,
    CONF_PLAIN_PASSWORD_OK,
    CONF_PUBSUB_ONLY,
    CONF_PUBSUB_SERVICE,
    CONF_SERVER,
    CONF_SERVER_VERSION,
    CONF_TLS,
    CONF_TLS_NAME,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    Tls,
)
from ..entry.account import is_prosody
from ..entry.connections import broker_settings, broker_tls, xmpp_settings, xmpp_tls
from ..entry.hosts import is_loopback, typed_host
from ..hass.phrases import async_load_phrases
from ..xmpp.detection import Certainty, ServerFound, ServerKind, examine
from ..xmpp.probe import logged_in, probe as probe_xmpp
from ..xmpp.reach import RETURNED, inquire, try_message
from ..xmpp.settings import DEFAULT_TIMING


async def async_try_broker(hass: HomeAssistant, data: Mapping[str, Any], ask_for: str = "") -> ProbeResult:
    """Connect to the broker once, and see whether it answers a subscription to `ask_for`.

    Raises the BotError of `broker.probe`, `invalid_ca` or `invalid_client_cert`.
    """
    tls = await hass.async_add_executor_job(broker_tls, data)
    return await probe_broker(broker_settings(data), tls, hass.async_add_executor_job, ask_for=ask_for)


async def async_try_xmpp(hass: HomeAssistant, data: Mapping[str, Any]) -> None:
    """Log in at the XMPP server once. Raises the BotError of `xmpp.probe` or `invalid_ca`."""
    tls = await hass.async_add_executor_job(xmpp_tls, data)
    await probe_xmpp(xmpp_settings(data), tls=tls)


async def async_inquire(hass: HomeAssistant, data: Mapping[str, Any], jid: str) -> str:
    """Log in, say something to an address, and return why nothing reaches it.

    Empty where it got through, or nobody can be asked any more.
    """
    tls = await hass.async_add_executor_job(xmpp_tls, data)
    phrases = await async_load_phrases(hass)
    with suppress(BotError):
        async with logged_in(xmpp_settings(data), tls, DEFAULT_TIMING) as session:
            if reason := await inquire(session.xmpp, jid, DEFAULT_TIMING.answer):
                return reason
            text = phrases.phrase("common.test_message")
            if not await try_message(session.xmpp, jid, text, DEFAULT_TIMING.answer):
                return RETURNED
    return ""


PORTS = {True: 8883, False: 1883}
# No topic of Prosody, so it subscribes to nothing; what counts is whether there is an answer.
QUESTION = "dinox-probe"


@dataclass(frozen=True, slots=True)
class AccountFound:
    """What the account's server is, and what came of trying its MQTT ports, the best one first."""

    server: ServerFound
    doors: tuple[DoorFound, ...]

    @property
    def best(self) -> DoorFound | None:
        """The port by which messages can come, if there is one."""
        door = self.doors[0] if self.doors else None
        return door if door is not None and door.lets_in and door.answers else None

    @property
    def pubsub_only(self) -> bool:
        """Whether PubSub is the only way by which messages can come."""
        return self.best is None and self.server.kind is ServerKind.PROSODY and bool(self.server.pubsub)


async def async_find(hass: HomeAssistant, data: Mapping[str, Any]) -> AccountFound:
    """Log in and ask the server what it is; then try its MQTT ports. Raises the BotError of `xmpp.probe`."""
    tls = await hass.async_add_executor_job(xmpp_tls, data)
    server = await examine(xmpp_settings(data), tls)
    domain = domain_of(data[CONF_JID])
    hosts = dict.fromkeys((data[CONF_XMPP_HOST] or domain.strip("[]"), *server.hosts))
    doors: list[DoorFound] = []
    for host in hosts:
        doors += await async_try_host(hass, data, server.kind, host)
        if any(door.speaks_mqtt for door in doors):
            break
    return AccountFound(server, tuple(sorted(doors, key=_rank)))


def _rank(found: DoorFound) -> tuple[bool, bool, bool]:
    return not found.lets_in, not found.speaks_mqtt, found.door.tls is None


async def async_try_host(
    hass: HomeAssistant, data: Mapping[str, Any], kind: ServerKind, host: str, *, login: bool = True
) -> list[DoorFound]:
    """Try the MQTT ports of a host, with the account's password only where nobody can read it.

    Without `login` nobody is shown it: a broker says that it is there by refusing who has none.
    """
    doors = []
    for encrypted, port in PORTS.items():
        typed = {CONF_SERVER: kind.value, CONF_HOST: host, CONF_PORT: port, CONF_ENCRYPTED: encrypted}
        entry = dict(data) | _broker(typed, data) | {CONF_TLS_NAME: domain_of(data[CONF_JID])}
        if not login or not (encrypted or is_loopback(host)):
            entry[CONF_JID] = ""
        if kind is ServerKind.OTHER:
            entry[CONF_PROTOCOL] = "mqtt_311"  # it may be a Prosody, which must not be asked for MQTT 5
        tls = await hass.async_add_executor_job(broker_tls, entry)
        doors.append(Door(broker_settings(entry), tls))
    ask_for = QUESTION if kind is ServerKind.PROSODY else ""
    return await try_doors(doors, hass.async_add_executor_job, ask_for=ask_for)


def suggested(found: AccountFound) -> dict[str, Any]:
    """Fill in the form for what was found."""
    best = found.best or next(iter(found.doors))
    encrypted = found.best is None or best.door.tls is not None
    return {
        CONF_SERVER: found.server.kind.value,
        CONF_PUBSUB_ONLY: found.pubsub_only,
        CONF_HOST: best.door.settings.host,
        CONF_PORT: best.door.settings.port if found.best else PORTS[encrypted],
        CONF_ENCRYPTED: encrypted,
    }


def account_in_words(found: AccountFound, phrases: Phrases) -> str:
    """Say in plain words what the server is, how sure that is, and how messages can come from it."""
    server = found.server
    name = server.version or {ServerKind.EJABBERD: "ejabberd", ServerKind.PROSODY: "Prosody"}.get(
        server.kind, ""
    )
    certainty = server.certainty
    if any(door.is_ejabberd for door in found.doors):
        certainty = Certainty.CERTAIN
    kind = {
        Certainty.CERTAIN: "common.found_certain",
        Certainty.LIKELY: "common.found_likely",
        Certainty.UNKNOWN: "common.found_unknown",
    }[certainty]
    return f"{phrases.phrase(kind, server=name)} {_described_doors(found, phrases)}"


def _described_doors(found: AccountFound, phrases: Phrases) -> str:
    door = found.doors[0]
    host, port = door.door.settings.host, str(door.door.settings.port)
    if found.best is not None:
        key = "common.found_mqtt" if door.door.tls is not None else "common.found_mqtt_plain"
    elif door.lets_in:
        key = "common.found_no_suback"
    elif door.speaks_mqtt:
        key = "common.found_login_refused"
    else:
        key = "common.found_no_mqtt"
    sentences = [phrases.phrase(key, host=host, port=port)]
    if found.pubsub_only:
        sentences.append(phrases.phrase("common.found_pubsub"))
    elif found.best is not None and found.server.kind is ServerKind.PROSODY:
        sentences.append(phrases.phrase("common.prosody_limits"))
    return " ".join(sentences)


def server_data(typed: Mapping[str, Any], account: Mapping[str, Any], found: AccountFound) -> dict[str, Any]:
    """Read the server's form. Raises BotError `invalid_host`, `account_plain` or `no_pubsub`."""
    kind, host = ServerKind(typed[CONF_SERVER]), typed_host(typed[CONF_HOST])
    service = next(iter(found.server.pubsub), "")
    if typed[CONF_PUBSUB_ONLY] and (not service or kind is not ServerKind.PROSODY):
        raise BotError("no_pubsub")
    shown = kind is not ServerKind.PROSODY and not typed[CONF_ENCRYPTED] and not is_loopback(host)
    if shown and not typed[CONF_PUBSUB_ONLY]:
        raise BotError("account_plain", host=host)
    told = found.server.kind is kind
    return {
        **account,
        **_broker({**typed, CONF_HOST: host}, account),
        CONF_PUBSUB_ONLY: typed[CONF_PUBSUB_ONLY],
        CONF_PUBSUB_SERVICE: service,
        CONF_SERVER_VERSION: found.server.version,
        # What the user says and the server does not is no finding.
        CONF_CERTAINTY: (found.server.certainty if told else Certainty.UNKNOWN).value,
        CONF_DETECTED: dt_util.now().date().isoformat(),
    }


def first_options(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a new bot: Prosody has no wildcards to find devices with."""
    return {CONF_DISCOVERY: False} if is_prosody(data) else {}


def _broker(typed: Mapping[str, Any], account: Mapping[str, Any]) -> dict[str, Any]:
    """Return the broker's part of the entry; the login is the account's and not kept a second time."""
    encrypted = typed[CONF_ENCRYPTED]
    trust = Tls.CUSTOM if account[CONF_XMPP_CA] else Tls.SYSTEM
    return {
        CONF_SERVER: ServerKind(typed[CONF_SERVER]).value,
        CONF_HOST: typed[CONF_HOST],
        CONF_PORT: typed.get(CONF_PORT) or PORTS[encrypted],
        CONF_USERNAME: "",
        CONF_PASSWORD: "",
        CONF_TLS: (trust if encrypted else Tls.OFF).value,
        CONF_TLS_NAME: "",
        CONF_CA: account[CONF_XMPP_CA],
        CONF_CLIENT_CERT: "",
        CONF_CLIENT_KEY: "",
        CONF_PROTOCOL: "automatic",
        CONF_TRANSPORT: Transport.TCP.value,
        CONF_PATH: "/mqtt",
        CONF_PLAIN_PASSWORD_OK: False,
    }


async def async_try_server(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    """Log in at the MQTT port; return the data with the certificate's name.

    Raises the BotError of `broker.probe`, `invalid_ca`, or `no_suback` where no subscription is answered.
    """
    if data[CONF_PUBSUB_ONLY]:
        return dict(data)
    named = {**data, CONF_TLS_NAME: domain_of(data[CONF_JID])}
    ask_for = QUESTION if is_prosody(data) else ""
    try:
        result = await async_try_broker(hass, named, ask_for)
    except BotError as err:
        if err.key not in {"tls_failed", "tls_other_name"}:
            raise
        # Not the certificate of the XMPP server; that of the host is as good.
        named[CONF_TLS_NAME] = ""
        result = await async_try_broker(hass, named, ask_for)
    if not result.answers:
        raise BotError("no_suback")
    return named
