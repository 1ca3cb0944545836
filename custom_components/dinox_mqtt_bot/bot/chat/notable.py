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
# One character more than any of them has: a payload may be long.
_ENOUGH = max(map(len, _WORDS)) + 1
_LEVEL = re.compile(r"(\d{1,3}(?:[.,]\d+)?)(?:\s*%)?")


def notable(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield what stands out in a reading: its kind, and what it is of."""
    if not reading.fields:
        if kind := _kind(reading.name, reading.text):
            yield kind, reading.name
        return
    told = {field.name for field in reading.told}
    for name, text, _, _ in reading.fields:
        # Most say nothing of the kind: what they are called is looked at last.
        if not (kind := _kind(name, text)):
            continue
        whole = name.casefold() == reading.name.casefold()
        # Of a radiator's child lock nobody wants to hear that it is open, of its battery that it is low.
        if not told or name in told or (whole and "" in told) or _is_of_battery(name):
            yield kind, reading.name if whole else f"{reading.name} {name}"


def _is_of_battery(name: str) -> bool:
    folded = name.lower()
    return "battery" in folded or "batterie" in folded


def _kind(field: str, text: str) -> str:
    """Return as what a value stands out, or nothing."""
    kind = _WORDS.get(text[:_ENOUGH].casefold(), "")
    if not kind and text[:1].isalpha():
        return ""
    if not _is_of_battery(field):
        return "" if kind == "battery" else kind
    level = _LEVEL.fullmatch(text.strip())
    low = level is not None and float(level[1].replace(",", ".")) <= LOW_BATTERY
    return "battery" if low or kind in {"battery", "on"} else ""
