"""How presets are added and changed in Home Assistant's settings."""

from collections.abc import Iterable
from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol

from ..bot.commands.presets import checked_preset
from ..const import CONF_NAME, CONF_PAYLOAD, CONF_QOS, CONF_RETAIN, CONF_ROLE, CONF_TOPIC
from ..entry.rules import PRESETS
from .fields import FLAG, LINES, TEXT, FormInput, chosen, suggestions
from .rule_flow import RuleFlow


def preset_form(topics: Iterable[SelectOptionDict] = ()) -> vol.Schema:
    """Return the form, with the topics that are known as suggestions."""
    return vol.Schema(
        {
            vol.Required(CONF_NAME): TEXT,
            vol.Required(CONF_TOPIC, default=""): suggestions(topics),
            vol.Optional(CONF_PAYLOAD): LINES,
            **chosen(PRESETS, CONF_QOS),
            vol.Required(CONF_RETAIN, default=False): FLAG,
            **chosen(PRESETS, CONF_ROLE),
        }
    )


class PresetFlow(RuleFlow):
    """What is published where, and what that is called."""

    @override
    async def _async_form(self) -> vol.Schema:
        known = await self._async_topics()
        return preset_form(each for each in known if not {"+", "#"} & set(each["value"]))

    @override
    async def _async_understood(self, typed: FormInput) -> FormInput:
        return {**typed, CONF_TOPIC: await self._async_published(typed[CONF_TOPIC], self._known())}

    @override
    def _read(self, typed: FormInput, known: ConfigSubentry | None) -> ConfigSubentryData:
        preset = checked_preset(PRESETS.read({**typed, CONF_TOPIC: typed[CONF_TOPIC].strip()}))
        preset = PRESETS.numbered(self._get_entry(), preset, known)
        return self._unlike_others(PRESETS.write(preset), known)
