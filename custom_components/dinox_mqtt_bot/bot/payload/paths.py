"""Fields inside a payload, found by path: `a.b[0].c`, `"living room".temp`."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
import re

from ..model.message import MORE, Field, Kind, Message, Naming, Reading
from ..model.rules import Value
from ..text.states import class_word, is_state_word
from ..text.units import GASES, written_unit
from .fields import fields_of, line, measure_of, parse_json, scalar_text, unit_for, units_beside
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
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]|\Z)|[0-9]{1,2}:[0-9]{2}")
_RAW = frozenset({"raw", "roh"})
_UNITS_OF_GAS = frozenset({"ppm", "ppb", "mg/m³", "µg/m³", "μg/m³"})
_LONGEST_RAW = 64
"""Bytes of a payload that is looked at once more: those of a word."""


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
    """Return the value that the chat shows under a name; else the one at a path of the JSON; or None.

    No path: the reading's own. What the device wrote for a shown value of the same name is `raw` in it, and
    is looked for by `raw.NAME`.
    """
    value = _looked_up(reading, path)
    if value is None or value.unit not in _UNITS_OF_GAS or not reading.found:
        return value
    name = _name(path)
    namings = (naming for naming, _ in reading.found if not name or name in (naming.called, naming.place))
    gas = next((naming.device_class for naming in namings), "")
    return replace(value, gas=gas) if gas in GASES else value


def _looked_up(reading: Reading, path: Path) -> Value | None:
    if not path:
        return _own(reading)
    parents: list[object] = []
    found = _walk(reading.json, path, parents)
    value = None if found is _MISSING else _leaf(found, parents, path)
    if reading.found and (shown := _shown(reading, path)) is not None:
        return _with_raw(shown, value)
    if found is _MISSING:
        return _named(reading, path) or _written(reading, path)
    if value is None or value.unit or value.number is None:
        placed = _placed(reading, path) if value is not None and reading.found else None
        return value if placed is None else _with_raw(placed, value)
    return _with_known_unit(reading, path, value)


def only_word(reading: Reading) -> Value | None:
    """Return the only text among the fields of an object, times left aside: `offline` of an availability."""
    if not isinstance(reading.json, dict):
        return None
    words = [field for field in reading.fields if _is_word(field)]
    if len(words) != 1:
        return None
    return lookup(reading, (words[0].name,)) or _of_field(words[0])


def _is_word(field: Field) -> bool:
    """Say whether a field has a word: no number, no time, and not digits at both ends as in an id."""
    text = field.text
    if field.name == MORE or (text[:1].isdigit() and text[-1:].isdigit()):
        return False
    return not _TIME.match(text) and quantity(text) is None


def _shown(reading: Reading, path: Path) -> Value | None:
    name = _name(path)
    for naming, text in reading.found:
        if text is not None and naming.called == name:
            return _stated(_of_field(naming.field(text)), naming)
    return None


def _placed(reading: Reading, path: Path) -> Value | None:
    """Return the word that the chat shows under another name for a field of the JSON: `true` is closed."""
    name = _name(path)
    for naming, text in reading.found:
        if text is not None and naming.place == name:
            shown = _stated(_of_field(naming.field(text)), naming)
            return shown if shown.number is None and is_state_word(shown.exact) else None
    return None


def _stated(value: Value, naming: Naming, raw: str = "") -> Value:
    """Return what an entity of discovery found with what it stands for, if it is no number."""
    if value.number is not None:
        return value
    exact = value.exact or value.text
    word = class_word(naming.device_class, exact) if naming.component == "binary_sensor" else ""
    return Value(value.text, None, value.unit, exact, raw, word)


def _with_raw(shown: Value, raw: Value | None) -> Value:
    """Return a shown value with what the device wrote for it, and with its number if that is all there is."""
    if raw is None or (raw.number is not None and raw.number == shown.number):
        return shown
    written = "" if raw.text.casefold() == shown.text.casefold() else raw.text
    if shown.number is None and raw.number is not None:
        return replace(shown, number=raw.number, unit=raw.unit, raw=written)
    return replace(shown, raw=written) if written else shown


def _written(reading: Reading, path: Path) -> Value | None:
    """Return what the device wrote where `raw` stands before the name."""
    if len(path) < 2 or path[0] not in _RAW:
        return None
    parents: list[object] = []
    found = _walk(reading.json, path[1:], parents)
    return None if found is _MISSING else _leaf(found, parents, path[1:])


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
    numeric = reading.exact and reading.value is not None
    text = _without_unit(reading.exact) if numeric else reading.text.strip()
    # What the chat leaves out of an object is looked through all the same.
    exact = reading.exact or (", ".join(map(line, reading.fields)) if reading.fields else "")
    value = Value(text, reading.value, reading.unit, exact)
    return _translated(reading, value) if reading.found and value.number is None else value


def _without_unit(text: str) -> str:
    """Return the digits of a number that the device wrote with its unit."""
    measured = None if text[-1:].isdigit() else quantity(text)
    return text if measured is None else measured.text


def _translated(reading: Reading, value: Value) -> Value:
    """Return the word of a discovered state with what the device wrote for it."""
    raw = ""
    if not isinstance(reading.json, (dict, list)) and len(reading.message.payload) <= _LONGEST_RAW:
        raw = reading.message.payload.decode(errors="replace").strip()
    raw = "" if raw.casefold() == value.text.casefold() else raw
    return _stated(value, reading.found[0][0], raw)


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


def _leaf(found: object, parents: list[object], path: Path) -> Value | None:
    """Return what is at the end of a path; its unit stands beside it, or above it (`TempUnit`)."""
    if found is None:
        return None
    if isinstance(found, dict) and "value" in found:
        return _leaf(found["value"], [*parents, found], path)
    if isinstance(found, (dict, list)):
        return Value(", ".join(map(line, fields_of(found))))
    unit = _unit(found, parents, path)
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return Value(scalar_text(found), float(found), unit)
    return _scalar(scalar_text(found), unit)


def _unit(found: object, parents: list[object], path: Path) -> str:
    parent = parents[-1]
    if isinstance(parent, dict):
        key, unit_key = measure_of(parent)
        if unit_key and parent.get(key) is found:
            return written_unit(str(parent[unit_key]).strip())
    every = (units_beside(each) for each in reversed(parents) if isinstance(each, dict))
    beside = next(filter(None, every), ())
    return unit_for(_name(path), found, beside) if beside else ""


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
