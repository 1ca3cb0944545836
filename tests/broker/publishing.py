"""The packets of a broker as messages, and strategies for them."""

from dataclasses import dataclass
from itertools import pairwise
import struct

from hypothesis import strategies as st

from lab.mqtt_wire import length, packet, text

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=12
)
TOPIC = st.one_of(st.sampled_from(["a", "a/b", "home/küche/t", "$SYS/x", "/"]), TEXT.filter(bool))
PACKET_ID = st.integers(1, 65_535)


@dataclass(frozen=True)
class Publish:
    """What a PUBLISH is meant to say."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int = 1
    user: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    response_topic: str | None = None
    correlation: bytes | None = None
    identifiers: tuple[int, ...] = ()
    text_format: bool | None = None
    expiry: int | None = None
    alias: int = 0


def property_block(message: Publish) -> bytes:
    """Return the properties with their length."""
    block = b""
    if message.text_format is not None:
        block += bytes([1, message.text_format])
    if message.expiry is not None:
        block += struct.pack("!BI", 2, message.expiry)
    if message.alias:
        block += struct.pack("!BH", 35, message.alias)
    for identifier in message.identifiers:
        block += b"\x0b" + length(identifier)
    for kind, value in ((3, message.content_type), (8, message.response_topic), (9, message.correlation)):
        if value is not None:
            block += bytes([kind]) + text(value)
    for name, value in message.user:
        block += b"\x26" + text(name) + text(value)
    return length(len(block)) + block


def publish(message: Publish, *, v5: bool) -> bytes:
    """Return a PUBLISH."""
    body = text(message.topic)
    if message.qos:
        body += struct.pack("!H", message.packet_id)
    if v5:
        body += property_block(message)
    head = 0x30 | message.dup << 3 | message.qos << 1 | message.retain
    return packet(head, body + message.payload)


PLAIN = st.builds(
    Publish,
    topic=TOPIC,
    payload=st.binary(max_size=200),
    qos=st.integers(0, 2),
    retain=st.booleans(),
    dup=st.booleans(),
    packet_id=PACKET_ID,
)

RICH = st.builds(
    Publish,
    topic=TOPIC,
    payload=st.one_of(st.binary(max_size=200), st.just(b"x" * 20_000)),
    qos=st.integers(0, 2),
    retain=st.booleans(),
    dup=st.booleans(),
    packet_id=PACKET_ID,
    user=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    content_type=st.none() | TEXT,
    response_topic=st.none() | TEXT,
    correlation=st.none() | st.binary(max_size=20),
    identifiers=st.lists(st.integers(1, 268_435_455), max_size=3).map(tuple),
    text_format=st.none() | st.booleans(),
    expiry=st.none() | st.integers(0, 2**32 - 1),
)


def other_packets(*, v5: bool) -> st.SearchStrategy[bytes]:
    """Packets that a broker sends beside PUBLISH."""
    blank = b"\0" if v5 else b""

    def acknowledgement(head: int) -> st.SearchStrategy[bytes]:
        return PACKET_ID.map(lambda mid: packet(head, struct.pack("!H", mid)))

    suback = st.tuples(PACKET_ID, st.lists(st.sampled_from([0, 1, 2, 128]), min_size=1, max_size=200)).map(
        lambda answer: packet(0x90, struct.pack("!H", answer[0]) + blank + bytes(answer[1]))
    )
    return st.one_of(st.just(b"\xd0\0"), suback, *[acknowledgement(head) for head in (0x40, 0x50, 0x70)])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut a stream into the chunks a socket might return."""
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:stop] for start, stop in pairwise(marks)]
