"""How presets are added and changed in Home Assistant's settings."""

from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
import voluptuous as vol

from ..bot.commands.presets import checked_preset
from ..const import CONF_NAME, CONF_PAYLOAD, CONF_QOS, CONF_RETAIN, CONF_ROLE, CONF_TOPIC
from ..entry.rules import PRESETS
from .fields import FLAG, LINES, TEXT, Typed, chosen
from .rule_flow import RuleFlow

PRESET_FORM = vol.Schema(
    {
        vol.Required(CONF_NAME): TEXT,
        vol.Required(CONF_TOPIC): TEXT,
        vol.Optional(CONF_PAYLOAD): LINES,
        **chosen(PRESETS, CONF_QOS),
        vol.Required(CONF_RETAIN, default=False): FLAG,
        **chosen(PRESETS, CONF_ROLE),
    }
)


class PresetFlow(RuleFlow):
    """What is published where, and what that is called."""

    form = PRESET_FORM

    @override
    async def _async_understood(self, typed: Typed) -> Typed:
        return {**typed, CONF_TOPIC: await self._async_published(typed[CONF_TOPIC], self._known())}

    @override
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        preset = checked_preset(PRESETS.read({**typed, CONF_TOPIC: typed[CONF_TOPIC].strip()}))
        preset = PRESETS.numbered(self._get_entry(), preset, known)
        return self._unlike_others(PRESETS.write(preset), known)
