"""Large payloads cut down to what the entities of a topic look for: `zigbee2mqtt/bridge/info` has 30 kB."""

from collections.abc import Iterable
from functools import lru_cache
import json
import re

from ..model.message import Kind, Message
from ..payload.interpret import Meaning, interpret
from .devices import LARGEST as _KEPT, Devices
from .discovery import Binding, Discovery
from .templates import ValueTemplate

_LARGEST = 65_536
"""Bytes of a payload that is looked into."""

_KEY = r"(?:'([^']*)'|\"([^\"]*)\")"
_NAMED = re.compile(rf"value_json\s*(?:\.\s*(?:get\(\s*{_KEY}|(\w+))|\[\s*{_KEY}\s*\])")
_WHOLE = re.compile(r"\bvalue_json\b")
_TEXT = re.compile(r"(?<![\w.'\"])value(?![\w'\"])")
_METHODS = frozenset({"get", "items", "keys", "values"})


def note(message: Message, discovery: Discovery, devices: Devices) -> Meaning | None:
    """Keep a message for its devices, of a large one what their entities look for.

    Return what the message means, if that was needed for it.
    """
    if not _KEPT < len(message.payload) <= _LARGEST or not devices.knows(message.topic):
        devices.note(message)
        return None
    meaning = interpret(message.payload)
    spoken = discovery.spoken(message.topic)
    devices.note(
        message, only_wanted(meaning, (binding for _, binding in spoken)).text.encode(errors="replace")
    )
    return meaning


def only_wanted(meaning: Meaning, bindings: Iterable[Binding]) -> Meaning:
    """Return a JSON object with no more than what bindings look for in it; else what it is."""
    found = meaning.json
    if not isinstance(found, dict):
        return meaning
    keys: set[str] = set()
    for binding in bindings:
        wanted = _keys(binding.template) if binding.template is not None else None
        if wanted is None:
            return meaning
        keys |= wanted
    small = {key: value for key, value in found.items() if key in keys}
    return Meaning(Kind.JSON, json.dumps(small, ensure_ascii=False), json=small)


@lru_cache(1_024)
def _keys(template: ValueTemplate) -> frozenset[str] | None:
    """Return the keys of the object that a template looks at; None if it may look at all of it."""
    if template.root:
        first = template.path[0] if template.root == "value_json" and template.path else None
        return frozenset({first}) if isinstance(first, str) else None
    source = template.source
    named = ["".join(groups) for groups in _NAMED.findall(source)]
    if len(named) != len(_WHOLE.findall(source)) or _TEXT.search(source) or _METHODS & set(named):
        return None
    return frozenset(named)
