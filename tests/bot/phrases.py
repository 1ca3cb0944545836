"""The real translations, as the bot asks for them."""

from functools import cache
import json
from pathlib import Path

TRANSLATIONS = Path(__file__).parents[2] / "custom_components" / "dinox_mqtt_bot" / "translations"


@cache
def load(language: str = "en") -> dict[str, str]:
    """Return every text of a translation file by its dotted path."""
    return _flat(json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8")))


def _flat(tree: dict[str, object], path: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            texts |= _flat(value, f"{path}{key}.")
        else:
            texts[f"{path}{key}"] = str(value)
    return texts


class RealPhrases:
    """`bot.ports.Phrases` over a translation file; a missing text or placeholder fails the test."""

    def __init__(self, language: str = "en") -> None:
        self._texts = load(language)

    def phrase(self, key: str, **placeholders: object) -> str:
        return self._texts[key].format(**placeholders)
