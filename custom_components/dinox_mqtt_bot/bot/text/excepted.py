"""What a line leaves out: `all lamps off except the hall`."""

import re

from .tongue import either

# `either` writes words in small letters, in which `ß` is `ss`.
_EXCEPT = re.compile(rf"(?i)(?: ?,)? (?:{either('except').replace('ss', '(?:ss|ß)')}) ")


def parted_by_except(text: str) -> list[str]:
    """Return what stands before and behind the word that excepts something; nothing without such a word."""
    # One blank each: a pattern that takes many looks at thousands of them again and again.
    parts = _EXCEPT.split(" ".join(text.split()), maxsplit=1)
    return parts if len(parts) > 1 and all(parts) else []
