"""Numbers with units: read from what devices write, written as people read them."""

from decimal import Decimal
from math import isfinite
import re

_LONGEST = 64
_SHORT = 16
"""Characters of a double that has fifteen digits at most."""
_SIZES = ("B", "kB", "MB", "GB")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LETTER = r"[^\W\d_]"
_UNIT = (
    rf"(?:{_LETTER}|[°˚℃℉%‰€$£¥¢′″'\"\u3371-\u33df])"
    rf"(?:{_LETTER}|[°˚℃℉%‰€$£¥¢·⋅*/()^\u3371-\u33df]|(?<=[mtnd])[23]){{0,14}}\.?"
    # The units with blanks or digits in them that sensors really have.
    r"|fl\. oz\.(?:/min)?|UV index|(?:kWh|Wh|L|l|gal)/100 ?(?:km|mi)|% ?[rR][hHfF]"
    r"|(?:[°º˚]|&deg;|[dD]eg(?:\.|rees?)?|[gG]rad) ?(?:[CFK]|[cC]elsius|[fF]ahrenheit)"
    rf"|{_LETTER}{{1,5}} / {_LETTER}{{1,5}}[23³]?"
)
_MARKS = "\u00a0\u2007\u2009\u202f'’"
"""What parts groups of three, besides a blank: no-break, figure and thin blanks, and the Swiss apostrophe."""
_GROUPED = rf"[1-9][0-9]{{0,2}}(?P<mark>[ {_MARKS}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*(?:[.,][0-9]+)?"
_NUMBER = re.compile(
    rf"\s*(?P<sign>[+\-−]?)(?!0[xXbBoO])(?P<digits>[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+|{_GROUPED})"
    rf"(?P<exponent>[eE][+-]?[0-9]{{1,4}})?\s*(?P<unit>{_UNIT})?\s*"
)
_MARK = re.compile(f"(?<=[0-9])[ {_MARKS}](?=[0-9])")


def number(text: str) -> tuple[float, str] | None:
    """Read a number with or without a unit: `22.5`, `22,5 °C`, `1.299,00 EUR`, `1e5`; else None.

    A lone point or comma is the decimal mark: `1,299` and `1.299` are a little more than one. With both, the
    last is it and the other must part groups of three. A blank does so too, before a unit: `1 013.5 hPa`.
    The same mark twice is a version, date, IP address or colour; that, `nan`, `inf`, hexadecimal digits and
    what overflows a double are no numbers.
    """
    if len(text) > _LONGEST:
        return None
    if _PLAIN.fullmatch(text):
        return float(text), ""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    mark, unit = found["mark"], found["unit"] or ""
    digits = _english(found["digits"].replace(mark, "") if mark else found["digits"])
    # Without a unit they may as well be two numbers.
    if not digits or (mark == " " and not unit):
        return None
    value = float(f"{found['sign'].replace('−', '-')}{digits}{found['exponent'] or ''}")
    return (value, unit) if isfinite(value) else None


def _english(digits: str) -> str:
    """Return the digits with a point as decimal mark and no groups, or nothing if they are no number."""
    points, commas = digits.count("."), digits.count(",")
    if not (points and commas):
        return digits.replace(",", ".") if points + commas <= 1 else ""
    mark, part = (".", ",") if digits.rindex(".") > digits.rindex(",") else (",", ".")
    whole, _, fraction = digits.rpartition(mark)
    groups = whole.split(part)
    if mark in whole or not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        return ""
    return f"{''.join(groups)}.{fraction}"


def ungrouped(digits: str) -> str:
    """Return the digits of a number without the blanks and apostrophes that part groups of three."""
    return digits if digits.isascii() and " " not in digits and "'" not in digits else _MARK.sub("", digits)


def number_text(value: float) -> str:
    """Write a number in full: all digits, no `0.30000000000000004`, no exponent without need."""
    if isinstance(value, int):
        return str(value)
    # The sixteenth and seventeenth digit of a double are what arithmetic leaves behind.
    text = repr(value)
    text = f"{value:.15g}" if len(text) > _SHORT or "e" in text else text.removesuffix(".0")
    if "e" in text and 1e-12 < abs(value) < 1e21:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text


def with_unit(text: str, unit: str) -> str:
    """Join value and unit: `22.5 °C`, `45 %`, `90°`."""
    if not unit:
        return text
    return f"{text}{unit}" if unit in {"°", "′", "″", "'", '"'} else f"{text} {unit}"


def size_text(size: int) -> str:
    """Write a number of bytes with three digits at most: `512 B`, `4.5 kB`, `45 kB`, `5 MB`."""
    power = next((power for power in (0, 1, 2) if size < 999.5 * 1000**power), 3)
    amount = size / 1000**power
    return f"{number_text(round(amount, 1) if amount < 9.95 else round(amount))} {_SIZES[power]}"
