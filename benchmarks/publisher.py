"""A process that publishes the load as fast as the broker takes it: prepared packets, a plain socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched
import socket
import sys

from .load import Load, messages

_IN_FLIGHT = 500


def string(text: str) -> bytes:
    """Encode a UTF-8 string (MQTT 3.1.1 §1.5.3)."""
    encoded = text.encode()
    return len(encoded).to_bytes(2) + encoded


def packet(first: int, body: bytes) -> bytes:
    """Put the fixed header before a packet (MQTT 3.1.1 §2.2)."""
    length, size = bytearray(), len(body)
    while True:
        length.append(size % 128 | (128 if size >= 128 else 0))
        size //= 128
        if not size:
            return bytes([first, *length]) + body


def publish(topic: str, payload: bytes, qos: int, number: int) -> bytes:
    """Return a PUBLISH packet."""
    packet_id = (number % 65_535 + 1).to_bytes(2) if qos else b""
    return packet(0x30 | qos << 1, string(topic) + packet_id + payload)


@contextmanager
def connected(port: int, client_id: str) -> Iterator[socket.socket]:
    """Hold a connection to the broker (MQTT 3.1.1, clean session)."""
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(packet(0x10, string("MQTT") + b"\x04\x02\x00\x00" + string(client_id)))
        receive(link, 4)
        yield link
        link.sendall(b"\xe0\x00")


def receive(link: socket.socket, size: int) -> None:
    """Take exactly so many bytes."""
    while size:
        size -= len(link.recv(size)) or sys.exit("the broker hung up")


def main(port: int, load: Load) -> None:
    packets = [publish(topic, payload, load.qos, at) for at, (topic, payload) in enumerate(messages(load))]
    with connected(port, "bench-publisher") as link:
        for some in batched(packets, _IN_FLIGHT, strict=False):
            link.sendall(b"".join(some))
            if load.qos:
                receive(link, 4 * len(some))


if __name__ == "__main__":
    main(int(sys.argv[1]), Load(int(sys.argv[2]), int(sys.argv[3])))
