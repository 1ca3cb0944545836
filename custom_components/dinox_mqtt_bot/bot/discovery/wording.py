"""What people read for the states of entities, looked up once for all entities of a kind."""

from ..ports import StateWords
from .forms import Pairs

_VERSIONS = (
    ("available", "version_available", "available"),
    ("current", "version_current", "up to date"),
    ("installing", "version_installing", "installing"),
)
_MOST_KINDS = 1_000
_ASPECTS = (
    *("brightness", "direction", "effect", "fan_speed", "oscillation", "percentage"),
    *("position", "preset_mode", "tilt", "tilt_position"),
)
"""What is told of an entity beside its state, each with its name in front."""

_KINDS = ("climate", "cover", "fan", "humidifier", "light", "lock", "siren", "switch", "vacuum", "valve")
"""What a device may have beside something else, both called as the device is."""


class Wording:
    """The words of one language; without them states are called as Home Assistant's own code calls them."""

    def __init__(self, words: StateWords | None = None) -> None:
        self._words = words
        self._known: dict[tuple[str, tuple[str, ...], str, str], Pairs] = {}
        self.availability = self._phrase("availability", "availability")
        self.aspects = {each: self._phrase(f"aspect_{each}", each.replace("_", " ")) for each in _ASPECTS}
        self.kinds = {each: self._phrase(f"kind_{each}", each.replace("_", " ")) for each in _KINDS}
        self.versions: Pairs = tuple((state, self._phrase(key, usual)) for state, key, usual in _VERSIONS)

    def _phrase(self, key: str, usual: str) -> str:
        return self._words.phrase(f"common.{key}") if self._words else usual

    def states(
        self, component: str, states: tuple[str, ...], *, device_class: str = "", attribute: str = ""
    ) -> Pairs:
        """Return the states, or the values of an attribute, that are called otherwise, each with its word."""
        kind = component, states, device_class, attribute
        if (known := self._known.get(kind)) is not None:
            return known
        if len(self._known) >= _MOST_KINDS:
            self._known.clear()
        found: list[tuple[str, str]] = []
        for state in states:
            word = state.replace("_", " ")
            if self._words:
                word = self._words.state_word(
                    component, state, device_class=device_class, attribute=attribute
                )
            if word != state:
                found.append((state, word))
        self._known[kind] = tuple(found)
        return self._known[kind]


UNTRANSLATED = Wording()
