"""A property of a Homie device as an entity."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...text.tongue import fold
from ..config import Config, amount
from .quantities import device_class, state_class

_PRESENCE = (("ready", "lost"), ("alert", "disconnected"), ("sleeping", "lost"))
"""Words of `$state`; what is in `init` says nothing yet."""

_FURTHEST = 1e9
_NO_UNITS = frozenset({"#"})
"""Units that say that there is none: of what is counted."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property: the topic of its value, and what its attributes say."""

    topic: str
    name: str
    datatype: str
    unit: str
    format: str
    settable: bool


def announced(found: Property, device: str, node: str, devices: Iterable[str]) -> Config:
    """Return the configuration of a property; `devices` (topics) must be there for it to be there."""
    config: dict[str, object] = {
        "name": _name(found.name, device, node),
        "device": {"name": device},
        "state_topic": found.topic,
        "availability_mode": "all",
        "availability": [
            {"topic": f"{each}/$state", "payload_available": there, "payload_not_available": gone}
            for each in devices
            for there, gone in _PRESENCE
        ],
        **_typed(found),
    }
    if found.settable:
        config["command_topic"] = f"{found.topic}/set"
    return config


def _name(name: str, device: str, node: str) -> str:
    """Return what a property is called beside its device: with its node, where that says more."""
    said, known = fold(node), f" {fold(name)} "
    if not said or f" {said} " in known or said == fold(device):
        return name
    return f"{node} {name}"


def _typed(found: Property) -> Config:
    unit = "" if found.unit in _NO_UNITS else found.unit
    match found.datatype:
        case "boolean":
            platform = "switch" if found.settable else "binary_sensor"
            return {"platform": platform, "payload_on": "true", "payload_off": "false"}
        case "integer" | "float" if found.settable:
            return {"platform": "number", **_range(found), "unit_of_measurement": unit}
        case "integer" | "float":
            classes = {"device_class": device_class(unit), "state_class": state_class(unit)}
            return {
                "platform": "sensor",
                "unit_of_measurement": unit,
                **{key: value for key, value in classes.items() if value},
            }
        case "enum" if found.settable:
            return {"platform": "select", "options": [word.strip() for word in found.format.split(",")]}
    return {"platform": "text" if found.settable else "sensor", "unit_of_measurement": unit}


def _range(found: Property) -> Config:
    """Read `0:100` or `0:100:5`, of which each may be left out."""
    parts = dict(zip(("min", "max", "step"), found.format.split(":"), strict=False))
    usual = {"min": -_FURTHEST, "max": _FURTHEST, "step": 1.0 if found.datatype == "integer" else 0.0}
    return {key: amount(parts, key, default) for key, default in usual.items()}
