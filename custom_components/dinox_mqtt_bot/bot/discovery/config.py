"""What stands in a discovery configuration of Home Assistant: its entities, with their keys in full."""

from collections.abc import Iterator, Mapping
import json

from ..text.plain import plain
from .abbreviations import COMMAND_KEYS, STATE_KEYS

type Config = Mapping[str, object]
"""The configuration of one entity; `platform` is its component, also where the topic says which."""

_KEYS = STATE_KEYS | COMMAND_KEYS

_SHARED = (
    *("device", "state_topic", "command_topic", "qos", "availability", "availability_mode"),
    *("availability_topic", "availability_template", "payload_available", "payload_not_available"),
)
"""What a device's configuration says once for all of its entities."""

_HIGHEST = 1e12


def configs(component: str, payload: bytes) -> Iterator[Config]:
    """Yield the configuration of every entity; nothing for what is no configuration."""
    try:
        config = json.loads(payload)
    except ValueError, RecursionError:
        return
    if not isinstance(config, dict):
        return
    config = _expanded(config)
    parts = config.get("components")
    if component != "device":
        yield {**config, "platform": component}
    elif isinstance(parts, dict):
        common = {key: config[key] for key in _SHARED if key in config}
        yield from (common | _expanded(part) for part in parts.values() if isinstance(part, dict))


def _expanded(config: dict[str, object]) -> dict[str, object]:
    """Return a configuration with the keys in full and `~` at either end of a topic replaced."""
    full = {_KEYS.get(key, key): value for key, value in config.items()}
    full["availability"] = [
        {_KEYS.get(key, key): value for key, value in each.items()} for each in _sources(full)
    ]
    base = full.pop("~", None)
    if isinstance(base, str):
        for part in (full, *_sources(full)):
            _replace_base(base, part)
    if not full["availability"]:
        del full["availability"]
    return full


def _sources(config: Config) -> list[dict[str, object]]:
    """Return what the key `availability` lists, which may be one thing alone."""
    given = config.get("availability")
    every = given if isinstance(given, list) else [given]
    return [each for each in every if isinstance(each, dict)]


def _replace_base(base: str, part: dict[str, object]) -> None:
    for key, value in part.items():
        if key.endswith("topic") and isinstance(value, str):
            part[key] = _based(base, value)


def _based(base: str, topic: str) -> str:
    if topic.startswith("~"):
        topic = base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def string(config: Config, key: str) -> str:
    """Return a text on one line; empty for what is none."""
    value = config.get(key)
    return " ".join(plain(value).split()) if isinstance(value, str) else ""


def amount(config: Config, key: str, default: float) -> float:
    """Return a number, also one that is written as a text; the default for what no device can mean."""
    value = config.get(key)
    try:
        found = float(value) if isinstance(value, int | float | str) else default
    except ValueError, OverflowError:
        return default
    return found if abs(found) <= _HIGHEST else default


def truth(config: Config, key: str, *, default: bool = False) -> bool:
    """Return a truth value as Home Assistant reads it."""
    value = config.get(key, default)
    return value.lower() in {"true", "yes", "on", "1"} if isinstance(value, str) else bool(value)


def device_of(config: Config) -> Config:
    """Return what a configuration says of its device; nothing for what is none."""
    device = config.get("device")
    return device if isinstance(device, dict) else {}
