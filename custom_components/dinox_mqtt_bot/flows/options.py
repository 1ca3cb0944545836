"""The form of the options, and what was typed into it."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    ConversationAgentSelector,
    ConversationAgentSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
)
import voluptuous as vol

from ..bot.model.replies import BotError
from ..bot.model.rules import Ear
from ..bot.model.topics import valid_topic
from ..bot.peers.remote import SHORTEST_SECRET
from ..const import (
    CONF_BARE_COMMANDS,
    CONF_CLICK,
    CONF_DIGEST_SECONDS,
    CONF_DISCOVERABLE,
    CONF_DISCOVERY,
    CONF_DISCOVERY_PREFIX,
    CONF_DND_ENTITY,
    CONF_ENTITIES,
    CONF_FOLLOWS,
    CONF_FREE_TEXT,
    CONF_FREE_TEXT_AGENT,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TIMEOUT,
    CONF_FREE_TEXT_TOPIC,
    CONF_FREE_TEXT_WITHOUT_USER,
    CONF_NOTIFY_TARGETS,
    CONF_REMOTE,
    CONF_REMOTE_SECRET,
    CONF_RETENTION_DAYS,
    CONF_RETENTION_ROWS,
    CONF_SOUND,
    CONF_STORM,
    CONF_TELL_NOTIFICATIONS,
    CONF_TELL_STATUS,
    DEFAULT_BARE_COMMANDS,
    DEFAULT_DIGEST_SECONDS,
    DEFAULT_DISCOVERY_PREFIX,
    DEFAULT_FREE_TEXT_TIMEOUT,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETENTION_ROWS,
    DEFAULT_STORM,
    Remote,
)
from ..hass.conversation_agent import is_own_agent
from ..hass.targets import valid_targets
from ..runtime.runtime import BotConfigEntry
from .confirmed import async_foresee
from .fields import FLAG, SECRET, TEXT, FormInput, choice, folded, number_field, suggestions, without_sections
from .follow_field import follow_field

SECTION_ALERTS = "alerts"
SECTION_FREE_TEXT = "free_text_section"
SECTION_ON_MQTT = "on_mqtt"

DND_DOMAINS = ["schedule", "calendar", "input_boolean", "binary_sensor", "switch"]


def alerts_section(targets: Iterable[SelectOptionDict]) -> section:
    """Return the part that is about all alerts; `targets` are the notifications that Home Assistant has."""
    return folded(
        {
            vol.Optional(CONF_NOTIFY_TARGETS): suggestions(targets, multiple=True),
            vol.Required(CONF_SOUND, default=True): FLAG,
            vol.Required(CONF_STORM, default=DEFAULT_STORM): number_field(0, 120),
            vol.Optional(CONF_CLICK): TEXT,
            vol.Optional(CONF_DND_ENTITY): EntitySelector(EntitySelectorConfig(domain=DND_DOMAINS)),
        },
        collapsed=False,
    )


# About text that is no command.
_FREE_TEXT = folded(
    {
        vol.Required(CONF_FREE_TEXT, default=Ear.OFF.value): choice(CONF_FREE_TEXT, Ear),
        vol.Optional(CONF_FREE_TEXT_TOPIC): TEXT,
        vol.Optional(CONF_FREE_TEXT_RESPONSE_TOPIC): TEXT,
        vol.Required(CONF_FREE_TEXT_TIMEOUT, default=DEFAULT_FREE_TEXT_TIMEOUT): number_field(1, 3_600, "s"),
        vol.Optional(CONF_FREE_TEXT_AGENT): ConversationAgentSelector(ConversationAgentSelectorConfig()),
        vol.Required(CONF_FREE_TEXT_WITHOUT_USER, default=False): FLAG,
    }
)

# About how the bot shows on MQTT.
_ON_MQTT = folded(
    {
        vol.Required(CONF_TELL_STATUS, default=True): FLAG,
        vol.Required(CONF_TELL_NOTIFICATIONS, default=True): FLAG,
        vol.Required(CONF_DISCOVERABLE, default=False): FLAG,
        vol.Required(CONF_REMOTE, default=Remote.NOBODY.value): choice(CONF_REMOTE, Remote),
        vol.Optional(CONF_REMOTE_SECRET): SECRET,
    }
)

OPTIONS_FORM = vol.Schema(
    {
        vol.Required(CONF_DISCOVERY, default=True): FLAG,
        vol.Required(CONF_DISCOVERY_PREFIX, default=DEFAULT_DISCOVERY_PREFIX): TEXT,
        vol.Required(CONF_ENTITIES, default=False): FLAG,
        vol.Optional(CONF_FOLLOWS): follow_field(),
        vol.Required(CONF_DIGEST_SECONDS, default=DEFAULT_DIGEST_SECONDS): number_field(10, 86_400, "s"),
        vol.Required(CONF_RETENTION_DAYS, default=DEFAULT_RETENTION_DAYS): number_field(1, 3650, "d"),
        vol.Required(CONF_RETENTION_ROWS, default=DEFAULT_RETENTION_ROWS): number_field(1_000, 50_000_000),
        vol.Required(CONF_BARE_COMMANDS, default=DEFAULT_BARE_COMMANDS): FLAG,
        vol.Required(SECTION_ALERTS): alerts_section(()),
        vol.Required(SECTION_FREE_TEXT): _FREE_TEXT,
        vol.Required(SECTION_ON_MQTT, default={}): _ON_MQTT,
    }
)


def options_data(typed: FormInput) -> dict[str, Any]:
    """Read the form of the options.

    Raises BotError `invalid_topic`, `invalid_target`, `discoverable_needs_status`, or one about free text.
    """
    given = without_sections(typed, OPTIONS_FORM)
    if given[CONF_DISCOVERABLE] and not given[CONF_TELL_STATUS]:
        raise BotError("discoverable_needs_status")
    prefix = given[CONF_DISCOVERY_PREFIX].strip().strip("/")
    valid_topic(prefix)
    return {
        **given,
        **_free_text_data(given),
        CONF_DISCOVERY_PREFIX: prefix,
        CONF_NOTIFY_TARGETS: valid_targets(given.get(CONF_NOTIFY_TARGETS, ())),
        CONF_CLICK: given.get(CONF_CLICK, "").strip(),
        # What is left empty is not in the form, and must not stay as it was.
        CONF_DND_ENTITY: given.get(CONF_DND_ENTITY, ""),
    }


def _free_text_data(given: FormInput) -> dict[str, Any]:
    """Read what goes beyond the fields of free text.

    Raises BotError `free_text_topic_missing`, `free_text_topics_equal` or `free_text_invalid_topic`.
    """
    topics = {
        name: given.get(name, "").strip() for name in (CONF_FREE_TEXT_TOPIC, CONF_FREE_TEXT_RESPONSE_TOPIC)
    }
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


async def async_new_options(hass: HomeAssistant, entry: BotConfigEntry, typed: FormInput) -> dict[str, Any]:
    """Return the options as they are to be, stored already.

    Raises as `options_data`, and `agent_own` and `remote_secret_short`.
    """
    options = options_data(typed)
    if is_own_agent(hass, options[CONF_FREE_TEXT_AGENT]):
        raise BotError("agent_own")
    options = {**entry.options, **_with_secret(entry, options)}
    await async_foresee(entry, options=options)
    return options


def _with_secret(entry: BotConfigEntry, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with the secret of commands: that from before, unless another was typed."""
    secret = options.get(CONF_REMOTE_SECRET, "").strip() or entry.options.get(CONF_REMOTE_SECRET, "")
    if options[CONF_REMOTE] == Remote.SECRET and len(secret) < SHORTEST_SECRET:
        raise BotError("remote_secret_short", least=SHORTEST_SECRET)
    return {**options, CONF_REMOTE_SECRET: secret} if secret else options
