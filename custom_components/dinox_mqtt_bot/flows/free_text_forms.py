"""The part of the options that is about text which is no command."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    ConversationAgentSelector,
    ConversationAgentSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..bot.model.errors import BotError
from ..bot.model.rules import Ear
from ..bot.model.topics import valid_topic
from ..const import (
    CONF_FREE_TEXT,
    CONF_FREE_TEXT_AGENT,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TIMEOUT,
    CONF_FREE_TEXT_TOPIC,
    CONF_FREE_TEXT_WITHOUT_USER,
    DEFAULT_FREE_TEXT_TIMEOUT,
)
from ..hass.conversation_agent import is_own_agent

SECTION_FREE_TEXT = "free_text_section"

_TOPICS = (CONF_FREE_TEXT_TOPIC, CONF_FREE_TEXT_RESPONSE_TOPIC)


def free_text_section() -> section:
    """Return the part of the options, folded until it is wanted."""
    ears = SelectSelectorConfig(
        options=[ear.value for ear in Ear], translation_key=CONF_FREE_TEXT, mode=SelectSelectorMode.DROPDOWN
    )
    seconds = NumberSelectorConfig(
        min=1, max=3_600, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement="s"
    )
    return section(
        vol.Schema(
            {
                vol.Required(CONF_FREE_TEXT, default=Ear.OFF.value): SelectSelector(ears),
                vol.Optional(CONF_FREE_TEXT_TOPIC): TextSelector(),
                vol.Optional(CONF_FREE_TEXT_RESPONSE_TOPIC): TextSelector(),
                vol.Required(CONF_FREE_TEXT_TIMEOUT, default=DEFAULT_FREE_TEXT_TIMEOUT): vol.All(
                    NumberSelector(seconds), vol.Coerce(int)
                ),
                vol.Optional(CONF_FREE_TEXT_AGENT): ConversationAgentSelector(
                    ConversationAgentSelectorConfig()
                ),
                vol.Required(CONF_FREE_TEXT_WITHOUT_USER, default=False): BooleanSelector(),
            }
        ),
        {"collapsed": True},
    )


def free_text_data(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read that part, as far as it is more than its fields; what was left empty is empty.

    Raises BotError `free_text_topic_missing`, `free_text_topics_equal` or `free_text_invalid_topic`.
    """
    topics = {name: given.get(name, "").strip() for name in _TOPICS}
    for topic in filter(None, topics.values()):
        try:
            valid_topic(topic)
        except BotError as err:
            raise BotError("free_text_invalid_topic", topic=topic) from err
    if given[CONF_FREE_TEXT] == Ear.TOPIC:
        if not topics[CONF_FREE_TEXT_TOPIC]:
            raise BotError("free_text_topic_missing")
        if topics[CONF_FREE_TEXT_TOPIC] == topics[CONF_FREE_TEXT_RESPONSE_TOPIC]:
            raise BotError("free_text_topics_equal")
    return {**topics, CONF_FREE_TEXT_AGENT: given.get(CONF_FREE_TEXT_AGENT, "")}


def refuse_own_agent(hass: HomeAssistant, options: Mapping[str, Any]) -> None:
    """Raise BotError `agent_own` if the options choose a bot as the agent."""
    if is_own_agent(hass, options[CONF_FREE_TEXT_AGENT]):
        raise BotError("agent_own")
