"""The real translations, as the bot asks for them."""

from functools import cache
from importlib.util import find_spec
import json
from pathlib import Path
import re

from bot.model.speech import Speech
from bot.text.states import inside_a_line, other_words

WORDED = ("binary_sensor", "climate", "cover", "device_tracker", "fan", "light", "lock", "switch", "vacuum")
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


@cache
def load_states(component: str, language: str) -> dict[str, str]:
    """Return Home Assistant's words for the states of a component by their dotted path."""
    spec = find_spec("homeassistant")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "components" / component / "translations"
    path = folder / f"{language}.json"
    return _flat(json.loads(path.read_text("utf-8"))["entity_component"]) if path.exists() else {}


@cache
def load_words(language: str) -> dict[str, str]:
    """Return the words for states as they stand in a line, by what they are for."""
    words = {
        f"{component}.{key}": inside_a_line(word, capitals=load(language)["common.capital_nouns"] == "yes")
        for component in WORDED
        for key, word in load_states(component, language).items()
        if "state." in key
    }
    return words | {key: text for key, text in load(language).items() if key.startswith("common.version_")}


class RealPhrases(Speech):
    """`bot.ports.StateWords` over a translation file; a missing text or placeholder fails the test."""

    def __init__(self, language: str = "en", address: str = "", home: str = "") -> None:
        words = other_words(load_words(home), load_words(language)) if home else {}
        super().__init__(load(language), address=address, words=words)
        self._language = language

    def phrase(self, key: str, **placeholders: object) -> str:
        text = load(self._language)[key]
        wanted = set(re.findall(r"\{(\w+)\}", text)) - placeholders.keys()
        assert all(name.startswith(("command_", "choice_")) for name in wanted), (key, wanted)
        return super().phrase(key, **placeholders)

    def state_word(self, component: str, state: str, *, device_class: str = "", attribute: str = "") -> str:
        words = load_states(component, self._language)
        within = f"state_attributes.{attribute}." if attribute else ""
        keys = [f"{kind}.{within}state.{state}" for kind in (device_class, "_")]
        word = next((words[key] for key in keys if key in words), state)
        return inside_a_line(word, capitals=load(self._language)["common.capital_nouns"] == "yes")
