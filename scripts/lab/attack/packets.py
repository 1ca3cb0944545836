"""MQTT packets, right and wrong."""

from collections.abc import Callable
import random
import struct

from lab.mqtt_wire import connack, length, packet, text

_IDS = (
    *(
        1,
        2,
        3,
        8,
        9,
        11,
        0x11,
        0x12,
        0x13,
        0x15,
        0x16,
        0x17,
        0x18,
        0x19,
        0x1A,
        0x1C,
        0x1F,
        0x21,
        0x22,
        0x23,
        0x24,
    ),
    *(0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0, 99, 127, 200),
)
_LONGEST = 268_435_455


def number(value: int) -> bytes:
    """Return a packet id."""
    return struct.pack("!H", value)


def publish(
    topic: str | bytes, payload: bytes, *, v5: bool, flags: int = 0, mid: int = 1, alias: int = 0
) -> bytes:
    """Return a PUBLISH; `flags` are the lower half of its first byte."""
    properties = length(3) + b"\x23" + number(alias) if alias else b"\0"
    head = text(topic) + (number(mid) if flags & 6 else b"")
    return packet(0x30 | flags, head + (properties if v5 else b"") + payload)


class Packets:
    """The same packets every time for one `chance`, in the words of this version of MQTT."""

    def __init__(self, chance: random.Random, *, v5: bool) -> None:
        self._chance = chance
        self._v5 = v5
        draw, blob = chance.choice, self._blob
        self._kinds: tuple[Callable[[], bytes], ...] = (
            lambda: blob(200),
            lambda: packet(chance.randrange(256), blob(40)),
            lambda: bytes([draw((0x30, 0x32, 0x34, 0x36, 0x90, 0x20))]) + b"\xff\xff\xff\xff" + blob(5),
            lambda: b"\x30" + length(_LONGEST) + text("a") + blob(100),
            lambda: packet(0x20, draw((b"", b"\0", b"\0\0", b"\1\x87\0", b"\0\0" + self._properties()))),
            lambda: packet(
                0xE0, draw((b"", b"\0", b"\x8e", b"\x9d" + length(4) + b"\x1c" + text("h"), self._coded()))
            ),
            lambda: packet(0xF0, draw((b"", b"\x18\0", b"\0" + self._properties(), blob(60_000)))),
            lambda: packet(
                0x90, self._some_id() + self._blank() + draw((b"", b"\0", b"\x80", blob(3), b"\0" * 60_000))
            ),
            lambda: packet(
                0xB0, self._some_id() + self._blank() + draw((b"", b"\0", blob(4), b"\0" * 60_000))
            ),
            lambda: packet(
                draw((0x40, 0x50, 0x62, 0x70, 0x60)), self._some_id() + draw((b"", b"\0", b"\x10", blob(4)))
            ),
            lambda: packet(draw((0x40, 0x50, 0x62)), self._some_id() + b"\x92" + self._properties()),
            lambda: packet(draw((0x40, 0x50, 0x70)), self._some_id() + b"\0" + self._many_properties()),
            lambda: self._publish(draw(("", "a")), b"x", alias=draw((1, 32, 33, 65_535))),
            lambda: self._publish(draw(("a", "$SYS/x", "a/" + "b" * 60_000, "\1", "a\0b", "+/#")), blob(20)),
            lambda: packet(
                0x30 | draw((0, 1, 2, 4, 6, 8)), text(draw((b"", b"\xff", b"\xff\xfe"))) + self._properties()
            ),
            lambda: packet(0x32, text("a") + b"\0\0" + self._blank() + b"p"),
            lambda: b"".join(self._publish("q2", b"%d" % at, 0x0C if at else 4, mid=7) for at in range(5)),
            lambda: b"".join(self._publish("q1", b"%d" % at, 2, mid=9) for at in range(30)),
            self._flipped,
            lambda: self._publish("a", b"x" * draw((100, 70_000, 1_200_000)), draw((0, 2, 4))),
            lambda: b"\xd0\0" * draw((1, 1000)),
            lambda: packet(0x62, self._some_id()) * 3,
            lambda: packet(0x10, b"\0\4MQTT\5\0\0\0\0\0\0"),
            lambda: packet(0xA2, b"\0\1\0\0\1a") + packet(0x82, b"\0\1\0\0\1a\0") + packet(0xC0),
            lambda: packet(0x32, text("many") + number(5) + self._many_properties() + b"p"),
        )

    def greeting(self) -> bytes:
        """Return an odd answer to CONNECT, or nothing."""
        chance = self._chance
        odd = (
            b"",
            connack(v5=self._v5, code=chance.randrange(256)),
            packet(0x20, b"\0\0" + self._properties()),
            packet(0x20, b"\xff\0\0"),
            packet(0x20, b"\0\0" + self._many_properties()),
            packet(0x20),
            self.one(),
        )
        return chance.choice(odd)

    def welcome(self) -> bytes:
        """Return an answer to CONNECT that lets the client in, with what a broker may ask for."""
        blocks = (
            b"",
            b"",
            b"\x22\0\x20",
            b"\x21\0\1",
            b"\x13\0\1",
            b"\x27\0\0\0\x10",
            b"\x25\0",
            b"\x28\0",
            b"\x24\0",
        )
        present = self._chance.random() < 0.3
        properties = self._chance.choice(blocks) if self._v5 else b""
        return connack(v5=self._v5, session_present=present, properties=properties)

    def one(self) -> bytes:
        """Return something that a broker should not send, or only at another time."""
        return self._chance.choice(self._kinds)()

    def cut(self, data: bytes) -> list[bytes]:
        """Return the data in pieces, as networks bring them."""
        pieces = []
        while data:
            size = self._chance.choice((1, 2, 3, len(data), len(data))) if len(data) < 300 else len(data)
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    def _publish(self, topic: str, payload: bytes, flags: int = 0, *, mid: int = 1, alias: int = 0) -> bytes:
        return publish(topic, payload, v5=self._v5, flags=flags, mid=mid, alias=alias)

    def _flipped(self) -> bytes:
        data = bytearray(self._publish("home/x", b"hello", 2))
        data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        return bytes(data)

    def _blob(self, most: int) -> bytes:
        return self._chance.randbytes(self._chance.randrange(most))

    def _blank(self) -> bytes:
        return b"\0" if self._v5 else b""

    def _some_id(self) -> bytes:
        return number(self._chance.choice((0, 1, 1, 2, 3, self._chance.randrange(65_536))))

    def _coded(self) -> bytes:
        return bytes([self._chance.randrange(256)]) + self._properties()

    def _properties(self) -> bytes:
        chance = self._chance
        contents = (
            *(
                b"",
                b"\0",
                b"\1",
                b"\0\0",
                b"\0\0\0\1",
                b"\xff\xff\xff\xff",
                text("x"),
                text("user") + text("v"),
            ),
            *(text(b"\xff\xfe"), b"\xff\xff", chance.randbytes(chance.randrange(8))),
        )
        block = b"".join(
            bytes([chance.choice(_IDS)]) + chance.choice(contents) for _ in range(chance.randrange(5))
        )
        right = len(block) if chance.random() < 0.8 else chance.choice((0, 1, 127, 128, 16_383, _LONGEST))
        return length(right) + block

    def _many_properties(self) -> bytes:
        block = (b"\x26" + text("k") + text("v")) * self._chance.choice((10, 1_000, 10_000))
        return length(len(block)) + block
