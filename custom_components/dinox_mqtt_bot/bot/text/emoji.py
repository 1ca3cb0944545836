"""What is an emoji: one picture, which may consist of several characters (UTS #51)."""

import unicodedata

_MOST_CHARACTERS = 16
_BASES = frozenset({"So", "Sm", "Po"})
_JOINS = frozenset({"Mn", "Me", "Cf", "Sk"})
_KEYS = frozenset("0123456789#*")
_KEYCAP = "\u20e3"


def is_emoji(text: str) -> bool:
    """Say whether a text is one picture: no word, and no letter or digit but on a key."""
    if not text or len(text) > _MOST_CHARACTERS:
        return False
    if text[0] in _KEYS:
        return text[-1] == _KEYCAP and len(text) <= 3
    kinds = {unicodedata.category(character) for character in text}
    return text[0] > "\x7f" and unicodedata.category(text[0]) in _BASES and kinds <= _BASES | _JOINS
