"""Ranges of numbers: as people say them, and as devices count."""

from dataclasses import dataclass
from math import ceil, floor
import re

from ...text.numbers import number
from ...text.tongue import plainly, senses
from ...text.units import DEGREES, SHARES, comparable, convert
from .colors import mireds

_NEAR = 1e-6
_MIRED = frozenset({"mired", "mireds", "mirek", "mireks"})
COLDEST_MIREDS = 1_000
"""What is less than this is no colour temperature in kelvins."""

_UNIT_WORDS = {
    **dict.fromkeys(SHARES, "%"),
    **dict.fromkeys((*DEGREES, "°"), ""),
    **dict.fromkeys(("kelvin", "k"), "K"),
}
"""Units that are said as words."""

_SPOKEN = re.compile(r"(.*\d)\s*([^\W\d_]+|°)")


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of numbers. Without a `step` each number in it is allowed.

    The device counts from `ends[0]` at `low` to `ends[1]` at `high`, or a million by it (`mired`, as lamps
    do). `dimmer`: Home Assistant makes a percentage one of 255 levels first.
    """

    low: float
    high: float
    step: float = 0.0
    unit: str = ""
    ends: tuple[float, float] | None = None
    mired: bool = False
    up: bool = False
    dimmer: bool = False

    def take(self, said: str) -> float | None:
        """Return the number that was said, in the unit of the range; None if it is not allowed."""
        if self.dimmer and _in_degrees(said):
            return None
        found = number(_with_sign(said))
        if found is None and self.unit == "%" and (share := _share(said)) is not None:
            return self.low + (self.high - self.low) * share / 100
        if found is None:
            return None
        value, unit = found
        if self.unit == "K" and value > 0 and (unit in _MIRED or (not unit and value < COLDEST_MIREDS)):
            value, unit = floor(1_000_000 / value), "K"
        if not comparable(unit, self.unit):
            return None
        own = convert(value, unit, self.unit)
        # What was said in another unit is hardly ever on a step.
        return own if self.low <= own <= self.high and (own != value or self._on_step(own)) else None

    def nearest(self, value: float) -> float:
        """Return a number of the range."""
        return min(self.high, max(self.low, value))

    def _on_step(self, value: float) -> bool:
        if self.step <= 0:
            return True
        steps = (value - self.low) / self.step
        return abs(steps - round(steps)) < _NEAR

    def payload(self, value: float) -> float:
        """Return the device's number for one of ours."""
        if self.mired:
            return mireds(value)
        if self.ends is None:
            return value
        first, last = self.ends
        if self.dimmer:
            return max(1, min(round(last), round(round(255 * value / 100) * last / 255)))
        own = first + (value - self.low) / (self.high - self.low) * (last - first)
        return ceil(own - _NEAR) if self.up else round(own)


def _share(said: str) -> int | None:
    """Return the percents that a word is for, perhaps on the way up or down: `half`, `a quarter down`."""
    shares, (first, _, way) = senses("share"), plainly(said).rpartition(" ")
    if (whole := shares.get(plainly(said))) is not None:
        return int(whole)
    order, part = senses("order").get(way), shares.get(first)
    if part is None or order not in {"open", "close"}:
        return None
    return int(part) if order == "open" else 100 - int(part)


def _with_sign(said: str) -> str:
    """Return a number with its unit as a sign: `21 Grad` is 21, `40 percent` is 40 %."""
    found = _SPOKEN.fullmatch(said) if len(said) <= 64 else None
    unit = _UNIT_WORDS.get(found[2].casefold()) if found else None
    return f"{found[1]} {unit}" if found and unit is not None else said


def _in_degrees(said: str) -> bool:
    """Say whether a number of degrees was said, which no brightness is."""
    found = _SPOKEN.fullmatch(said) if len(said) <= 64 else None
    return found is not None and found[2].casefold() in {*DEGREES, "°"}


def whole(value: float) -> float:
    """Return a number as Home Assistant hands it on: without a fraction it is an integer."""
    return int(value) if value == int(value) else value
