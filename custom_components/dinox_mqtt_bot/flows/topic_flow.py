"""How topics are added and changed in Home Assistant's settings."""

from collections.abc import Sequence
from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData, SubentryFlowResult
from homeassistant.helpers.entity_registry import RegistryEntry
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..bot.model.topics import valid_filter
from ..const import (
    CONF_ALIAS,
    CONF_DISPLAY,
    CONF_FILTER,
    CONF_ICON,
    CONF_KEEP_DAYS,
    CONF_PRIORITY,
    CONF_QOS,
    CONF_SENSORS,
    CONF_SOUND,
)
from ..entry.account import fit_filter
from ..entry.rules import TOPICS
from ..hass.found_values import found_entries, want
from .fields import FLAG, TEXT, Typed, chosen, number_field, stripped
from .rule_flow import RuleFlow

TOPIC_FORM = vol.Schema(
    {
        vol.Required(CONF_FILTER): TEXT,
        vol.Optional(CONF_ALIAS): TEXT,
        **chosen(TOPICS, CONF_PRIORITY),
        **chosen(TOPICS, CONF_DISPLAY),
        **chosen(TOPICS, CONF_QOS),
        vol.Optional(CONF_ICON): TEXT,
        vol.Required(CONF_SOUND, default=True): FLAG,
        vol.Required(CONF_KEEP_DAYS, default=0): number_field(0, 3650, "d"),
    }
)


def known_form(found: Sequence[RegistryEntry]) -> vol.Schema:
    """Return the form of a topic with a choice among the sensors of the values on it."""
    return TOPIC_FORM.extend({vol.Optional(CONF_SENSORS, default=[]): _sensors(found)})


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown."""

    form = TOPIC_FORM
    _wanted: Sequence[str] = ()

    @override
    async def async_step_reconfigure(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a topic again, and which of the values on it are to be sensors."""
        subentry = self._get_reconfigure_subentry()
        found = [entry for entry, _, _ in found_entries(self.hass, self._entry_id, subentry.subentry_id)]
        if not found:
            return await super().async_step_reconfigure(user_input)
        self.form = known_form(found)
        on = [entry.unique_id for entry in found if entry.disabled_by is None]
        return await self._ask("reconfigure", user_input, {**subentry.data, CONF_SENSORS: on})

    @override
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        self._wanted = typed.get(CONF_SENSORS, ())
        wanted = TOPICS.read(stripped({key: value for key, value in typed.items() if key != CONF_SENSORS}))
        valid_filter(wanted.filter)
        fit_filter(self._get_entry().data, wanted.filter)
        return self._unlike_others(TOPICS.write(wanted), known)

    @override
    async def _keep(self, rule: ConfigSubentryData) -> SubentryFlowResult:
        result = await super()._keep(rule)
        if (known := self._known()) is not None:
            want(self.hass, self._entry_id, known.subentry_id, self._wanted)
        return result


def _sensors(found: Sequence[RegistryEntry]) -> SelectSelector:
    """Return the choice among sensors, by their names."""
    named = [(entry.name or entry.original_name or entry.entity_id, entry.unique_id) for entry in found]
    options = [SelectOptionDict(value=value, label=name) for name, value in sorted(named)]
    return SelectSelector(
        SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN)
    )
