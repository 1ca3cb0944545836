"""What automations can wait for: a message, a value, a contact who writes, an alert that changes."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import Any, ClassVar, cast, override

from homeassistant.const import CONF_FOR, CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .bot.model.alert import AlertState
from .bot.model.announcements import MessageReceived
from .bot.model.jid import bare_jid
from .bot.model.message import Reading
from .bot.model.replies import BotError
from .bot.model.rules import Priority, Value
from .bot.model.topics import fold, matches, valid_filter
from .bot.text.patterns import Sentence, says
from .hass.automations import LIMITS, Comparison, is_contact, is_rule
from .hass.clock import Allowance
from .hass.events import (
    ALERT_STEPS,
    EVENT_ALERT,
    EVENT_CHAT,
    EVENTS_AT_ONCE,
    EVENTS_PER_SECOND,
    SIGNAL_MESSAGE,
    is_event,
    judged_values,
    message_event,
    priority_of,
)

_LOGGER = logging.getLogger(__name__)

OPTION_ENTRY = "config_entry_id"
OPTION_TOPIC = "topic"
OPTION_PRIORITY = "priority"
OPTION_FIELD = "field"
OPTION_CONTACT = "contact"
OPTION_WORDS = "words"
OPTION_PATTERN = "pattern"
OPTION_TEXT = "text"
OPTION_RULE = "rule"
OPTION_FROM = "from"
OPTION_TO = "to"
OPTION_STEP = "step"

STATES = [state.value for state in AlertState]
PRIORITIES = [priority.word for priority in Priority if priority > Priority.SILENT]
MOST_TOPICS = 2_000
"""Topics of which a trigger remembers the value; beyond, the one that was silent longest is forgotten."""

type Said = Mapping[str, Any]
type Fields = Mapping[vol.Marker, Any]


def _checked(check: Callable[[str], object], what: str) -> Callable[[Any], str]:
    """Return a validator for what the bot itself can check: that it is `what`; empty stands for anything."""

    def validate(value: Any) -> str:
        text = cv.string(value)
        try:
            if text:
                check(text)
        except BotError as err:
            raise vol.Invalid(f"“{text}” is no {what}") from err
        return text

    return validate


_FILTER = _checked(valid_filter, "topic filter")


def _several(words: list[str]) -> vol.All[list[str]]:
    return vol.All(cv.ensure_list, [vol.In(words)])


def _contact(value: Any) -> str:
    """Return a notify entity as it is, an address as a bare JID."""
    text = cv.string(value)
    return text if text.startswith("notify.") else bare_jid(_checked(bare_jid, "XMPP address")(text))


def _texts(of: Callable[[Any], str] = cv.string) -> vol.All[list[str]]:
    """Return a validator for one or more texts; empty ones are none."""
    return vol.All(cv.ensure_list, lambda each: [text for text in each if text], [of])


_TEXT = vol.All(vol.Any(str, int, float), cv.string)
ENTRY: Fields = {vol.Optional(OPTION_ENTRY, default=""): cv.string}
TOPIC: Fields = {vol.Optional(OPTION_TOPIC, default=""): _FILTER}
VALUE: Fields = {
    vol.Optional(OPTION_FIELD, default=""): cv.string,
    **{vol.Optional(option): _TEXT for option in LIMITS},
}
LASTING: Fields = {vol.Optional(CONF_FOR, default=timedelta): cv.positive_time_period}


class BotTrigger(Trigger):
    """Fires with what a bot tells, if it is what was asked for."""

    fields: ClassVar[Fields]
    older: ClassVar[Fields] = {}
    """Options that are understood and not offered any more."""

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        options = vol.All({**ENTRY, **cls.fields, **cls.older}, cls.check)
        return cast("ConfigType", vol.Schema({vol.Optional(CONF_OPTIONS, default=dict): options})(config))

    @classmethod
    def check(cls, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return the options, or raise `vol.Invalid` where they make no sense together."""
        return wanted

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._wanted: dict[str, Any] = config.options or {}

    def of_bot(self, entry_id: str) -> bool:
        """Say whether it is a bot that was asked for."""
        return self._wanted[OPTION_ENTRY] in {"", entry_id}


