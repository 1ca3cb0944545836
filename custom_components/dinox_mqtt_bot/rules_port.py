"""Where commands keep the rules: in the config entry, as if the user had edited it in the settings."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from .bot.errors import BotError
from .bot.rules import Subscription
from .const import CONF_FILTER, CONF_PAUSED, SUBENTRY_TOPIC
from .settings import topic_subentry


class EntryRules:
    """`bot.ports.Rules`. Every change comes back to the bot through the entry's update listener."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add a `topic` subentry, or change the one of the same filter."""
        wanted = topic_subentry(subscription)
        data = MappingProxyType(dict(wanted["data"]))
        if (known := self._find(subscription.filter)) is not None:
            self._hass.config_entries.async_update_subentry(
                self._entry, known, data=data, title=wanted["title"]
            )
            return
        subentry = ConfigSubentry(
            data=data, subentry_type=SUBENTRY_TOPIC, title=wanted["title"], unique_id=wanted.get("unique_id")
        )
        self._hass.config_entries.async_add_subentry(self._entry, subentry)

    async def remove_subscription(self, topic_filter: str) -> None:
        """Remove the `topic` subentry of this filter; its device and entities go with it."""
        if (known := self._find(topic_filter)) is None:
            raise BotError("not_subscribed", filter=topic_filter)
        self._hass.config_entries.async_remove_subentry(self._entry, known.subentry_id)

    async def set_paused(self, paused: bool) -> None:
        """Remember in the options that normal messages are hidden."""
        options = {**self._entry.options, CONF_PAUSED: paused}
        self._hass.config_entries.async_update_entry(self._entry, options=options)

    def _find(self, topic_filter: str) -> ConfigSubentry | None:
        topics = self._entry.get_subentries_of_type(SUBENTRY_TOPIC)
        return next((topic for topic in topics if topic.data[CONF_FILTER] == topic_filter), None)
