"""Fields inside a payload, found by path: `a.b[0].c`, `"living room".temp`."""

from collections.abc import Callable
from functools import lru_cache
import re

from ..model.message import Field, Kind, Message, Reading
from ..model.rules import Value
from .fields import fields_of, line, measure_of, parse_json, scalar_text
from .interpret import quantity

type Path = tuple[str | int, ...]

_STEP = re.compile(
    r"\.?\[\s*(?P<index>-?[0-9]{1,6})\s*\]"
    r"""|\.?\[\s*(?:"(?P<inner>[^"]*)"|'(?P<inside>[^']*)')\s*\]"""
    r"""|\.?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')(?=[.\[]|\Z)"""
    r"|\.?(?P<bare>[^.\[]+|\[)"
    r"|\."
)
_MISSING = object()
_MOST_DOTTED = 16
"""Steps that one key may be, with dots between them."""
_SIMPLE = re.compile(r"[^\W\d][\w-]*")


def parse_path(text: str) -> Path:
    """Return a path's steps: keys and array indexes. Never raises: what is no path is a key."""
    steps: list[str | int] = []
    for found in _STEP.finditer(text.strip()):
        if found["index"] is not None:
            steps.append(int(found["index"]))
            continue
        names = (found[group] for group in ("inner", "inside", "double", "single", "bare"))
        steps += [name for name in names if name]
    return tuple(steps)


def write_path(path: Path) -> str:
    """Return the text of a path, with quotes round the keys that need them."""
    return "".join(_step(step) for step in path).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _SIMPLE.fullmatch(step):
        return f".{step}"
    return f".'{step}'" if '"' in step else f'."{step}"'


def lookup(reading: Reading, path: Path) -> Value | None:
    """Return the value at a path of the JSON, else so named by HA; for no path the reading's own; or None."""
    if not path:
        return _own(reading)
    parents: list[object] = []
    found = _walk(reading.json, path, parents)
    if found is _MISSING:
        return _named(reading, path)
    value = _leaf(found, parents[-1])
    if value is None or value.unit or value.number is None:
        return value
    return _with_known_unit(reading, path, value)


def number_in(field: str) -> Callable[[str], float | None] | None:
    """Return what finds the number at a path of a JSON text, None if the path is empty."""
    path = parse_path(field)

    def find(text: str) -> float | None:
        try:
            json_value = parse_json(text)
        except ValueError:
            return None
        value = lookup(Reading(Message("", b""), "", Kind.JSON, text, json=json_value), path)
        return None if value is None else value.number

    return find if path else None


def _own(reading: Reading) -> Value | None:
    if reading.kind in (Kind.EMPTY, Kind.BINARY) or (reading.text == "null" and reading.json is None):
        return None
    if isinstance(reading.json, dict) and reading.json.get("value", _MISSING) is None:
        return None
    if reading.value is not None and reading.fields:
        main = reading.fields[0] if len(reading.fields) == 1 else _main(reading)
        return _of_field(main)
    text = reading.exact if reading.exact and reading.value is not None else reading.text.strip()
    return Value(text, reading.value, reading.unit, reading.exact)


def _main(reading: Reading) -> Field:
    return next((field for field in reading.fields if field.name == "value"), reading.fields[0])


def _walk(node: object, path: Path, parents: list[object]) -> object:
    """Follow a path; `_MISSING` where it leads nowhere. `parents` gets what was passed."""
    at = 0
    while at < len(path):
        step = path[at]
        parents.append(node)
        if isinstance(step, int):
            node, at = _item(node, step), at + 1
        elif isinstance(node, dict):
            node, at = _member(node, path, at)
        else:
            return _MISSING
    return node


def _item(node: object, index: int) -> object:
    return node[index] if isinstance(node, list) and -len(node) <= index < len(node) else _MISSING


def _member(node: dict[str, object], path: Path, at: int) -> tuple[object, int]:
    """Return the member the path names, and how far it got; keys may have dots: the longest wins."""
    end = at + 1
    while end < min(len(path), at + _MOST_DOTTED) and isinstance(path[end], str):
        end += 1
    for stop in range(end, at, -1):
        key = ".".join(map(str, path[at:stop]))
        if key in node:
            return node[key], stop
        folded = key.casefold()
        near = next((name for name in node if name.casefold() == folded), None)
        if near is not None:
            return node[near], stop
    return _MISSING, len(path)


def _leaf(found: object, parent: object) -> Value | None:
    if found is None:
        return None
    if isinstance(found, dict) and "value" in found:
        return _leaf(found["value"], found)
    if isinstance(found, dict | list):
        return Value(", ".join(map(line, fields_of(found))))
    unit = ""
    if isinstance(parent, dict):
        key, unit_key = measure_of(parent)
        unit = str(parent[unit_key]).strip() if unit_key and parent.get(key) is found else ""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return Value(scalar_text(found), float(found), unit)
    return _scalar(scalar_text(found), unit)


def _scalar(text: str, unit: str) -> Value:
    found = quantity(text)
    return (
        Value(text.strip(), None, unit)
        if found is None
        else Value(found.text, found.value, unit or found.unit)
    )


def _named(reading: Reading, path: Path) -> Value | None:
    name = _name(path)
    field = next((field for field in reading.fields if field.name.casefold() == name), None)
    return _of_field(field) if field is not None else None


def _of_field(field: Field) -> Value:
    """Return a field as it is judged: a number with all of its digits, a word beside what it stands for."""
    value = _scalar(field.exact or field.text, field.unit)
    return value if value.number is not None else Value(field.text.strip(), None, field.unit, field.exact)


def _with_known_unit(reading: Reading, path: Path, value: Value) -> Value:
    """Return a number with the unit that HA discovery knows for it."""
    unit = reading.unit if reading.unit and reading.value == value.number else ""
    if not unit and reading.fields:
        named = _named(reading, path)
        unit = named.unit if named is not None and named.number == value.number else ""
    return Value(value.text, value.number, unit) if unit else value


@lru_cache(1024)
def _name(path: Path) -> str:
    """Return a path as fields are named, in lower case."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".").casefold()
