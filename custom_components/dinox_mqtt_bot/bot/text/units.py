"""Units that measure the same, so that a limit in one is compared with a value in another."""

from typing import NamedTuple


class _Scale(NamedTuple):
    """How a unit becomes the first one of its quantity: (value + offset) × factor."""

    quantity: str
    factor: float
    offset: float = 0.0


_FACTORS: dict[str, dict[str, float]] = {
    "power": {"W": 1, "kW": 1e3, "mW": 1e-3, "MW": 1e6},
    "energy": {"Wh": 1, "kWh": 1e3, "MWh": 1e6, "J": 1 / 3600, "kJ": 1 / 3.6, "MJ": 1 / 0.0036},
    "voltage": {"V": 1, "mV": 1e-3, "kV": 1e3},
    "current": {"A": 1, "mA": 1e-3},
    "pressure": {"Pa": 1, "hPa": 100, "kPa": 1e3, "mbar": 100, "bar": 1e5, "psi": 6894.757293168},
    "length": {"mm": 1e-3, "cm": 1e-2, "m": 1, "km": 1e3, "in": 0.0254, "ft": 0.3048, "mi": 1609.344},
    "speed": {
        "m/s": 1,
        "km/h": 1 / 3.6,
        "kmh": 1 / 3.6,
        "mph": 0.44704,
        "kn": 1852 / 3600,
        "kt": 1852 / 3600,
    },
    "mass": {"mg": 1e-3, "g": 1, "kg": 1e3, "t": 1e6, "lb": 453.59237, "oz": 28.349523125},
    "volume": {"ml": 1e-3, "L": 1, "l": 1, "m³": 1e3, "m3": 1e3, "gal": 3.785411784},
    "size": {
        "B": 1,
        "kB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "TB": 1e12,
        "KiB": 1024,
        "MiB": 1024**2,
        "GiB": 1024**3,
    },
    "time": {"ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400},
    "frequency": {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "density": {"µg/m³": 1, "μg/m³": 1, "mg/m³": 1e3},
    "share": {"%": 1, "‰": 0.1},
}
_TEMPERATURES = {
    **dict.fromkeys(("°C", "C", "℃", "degC"), _Scale("temperature", 1.0)),
    **dict.fromkeys(("°F", "F", "℉", "degF"), _Scale("temperature", 5 / 9, -32.0)),
    "K": _Scale("temperature", 1.0, -273.15),
}
_SCALES = _TEMPERATURES | {
    unit: _Scale(quantity, factor) for quantity, units in _FACTORS.items() for unit, factor in units.items()
}


def _lowered() -> dict[str, _Scale]:
    """Return the units in lower case, without those that are another one then: `mW` and `MW`."""
    meant: dict[str, set[_Scale]] = {}
    for unit, scale in _SCALES.items():
        meant.setdefault(unit.lower(), set()).add(scale)
    return {unit: scales.pop() for unit, scales in meant.items() if len(scales) == 1}


_LOWERED = _lowered()


def convert(amount: float, unit: str, to: str, *, difference: bool = False) -> float:
    """Return an amount in another unit; as it is if one is missing, unknown or of another kind.

    A `difference` of 9 °F is one of 5 °C. Twelve digits are kept, so that 30 °C is exactly 86 °F.
    """
    source, target = _scale(unit), _scale(to)
    if unit == to or source is None or target is None or source.quantity != target.quantity:
        return amount
    if difference:
        return float(f"{amount * source.factor / target.factor:.12g}")
    return float(f"{(amount + source.offset) * source.factor / target.factor - target.offset:.12g}")


def comparable(unit: str, to: str) -> bool:
    """Say whether two units may measure the same: also where one is missing or both are unknown."""
    source, target = _scale(unit), _scale(to)
    if not unit or not to or unit.casefold() == to.casefold():
        return True
    return source is target is None or bool(source and target and source.quantity == target.quantity)


def _scale(unit: str) -> _Scale | None:
    return _SCALES.get(unit) or _LOWERED.get(unit.lower())
