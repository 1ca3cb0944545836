"""Text that cannot break a stream: characters XML 1.0 allows, and no more bytes than a stanza may have."""

import re
from typing import Final
import unicodedata

# XML 1.0 §2.2. Anything else makes the server end the stream; a lone surrogate cannot even be encoded.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;"})

# Where the server tells no limit (XEP-0478): Prosody and ejabberd take 256 KiB, some only 64 KiB.
DEFAULT_STANZA_BYTES: Final = 65_536
# RFC 6120 §13.12: no server may set its limit lower.
LEAST_STANZA_BYTES: Final = 10_000
# Addresses, ids and the elements beside the body.
_ENVELOPE_BYTES: Final = 2_048
_LONGEST_CLUSTER = 32
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


def xml_safe(text: str) -> str:
    """Return the text with every character that XML 1.0 forbids replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def body_bytes(stanza_bytes: int | None) -> int:
    """Return how many bytes a body may have on the wire, by the server's limit for a stanza, if known."""
    return max(stanza_bytes or DEFAULT_STANZA_BYTES, LEAST_STANZA_BYTES) - _ENVELOPE_BYTES


def wire_bytes(text: str) -> int:
    """Return how many bytes the text takes in a stanza, escaped and encoded."""
    return len(text.translate(_ESCAPED).encode())


def cut_bytes(text: str, limit: int) -> str:
    """Return the `xml_safe` text or, over `limit` bytes (64 or more), its start and how much was cut.

    The cut is at a whole character as people see it.
    """
    if len(text) <= limit and wire_bytes(text) <= limit:
        return text
    room = limit - wire_bytes(_mark(len(text)))
    end = _boundary(text, _longest_prefix(text, room))
    return text[:end] + _mark(len(text) - end)


def _mark(characters: int) -> str:
    return f"… [+{characters}]"


def _longest_prefix(text: str, room: int) -> int:
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wire_bytes(text[:middle]) <= room else (low, middle - 1)
    return low


def _boundary(text: str, end: int) -> int:
    """Step back from inside a base character with its marks, an emoji sequence or a flag."""
    for place in range(end, max(0, end - _LONGEST_CLUSTER), -1):
        if not (_continues(text[place]) or text[place - 1] == "\u200d"):
            return place
    return end


def _continues(character: str) -> bool:
    return (
        character in _JOINERS
        or unicodedata.combining(character) != 0
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of subdivision flags
    )
