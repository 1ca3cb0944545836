"""What of the devices that were found a new bot tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol

from ..bot.discovery.entities import Entity
from ..const import CONF_FOLLOWS
from ..hass.phrases import async_load_phrases
from ..probing.devices import async_devices
from .fields import FormInput
from .follow_field import choices, chosen_data, follow_field, in_words


@dataclass(frozen=True, slots=True)
class DevicesFound:
    """What announces itself on the broker of a new bot."""

    devices: Sequence[Entity] = ()
    choices: Sequence[SelectOptionDict] = ()
    words: str = ""

    def field(self) -> dict[vol.Marker, Any]:
        """Return the field with what there is to choose, if there is anything."""
        return {vol.Optional(CONF_FOLLOWS): follow_field(self.choices)} if self.choices else {}

    def suggested(self, *, otherwise_mute: bool) -> dict[str, list[str]]:
        """Return what is chosen at first: everything, where the bot would say nothing otherwise."""
        return {CONF_FOLLOWS: [self.choices[0]["value"]] if self.choices and otherwise_mute else []}

    def data(self, typed: FormInput) -> dict[str, Any]:
        """Return what was chosen, as an option."""
        return chosen_data(typed.get(CONF_FOLLOWS, ()), self.devices, {}) if self.choices else {}


async def async_devices_found(hass: HomeAssistant, data: Mapping[str, Any]) -> DevicesFound:
    """Listen for a moment at the broker."""
    devices = tuple(await async_devices(hass, data))
    if not devices:
        return DevicesFound()
    phrases = await async_load_phrases(hass)
    words = phrases.phrase("common.devices_found", found=in_words(devices, phrases))
    return DevicesFound(devices, choices(devices, phrases), words)
