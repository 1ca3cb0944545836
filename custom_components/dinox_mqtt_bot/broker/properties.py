"""The property blocks of PUBLISH and of CONNACK (MQTT 5 §2.2.2, §3.3.2.3, §3.2.2.3)."""

from collections.abc import Callable
from dataclasses import dataclass

from ..bot.model.message import Properties

_USER = 0x26
_SUBSCRIPTION = 0x0B
# Each takes many times its bytes as text; nobody looks for one among more.
_MOST_USER = 100


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a block says: the properties, and the topic alias, 0 for none."""

    properties: Properties
    alias: int


def read_length(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """Read a variable byte integer (MQTT 5 §1.5.5) and its end; ValueError if it runs to `stop`."""
    value = shift = 0
    for index in range(at, min(at + 4, stop)):
        byte = data[index]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, index + 1
        shift += 7
    raise ValueError("unfinished length")


def write_length(value: int) -> bytes:
    """Write a variable byte integer."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def parse_properties(block: bytes) -> Parsed:
    """Parse a property block without its length. Raises ValueError if it is malformed."""
    user: list[tuple[str, str]] = []
    subscriptions: list[int] = []
    single: dict[int, bytes] = {}
    at = 0
    while at < len(block):
        kind = block[at]
        at += 1
        if kind == _USER:
            name, at = _binary(block, at)
            value, at = _binary(block, at)
            if len(user) < _MOST_USER:
                user.append((name.decode(), value.decode()))
        elif kind == _SUBSCRIPTION:
            identifier, at = read_length(block, at, len(block))
            subscriptions.append(identifier)
        elif kind in single or kind not in _SINGLE:
            raise ValueError(f"property {kind}")
        else:
            single[kind], at = _SINGLE[kind](block, at)
    alias = int.from_bytes(single.get(0x23, b"\0\1"))
    if not alias or 0 in subscriptions:
        raise ValueError("identifier 0")
    properties = Properties(
        user=tuple(user),
        content_type=single.get(0x03, b"").decode(),
        response_topic=single.get(0x08, b"").decode(),
        correlation_data=single.get(0x09, b""),
        subscription_identifiers=tuple(subscriptions),
    )
    return Parsed(properties, alias if 0x23 in single else 0)


def parse_connack(block: bytes) -> dict[int, bytes]:
    """Parse what a CONNACK offers, without its length. Raises ValueError if it is malformed."""
    offered: dict[int, bytes] = {}
    at = 0
    while at < len(block):
        kind = block[at]
        at += 1
        if kind == _USER:
            at = _binary(block, _binary(block, at)[1])[1]
        elif kind in offered or kind not in _OFFERED:
            raise ValueError(f"property {kind}")
        else:
            offered[kind], at = _OFFERED[kind](block, at)
    return offered


def _binary(block: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    stop = start + int.from_bytes(block[at:start])
    if start > len(block) or stop > len(block):
        raise ValueError("property longer than its block")
    return block[start:stop], stop


def _fixed(size: int) -> Callable[[bytes, int], tuple[bytes, int]]:
    def read(block: bytes, at: int) -> tuple[bytes, int]:
        if at + size > len(block):
            raise ValueError("property longer than its block")
        return block[at : at + size], at + size

    return read


# At most once: payload format, expiry, content type, response topic, correlation data, topic alias.
_SINGLE = {0x01: _fixed(1), 0x02: _fixed(4), 0x03: _binary, 0x08: _binary, 0x09: _binary, 0x23: _fixed(2)}
# In a CONNACK: flags, numbers, then texts that nobody here reads.
_OFFERED = {
    **dict.fromkeys((0x24, 0x25, 0x28, 0x29, 0x2A), _fixed(1)),
    **dict.fromkeys((0x13, 0x21, 0x22), _fixed(2)),
    **dict.fromkeys((0x11, 0x27), _fixed(4)),
    **dict.fromkeys((0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F), _binary),
}
