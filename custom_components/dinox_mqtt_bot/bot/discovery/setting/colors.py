"""Colours as lamps count them. The numbers are rounded as Home Assistant rounds them for the same lamp."""

from colorsys import hsv_to_rgb, rgb_to_hsv
from math import floor, log

type Rgb = tuple[int, int, int]
type _Light = tuple[float, float, float]

_MOST = 255


def hue_saturation(rgb: _Light) -> tuple[float, float]:
    """Return hue (0 to 360) and saturation (0 to 100)."""
    red, green, blue = rgb
    hue, saturation, _ = rgb_to_hsv(red / _MOST, green / _MOST, blue / _MOST)
    return round(hue * 360, 3), round(saturation * 100, 3)


def full_rgb(hue: float, saturation: float) -> Rgb:
    """Return a hue and a saturation at full brightness."""
    red, green, blue = hsv_to_rgb(hue / 360, saturation / 100, 1.0)
    return round(red * _MOST), round(green * _MOST), round(blue * _MOST)


def chromaticity(rgb: Rgb) -> tuple[float, float]:
    """Return x and y of CIE 1931, by the wide-gamut matrix that lamps are made for."""
    red, green, blue = (_linear(each / _MOST) for each in rgb)
    x = red * 0.664511 + green * 0.154324 + blue * 0.162028
    y = red * 0.283881 + green * 0.668433 + blue * 0.047685
    z = red * 0.000088 + green * 0.072310 + blue * 0.986039
    total = x + y + z
    return (round(x / total, 3), round(y / total, 3)) if total else (0.0, 0.0)


def _linear(level: float) -> float:
    return ((level + 0.055) / 1.055) ** 2.4 if level > 0.04045 else level / 12.92


def with_white(rgb: Rgb) -> tuple[int, ...]:
    """Return red, green, blue and white: what all three have in common is the white one's part."""
    common = min(rgb)
    return _stretched(rgb, (*(each - common for each in rgb), common))


def with_whites(rgb: Rgb, low: float, high: float) -> tuple[int, ...]:
    """Return red, green, blue, cold and warm white of a lamp whose whites are `low` to `high` kelvins."""
    middle = (mireds(low) + mireds(high)) / 2
    base = _glowing(floor(1_000_000 / middle))
    level = min(each / part if part else 0.0 for each, part in zip(rgb, base, strict=True))
    rest = tuple(each - part * level for each, part in zip(rgb, base, strict=True))
    return _stretched(rgb, (*rest, round(level * _MOST), round(level * _MOST)))


def _stretched(rgb: _Light, parts: tuple[float, ...]) -> tuple[int, ...]:
    """Return parts of a colour so that the strongest is as strong as that of the colour."""
    strongest = max(parts)
    factor = max(rgb) / strongest if strongest else 0.0
    return tuple(round(each * factor) for each in parts)


def mireds(kelvins: float) -> int:
    """Return a colour temperature in millionths; what is nearly a whole number is that."""
    return floor(1_000_000 / kelvins + 1e-6)


def whites(kelvins: float, low: float, high: float) -> tuple[int, ...]:
    """Return a colour temperature as red, green, blue, cold and warm white, at full brightness."""
    warmest, coldest = mireds(low), mireds(high)
    cold = min(1.0, max(0.0, (warmest - mireds(kelvins)) / max(1, warmest - coldest))) * _MOST
    return 0, 0, 0, round(cold), round(_MOST - cold)


def glow(kelvins: float) -> Rgb:
    """Return about the colour in which a body of a temperature glows."""
    return full_rgb(*hue_saturation(_glowing(kelvins)))


def _glowing(kelvins: float) -> _Light:
    """Return red, green and blue of a colour temperature, by T. Helland's approximation."""
    hundreds = min(40_000.0, max(1_000.0, kelvins)) / 100
    if hundreds <= 66:
        red = 255.0
        green = 99.4708025861 * log(hundreds) - 161.1195681661
    else:
        red = 329.698727446 * (hundreds - 60) ** -0.1332047592
        green = 288.1221695283 * (hundreds - 60) ** -0.0755148492
    blue = 255.0
    if hundreds < 66:
        blue = 138.5177312231 * log(hundreds - 10) - 305.0447927307 if hundreds > 19 else 0.0
    return _bounded(red), _bounded(green), _bounded(blue)


def _bounded(level: float) -> float:
    return min(255.0, max(0.0, level))
