"""Foreign text that a reader cannot take for the bot's own: names, labels, values, reasons."""

import unicodedata

from .plain import cut, plain

MARKS = frozenset("⚠🔴✅⏹👍😴🔕🌙📊📌⏰⏫🔁↳✔✘•…“„")
"""The signs that the bot begins a line, a header or what follows a bullet with."""

QUOTED = "› "
"""What a foreign line has before it that would begin with a mark."""

NESTED = "\u2003"
"""What the further lines of a value have before them. Not a blank: HTML would swallow it."""

# A list or an omission stays one, in signs that are not the bot's.
_SOFTER = {**dict.fromkeys("•∙·●‧⋅⦁・⬤", "◦"), **dict.fromkeys("…‥⋯", "...")}

LOOKALIKES = frozenset("✓☑🗸🗹✗✖❝❞‟”〝〟📍🖈⏲↪⤷") | _SOFTER.keys() - MARKS
"""What a hasty reader takes for one of the bot's signs."""

_OURS = MARKS | LOOKALIKES

# Letters and symbols that show nothing, or only what a blank shows; a tone of skin that colours nothing.
_BLANKS = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159"
    "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
)
# Unassigned, of private use, set on what is before, a tone: some can be seen. They go before a mark only.
_UNSURE = frozenset({"Cn", "Co", "Mc", "Sk"})


def one_line(text: str, limit: int) -> str:
    """Return a text on one line, cut if it is long. Only its beginning is looked at: it may be megabytes."""
    head = " ".join(text[: 4 * limit].split())
    return head if len(head) <= limit and len(text) <= 4 * limit else f"{cut(head, limit)}…"


def short(text: str, limit: int) -> str:
    """Return a foreign text on one line that begins with none of the bot's marks, cut if it is long."""
    return _quoted(one_line(text, limit)).lstrip()


def flat(text: str) -> str:
    """Return a foreign text as it is, but on one line that begins with none of the bot's marks."""
    text = plain(text)
    return _quoted(text if "\n" not in text else " ".join(line.strip() for line in text.split("\n")))


def quoted(text: str) -> str:
    """Return a foreign text with its lines, none of which begins with a mark of the bot's."""
    if text.isascii():
        return text
    return "\n".join(map(_quoted, text.split("\n"))) if "\n" in text else _quoted(text)


def nested(text: str) -> str:
    """Return what is told below a name: lines that cannot be taken for what the bot says next."""
    text = quoted(text)
    return text if "\n" not in text else _indented(text)


def _indented(text: str) -> str:
    first, *others = text.split("\n")
    return "\n".join([first, *(f"{NESTED}{line}" if line else line for line in others)])


def _quoted(line: str) -> str:
    """Return a line without what hides at its beginning, and with a sign before one of the bot's marks."""
    # A quick way out for most. Further on there are letters that show nothing.
    if line.isascii() or (line[0] < "\u0300" and line[0].isalnum()):
        return line
    length = next((at for at, each in enumerate(line) if not _hides(each)), len(line))
    mark, hidden = line[length : length + 1], line[:length]
    if mark in _OURS:
        before = "".join(each for each in hidden if each.isspace())
        shown = _SOFTER.get(mark) or f"{QUOTED}{mark}"
        return f"{before}{shown}{line[length + 1 :]}"
    if not hidden or hidden.isspace():
        return line
    before = "".join(each for each in hidden if each.isspace() or unicodedata.category(each) in _UNSURE)
    return f"{before}{line[length:]}"


def _hides(character: str) -> bool:
    """Say whether a character shows nothing of its own: a blank, a control, what is set on another."""
    return unicodedata.category(character)[0] in "ZCM" or character in _BLANKS
