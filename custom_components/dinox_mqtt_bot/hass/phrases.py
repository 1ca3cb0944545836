"""The bot's words: Home Assistant's translations of this integration and of states, in its language."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..bot.model.speech import PREFIX, Speech
from ..bot.text.languages import LANGUAGES
from ..bot.text.states import inside_a_line, other_words
from ..const import DOMAIN

CATEGORIES = ("common", "exceptions", "services")
COMPONENTS = (
    *("alarm_control_panel", "binary_sensor", "climate", "cover", "device_tracker", "fan", "humidifier"),
    *("lawn_mower", "light", "lock", "siren", "switch", "vacuum", "valve", "water_heater"),
)
"""Whose states devices of MQTT discovery have."""
_VERSION = ".version_"
_ATTRIBUTES = {"action", "direction", "fan_mode", "hvac_action", "mode", "preset_mode", "swing_mode"}
"""What is told of things beside their states, in words."""
_CAPITAL = frozenset({"de-CH", "lb"})
"""Languages without a file of the bot's in which nouns begin with a capital."""


class Translations(Speech):
    """`bot.ports.Phrases` and `StateWords` over flat tables of texts by dotted path."""

    def __init__(
        self,
        texts: Mapping[str, str],
        states: Mapping[str, str] | None = None,
        language: str = "en",
        home: Translations | None = None,
    ) -> None:
        """`home` is in the language in which values are read, where that may be another."""
        self.languages: Mapping[str, Translations] = {}
        self._states = states or {}
        self._capitals = language in _CAPITAL or texts.get("common.capital_nouns") == "yes"
        own = {
            key: inside_a_line(word, capitals=self._capitals)
            for key, word in self._states.items()
            if "_attributes." not in key or key.split(".")[-3] in _ATTRIBUTES
        }
        self.called: Mapping[str, str] = own | {key: word for key, word in texts.items() if _VERSION in key}
        super().__init__(texts, words=other_words(home.called, self.called) if home else {})

    def state_word(self, component: str, state: str, *, device_class: str = "", attribute: str = "") -> str:
        """Return Home Assistant's word for a state or an attribute's value; that itself if there is none."""
        within = f"state_attributes.{attribute}." if attribute else ""
        kinds = (device_class, "_") if device_class else ("_",)
        keys = (f"component.{component}.entity_component.{kind}.{within}state.{state}" for kind in kinds)
        word = next((self._states[key] for key in keys if key in self._states), "")
        return inside_a_line(word, capitals=self._capitals) or state


async def async_load_all(hass: HomeAssistant, *, bare: bool) -> Translations:
    """Load the texts in Home Assistant's language, with all others; `bare`: commands need no `/mqtt`."""
    address = "" if bare else PREFIX
    phrases = (await async_load_phrases(hass)).addressed(address)
    phrases.languages = {
        language: (await async_load_phrases(hass, language, phrases)).addressed(address)
        for language in LANGUAGES
    }
    return phrases


async def async_load_phrases(
    hass: HomeAssistant, language: str = "", home: Translations | None = None
) -> Translations:
    """Load the texts the bot needs, in Home Assistant's language or another.

    Where the language lacks one, Home Assistant fills in the English one.
    """
    language = language or hass.config.language
    prefix = f"component.{DOMAIN}."
    texts: dict[str, str] = {}
    for category in CATEGORIES:
        texts |= await async_get_translations(hass, language, category, [DOMAIN])
    states = await async_get_translations(hass, language, "entity_component", COMPONENTS)
    return Translations(
        {key.removeprefix(prefix): text for key, text in texts.items()},
        {key: text for key, text in states.items() if ".state." in key},
        language,
        home,
    )
