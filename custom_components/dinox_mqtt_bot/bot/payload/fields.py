"""JSON as a person reads it: one field per line, values with their units."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from json import JSONDecoder
from math import isfinite
from types import NoneType
from typing import Any

from ..model.message import MORE, Field
from ..text.foreign import plain
from ..text.numbers import number_text, with_unit
from ..text.units import written_unit
from .mending import DEEPEST as _DEEPEST, mended

MOST_FIELDS = 40
_MOST_COUNTED = 1_000
_DEEPEST_SHOWN = 6
_LONGEST_INTEGER = 300
BETWEEN_FIELDS = " · "
_UNITS = ("unit", "unit_of_measurement")
_BESIDE = {
    "TempUnit": ("temperature", "dewpoint", "heatindex"),
    "PressureUnit": ("pressure",),
    "SpeedUnit": ("speed",),
}
"""What Tasmota writes a unit in for all values below the object, and what their names have in them."""

_UNIT_KEYS = frozenset((*_UNITS, *_BESIDE))
_DEGREES = {"C": "°C", "F": "°F"}

type Beside = tuple[tuple[tuple[str, ...], str], ...]
"""Units that stand beside the values, each with parts of the names that it is for."""


def _parse_float(text: str) -> float | str:
    value = float(text)
    return value if isfinite(value) else text


def _parse_int(text: str) -> int | str:
    # Python refuses to convert thousands of digits, and no double holds more than these.
    return int(text) if len(text) <= _LONGEST_INTEGER else text


def _parse_constant(text: str) -> str:
    return text


# `1e400` and `NaN` are text: what is no number must not become one, here or wherever the value goes next.
# Devices put raw line ends into their strings, hence not strict.
_DECODER = JSONDecoder(
    parse_float=_parse_float, parse_int=_parse_int, parse_constant=_parse_constant, strict=False
)


def parse_json(text: str) -> object:
    """Parse JSON, also such as devices get wrong here and there: what is wrong in it is a text, or null.

    Raises ValueError if it is none, or nested more than 64 deep.
    """
    try:
        parsed: object = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    except ValueError:
        return mended(text, _DECODER)
    if text.count("[") + text.count("{") > _DEEPEST and _deep(parsed):
        raise ValueError("nested too deep")
    return parsed


def _deep(value: object) -> bool:
    level: list[dict[str, object] | list[object]] = [value] if isinstance(value, (dict, list)) else []
    for _ in range(_DEEPEST):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def fields_of(parsed: Mapping[str, object] | list[object]) -> tuple[Field, ...]:
    """Return a JSON object's or array's leaves as fields, 40 at most; one more counts the rest."""
    if isinstance(parsed, dict) and (flat := _flat(parsed)) is not None:
        return flat
    leaves = _object("", parsed, 0, ()) if isinstance(parsed, dict) else _leaves("", parsed, 0, ())
    fields = tuple(islice(leaves, MOST_FIELDS))
    rest = sum(1 for _ in islice(leaves, _MOST_COUNTED)) if len(fields) == MOST_FIELDS else 0
    return (*fields, Field(MORE, str(rest))) if rest else fields


def _flat(value: Mapping[str, object]) -> tuple[Field, ...] | None:
    """Return the fields of a small object with neither objects nor units in it, as most are; else None."""
    if not 0 < len(value) <= MOST_FIELDS or not _UNIT_KEYS.isdisjoint(value):
        return None
    try:
        return tuple([Field(plain(key), _WRITTEN[type(item)](item)) for key, item in value.items()])
    except KeyError:
        return None


def _leaves(path: str, value: object, depth: int, beside: Beside) -> Iterator[Field]:
    if isinstance(value, dict):
        yield from _object(path, value, depth, beside)
    elif not isinstance(value, list):
        yield Field(path, scalar_text(value))
    elif not any(isinstance(item, (dict, list)) for item in value):
        yield Field(path, _list_text(value))
    elif depth >= _DEEPEST_SHOWN:
        yield Field(path, "[…]")
    else:
        for index, item in enumerate(value):
            yield from _leaves(f"{path}[{index}]", item, depth + 1, beside)


def _list_text(values: list[object]) -> str:
    listed = ", ".join(map(scalar_text, values[:_MOST_COUNTED])) or "[]"
    return f"{listed}, …" if len(values) > _MOST_COUNTED else listed


def _object(path: str, value: dict[str, object], depth: int, beside: Beside) -> Iterator[Field]:
    if depth >= _DEEPEST_SHOWN or not value:
        yield Field(path, "{…}" if value else "{}")
        return
    measured, unit_key = measure_of(value)
    unit = written_unit(" ".join(plain(str(value[unit_key])).split())) if unit_key else ""
    beside = units_beside(value) or beside
    if not (unit or beside):
        yield from _plain_object(path, value, depth)
        return
    for key, item in value.items():
        if (unit and key == unit_key) or (beside and key in _BESIDE and len(value) > 1):
            continue
        name = f"{path}.{plain(key)}" if path else plain(key)
        if unit and key == measured:
            yield Field(path if path and len(value) == 2 else name, scalar_text(item), unit)
        elif isinstance(item, (dict, list)):
            yield from _leaves(name, item, depth + 1, beside)
        else:
            yield Field(name, scalar_text(item), unit_for(name, item, beside) if beside else "")


def _plain_object(path: str, value: dict[str, object], depth: int) -> Iterator[Field]:
    """Yield the fields of an object that tells no units."""
    for key, item in value.items():
        name = f"{path}.{plain(key)}" if path else plain(key)
        if isinstance(item, (dict, list)):
            yield from _leaves(name, item, depth + 1, ())
        else:
            yield Field(name, scalar_text(item))


def units_beside(value: Mapping[str, object]) -> Beside:
    """Return the units that an object tells for all values below it, as Tasmota's `TempUnit` does."""
    if "TempUnit" not in value and "PressureUnit" not in value and "SpeedUnit" not in value:
        return ()
    units = (value.get(key) for key in _BESIDE)
    return _beside(*(unit if isinstance(unit, str) else "" for unit in units))


