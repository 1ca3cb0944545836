"""The bytes of an XML stream (RFC 6120 §4) cut into stanzas, each bounded before a parser sees it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import re
from typing import Final, NamedTuple

# Deeper than any extension nests; recursion over so much is far from Python's limit.
_MOST_DEPTH: Final = 60
_MOST_ATTRIBUTES: Final = 64
# Bytes of a tag. While one is not whole it is looked through again with every read.
_MOST_TAG: Final = 2**16
# A parser writes the namespace out in every name that it keeps.
_LONG_NAMESPACE: Final = re.compile(rb"""xmlns[^='"]*+=\s*+(?:'[^']{513}|"[^"]{513})""")
_TAG: Final = re.compile(rb"""<(/?)([^\s/>!?'"=<]++)((?:[^'"<>]++|'[^']*+'|"[^"]*+")*+)>""")
_STEPS: Final = 500
_NAME: Final = re.compile(rb"""<(/?)([^\s/>!?'"=<]{1,64})""")
_MARK: Final = re.compile(rb"""['">]""")
_CDATA: Final = b"<![CDATA["
_COMMENT: Final = b"<!--"
_SECTIONS: Final = ((_CDATA, b"]]>"), (_COMMENT, b"-->"), (b"<?", b"?>"), (b"<!", b">"))


class NotWellFormed(Exception):
    """What came is no XML stream: there is no telling where the next stanza begins."""


class Bounds(NamedTuple):
    """How large a stanza may be: in bytes, and in elements and attributes together."""

    size: int
    parts: int


NOTHING: Final = Bounds(0, 0)


@dataclass(frozen=True, slots=True)
class Opened:
    """The opening tag of the stream itself, and its name."""

    tag: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """One stanza: its name, its opening tag (empty if that alone is too long), all of it if in bounds."""

    name: bytes
    opening: bytes
    whole: bytes | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The closing tag of the stream."""


class _Tag(NamedTuple):
    """A tag; its text and attributes are empty if it was too long to be kept."""

    closing: bool
    name: bytes
    empty: bool
    text: bytes = b""
    attributes: bytes = b""


class Framer:
    """Follows the tags and keeps one stanza at most; `judge` says by the opening tag how much of it.

    What is over a bound is passed over, to its end, without being kept. Nothing here recurses.
    """

    def __init__(self, judge: Callable[[bytes], Bounds]) -> None:
        self._judge = judge
        self._rest = b""
        # The elements that are open: by name, and how many more below.
        self._names: list[bytes] = []
        self._deeper = 0
        # The stanza that has begun.
        self._name = self._opening = b""
        self._kept: bytearray | None = None
        self._bounds = NOTHING
        self._parts = 0
        # The tag that is passed over, and the quotation mark it is inside of.
        self._long: _Tag | None = None
        self._quote = b""

    def feed(self, data: bytes) -> Iterator[Opened | Frame | Closed | None]:
        """Take what was read; None comes now and then within a stanza, for a pause. Raises NotWellFormed."""
        text, at, steps = self._rest + data, 0, 0
        self._rest = b""
        while at < len(text):
            steps += 1
            if steps % _STEPS == 0:
                yield None
            if self._long is None:
                begin = text.find(b"<", at)
                self._keep(text[at:] if begin < 0 else text[at:begin])
                if begin < 0:
                    return
                at, tag = self._next(text, begin)
            else:
                at, tag = self._pass_over(text, at, self._long)
            if tag is not None and (found := self._take(tag)) is not None:
                yield found

    def _next(self, text: bytes, begin: int) -> tuple[int, _Tag | None]:
        """Return what begins here if it is a tag, and where to go on: the end, if it is not whole yet."""
        if match := _TAG.match(text, begin):
            tag = _Tag(bool(match[1]), match[2], match[3].endswith(b"/"), match[0], match[3])
            if len(tag.text) > _MOST_TAG:
                tag = tag._replace(text=b"", attributes=b"")
            return match.end(), tag
        if (end := _section_end(text, begin)) > 0:
            if not self._names and not text.startswith(b"<?", begin):
                raise NotWellFormed("a declaration before the stream")
            if self._names:
                self._keep(text[begin:end])
            return end, None
        if len(text) - begin <= _MOST_TAG:
            self._rest = text[begin:]
            return len(text), None
        name = _NAME.match(text, begin)
        if name is None:
            raise NotWellFormed("no tag")
        self._long = _Tag(bool(name[1]), name[2], empty=False)
        return name.end(), None

    def _pass_over(self, text: bytes, at: int, tag: _Tag) -> tuple[int, _Tag | None]:
        """Go to the end of a tag that is too long."""
        while at < len(text):
            if self._quote:
                end = text.find(self._quote, at)
                if end < 0:
                    break
                self._quote, at = b"", end + 1
            elif (mark := _MARK.search(text, at)) is None:
                self._rest = text[-1:]
                break
            elif mark[0] == b">":
                self._long = None
                return mark.end(), tag._replace(empty=text[at : mark.start()].endswith(b"/"))
            else:
                self._quote, at = mark[0], mark.end()
        return len(text), None

    def _take(self, tag: _Tag) -> Opened | Frame | Closed | None:
        level = len(self._names) + self._deeper
        if tag.closing:
            self._close(tag)
            level -= 1
        else:
            if level == 0:
                return self._open_stream(tag)
            self._open(tag, level)
            if not tag.empty:
                return None
        if level > 1:
            return None
        kept, self._kept = self._kept, None
        if level == 0:
            return Closed()
        return Frame(self._name, self._opening, None if kept is None else bytes(kept))

    def _open_stream(self, tag: _Tag) -> Opened:
        if tag.empty or not tag.text:
            raise NotWellFormed("no stream")
        self._names.append(tag.name[:64])
        return Opened(tag.text, tag.name)

    def _open(self, tag: _Tag, level: int) -> None:
        if level == 1:
            self._name, self._opening = tag.name, tag.text
            self._bounds = self._judge(tag.text) if tag.text else NOTHING
            self._kept, self._parts = bytearray(), 0
        attributes = tag.attributes.count(b"=")
        self._parts += 1 + attributes
        if (
            not tag.text
            or level > _MOST_DEPTH
            or attributes > _MOST_ATTRIBUTES
            or self._parts > self._bounds.parts
            or (len(tag.attributes) > 512 and _LONG_NAMESPACE.search(tag.attributes))
        ):
            self._kept = None
        self._keep(tag.text)
        if tag.empty:
            return
        if level > _MOST_DEPTH:
            self._deeper += 1
        else:
            self._names.append(tag.name[:64])

    def _close(self, tag: _Tag) -> None:
        if not tag.text:
            self._kept = None
        self._keep(tag.text)
        if self._deeper:
            self._deeper -= 1
        elif not self._names or self._names.pop() != tag.name[:64]:
            raise NotWellFormed(f"</{tag.name[:64].decode(errors='replace')}>")

    def _keep(self, piece: bytes) -> None:
        """Add to the stanza, up to its bound; outside of stanzas nothing is kept."""
        if self._kept is not None:
            self._kept += piece
            if len(self._kept) > self._bounds.size:
                self._kept = None
        elif not self._names and piece.strip():
            raise NotWellFormed("text outside of the stream")


def _section_end(text: bytes, begin: int) -> int:
    """Return where a section that is no tag ends, -1 if there is none or if it has not come to its end."""
    for first, last in _SECTIONS:
        if text.startswith(first, begin):
            end = text.find(last, begin + len(first))
            return -1 if end < 0 or _may_become_another(text[begin:]) else end + len(last)
    return -1


def _may_become_another(text: bytes) -> bool:
    return _CDATA.startswith(text) or _COMMENT.startswith(text)
