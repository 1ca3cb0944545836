"""The step of a new bot that shows which devices there are, and asks what of them is to be told."""

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
from .fields import Typed
from .follow_field import choices, chosen_data, follow_field, in_words

FOLLOW_FORM = vol.Schema({vol.Optional(CONF_FOLLOWS): follow_field()})


@dataclass(frozen=True, slots=True)
class DevicesFound:
    """What announces itself on the broker of a new bot."""

    devices: Sequence[Entity]
    choices: Sequence[SelectOptionDict]
    words: str

    def form(self) -> vol.Schema:
        """Return the form with what there is to choose."""
        return vol.Schema({vol.Optional(CONF_FOLLOWS): follow_field(self.choices)})

    def suggested(self, filters: set[str]) -> dict[str, list[str]]:
        """Return what is chosen at first: everything, where the bot would say nothing otherwise."""
        return {CONF_FOLLOWS: [] if filters else [self.choices[0]["value"]]}

    def data(self, typed: Typed) -> dict[str, Any]:
        """Return what was chosen, as an option."""
        return chosen_data(typed.get(CONF_FOLLOWS, ()), self.devices, {})


async def async_devices_found(hass: HomeAssistant, data: Mapping[str, Any]) -> DevicesFound | None:
    """Listen for a moment at the broker; None if nothing announces itself there."""
    devices = tuple(await async_devices(hass, data))
    if not devices:
        return None
    phrases = await async_load_phrases(hass)
    return DevicesFound(devices, choices(devices, phrases), in_words(devices, phrases))