@lru_cache(64)
def _beside(*units: str) -> Beside:
    plainly = (" ".join(plain(unit).split()) for unit in units)
    given = zip(_BESIDE.values(), plainly, strict=True)
    return tuple((parts, _DEGREES.get(unit, written_unit(unit))) for parts, unit in given if unit)


def unit_for(name: str, item: object, beside: Beside) -> str:
    """Return which of the units beside is that of a number by its name, if one is."""
    if not isinstance(item, (int, float)) or isinstance(item, bool):
        return ""
    return _unit_by_name(name, beside)


@lru_cache(4_096)
def _unit_by_name(name: str, beside: Beside) -> str:
    folded = name.lower()
    return next((unit for parts, unit in beside if any(part in folded for part in parts)), "")


def measure_of(value: Mapping[str, object]) -> tuple[str, str]:
    """Return the key an object's unit is of (`value`, or the only number) and the unit's, or none."""
    for unit_key in _UNITS:
        if isinstance(value.get(unit_key), str):
            break
    else:
        return "", ""
    if isinstance(value.get("value"), (int, float, str)):
        return "value", unit_key
    numbers = [
        key for key, item in value.items() if isinstance(item, (int, float)) and not isinstance(item, bool)
    ]
    return (numbers[0], unit_key) if len(numbers) == 1 else ("", "")


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: plain,
    int: str,
    float: number_text,
    bool: lambda value: "true" if value else "false",
    NoneType: lambda value: "null",
}
"""By the type of what stands in JSON, how a person reads it."""


def scalar_text(value: object) -> str:
    """Write a JSON string, number, boolean or null as a person reads it."""
    return _WRITTEN[type(value)](value)


def together(fields: Iterable[Field]) -> str:
    """Write fields on one line: `temperature 21.4 °C · humidity 45 %`."""
    return BETWEEN_FIELDS.join([brief(field) for field in fields if field.name != MORE])


def brief(field: Field, write: Callable[[str], str] = str) -> str:
    """Write a field as `name value unit`, its value as `write` does."""
    text = write(with_unit(field.text, field.unit)) if field.text else "–"
    return f"{field.name} {text}" if field.name else text


def line(field: Field, write: Callable[[str], str] = str) -> str:
    """Write a field as `name: value unit`, its value as `write` does."""
    text = write(with_unit(field.text, field.unit))
    return f"{field.name}: {text}" if field.name else text
