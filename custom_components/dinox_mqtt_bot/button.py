"""Connect both sides anew; count everything as read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BotConfigEntry, BotCoordinator
from .entity import BotEntity, async_forget

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BotButtonDescription(ButtonEntityDescription):
    """Something to ask of the bot. `chat` marks what a bot without an XMPP account has not."""

    press: Callable[[BotCoordinator], None]
    chat: bool = False


def _reconnect(coordinator: BotCoordinator) -> None:
    """Drop the broker's and the XMPP server's connection; both come back at once."""
    coordinator.broker.reconnect()
    coordinator.chat.reconnect()


def _mark_read(coordinator: BotCoordinator) -> None:
    """Count as read what was sent to the contacts, for clients that tell nothing of it."""
    coordinator.store.outbox.mark_all_read()
    coordinator.pulse.tell()


BUTTONS = (
    BotButtonDescription(
        key="reconnect",
        translation_key="reconnect",
        entity_category=EntityCategory.CONFIG,
        press=_reconnect,
    ),
    BotButtonDescription(key="mark_read", translation_key="mark_read", press=_mark_read, chat=True),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    coordinator = entry.runtime_data
    if not coordinator.has_chat:
        async_forget(hass, entry, Platform.BUTTON, [button for button in BUTTONS if button.chat])
    async_add_entities(
        BotButton(coordinator, button) for button in BUTTONS if coordinator.has_chat or not button.chat
    )


class BotButton(BotEntity, ButtonEntity):
    """Asks something of the bot."""

    entity_description: BotButtonDescription

    @override
    async def async_press(self) -> None:
        self.entity_description.press(self.coordinator)
