"""Whether the two connections stand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.status import BotStatus, LinkStatus, Phase
from .coordinator import BotConfigEntry
from .entity import StatusEntity, async_forget

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LinkDescription(BinarySensorEntityDescription):
    """A connection and where its state stands. `chat` marks the one that a bot may do without."""

    link: Callable[[BotStatus], LinkStatus]
    chat: bool = False


LINKS = (
    LinkDescription(key="mqtt", translation_key="mqtt", link=lambda status: status.broker),
    LinkDescription(key="xmpp", translation_key="xmpp", link=lambda status: status.chat, chat=True),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    coordinator = entry.runtime_data
    if not coordinator.has_chat:
        async_forget(hass, entry, Platform.BINARY_SENSOR, (each for each in LINKS if each.chat))
    async_add_entities(
        LinkBinarySensor(coordinator, description)
        for description in LINKS
        if coordinator.has_chat or not description.chat
    )


class LinkBinarySensor(StatusEntity, BinarySensorEntity):
    """One connection; never unavailable, because it is there to tell just that."""

    entity_description: LinkDescription
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.link(self.coordinator.bot.status).phase is Phase.ONLINE
