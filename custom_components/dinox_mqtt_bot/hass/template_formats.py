"""The formats of strangers' templates: none that widens a text or searches in one for long."""

import re

LONGEST_DATE = 1_000
"""Characters of a date in a format of 100: the longest of its parts is the name of a weekday."""
PATTERN_COST = 2_000_000
"""Nanoseconds in which Python makes a pattern of a format for dates and tries it."""
FILLED = 99
"""Characters that a format makes of the shortest value."""

_LONGEST = 100
_MOST_PARTS = 12
"""Blanks or parts of a date in one format."""

_PRINTF = re.compile(r"%(?:%|[-+ 0#]{0,3}[0-9]{0,2}(?:\.[0-9]{0,2})?[dfFsieEgGxX])")
_BRACES = re.compile(
    r"\{\{|\}\}|\{[0-9]?(?::[<>=^]?[-+ ]?[#,0]?[0-9]{0,2}(?:\.[0-9]{0,2})?[dfFseEgGxX%]?)?\}"
)
_DATE = re.compile(r"%(?:%|-?[aAbBcdHIjmMpSfUwWxXyYzZGuVDFTReT])")


def blanks(text: str, *, braces: bool) -> int | None:
    """Return how many values a format takes, `%.1f` or `{:.1f}`; None if it is not one of these."""
    found = _only(_BRACES if braces else _PRINTF, text, "{}" if braces else "%")
    if found is None:
        return None
    return sum(each not in ("%%", "{{", "}}") for each in found)


def is_date_format(text: str) -> bool:
    """Say whether a text is a format for dates and times, of parts that are never wide."""
    found = _only(_DATE, text, "%")
    # Of a part that is there twice Python makes no pattern; of many it tries how digits part among them.
    return found is not None


def _only(pattern: re.Pattern[str], text: str, signs: str) -> list[str] | None:
    """Return the parts of a format that are of a pattern, if no sign of a format is left beside them."""
    if len(text) > _LONGEST:
        return None
    found = pattern.findall(text)
    rest = pattern.sub("", text)
    return found if len(found) <= _MOST_PARTS and not any(sign in rest for sign in signs) else None
