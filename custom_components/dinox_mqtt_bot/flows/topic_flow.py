"""How topics are added and changed in Home Assistant's settings."""

from collections.abc import Iterable, Sequence
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

from ..bot.model.replies import BotError
from ..bot.model.rules import usual_display
from ..bot.model.topics import valid_filter
from ..bot.text.emoji import is_emoji
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
from ..hass.values import found_entries, want
from .confirmed import async_settle
from .fields import FLAG, TEXT, FormInput, choice, chosen, number_field, stripped, suggestions
from .follow_field import async_field, chosen_data, chosen_values, devices_of
from .rule_flow import NamedTopic, RuleFlow

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


def new_form(topics: Iterable[SelectOptionDict], devices: SelectSelector) -> vol.Schema:
    """Return the form of a new topic, or of devices instead."""
    return vol.Schema(
        {vol.Optional(CONF_FILTER): suggestions(topics), vol.Optional(CONF_FOLLOWS): devices, **_HOW}
    )


def known_form(
    topics: Iterable[SelectOptionDict] = (), found: Sequence[RegistryEntry] | None = ()
) -> vol.Schema:
    """Return the form of a topic, with a choice among the sensors of the values on it where there are any."""
    form = vol.Schema({vol.Required(CONF_FILTER, default=""): suggestions(topics), **_HOW})
    return form.extend({vol.Optional(CONF_SENSORS, default=[]): _sensors(found)}) if found else form


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown; or which devices to follow."""

    _wanted: Sequence[str] = ()

    @override
    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for a topic again, and which of the values on it are to be sensors."""
        subentry = self._get_reconfigure_subentry()
        found = [entry for entry, _, _ in found_entries(self.hass, self._entry_id, subentry.subentry_id)]
        if not found:
            return await super().async_step_reconfigure(user_input)
        on = [entry.unique_id for entry in found if entry.disabled_by is None]
        return await self._ask("reconfigure", user_input, {**subentry.data, CONF_SENSORS: on})

    @override
    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for a new topic, or for devices."""
        if user_input and (follows := user_input.get(CONF_FOLLOWS)) and not user_input.get(CONF_FILTER):
            return await self._follow(follows)
        return await super().async_step_user(user_input)

    @override
    async def _async_form(self) -> vol.Schema:
        topics = await self._async_topics()
        if (known := self._known()) is None:
            return new_form(topics, await async_field(self.hass, self._get_entry()))
        found = [entry for entry, _, _ in found_entries(self.hass, self._entry_id, known.subentry_id)]
        return known_form(topics, found)

    async def _follow(self, chosen: Sequence[str]) -> SubentryFlowResult:
        """Follow devices besides those that are: they are kept in the options, as no topic filter is."""
        entry = self._get_entry()
        values = [*chosen_values(entry.options), *chosen]
        options = {**entry.options, **chosen_data(values, devices_of(entry), entry.options)}
        self.hass.config_entries.async_update_entry(entry, options=options)
        await async_settle(entry)
        return self.async_abort(reason="followed")

    @override
    def _may_be_new(self, typed: FormInput, named: NamedTopic) -> bool:
        """What is written as a topic is meant as one; a word alone may be a name that was mistyped."""
        return named.written

    @override
    def _read(self, typed: FormInput, known: ConfigSubentry | None) -> ConfigSubentryData:
        self._wanted = typed.get(CONF_SENSORS, ())
        given = stripped({key: value for key, value in typed.items() if key != CONF_SENSORS})
        if not given.get(CONF_FILTER):
            raise BotError("filter_or_device")
        given.pop(CONF_FOLLOWS, None)
        given.setdefault(CONF_DISPLAY, usual_display(given[CONF_FILTER]).value)
        wanted = TOPICS.read(given)
        if wanted.icon and not is_emoji(wanted.icon):
            raise BotError("invalid_icon", icon=wanted.icon)
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
