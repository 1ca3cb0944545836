"""The sensors of a Tasmota device: what its telemetry holds, and how it is in the network."""

from collections.abc import Iterator, Mapping
from itertools import islice

from ..config import Announced, Config, path
from .tasmota_topics import Tasmota

_MOST = 200
"""Values of one device."""

_NOT_TOLD = frozenset({"Time", "PN532", "RDM6300"})
"""The time, and readers of tags, whose last tag is no state."""

_ASIDE = frozenset({"Id", "Address", "TotalStartTime"})
"""What tells which sensor it is, and since when it counts."""

_PARTICLES = ("µg/m³", "", "measurement")
_COUNTED = ("ppd", "", "measurement")
_METER = ("kWh", "energy", "total")
_QUANTITIES: Mapping[str, tuple[str, str, str]] = {
    "ActivePower": ("W", "power", "measurement"),
    "Ambient": ("lx", "illuminance", "measurement"),
    "ApparentPower": ("VA", "apparent_power", "measurement"),
    "Battery": ("%", "battery", "measurement"),
    "CCT": ("K", "", "measurement"),
    "CF1": _PARTICLES,
    "CF10": _PARTICLES,
    "CF2.5": _PARTICLES,
    "CarbonDioxide": ("ppm", "carbon_dioxide", "measurement"),
    "Current": ("A", "current", "measurement"),
    "CurrentNeutral": ("A", "current", "measurement"),
    "DewPoint": ("TempUnit", "temperature", "measurement"),
    "Distance": ("cm", "distance", "measurement"),
    "Energy": _METER,
    "ExportActive": _METER,
    "ExportReactive": ("kvarh", "", "total"),
    "ExportTariff": _METER,
    "Factor": ("", "power_factor", "measurement"),
    "Frequency": ("Hz", "frequency", "measurement"),
    "Humidity": ("%", "humidity", "measurement"),
    "Illuminance": ("lx", "illuminance", "measurement"),
    "ImportActive": _METER,
    "ImportReactive": ("kvarh", "", "total"),
    "Moisture": ("%", "moisture", "measurement"),
    "PB0.3": _COUNTED,
    "PB0.5": _COUNTED,
    "PB1": _COUNTED,
    "PB10": _COUNTED,
    "PB2.5": _COUNTED,
    "PB5": _COUNTED,
    "PM1": ("µg/m³", "pm1", "measurement"),
    "PM10": ("µg/m³", "pm10", "measurement"),
    "PM2.5": ("µg/m³", "pm25", "measurement"),
    "PhaseAngle": ("°", "", "measurement"),
    "Power": ("W", "power", "measurement"),
    "Pressure": ("PressureUnit", "pressure", "measurement"),
    "ReactivePower": ("var", "reactive_power", "measurement"),
    "SeaPressure": ("PressureUnit", "pressure", "measurement"),
    "Speed": ("SpeedUnit", "", "measurement"),
    "TVOC": ("ppb", "", "measurement"),
    "Temperature": ("TempUnit", "temperature", "measurement"),
    "Today": ("kWh", "energy", "total_increasing"),
    "Total": _METER,
    "TotalStartTime": ("", "", ""),
    "TotalTariff": _METER,
    "Voltage": ("V", "voltage", "measurement"),
    "Weight": ("kg", "weight", "measurement"),
    "Yesterday": ("kWh", "energy", ""),
    "eCO2": ("ppm", "", "measurement"),
}
"""Units and classes; what a unit is told under another key stands under that key."""

_DYNAMIC = frozenset({"TempUnit", "PressureUnit", "SpeedUnit"})
_DEGREES = {"C": "°C", "F": "°F", "K": "K"}

_STATUS = (
    ("Signal", ("Wifi", "Signal"), "dBm", "signal_strength"),
    ("RSSI", ("Wifi", "RSSI"), "%", ""),
    ("SSID", ("Wifi", "SSId"), "", ""),
    ("WiFi Connect Count", ("Wifi", "LinkCount"), "", ""),
    ("MQTT Connect Count", ("MqttCount",), "", ""),
)
"""What diagnoses a device, by its place in `tele/…/STATE`."""


def sensors(tasmota: Tasmota, told: Config) -> Iterator[Announced]:
    """Yield an entity for each value of the telemetry (`sn`), which is two or three keys deep."""
    for keys, quantity in islice(_values(told), _MOST):
        unit, device_class, state_class = _QUANTITIES.get(quantity, ("", "", ""))
        if unit in _DYNAMIC:
            said = told.get(unit)
            unit = _DEGREES.get(said, said) if isinstance(said, str) else ""
        config: dict[str, object] = {
            **tasmota.base("sensor", " ".join(map(str, keys))),
            "state_topic": tasmota.sensor,
            "value_template": path(*keys),
        }
        given = {"unit_of_measurement": unit, "device_class": device_class, "state_class": state_class}
        if keys[-1] in _ASIDE:
            config["entity_category"] = "diagnostic"
        yield ({**config, **{key: value for key, value in given.items() if value}},)


def _values(told: Config) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the keys that lead to each value, and what it is a value of."""
    for sensor, values in told.items():
        if sensor in _NOT_TOLD or not isinstance(values, dict):
            continue
        for key, value in values.items():
            if isinstance(value, dict):
                yield from (((sensor, key, each), _quantity(sensor, key, each)) for each in value)
            elif isinstance(value, list):
                yield from (((sensor, key, index), _quantity(sensor, key)) for index in range(len(value)))
            else:
                yield (sensor, key), _quantity(sensor, key)


def _quantity(sensor: str, key: str, inner: str = "") -> str:
    if sensor in {"AS3935", "LD2410"} and key == "Energy":
        return ""  # of lightning and of movement: not in kWh
    if inner in _QUANTITIES:
        return inner
    # Pins of an ESP32 are numbered: `Temperature1`.
    return key.rstrip("0123456789") if sensor == "ANALOG" and key not in _QUANTITIES else key


def status_sensors(tasmota: Tasmota) -> Iterator[Announced]:
    """Yield what is told of the device itself: its battery, and what diagnoses it."""
    base = {"state_topic": tasmota.state}
    if tasmota.config.get("bat") == 1:
        battery = {"unit_of_measurement": "%", "device_class": "battery", "state_class": "measurement"}
        level = {**base, **battery, "value_template": path("BatteryPercentage")}
        yield ({**tasmota.base("sensor", "Battery Level"), **level},)
    for name, keys, unit, device_class in _STATUS:
        given = {"unit_of_measurement": unit, "device_class": device_class}
        diagnosed: dict[str, object] = {key: value for key, value in given.items() if value}
        diagnosed |= {"value_template": path(*keys), "entity_category": "diagnostic"}
        yield ({**tasmota.base("sensor", name), **base, **diagnosed},)
