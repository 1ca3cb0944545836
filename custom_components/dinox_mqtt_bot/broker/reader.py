"""The chunked reader: bytes of the connection in, messages and the frames of all other packets out.

Most of what comes is PUBLISH, so it is parsed here in one pass, and topics and property blocks that repeat
are remembered. What the other packets mean is left to paho.
"""

from dataclasses import dataclass

from ..bot.model.message import NO_PROPERTIES, Message
from .frames import LARGEST, ProtocolError
from .properties import Parsed, parse_properties, read_length

_KNOWN_TOPICS = 20_000
_SHORT_TOPIC = 256
_KNOWN_BLOCKS = 2_000
_SHORT_BLOCK = 64
# What is said about a message in more than this is left out, and the message is taken without it.
_MOST_PROPERTIES = 16_384


@dataclass(frozen=True, slots=True)
class Oversized:
    """A PUBLISH larger than allowed, whose payload was thrown away as it came in. `size` is in bytes."""

    topic: str
    size: int
    qos: int
    packet_id: int


type Received = Message | Oversized | bytes

_LEFT_OUT = Parsed(NO_PROPERTIES, 0)


class Reader:
    """Takes the bytes of one connection apart: `feed`, then `take` until nothing comes.

    It is of no use after a ProtocolError. `aliases`: Topic Alias Maximum announced (MQTT 5 §3.1.2.11.5).
    """

    def __init__(self, *, v5: bool, connection: int = 0, max_packet: int = 0, aliases: int = 0) -> None:
        self._v5 = v5
        self._connection = connection
        self._max_packet = max_packet or 268_435_460
        self._largest = min(LARGEST, self._max_packet)
        self._max_alias = aliases
        self._aliases: dict[int, bytes] = {}
        self._topics: dict[bytes, str] = {}
        self._blocks: dict[bytes, Parsed] = {}
        self._bytes = b""
        self._at = 0
        self._parts: list[bytes] = []
        self._have = 0
        self._need = 0
        self._skip = 0
        self._fault: ProtocolError | None = None

    def feed(self, data: bytes) -> None:
        """Add bytes as they came from the socket."""
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        if self._parts:
            # A packet that needs many chunks is joined once, not copied again with every chunk.
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:
                return
            data = b"".join(self._parts)
            self._parts.clear()
        self._bytes = self._bytes[self._at :] + data
        self._at = 0

    def take(self, limit: int, received: float) -> list[Received]:
        """Return at most `limit` packets in order. Raises ProtocolError once all before it is taken."""
        if self._fault is not None:
            raise self._fault
        items: list[Received] = []
        try:
            self._cut(items, limit, received)
        except ProtocolError as err:
            self._fault = err
            if not items:
                raise
        return items

    def _cut(self, items: list[Received], limit: int, received: float) -> None:
        data, at, end = self._bytes, self._at, len(self._bytes)
        try:
            while len(items) < limit:
                if end - at < 2:
                    self._wait(data, at, 2)
                    at = end
                    return
                size, body = data[at + 1], at + 2
                if size > 127:
                    size, body = self._length(data, at + 1)
                published = 0x30 <= data[at] <= 0x3F
                if size > self._largest and not published:
                    raise ProtocolError(f"packet of type {data[at] >> 4} with {size} bytes")
                stop = body + size
                if stop > end or not body:
                    at = self._hold(items, at, body, size)
                    return
                if size > self._max_packet:
                    self._refuse(items, at, body, size)
                elif published:
                    items.append(self._publish(data, data[at], body, stop, received))
                else:
                    items.append(data[at:stop])
                at = stop
        finally:
            self._at = at

    def _wait(self, data: bytes, at: int, need: int) -> None:
        """Keep the beginning of a packet until `need` bytes of it are there."""
        if at < len(data):
            self._parts = [data[at:]]
            self._have = len(data) - at
            self._need = need

    def _length(self, data: bytes, at: int) -> tuple[int, int]:
        """Return the remaining length and where the body begins, 0 for both if that is not all there yet."""
        try:
            return read_length(data, at, min(at + 4, len(data)))
        except ValueError as err:
            if len(data) - at >= 4:
                raise ProtocolError("remaining length of more than four bytes") from err
            return 0, 0

    def _hold(self, items: list[Received], at: int, body: int, size: int) -> int:
        """Deal with a packet that is not all there yet; return where to go on."""
        end = len(self._bytes)
        if not body:
            self._wait(self._bytes, at, end - at + 1)
        elif size <= self._max_packet:
            self._wait(self._bytes, at, body + size - at)
        else:
            need = self._needed(at, body, size)
            if need > end - at:
                self._wait(self._bytes, at, need)
            else:
                self._refuse(items, at, body, size)
                self._skip = body + size - end
        return end

    def _refuse(self, items: list[Received], at: int, body: int, size: int) -> None:
        """Note a PUBLISH that is too large, without its payload.

        ejabberd sends them against the limit; after a disconnect a retained or queued one would come again.
        """
        stop = _header_size(self._bytes, at, body, size) + at
        qos = _qos(self._bytes[at])
        name = self._bytes[body + 2 : stop - 2 if qos else stop]
        packet_id = int.from_bytes(self._bytes[stop - 2 : stop]) if qos else 0
        if self._v5 and self._length(self._bytes, stop)[0] <= _MOST_PROPERTIES:
            parsed, _ = self._properties(self._bytes, stop, body + size)
            if parsed.alias:
                # Later messages may name it.
                name = self._alias(parsed.alias, name)
        items.append(Oversized(self._topic(name) if name else "", size, qos, packet_id))

    def _needed(self, at: int, body: int, size: int) -> int:
        """Return how much of a too large PUBLISH must be there: all but its payload, as far as known."""
        need = _header_size(self._bytes, at, body, size)
        have = len(self._bytes) - at
        if not self._v5 or need > have:
            return need
        length, start = self._length(self._bytes, at + need)
        if not start:
            return have + 1
        # Properties that are too large themselves are thrown away with the payload.
        return need if length > _MOST_PROPERTIES else min(start + length, body + size) - at

    def _publish(self, data: bytes, head: int, at: int, stop: int, received: float) -> Message:
        """Parse one PUBLISH (MQTT 5 §3.3) whose body is `data[at:stop]`."""
        mark = at + 2
        if mark > stop or (mark := mark + (data[at] << 8 | data[at + 1])) > stop:
            raise ProtocolError("PUBLISH with a topic longer than itself")
        name = data[at + 2 : mark]
        qos = (head >> 1) & 3
        packet_id = 0
        if qos:
            if qos == 3 or mark + 2 > stop:
                raise ProtocolError("PUBLISH without a packet identifier, or of QoS 3")
            packet_id = data[mark] << 8 | data[mark + 1]
            if not packet_id:
                raise ProtocolError("PUBLISH with packet identifier 0")
            mark += 2
        properties = NO_PROPERTIES
        if self._v5:
            if mark < stop and not data[mark]:
                mark += 1
            else:
                parsed, mark = self._properties(data, mark, stop)
                properties = parsed.properties
                if parsed.alias:
                    name = self._alias(parsed.alias, name)
        return Message(
            self._topics.get(name) or self._topic(name),
            data[mark:stop],
            qos,
            (head & 1) == 1,
            (head & 8) == 8,
            received,
            properties,
            packet_id,
            self._connection,
        )

    def _properties(self, data: bytes, at: int, stop: int) -> tuple[Parsed, int]:
        """Parse the properties at `at`; return them and where the payload begins."""
        try:
            length, at = read_length(data, at, stop)
            end = at + length
            if end > stop:
                raise ProtocolError("PUBLISH with properties longer than itself")
            if length > _MOST_PROPERTIES:
                return _LEFT_OUT, end
            block = data[at:end]
            return self._blocks.get(block) or self._block(block), end
        except ValueError as err:
            raise ProtocolError(f"PUBLISH with bad properties: {err}") from err

    def _block(self, block: bytes) -> Parsed:
        parsed = parse_properties(block)
        if len(block) <= _SHORT_BLOCK:
            if len(self._blocks) >= _KNOWN_BLOCKS:
                self._blocks.clear()
            self._blocks[block] = parsed
        return parsed

    def _alias(self, alias: int, name: bytes) -> bytes:
        """Return the topic a Topic Alias stands for (MQTT 5 §3.3.2.3.4)."""
        if alias > self._max_alias:
            raise ProtocolError(f"topic alias {alias}, of {self._max_alias} allowed")
        if name:
            self._aliases[alias] = name
        return name or self._aliases.get(alias, b"")

    def _topic(self, name: bytes) -> str:
        if not name:
            raise ProtocolError("PUBLISH without a topic")
        try:
            topic = name.decode()
        except UnicodeDecodeError as err:
            raise ProtocolError("topic that is not UTF-8") from err
        if len(name) <= _SHORT_TOPIC:
            if len(self._topics) >= _KNOWN_TOPICS:
                self._topics.clear()
            self._topics[name] = topic
        return topic


def _qos(head: int) -> int:
    qos = (head >> 1) & 3
    if qos == 3:
        raise ProtocolError("PUBLISH of QoS 3")
    return qos


def _header_size(data: bytes, at: int, body: int, size: int) -> int:
    """Return how long a PUBLISH is up to its packet identifier, or how much of it is needed to tell."""
    if len(data) < body + 2:
        return body + 2 - at
    header = 2 + int.from_bytes(data[body : body + 2]) + (2 if _qos(data[at]) else 0)
    if header > size:
        raise ProtocolError("PUBLISH with a topic longer than itself")
    return body - at + header
