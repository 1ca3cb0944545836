"""What the keys of gateways mean: `tempc` (Theengs), `wind_avg_km_h` (rtl_433: a name, then the unit)."""

from dataclasses import dataclass
import re

from .quantities import device_class

_NAMED = {
    "tempc": ("Temperature", "°C"),
    "tempf": ("Temperature", "°F"),
    "hum": ("Humidity", "%"),
    "batt": ("Battery", "%"),
    "volt": ("Voltage", "V"),
    "pres": ("Pressure", "hPa"),
    "lux": ("Illuminance", "lx"),
    "moi": ("Moisture", "%"),
    "fer": ("Fertility", "µS/cm"),
    "co2": ("CO2", "ppm"),
    "pm25": ("PM2.5", "µg/m³"),
    "pm10": ("PM10", "µg/m³"),
    "humidity": ("Humidity", "%"),
    "moisture": ("Moisture", "%"),
}
"""Keys that say no unit, with those that are documented for them."""

_CLASSES = {
    "hum": "humidity",
    "humidity": "humidity",
    "batt": "battery",
    "moi": "moisture",
    "moisture": "moisture",
    "co2": "carbon_dioxide",
    "pm25": "pm25",
    "pm10": "pm10",
}
_UNITS = {
    "C": "°C",
    "F": "°F",
    "hPa": "hPa",
    "kPa": "kPa",
    "PSI": "psi",
    "psi": "psi",
    "km_h": "km/h",
    "m_s": "m/s",
    "mi_h": "mph",
    "mm": "mm",
    "mm_h": "mm/h",
    "in": "in",
    "in_h": "in/h",
    "deg": "°",
    "lux": "lx",
    "W": "W",
    "kW": "kW",
    "kWh": "kWh",
    "A": "A",
    "V": "V",
    "mV": "mV",
    "Hz": "Hz",
    "km": "km",
    "cm": "cm",
}
"""Ends of keys, behind an underscore."""

_STATES = {
    **dict.fromkeys(("open", "opened", "contact_open", "reed_open"), "opening"),
    **dict.fromkeys(("motion", "pir"), "motion"),
    "presence": "occupancy",
    "detect_wet": "moisture",
    "tamper": "tamper",
    "alarm": "problem",
}
"""Keys that are true or false, or one or none, with their classes."""

_ASIDE = frozenset(
    (
        *(
            "id",
            "mac",
            "name",
            "brand",
            "model",
            "model_id",
            "type",
            "subtype",
            "channel",
            "time",
            "mic",
            "mod",
        ),
        *("rssi", "snr", "noise", "freq", "freq1", "freq2", "protocol", "length", "delay", "duration"),
        *("cidc", "acts", "cont", "track", "ctype", "mac_type", "adv_type", "txpower", "distance", "seq"),
        *("servicedata", "servicedatauuid", "manufacturerdata", "uuid", "rolling_code", "raw", "raw_message"),
        *("mqtt", "origin", "radio", "flags", "code", "data", "msg", "message_type", "sequence_num"),
    )
)
"""What tells of the device or of the radio."""

_NUMBERED = re.compile(r"temp([cf])(\d)|temperature_(\d)_([CF])")
_UNIT = re.compile(r"([A-Za-z]\w*?)_((?:mi|km|mm|in)_h|m_s|[A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """What a key tells: an entity's name, unit, class, component, and its words for on and off."""

    name: str
    unit: str = ""
    device_class: str = ""
    platform: str = "sensor"
    on: str = ""
    off: str = ""


def key_of(name: str, value: object = 0) -> GatewayKey | None:
    """Return what a key tells with such a value; None for what is of no interest."""
    if name in _ASIDE or not (name.isascii() and name[:1].isalpha()):
        return None
    if name in _NAMED:
        called, unit = _NAMED[name]
        return GatewayKey(called, unit, _CLASSES.get(name) or device_class(unit))
    if name == "battery_ok":
        return GatewayKey("Battery", "", "battery", "binary_sensor", "0", "1")
    words = ("true", "false") if isinstance(value, bool) else ("1", "0")
    if name in _STATES:
        return GatewayKey(_words(name), "", _STATES[name], "binary_sensor", *words)
    if (found := _NUMBERED.fullmatch(name)) is not None:
        unit = f"°{(found[1] or found[4]).upper()}"
        return GatewayKey(f"Temperature {found[2] or found[3]}", unit, "temperature")
    found = _UNIT.fullmatch(name)
    if found is not None and found[2] in _UNITS:
        unit = _UNITS[found[2]]
        return GatewayKey(_words(found[1]), unit, device_class(unit))
    if isinstance(value, bool):
        return GatewayKey(_words(name), platform="binary_sensor", on=words[0], off=words[1])
    return GatewayKey(_words(name))


def _words(key: str) -> str:
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
