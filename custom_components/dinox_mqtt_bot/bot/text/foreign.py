"""Foreign text made harmless: for XML 1.0, for the reader's client, and so that it is not the bot's own."""

import re
import unicodedata

_JOINER = "\u2060"
"""WORD JOINER: invisible, and enough to keep a client from seeing a link, a command or a style."""

_ANSI = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
_NEWLINE = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
# One class, no alternatives: it has to pass over five megabytes in the event loop.
_CHANGED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
# What becomes of the others: a table, because a call for each of so many takes too long.
_PICTURES: dict[int, str | None] = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"},
    0x7F: "␡",
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "�"),
    # Direction marks, as in `cod.exe` that reads `exe.doc`, and the byte order mark.
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)),
}

# Some clients link a scheme in the middle of a word, so `xmpp:` is broken everywhere: followed once, it can
# send a command in the reader's name. The others need a border, lest every MAC address be hit.
_SCHEME = re.compile(
    r"(?i)(xmpp|(?<![a-z])(?:aim|callto|data|dav|facetime|file|ftp|geo|gg|im|intent|javascript|jabber|jar"
    r"|magnet|mailto|market|maps|matrix|msnim|mumble|news|nntp|openpgp4fpr|pres|rtsp|sips?|skype"
    r"|sms|smsto|ssh|steam|tel|telnet|tg|urn|vbscript|view-source|web\+[a-z]+|ymsgr|bitcoin"
    r"|ethereum|lightning)|(?<![a-z0-9+.-])(?!https?:)[a-z][a-z0-9+.-]{0,40}(?=://)):(?=\S)"
)

_COLON = re.compile(r":\S")
_ACTION = re.compile(r"\A\s*/")
# Not over line ends: many of them would be tried from each one anew.
_BLOCK = re.compile(r"(?m)^([^\S\n]*)(?=```|>)")
_SPAN = re.compile(r"(?m)(^|\s)(?=[*_~`]\S)")
_ZWJ = "\u200d"


def is_plain(text: str) -> bool:
    return text.isprintable() or _CHANGED.search(text) is None


def plain(text: str) -> str:
    """Return text that XML 1.0 can carry (§2.2) and that reads in the order it is written.

    Controls become pictures (`␀`), line ends LF; direction marks (`cod.exe` as `exe.doc`) and colours go.
    """
    if is_plain(text) or is_plain(text := text.replace("\r\n", "\n")):
        return text
    return _NEWLINE.sub("\n", _ANSI.sub("", text)).translate(_PICTURES)


def inert(text: str) -> str:
    """Return plain text in which nothing acts but `http` and `https` links.

    Broken are other links, `/me` (XEP-0245) or a command at the start, and XEP-0393 quotes, code blocks and
    emphasis, by which one payload could swallow the lines after it.
    """
    if _COLON.search(text):
        text = _SCHEME.sub(rf"\1{_JOINER}:", text)
    text = _SPAN.sub(rf"\1{_JOINER}", _BLOCK.sub(rf"\1{_JOINER}", text))
    return f"{_JOINER}{text}" if _ACTION.match(text) else text


def cut(text: str, limit: int) -> str:
    """Return the first characters of a text, `limit` at most, without breaking one that people see as one."""
    if len(text) <= limit:
        return text
    end = limit
    while end and _joined(text[end - 1], text[end]):
        end -= 1
    return text[: end or limit]


def _joined(before: str, after: str) -> bool:
    """Say whether two characters are one to the eye (the plain cases of UAX #29)."""
    if _ZWJ in (before, after) or unicodedata.combining(after):
        return True
    code = ord(after)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return 0x1F1E6 <= ord(before) <= 0x1F1FF
    return (
        0xFE00 <= code <= 0xFE0F or code == 0x20E3 or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F
    )


MARKS = frozenset("⚠🔴✅⏹👍😴🔕🌙📊📌⏰⏫⏳🔁🤖↳✔✘•…“„")
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


_MOST_LINES = 2_000
"""Lines of a text that are looked at, each for what it begins with."""


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
    """Return a foreign text with its lines, none of which begins with a mark of the bot's.

    Of tens of thousands of lines the first ones: nobody reads the others, and each has to be looked at.
    """
    if text.isascii():
        return text
    lines = text.split("\n", _MOST_LINES)
    return "\n".join([*map(_quoted, lines[:_MOST_LINES]), *("…" for _ in lines[_MOST_LINES:])])


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
