"""The bot's words: Home Assistant's translations of this integration and of states, in its language."""

from collections.abc import Mapping
import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN

PLACEHOLDER = re.compile(r"\{(\w+)\}")
CATEGORIES = ("common", "exceptions", "services")
COMPONENTS = (
    *("alarm_control_panel", "binary_sensor", "climate", "cover", "device_tracker", "fan", "humidifier"),
    *("lawn_mower", "light", "lock", "siren", "switch", "vacuum", "valve", "water_heater"),
)
"""Whose states devices of MQTT discovery have."""
_CAPITAL = frozenset({"de", "de-CH", "lb"})
"""Languages in which the case of a word's first letter is part of its spelling."""


class Translations:
    """`bot.ports.Phrases` and `StateWords` over flat tables of texts by dotted path."""

    def __init__(
        self, texts: Mapping[str, str], states: Mapping[str, str] | None = None, language: str = "en"
    ) -> None:
        self._texts = texts
        self._states = states or {}
        self._language = language

    def phrase(self, key: str, **placeholders: object) -> str:
        """Return the text at a dotted path, filled; the key itself if there is none."""
        text = self._texts.get(key)
        if text is None:
            return key
        return PLACEHOLDER.sub(lambda found: str(placeholders.get(found[1], found[0])), text)

    def state_word(self, component: str, state: str, *, device_class: str = "", attribute: str = "") -> str:
        """Return Home Assistant's word for a state or an attribute's value; that itself if there is none."""
        within = f"state_attributes.{attribute}." if attribute else ""
        kinds = (device_class, "_") if device_class else ("_",)
        keys = (f"component.{component}.entity_component.{kind}.{within}state.{state}" for kind in kinds)
        word = next((self._states[key] for key in keys if key in self._states), "")
        return self._inside_a_line(word) or state

    def _inside_a_line(self, word: str) -> str:
        """Return a word of Home Assistant's cards as it stands behind a name: `closed`, but `OK`."""
        if self._language in _CAPITAL or word[1:2].isupper():
            return word
        return "/".join(part[:1].lower() + part[1:] for part in word.split("/"))


async def async_load_phrases(hass: HomeAssistant) -> Translations:
    """Load the texts the bot needs; where the language lacks one, Home Assistant fills in the English one."""
    prefix = f"component.{DOMAIN}."
    texts: dict[str, str] = {}
    for category in CATEGORIES:
        texts |= await async_get_translations(hass, hass.config.language, category, [DOMAIN])
    states = await async_get_translations(hass, hass.config.language, "entity_component", COMPONENTS)
    return Translations(
        {key.removeprefix(prefix): text for key, text in texts.items()},
        {key: text for key, text in states.items() if ".state." in key},
        hass.config.language,
    )
