"""Files on their way to the XMPP server's upload service, over Home Assistant's own HTTP session."""

from collections.abc import Mapping
import logging
import ssl

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..bot.model.replies import BotError
from ..xmpp.upload import Put

_LOGGER = logging.getLogger(__name__)

SECONDS = 120.0


def http_put(hass: HomeAssistant, tls: ssl.SSLContext | None) -> Put:
    """Return how bytes are put at an address; `tls` trusts the XMPP server's authority and public ones."""
    checks: list[ssl.SSLContext | bool] = [True] if tls is None else [tls, True]

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


def _reason(error: aiohttp.ClientError | TimeoutError) -> str:
    """Return the key of what went wrong."""
    if isinstance(error, TimeoutError):
        return "timeout"
    return "cannot_connect" if isinstance(error, aiohttp.ClientConnectorError) else "connection_lost"
