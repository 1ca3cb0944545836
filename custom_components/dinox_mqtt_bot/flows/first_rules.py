"""The last form of a new bot: whom it talks to, and about what."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
import voluptuous as vol

from ..bot.model.jid import bare_jid
from ..bot.model.rules import Contact, Subscription, usual_display
from ..bot.model.topics import valid_filter
from ..const import CONF_CONTACT, CONF_FILTER, CONF_TOPICS, SUBENTRY_TOPIC
from ..entry.rules import CONTACTS, TOPICS
from .fields import ADDRESS, TEXTS, Typed

TOPICS_FORM = vol.Schema({vol.Optional(CONF_TOPICS): TEXTS})
CONTACT_AND_TOPICS_FORM = vol.Schema({vol.Required(CONF_CONTACT): ADDRESS, **TOPICS_FORM.schema})


def first_rules(typed: Typed) -> list[ConfigSubentryData]:
    """Read the last form of a new bot. Raises BotError `invalid_jid` or `invalid_filter`."""
    filters = dict.fromkeys(text.strip() for text in typed.get(CONF_TOPICS, ()))
    for topic_filter in filters:
        valid_filter(topic_filter)
    rules = [TOPICS.write(Subscription(each, display=usual_display(each))) for each in filters]
    if CONF_CONTACT in typed:
        rules.append(CONTACTS.write(Contact(bare_jid(typed[CONF_CONTACT]))))
    return rules


def topic_filters(entry: ConfigEntry[Any]) -> set[str]:
    """Return the topic filters that a bot subscribes to."""
    return {topic.data[CONF_FILTER] for topic in entry.get_subentries_of_type(SUBENTRY_TOPIC)}
