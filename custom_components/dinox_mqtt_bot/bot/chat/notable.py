"""What stands out among values: what is open, on, nearly empty."""

from collections.abc import Iterator
import re

from ..model.message import Reading
from ..text.tongue import senses

KINDS = ("away", "alarm", "battery", "open", "on")
"""The kinds in the order in which they matter."""

LOW_BATTERY = 20.0
"""Per cent."""

_WORDS = senses("notable")
_LEVEL = re.compile(r"(\d{1,3}(?:[.,]\d+)?)(?:\s*%)?")


def notable(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield what stands out in a reading: its kind, and what it is of."""
    if not reading.fields:
        yield from _said(reading.name, reading.name, reading.text)
    told = {field.name for field in reading.told}
    for field in reading.fields:
        whole = field.name.casefold() == reading.name.casefold()
        # Of a radiator's child lock nobody wants to hear that it is open, of its battery that it is low.
        if not told or field.name in told or (whole and "" in told) or _is_of_battery(field.name):
            name = reading.name if whole else f"{reading.name} {field.name}"
            yield from _said(field.name, name, field.text)


def _is_of_battery(name: str) -> bool:
    folded = name.lower()
    return "battery" in folded or "batterie" in folded


def _said(field: str, name: str, text: str) -> Iterator[tuple[str, str]]:
    if _is_of_battery(field):
        level = _LEVEL.fullmatch(text.strip())
        low = level is not None and float(level[1].replace(",", ".")) <= LOW_BATTERY
        if low or _WORDS.get(text.casefold()) in {"battery", "on"}:
            yield "battery", name
    elif (kind := _WORDS.get(text.casefold())) and kind != "battery":
        yield kind, name
