"""Units that measure the same, so that a limit in one is compared with a value in another.

The quantities are those of Home Assistant's converters; a test compares each pair of their units. Between
`ppb` and `µg/m³` the gas has to be known: Home Assistant's device class.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from math import copysign, inf
import re
from typing import NamedTuple
from unicodedata import normalize

from .tongue import either, words


class _Scale(NamedTuple):
    """How an amount becomes one of its quantity's base: factor × (amount + offset) ^ power.

    Only a straight scale, whose power is 1, has an offset.
    """

    quantity: str
    factor: float
    offset: float = 0.0
    power: float = 1.0


_PREFIXES = {"": 1.0, "n": 1e-9, "µ": 1e-6, "u": 1e-6, "m": 1e-3, "c": 1e-2, "h": 1e2, "k": 1e3, "M": 1e6}
_PREFIXES |= {"G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24}


def _si(unit: str, prefixes: str, factor: float = 1.0) -> dict[str, float]:
    """Return a unit alone and with each of the prefixes."""
    return {f"{prefix}{unit}": _PREFIXES[prefix] * factor for prefix in ("", *prefixes)}


def _bits(per: str = "") -> dict[str, float]:
    """Return bits and bytes; `KB` is what many write for `kB`."""
    binary = {f"{prefix}iB{per}": 8 * 1024.0**power for power, prefix in enumerate("KMGTPEZY", 1)}
    return _si(f"bit{per}", "kMG") | _si(f"B{per}", "kMGTPEZY", 8) | binary | {f"KB{per}": 8e3}


_INCH, _FOOT, _YARD, _MILE = 0.0254, 0.3048, 0.9144, 1609.344
_GALLON, _FOOT3 = 231 * _INCH**3, _FOOT**3
_MMHG, _POUND = 9.80665 * 13.5951, 453.59237
_HOUR, _DAY = 3600.0, 86400.0

_FACTORS: dict[str, dict[str, float]] = {
    "power": _si("W", "mkMGT") | {"watt watts": 1, "BTU/h": 0.29307107},
    "apparent power": _si("VA", "mkM"),
    "reactive power": _si("var", "mkM"),
    "energy": _si("Wh", "mkMGT")
    | _si("J", "mkMG", 1 / _HOUR)
    | _si("cal", "kMG", 4.184 / _HOUR)
    | {"Cal": 4184 / _HOUR, "thm": 1.054804e8 / _HOUR, "Ws": 1 / _HOUR},
    "reactive energy": _si("varh", "kM"),
    "charge": _si("Ah", "mk"),
    "voltage": _si("V", "µumkM") | {"v volt volts": 1},
    "current": _si("A", "nµumk") | {"a amp amps ampere amperes": 1, "pA": 1e-12},
    "conductance": _si("S", "µum"),
    "conductivity": _si("S/cm", "µum"),
    "frequency": _si("Hz", "mkMG"),
    "force": _si("N", "mkM"),
    "pressure": _si("Pa", "mhkM")
    | _si("bar", "mc", 1e5)
    | {"psi": 6894.757, "atm": 101325, "mmHg": _MMHG, "inHg": 25.4 * _MMHG, "inH2O": 249.0889083333348},
    "length": _si("m", "µumck")
    | {"metre metres meter meters": 1, "in inch inches": _INCH, "ft foot feet": _FOOT, "yd": _YARD}
    | {"mi mile miles": _MILE, "nmi": 1852},
    "area": {"m2 sqm": 1, "cm2": 1e-4, "mm2": 1e-6, "km2": 1e6, "ha": 1e4, "ac": 4840 * _YARD**2}
    | {"in2": _INCH**2, "ft2 sqft": _FOOT**2, "yd2": _YARD**2, "mi2": _MILE**2},
    "volume": _si("L", "mch", 1e-3)
    | _si("l", "mch", 1e-3)
    | {"litre litres liter liters": 1e-3, "gallon gallons": _GALLON}
    | {"m3": 1, "dm3": 1e-3, "cm3": 1e-6, "gal": _GALLON, "fl.oz.": _GALLON / 128}
    | {"ft3": _FOOT3, "CCF": 100 * _FOOT3, "MCF": 1000 * _FOOT3},
    "flow": {"m3/h": 1 / _HOUR, "m3/min": 1 / 60, "m3/s": 1, "ft3/min cfm": _FOOT3 / 60}
    | {"L/h l/h lph": 1e-3 / _HOUR, "L/min l/min lpm": 1e-3 / 60, "L/s l/s": 1e-3, "mL/s ml/s": 1e-6}
    | {"gal/h gph": _GALLON / _HOUR, "gal/min gpm": _GALLON / 60, "gal/d": _GALLON / _DAY},
    "mass": _si("g", "µumk") | {"t": 1e6, "lb lbs": _POUND, "oz": _POUND / 16, "st": _POUND * 14},
    "density": _si("g/m3", "µum"),
    "glucose": {"mmol/L mmol/l": 1, "mg/dL mg/dl": 1 / 18.016},
    "radiation": {"Bq/m3": 1, "pCi/L pCi/l": 37},
    "share": {"%": 1e-2, "‰": 1e-3, "ppm": 1e-6, "ppb": 1e-9},
    "speed": {"m/s": 1, "m/min": 1 / 60, "mm/s": 1e-3, "km/h kmh kph": 1 / 3.6, "mph MPH": _MILE / _HOUR}
    | {"kn kt kts knot knots": 1852 / _HOUR, "ft/s": _FOOT, "in/s": _INCH, "in/h": _INCH / _HOUR}
    | {"mm/h": 1e-3 / _HOUR, "mm/d": 1e-3 / _DAY, "in/d": _INCH / _DAY},
    "consumption": {"kWh/100km": 1, "Wh/km": 0.1},
    "time": _si("s", "µum") | {"sec": 1, "min": 60, "h hr": _HOUR, "d": _DAY, "w": 7 * _DAY},
    "information": _bits(),
    "data rate": _bits("/s") | _si("bps", "kMG") | _si("Bps", "kMG", 8),
    "illuminance": {"lx lux": 1},
}
"""Factor to the base of the quantity, for each spelling as `_spelled` leaves it: `m3`, not `m³`."""

_SCALES = {
    spelling: _Scale(quantity, factor)
    for quantity, units in _FACTORS.items()
    for spellings, factor in units.items()
    for spelling in spellings.replace("µ", "μ").split()
}
_SCALES |= dict.fromkeys(("°C", "C", "c", "degC"), _Scale("temperature", 1.0))
_SCALES |= dict.fromkeys(("°F", "F", "f", "degF"), _Scale("temperature", 5 / 9, -32.0))
_BEAUFORT = _Scale("speed", 0.836, power=1.5)
_SCALES |= dict.fromkeys(("Beaufort", "bft"), _BEAUFORT)
_SCALES |= {
    "K": _Scale("temperature", 1.0, -273.15),
    "km/kWh": _Scale("consumption", 100.0, power=-1.0),
    "mi/kWh": _Scale("consumption", 1e5 / _MILE, power=-1.0),
}

_MOLAR_MASS = {
    "carbon_monoxide": 28.01,
    "nitrogen_dioxide": 46.0055,
    "nitrogen_monoxide": 30.0061,
    "ozone": 48.0,
    "sulphur_dioxide": 64.066,
}
"""Grams per mole of the gases that are measured either way."""
_MOLAR_VOLUME = 8.31446261815324 * 293.15 / 101325
"""Cubic metres per mole of a gas at 20 °C and 1 atm."""
GASES = frozenset(_MOLAR_MASS)
_OF_GAS = frozenset({"share", "density"})

_UNCONVERTED = frozenset(
    {
        *(
            "aac",
            "adc",
            "aqi",
            "bpm",
            "bq",
            "brix",
            "cd",
            "cpm",
            "ct",
            "db",
            "dba",
            "dbc",
            "dbi",
            "dbm",
            "dbv",
            "dbw",
        ),
        *(
            "deg",
            "dpi",
            "fnu",
            "fps",
            "gon",
            "grad",
            "iaq",
            "kohm",
            "kva",
            "kvar",
            "lm",
            "mh",
            "mohm",
            "mol",
            "nf",
        ),
        *(
            "nmol",
            "ntu",
            "ohm",
            "pcs",
            "ph",
            "psu",
            "px",
            "rad",
            "rf",
            "rh",
            "rpm",
            "stk",
            "sv",
            "uf",
            "uh",
            "uv",
        ),
        *(
            "vac",
            "vdc",
            "wb",
            "aud",
            "brl",
            "cad",
            "chf",
            "cny",
            "czk",
            "dkk",
            "eur",
            "gbp",
            "huf",
            "inr",
            "jpy",
        ),
        *("nok", "nzd", "pln", "ron", "rub", "sek", "try", "uah", "usd"),
    }
)
"""Letters right behind a number that are a unit beside those above, in lower case."""

_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_LONGEST = 32
# `Â` is what is left of `°`, `µ` or `³` that was encoded twice.
_SIGNS: dict[str, str | None] = {"℃": "°C", "℉": "°F", "˚": "°", "º": "°", "Â": None}
_MEANINGLESS = str.maketrans(_SIGNS | dict.fromkeys(" ^*·⋅"))
_WRITTEN = str.maketrans(_SIGNS)
_DEGREES = re.compile(
    rf"(?:[°º˚]|&deg;|deg\.|{either('degrees')}) ?([cf]|celsius|fahrenheit)|(celsius|fahrenheit)",
    re.IGNORECASE,
)
_KELVIN = re.compile(rf"(?:[°º˚]|&deg;|deg\.|{either('degrees')}) ?K")
DEGREES = words("degrees")
SHARES = frozenset({*words("percent"), "pct", "%rh", "% rh", "%rf", "% rf"})
_BITS = re.compile(r"[kmgtpezy]?i?b")


def _spelled(unit: str) -> str:
    """Return a unit without the differences of one spelling: `µ` and `μ`, `m³` and `m^3`, blanks."""
    return normalize("NFKC", unit.translate(_MEANINGLESS))


def _folded(spelling: str) -> str:
    """Return a spelling in lower case, but for letters whose case tells units apart.

    These are a single letter (`K`), a prefix `m` or `M`, and the `b` of bits or `B` of bytes.
    """
    if len(spelling) <= 1:
        return spelling
    return "/".join(map(_folded_part, spelling.split("/")))


def _folded_part(part: str) -> str:
    folded = part.lower()
    if len(folded) != len(part) or folded == "min":
        return folded
    if _BITS.fullmatch(folded):
        folded = folded[:-1] + part[-1]
    return part[0] + folded[1:] if folded[:1] == "m" and folded[1:2].isalpha() else folded


def _by_folded() -> dict[str, _Scale]:
    """Return the units by folded spelling, without those that only their case tells apart: `Pa`, `pA`."""
    meant: dict[str, set[_Scale]] = {}
    for spelling, scale in _SCALES.items():
        meant.setdefault(_folded(spelling), set()).add(scale)
    return {folded: scales.pop() for folded, scales in meant.items() if len(scales) == 1}


_FOLDED = _by_folded()


def convert(amount: float, unit: str, to: str, *, difference: bool = False, gas: str = "") -> float:
    """Return an amount in another unit; as it is if one is not given or they are not `comparable`.

    A `difference` of 9 °F is one of 5 °C. The `gas` that is measured is one of `GASES`, or not known.
    """
    if not unit or not to or unit == to:
        return amount
    found = conversion(unit, to, difference=difference, gas=gas)
    return amount if found is None else found(amount)


def conversion(
    unit: str, to: str, *, difference: bool = False, gas: str = ""
) -> Callable[[float], float] | None:
    """Return what makes of an amount one in another unit; None if they do not measure the same.

    Units that are not known do if they are spelled alike.
    """
    source, target = _scale(unit), _scale(to)
    if source is None or target is None:
        return float if source is target and _folded(_spelled(unit)) == _folded(_spelled(to)) else None
    if source == target:
        return float
    if source.quantity != target.quantity:
        if gas not in GASES or {source.quantity, target.quantity} != _OF_GAS:
            return None
        weight = _MOLAR_MASS[gas] / _MOLAR_VOLUME
        source = source._replace(factor=source.factor * weight ** (1 if source.quantity == "share" else -1))
    if not source.power == target.power == 1.0:
        return partial(_bent, source, target)
    factor = source.factor / target.factor
    shift = 0.0 if difference else source.offset * factor - target.offset
    # Twelve digits, so that 30 °C is exactly 86 °F.
    return lambda amount: float(f"{amount * factor + shift:.12g}")


def comparable(unit: str, to: str, gas: str = "") -> bool:
    """Say whether amounts in two units can be compared: they measure the same, or one is not given."""
    return not unit or not to or unit == to or conversion(unit, to, gas=gas) is not None


@lru_cache(maxsize=1024)
def written_unit(unit: str) -> str:
    """Return a unit as people and Home Assistant write it: `°C` for `℃`, `˚C`, `Â°C`, `º C` and `deg C`."""
    unit = unit if unit.isascii() else unit.translate(_WRITTEN)
    if (found := _DEGREES.fullmatch(unit)) is not None:
        return f"°{(found[1] or found[2])[0].upper()}"
    if _KELVIN.fullmatch(unit):
        return "K"
    return "%" if unit.lower() in SHARES else unit.replace(" / ", "/")


@lru_cache(maxsize=1024)
def is_unit(text: str) -> bool:
    """Say whether what stands right behind a number is a unit: not in `0Y`, `3E` or `4th`."""
    if not (text.isalpha() and text.isascii()):
        return True
    return text not in _ORDINALS and (_scale(text) is not None or text.lower() in _UNCONVERTED)


def _bent(source: _Scale, target: _Scale, amount: float) -> float:
    found = _raised(_raised(amount, source.power) * source.factor / target.factor, 1 / target.power)
    # Beaufort has whole numbers only.
    return float(f"{found:.0f}" if target.power == _BEAUFORT.power else f"{found:.12g}")


def _raised(amount: float, power: float) -> float:
    """Return a power of a number, for one below zero that of its size; never raises."""
    if power == 1.0:
        return amount
    try:
        return copysign(abs(amount) ** power, amount)
    except OverflowError, ZeroDivisionError:
        return copysign(inf, amount)


def _scale(unit: str) -> _Scale | None:
    return _known(unit) if len(unit) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _known(unit: str) -> _Scale | None:
    spelling = _spelled(written_unit(unit))
    return _SCALES.get(spelling) or _FOLDED.get(_folded(spelling))
