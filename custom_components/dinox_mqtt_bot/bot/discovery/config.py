"""What stands in a discovery configuration of Home Assistant: its entities, with their keys in full."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
import json

from ..text.foreign import cut, plain
from .abbreviations import COMMAND_KEYS, FORM_KEYS, STATE_KEYS

type Config = Mapping[str, object]
"""The configuration of one entity; `platform` is its component, also where the topic says which."""

type Announced = tuple[Config, ...]
"""One entity: its configuration, and others of it that only say where else its values arrive."""

_KEYS = STATE_KEYS | COMMAND_KEYS | FORM_KEYS

_SHARED = (
    *("device", "state_topic", "command_topic", "qos", "availability", "availability_mode"),
    *("availability_topic", "availability_template", "payload_available", "payload_not_available"),
)
"""What a device's configuration says once for all of its entities."""

_HIGHEST = 1e12
_LONGEST_TEXT, _LONGEST_TOPIC, _LONGEST_TEMPLATE = 255, 1_024, 2_048
"""Characters. A device says things once for its entities, and each of them keeps what it makes of it."""


def configs(component: str, payload: bytes) -> Iterator[Config]:
    """Yield the configuration of every entity; nothing for what is no configuration."""
    config = object_in(payload)
    if not config:
        return
    config = _expanded(config)
    if config.get("migrate_discovery") is True:
        return  # it makes room for a configuration on another topic
    parts = config.get("components")
    if component != "device":
        yield {**config, "platform": component}
    elif isinstance(parts, dict):
        common = {key: config[key] for key in _SHARED if key in config}
        yield from (common | _expanded(part) for part in parts.values() if isinstance(part, dict))


def object_in(payload: bytes) -> dict[str, object]:
    """Return what a payload says; nothing for what is no JSON object."""
    try:
        said = json.loads(payload)
    except ValueError, RecursionError:
        return {}
    return said if isinstance(said, dict) else {}


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
    if len(base) + len(topic) > _LONGEST_TOPIC:
        return topic
    if topic.startswith("~"):
        topic = base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def string(config: Config, key: str) -> str:
    """Return a text on one line, cut if it is too long for a name; empty for what is none."""
    value = config.get(key)
    if not isinstance(value, str):
        return ""
    return _line(value if len(value) <= _LONGEST_TEXT else cut(value, _LONGEST_TEXT))


@lru_cache(4_096)
def _line(text: str) -> str:
    """Return a text as one line; that of a device is asked for with each of its entities."""
    return " ".join(plain(text).split())


def topic_in(config: Config, key: str) -> str:
    """Return a topic; empty for what is none, or longer than those of devices are."""
    value = config.get(key)
    return value if isinstance(value, str) and len(value) <= _LONGEST_TOPIC else ""


def template_in(config: Config, key: str) -> str:
    """Return a template; of one that is too long to be run no more than shows that it is."""
    value = config.get(key)
    return value[: _LONGEST_TEMPLATE + 1] if isinstance(value, str) else ""


def path(*keys: str | int, partial: bool = False) -> str:
    """Return a template that finds what is under keys; one that finds nothing for a key nobody can write.

    `partial`: where a message says nothing of it, an earlier one holds.
    """
    return "{{ value_json" + "".join(map(_step, keys)) + (" | is_defined }}" if partial else " }}")


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    quote = '"' if "'" in key else "'"
    return f"[{quote}{key.replace('\\', '').replace(quote, '')}{quote}]"


def is_uncut(template: str) -> bool:
    """Say whether a template is all that a configuration says there."""
    return len(template) <= _LONGEST_TEMPLATE


def amount(config: Config, key: str, default: float) -> float:
    """Return a number, also one that is written as a text; the default for what no device can mean."""
    value = config.get(key)
    try:
        found = float(value) if isinstance(value, (int, float, str)) else default
    except ValueError, OverflowError:
        return default
    return found if abs(found) <= _HIGHEST else default


def truth(config: Config, key: str, *, default: bool = False) -> bool:
    """Return a truth value as Home Assistant reads it."""
    value = config.get(key, default)
    return value.lower() in {"true", "yes", "on", "1"} if isinstance(value, str) else bool(value)


def area_of(config: Config) -> str:
    """Return where a configuration says that its device stands, or nothing."""
    device = device_of(config)
    return string(device, "suggested_area") or string(device, "sa")


def device_of(config: Config) -> Config:
    """Return what a configuration says of its device; nothing for what is none."""
    device = config.get("device")
    return device if isinstance(device, dict) else {}
