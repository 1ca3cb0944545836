"""Value templates of discovery: a path with a few filters runs here, the rest in HA's sandbox."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
import json
from math import isfinite
import re

from ..ports import Templates
from ..text.numbers import number_text

_STEP = r"\.[A-Za-z_]\w*|\[\s*(?:'[^'\\]*'|\"[^\"\\]*\"|[0-9]{1,6})\s*\]"
_ARGUMENT = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?|'[^'\\]*'|\"[^\"\\]*\"|[Tt]rue|[Ff]alse|[Nn]one"
# Possessive: a stranger's template can otherwise make the search for a match take years.
_CALL = rf"\|\s*+(\w++)\s*+(?:\(\s*+({_ARGUMENT})?+\s*+\)\s*+)?+"
_SIMPLE = re.compile(rf"\s*\{{\{{-?\s*(value_json|value)((?:{_STEP})*)\s*((?:{_CALL})*)-?\}}\}}\s*")
_STEPS = re.compile(_STEP)
_CALLS = re.compile(_CALL)
_WORDS: dict[str, object] = {"true": True, "false": False, "none": None}


_MOST_FILTERS, _MOST_STEPS = 8, 64
"""What a short template has, and what JSON is deep; the rest of them is run with the others."""


class _Missing:
    """What a path that leads nowhere has found."""


_MISSING = _Missing()


class _Undefined(Exception):
    """Raised where a template asks for what a message may lack: there is no value then."""


@dataclass(frozen=True, slots=True)
class ValueTemplate:
    """A compiled `value_template`. Without `root` it is more than a path, and a port renders its `source`."""

    source: str
    root: str = ""
    path: tuple[str | int, ...] = ()
    filters: tuple[tuple[str, tuple[object, ...]], ...] = ()

    @property
    def place(self) -> str:
        """The name of the field that the template takes, as `a.b[0]`; empty if it does more than that."""
        if self.root != "value_json":
            return ""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")

    @property
    def partial(self) -> bool:
        """Whether it knows that messages may lack what it looks for: others tell of that."""
        if not self.root:
            return "is_defined" in self.source
        return any(name == "is_defined" for name, _ in self.filters)

    def render(self, text: str, parsed: object, templates: Templates | None) -> str | None:
        """Return the text; None if there is none. `parsed` is the JSON. Never raises: input is foreign."""
        try:
            return self._rendered(text, parsed, templates)
        except Exception:  # noqa: BLE001 - the message goes on, read without the template
            return None

    def _rendered(self, text: str, parsed: object, templates: Templates | None) -> str | None:
        if not self.root:
            rendered = templates.render(self.source, text, parsed) if templates else None
            return rendered.strip() or None if rendered else None
        value: object = text if self.root == "value" else parsed
        for step in self.path:
            value = _descend(value, step)
        for name, arguments in self.filters:
            value = _FILTERS[name](value, *arguments)
        return _text(value)


@lru_cache(1_024)
def compile_template(source: str) -> ValueTemplate:
    """Compile once what is rendered for every message, and what many entities have alike."""
    found = _SIMPLE.fullmatch(source)
    if found is None:
        return ValueTemplate(source)
    root, steps, calls = found[1], found[2], found[3]
    filters = tuple((call[1], (_argument(call[2]),) if call[2] else ()) for call in _CALLS.finditer(calls))
    path = tuple(_step(step[0]) for step in _STEPS.finditer(steps))
    short = len(filters) <= _MOST_FILTERS and len(path) <= _MOST_STEPS
    if not short or (path and root == "value") or not all(_known(*each) for each in filters):
        return ValueTemplate(source)
    return ValueTemplate("", root, path, filters)


def _step(text: str) -> str | int:
    inner = text[1:].removesuffix("]").strip()
    if text[0] == ".":
        return inner
    return int(inner) if inner.isdecimal() else inner[1:-1]


def _argument(text: str) -> object:
    if text[0] in "'\"":
        return text[1:-1]
    if (word := text.lower()) in _WORDS:
        return _WORDS[word]
    return float(text) if "." in text else int(text)


def _known(name: str, arguments: tuple[object, ...]) -> bool:
    if name == "round":
        return all(type(argument) is int for argument in arguments)
    return name in _FILTERS and (name != "default" or bool(arguments))


def _descend(value: object, step: str | int) -> object:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, _MISSING)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _MISSING


def _number(value: object) -> float | None:
    if isinstance(value, (int, float)):
        return value
    try:
        parsed = float(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and isfinite(parsed) else None


def _float(value: object, default: object = _MISSING) -> object:
    parsed = _number(value)
    return default if parsed is None else float(parsed)


def _int(value: object, default: object = _MISSING) -> object:
    parsed = _number(value)
    return default if parsed is None else int(parsed)


def _round(value: object, digits: object = 0) -> object:
    parsed = _number(value)
    if parsed is None or not isinstance(digits, int):
        return _MISSING
    try:
        return round(float(parsed), digits) if digits else round(float(parsed))
    except OverflowError:  # rounding up to hundreds of digits leaves the doubles behind
        return _MISSING


def _default(value: object, default: object) -> object:
    return default if value is _MISSING else value


def _is_defined(value: object) -> object:
    if value is _MISSING:
        raise _Undefined
    return value


_FILTERS: dict[str, Callable[..., object]] = {
    "float": _float,
    "int": _int,
    "round": _round,
    "default": _default,
    "is_defined": _is_defined,
}


def _text(value: object) -> str | None:
    if value is None or value is _MISSING:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    return str(value).strip() or None if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
