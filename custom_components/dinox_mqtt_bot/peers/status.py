"""How the bot shows on MQTT: its status, what needs attention, and what it hears of other bots there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback
from homeassistant.loader import async_get_loaded_integration

from ..bot.model.announcements import AlertChanged, MessageReceived
from ..bot.model.errors import BotError
from ..bot.model.message import Message, QoS
from ..bot.model.rules import Priority, RuleSet
from ..bot.model.status import Phase
from ..bot.model.topics import Filters
from ..bot.peers.beacon import (
    asked_for,
    id_of,
    is_notification,
    is_own,
    notification,
    notification_topic,
    said,
    status_payload,
    status_topic,
)
from ..broker.link import BrokerLink
from ..const import DOMAIN
from ..entry.beacon import bot_id, tells_notifications, tells_status, unfit
from ..hass.clock import Pulse
from ..hass.events import alert_values, message_values, priority_of, step_of
from .others import OtherBots
from .publisher import Outlet, Said

if TYPE_CHECKING:
    from ..runtime.runtime import BotCoordinator

STATUS_SECONDS = 60.0
GOODBYE_SECONDS = 2.0
# In the store: where the retained status is that is to be cleared when it is told there no more.
TOLD_ON = "status_topic"


class OnMqtt:
    """Tells on MQTT how the bot is and what it alerts of, and keeps what bots tell there out of the chat."""

    def __init__(self, coordinator: BotCoordinator) -> None:
        entry = coordinator.entry
        self.id = bot_id(entry)
        self.unfit = unfit(entry.data)
        self.others = OtherBots(coordinator.hass, entry)
        self.outlet = Outlet(coordinator.broker, create_task=coordinator.create_task)
        self._coordinator = coordinator
        self._tells_status = tells_status(entry)
        self._since = coordinator.clock.now()
        self._pulse = Pulse(coordinator.hass.loop, STATUS_SECONDS)
        self._online = False
        self._standing: tuple[object, ...] = ()
        self._told = b""
        self._rules: RuleSet | None = None
        self._asked_for = Filters[bool]()
        self._unlisten: list[Callable[[], None]] = [
            coordinator.pulse.listen(self._look),
            coordinator.listen_for_alerts(self._alert_changed),
            coordinator.listen_for_events(self._message_received),
            self._pulse.listen(self._tell_status),
        ]
        if not self._tells_status:
            self.others.tidy()

    async def stop(self) -> None:
        """Say nothing more, but that the bot is gone where nobody else says so."""
        while self._unlisten:
            self._unlisten.pop()()
        self._pulse.close()
        self.others.close()
        await self.outlet.stop()
        broker = self._coordinator.broker
        if self._told and broker.status.phase is Phase.ONLINE and not isinstance(broker, BrokerLink):
            gone = said("offline", self._coordinator.entry.title)
            with suppress(BotError, TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await broker.publish(status_topic(self.id), gone, QoS.AT_LEAST_ONCE, retain=True)

    @property
    def silent(self) -> str:
        """Why the bot does not tell its status, as a key; empty if it does."""
        broker = self._coordinator.broker
        if self.unfit:
            return self.unfit
        if not self._tells_status:
            return "off"
        # Without its will it would be called online for ever.
        return "will_refused" if isinstance(broker, BrokerLink) and broker.will_refused else ""

    # What comes in.

    @callback
    def takes(self, message: Message) -> bool:
        """Take in what bots tell of themselves; say whether that is all that is to become of it."""
        topic = message.topic
        if not topic.startswith("dinox/"):
            return False
        own = is_own(topic, self.id)
        other = "" if own else id_of(topic)
        if other and self._tells_status:
            self.others.take(other, message.payload)
        if not own and (not other or self._is_asked_for(topic)):
            return False
        self._coordinator.store.history.skip(message)
        return True

    def _is_asked_for(self, topic: str) -> bool:
        """Say whether the user wants to hear of other bots' status; a filter that takes in all topics does not say so."""
        rules = self._coordinator.bot.rules
        if rules is not self._rules:
            self._rules = rules
            self._asked_for = Filters(dict.fromkeys(asked_for(rules), True))
        return self._asked_for.best(topic) is not None

    # What goes out.

    @callback
    def _look(self) -> None:
        """Tell at once what must not wait, and everything else when the minute is over."""
        status = self._coordinator.bot.status
        online = status.broker.phase is Phase.ONLINE
        came, self._online = online and not self._online, online
        if came:
            self._came()
        standing = (online, status.state, status.chat.phase, status.paused)
        changed, self._standing = standing != self._standing, standing
        if online and (came or changed):
            self._pulse.tell()
        elif online:
            self._pulse.beat()

    def _came(self) -> None:
        """Begin anew with a connection: its birth has taken the place of what was told."""
        self._told = b""
        store, topic = self._coordinator.store, status_topic(self.id) if not self.silent else ""
        if (before := store.get(TOLD_ON)) and before != topic:
            self.outlet.put(Said(before, b"", retain=True))
        if before != topic:
            store.set(TOLD_ON, topic)
        if self._tells_status:
            self.others.came()
        self.outlet.begin()

    @callback
    def _tell_status(self) -> None:
        coordinator = self._coordinator
        if not self._online or self.silent:
            return
        version = async_get_loaded_integration(coordinator.hass, DOMAIN).version
        status = coordinator.bot.status
        payload = status_payload(status, coordinator.entry.title, str(version or ""), self._since)
        if payload != self._told:
            self._told = payload
            self.outlet.put(Said(status_topic(self.id), payload, retain=True))

    @callback
    def _alert_changed(self, change: AlertChanged) -> None:
        if step_of(change) is not None and not is_notification(change.alert.topic):
            self._notify("alert", alert_values(change))

    @callback
    def _message_received(self, message: MessageReceived) -> None:
        priority, read = priority_of(message), message.reading.message
        if priority >= Priority.ALERT and not is_notification(read.topic):
            self._notify(
                "message",
                {**message_values(message), "priority": priority.word, "retained": read.retain},
            )

    def _notify(self, kind: str, values: dict[str, Any]) -> None:
        coordinator = self._coordinator
        if tells_notifications(coordinator.entry):
            payload = notification(kind, coordinator.entry.title, coordinator.clock.now(), values)
            self.outlet.put(Said(notification_topic(self.id), payload))
