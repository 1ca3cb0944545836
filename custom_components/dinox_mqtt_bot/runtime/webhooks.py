"""Incidents that other programs post to a webhook of Home Assistant, as messages that rules judge."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from itertools import batched
import logging
import time
from typing import override

from aiohttp.web import Request, Response, json_response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..bot.alerts.alerts import Alerts
from ..bot.model.message import Message, Properties
from ..bot.model.replies import BotError
from ..bot.payload.incidents import Incident, read_incidents
from ..bot.text.rate import Window
from ..entry.hooks import Hook, hooks_of
from ..hass.tasks import CreateTask
from .webhook_door import Taker, async_body, async_door, come_again

_LOGGER = logging.getLogger(__name__)

MOST_A_MINUTE = 120
"""Requests to one webhook."""
MOST_OPEN = 500
"""Incidents of one webhook that are open at once."""
AT_ONCE = 20
"""Incidents that are judged in one turn of the event loop."""


class Webhooks(Taker):
    """The webhooks of one bot, each with what it has seen of late."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        receive: Callable[[Message], None],
        alerts: Alerts,
        settle: Callable[[], Awaitable[None]],
        create_task: CreateTask,
    ) -> None:
        """`receive` takes a message, `settle` waits until what came of it is stored."""
        self._hass = hass
        self._entry = entry
        self._receive = receive
        self._alerts = alerts
        self._settle = settle
        self._create_task = create_task
        self._door = async_door(hass, entry)
        self._hooks: dict[str, Hook] = {}
        self._seen: dict[str, Window] = {}
        self._refused: set[str] = set()
        self._stopped = False

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Take what is posted to the webhooks that there are and will be; return what ends that."""
        self._follow()
        self._door.open(self)
        unlisten = self._entry.add_update_listener(self._async_changed)

        @callback
        def stop() -> None:
            unlisten()
            self._door.close()
            self._stopped = True

        return stop

    async def _async_changed(self, _hass: HomeAssistant, _entry: ConfigEntry) -> None:
        self._follow()

    def _follow(self) -> None:
        before, self._hooks = self._hooks, {hook.webhook_id: hook for hook in hooks_of(self._entry)}
        self._door.follow(self._hooks.values())
        for webhook_id in before.keys() - self._hooks.keys():
            # Nobody can tell any more that they are over.
            self._alerts.lose(self._open(before[webhook_id]))
            self._create_task(_async_forget_cloudhook(self._hass, webhook_id), "forget a cloud webhook")

    def _open(self, hook: Hook) -> set[str]:
        """Return the topics of those incidents of a webhook that are not over."""
        active = self._alerts.active
        return {alert.topic for alert in active if alert.topic.startswith(hook.topic)}

    @override
    async def receive(self, webhook_id: str, request: Request) -> Response:
        """Answer once what was posted is stored; refuse what is too much, too large or cannot be read."""
        seen, now = self._seen.setdefault(webhook_id, Window()), time.time()
        if seen.count(now) >= MOST_A_MINUTE:
            return self._refuse(self._hooks[webhook_id], HTTPStatus.TOO_MANY_REQUESTS, "too many requests")
        seen.add(now)
        return await self.take(webhook_id, await async_body(request))

    @override
    async def take(self, webhook_id: str, body: bytes | None) -> Response:
        """Answer as `receive` does to what has come already, also when nobody was there to take it."""
        hook, now = self._hooks.get(webhook_id), time.time()
        if self._stopped:
            return come_again()
        if hook is None:
            return json_response({"error": "this webhook was removed"}, status=HTTPStatus.GONE)
        if body is None:
            return self._refuse(hook, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large or slow")
        try:
            incidents = read_incidents(body)
        except BotError as err:
            return self._refuse(hook, HTTPStatus.BAD_REQUEST, _REASONS[err.key])
        opened = self._open(hook) | {hook.topic + each.key for each in incidents if each.firing}
        if len(opened) > MOST_OPEN:
            return self._refuse(hook, HTTPStatus.TOO_MANY_REQUESTS, "too many open incidents")
        if not await self._async_take(hook, incidents, now):
            # Whoever posted it has to post it again: nobody else knows of it.
            return come_again()
        if webhook_id in self._refused:
            self._refused.discard(webhook_id)
            _LOGGER.info("The webhook %s understands what is posted again", hook.name)
        return json_response({"incidents": len(incidents)})

    async def _async_take(self, hook: Hook, incidents: Sequence[Incident], now: float) -> bool:
        """Let incidents be judged, and wait until they are stored; False if the bot ends meanwhile."""
        for some in batched(incidents, AT_ONCE, strict=False):
            if self._stopped or hook.webhook_id not in self._hooks:
                return False
            for incident in some:
                self._receive(_message(hook, incident, now))
            await asyncio.sleep(0)
        await self._settle()
        return not self._stopped and hook.webhook_id in self._hooks

    def _refuse(self, hook: Hook, status: HTTPStatus, why: str) -> Response:
        """Refuse a request, and log the first one after one that was fine."""
        if hook.webhook_id not in self._refused:
            self._refused.add(hook.webhook_id)
            _LOGGER.warning("A request to the webhook %s was refused: %s", hook.name, why)
        return json_response({"error": why}, status=status)


_REASONS = {
    "incident_unreadable": "this is no incident in JSON",
    "incident_status": "the status is not known",
    "incident_too_many": "too many incidents in one body",
}


def _message(hook: Hook, incident: Incident, now: float) -> Message:
    named = Properties(user=(("label", incident.title),))
    return Message(hook.topic + incident.key, incident.payload(), received=now, properties=named)


async def async_hook_url(hass: HomeAssistant, hook: Hook) -> str:
    """Return the address to post to: that of Home Assistant's cloud where there is one. Raises NoURL…."""
    if not hook.local_only and "cloud" in hass.config.components:
        from homeassistant.components import cloud  # loaded only where it is used

        if cloud.async_active_subscription(hass):
            return await cloud.async_get_or_create_cloudhook(hass, hook.webhook_id)
    return webhook.async_generate_url(hass, hook.webhook_id, prefer_external=not hook.local_only)


async def _async_forget_cloudhook(hass: HomeAssistant, webhook_id: str) -> None:
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # loaded only where it is used

        # Without the cloud, or without one there, nothing is left.
        with suppress(cloud.CloudNotAvailable, KeyError, ValueError):
            await cloud.async_delete_cloudhook(hass, webhook_id)
