"""What the bytes of one payload are, without regard to where they came from."""

import re
from typing import NamedTuple

from ..model.message import Field, Kind
from ..text.foreign import is_plain, plain
from ..text.numbers import number, size_text, ungrouped
from ..text.units import is_unit, written_unit
from .fields import fields_of, line, parse_json, scalar_text, together
from .media import binary_kind, is_page, page_title, stream_url
from .technical import told_of

LARGE = 262_144
"""Beyond this size text is cut, JSON is text, damaged text is data: the event loop cannot wait."""

_SAMPLE = 4_096
_SHORT = 32
_SHORTEST_PROSE = 100

# ESC is not here: terminal colours in logs are text.
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FAULT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f�]")
_WORDS: dict[str, object] = {"true": True, "false": False}
_WELL = re.compile(r"(?P<measured>[^;]{1,64});\s*(?:ok|good|valid|normal|online)\s*", re.IGNORECASE)
"""A number and the word by which a device says that it is one: `65.06;ok`. Others say that it is none."""

# Bytes that are no UTF-8, as `surrogateescape` leaves them, in Latin-1: signs (`°`, `µ`), or letters too.
_SIGNS = {0xDC00 + code: chr(code) if 0xA0 <= code < 0xC0 else "�" for code in range(0x80, 0x100)}
_LETTERS = _SIGNS | {0xDC00 + code: chr(code) for code in range(0xC0, 0xFF)}
_ESCAPED = re.compile("[\udc80-\udcff]")
_BOM = "\ufeff"


class Meaning(NamedTuple):
    """The part of a `Reading` that the payload alone decides. Its fields are those of `Reading`.

    `whole` is the text of a number together with its unit, as it was written.
    """

    kind: Kind
    text: str
    value: float | None = None
    unit: str = ""
    fields: tuple[Field, ...] = ()
    json: object = None
    media: str = ""
    exact: str = ""
    whole: str = ""
    told: tuple[Field, ...] = ()

    @property
    def raw(self) -> str:
        """The text as the device wrote it."""
        return self.whole or self.text


def interpret(payload: bytes) -> Meaning:
    """Say what a payload is. Total: no bytes make it raise."""
    if not payload:
        return Meaning(Kind.EMPTY, "")
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return _damaged(payload)
    if len(text) > LARGE:
        return _large(text[:LARGE], payload)
    if (found := quantity(text)) is not None:
        return found
    if is_plain(text):
        return _text(text)
    if text.startswith(_BOM):
        text = text.lstrip(_BOM)
        return interpret(text.encode()) if text else _text(text)
    return _controlled(text, payload) if _CONTROL.search(text) else _text(_cleaned(text))


def _large(head: str, payload: bytes) -> Meaning:
    """Return what a text is of which there is only time for the beginning."""
    if not is_plain(head) and _CONTROL.search(head):
        return _binary(binary_kind(payload), payload)
    return _text(f"{_cleaned(head)}…")


def quantity(text: str) -> Meaning | None:
    """Return what a text means that is a number, with or without a unit; None if it is none."""
    found = number(text)
    if found is None:
        well = _WELL.fullmatch(text) if len(text) <= _SHORTEST_PROSE and ";" in text else None
        inner = quantity(well["measured"]) if well else None
        return inner._replace(whole=text.strip()) if inner else None
    value, unit = found
    text = text.strip()
    if not unit:
        return Meaning(Kind.NUMBER, ungrouped(text), value)
    digits = ungrouped(text.removesuffix(unit))
    # `0Y` is a code, as long as nothing says that it is a number: a blank would.
    if digits[-1].isspace() or is_unit(unit):
        return Meaning(Kind.NUMBER, digits.rstrip(), value, written_unit(unit), whole=text)
    return None


