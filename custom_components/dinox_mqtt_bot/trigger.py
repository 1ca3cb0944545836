"""What automations can wait for: a message, a contact who writes, an alert that changes."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .bot.model.alert import AlertState
from .bot.model.errors import BotError
from .bot.model.jid import bare_jid
from .bot.model.rules import Priority
from .bot.model.topics import fold, matches, valid_filter
from .hass.events import ALERT_STEPS, EVENT_ALERT, EVENT_CHAT, EVENT_MESSAGE, names_rule

OPTION_ENTRY = "config_entry_id"
OPTION_TOPIC = "topic"
OPTION_PRIORITY = "priority"
OPTION_CONTACT = "contact"
OPTION_TEXT = "text"
OPTION_RULE = "rule"
OPTION_FROM = "from"
OPTION_TO = "to"
OPTION_STEP = "step"

STATES = [state.value for state in AlertState]
PRIORITIES = [priority.word for priority in Priority if priority > Priority.SILENT]

type Said = Mapping[str, Any]
type Fields = Mapping[vol.Marker, Any]


def _checked(check: Callable[[str], object]) -> Callable[[Any], str]:
    """Return a validator for what the bot itself can check; empty stands for anything."""

    def validate(value: Any) -> str:
        text = cv.string(value)
        try:
            if text:
                check(text)
        except BotError as err:
            raise vol.Invalid(f"{err.key}: {text}") from err
        return text

    return validate


def _several(words: list[str]) -> vol.All[list[str]]:
    return vol.All(cv.ensure_list, [vol.In(words)])


ENTRY: Fields = {vol.Optional(OPTION_ENTRY, default=""): cv.string}
TOPIC: Fields = {vol.Optional(OPTION_TOPIC, default=""): _checked(valid_filter)}


class EventTrigger(Trigger):
    """Fires with the values of one of the bot's events, if they are those asked for."""

    event: str
    fields: ClassVar[Fields]

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        schema = vol.Schema({vol.Optional(CONF_OPTIONS, default=dict): {**ENTRY, **cls.fields}})
        return cast("ConfigType", schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._wanted: dict[str, Any] = config.options or {}

    @abstractmethod
    def fits(self, wanted: Said, said: Said) -> bool:
        """Say whether the values of an event are those asked for."""

    @abstractmethod
    def description(self, said: Said) -> str:
        """Return what the trace of an automation says of it."""

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        @callback
        def heard(event: Event) -> None:
            said, entry = event.data, self._wanted[OPTION_ENTRY]
            if entry in {"", said["entry_id"]} and self.fits(self._wanted, said):
                run_action(dict(said), self.description(said), event.context)

        return self._hass.bus.async_listen(self.event, heard)


class MessageReceivedTrigger(EventTrigger):
    """A new message that is not silent."""

    event = EVENT_MESSAGE
    fields: ClassVar[Fields] = {**TOPIC, vol.Optional(OPTION_PRIORITY, default=list): _several(PRIORITIES)}

    @override
    def fits(self, wanted: Said, said: Said) -> bool:
        return _on_topic(wanted, said) and said["priority"] in (wanted[OPTION_PRIORITY] or PRIORITIES)

    @override
    def description(self, said: Said) -> str:
        return f"message on {said['topic']}"


class ChatReceivedTrigger(EventTrigger):
    """A contact wrote, whether it is a command or not."""

    event = EVENT_CHAT
    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_CONTACT, default=""): _checked(bare_jid),
        vol.Optional(OPTION_TEXT, default=""): cv.string,
    }

    @override
    def fits(self, wanted: Said, said: Said) -> bool:
        contact, text = wanted[OPTION_CONTACT], wanted[OPTION_TEXT]
        by_whom = not contact or bare_jid(contact) == said["jid"]
        return by_whom and (not text or fold(text) in fold(said["text"]))

    @override
    def description(self, said: Said) -> str:
        return f"chat message of {said['jid']}"


class AlertChangedTrigger(EventTrigger):
    """An alert changed its state or somebody acted on it; acknowledging leaves the state as it is."""

    event = EVENT_ALERT
    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_RULE, default=""): cv.string,
        **TOPIC,
        vol.Optional(OPTION_STEP, default=list): _several(list(ALERT_STEPS)),
        vol.Optional(OPTION_FROM, default=list): _several(STATES),
        vol.Optional(OPTION_TO, default=list): _several(STATES),
    }

    @override
    def fits(self, wanted: Said, said: Said) -> bool:
        rule, steps = wanted[OPTION_RULE], wanted[OPTION_STEP]
        if rule and not names_rule(rule, said["rule"], said["rule_number"], said["rule_id"]):
            return False
        return _on_topic(wanted, said) and (not steps or said["step"] in steps) and _moved(wanted, said)

    @override
    def description(self, said: Said) -> str:
        return f"alert {said['rule']} is {said['step'] or said['to_state']}"


def _on_topic(wanted: Said, said: Said) -> bool:
    return not wanted[OPTION_TOPIC] or matches(wanted[OPTION_TOPIC], said["topic"])


def _moved(wanted: Said, said: Said) -> bool:
    before, after = wanted[OPTION_FROM], wanted[OPTION_TO]
    if not before and not after:
        return True
    fits = said["from_state"] in (before or STATES) and said["to_state"] in (after or STATES)
    return fits and said["from_state"] != said["to_state"]


TRIGGERS: dict[str, type[Trigger]] = {
    "message_received": MessageReceivedTrigger,
    "chat_received": ChatReceivedTrigger,
    "alert_changed": AlertChangedTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    return TRIGGERS
