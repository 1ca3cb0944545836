"""Where commands keep the rules: in the config entry, as if the user had edited it in the settings."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant

from ..bot.model.replies import BotError
from ..bot.model.rules import AlertRule, Bridge, Contact, Follow, Preset, Subscription
from ..const import CONF_DISCOVERY, CONF_FILTER, CONF_FOLLOWS, CONF_PAUSED, SUBENTRY_CONTACT, SUBENTRY_TOPIC
from .codec import NumberedCodec
from .rules import ALERTS, BRIDGES, CONTACTS, PRESETS, TOPICS, follows_data


class RuleStore:
    """`bot.ports.Rules`. Every change comes back to the bot through the entry's update listener."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`settle` waits until every change is stored; None where the bot does not run."""
        self._hass = hass
        self._entry = entry
        self._settle = settle

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add a `topic` subentry, or change the one of the same filter."""
        await self._keep(TOPICS.write(subscription), self._find(subscription.filter))

    async def remove_subscription(self, topic_filter: str) -> None:
        """Remove the `topic` subentry of this filter; its device and entities go with it."""
        if (known := self._find(topic_filter)) is None:
            raise BotError("not_subscribed", filter=topic_filter)
        self._hass.config_entries.async_remove_subentry(self._entry, known.subentry_id)

    async def put_contact(self, contact: Contact) -> None:
        """Change the `contact` subentry of this address. Raises BotError `unknown_contact`."""
        for known in self._entry.get_subentries_of_type(SUBENTRY_CONTACT):
            if known.unique_id == contact.jid:
                await self._keep(CONTACTS.write(contact), known)
                return
        raise BotError("unknown_contact", contact=contact.jid)

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        """Add or change an `alert` subentry. Raises BotError `no_rule` or `name_taken`."""
        return await self._put(ALERTS, rule)

    async def remove_alert(self, rule: AlertRule) -> None:
        """Remove an `alert` subentry; its entity goes with it. Raises BotError `no_rule`."""
        self._remove(ALERTS, rule)

    async def put_preset(self, preset: Preset) -> Preset:
        """Add or change a `preset` subentry. Raises BotError `no_preset` or `preset_taken`."""
        return await self._put(PRESETS, preset)

    async def remove_preset(self, preset: Preset) -> None:
        """Remove a `preset` subentry; its button goes with it. Raises BotError `no_preset`."""
        self._remove(PRESETS, preset)

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        """Add or change a `bridge` subentry. Raises BotError `no_bridge`, `bridge_name` or `bridge_twin`."""
        return await self._put(BRIDGES, bridge)

    async def remove_bridge(self, bridge: Bridge) -> None:
        """Remove a `bridge` subentry. Raises BotError `no_bridge`."""
        self._remove(BRIDGES, bridge)

    async def set_paused(self, paused: bool) -> None:
        """Remember in the options that normal messages are hidden."""
        self._set_option(CONF_PAUSED, paused)

    async def set_discovery(self, on: bool) -> None:
        """Switch the option that MQTT discovery is used."""
        self._set_option(CONF_DISCOVERY, on)

    async def set_follows(self, follows: Iterable[Follow]) -> None:
        """Keep in the options what is followed."""
        self._set_option(CONF_FOLLOWS, follows_data(follows))

    async def settle(self) -> None:
        """Wait until what was changed is stored."""
        if self._settle is not None:
            await self._settle()

    def _set_option(self, key: str, value: object) -> None:
        options = {**self._entry.options, key: value}
        self._hass.config_entries.async_update_entry(self._entry, options=options)

    async def _put[R: AlertRule | Bridge | Preset](self, codec: NumberedCodec[R], rule: R) -> R:
        """Add a subentry, or change the one of the same id; return the rule as it is kept."""
        known = codec.kept(self._entry, rule) if rule.id else None
        codec.refuse_taken(self._entry, rule, known)
        return codec.of(await self._keep(codec.write(codec.numbered(self._entry, rule, known)), known))

    def _remove[R: AlertRule | Bridge | Preset](self, codec: NumberedCodec[R], rule: R) -> None:
        kept = codec.kept(self._entry, rule)
        self._hass.config_entries.async_remove_subentry(self._entry, kept.subentry_id)

    async def _keep(self, wanted: ConfigSubentryData, known: ConfigSubentry | None) -> ConfigSubentry:
        """Keep a rule, and let others have their turn: among hundreds, each change takes a while."""
        data, title, unique_id = MappingProxyType(dict(wanted["data"])), wanted["title"], wanted["unique_id"]
        if known is not None:
            self._hass.config_entries.async_update_subentry(
                self._entry, known, data=data, title=title, unique_id=unique_id
            )
        else:
            known = ConfigSubentry(
                data=data, subentry_type=wanted["subentry_type"], title=title, unique_id=unique_id
            )
            self._hass.config_entries.async_add_subentry(self._entry, known)
        await asyncio.sleep(0)
        return known

    def _find(self, topic_filter: str) -> ConfigSubentry | None:
        topics = self._entry.get_subentries_of_type(SUBENTRY_TOPIC)
        return next((topic for topic in topics if topic.data[CONF_FILTER] == topic_filter), None)
