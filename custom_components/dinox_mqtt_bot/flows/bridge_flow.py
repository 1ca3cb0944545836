"""How bridges are added and changed in Home Assistant's settings."""

from collections.abc import Iterable
from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData, SubentryFlowResult
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol

from ..bot.bridges.grammar import MOST_PER_MINUTE, checked_bridge
from ..bot.model.rules import Direction, RuleSet
from ..const import (
    CONF_DIRECTION,
    CONF_ENABLED,
    CONF_FILTER,
    CONF_FORMAT,
    CONF_NAME,
    CONF_NICK,
    CONF_PER_MINUTE,
    CONF_QOS,
    CONF_RETAIN,
    CONF_ROLE,
    CONF_ROOM,
    CONF_TEMPLATE,
    CONF_TO,
    CONF_TOPIC,
    CONF_TRUSTED,
)
from ..entry.account import has_chat
from ..entry.rules import BRIDGES
from .fields import (
    FLAG,
    LINES,
    TEXT,
    FormInput,
    chosen,
    folded,
    in_sections,
    number_field,
    option,
    stripped,
    suggestions,
    without_sections,
)
from .rule_flow import NamedTopic, RuleFlow

_TEXT = folded(
    {
        **chosen(BRIDGES, CONF_FORMAT),
        vol.Optional(CONF_TEMPLATE): LINES,
        vol.Required(CONF_PER_MINUTE, default=BRIDGES.usual(CONF_PER_MINUTE)): number_field(
            0, MOST_PER_MINUTE
        ),
    }
)
_BACK = folded(
    {
        vol.Optional(CONF_TOPIC): TEXT,
        **chosen(BRIDGES, CONF_ROLE),
        **chosen(BRIDGES, CONF_QOS),
        vol.Required(CONF_RETAIN, default=False): FLAG,
    }
)


def bridge_form(rules: RuleSet, topics: Iterable[SelectOptionDict] = ()) -> vol.Schema:
    """Return the form, with the topics and the people that are known as suggestions."""
    people = [option(each.jid, each.name) for each in rules.contacts]
    return vol.Schema(
        {
            vol.Required(CONF_FILTER, default=""): suggestions(topics),
            vol.Required(CONF_TO, default=""): suggestions(people),
            vol.Required(CONF_ROOM, default=False): FLAG,
            vol.Optional(CONF_NICK): TEXT,
            vol.Required(CONF_TRUSTED, default=False): FLAG,
            **chosen(BRIDGES, CONF_DIRECTION),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ENABLED, default=True): FLAG,
            vol.Required("text"): _TEXT,
            vol.Required("back"): _BACK,
        }
    )


class BridgeFlow(RuleFlow):
    """Which topics lead to whom, which way, and as what."""

    @override
    async def _async_form(self) -> vol.Schema:
        return bridge_form(self._rules(), await self._async_topics())

    @override
    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for a new bridge; without an XMPP account there is nobody to lead to."""
        if not has_chat(self._get_entry()):
            return self.async_abort(reason="chat_not_configured")
        return await super().async_step_user(user_input)

    @override
    async def _async_understood(self, typed: FormInput) -> FormInput:
        understood = without_sections(await super()._async_understood(typed), self.form)
        topic = await self._async_published(understood.get(CONF_TOPIC, ""), self._known())
        return in_sections(self.form, {**understood, CONF_TOPIC: topic})

    @override
    def _may_be_new(self, typed: FormInput, named: NamedTopic) -> bool:
        """Where nothing is to come from the topic, nothing has to be known of it."""
        return typed.get(CONF_DIRECTION) == Direction.IN.value

    @override
    def _read(self, typed: FormInput, known: ConfigSubentry | None) -> ConfigSubentryData:
        """Return the subentry typed. Raises what `checked_bridge` raises."""
        entry = self._get_entry()
        data = stripped(without_sections(typed, self.form))
        bridge = checked_bridge(BRIDGES.read(data), {contact.jid for contact in self._rules().contacts})
        BRIDGES.refuse_taken(entry, bridge, known)
        return BRIDGES.write(BRIDGES.numbered(entry, bridge, known))