def _damaged(payload: bytes) -> Meaning:
    """Tell binary payloads from text in which some bytes are no UTF-8."""
    kind = binary_kind(payload)
    if not kind and _readable(payload[:_SAMPLE].decode(errors="replace")) and len(payload) <= LARGE:
        text = _latin(payload).rstrip("\0")
        return quantity(text) or _text(_cleaned(text))
    # The titles in a playlist are often in another encoding.
    url = "" if kind else stream_url(payload[:LARGE].decode(errors="replace"))
    return Meaning(Kind.PLAYLIST, plain(url), media=plain(url)) if url else _binary(kind, payload)


def _latin(payload: bytes) -> str:
    """Return text whose bytes that are no UTF-8 are Latin-1, its letters only where nothing is UTF-8."""
    text = payload.decode(errors="surrogateescape")
    foreign = _ESCAPED.sub("", text)
    return text.translate(_LETTERS if foreign.isascii() else _SIGNS)


def _binary(kind: str, payload: bytes) -> Meaning:
    size = size_text(len(payload))
    if kind:
        return Meaning(Kind.BINARY, f"{kind.upper()}, {size}", media=kind)
    return Meaning(Kind.BINARY, payload.hex(" ") if len(payload) <= _SHORT else size, media="data")


def _controlled(text: str, payload: bytes) -> Meaning:
    kind = binary_kind(payload)
    if kind:
        return _binary(kind, payload)
    text = text.rstrip("\0")  # C programs send the end of the string too
    if (found := quantity(text)) is not None:
        return found
    readable = _CONTROL.search(text) is None or (_readable(text[:_SAMPLE]) and len(payload) <= LARGE)
    return _text(_cleaned(text)) if text and readable else _binary("", payload)


def _cleaned(text: str) -> str:
    return plain(text.replace("\r\n", "\n"))


def _readable(sample: str) -> bool:
    """Say whether at least three quarters of the characters are fit to be read."""
    return len(_FAULT.findall(sample)) * 4 <= len(sample)


def _text(text: str) -> Meaning:
    stripped = text.lstrip()
    first = stripped[:1]
    if first in ("{", "[", '"') and (meaning := _json(text)):
        return meaning
    if first == "<" and is_page(stripped):
        return Meaning(Kind.HTML, text, media=plain(page_title(text)))
    if first in ("#", "[", "h", "H") and (url := stream_url(stripped)):
        return Meaning(Kind.PLAYLIST, text.rstrip(), media=url)
    return Meaning(Kind.TEXT, text.rstrip(), json=_WORDS.get(text))


def _json(text: str) -> Meaning | None:
    if len(text) > LARGE:
        return None
    try:
        parsed = parse_json(text)
    except ValueError:
        return None
    if isinstance(parsed, str) and (found := quantity(parsed)) is not None:
        return found._replace(json=parsed, whole=parsed)
    return Meaning(Kind.JSON, text if isinstance(parsed, (dict, list)) else scalar_text(parsed), json=parsed)


def described(meaning: Meaning) -> Meaning:
    """Return JSON with its fields and a readable text; a step apart: HA discovery often knows better."""
    parsed = meaning.json
    if not isinstance(parsed, (dict, list)):
        return meaning
    fields = fields_of(parsed)
    if len(fields) == 1 and fields[0].name in ("", "value"):
        only = fields[0]
        found = quantity(only.text)
        if found is None:
            return Meaning(Kind.JSON, only.text, None, only.unit, json=parsed)
        return Meaning(Kind.JSON, found.text, found.value, only.unit or found.unit, json=parsed)
    told = told_of(fields)
    text = line(told[0]) if len(told) == 1 else together(told)
    value = _main_value(fields) if len(fields) == 1 or "value" in parsed else None
    return Meaning(Kind.JSON, text, value, "", fields, parsed, "", "", "", told)


def _main_value(fields: tuple[Field, ...]) -> float | None:
    """Return the number under `value`, or that of an only field."""
    main = fields[0] if len(fields) == 1 else next((field for field in fields if field.name == "value"), None)
    found = number(main.text) if main else None
    return found[0] if found else None
