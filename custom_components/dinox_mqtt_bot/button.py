"""Connect both sides anew."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BotConfigEntry
from .entity import BotEntity

PARALLEL_UPDATES = 0

RECONNECT = ButtonEntityDescription(
    key="reconnect", translation_key="reconnect", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities([ReconnectButton(entry.runtime_data, RECONNECT)])


class ReconnectButton(BotEntity, ButtonEntity):
    """Drops the broker's and the XMPP server's connection; both come back at once."""

    @override
    async def async_press(self) -> None:
        self.coordinator.broker.reconnect()
        self.coordinator.chat.reconnect()
