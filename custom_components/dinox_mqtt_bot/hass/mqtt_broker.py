"""The second broker: Home Assistant's own MQTT connection, so that no second one is needed.

Imported in mode `home_assistant` only: it loads `mqtt`, which hands out no user properties, shared
subscriptions or reasons of refusal, and acknowledges before the history has committed.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
import logging
import time
from typing import cast

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..bot.model.message import Message, Properties, QoS
from ..bot.model.replies import BotError
from ..bot.model.status import LinkStatus, Phase
from ..bot.model.topics import Filters
from ..bot.model.twins import Twins
from .tasks import CreateTask

_LOGGER = logging.getLogger(__name__)

# How long `mqtt` may take to subscribe; it is silent if somebody has the filter with a higher QoS.
_SUBSCRIBING_SECONDS = 5.0

# How long copies of a message are waited for, and how long a filter that is wanted no more goes on bringing
# what others may not bring yet: `mqtt` subscribes later than it is asked, and is silent about refusals.
_TWIN_SECONDS = 5.0
_LEAVING_SECONDS = 15.0

COMING = {ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.SETUP_RETRY}
SHARED = "$share/"
NO_SHARED = "no_shared"


class HaBroker:
    """`bot.ports.Broker` over Home Assistant's `mqtt` integration."""

    _on_message: Callable[[Message], None]
    _on_status: Callable[[LinkStatus], None]

    def __init__(self, hass: HomeAssistant, *, create_task: CreateTask) -> None:
        self._hass = hass
        self._create_task = create_task
        self._status = LinkStatus(Phase.CONNECTING)
        self._wanted: dict[str, QoS] = {}
        self._active: dict[str, _HaSubscription] = {}
        self._filters = Filters[_HaSubscription]()
        self._twins = Twins(_TWIN_SECONDS)
        self._refused: dict[str, str] = {}
        self._told_refused: dict[str, str] = {}
        self._told_up: bool | None = None
        self._connected = False
        self._serving = False
        self._patience: asyncio.TimerHandle | None = None
        self._unlisten: list[CALLBACK_TYPE] = []

    @property
    def status(self) -> LinkStatus:
        """State of Home Assistant's connection now."""
        return self._status

    @property
    def refused(self) -> Mapping[str, str]:
        """Topic filters that `mqtt` does not take, each with its reason."""
        return self._refused

    def start(
        self, *, on_message: Callable[[Message], None], on_status: Callable[[LinkStatus], None]
    ) -> None:
        """Follow `mqtt`, which may come late and go; `on_status` also tells when `refused` changes."""
        self._on_message, self._on_status = on_message, on_status
        self._unlisten = [
            mqtt.async_subscribe_connection_status(self._hass, self._look),
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed),
        ]
        self._look()

    def pause(self) -> None:
        """Deliver nothing more until `start`; it stays connected, for the goodbye is published after it."""
        while self._unlisten:
            self._unlisten.pop()()
        self._serving = False
        self._forget_patience()
        for topic_filter in list(self._active):
            self._forget(topic_filter)

    async def stop(self) -> None:
        """Give up every subscription; the connection stays, it is Home Assistant's."""
        self.pause()
        self._connected = False

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions equal to `filters`, now or as soon as `mqtt` is there."""
        self._wanted = dict(filters)
        self._look()

    def renew(self, filters: Iterable[str]) -> None:
        """Subscribe anew to some of the filters, so that their retained messages come again."""
        for topic_filter in filters:
            if topic_filter in self._active:
                self._forget(topic_filter)
        self._look()

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        """Publish and wait (QoS ≥ 1); raises BotError `not_connected` or `publish_refused`.

        `mqtt` takes no properties, and only logs a missing acknowledgement.
        """
        if not self._connected:
            raise BotError("not_connected")
        try:
            await mqtt.async_publish(self._hass, topic, payload, int(qos), retain)
        except (HomeAssistantError, ValueError) as err:  # ValueError is paho's, for a topic or payload
            raise BotError("publish_refused", reason=str(err)) from err

    def reconnect(self) -> None:
        """Subscribe to everything anew: the connection belongs to the whole of Home Assistant."""
        for topic_filter in list(self._active):
            self._forget(topic_filter)
        self._look()

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Do nothing: `mqtt` has acknowledged already."""

    def acknowledge_all(self) -> None:
        """Do nothing, for the same reason."""

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == mqtt.DOMAIN:
            self._look()

    @callback
    def _look(self, _connected: bool = False) -> None:
        """Ask for what is missing, and tell how `mqtt` is."""
        if self._unlisten and ConfigEntryState.LOADED in self._states():
            self._reconcile()
        self._report()

    def _states(self) -> set[ConfigEntryState]:
        return {entry.state for entry in self._hass.config_entries.async_entries(mqtt.DOMAIN, False, False)}

    @callback
    def _report(self) -> None:
        """Tell how `mqtt` is; its client calls itself connected also after it was unloaded."""
        if not self._unlisten:
            return
        states = self._states()
        loaded = ConfigEntryState.LOADED in states
        self._connected = loaded and mqtt.is_connected(self._hass)
        if self._connected:
            self._report_status(LinkStatus(Phase.ONLINE if self._serves() else Phase.CONNECTING))
            return
        self._start_over()
        if loaded:
            self._report_status(LinkStatus(Phase.OFFLINE, reason="connection_lost"))
        elif states & COMING:
            self._report_status(LinkStatus(Phase.CONNECTING))
        else:
            self._report_status(LinkStatus(Phase.OFFLINE, reason="mqtt_missing"))

    def _serves(self) -> bool:
        """Say whether `mqtt` has subscribed to what was wanted when it connected."""
        self._serving = self._serving or all(
            active.done for active in self._active.values() if active.leaving is None
        )
        if self._serving:
            self._forget_patience()
        elif self._patience is None:
            self._patience = self._hass.loop.call_later(_SUBSCRIBING_SECONDS, self._lose_patience)
        return self._serving

    def _lose_patience(self) -> None:
        self._serving = True
        self._report()

    def _forget_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _start_over(self) -> None:
        """Take note that nothing is subscribed any more."""
        self._connected = self._serving = False
        self._forget_patience()
        self._twins = Twins(_TWIN_SECONDS)
        for active in self._active.values():
            active.done = False
            if active.unsubscribe is not None:
                self._twins.join(active.filter)

    def _report_status(self, status: LinkStatus) -> None:
        if status == self._status and self._refused == self._told_refused:
            return
        self._status = status
        self._told_refused = dict(self._refused)
        if status.phase is not Phase.CONNECTING and self._told_up is not (up := status.online):
            self._told_up = up
            if up:
                _LOGGER.info("Connected to the broker, through Home Assistant")
            else:
                _LOGGER.info("No connection to the broker through Home Assistant: %s", status.reason)
        self._on_status(status)

    def _reconcile(self) -> None:
        for topic_filter, active in list(self._active.items()):
            qos = self._wanted.get(topic_filter)
            if qos is None and active.leaving is None:
                active.leaving = self._hass.loop.call_later(_LEAVING_SECONDS, self._leave, topic_filter)
            elif qos == active.qos:
                active.stay()
            elif qos is not None:
                self._forget(topic_filter)
        self._refused = {
            topic_filter: NO_SHARED if topic_filter.startswith(SHARED) else self._refused[topic_filter]
            for topic_filter in self._wanted
            if topic_filter.startswith(SHARED) or topic_filter in self._refused
        }
        for topic_filter, qos in self._wanted.items():
            if topic_filter not in self._active and not topic_filter.startswith(SHARED):
                active = self._active[topic_filter] = _HaSubscription(topic_filter, qos)
                self._filters.put(topic_filter, active)
                self._create_task(self._subscribe(active), f"subscribe {topic_filter}")

    async def _subscribe(self, active: _HaSubscription) -> None:
        try:
            unsubscribe = await mqtt.async_subscribe(
                self._hass, active.filter, partial(self._receive, active), int(active.qos), encoding=None
            )
        except HomeAssistantError as err:
            # Tried again when the connection comes back, or when the subscriptions change.
            if active.wanted:
                if active.leaving is None:
                    self._refused[active.filter] = str(err)
                self._forget(active.filter)
                self._report()
            return
        self._refused.pop(active.filter, None)
        watched = mqtt.async_on_subscribe_done(
            self._hass, active.filter, int(active.qos), partial(self._subscribed, active)
        )
        active.unsubscribe = partial(_both, watched, unsubscribe)
        if active.wanted:
            self._twins.join(active.filter)
        else:
            active.unsubscribe()
        self._report()

    @callback
    def _subscribed(self, active: _HaSubscription) -> None:
        active.done = True
        self._report()

    def _leave(self, topic_filter: str) -> None:
        self._forget(topic_filter)
        self._twins.leave(topic_filter)

    def _forget(self, topic_filter: str) -> None:
        active = self._active.pop(topic_filter)
        self._filters.remove(topic_filter)
        active.stay()
        active.wanted = False
        if active.unsubscribe is not None:
            active.unsubscribe()

    @callback
    def _receive(self, active: _HaSubscription, received: mqtt.ReceiveMessage) -> None:
        """Take a message once: `mqtt` may call each subscription that matches, but not before it is made."""
        if not active.wanted:
            return
        topic, payload = received.topic, cast("bytes", received.payload)  # encoding=None
        matching = self._filters.find(topic)
        wanted = [each for each in matching if each.leaving is None]
        if not wanted or (received.retain and active is not wanted[0]):
            return
        alone = len(matching) == 1
        if not received.retain and (self._twins or not alone):
            now = self._hass.loop.time()
            if self._twins.is_copy((topic, payload), [active.filter], now, last=alone):
                return
        self._on_message(Message(topic, payload, received.qos, received.retain, received=time.time()))


def _both(first: CALLBACK_TYPE, second: CALLBACK_TYPE) -> None:
    first()
    second()


class _HaSubscription:
    """One subscription at `mqtt`. After a reload of `mqtt` the old one cannot be ended, only ignored."""

    def __init__(self, topic_filter: str, qos: QoS) -> None:
        self.filter = topic_filter
        self.qos = qos
        self.wanted = True
        self.done = False
        self.unsubscribe: CALLBACK_TYPE | None = None
        # What ends a subscription that is wanted no more.
        self.leaving: asyncio.TimerHandle | None = None

    def stay(self) -> None:
        """Be wanted, or be ended at once: not later."""
        if self.leaving is not None:
            self.leaving.cancel()
            self.leaving = None
