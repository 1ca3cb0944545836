"""Files on their way to the XMPP server's upload service, and from there."""

from collections.abc import Mapping
import ipaddress
import logging
from pathlib import PurePosixPath
import re
import socket
import ssl
from typing import Final, override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import yarl

from ..bot.model.replies import BotError
from ..xmpp.upload import Get, Put

_LOGGER = logging.getLogger(__name__)

SECONDS = 120.0
MOST_BYTES: Final = 20 * 1024 * 1024
_CHUNK: Final = 65_536
_LONGEST_NAME: Final = 60
_UNFIT: Final = re.compile(r"[^\w.-]+")


def http_put(hass: HomeAssistant, tls: ssl.SSLContext | None) -> Put:
    """Return how bytes are put at an address; `tls` trusts the XMPP server's authority and public ones."""
    checks = _checks(tls)

    async def put(address: str, headers: Mapping[str, str], payload: bytes) -> int:
        for check in checks:
            try:
                return await _put(address, headers, payload, check)
            except aiohttp.ClientConnectorCertificateError:
                continue
            except (aiohttp.ClientError, TimeoutError) as error:
                _LOGGER.debug("No file could be put at the upload service: %s", type(error).__name__)
                raise BotError("upload_failed", reason=_reason(error)) from error
        raise BotError("upload_failed", reason="certificate")

    async def _put(
        address: str, headers: Mapping[str, str], payload: bytes, check: ssl.SSLContext | bool
    ) -> int:
        async with async_get_clientsession(hass).put(
            address,
            headers=headers,
            data=payload,
            ssl=check,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as answer:
            return answer.status

    return put


def http_get(tls: ssl.SSLContext | None) -> Get:
    """Return how bytes are fetched of an address that somebody else names, as `xmpp.upload.Get` says.

    No redirection is followed, no cookie sent, nothing unpacked, and at most `MOST_BYTES` are read. Each has
    a session of its own: what other integrations are logged in to is nobody's business.
    """
    checks = _checks(tls)

    async def get(address: str, own: str) -> bytes:
        for check in checks:
            connector = aiohttp.TCPConnector(ssl=check, resolver=_Permitted(own), use_dns_cache=False)
            jar = aiohttp.DummyCookieJar()
            try:
                async with aiohttp.ClientSession(
                    connector=connector, cookie_jar=jar, auto_decompress=False
                ) as session:
                    return await _read(session, address, own)
            except aiohttp.ClientConnectorCertificateError:
                continue
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                _LOGGER.debug("No file could be fetched: %s", type(error).__name__)
                raise _unreadable(address, str(error) or type(error).__name__) from error
        raise _unreadable(address, "certificate")

    return get


async def _read(session: aiohttp.ClientSession, address: str, own: str) -> bytes:
    # An address that is a number is resolved by nobody.
    host = yarl.URL(address).host or ""
    if _is_number(host) and not may_ask(host, own):
        raise BotError("file_foreign")
    async with session.get(
        address,
        headers={"Accept-Encoding": "identity"},
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=SECONDS),
    ) as answer:
        if answer.status != 200:  # OK (RFC 9110 §15.3.1)
            raise _unreadable(address, f"HTTP {answer.status}")
        content, announced = bytearray(), answer.content_length or 0
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if max(announced, len(content)) > MOST_BYTES:
                raise BotError(
                    "file_too_large", file=name_of(address), maximum=f"{MOST_BYTES // 1024**2} MiB"
                )
    return bytes(content)


class _Permitted(AbstractResolver):
    """Looks up the IP addresses of a host, of which those stay that may be asked."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._resolver = aiohttp.ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if permitted := [each for each in found if may_ask(each["host"], self._own)]:
            return permitted
        raise BotError("file_foreign")

    @override
    async def close(self) -> None:
        await self._resolver.close()


def may_ask(address: str, own: str) -> bool:
    """Say whether an IP address is a public one, or that of the own server."""
    asked = ipaddress.ip_address(address)
    asked = getattr(asked, "ipv4_mapped", None) or asked
    if _is_number(own) and asked == ipaddress.ip_address(own):
        return True
    return asked.is_global and not asked.is_multicast


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def name_of(address: str) -> str:
    """Return what a file is called by its address, in characters that mean nothing."""
    return _UNFIT.sub("_", PurePosixPath(address.partition("?")[0]).name)[:_LONGEST_NAME] or "file"


def _unreadable(address: str, reason: str) -> BotError:
    return BotError("file_unreadable", file=name_of(address), reason=reason)


def _checks(tls: ssl.SSLContext | None) -> list[ssl.SSLContext | bool]:
    return [True] if tls is None else [tls, True]


def _reason(error: aiohttp.ClientError | TimeoutError) -> str:
    """Return the key of what went wrong."""
    if isinstance(error, TimeoutError):
        return "timeout"
    return "cannot_connect" if isinstance(error, aiohttp.ClientConnectorError) else "connection_lost"
