"""How presets are added and changed in Home Assistant's settings."""

from dataclasses import replace
from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData

from ..bot.commands.presets import checked_preset
from ..const import CONF_NUMBER, CONF_TOPIC
from ..entry.presets import next_preset_number, preset, preset_subentry
from .input import Typed
from .preset_forms import PRESET_FORM
from .subentry_flows import RuleFlow


class PresetFlow(RuleFlow):
    """What is published where, and what that is called."""

    form = PRESET_FORM

    @override
    def rule(self, typed: Typed) -> ConfigSubentryData:
        return preset_subentry(checked_preset(preset("", {**typed, CONF_TOPIC: typed[CONF_TOPIC].strip()})))

    @override
    def _unique(self, typed: Typed, changed: ConfigSubentry | None = None) -> ConfigSubentryData:
        """Return the subentry that was typed; a new one gets the next number, a changed one keeps its own."""
        rule = super()._unique(typed, changed)
        number = changed.data[CONF_NUMBER] if changed else next_preset_number(self._get_entry())
        return preset_subentry(replace(preset("", rule["data"]), number=number))
