"""What automations can ask: whether an alert is firing."""

from collections.abc import Callable, Iterator
from typing import Any, Unpack, cast, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import Condition, ConditionCheckParams, ConditionConfig
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .bot.alerts.watches import BROKER
from .bot.model.alert import Alert
from .bot.model.rules import AlertRule
from .const import DOMAIN
from .hass.events import EVENT_ALERT, names_rule

OPTION_ENTRY = "config_entry_id"
OPTION_RULE = "rule"
OPTION_ACKNOWLEDGED = "acknowledged"

SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_OPTIONS, default=dict): {
            vol.Optional(OPTION_ENTRY, default=""): cv.string,
            vol.Optional(OPTION_RULE, default=""): cv.string,
            vol.Optional(OPTION_ACKNOWLEDGED): cv.boolean,
        }
    }
)


class AlertIsFiring(Condition):
    """Whether an alert is active: of one rule or any, of one bot or any, acknowledged or not."""

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return cast("ConfigType", SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._wanted: dict[str, Any] = config.options or {}

    @property
    @override
    def needs_polling(self) -> bool:
        return False

    @override
    async def _async_track_changes(self, action: Callable[[], None]) -> CALLBACK_TYPE:
        @callback
        def changed(_event: Event) -> None:
            action()

        return self._hass.bus.async_listen(EVENT_ALERT, changed)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        return any(self._fits(alert, rule) for alert, rule in self._active())

    def _active(self) -> Iterator[tuple[Alert, AlertRule]]:
        """Yield the active alerts of the bots that run; one that does not knows of none."""
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            if self._wanted[OPTION_ENTRY] in {"", entry.entry_id}:
                alerts = entry.runtime_data.bot.alerts
                rules = {rule.id: rule for rule in alerts.rules}
                yield from ((alert, rules.get(alert.rule, BROKER)) for alert in alerts.active)

    def _fits(self, alert: Alert, rule: AlertRule) -> bool:
        if self._wanted.get(OPTION_ACKNOWLEDGED, alert.acknowledged) != alert.acknowledged:
            return False
        wanted = self._wanted[OPTION_RULE]
        return not wanted or names_rule(wanted, rule.name or rule.id, rule.number, rule.id)


CONDITIONS: dict[str, type[Condition]] = {"alert_is_firing": AlertIsFiring}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    return CONDITIONS
