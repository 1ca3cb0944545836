"""What a line leaves out: `all lamps off except the hall`."""

import re

from .tongue import either

# `either` writes words in small letters, in which `ß` is `ss`.
_EXCEPT = re.compile(rf"(?i)(?:\s*,)?\s+(?:{either('except').replace('ss', '(?:ss|ß)')})\s+")


def parted_by_except(text: str) -> list[str]:
    """Return what stands before and behind the word that excepts something; nothing without such a word."""
    parts = _EXCEPT.split(text.strip(), maxsplit=1)
    return parts if len(parts) > 1 and all(parts) else []
