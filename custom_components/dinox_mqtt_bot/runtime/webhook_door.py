"""Where programs post to: what comes while the bot is not there waits for it, and is not lost.

To what is not registered Home Assistant answers that all is well.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Protocol

from aiohttp.web import Request, Response, json_response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..entry.hooks import Hook, hooks_of

MOST_BYTES = 65_536
SECONDS = 10.0
"""How long a body may take to arrive."""
PATIENCE = 20.0
"""How long somebody waits for the bot to come: a little less than programs wait for an answer."""
MOST_WAITING = 100


class Taker(Protocol):
    """Who takes what is posted."""

    async def receive(self, webhook_id: str, request: Request) -> Response:
        """Answer what somebody posts."""

    async def take(self, webhook_id: str, body: bytes | None) -> Response:
        """Answer a request by its body; None: it was too large or too slow."""


class Door:
    """The webhooks of one entry, registered from before its bot is built until it is removed."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._hooks: dict[str, Hook] = {}
        self._taker: Taker | None = None
        self._opened = asyncio.Event()
        self.waiting = 0

    @callback
    def follow(self, hooks: Iterable[Hook]) -> None:
        """Register these webhooks, and no others."""
        before, self._hooks = self._hooks, {hook.webhook_id: hook for hook in hooks}
        for webhook_id, hook in before.items():
            if self._hooks.get(webhook_id) != hook:
                webhook.async_unregister(self._hass, webhook_id)
        for webhook_id, hook in self._hooks.items():
            if before.get(webhook_id) != hook:
                webhook.async_register(
                    self._hass, DOMAIN, hook.name, webhook_id, self._async_receive, local_only=hook.local_only
                )

    @callback
    def open(self, taker: Taker) -> None:
        """Let in what waits, and all that comes."""
        self._taker = taker
        self._opened.set()

    @callback
    def close(self) -> None:
        """Let wait what comes from now on."""
        self._taker = None
        self._opened.clear()

    async def _async_receive(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        if self._taker is not None:
            return await self._taker.receive(webhook_id, request)
        if self.waiting >= MOST_WAITING or hass.is_stopping:
            return come_again()
        self.waiting += 1
        try:
            return await self._async_wait(webhook_id, request)
        finally:
            self.waiting -= 1

    async def _async_wait(self, webhook_id: str, request: Request) -> Response:
        # Read first: whoever posts may be gone by the time somebody comes.
        body = await async_body(request)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._opened.wait()
        return come_again() if self._taker is None else await self._taker.take(webhook_id, body)


def come_again() -> Response:
    """Return the answer to what has to be posted once more."""
    return json_response({"error": "the bot is not there"}, status=HTTPStatus.SERVICE_UNAVAILABLE)


async def async_body(request: Request) -> bytes | None:
    """Return the body, None for one that is too large or takes too long."""
    body, chunk = b"", b" "
    # What comes by Home Assistant's cloud begins anew each time that its content is asked for.
    content = request.content
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while chunk and len(body) <= MOST_BYTES:
                chunk = await content.read(MOST_BYTES + 1 - len(body))
                body += chunk
    return None if chunk else body


_DOORS: HassKey[dict[str, Door]] = HassKey(f"{DOMAIN}_webhook_doors")


@callback
def async_door(hass: HomeAssistant, entry: ConfigEntry) -> Door:
    """Return the door of an entry; its webhooks are registered from then on."""
    doors = hass.data.setdefault(_DOORS, {})
    door = doors.setdefault(entry.entry_id, Door(hass))
    door.follow(hooks_of(entry))
    return door


@callback
def async_shut(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Answer no more to what is posted for an entry: it is removed, or disabled."""
    door = hass.data.get(_DOORS, {}).pop(entry.entry_id, None)
    if door is not None:
        door.follow(())
