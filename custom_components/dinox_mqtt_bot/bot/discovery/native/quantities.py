"""What a unit says of the quantity that is measured in it, as Home Assistant's classes name them."""

_CLASSES = {
    "°C": "temperature",
    "°F": "temperature",
    "W": "power",
    "kW": "power",
    "VA": "apparent_power",
    "var": "reactive_power",
    "Wh": "energy",
    "kWh": "energy",
    "V": "voltage",
    "mV": "voltage",
    "A": "current",
    "mA": "current",
    "Hz": "frequency",
    "lx": "illuminance",
    "hPa": "pressure",
    "kPa": "pressure",
    "Pa": "pressure",
    "mbar": "pressure",
    "psi": "pressure",
    "mmHg": "pressure",
    "dBm": "signal_strength",
    "km/h": "speed",
    "m/s": "speed",
    "mph": "speed",
}


def device_class(unit: str) -> str:
    """Return the class of what has a unit; empty where that is not sure, as with per cent."""
    return _CLASSES.get(unit, "")


def state_class(unit: str) -> str:
    """Return how what has a unit goes on: a meter counts up, anything else is measured anew."""
    return "total_increasing" if unit in {"Wh", "kWh"} else "measurement"
