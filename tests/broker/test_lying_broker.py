"""What a broker may not send ends the connection for a stated reason, before it costs time or memory."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import struct

from broker_bench import HOST, Bench, Opener, run_blocking
from publishing import Publish, property_block, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker import client as client_module
from custom_components.dinox_mqtt_bot.broker.client import Listener, LoopClient
from custom_components.dinox_mqtt_bot.broker.finding import Door, try_doors
from custom_components.dinox_mqtt_bot.broker.frames import LARGEST, ProtocolError
from custom_components.dinox_mqtt_bot.broker.probe import probe
from custom_components.dinox_mqtt_bot.broker.reader import Reader
from custom_components.dinox_mqtt_bot.broker.receipts import Receipts
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Protocol
from lab.mqtt_wire import Visit, connack, packet, text

pytestmark = pytest.mark.usefixtures("socket_enabled")

VERSIONS = [Protocol.MQTT_5, Protocol.MQTT_311]
NOBODYS = struct.pack("!H", 65_500)  # no packet identifier of the link's: it begins below 60,000


def suback(mid: bytes, codes: bytes, *, v5: bool, properties: bytes = b"\0") -> bytes:
    return packet(0x90, mid + (properties if v5 else b"") + codes)


def unsuback(mid: bytes, codes: bytes, *, v5: bool) -> bytes:
    return packet(0xB0, mid + (b"\0" + codes if v5 else b""))


REASONS = property_block(Publish("", b"", user=(("a", "b"),) * 1_000))

LIES: dict[str, Callable[[bool], bytes]] = {
    "SUBACK that answers nothing": lambda v5: suback(NOBODYS, b"\0", v5=v5),
    "UNSUBACK that answers nothing": lambda v5: unsuback(NOBODYS, b"\0", v5=v5),
    "large SUBACK": lambda v5: suback(NOBODYS, b"\0" * 60_000, v5=v5),
    "large UNSUBACK": lambda v5: packet(0xB0, NOBODYS + b"\0" * 60_000),
    "large PUBACK": lambda v5: packet(0x40, NOBODYS + b"\0" + REASONS),
    "large PUBREC": lambda v5: packet(0x50, NOBODYS + b"\0" + REASONS),
    "large PUBREL": lambda v5: packet(0x62, NOBODYS + b"\0" + REASONS),
    "large PUBCOMP": lambda v5: packet(0x70, NOBODYS + b"\0" + REASONS),
    "large DISCONNECT": lambda v5: packet(0xE0, b"\0" + REASONS),
    "large AUTH": lambda v5: packet(0xF0, b"\0" + REASONS),
    "large CONNACK": lambda v5: packet(0x20, b"\0\0" + REASONS),
    "PINGRESP that says something": lambda v5: packet(0xD0, b"x"),
    "AUTH that nobody began": lambda v5: packet(0xF0, b"\x18\0"),
    "CONNECT": lambda v5: packet(0x10, text("MQTT") + b"\x05\0\0\0\0\0\0"),
    "SUBSCRIBE": lambda v5: packet(0x82, b"\0\1\0" + text("a") + b"\0"),
    "PINGREQ": lambda v5: packet(0xC0, b""),
    "type 0": lambda v5: packet(0x00, b"x"),
    "PUBREL without its flag": lambda v5: packet(0x60, NOBODYS),
    "PUBACK with a flag": lambda v5: packet(0x41, NOBODYS),
    "PUBACK of one byte": lambda v5: packet(0x40, b"\0"),
    "SUBACK without its properties": lambda v5: packet(
        0x90, b"\0" if not v5 else NOBODYS + b"\xff\xff\xff\xff"
    ),
    "header of more than it may be": lambda v5: b"\x90\xff\xff\xff\x07",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_ends_the_connection_and_the_next_one_is_good(
    link: Opener, lie: Callable[[bool], bytes], version: Protocol
) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.grant(1)
        if visit.number == 1:
            visit.send(lie(visit.v5))
        else:
            visit.send(publish(Publish("home/x", b"after"), v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=version)
        bench.link.want({"#": QoS.AT_LEAST_ONCE})
        await bench.received(1)
        assert bench.payloads == [b"after"]
        lost = [status for status in bench.statuses if status.reason]
        assert [status.reason for status in lost] == ["protocol_error"]
        assert lost[0].detail


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("codes", [b"", b"\0", b"\0\0\0", b"\0" * 900])
async def test_a_suback_has_a_code_for_each_filter(link: Opener, version: Protocol, codes: bytes) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome(b"\x29\0" if visit.v5 else b"")  # no identifiers: both filters in one packet
        if visit.number == 1:
            body = await visit.expect(8)
            visit.send(suback(body[:2], codes, v5=visit.v5))
        else:
            await visit.grant(0, 0)
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=version)
        bench.link.want({"a": QoS.AT_MOST_ONCE, "b": QoS.AT_MOST_ONCE})
        await bench.until(lambda: any(status.reason == "protocol_error" for status in bench.statuses))


@pytest.mark.parametrize(
    "answer",
    [
        lambda mid: packet(0xB0, mid + b"\0"),
        lambda mid: packet(0xB0, mid + b"\0\0\0"),
        lambda mid: packet(0xB0, mid + b"\0" + b"\0" * 4_000),
        lambda mid: packet(0x90, mid + b"\0\0"),
    ],
)
async def test_an_unsuback_has_a_code_for_each_filter(link: Opener, answer: Callable[[bytes], bytes]) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome(session_present=True)
        body = await visit.expect(10)
        visit.send(answer(body[:2]))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5, held=["old"])
        await bench.offline("protocol_error")


@pytest.mark.parametrize("version", VERSIONS)
async def test_answers_to_nothing_that_are_small_are_nothing(link: Opener, version: Protocol) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.grant(0)
        for head in (0x40, 0x50, 0x62, 0x70):
            more = (b"", b"\x10", b"\x10\0", b"\x92" + property_block(Publish("", b"", user=(("a", "b"),))))
            for rest in more if visit.v5 else (b"",):
                visit.send(packet(head, NOBODYS + rest) * 100)
        visit.send(packet(0xD0, b"") * 100)
        visit.send(publish(Publish("a", b"after"), v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=version)
        bench.link.want({"#": QoS.AT_MOST_ONCE})
        await bench.received(1)
        assert len(broker.visits) == 1


async def test_what_an_answer_says_for_people_is_not_read(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        body = await visit.expect(3)
        size = struct.unpack("!H", body[:2])[0]
        mid = body[2 + size : 4 + size]
        visit.send(packet(0x40, mid + b"\0" + length_of(b"\xff" * 3_000)))
        await visit.forever()

    def length_of(block: bytes) -> bytes:
        return bytes((len(block) & 127 | 128, len(block) >> 7)) + block

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.online()
        await bench.link.publish("a", b"", QoS.AT_LEAST_ONCE, False)


@pytest.mark.parametrize(
    "offer",
    [
        b"\x21\0\0",  # a receive maximum of none
        b"\x27\0\0\0\0",  # packets of no size
        b"\x24\1\x24\1",  # twice
        b"\x23\0\1",  # a topic alias
        b"\x11\0",  # cut off
        b"\x26\0\5a",
    ],
)
async def test_an_offer_that_is_none_is_no_session(link: Opener, offer: bytes) -> None:
    async def act(visit: Visit) -> None:
        visit.send(connack(v5=True, properties=offer))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.offline("not_mqtt")


async def test_everything_that_a_broker_may_offer_is_read(link: Opener) -> None:
    texts = b"".join(bytes([kind]) + text("x") for kind in (0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F))
    people = b"\x26" + text("a") + text("b")
    numbers = b"\x24\1\x25\0\x28\0\x29\0\x2a\0\x13\0\x1e\x21\0\7\x22\0\3\x11\0\0\0\x09\x27\0\0\x10\0"

    async def act(visit: Visit) -> None:
        await visit.welcome(texts + people + numbers + people)
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.online()
        agreed = bench.link.connack
        assert agreed is not None
        assert (agreed.maximum_qos, agreed.retain_available, agreed.maximum_packet) == (1, False, 4_096)
        assert (agreed.receive_maximum, agreed.topic_alias_maximum, agreed.keepalive) == (7, 3, 30)
        assert (agreed.session_expiry, agreed.wildcards, agreed.identifiers) == (9, False, False)
        assert not agreed.shared_subscriptions


class Full:
    """A socket whose other end does not read."""

    def send(self, data: bytes) -> int:
        raise BlockingIOError

    def close(self) -> None:
        pass


async def test_a_broker_that_sends_and_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MOST_UNREAD", 5)
    loop = asyncio.get_running_loop()
    listener = Listener(*[lambda *_: None] * 5, ready=lambda: True)
    client = LoopClient(BrokerSettings(HOST, 1883, "x"), Protocol.MQTT_311, Receipts(), listener, loop)
    client.opened, client.ended = loop.create_future(), loop.create_future()
    client._sock = Full()  # type: ignore[assignment]
    client._accept(connack(v5=False))
    for _ in range(5):
        client._accept(packet(0x62, NOBODYS))
    assert client.is_open
    client._accept(packet(0x62, NOBODYS))
    assert (client.is_open, client.ended.result().failure) == (False, "protocol_error")


def test_what_is_too_large_is_refused_at_its_header() -> None:
    for head in (0x20, 0x40, 0x50, 0x62, 0x70, 0x90, 0xB0, 0xD0, 0xE0, 0xF0):
        reader = Reader(v5=True)
        reader.feed(bytes([head, 0xFF, 0xFF, 0xFF, 0x07]))
        with pytest.raises(ProtocolError):
            reader.take(9, 0.0)
    reader = Reader(v5=True)
    reader.feed(packet(0x90, b"\0" * LARGEST))
    assert len(reader.take(9, 0.0)) == 1


@pytest.mark.parametrize("ask_for", ["", "home/x"])
@pytest.mark.parametrize("codes", [2, 60_000])
async def test_the_trial_of_a_broker_reads_no_more_than_the_link(ask_for: str, codes: int) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        body = await visit.expect(8)
        visit.send(suback(body[:2], b"\0" * codes, v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        settings = BrokerSettings(HOST, broker.port, "try")
        result = await probe(settings, None, run_blocking, ask_for=ask_for)
        assert result.answers == (not ask_for)


async def test_a_port_that_lies_at_the_login_is_no_broker() -> None:
    async def act(visit: Visit) -> None:
        visit.send(packet(0x20, b"\0\0" + REASONS))
        await visit.forever()

    async with scripted(act) as broker:
        settings = BrokerSettings(HOST, broker.port, "try")
        with pytest.raises(BotError, match="not_mqtt"):
            await probe(settings, None, run_blocking)
        (door,) = await try_doors([Door(replace(settings, protocol=Protocol.MQTT_311))], run_blocking)
        assert (door.lets_in, door.speaks_mqtt) == (False, False)
