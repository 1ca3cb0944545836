"""What automations can ask: whether an alert is firing, a bot is connected, a contact is there."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Unpack, cast, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import Condition, ConditionCheckParams, ConditionConfig
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .bot.alerts.watches import BROKER
from .const import DOMAIN
from .hass.automations import contact_jid, is_rule
from .hass.events import EVENT_ALERT, SIGNAL_STATUS

OPTION_ENTRY = "config_entry_id"
OPTION_RULE = "rule"
OPTION_ACKNOWLEDGED = "acknowledged"
OPTION_LINK = "link"
OPTION_CONTACT = "contact"
LINKS = ("mqtt", "xmpp")

type Fields = Mapping[vol.Marker, Any]

_TEXTS = vol.All(cv.ensure_list, [cv.string], lambda texts: [text for text in texts if text])


class BotCondition(Condition):
    """Something about one bot or about all."""

    fields: ClassVar[Fields]

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        options = {vol.Optional(OPTION_ENTRY, default=""): cv.string, **cls.fields}
        return cast("ConfigType", vol.Schema({vol.Optional(CONF_OPTIONS, default=dict): options})(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._wanted: dict[str, Any] = config.options or {}

    @property
    @override
    def needs_polling(self) -> bool:
        return False

    @abstractmethod
    def follow(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `action` with every change that may be one of the answer, until the function returned is."""

    @override
    async def _async_track_changes(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        return self.follow(action)

    def running(self) -> Iterator[Any]:
        """Yield the bots that run and were asked for: their `BotRuntime`."""
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            if self._wanted[OPTION_ENTRY] in {"", entry.entry_id}:
                yield entry.runtime_data


class AlertIsFiring(BotCondition):
    """Whether an alert is active: of some rules or any, of one bot or any, acknowledged or not."""

    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_RULE, default=list): _TEXTS,
        vol.Optional(OPTION_ACKNOWLEDGED): cv.boolean,
    }

    @override
    def follow(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        @callback
        def changed(_event: Event) -> None:
            action()

        return self._hass.bus.async_listen(EVENT_ALERT, changed)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the alerts of the bots that run; one that does not knows of none."""
        wanted = self._wanted[OPTION_RULE]
        for runtime in self.running():
            alerts = runtime.bot.alerts
            rules = {rule.id: rule for rule in alerts.rules}
            for alert in alerts.active:
                rule = rules.get(alert.rule, BROKER)
                fits = self._wanted.get(OPTION_ACKNOWLEDGED, alert.acknowledged) == alert.acknowledged
                if fits and is_rule(self._hass, wanted, rule.name or rule.id, rule.number, rule.id):
                    return True
        return False


class BotIsConnected(BotCondition):
    """Whether both connections of a bot stand, or the one asked for; of all bots, where none is named."""

    fields: ClassVar[Fields] = {
        vol.Optional(OPTION_LINK, default=list): vol.All(cv.ensure_list, [vol.In(LINKS)])
    }

    @override
    def follow(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        return async_dispatcher_connect(self._hass, SIGNAL_STATUS, action)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        wanted, bots = self._wanted[OPTION_LINK] or LINKS, list(self.running())
        links = [
            dict(zip(LINKS, (each.bot.status.broker, each.bot.status.chat), strict=True)) for each in bots
        ]
        return bool(bots) and all(each[link].online for each in links for link in wanted)


class ContactIsAvailable(BotCondition):
    """Whether a contact is seen to be there and does not show `dnd`: one of those asked for, or of all."""

    fields: ClassVar[Fields] = {vol.Optional(OPTION_CONTACT, default=list): _TEXTS}

    @property
    @override
    def needs_polling(self) -> bool:
        return True

    @override
    def follow(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        return async_dispatcher_connect(self._hass, SIGNAL_STATUS, action)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        wanted = [contact_jid(self._hass, each) for each in self._wanted[OPTION_CONTACT]]
        return any(
            each.chat.available(jid)
            for each in self.running()
            for jid in wanted or [contact.jid for contact in each.bot.rules.contacts]
        )


CONDITIONS: dict[str, type[Condition]] = {
    "alert_is_firing": AlertIsFiring,
    "bot_is_connected": BotIsConnected,
    "contact_is_available": ContactIsAvailable,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    return CONDITIONS
