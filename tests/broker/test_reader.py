"""The chunked reader reads what stock paho reads, and nothing makes it raise anything but ProtocolError."""

import contextlib
from dataclasses import replace
from typing import Any, override

from hypothesis import example, given, strategies as st
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion, _ConnectionState
from publishing import PLAIN, RICH, Publish, cut, other_packets, publish
import pytest

from custom_components.dinox_mqtt_bot.bot.model.message import Message, Properties
from custom_components.dinox_mqtt_bot.broker.reader import Oversized, ProtocolError, Reader, Received
from lab.mqtt_wire import packet, text

PLACES = st.lists(st.integers(0, 2**20), max_size=12)


class Replay:
    """A socket that returns a recording."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def recv(self, size: int) -> bytes:
        if not self._data:
            raise BlockingIOError
        data, self._data = self._data[:size], self._data[size:]
        return data

    def send(self, data: bytes) -> int:
        return len(data)

    def close(self) -> None:
        pass


class Stock(paho.Client):
    """paho as it is; it only tells what it read."""

    def __init__(self, data: bytes, *, v5: bool) -> None:
        version = MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311
        super().__init__(CallbackAPIVersion.VERSION2, protocol=version)
        self.read: list[Any] = []
        self._sock = Replay(data)  # type: ignore[assignment]
        self._state = _ConnectionState.MQTT_CS_CONNECTED

    @override
    def _handle_on_message(self, message: paho.MQTTMessage) -> None:
        self.read.append(message)

    def run(self) -> list[Any]:
        while self._packet_read() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            # QoS 2 is kept until PUBREL.
            self.read += self._in_messages.values()
            self._in_messages.clear()
        return self.read


def read_all(data: bytes, places: list[int], *, v5: bool, limit: int = 7, **options: Any) -> list[Received]:
    """Read a stream that comes in pieces."""
    reader = Reader(v5=v5, connection=3, **options)
    items: list[Received] = []
    for chunk in cut(data, places):
        reader.feed(chunk)
        while taken := reader.take(limit, 1.5):
            items += taken
    return items


def facts(message: Message) -> tuple[object, ...]:
    return (
        message.topic,
        message.payload,
        message.qos,
        message.retain,
        message.repeated,
        message.packet_id,
        message.properties,
    )


def stock_facts(message: Any) -> tuple[object, ...]:
    found = getattr(message, "properties", None)
    properties = Properties(
        user=tuple(getattr(found, "UserProperty", ())),
        content_type=getattr(found, "ContentType", ""),
        response_topic=getattr(found, "ResponseTopic", ""),
        correlation_data=bytes(getattr(found, "CorrelationData", b"")),
        subscription_identifiers=tuple(getattr(found, "SubscriptionIdentifier", ())),
    )
    return (
        message.topic,
        bytes(message.payload),
        message.qos,
        message.retain,
        message.dup,
        message.mid,
        properties,
    )


@given(st.lists(st.one_of(PLAIN.map(lambda m: publish(m, v5=False)), other_packets(v5=False))), PLACES)
def test_it_reads_mqtt_311_as_stock_paho_does(packets: list[bytes], places: list[int]) -> None:
    data = b"".join(packets)
    items = read_all(data, places, v5=False)
    messages = [facts(item) for item in items if isinstance(item, Message)]
    assert messages == [stock_facts(message) for message in Stock(data, v5=False).run()]


@given(st.lists(st.one_of(RICH.map(lambda m: publish(m, v5=True)), other_packets(v5=True))), PLACES)
def test_it_reads_mqtt_5_as_stock_paho_does(packets: list[bytes], places: list[int]) -> None:
    data = b"".join(packets)
    items = read_all(data, places, v5=True)
    messages = [facts(item) for item in items if isinstance(item, Message)]
    assert messages == [stock_facts(message) for message in Stock(data, v5=True).run()]


@given(st.lists(st.one_of(RICH.map(lambda m: publish(m, v5=True)), other_packets(v5=True))), PLACES)
def test_other_packets_come_out_whole_and_in_their_place(packets: list[bytes], places: list[int]) -> None:
    items = read_all(b"".join(packets), places, v5=True)
    assert [isinstance(item, Message) or item for item in items] == [
        data[0] >> 4 == 3 or data for data in packets
    ]


@given(st.binary(max_size=400), PLACES, st.booleans())
@example(b"\x30\xff\xff\xff\xff\xff", [], True)
@example(b"\x32\x03\x00\x01a", [], False)
@example(b"\x36\x06\x00\x01a\x00\x01x", [], False)
def test_garbage_is_a_protocol_error_or_nothing(data: bytes, places: list[int], v5: bool) -> None:
    with contextlib.suppress(ProtocolError):
        read_all(data, places, v5=v5, max_packet=200)


@given(st.lists(RICH, min_size=1, max_size=4), st.data())
def test_a_damaged_stream_is_a_protocol_error_or_nothing(
    messages: list[Publish], data: st.DataObject
) -> None:
    stream = bytearray(b"".join(publish(message, v5=True) for message in messages))
    for _ in range(data.draw(st.integers(1, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        read_all(bytes(stream), [100], v5=True)


def test_what_came_before_a_fault_is_read() -> None:
    reader = Reader(v5=False)
    reader.feed(publish(Publish("a", b"1"), v5=False) + b"\x36\x00")
    assert [facts(item)[:2] for item in reader.take(9, 0.0) if isinstance(item, Message)] == [("a", b"1")]
    with pytest.raises(ProtocolError):
        reader.take(9, 0.0)


@pytest.mark.parametrize(
    ("data", "v5"),
    [
        (packet(0x30, text(b"\xff\xfe")), False),
        (packet(0x30, text(b"")), False),
        (packet(0x32, text(b"a") + b"\0\0"), False),
        (packet(0x32, text(b"a") + b"\0"), False),
        (packet(0x36, text(b"a") + b"\0\1"), False),
        (packet(0x30, b"\0"), False),
        (packet(0x30, b"\0\x09a"), False),
        (b"\x30\xff\xff\xff\xff", False),
        (packet(0x30, text(b"a")), True),
        (packet(0x30, text(b"a") + b"\x09\x01"), True),
        (packet(0x30, text(b"a") + b"\xff\xff\xff\xff\x01"), True),
        (packet(0x30, text(b"a") + b"\x02\x63\x00"), True),
        (packet(0x30, text(b"a") + b"\x04\x01\x00\x01\x00"), True),
        (packet(0x30, text(b"a") + b"\x02\x02\x00"), True),
        (packet(0x30, text(b"a") + b"\x02\x26\x00"), True),
        (packet(0x30, text(b"a") + b"\x02\x0b\x00"), True),
        (packet(0x30, text(b"a") + b"\x03\x23\x00\x00"), True),
        (packet(0x30, text(b"a") + b"\x03\x23\x00\x09"), True),
        (packet(0x30, text(b"a") + b"\x05\x03\x00\x02\xff\xff"), True),
    ],
)
def test_a_malformed_publish_is_a_protocol_error(data: bytes, v5: bool) -> None:
    with pytest.raises(ProtocolError):
        read_all(data, [], v5=v5, aliases=4)


def test_a_topic_alias_stands_for_its_topic() -> None:
    stream = [
        Publish("kitchen", b"1", alias=2),
        Publish("", b"2", alias=2),
        Publish("cellar", b"3", alias=2),
        Publish("", b"4", alias=2),
    ]
    items = read_all(b"".join(publish(message, v5=True) for message in stream), [], v5=True, aliases=2)
    topics = [item.topic for item in items if isinstance(item, Message)]
    assert topics == ["kitchen", "kitchen", "cellar", "cellar"]


def test_an_unknown_topic_alias_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        read_all(publish(Publish("", b"", alias=1), v5=True), [], v5=True, aliases=2)


def test_messages_say_when_and_on_which_connection_they_came() -> None:
    (message,) = read_all(publish(Publish("a", b""), v5=False), [], v5=False)
    assert isinstance(message, Message)
    assert (message.received, message.connection) == (1.5, 3)


@given(PLACES, st.integers(0, 2))
def test_a_message_that_is_too_large_is_left_out_and_named(places: list[int], qos: int) -> None:
    large = Publish("large/ü", b"x" * 3_000, qos=qos, packet_id=7)
    data = publish(large, v5=False) + publish(Publish("small", b"y"), v5=False)
    found, small = read_all(data, places, v5=False, max_packet=500)
    assert isinstance(found, Oversized)
    assert (found.topic, found.qos, found.packet_id) == ("large/ü", qos, 7 if qos else 0)
    assert isinstance(small, Message)
    assert small.payload == b"y"


@pytest.mark.parametrize(
    "data",
    [packet(0x90, b"x" * 600), packet(0x30, b"\xff\xff" + b"x" * 600), packet(0x36, b"\0\1a" + b"x" * 600)],
)
def test_another_packet_that_is_too_large_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_all(data, [], v5=False, max_packet=500)


def test_the_memory_of_topics_is_bounded() -> None:
    reader = Reader(v5=True)
    for number in range(20_010):
        message = Publish(f"topic/{number}", b"", identifiers=(number % 3_000 + 1,))
        reader.feed(publish(message, v5=True))
        assert len(reader.take(9, 0.0)) == 1
    assert len(reader._topics) < 20_000
    assert len(reader._blocks) <= 2_000


@pytest.mark.parametrize("places", [[], list(range(60)), [13], [20], [24]])
def test_an_alias_set_by_a_message_that_is_too_large_is_known_afterwards(places: list[int]) -> None:
    large = Publish("home/long", b"x" * 500, qos=1, packet_id=7, alias=3, user=(("a", "b"),))
    named = Publish("", b"y", alias=3)
    data = b"".join(publish(message, v5=True) for message in (large, named, replace(large, topic=""), named))
    items = read_all(data, places, v5=True, max_packet=200, aliases=5)
    assert [item.topic for item in items if not isinstance(item, bytes)] == ["home/long"] * 4
    assert [item.packet_id for item in items if isinstance(item, Oversized)] == [7, 7]


def test_properties_that_are_too_large_themselves_are_thrown_away() -> None:
    large = Publish("home/long", b"x", alias=3, user=tuple(("a", "b" * 90) for _ in range(5)))
    data = publish(large, v5=True) + publish(Publish("z", b"y"), v5=True)
    items = read_all(data, list(range(80)), v5=True, max_packet=200, aliases=5)
    assert [item.topic for item in items if not isinstance(item, bytes)] == ["home/long", "z"]


def test_what_is_said_about_a_message_is_bounded_and_the_message_stays() -> None:
    some = Publish("a", b"1", user=tuple((str(number), "x") for number in range(1_000)))
    many = Publish("a", b"2", user=(("", ""),) * 10_000, alias=3)
    data = b"".join(publish(message, v5=True) for message in (some, many, Publish("a", b"3")))
    found = [item for item in read_all(data, [], v5=True, aliases=5) if isinstance(item, Message)]
    assert [message.payload for message in found] == [b"1", b"2", b"3"]
    assert [len(message.properties.user) for message in found] == [100, 0, 0]


def test_long_topics_are_not_kept_in_memory() -> None:
    reader = Reader(v5=False)
    for topic in ("a" * 60_000, "b" * 257, "c" * 256):
        reader.feed(publish(Publish(topic, b""), v5=False))
        (message,) = reader.take(9, 0.0)
        assert isinstance(message, Message)
        assert message.topic == topic
    assert list(reader._topics.values()) == ["c" * 256]
