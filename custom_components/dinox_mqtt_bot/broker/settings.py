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

    `client_id` names the session at the broker: stable over restarts and used by no other client; empty, which
    needs a clean session, it is no name at all. Times are in seconds; a `session_expiry` of 0 asks for a clean
    session. Whether TLS is spoken is not said here: the link does when it is given a TLS context. `tls_name` is the
    name that the broker's certificate is for, if not the host's. `max_packet` is in bytes.
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
