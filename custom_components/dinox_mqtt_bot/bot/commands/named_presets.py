"""Named publishes: which one is meant, and what it publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
import json
import re

from ..alerts.rules.clauses import LONGEST_NAME
from ..model.errors import BotError
from ..model.handles import Handles
from ..model.rules import Preset
from ..model.subscriptions import fold
from ..model.topics import valid_topic

RESERVED = frozenset({"add", "list", "remove", "rm", "del"})
"""What in the place of a name asks for something else."""

VALUE = "value"

_COMMA = re.compile(r"-?(0|[1-9]\d*),\d+")
_PLACEHOLDER = re.compile(r"\{(value|contact|timestamp)\}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def takes_value(preset: Preset) -> bool:
    """Say whether something has to be said behind the name."""
    return f"{{{VALUE}}}" in preset.payload


def filled(payload: str, values: Mapping[str, str]) -> str:
    """Return a payload with its placeholders filled; what stands in JSON stays JSON, whatever the values are."""
    if not _is_json(payload):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], payload)
    parts: list[str] = []
    at = 0
    for string in _STRING.finditer(payload):
        parts.append(_PLACEHOLDER.sub(lambda found: _written(values[found[1]]), payload[at : string.start()]))
        parts.append(_PLACEHOLDER.sub(lambda found: json.dumps(values[found[1]])[1:-1], string[0]))
        at = string.end()
    parts.append(_PLACEHOLDER.sub(lambda found: _written(values[found[1]]), payload[at:]))
    return "".join(parts)


def _is_json(payload: str) -> bool:
    """Say whether a payload is a JSON object or list, with a number in the place of each placeholder."""
    if not payload.lstrip().startswith(("{", "[")):
        return False
    try:
        return isinstance(json.loads(_PLACEHOLDER.sub("0", payload)), dict | list)
    except ValueError, RecursionError:
        return False


def _written(value: str) -> str:
    """Return a value as JSON: a number (21,5 too), truth value or null as it is, all else as a string."""
    if _COMMA.fullmatch(value.strip()):
        value = value.replace(",", ".")
    try:
        known = json.loads(value, parse_constant=_no_constant)
    except ValueError, RecursionError:
        return json.dumps(value)
    return value.strip() if known is None or isinstance(known, int | float) else json.dumps(value)


def _no_constant(word: str) -> None:
    """Refuse `NaN` and its like, which only Python takes for JSON."""
    raise ValueError(word)


def checked(preset: Preset) -> Preset:
    """Return a preset with its name as it is kept. Raises BotError `preset_name` or `invalid_topic`."""
    name = " ".join(preset.name.split())
    if not 1 <= len(name) <= LONGEST_NAME or fold(name) in RESERVED or name.removeprefix("#").isdigit():
        raise BotError("preset_name", maximum=LONGEST_NAME, reserved=", ".join(sorted(RESERVED)))
    valid_topic(preset.topic)
    return replace(preset, name=name)


def find_preset(presets: Sequence[Preset], handle: str) -> Preset:
    """Return the preset of a name or a number. Raises BotError `no_presets`, `no_preset` or `no_preset_similar`."""
    handles = Handles(presets)
    if (found := handles.get(handle)) is not None:
        return found
    if not presets:
        raise BotError("no_presets")
    if similar := handles.similar(handle):
        raise BotError("no_preset_similar", preset=handle, similar=similar)
    raise BotError("no_preset", preset=handle)


def spoken(presets: Sequence[Preset], text: str) -> tuple[Preset, str]:
    """Return the preset that a text begins with, the longest name there is, and the value behind it.

    Raises what `find_preset` raises, `preset_value_missing` or `preset_takes_no_value`.
    """
    begun = Handles(presets).begun(text)
    return _with_value(*begun) if begun else (find_preset(presets, text.strip()), "")


def _with_value(preset: Preset, value: str) -> tuple[Preset, str]:
    if value and not takes_value(preset):
        # More likely another preset is meant than nothing by it.
        raise BotError("preset_takes_no_value", preset=preset.name, value=value)
    if takes_value(preset) and not value:
        raise BotError("preset_value_missing", preset=preset.name)
    return preset, value
