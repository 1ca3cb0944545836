"""How topics are added and changed in Home Assistant's settings."""

from collections.abc import Sequence
from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData, SubentryFlowResult
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
    CONF_SOUND,
)
from ..entry.account import fit_filter
from ..entry.rules import TOPICS
from ..runtime.runtime import BotConfigEntry
from .confirmed import async_settle
from .fields import FLAG, TEXT, Typed, choice, chosen, number_field, stripped
from .follow_field import async_field, chosen_data, chosen_values, devices_of, follow_field
from .rule_flow import RuleFlow

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


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown; or which devices to follow."""

    form = TOPIC_FORM

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
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        given = stripped(typed)
        if not given.get(CONF_FILTER):
            raise BotError("filter_or_device")
        given.pop(CONF_FOLLOWS, None)
        given.setdefault(CONF_DISPLAY, usual_display(given[CONF_FILTER]).value)
        wanted = TOPICS.read(given)
        valid_filter(wanted.filter)
        fit_filter(self._get_entry().data, wanted.filter)
        return self._unlike_others(TOPICS.write(wanted), known)
