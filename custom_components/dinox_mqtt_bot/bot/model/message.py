"""One PUBLISH as it was received (MQTT 5 §3.3)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

MORE = "…"
"""Name of a last field whose text is the number of fields left out."""


class QoS(IntEnum):
    """Quality of service (MQTT 5 §4.3)."""

    AT_MOST_ONCE = 0
    AT_LEAST_ONCE = 1
    EXACTLY_ONCE = 2


@dataclass(frozen=True, slots=True)
class Properties:
    """The PUBLISH properties the bot has a use for (MQTT 5 §3.3.2.3)."""

    user: tuple[tuple[str, str], ...] = ()
    content_type: str = ""
    response_topic: str = ""
    correlation_data: bytes = b""
    subscription_identifiers: tuple[int, ...] = ()


NO_PROPERTIES = Properties()


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One PUBLISH received.

    `packet_id` is 0 for QoS 0; with `connection`, which counts the network connections of the link, it is
    all that an acknowledgement needs. `fetched`: afterwards, because nobody was there when it was published; only an
    adapter knows. `repeated`: it may have come before, by the DUP flag or because it was fetched. `received` is Unix
    time in seconds.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    repeated: bool = False
    received: float = 0.0
    properties: Properties = NO_PROPERTIES
    packet_id: int = 0
    connection: int = 0
    fetched: bool = False


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
