"""Where commands keep the rules: in the config entry, as if the user had edited it in the settings."""

import asyncio
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant

from ..bot.model.errors import BotError
from ..bot.model.rules import AlertRule, Bridge, Preset, Subscription
from ..const import CONF_DISCOVERY, CONF_FILTER, CONF_NUMBER, CONF_PAUSED, SUBENTRY_ALERT, SUBENTRY_TOPIC
from .bridges import bridge as read_bridge, bridge_subentry, numbered_bridge
from .presets import free_preset_name, next_preset_number, preset as read_preset, preset_subentry
from .rules import alert_rule, alert_subentry, alert_unique_id, topic_subentry


class EntryRules:
    """`bot.ports.Rules`. Every change comes back to the bot through the entry's update listener."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add a `topic` subentry, or change the one of the same filter."""
        await self._put(topic_subentry(subscription), self._find(subscription.filter))

    async def remove_subscription(self, topic_filter: str) -> None:
        """Remove the `topic` subentry of this filter; its device and entities go with it."""
        if (known := self._find(topic_filter)) is None:
            raise BotError("not_subscribed", filter=topic_filter)
        self._hass.config_entries.async_remove_subentry(self._entry, known.subentry_id)

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        """Add an `alert` subentry, or change the one of the same id; return the rule as it is kept.

        Raises BotError `no_rule` if it was removed meanwhile, `name_taken` if another one is called so.
        """
        known = self._kept(rule) if rule.id else None
        free_name(self._entry, rule.name, known)
        if known is None:
            rule = replace(rule, number=next_number(self._entry))
        kept = await self._put(alert_subentry(rule), known)
        return alert_rule(kept.subentry_id, kept.data)

    async def remove_alert(self, rule: AlertRule) -> None:
        """Remove the `alert` subentry of a rule; its entity goes with it. Raises BotError `no_rule`."""
        self._hass.config_entries.async_remove_subentry(self._entry, self._kept(rule).subentry_id)

    async def put_preset(self, preset: Preset) -> Preset:
        """Add a `preset` subentry, or change the one of the same id; return the preset as it is kept.

        Raises BotError `no_preset` if it was removed meanwhile, `preset_taken` if another one is called so.
        """
        known = self._kept_preset(preset) if preset.id else None
        free_preset_name(self._entry, preset.name, known)
        if known is None:
            preset = replace(preset, number=next_preset_number(self._entry))
        kept = await self._put(preset_subentry(preset), known)
        return read_preset(kept.subentry_id, kept.data)

    async def remove_preset(self, preset: Preset) -> None:
        """Remove the `preset` subentry of a preset; its button goes with it. Raises BotError `no_preset`."""
        kept = self._kept_preset(preset)
        self._hass.config_entries.async_remove_subentry(self._entry, kept.subentry_id)

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        """Add a `bridge` subentry, or change the one of the same id; return the bridge as it is kept.

        Raises BotError `no_bridge` if it was removed meanwhile, `bridge_name` if another one is called so,
        `bridge_twin` if another one does the same.
        """
        known = self._kept_bridge(bridge) if bridge.id else None
        kept = await self._put(bridge_subentry(numbered_bridge(self._entry, bridge, known)), known)
        return read_bridge(kept.subentry_id, kept.data)

    async def remove_bridge(self, bridge: Bridge) -> None:
        """Remove the `bridge` subentry of a bridge. Raises BotError `no_bridge`."""
        kept = self._kept_bridge(bridge)
        self._hass.config_entries.async_remove_subentry(self._entry, kept.subentry_id)

    def _kept_bridge(self, bridge: Bridge) -> ConfigSubentry:
        kept = self._entry.subentries.get(bridge.id)
        if kept is None:
            raise BotError("no_bridge", bridge=bridge.name or bridge.number)
        return kept

    async def set_paused(self, paused: bool) -> None:
        """Remember in the options that normal messages are hidden."""
        self._set_option(CONF_PAUSED, paused)

    async def set_discovery(self, on: bool) -> None:
        """Switch the option that MQTT discovery is used."""
        self._set_option(CONF_DISCOVERY, on)

    def _set_option(self, key: str, value: bool) -> None:
        options = {**self._entry.options, key: value}
        self._hass.config_entries.async_update_entry(self._entry, options=options)

    async def _put(self, wanted: ConfigSubentryData, known: ConfigSubentry | None) -> ConfigSubentry:
        """Keep a rule, and let others have their turn: with hundreds, each change takes a while to be in force."""
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

    def _kept(self, rule: AlertRule) -> ConfigSubentry:
        kept = self._entry.subentries.get(rule.id)
        if kept is None:
            raise BotError("no_rule", rule=rule.name)
        return kept

    def _kept_preset(self, preset: Preset) -> ConfigSubentry:
        kept = self._entry.subentries.get(preset.id)
        if kept is None:
            raise BotError("no_preset", preset=preset.name)
        return kept

    def _find(self, topic_filter: str) -> ConfigSubentry | None:
        topics = self._entry.get_subentries_of_type(SUBENTRY_TOPIC)
        return next((topic for topic in topics if topic.data[CONF_FILTER] == topic_filter), None)


def next_number(entry: ConfigEntry[Any]) -> int:
    """Return the number after the highest that an alert rule of the bot has."""
    rules = entry.get_subentries_of_type(SUBENTRY_ALERT)
    return 1 + max((int(rule.data.get(CONF_NUMBER, 0)) for rule in rules), default=0)


def free_name(entry: ConfigEntry[Any], name: str, known: ConfigSubentry | None) -> None:
    """Raise BotError `name_taken` if an alert rule other than `known` is called so."""
    wanted = alert_unique_id(name)
    others = (rule for rule in entry.get_subentries_of_type(SUBENTRY_ALERT) if rule is not known)
    if wanted is not None and any(rule.unique_id == wanted for rule in others):
        raise BotError("name_taken", name=name)
