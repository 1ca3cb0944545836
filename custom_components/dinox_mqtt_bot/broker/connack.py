"""What a broker answers to a login, and why a connection fails or ends."""

from dataclasses import dataclass
from enum import StrEnum

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from .properties import parse_connack, read_length
from .settings import Limits, Protocol

LARGEST_PACKET = 268_435_460


class Failure(StrEnum):
    """Why there is no connection; each is the reason of a LinkStatus and a key of the translations."""

    UNKNOWN_HOST = "unknown_host"
    CANNOT_CONNECT = "cannot_connect"
    TIMEOUT = "timeout"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    TLS_EXPECTED = "tls_expected"
    TLS_UNEXPECTED = "tls_unexpected"
    NOT_MQTT = "not_mqtt"
    PROTOCOL_REFUSED = "protocol_refused"
    INVALID_AUTH = "invalid_auth"
    CLIENT_ID_REFUSED = "client_id_refused"
    BROKER_UNAVAILABLE = "broker_unavailable"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_LOST = "connection_lost"
    SESSION_TAKEN_OVER = "session_taken_over"
    PROTOCOL_ERROR = "protocol_error"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a connection ended or failed to begin; `code` is the broker's reason (MQTT 5 §2.4), if any.

    `fault` says what exactly, where somebody who sets the bot up can do something about it.
    """

    failure: Failure
    detail: str = ""
    code: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Connack:
    """What the broker agreed to (MQTT 5 §3.2.2), or 3.1.1 guarantees; bytes, seconds, None if unsaid."""

    protocol: Protocol
    session_present: bool
    maximum_qos: int = 2
    retain_available: bool = True
    maximum_packet: int = LARGEST_PACKET
    receive_maximum: int = 65_535
    topic_alias_maximum: int = 0
    keepalive: int | None = None
    session_expiry: int | None = None
    wildcards: bool = True
    shared_subscriptions: bool = True
    identifiers: bool = False


def read_connack(protocol: Protocol, body: bytes, limits: Limits) -> Connack:
    """Read a CONNACK that accepts. `limits` hold for MQTT 3.1.1, which says none. Raises ValueError."""
    if body[0] > 1:
        raise ValueError(f"CONNACK with the flags {body[0]}")
    session_present = bool(body[0])
    if protocol is not Protocol.MQTT_5:
        return Connack(
            protocol,
            session_present,
            maximum_qos=limits.maximum_qos,
            retain_available=limits.retain,
            wildcards=limits.wildcards,
        )
    size, at = read_length(body, 2, len(body))
    if at + size != len(body):
        raise ValueError("CONNACK with properties of another length")
    said = {kind: int.from_bytes(value) for kind, value in parse_connack(body[at:]).items()}
    if not said.get(0x21, 1) or not said.get(0x27, 1):
        raise ValueError("CONNACK that allows nothing")
    return Connack(
        protocol,
        session_present,
        maximum_qos=said.get(0x24, 2),
        retain_available=bool(said.get(0x25, 1)),
        maximum_packet=said.get(0x27, LARGEST_PACKET),
        receive_maximum=said.get(0x21, 65_535),
        topic_alias_maximum=said.get(0x22, 0),
        keepalive=said.get(0x13),
        session_expiry=said.get(0x11),
        wildcards=bool(said.get(0x28, 1)),
        shared_subscriptions=bool(said.get(0x2A, 1)),
        identifiers=bool(said.get(0x29, 1)),
    )


_FAILURES = {
    0x84: Failure.PROTOCOL_REFUSED,
    0x85: Failure.CLIENT_ID_REFUSED,
    0x86: Failure.INVALID_AUTH,
    0x87: Failure.INVALID_AUTH,
    0x88: Failure.BROKER_UNAVAILABLE,
    0x89: Failure.BROKER_UNAVAILABLE,
    0x8B: Failure.BROKER_UNAVAILABLE,
    0x8C: Failure.INVALID_AUTH,
    0x97: Failure.BROKER_UNAVAILABLE,
    0x9F: Failure.BROKER_UNAVAILABLE,
}

# Reason codes that a will can be the cause of: unspecified, implementation specific, not authorized, topic
# name invalid, packet too large, payload format invalid, retain not supported, QoS not supported.
WILL_REFUSALS = frozenset({0x80, 0x83, 0x87, 0x90, 0x95, 0x99, 0x9A, 0x9B})


# Return codes of MQTT 3.1.1 (§3.2.2.3) as reason codes of MQTT 5.
_RETURN_CODES = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}


def reason_name(packet: int, code: int) -> str:
    """Return the name of a reason code in a packet of this type."""
    try:
        return str(ReasonCode(packet, identifier=code))
    except KeyError, ValueError:
        return f"0x{code:02X}"


def refused(version: Protocol, code: int) -> Ended:
    """Say what a CONNACK with this code means. A broker that does not know MQTT 5 answers a code of 3.1.1."""
    if version is not Protocol.MQTT_5:
        code = _RETURN_CODES.get(code, 0x80)
    elif code < 0x80:
        code = _RETURN_CODES.get(code, code)
    failure = _FAILURES.get(code, Failure.CONNECTION_REFUSED)
    return Ended(failure, reason_name(PacketTypes.CONNACK, code), code)


def dismissed(code: int) -> Ended:
    """Say what a DISCONNECT of the broker with this reason code means (MQTT 5 §3.14.2.1)."""
    failure = {
        0x81: Failure.PROTOCOL_ERROR,
        0x82: Failure.PROTOCOL_ERROR,
        0x89: Failure.BROKER_UNAVAILABLE,
        0x8B: Failure.BROKER_UNAVAILABLE,
        0x8E: Failure.SESSION_TAKEN_OVER,
    }.get(code, Failure.CONNECTION_LOST)
    return Ended(failure, reason_name(PacketTypes.DISCONNECT, code), code)


def stranger(first: bytes) -> Ended | None:
    """Say who answers CONNECT so (TLS by an alert, RFC 8446 §6), None for a CONNACK or nothing."""
    if not first or first[0] == 0x20:
        return None
    return Ended(Failure.TLS_EXPECTED if first[:2] == b"\x15\x03" else Failure.NOT_MQTT)