class EventTrigger(BotTrigger):
    """Fires with the values of one of the bot's events."""

    event: str

    @abstractmethod
    def fits(self, said: Said) -> Said | None:
        """Return what is told beside the values of an event; None if they are not those asked for."""

    @abstractmethod
    def description(self, said: Said) -> str:
        """Return what the trace of an automation says of it."""

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        @callback
        def heard(event: Event) -> None:
            said = event.data
            if self.of_bot(said["entry_id"]) and (more := self.fits(said)) is not None:
                run_action({**said, **more}, self.description(said), event.context)

        return self._hass.bus.async_listen(self.event, heard)


class ChatReceivedTrigger(EventTrigger):
    """A contact wrote, whether it is a command or not. `slots` are what stands in the pattern's places."""

    event = EVENT_CHAT
    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_CONTACT, default=list): _texts(_contact),
        vol.Optional(OPTION_WORDS, default=list): _texts(),
        vol.Optional(OPTION_PATTERN, default=""): cv.string,
    }
    older: ClassVar[Fields] = {vol.Optional(OPTION_TEXT, default=""): cv.string}

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._sentence = Sentence(self._wanted[OPTION_PATTERN])

    @override
    def fits(self, said: Said) -> Said | None:
        text, words = said["text"], self._wanted[OPTION_WORDS]
        if not is_contact(self._hass, self._wanted[OPTION_CONTACT], said["jid"]):
            return None
        if fold(self._wanted[OPTION_TEXT]) not in fold(text):
            return None
        if words and not any(says(text, each) for each in words):
            return None
        slots = self._sentence.match(text) if self._wanted[OPTION_PATTERN] else {}
        return None if slots is None else {"slots": slots}

    @override
    def description(self, said: Said) -> str:
        return f"chat message of {said['jid']}"


class AlertChangedTrigger(EventTrigger):
    """An alert changed its state or somebody acted on it; acknowledging leaves the state as it is."""

    event = EVENT_ALERT
    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_RULE, default=list): _texts(),
        **TOPIC,
        vol.Optional(OPTION_STEP, default=list): _several(list(ALERT_STEPS)),
        vol.Optional(OPTION_FROM, default=list): _several(STATES),
        vol.Optional(OPTION_TO, default=list): _several(STATES),
    }

    @override
    def fits(self, said: Said) -> Said | None:
        wanted, topic, steps = self._wanted, self._wanted[OPTION_TOPIC], self._wanted[OPTION_STEP]
        if topic and not matches(topic, said["topic"]):
            return None
        if steps and said["step"] not in steps:
            return None
        rule = said["rule"], said["rule_number"], said["rule_id"]
        return {} if _moved(wanted, said) and is_rule(self._hass, wanted[OPTION_RULE], *rule) else None

    @override
    def description(self, said: Said) -> str:
        return f"alert {said['rule']} is {said['step'] or said['to_state']}"


def _moved(wanted: Said, said: Said) -> bool:
    before, after = wanted[OPTION_FROM], wanted[OPTION_TO]
    if not before and not after:
        return True
    fits = said["from_state"] in (before or STATES) and said["to_state"] in (after or STATES)
    return fits and said["from_state"] != said["to_state"]


@dataclass(slots=True)
class _Known:
    """The last value of a topic, whether it is what was asked for, and what ends waiting for it to last."""

    value: Value | None = None
    fits: bool = False
    cancel: CALLBACK_TYPE | None = None

    def stop(self) -> None:
        if self.cancel is not None:
            self.cancel()
            self.cancel = None


