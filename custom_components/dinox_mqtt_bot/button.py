"""Connect both sides anew; count everything as read; run a preset."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.commands.presets import run_preset, takes_value
from .bot.model.replies import BotError, Surface
from .bot.model.rules import Role
from .const import SUBENTRY_PRESET
from .entity import BotEntity, StatusEntity, async_add_for_subentries, async_forget
from .entry.rules import PRESETS
from .hass.callers import async_caller, translated
from .runtime.devices import async_bot_device
from .runtime.runtime import BotConfigEntry, BotRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BotButtonDescription(ButtonEntityDescription):
    """Something to ask of the bot. `chat` marks what a bot without an XMPP account has not."""

    press: Callable[[BotRuntime], None]
    chat: bool = False


def _reconnect(runtime: BotRuntime) -> None:
    """Drop the broker's and the XMPP server's connection; both come back at once."""
    runtime.broker.reconnect()
    runtime.chat.reconnect()


def _mark_read(runtime: BotRuntime) -> None:
    """Count as read what was sent to the contacts; whoever pressed sees it at once."""
    runtime.bot.mark_read()
    runtime.announcer.pulse.notify()


BUTTONS = (
    BotButtonDescription(
        key="reconnect", translation_key="reconnect", entity_category=EntityCategory.CONFIG, press=_reconnect
    ),
    BotButtonDescription(key="mark_read", translation_key="mark_read", press=_mark_read, chat=True),
)

PRESET = ButtonEntityDescription(key="preset", translation_key="preset")


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    runtime = entry.runtime_data
    if not runtime.has_chat:
        async_forget(hass, entry, Platform.BUTTON, [button for button in BUTTONS if button.chat])
    async_add_entities(
        BotButton(runtime, button) for button in BUTTONS if runtime.has_chat or not button.chat
    )
    known: set[str] = set()
    device = async_bot_device(hass, entry)

    @callback
    def follow(subentry: ConfigSubentry) -> None:
        if subentry.subentry_id not in known:
            known.add(subentry.subentry_id)
            button = PresetButton(runtime, subentry, device)
            async_add_entities([button], config_subentry_id=subentry.subentry_id)

    async_add_for_subentries(entry, SUBENTRY_PRESET, follow)


class BotButton(BotEntity, ButtonEntity):
    """Asks something of the bot."""

    entity_description: BotButtonDescription

    @override
    async def async_press(self) -> None:
        self.entity_description.press(self.runtime)


class PresetButton(StatusEntity, ButtonEntity):
    """Publishes what one preset says; there is nobody to give the value to one that takes a value."""

    def __init__(self, runtime: BotRuntime, subentry: ConfigSubentry, device: DeviceEntry) -> None:
        super().__init__(runtime, PRESET, subentry.subentry_id)
        # The entity goes with its subentry, but the device is the bot's: `device_info` would take it.
        self._attr_device_info = None
        self.device_entry = device
        self._subentry = subentry
        self._take(subentry)

    def _take(self, subentry: ConfigSubentry) -> None:
        """Take the preset over as it is now."""
        self._preset = PRESETS.of(subentry)
        self._attr_name = PRESETS.name_of(subentry)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._take(self._subentry)  # Home Assistant changes it in place
        self.async_on_remove(self.runtime.subentries.listen(self._reconfigured))

    @callback
    def _reconfigured(self, subentry: ConfigSubentry) -> None:
        if subentry.subentry_id == self._preset.id:
            self._take(subentry)
            self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        return self.runtime.online and not takes_value(self._preset)

    @override
    async def async_press(self) -> None:
        context = self._context or Context()
        caller = await async_caller(self.hass, context, Surface.ACTION, nobody=Role.ADMIN)
        try:
            await run_preset(self.runtime.bot, self._preset, "", caller)
        except BotError as err:
            raise translated(err, self.runtime.phrases) from err
