"""The bot's words: Home Assistant's translations of this integration, in Home Assistant's language."""

from collections.abc import Mapping
import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN

PLACEHOLDER = re.compile(r"\{(\w+)\}")
CATEGORIES = ("common", "exceptions", "services")


class Translations:
    """`bot.ports.Phrases` over a flat table of texts by dotted path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def phrase(self, key: str, **placeholders: object) -> str:
        """Return the text at a dotted path, filled; the key itself if there is none."""
        text = self._texts.get(key)
        if text is None:
            return key
        return PLACEHOLDER.sub(lambda found: str(placeholders.get(found[1], found[0])), text)


async def async_load_phrases(hass: HomeAssistant) -> Translations:
    """Load the texts the bot needs; where the language lacks one, Home Assistant fills in the English one."""
    prefix = f"component.{DOMAIN}."
    texts: dict[str, str] = {}
    for category in CATEGORIES:
        texts |= await async_get_translations(hass, hass.config.language, category, [DOMAIN])
    return Translations({key.removeprefix(prefix): text for key, text in texts.items()})
