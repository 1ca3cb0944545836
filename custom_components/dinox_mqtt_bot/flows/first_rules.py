"""The last forms of a new bot: whom it talks to, about what, and how much of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from ..bot.model.jid import bare_jid
from ..bot.model.rules import Contact, Display, Role, Subscription
from ..bot.model.topics import valid_filter
from ..const import CONF_CONTACT, CONF_FILTER, CONF_TELL, CONF_TOPICS, SUBENTRY_TOPIC
from ..entry.rules import CONTACTS, TOPICS
from .fields import ADDRESS, TEXTS, FormInput


class Tell(StrEnum):
    """How much a new bot says of its own accord."""

    ALERTS = "alerts"
    CHANGES = "changes"
    EVERYTHING = "everything"


DISPLAYS = {Tell.ALERTS: Display.SILENT, Tell.CHANGES: Display.CHANGES, Tell.EVERYTHING: Display.EACH}

TOPICS_FORM = vol.Schema({vol.Optional(CONF_TOPICS): TEXTS})
CONTACT_AND_TOPICS_FORM = vol.Schema({vol.Required(CONF_CONTACT): ADDRESS, **TOPICS_FORM.schema})
TELL_FORM = vol.Schema(
    {
        vol.Required(CONF_TELL, default=Tell.CHANGES.value): SelectSelector(
            SelectSelectorConfig(options=list(Tell), translation_key=CONF_TELL, mode=SelectSelectorMode.LIST)
        )
    }
)


@dataclass(frozen=True, slots=True)
class FirstRules:
    """The first contact of a new bot, a person or a `room`, empty for none, and its first topic filters."""

    contact: str = ""
    filters: tuple[str, ...] = ()
    room: bool = False

    def subentries(self, tell: Tell) -> list[ConfigSubentryData]:
        """Return them as they are kept."""
        rules = [TOPICS.write(Subscription(each, display=DISPLAYS[tell])) for each in self.filters]
        role = Role.OPERATOR if self.room else Role.ADMIN
        return [
            *rules,
            *([CONTACTS.write(Contact(self.contact, role=role, room=self.room))] if self.contact else []),
        ]


def first_rules(typed: FormInput) -> FirstRules:
    """Read the form; a row left empty is none. Raises BotError `invalid_jid` or `invalid_filter`."""
    filters = tuple(dict.fromkeys(filter(None, map(str.strip, typed.get(CONF_TOPICS, ())))))
    for topic_filter in filters:
        valid_filter(topic_filter)
    contact = typed.get(CONF_CONTACT, "").strip().removeprefix("xmpp:")
    return FirstRules(bare_jid(contact) if CONF_CONTACT in typed else "", filters)


def topic_filters(entry: ConfigEntry[Any]) -> set[str]:
    """Return the topic filters that a bot subscribes to."""
    return {topic.data[CONF_FILTER] for topic in entry.get_subentries_of_type(SUBENTRY_TOPIC)}
