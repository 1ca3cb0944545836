"""What can be set about a thing, by every name that people have for it."""

from ...model.topics import fold
from ..controls import Control
from .kinds import FAN, LIGHT, VALVE

_STEP = "stufe"
"""One of some steps: the second of three is not two of a hundred."""

_NAMES: dict[str, tuple[str, ...]] = {
    "": ("state", "power", "zustand"),
    "brightness": ("helligkeit", "brightness level", "dimmer"),
    "color_temp": ("color temperature", "colour temp", "colour temperature", "farbtemperatur"),
    "color": ("colour", "farbe", "rgb color"),
    "white": ("weiß", "weiss"),
    "effect": ("effekt",),
    "temperature": (
        "temp",
        "target temperature",
        "setpoint",
        "temperatur",
        "solltemperatur",
        "zieltemperatur",
    ),
    "temperature_high": ("target temperature high", "temperatur oben"),
    "temperature_low": ("target temperature low", "temperatur unten"),
    "mode": ("hvac mode", "operation mode", "modus", "betriebsart"),
    "speed": ("fan speed", "percentage", _STEP, "geschwindigkeit", "drehzahl"),
    "preset": ("preset mode", "voreinstellung", "programm"),
    "fan": ("fan mode", "lüfter"),
    "swing": ("swing mode", "schwenken"),
    "swing_horizontal": ("swing horizontal mode", "horizontal swing", "schwenken waagerecht"),
    "humidity": ("target humidity", "feuchte", "luftfeuchtigkeit", "zielfeuchte"),
    "position": ("set position", "pos"),
    "tilt": ("tilt position", "tilt status", "neigung", "lamellen"),
    "direction": ("richtung",),
    "oscillation": ("oscillate", "oscillating", "schwenken"),
    "command": ("send command", "befehl"),
}

_WARMTH = ("temperature", "temp", "temperatur")
"""What people say of a lamp, which has only one."""

_FILLERS = frozenset({"to", "at", "=", "auf", "is", "ist", "zu", "by", "mit"})
"""What is said before a value."""


def _names_of(component: str, control: Control) -> tuple[str, ...]:
    own = (control.aspect, control.aspect.replace("_", " ")) if control.aspect else ()
    more: tuple[str, ...] = ("position",) if component == VALVE and control.scale is not None else ()
    if component == LIGHT and control.aspect == "color_temp":
        more = _WARMTH
    if (component, control.aspect) == (FAN, "preset"):
        more = ("mode", *_NAMES["mode"])
    names = (*own, *_NAMES.get(control.aspect, ()), *more)
    return tuple(name for name in names if name != _STEP) if control.scale is not None else names


def behind(component: str, control: Control, value: str) -> str:
    """Return what stands behind the name of a control, if a value begins with it."""
    words = value.split()
    for name in sorted(_names_of(component, control), key=len, reverse=True):
        count = len(name.split())
        if len(words) > count and fold(" ".join(words[:count])) == name:
            return " ".join(words[count:])
    return ""


def without_filler(value: str) -> str:
    """Return a value without the word that is said before it: `to 21`; empty if there is none."""
    first, _, rest = value.partition(" ")
    return rest.strip() if fold(first) in _FILLERS else ""
