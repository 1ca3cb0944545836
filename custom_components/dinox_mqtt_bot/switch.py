"""Whether normal messages are kept out of the chat."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BotConfigEntry
from .entity import StatusEntity

PARALLEL_UPDATES = 0

PAUSED = SwitchEntityDescription(key="paused", translation_key="paused")


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities([PausedSwitch(entry.runtime_data, PAUSED)])


class PausedSwitch(StatusEntity, SwitchEntity):
    """On: normal messages go into the history only; alerts pass."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.bot.paused

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.coordinator.bot.pause(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.coordinator.bot.pause(False)
