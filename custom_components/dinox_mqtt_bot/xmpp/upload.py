"""Files put where contacts can fetch them (XEP-0363), and fetched where contacts put them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import ipaddress
import re
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit
import xml.etree.ElementTree as ET

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout

from ..bot.model.replies import BotError
from ..bot.text.numbers import size_text
from .session import Session

_UPLOAD: Final = "urn:xmpp:http:upload:0"
_NS: Final = f"{{{_UPLOAD}}}"
_FIELD: Final = "{jabber:x:data}field"
_VALUE: Final = "{jabber:x:data}value"
# XEP-0363 §4: no other header may be set for the server.
_HEADERS: Final = frozenset({"authorization", "cookie", "expires"})
_MOST_SERVICES: Final = 20
_HTTPS: Final = 443
_NOWHERE: Final = "-"
# What no address has: a reader may take it for something else than another one does.
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f\\]")

type Put = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Puts bytes at an address with these headers; returns the HTTP status. BotError `upload_failed`."""

type Get = Callable[[str, str], Awaitable[bytes]]
"""Returns the bytes at an address. The second is the one host beside public ones that may be asked, by its IP
address. Raises BotError `file_unreadable`, `file_too_large`."""


@dataclass(frozen=True, slots=True)
class _Service:
    """An upload service, and how many bytes it takes; 0 if it does not say."""

    jid: str
    largest: int


@dataclass(frozen=True, slots=True)
class _Slot:
    put: str
    get: str
    headers: Mapping[str, str]


class Uploader:
    """`ports.Uploads` over the link's session of now. The service is looked for once a session."""

    def __init__(self, put: Put | None, patience: float, get: Get | None = None) -> None:
        self._put = put
        self._get = get
        self._patience = patience
        # Where what is put there can be read, as the service itself says.
        self._origin = ""
        self._session: Session | None = None
        self._service: _Service | None = None

    def begin(self, session: Session) -> None:
        """Work in this session."""
        if session is not self._session:
            self._session, self._service, self._origin = session, None, ""

    def end(self) -> None:
        """Work no more until the next session."""
        self._session = self._service = None

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        """Put a file there and return its address. Raises what `ports.Uploads` says."""
        if self._put is None or self._session is None:
            raise BotError("upload_unavailable")
        session = self._session
        try:
            service = self._service = self._service or await self._find(session)
            if service.largest and len(payload) > service.largest:
                raise BotError("upload_too_large", maximum=size_text(service.largest))
            slot = await self._request(session, service, name, mime, len(payload))
        except IqTimeout as error:
            raise BotError("upload_failed", reason="timeout") from error
        status = await self._put(slot.put, {**slot.headers, "Content-Type": mime}, payload)
        if status not in {200, 201}:
            raise BotError("upload_failed", reason=f"HTTP {status}")
        return slot.get

    async def fetch(self, address: str) -> bytes:
        """Return a file that somebody has put on the own server's upload service, and on no other.

        Where its files are read only the service can say: in a place for a file, which is asked for once a
        session and left empty. Raises BotError `file_source_unknown`, `file_foreign`, and as `Get`.
        """
        if self._get is None or self._session is None:
            raise BotError("file_source_unknown")
        if origin_of(address) is None:
            raise BotError("file_foreign")
        session = self._session
        if not self._origin:
            try:
                service = self._service = self._service or await self._find(session)
                slot = await self._request(session, service, "file.bin", "application/octet-stream", 1)
            except (IqTimeout, BotError) as error:
                raise BotError("file_source_unknown") from error
            self._origin = origin_of(slot.get) or _NOWHERE
        if origin_of(address) != self._origin:
            raise BotError("file_foreign")
        return await self._get(_encoded(address), peer_of(session))

    async def _find(self, session: Session) -> _Service:
        """Return the server's upload service. Raises BotError `upload_unavailable`, IqTimeout."""
        xmpp = session.xmpp
        disco, domain = xmpp.plugin["xep_0030"], xmpp.boundjid.domain
        jids = [domain]
        try:
            answer = await _answer(
                session, disco.get_items(jid=JID(domain), local=False, timeout=self._patience)
            )
            jids += sorted(str(jid) for jid, *_ in answer["disco_items"]["items"])[:_MOST_SERVICES]
        except IqError:
            pass  # the server itself may be the service
        for jid in jids:
            found = await self._examine(session, disco, jid)
            if found is not None:
                return found
        raise BotError("upload_unavailable")

    async def _examine(self, session: Session, disco: Any, jid: str) -> _Service | None:
        try:
            answer = await _answer(session, disco.get_info(jid=JID(jid), local=False, timeout=self._patience))
        except IqError, IqTimeout:
            return None
        if _UPLOAD not in answer["disco_info"]["features"]:
            return None
        sizes = (
            each.findtext(_VALUE, "")
            for each in answer.xml.iter(_FIELD)
            if each.get("var") == "max-file-size"
        )
        return _Service(jid, next((int(size) for size in sizes if size.isascii() and size.isdigit()), 0))

    async def _request(self, session: Session, service: _Service, name: str, mime: str, size: int) -> _Slot:
        """Ask for a place for a file (§5). Raises BotError, IqTimeout."""
        request = _asked(session.xmpp, service, name, mime, size)
        try:
            answer = await _answer(session, request.send(timeout=self._patience))
        except IqError as error:
            if error.iq.xml.find(f".//{_NS}file-too-large") is not None:
                raise BotError("upload_too_large", maximum=_maximum(error.iq, service)) from error
            reason = str(error.iq["error"]["text"] or error.condition)
            raise BotError("upload_failed", reason=reason) from error
        put, get = answer.xml.find(f"{_NS}slot/{_NS}put"), answer.xml.find(f"{_NS}slot/{_NS}get")
        if put is None or get is None or not (is_safe(put.get("url", "")) and is_safe(get.get("url", ""))):
            raise BotError("upload_failed", reason="unsafe_address")
        headers = {each.get("name", ""): _line(each.text or "") for each in put.iterfind(f"{_NS}header")}
        allowed = {name: text for name, text in headers.items() if name.lower() in _HEADERS}
        return _Slot(_encoded(put.get("url", "")), _encoded(get.get("url", "")), allowed)


