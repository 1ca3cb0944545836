"""Kinds of values, as Home Assistant's sensors have them, by the units and words that tell of them."""

from collections.abc import Iterable

_UNITS = {
    "temperature": frozenset({"°C", "°F", "K"}),
    "power": frozenset({"W", "kW"}),
    "energy": frozenset({"Wh", "kWh"}),
    "illuminance": frozenset({"lx"}),
    "voltage": frozenset({"V", "mV"}),
    "pressure": frozenset({"hPa", "bar", "mbar"}),
    "sound_pressure": frozenset({"dB"}),
}
_BEGINNINGS = {
    "temperature": ("temp",),
    "humidity": ("humid", "feucht"),
    "battery": ("batt", "akku"),
    "power": ("power", "leistung", "verbrauch"),
    "carbon_dioxide": ("co2",),
    "illuminance": ("illumin", "lux", "hell"),
}
"""How the words begin that tell of a kind."""


def seems(kind: str, unit: str, words: Iterable[str]) -> bool:
    """Say whether a value without a class seems to be of a kind: by its unit, or a word of its name."""
    begins = _BEGINNINGS.get(kind, (kind,))
    return unit in _UNITS.get(kind, ()) or any(word.startswith(begin) for word in words for begin in begins)
