"""What the bot announces, told to Home Assistant: to its bus, and to whoever shows a value or the status."""

from collections.abc import Callable
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..bot.alerts.watches import BROKER
from ..bot.model.announcements import (
    AlertChanged,
    AlertValue,
    Announcement,
    ChatReceived,
    InquiryClosed,
    Listeners,
    MessageReceived,
    StatusChanged,
)
from ..bot.model.message import Reading
from ..bot.model.rules import Priority
from ..bot.model.status import BotStatus
from ..hass.clock import Allowance, Pulse
from ..hass.events import (
    EVENT_ALERT,
    EVENT_ANSWER,
    EVENT_CHAT,
    EVENT_MESSAGE,
    EVENTS_AT_ONCE,
    EVENTS_PER_SECOND,
    SIGNAL_MESSAGE,
    SIGNAL_STATUS,
    alert_event,
    answer_event,
    chat_event,
    is_event,
    message_event,
    priority_of,
    step_of,
)

_LOGGER = logging.getLogger(__name__)


class Announcer:
    """`pulse` beats with every change; `alerts` hear of those that change, `events` of new messages.

    `readings` hear of all messages, also those that are not new. `left_out` counts the events of a flood that
    somebody waited for.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self.pulse = Pulse(hass.loop)
        self.readings = Listeners[MessageReceived]()
        self.events = Listeners[MessageReceived]()
        self.alerts = Listeners[AlertChanged]()
        self.left_out = 0
        self._allowance = Allowance(EVENTS_PER_SECOND, EVENTS_AT_ONCE)
        self._awaited = False
        self._watched: dict[str, Listeners[Reading]] = {}
        self._told: BotStatus | None = None

    def slower(self, interval: float) -> Pulse:
        """Return a pulse for whoever shows something more seldom."""
        return Pulse(self._hass.loop, interval)

    def watch(self, topic: str, watcher: Callable[[Reading], None]) -> CALLBACK_TYPE:
        """Call `watcher` with every reading of one topic, until the function returned is called."""
        return self._watched.setdefault(topic, Listeners()).listen(watcher)

    def announce(self, announcement: Announcement) -> None:
        """Tell everybody whom it concerns."""
        if isinstance(announcement, MessageReceived):
            self._announce_message(announcement)
        elif isinstance(announcement, ChatReceived):
            self._hass.bus.async_fire(EVENT_CHAT, chat_event(self._entry_id, announcement))
        elif isinstance(announcement, InquiryClosed):
            self._hass.bus.async_fire(EVENT_ANSWER, answer_event(self._entry_id, announcement))
        elif isinstance(announcement, AlertChanged):
            self._announce_alert(announcement)
        elif isinstance(announcement, AlertValue):
            self.pulse.beat()
        elif isinstance(announcement, StatusChanged):
            self._announce_status(announcement.status)

    def _announce_message(self, message: MessageReceived) -> None:
        if (watchers := self._watched.get(message.reading.message.topic)) is not None:
            watchers.announce(message.reading)
        self.readings.announce(message)
        async_dispatcher_send(self._hass, SIGNAL_MESSAGE, self._entry_id, message)
        if is_event(message):
            self._fire_events(message)
        self.pulse.beat()

    def _fire_events(self, message: MessageReceived) -> None:
        """Fire the events of a message; normal ones by the thousand would drown Home Assistant's recorder."""
        normal = priority_of(message) is Priority.NORMAL
        if normal and not self._allowance.take(self._hass.loop.time()):
            self._leave_out()
            return
        self._awaited = EVENT_MESSAGE in self._hass.bus.async_listeners()
        if self._awaited or not normal:
            self._hass.bus.async_fire(EVENT_MESSAGE, message_event(self._entry_id, message))
        self.events.announce(message)

    def _leave_out(self) -> None:
        if not (self._awaited or self.events):
            return
        self.left_out += 1
        if self.left_out == 1:
            _LOGGER.warning("More than %d messages a second: some fire no event", EVENTS_PER_SECOND)

    def _announce_alert(self, change: AlertChanged) -> None:
        # That the broker is away for a moment, as at every start, would only fill the logbook.
        if change.rule.id != BROKER.id or step_of(change) is not None:
            self._hass.bus.async_fire(EVENT_ALERT, alert_event(self._entry_id, change))
        self.alerts.announce(change)
        self.pulse.beat()

    def _announce_status(self, status: BotStatus) -> None:
        told, self._told = self._told, status
        if told is None or _standing(told) != _standing(status):
            self.pulse.notify()
            async_dispatcher_send(self._hass, SIGNAL_STATUS)
        else:
            self.pulse.beat()


def _standing(status: BotStatus) -> tuple[object, ...]:
    """Return the part of a status that must not wait a second."""
    calm = status.paused, status.quiet_until, status.do_not_disturb
    return status.state, status.broker, status.chat, status.firing, calm
