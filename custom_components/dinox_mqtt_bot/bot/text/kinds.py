"""Kinds of values, as Home Assistant's sensors have them, by the units and words that tell of them."""

from collections.abc import Iterable

from . import tongue

_UNITS = {
    "temperature": frozenset({"°C", "°F", "K"}),
    "power": frozenset({"W", "kW"}),
    "energy": frozenset({"Wh", "kWh"}),
    "illuminance": frozenset({"lx"}),
    "voltage": frozenset({"V", "mV"}),
    "pressure": frozenset({"hPa", "bar", "mbar"}),
    "sound_pressure": frozenset({"dB"}),
}


def seems(kind: str, unit: str, words: Iterable[str]) -> bool:
    """Say whether a value without a class seems to be of a kind: by its unit, or a word of its name."""
    begins = tuple(tongue.words(f"begins_{kind}")) or (kind,)
    return unit in _UNITS.get(kind, ()) or any(word.startswith(begins) for word in words)
