"""How topics are added and changed in Home Assistant's settings."""

from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
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
    CONF_SOUND,
)
from ..entry.account import fit_filter
from ..entry.rules import TOPICS
from .fields import FLAG, TEXT, Typed, chosen, number_field, stripped
from .rule_flow import Named, RuleFlow

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


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown."""

    form = TOPIC_FORM

    @override
    def _may_be_new(self, typed: Typed, named: Named) -> bool:
        """What is written as a topic is meant as one; a word alone may be a name that was mistyped."""
        return named.written

    @override
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        wanted = TOPICS.read(stripped(typed))
        valid_filter(wanted.filter)
        fit_filter(self._get_entry().data, wanted.filter)
        return self._unlike_others(TOPICS.write(wanted), known)
