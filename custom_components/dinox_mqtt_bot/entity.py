"""What all entities of a bot share: the device, the unique id, and when to write a state."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .const import DOMAIN
from .runtime.runtime import BotConfigEntry, BotCoordinator


class BotEntity(Entity):
    """An entity on the bot's device, or on the device of one of its subentries."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, coordinator: BotCoordinator, description: EntityDescription, subentry_id: str | None = None
    ) -> None:
        self.entity_description = description
        self.coordinator = coordinator
        owner = subentry_id or coordinator.entry.entry_id
        self._attr_unique_id = f"{owner}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, owner)})


class StatusEntity(BotEntity):
    """An entity that shows something of the bot's status."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.pulse.listen(self.async_write_ha_state))


@callback
def async_forget(
    hass: HomeAssistant, entry: BotConfigEntry, platform: str, descriptions: Iterable[EntityDescription]
) -> None:
    """Take entities of the bot out of the registry that it had before it was reconfigured."""
    registry = er.async_get(hass)
    for description in descriptions:
        unique_id = f"{entry.entry_id}_{description.key}"
        if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(entity_id)


@callback
def async_add_for_subentries(
    entry: BotConfigEntry, subentry_type: str, add: Callable[[ConfigSubentry], None]
) -> None:
    """Call `add` with every subentry of a type: those there are, and each that comes or changes later."""

    @callback
    def changed(subentry: ConfigSubentry) -> None:
        if subentry.subentry_type == subentry_type:
            add(subentry)

    entry.async_on_unload(entry.runtime_data.listen_for_subentries(changed))
    for subentry in list(entry.subentries.values()):
        changed(subentry)
