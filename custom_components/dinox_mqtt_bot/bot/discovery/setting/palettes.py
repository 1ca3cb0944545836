"""What a lamp is told of a colour, by the way in which it counts them."""

from dataclasses import dataclass

from ...model.vocabulary import Vocabulary
from ...text.numbers import number_text
from .color_names import shade, white
from .colors import (
    Rgb,
    chromaticity,
    full_rgb,
    glow,
    hue_saturation,
    whites,
    with_white,
    with_whites,
)
from .scales import Scale

MODES = ("rgb", "rgbw", "rgbww", "hs", "xy")
"""In the order in which Home Assistant takes one for a colour that was named."""

_NAMES = {
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
    "hs": ("hue", "sat"),
    "xy": ("x", "y"),
}
_LETTERS = {"rgb": "rgb", "rgbw": "rgbw", "rgbww": "rgbcw", "hs": "hs", "xy": "xy"}
_KELVINS = Scale(1_000, 20_000, 0, "K")


@dataclass(frozen=True, slots=True)
class Tint:
    """A colour as it is told and as it is published."""

    said: str
    payload: str
    given: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a lamp.

    `low` and `high` are the kelvins of its whites. `whitens`: it has no control for its colour temperature,
    so that one is mixed. `nested`: they stand in a JSON object; `hue` is told besides red, green and blue.
    """

    mode: str
    low: float = 2_000
    high: float = 6_535
    whitens: bool = False
    nested: bool = False
    hue: bool = False

    def take(self, said: str, vocabulary: Vocabulary) -> Tint | None:
        """Return a colour that was named; None if it is none."""
        if self.whitens and (kelvins := _kelvins(said, vocabulary)) is not None:
            told = f"{number_text(round(kelvins))} K"
            if self.mode == "rgbww":
                return self._tint(told, whites(kelvins, self.low, self.high))
            return self._tint(told, self._counted(glow(kelvins)))
        found = shade(said, vocabulary)
        return None if found is None else self._tint(found.name, self._counted(found.rgb))

    def _counted(self, rgb: Rgb) -> tuple[float, ...]:
        match self.mode:
            case "rgbw":
                return with_white(rgb)
            case "rgbww":
                return with_whites(rgb, self.low, self.high)
            case "hs":
                return hue_saturation(rgb)
            case "xy":
                return chromaticity(rgb)
        return rgb

    def _tint(self, said: str, parts: tuple[float, ...]) -> Tint:
        payload = ",".join(str(part) for part in parts)
        if self.nested:
            return Tint(said, payload, (("color", dict(zip(_LETTERS[self.mode], parts, strict=True))),))
        given = tuple(zip(_NAMES[self.mode], parts, strict=True))
        if self.hue:
            given = (*zip(_NAMES["rgb"], full_rgb(*parts), strict=True), *given)
        return Tint(said, payload, given)


def _kelvins(said: str, vocabulary: Vocabulary) -> float | None:
    """Return a colour temperature that was said with its unit, or as the name of a white."""
    if (found := white(said, vocabulary)) is not None:
        return found
    return None if said.strip().isdecimal() else _KELVINS.take(said)