class MessageTrigger(BotTrigger):
    """Fires with the values of a message; of a flood of normal ones, not with each."""

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._comparison = Comparison(self._wanted)
        self._allowance = Allowance(EVENTS_PER_SECOND, EVENTS_AT_ONCE)
        self._known: dict[tuple[str, str], _Known] = {}

    @classmethod
    @override
    def check(cls, wanted: dict[str, Any]) -> dict[str, Any]:
        if Comparison(wanted).impossible:
            raise vol.Invalid("“above” and “below” need a number")
        return wanted

    @abstractmethod
    def hear(self, run: TriggerActionRunner, entry_id: str, message: MessageReceived) -> None:
        """Take a message that is on the topic."""

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        @callback
        def heard(entry_id: str, message: MessageReceived) -> None:
            if self.of_bot(entry_id) and self._comparison.covers(message.reading):
                self.hear(run_action, entry_id, message)

        stop = async_dispatcher_connect(self._hass, SIGNAL_MESSAGE, heard)

        @callback
        def detach() -> None:
            stop()
            for known in self._known.values():
                known.stop()

        return detach

    def fire(self, run: TriggerActionRunner, entry_id: str, message: MessageReceived, more: Said) -> None:
        """Run the automation with a message, and with `more` of what was looked at in it."""
        if priority_of(message) < Priority.ALERT and not self._allowance.take(self._hass.loop.time()):
            if self._allowance.refused == 1:
                _LOGGER.warning("More than %d messages a second: some do not trigger", EVENTS_PER_SECOND)
            return
        said = {**message_event(entry_id, message), **more}
        run(said, f"message on {said['topic']}")

    def begin(self, known: _Known, fire: Callable[[], None]) -> None:
        """Fire, now or when it has lasted long enough."""
        if not self._wanted[CONF_FOR]:
            fire()
            return

        @callback
        def lasted(_now: object) -> None:
            known.cancel = None
            fire()

        known.cancel = async_call_later(self._hass, self._wanted[CONF_FOR], lasted)

    def known_of(self, entry_id: str, reading: Reading) -> _Known:
        """Return what is known of the topic of a message."""
        key = entry_id, reading.message.topic
        known = self._known.pop(key, None) or _Known()
        if len(self._known) >= MOST_TOPICS:
            self._known.pop(next(iter(self._known))).stop()
        self._known[key] = known
        return known


class MessageReceivedTrigger(MessageTrigger):
    """A new message that is not silent, or the first of those that were all as asked for so long."""

    fields: ClassVar[Fields] = {
        **TOPIC,
        **VALUE,
        **LASTING,
        vol.Optional(OPTION_PRIORITY, default=list): _several(PRIORITIES),
    }

    @classmethod
    @override
    def check(cls, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted[CONF_FOR] and not any(map(wanted.get, LIMITS)):
            raise vol.Invalid("“for” needs “above”, “below”, “to” or “contains”: a message does not last")
        return super().check(wanted)

    @override
    def hear(self, run: TriggerActionRunner, entry_id: str, message: MessageReceived) -> None:
        reading, comparison = message.reading, self._comparison
        priorities = self._wanted[OPTION_PRIORITY] or PRIORITIES
        counts = is_event(message) and priority_of(message).word in priorities
        value = comparison.value(reading) if comparison.limited else None
        if value is None:
            if counts and not comparison.limited:
                self.fire(run, entry_id, message, {})
            return
        fits, more = comparison.fits(reading), judged_values(value)
        if not self._wanted[CONF_FOR]:
            if counts and fits:
                self.fire(run, entry_id, message, more)
            return
        known = self.known_of(entry_id, reading)
        begins = counts and fits and not known.fits
        known.fits = fits and (counts or known.fits)
        if not fits:
            known.stop()
        if begins:
            self.begin(known, lambda: self.fire(run, entry_id, message, more))


class ValueChangedTrigger(MessageTrigger):
    """A value that becomes another one, or that becomes what was asked for and stays so.

    Silent messages count too. The first value of a topic counts if it is asked for and is no retained one.
    """

    fields: ClassVar[Fields] = {
        vol.Required(OPTION_TOPIC): vol.All(_FILTER, vol.Length(min=1)),
        **VALUE,
        **LASTING,
    }

    @override
    def hear(self, run: TriggerActionRunner, entry_id: str, message: MessageReceived) -> None:
        reading, comparison = message.reading, self._comparison
        if (value := comparison.value(reading)) is None:
            return
        known = self.known_of(entry_id, reading)
        before, fits = known.value, comparison.fits(reading)
        if before is None:
            begins = comparison.asks and fits and message.new and not reading.message.retain
        elif comparison.asks:
            begins = fits and not known.fits
        else:
            begins = _said(value) != _said(before)
        if begins or not fits:
            known.stop()
        known.value, known.fits = value, fits
        if begins:
            more = {**judged_values(value), "before": before.text if before else None}
            self.begin(known, lambda: self.fire(run, entry_id, message, more))


def _said(value: Value) -> tuple[object, str]:
    """Return what two values have in common that say the same."""
    return value.text if value.number is None else value.number, value.unit


TRIGGERS: dict[str, type[Trigger]] = {
    "message_received": MessageReceivedTrigger,
    "value_changed": ValueChangedTrigger,
    "alert_changed": AlertChangedTrigger,
    "chat_received": ChatReceivedTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    return TRIGGERS
