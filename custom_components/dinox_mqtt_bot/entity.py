"""What all entities share: the device, the unique id, and when to write a state."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .bot.peers.beacon import Beacon
from .const import DOMAIN
from .peers.others import identifier
from .runtime.devices import MANUFACTURER, async_bot_device
from .runtime.runtime import BotConfigEntry, BotRuntime


class BotEntity(Entity):
    """An entity on the bot's device, or on the device of one of its subentries."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, runtime: BotRuntime, description: EntityDescription, subentry_id: str | None = None
    ) -> None:
        self.entity_description = description
        self.runtime = runtime
        owner = subentry_id or runtime.entry.entry_id
        self._attr_unique_id = f"{owner}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, owner)})


class StatusEntity(BotEntity):
    """An entity that shows something of the bot's status."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.announcer.pulse.listen(self.changed))

    @callback
    def changed(self) -> None:
        """Show the status as it is now."""
        self.async_write_ha_state()


class OtherBotEntity(Entity):
    """An entity on the device of another bot, not available while our own broker is away."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, runtime: BotRuntime, description: EntityDescription, bot_id: str) -> None:
        self.entity_description = description
        self.runtime = runtime
        self._bot_id = bot_id
        owner = identifier(runtime.entry, bot_id)
        beacon, own = self.beacon, async_bot_device(runtime.hass, runtime.entry)
        self._attr_unique_id = f"{owner}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, owner)},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer=MANUFACTURER,
            model="MQTT Bot",
            name=(beacon.name if beacon else "") or bot_id,
            sw_version=(beacon.version if beacon else "") or None,
            via_device_id=own.id,
        )

    @property
    def beacon(self) -> Beacon | None:
        """What the bot last said of itself."""
        return self.runtime.on_mqtt.others.get(self._bot_id)

    @property
    @override
    def available(self) -> bool:
        return self.runtime.online and self.beacon is not None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.announcer.pulse.listen(self.async_write_ha_state))
        self.async_on_remove(self.runtime.on_mqtt.others.pulse.listen(self.async_write_ha_state))


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

    entry.async_on_unload(entry.runtime_data.subentries.listen(changed))
    for subentry in list(entry.subentries.values()):
        changed(subentry)
