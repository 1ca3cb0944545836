"""One PUBLISH as it was received (MQTT 5 §3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol

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
    """One PUBLISH received, at Unix time `received`.

    `packet_id` (0 for QoS 0) and `connection`, the count of the link's connections, are what an
    acknowledgement needs. `fetched`: later, as nobody was there when it came (adapters know). `repeated`: it
    may have come before, by DUP or fetching.
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


class Field(NamedTuple):
    """One line of a reading: name (a path such as `a.b[0].c`), value as text, unit.

    `exact` is what Home Assistant keeps for it, where the text is only how that is shown: `off` for `closed`,
    `12.3456` for `12.3`.
    """

    name: str
    text: str
    unit: str = ""
    exact: str = ""


class Naming(Protocol):
    """What an entity of discovery calls what it finds, and how people read it."""

    @property
    def called(self) -> str:
        """The name in lower case."""

    @property
    def place(self) -> str:
        """The field of the JSON that is taken as it is, in lower case; empty where more is done."""

    @property
    def partial(self) -> bool:
        """Whether messages may leave it out, as others tell of it."""

    @property
    def component(self) -> str:
        """The kind of entity, or empty."""

    @property
    def device_class(self) -> str:
        """What kind of thing it is in Home Assistant, or empty."""

    def field(self, value: str) -> Field:
        """Return a value that was found, as people read it under the name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose value is on a topic: the device, what the value is called there, its place among the others.

    `area` is where the device says it stands, or empty.
    """

    device: str
    label: str
    place: tuple[object, ...] = ()
    area: str = ""


class Reading(NamedTuple):
    """What a message means, parsed once.

    `name` heads the chat message. `text` is the value as people read it, safe for XML 1.0, of more than
    262,144 characters the beginning and `…`; `unit` is apart ("22.5", "°C"). `value` is its number, if any;
    `json` the parsed payload or None (also for `null`); `time` its own time, else receipt, in Unix seconds.
    `media` is a binary payload's kind ("png"; it has no text), a playlist's address or a page's title.
    `exact` is what Home Assistant keeps, where the text is only how that is shown, as in a `Field`.
    `found` is what each entity of discovery found, also where `fields` leave it out.
    `told` is what of the `fields` the chat tells, the main state first and in few words; the text is made of
    it, so a message with the same text says nothing new. `origin` is there if the name is that of a device,
    or of one thing of it.
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
    exact: str = ""
    found: Sequence[tuple[Naming, str | None]] = ()
    told: tuple[Field, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What a message says of whether devices are there; `devices` are their names."""

    there: bool
    devices: tuple[str, ...]
