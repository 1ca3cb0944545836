"""Foreign text that a reader cannot take for the bot's own: names, labels, values, reasons."""

import re

from .plain import cut, plain

MARKS = frozenset("⚠🔴✅⏹👍😴🔕🌙📊📌⏰⏫🔁↳✔✘•…“„")
"""The signs that the bot begins a line, a header or what follows a bullet with."""

QUOTED = "› "
"""What a foreign line has before it that would begin with a mark."""

NESTED = "\u2003"
"""What the further lines of a value have before them. Not a blank: HTML would swallow it."""

# A list or an omission stays one, in signs that are not the bot's.
_SOFTER = {"•": "◦", "…": "..."}

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that show nothing, or only what a blank shows."""

_BEGINNING = re.compile(rf"([\s{_UNSEEN}]*)([{''.join(sorted(MARKS))}]?)")
_HIDDEN = re.compile(f"[{_UNSEEN}]+")


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
    found = _BEGINNING.match(line)
    assert found  # it matches nothing, too
    mark = found[2]
    if not mark and (not found[1] or found[1].isspace()):
        return line
    before, rest = _HIDDEN.sub("", found[1]), line[found.end() :]
    if not mark:
        return f"{before}{rest}"
    return f"{before}{_SOFTER[mark]}{rest}" if mark in _SOFTER else f"{before}{QUOTED}{mark}{rest}"
