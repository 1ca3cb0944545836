"""What a broker reads and writes, from the specification and not with the code under test."""

import asyncio
import struct


def length(value: int) -> bytes:
    """Return a variable byte integer."""
    out = b""
    while True:
        value, digit = divmod(value, 128)
        out += bytes([digit | (128 if value else 0)])
        if not value:
            return out


def text(value: str | bytes) -> bytes:
    """Return a string, or binary data, with its length."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(raw)) + raw


def packet(head: int, body: bytes = b"") -> bytes:
    """Return a control packet."""
    return bytes([head]) + length(len(body)) + body


def connack(*, v5: bool, code: int = 0, session_present: bool = False, properties: bytes = b"") -> bytes:
    """Return a CONNACK."""
    body = bytes([session_present, code])
    return packet(0x20, body + length(len(properties)) + properties if v5 else body)


class Visit:
    """One connection of a client. `version` is 4 or 5, `number` counts from 1."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.version = 0
        self.flags = 0
        self._reader = reader
        self.writer = writer

    @property
    def v5(self) -> bool:
        return self.version == 5

    @property
    def has_will(self) -> bool:
        return bool(self.flags & 4)

    async def packet(self) -> tuple[int, bytes]:
        """Return type and body of the next packet. Raises IncompleteReadError at the end."""
        head = (await self._reader.readexactly(1))[0]
        size = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return head, await self._reader.readexactly(size)

    async def expect(self, kind: int) -> bytes:
        """Return the body of the next packet of this type; pings before it are answered."""
        while True:
            head, body = await self.packet()
            if head >> 4 == kind:
                return body
            if head == 0xC0:
                self.send(b"\xd0\0")

    async def greet(self) -> None:
        """Read CONNECT; anything else is no client."""
        head, body = await self.packet()
        if head != 0x10:
            raise ConnectionError
        self.version, self.flags = body[6], body[7]

    async def welcome(self, properties: bytes = b"", *, session_present: bool = False) -> None:
        """Accept the login."""
        self.send(connack(v5=self.v5, session_present=session_present, properties=properties))

    async def grant(self, *codes: int) -> bytes:
        """Answer the next SUBSCRIBE; return its body."""
        body = await self.expect(8)
        self.send(packet(0x90, body[:2] + (b"\0" if self.v5 else b"") + bytes(codes)))
        return body

    async def grant_each(self, code: int) -> None:
        """Answer the next SUBSCRIBE with as many codes as it has filters."""
        body = await self.expect(8)
        head = body[:2] + (b"\0" if self.v5 else b"")
        self.send(packet(0x90, head + bytes([code]) * self._filters(body)))

    def _filters(self, body: bytes) -> int:
        at, count = 2, 0
        if self.v5:
            at += 1 + body[at]
        while at < len(body):
            at += 3 + int.from_bytes(body[at : at + 2])
            count += 1
        return count

    async def acknowledge_publish(self) -> bytes:
        """Answer the next PUBLISH of QoS 1; return its body."""
        body = await self.expect(3)
        size = struct.unpack("!H", body[:2])[0]
        self.send(packet(0x40, body[2 + size : 4 + size]))
        return body

    def send(self, data: bytes) -> None:
        """Write, and do not wait until it is sent."""
        self.writer.write(data)

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        while await self._reader.read(65_536):
            pass

    async def forever(self) -> None:
        """Stay until the client goes; answer pings."""
        await self.expect(14)
