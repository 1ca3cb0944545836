"""What a broker may send beside PUBLISH, by the fixed header alone (MQTT 5 §2.1)."""

LARGEST = 4_096
"""More bytes than any answer needs: a SUBACK answers a hundred filters at most, the rest is for people."""

# The first byte, type and flags, and how many bytes may follow. A packet that is not here comes from clients
# only, or belongs to an authentication (AUTH) that nobody has begun.
_MQTT_311 = {
    0x20: (2, 2),  # CONNACK
    0x40: (2, 2),  # PUBACK
    0x50: (2, 2),  # PUBREC
    0x62: (2, 2),  # PUBREL
    0x70: (2, 2),  # PUBCOMP
    0x90: (3, LARGEST),  # SUBACK
    0xB0: (2, 2),  # UNSUBACK
    0xD0: (0, 0),  # PINGRESP
}
_MQTT_5 = {
    0x20: (2, LARGEST),
    0x40: (2, LARGEST),
    0x50: (2, LARGEST),
    0x62: (2, LARGEST),
    0x70: (2, LARGEST),
    0x90: (4, LARGEST),
    0xB0: (4, LARGEST),
    0xD0: (0, 0),
    0xE0: (0, LARGEST),  # DISCONNECT
}


class ProtocolError(Exception):
    """What came is not what a broker may send (MQTT 5 §4.13)."""


def check_header(head: int, size: int, *, v5: bool) -> None:
    """Raise ProtocolError for a packet beside PUBLISH that no broker may send, or not of this size."""
    least, most = (_MQTT_5 if v5 else _MQTT_311).get(head, (1, 0))
    if least > most:
        raise ProtocolError(f"packet of type {head >> 4} with the flags {head & 15}")
    if not least <= size <= most:
        raise ProtocolError(f"packet of type {head >> 4} with {size} bytes")
