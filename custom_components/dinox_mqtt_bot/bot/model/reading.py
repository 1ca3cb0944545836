"""What a message means."""

from dataclasses import dataclass
from enum import StrEnum

from .message import Message

MORE = "…"
"""Name of a last field whose text is the number of fields left out."""


class Kind(StrEnum):
    """What a payload is."""

    EMPTY = "empty"
    NUMBER = "number"
    TEXT = "text"
    JSON = "json"
    BINARY = "binary"
    HTML = "html"
    PLAYLIST = "playlist"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a reading: name (a path such as `a.b[0].c`), value as text, unit."""

    name: str
    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a message means, parsed once.

    `name` is the header line of the chat message; `text` the value as a person reads it, safe for
    XML 1.0, of more than 262,144 characters the beginning and `…`; `value` the number, if it is one; `json` the parsed payload, None if it is none
    (a JSON `null` too); `time` the message's own time, else that of receipt, in Unix seconds;
    `media` the kind of a binary payload ("png"), the address of a playlist's stream, or the title of a
    web page. `text` and `unit` are apart: "22.5" and "°C". A binary payload has no text.
    """

    message: Message
    name: str
    kind: Kind
    text: str
    value: float | None = None
    unit: str = ""
    fields: tuple[Field, ...] = ()
    json: object = None
    time: float = 0.0
    media: str = ""
