"""One PUBLISH as it was received (MQTT 5 §3.3)."""

from dataclasses import dataclass
from enum import IntEnum


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
