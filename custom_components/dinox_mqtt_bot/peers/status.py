"""How the bot shows on MQTT: its status, and what needs attention."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_loaded_integration

from ..bot.model.announcements import AlertChanged, Listeners, MessageReceived
from ..bot.model.message import QoS
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from ..bot.model.status import BotStatus
from ..bot.peers.beacon import (
    is_notification,
    notification,
    notification_topic,
    presence_payload,
    status_payload,
    status_topic,
)
from ..bot.ports import Broker, Clock, Memory
from ..broker.link import BrokerLink
from ..const import DOMAIN
from ..entry.beacon import bot_id, retained_topics, tells_notifications, tells_status, unfit
from ..hass.clock import Pulse
from ..hass.events import alert_values, message_values, priority_of, step_of
from .introduction import Introduction
from .others import OtherBots
from .publications import Publication, Publications

STATUS_SECONDS = 60.0
GOODBYE_SECONDS = 2.0
# In the store, a line each: where something is retained, to be cleared when it is told there no more.
TOLD_ON = "status_topic"


class StatusOnMqtt:
    """Tells on MQTT how the bot is, and what it alerts of; `since` is when it began, as its status says."""

    _status: Callable[[], BotStatus]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        others: OtherBots,
        introduction: Introduction,
        *,
        publisher: Publications,
        broker: Broker,
        memory: Memory,
        clock: Clock,
    ) -> None:
        self.id = bot_id(entry)
        self.unfit = unfit(entry.data)
        self.others = others
        self.publisher = publisher
        self._hass = hass
        self._entry = entry
        self._broker = broker
        self._memory = memory
        self._clock = clock
        self._introduction = introduction
        self._version = str(async_get_loaded_integration(hass, DOMAIN).version or "")
        self._tells_status = tells_status(entry)
        self.since = clock.now()
        self._pulse = Pulse(hass.loop, STATUS_SECONDS)
        self._soon = Pulse(hass.loop)
        self._online = False
        self._standing: tuple[object, ...] = ()
        self._told = b""
        self._firing = 0
        self._unlisten: list[Callable[[], None]] = [
            each.listen(self._publish_status) for each in (self._pulse, self._soon)
        ]
        if not self._tells_status:
            self.others.tidy()

    def start(
        self,
        status: Callable[[], BotStatus],
        pulse: Pulse,
        alerts: Listeners[AlertChanged],
        events: Listeners[MessageReceived],
    ) -> None:
        """Tell of what happens from now on, as soon as there is a connection."""
        self._status = status
        self._unlisten += (
            pulse.listen(self._look),
            alerts.listen(self._alert_changed),
            events.listen(self._message_received),
        )

    async def stop(self) -> None:
        """Say nothing more, but that the bot is gone where nobody else says so."""
        while self._unlisten:
            self._unlisten.pop()()
        self._pulse.close()
        self._soon.close()
        self.others.close()
        await self.publisher.stop()
        broker = self._broker
        if self._told and broker.status.online and not isinstance(broker, BrokerLink):
            gone = presence_payload("offline", self._entry.title)
            with suppress(BotError, TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await broker.publish(status_topic(self.id), gone, QoS.AT_LEAST_ONCE, retain=True)

    @property
    def silent(self) -> str:
        """Why the bot does not tell its status, as a key; empty if it does."""
        if self.unfit:
            return self.unfit
        if not self._tells_status:
            return "off"
        # Without its will it would be called online for ever.
        refused = isinstance(self._broker, BrokerLink) and self._broker.will_refused
        return "will_refused" if refused else ""

    @property
    def told(self) -> bool:
        """Whether the broker has the status of this connection."""
        return bool(self._told) and not self.publisher.waits_for(status_topic(self.id))

    @callback
    def _look(self) -> None:
        """Tell at once what must not wait, alerts each second, and everything else each minute."""
        status = self._status()
        online = status.broker.online
        came, self._online = online and not self._online, online
        if came:
            self._came()
        standing = (online, status.state, status.chat.phase, status.paused)
        changed, self._standing = standing != self._standing, standing
        fired, self._firing = status.firing != self._firing, status.firing
        if online and (came or changed):
            self._pulse.notify()
        elif online:
            (self._soon if fired else self._pulse).beat()

    def _came(self) -> None:
        """Begin anew with a connection: its birth has taken the place of what was told."""
        self._told = b""
        topics = [] if self.silent else retained_topics(self._entry)
        before = [topic for topic in self._memory.get(TOLD_ON).split("\n") if topic]
        for topic in before:
            if topic not in topics:
                self.publisher.put(Publication(topic, b"", retain=True))
        if before != topics:
            self._memory.set(TOLD_ON, "\n".join(topics))
        if topics:
            self._introduction.begin(self._version)
        if self._tells_status:
            self.others.came()
        self.publisher.begin()

    @callback
    def _publish_status(self) -> None:
        if not self._online or self.silent:
            return
        payload = status_payload(self._status(), self._entry.title, self._version, self.since)
        if payload != self._told:
            self._told = payload
            self.publisher.put(Publication(status_topic(self.id), payload, retain=True))

    @callback
    def _alert_changed(self, change: AlertChanged) -> None:
        if step_of(change) is not None and not is_notification(change.alert.topic):
            self._notify("alert", alert_values(change))
        if not self.silent:
            self._introduction.hear(change)

    @callback
    def _message_received(self, message: MessageReceived) -> None:
        priority, read = priority_of(message), message.reading.message
        if priority >= Priority.ALERT and not is_notification(read.topic):
            self._notify(
                "message", {**message_values(message), "priority": priority.word, "retained": read.retain}
            )

    def _notify(self, kind: str, values: dict[str, Any]) -> None:
        if tells_notifications(self._entry):
            payload = notification(kind, self._entry.title, self._clock.now(), values)
            self.publisher.put(Publication(notification_topic(self.id), payload))
