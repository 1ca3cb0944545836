"""SUBSCRIBE and UNSUBSCRIBE as bytes, so that many go out in one write, and their answers (MQTT 5 §3.8)."""

from .frames import ProtocolError
from .properties import read_length, write_length
from .wanted import Request, Subscribe

_SUBSCRIBE = 0x82
_UNSUBSCRIBE = 0xA2


def write_request(mid: int, request: Request, *, v5: bool) -> bytes:
    """Write a request as the packet with this identifier."""
    body = mid.to_bytes(2)
    if isinstance(request, Subscribe):
        if v5:
            identifier = b"\x0b" + write_length(request.identifier) if request.identifier else b""
            body += write_length(len(identifier)) + identifier
        options = request.retain_handling << 4 if v5 else 0
        body += b"".join(_text(name) + bytes((qos | options,)) for name, qos in request.filters)
        return bytes((_SUBSCRIBE,)) + write_length(len(body)) + body
    body += (b"\0" if v5 else b"") + b"".join(_text(name) for name in request.filters)
    return bytes((_UNSUBSCRIBE,)) + write_length(len(body)) + body


def read_codes(body: bytes, *, v5: bool) -> tuple[int, bytes]:
    """Read a SUBACK or UNSUBACK: its packet identifier and the codes. Raises ProtocolError."""
    at = 2
    if v5:
        try:
            size, at = read_length(body, 2, len(body))
        except ValueError as err:
            raise ProtocolError(f"answer to a subscription: {err}") from err
        at += size
    return int.from_bytes(body[:2]), body[at:]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2) + encoded
