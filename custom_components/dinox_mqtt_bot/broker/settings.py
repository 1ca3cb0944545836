"""What a link must know to connect."""

from dataclasses import dataclass, field
from enum import StrEnum


class Protocol(StrEnum):
    """Version of MQTT to speak; AUTOMATIC takes 5, and 3.1.1 where the broker refuses 5."""

    AUTOMATIC = "automatic"
    MQTT_5 = "5"
    MQTT_311 = "3.1.1"


class Transport(StrEnum):
    """What carries MQTT to the broker."""

    TCP = "tcp"
    WEBSOCKETS = "websockets"


@dataclass(frozen=True, slots=True)
class Will:
    """A message about the connection itself: said by the broker when the link is lost, or by the link."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What a broker is known not to offer, although it speaks MQTT 3.1.1, in which it cannot say so."""

    maximum_qos: int = 2
    retain: bool = True
    wildcards: bool = True


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """How to reach the broker and what to agree on with it.

    `client_id` names the session: stable over restarts, used by no other client; empty, with a clean session,
    it is none. Times are in seconds, `max_packet` in bytes; `session_expiry` 0 asks for a clean session. TLS
    is spoken if the link gets a TLS context. `tls_name` is the certificate's name, if not the host's.
    """

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str = field(default="", repr=False)
    protocol: Protocol = Protocol.AUTOMATIC
    transport: Transport = Transport.TCP
    path: str = "/mqtt"
    keepalive: int = 60
    session_expiry: int = 86_400
    will: Will | None = None
    birth: Will | None = None
    max_packet: int = 16 * 1024 * 1024
    tls_name: str = ""
    limits: Limits = Limits()
