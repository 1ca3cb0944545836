"""The JSON schemas of docs/mqtt.md, and whether a payload is as they say."""

from datetime import datetime
import json
from pathlib import Path
import re
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "mqtt.md"
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {"$schema", "type", "required", "properties", "enum", "format", "minimum", "description"}


def documented(topic: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the schema below the heading of a topic, and the examples there."""
    part = DOCUMENT.read_text("utf-8").split(f"\n## `{topic}`\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```json\n(.*?)```", part, re.DOTALL)
    examples, schema = blocks
    return json.loads(schema), list(_values(examples))


def _values(text: str) -> Any:
    """Yield the JSON values that stand one after the other in a text."""
    text = text.strip()
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:].lstrip()


def faults(value: object, schema: dict[str, Any], where: str = "$") -> list[str]:
    """Return what of a value is not as a schema says. AssertionError: the schema uses unknown words.

    What the schema does not name is a fault too: it is to tell everything.
    """
    assert set(schema) <= KNOWN, f"{where}: {set(schema) - KNOWN}"
    wrong = [f"{where}: {value!r}" for fits in _checks(value, schema) if not fits]
    if not isinstance(value, dict):
        return wrong
    wrong += [f"{where}.{name}: missing" for name in schema.get("required", []) if name not in value]
    for name, inner in value.items():
        known = schema["properties"].get(name)
        wrong += [f"{where}.{name}: unknown"] if known is None else faults(inner, known, f"{where}.{name}")
    return wrong


def _checks(value: object, schema: dict[str, Any]) -> list[bool]:
    types = schema.get("type", [])
    return [
        not types or any(_is(value, name) for name in ([types] if isinstance(types, str) else types)),
        value in schema.get("enum", [value]),
        not isinstance(value, int) or value >= schema.get("minimum", value),
        "format" not in schema or _is_time(value),
    ]


def _is(value: object, name: str) -> bool:
    # True is an int in Python, and none in JSON.
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