def origin_of(address: str) -> str | None:
    """Return host and port of an address that is read by TLS; None for others, and where a user is named."""
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
            return None if _UNFIT.search(address) else f"{parts.hostname}:{parts.port or _HTTPS}"
    return None


def peer_of(session: Session) -> str:
    """Return the IP address of the server that a session is with, empty if it is over."""
    transport = session.xmpp.transport
    peer = transport.get_extra_info("peername") if transport is not None else None
    return str(peer[0]) if peer else ""


def is_safe(address: str) -> bool:
    """Say whether a file may go to an address: by TLS, or within this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return bool(host) if parts.scheme == "https" else _is_loopback(parts.scheme, host)
    except ValueError:
        return False


def _is_loopback(scheme: str, host: str) -> bool:
    return scheme == "http" and ipaddress.ip_address(host).is_loopback


def _encoded(address: str) -> str:
    """Return an address percent-encoded as a URI (RFC 3987 §3.1): ejabberd 26 leaves file names as is."""
    parts = urlsplit(address)
    path = "".join(each if each.isascii() else quote(each) for each in parts.path)
    return urlunsplit(parts._replace(path=path))


def _asked(xmpp: ClientXMPP, service: _Service, name: str, mime: str, size: int) -> Any:
    request: Any = xmpp.make_iq_get(ito=service.jid)  # slixmpp's Iq is half typed
    wanted = {"filename": name, "size": str(size), "content-type": mime}
    ET.SubElement(request.xml, f"{_NS}request", wanted)
    return request


def _maximum(answer: Any, service: _Service) -> str:
    largest = answer.xml.findtext(f".//{_NS}file-too-large/{_NS}max-file-size", "")
    return size_text(int(largest)) if largest.isascii() and largest.isdigit() else size_text(service.largest)


def _line(text: str) -> str:
    """Return a header's value without the line breaks by which it could be two."""
    return text.replace("\n", "").replace("\r", "")


async def _answer(session: Session, asked: Awaitable[Any]) -> Any:
    """Return the answer if the session lives. Raises IqError, IqTimeout, BotError `upload_failed`."""
    question = asyncio.ensure_future(asked)
    await asyncio.wait({question, session.over}, return_when=asyncio.FIRST_COMPLETED)
    if not question.done():
        question.cancel()
        raise BotError("upload_failed", reason="connection_lost")
    return question.result()
