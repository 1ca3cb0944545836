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

from ..bot.model.errors import BotError
from ..bot.model.rules import usual_display
from ..bot.model.topics import valid_filter
from ..const import (
    CONF_ALIAS,
    CONF_DISPLAY,
    CONF_FILTER,
    CONF_FOLLOWS,
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
from ..runtime.runtime import BotConfigEntry
from .confirmed import async_settle
from .fields import FLAG, TEXT, Typed, choice, chosen, number_field, stripped
from .follow_field import async_field, chosen_data, chosen_values, devices_of, follow_field
from .rule_flow import Named, RuleFlow

_HOW = {
    vol.Optional(CONF_ALIAS): TEXT,
    **chosen(TOPICS, CONF_PRIORITY),
    # Left empty, it depends on the filter.
    vol.Optional(CONF_DISPLAY): choice(CONF_DISPLAY, TOPICS.fields[CONF_DISPLAY].words),
    **chosen(TOPICS, CONF_QOS),
    vol.Optional(CONF_ICON): TEXT,
    vol.Required(CONF_SOUND, default=True): FLAG,
    vol.Required(CONF_KEEP_DAYS, default=0): number_field(0, 3650, "d"),
}
TOPIC_FORM = vol.Schema({vol.Required(CONF_FILTER): TEXT, **_HOW})
NEW_TOPIC_FORM = vol.Schema(
    {vol.Optional(CONF_FILTER): TEXT, vol.Optional(CONF_FOLLOWS): follow_field(), **_HOW}
)


def known_form(found: Sequence[RegistryEntry]) -> vol.Schema:
    """Return the form of a topic with a choice among the sensors of the values on it."""
    return TOPIC_FORM.extend({vol.Optional(CONF_SENSORS, default=[]): _sensors(found)})


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown; or which devices to follow."""

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
    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a new topic, or for devices."""
        field = await async_field(self.hass, self._get_entry())
        self.form = vol.Schema(
            {key: field if key == CONF_FOLLOWS else each for key, each in NEW_TOPIC_FORM.schema.items()}
        )
        if user_input and (follows := user_input.get(CONF_FOLLOWS)) and not user_input.get(CONF_FILTER):
            return await self._follow(follows)
        return await super().async_step_user(user_input)

    async def _follow(self, chosen: Sequence[str]) -> SubentryFlowResult:
        """Follow devices besides those that are: they are kept in the options, as no topic filter is."""
        entry: BotConfigEntry = self._get_entry()
        values = [*chosen_values(entry.options), *chosen]
        options = {**entry.options, **chosen_data(values, devices_of(entry), entry.options)}
        self.hass.config_entries.async_update_entry(entry, options=options)
        await async_settle(entry)
        return self.async_abort(reason="followed")

    @override
    def _may_be_new(self, typed: Typed, named: Named) -> bool:
        """What is written as a topic is meant as one; a word alone may be a name that was mistyped."""
        return named.written

    @override
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        self._wanted = typed.get(CONF_SENSORS, ())
        given = stripped({key: value for key, value in typed.items() if key != CONF_SENSORS})
        if not given.get(CONF_FILTER):
            raise BotError("filter_or_device")
        given.pop(CONF_FOLLOWS, None)
        given.setdefault(CONF_DISPLAY, usual_display(given[CONF_FILTER]).value)
        wanted = TOPICS.read(given)
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
