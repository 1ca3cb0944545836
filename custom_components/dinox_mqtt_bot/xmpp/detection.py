"""What kind of server an account is on: its identity (XEP-0030), its version (XEP-0092), its services."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from enum import StrEnum
import ssl
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout

from .probe import logged_in
from .settings import DEFAULT_TIMING, Timing, XmppSettings

_MOST_SERVICES: Final = 20
_MOST_NODES: Final = 20
_UPLOAD: Final = "urn:xmpp:http:upload:0"
# The payloads that Prosody's `mod_pubsub_mqtt` knows, and the level of the topic that names them.
_TYPES: Final = {
    "{urn:xmpp:json:0}json": "json",
    "{https://prosody.im/protocol/data}data": "utf8",
    "{http://www.w3.org/2005/Atom}entry": "atom_title",
}


class ServerKind(StrEnum):
    """The servers that have an MQTT side of their own, and all others."""

    EJABBERD = "ejabberd"
    PROSODY = "prosody"
    OTHER = "other"


class Certainty(StrEnum):
    """How sure it is what kind a server is: it says so in two places, in one, or nowhere."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServerFound:
    """What a server tells of itself: JIDs of `pubsub` and `upload` services, empty without.

    `topics` are nodes with items, as Prosody names them on MQTT: `<service>/<type>/<node>`. `hosts` is where
    the DNS says that the server is, nothing if nobody asked.
    """

    kind: ServerKind
    certainty: Certainty
    version: str = ""
    pubsub: tuple[str, ...] = ()
    upload: str = ""
    topics: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Identity:
    """What one entity answers to disco#info."""

    jid: str
    names: frozenset[str] = frozenset()
    categories: frozenset[tuple[str, str]] = frozenset()
    features: frozenset[str] = frozenset()


async def examine(
    settings: XmppSettings, tls: ssl.SSLContext | None, *, timing: Timing = DEFAULT_TIMING
) -> ServerFound:
    """Log in once and out again, and say what the server is. Raises the BotError of `probe`."""
    async with logged_in(settings, tls, timing) as session:
        return await detect(session.xmpp, timing.answer)


async def detect(xmpp: ClientXMPP, patience: float) -> ServerFound:
    """Say what kind of server a logged-in client is on; what it does not answer in time is not there."""
    domain = xmpp.boundjid.domain
    server, version, jids = await asyncio.gather(
        _identity(xmpp, domain, patience), _version(xmpp, domain, patience), _items(xmpp, domain, patience)
    )
    services = await asyncio.gather(
        *(_identity(xmpp, jid, patience) for jid in jids[:_MOST_SERVICES] if jid != domain)
    )
    kind, certainty = judge(server.names, version[0], [name for each in services for name in each.names])
    pubsub = tuple(each.jid for each in services if ("pubsub", "service") in each.categories)
    return ServerFound(
        kind=kind,
        certainty=certainty,
        version=" ".join(filter(None, version)),
        pubsub=pubsub,
        upload=next((each.jid for each in services if _UPLOAD in each.features), ""),
        topics=await _topics(xmpp, pubsub[0], patience) if kind is ServerKind.PROSODY and pubsub else (),
        hosts=await _hosts(xmpp, domain),
    )


def judge(names: Iterable[str], software: str, services: Iterable[str]) -> tuple[ServerKind, Certainty]:
    """Say what a server is by its own names, its software's, and those of its services."""
    told = [_kind_of(*names), _kind_of(software)]
    known = {kind for kind in told if kind is not ServerKind.OTHER}
    if len(known) == 1:
        sure = told[0] is told[1]
        return known.pop(), Certainty.CERTAIN if sure else Certainty.LIKELY
    if not known and (kind := _kind_of(*services)) is not ServerKind.OTHER:
        return kind, Certainty.LIKELY
    return ServerKind.OTHER, Certainty.UNKNOWN


def _kind_of(*names: str) -> ServerKind:
    text = " ".join(names).lower()
    kinds = [kind for kind in (ServerKind.EJABBERD, ServerKind.PROSODY) if kind in text]
    return kinds[0] if len(kinds) == 1 else ServerKind.OTHER


async def _answer(question: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> Any:
    """Return the answer, None if it is an error or does not come."""
    try:
        return await question
    except IqError, IqTimeout:
        return None


async def _identity(xmpp: ClientXMPP, jid: str, patience: float) -> _Identity:
    answer = await _answer(xmpp.plugin["xep_0030"].get_info(jid=JID(jid), local=False, timeout=patience))
    if answer is None:
        return _Identity(jid)
    found = answer["disco_info"]
    return _Identity(
        jid,
        frozenset(name for *_, name in found["identities"] if name),
        frozenset((category, kind) for category, kind, *_ in found["identities"]),
        frozenset(found["features"]),
    )


async def _version(xmpp: ClientXMPP, jid: str, patience: float) -> tuple[str, str]:
    answer = await _answer(xmpp.plugin["xep_0092"].get_version(JID(jid), timeout=patience))
    if answer is None:
        return "", ""
    found = answer["software_version"]
    return found["name"], found["version"]


async def _items(xmpp: ClientXMPP, jid: str, patience: float) -> list[str]:
    """Return the services of a server."""
    return [item for item, _node, _name in await _listed(xmpp, jid, patience)]


async def _listed(xmpp: ClientXMPP, jid: str, patience: float) -> list[tuple[str, str, str]]:
    answer = await _answer(xmpp.plugin["xep_0030"].get_items(jid=JID(jid), local=False, timeout=patience))
    if answer is None:
        return []
    items = answer["disco_items"]["items"]
    return sorted((str(item), node or "", name or "") for item, node, name in items)


async def _topics(xmpp: ClientXMPP, service: str, patience: float) -> tuple[str, ...]:
    nodes = [node for _, node, _ in await _listed(xmpp, service, patience) if node][:_MOST_NODES]
    kinds = await asyncio.gather(*(_type(xmpp, service, node, patience) for node in nodes))
    return tuple(f"{service}/{kind}/{node}" for node, kind in zip(nodes, kinds, strict=True) if kind)


async def _type(xmpp: ClientXMPP, service: str, node: str, patience: float) -> str:
    """Return the type of a node's newest item, empty if it is none that MQTT carries."""
    pubsub = xmpp.plugin["xep_0060"]
    answer = await _answer(pubsub.get_items(JID(service), node, max_items=1, timeout=patience))  # type: ignore[no-untyped-call]
    items = answer["pubsub"]["items"] if answer is not None else ()
    payloads = (item["payload"] for item in items)
    return next((_TYPES.get(payload.tag, "") for payload in payloads if payload is not None), "")


async def _hosts(xmpp: ClientXMPP, domain: str) -> tuple[str, ...]:
    """Return where the server of a domain is by its SRV records, if the client looked them up."""
    if xmpp.custom_address:
        return ()
    records = await xmpp.get_dns_records(domain)
    return tuple(dict.fromkeys(host.rstrip(".") for _service, host, *_ in records))
