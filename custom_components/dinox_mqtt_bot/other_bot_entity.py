"""What the entities of another bot share: its device, which hangs on our own, and what it says of itself."""

from typing import override

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .bot.peers.beacon import Beacon
from .const import DOMAIN
from .devices import MANUFACTURER, async_bot_device
from .peers.others import identifier
from .runtime.runtime import BotCoordinator


class OtherBotEntity(Entity):
    """An entity on the device of another bot; what is not known while our own broker is away, is unavailable."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, coordinator: BotCoordinator, description: EntityDescription, bot_id: str) -> None:
        self.entity_description = description
        self.coordinator = coordinator
        self._bot_id = bot_id
        owner = identifier(coordinator.entry, bot_id)
        beacon, own = self.beacon, async_bot_device(coordinator.hass, coordinator.entry)
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
        return self.coordinator.on_mqtt.others.neighbours.get(self._bot_id)

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.online and self.beacon is not None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.pulse.listen(self.async_write_ha_state))
        self.async_on_remove(self.coordinator.on_mqtt.others.pulse.listen(self.async_write_ha_state))
