"""The broker is told that a message is safe when it is, and it is delivered as often as its QoS says."""

import asyncio
import struct

from broker_bench import Bench, Opener, Peer
from publishing import Publish, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker import outgoing
from custom_components.dinox_mqtt_bot.broker.settings import Protocol
from lab.mqtt_wire import Visit, packet
from lab.servers import Server

VERSIONS = [Protocol.MQTT_5, Protocol.MQTT_311]


@pytest.mark.parametrize("protocol", VERSIONS)
@pytest.mark.parametrize("qos", [1, 2])
async def test_what_was_not_acknowledged_comes_again(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol, qos: int
) -> None:
    topic = f"again/{protocol}/{qos}"
    bench: Bench = link(mosquitto, keep=True, protocol=protocol)
    await bench.subscribed(topic, qos=QoS(qos))
    await peer.publish(topic, b"once", qos=qos)
    await bench.received(1)
    bench.cut()
    await bench.received(2)
    assert [message.repeated for message in bench.messages] == [False, True]
    assert bench.messages[0].connection < bench.messages[1].connection


@pytest.mark.parametrize("protocol", VERSIONS)
@pytest.mark.parametrize("qos", [1, 2])
async def test_what_was_acknowledged_does_not_come_again(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol, qos: int
) -> None:
    topic = f"safe/{protocol}/{qos}"
    bench: Bench = link(mosquitto, keep=True, protocol=protocol)
    await bench.subscribed(topic, qos=QoS(qos))
    await peer.publish(topic, b"once", qos=qos)
    await bench.received(1)
    assert bench.link.unacknowledged == 1
    bench.link.acknowledge(bench.messages)
    assert bench.link.unacknowledged == 0
    # Whatever the broker has to say to the acknowledgement is said before this arrives.
    await bench.link.publish(topic, b"round", QoS(qos), False)
    await bench.received(2)
    bench.link.acknowledge(bench.messages)
    await bench.link.publish("other", b"", QoS.AT_LEAST_ONCE, False)
    bench.cut()
    await bench.settled()
    await peer.publish(topic, b"twice", qos=qos)
    await bench.received(3)
    assert bench.payloads == [b"once", b"round", b"twice"]


@pytest.mark.parametrize("qos", [1, 2])
async def test_a_full_window_is_emptied_when_all_is_acknowledged_at_once(
    link: Opener, peer: Peer, mosquitto: Server, qos: int
) -> None:
    topic = f"window/{qos}"
    # Of MQTT 3.1.1, whose window is Mosquitto's own: 20 messages.
    bench: Bench = link(mosquitto, keep=True, protocol=Protocol.MQTT_311)
    await bench.subscribed(topic, qos=QoS(qos))
    for number in range(30):
        await peer.publish(topic, b"%d" % number, qos=qos)
    await bench.received(20)
    assert bench.link.unacknowledged == 20
    bench.link.acknowledge_all()
    await bench.received(30)
    bench.link.pause()
    bench.link.acknowledge_all()
    assert bench.link.unacknowledged == 10


async def test_an_acknowledgement_of_an_earlier_connection_is_none(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto, keep=True)
    await bench.subscribed("late")
    await peer.publish("late", b"1", qos=1)
    await bench.received(1)
    bench.cut()
    await bench.received(2)
    bench.link.acknowledge(bench.messages[:1])
    assert bench.link.unacknowledged == 1


async def test_nothing_is_acknowledged_twice(link: Opener) -> None:
    heard: list[bytes] = []

    async def act(visit: Visit) -> None:
        await visit.welcome()
        visit.send(publish(Publish("a", b"1", qos=1, packet_id=5), v5=True))
        heard.append(await visit.expect(4))
        heard.append((await visit.packet())[1])
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, keep=True)
        await bench.received(1)
        bench.link.acknowledge(bench.messages)
        bench.link.acknowledge(bench.messages)
        await bench.link.publish("b", b"next", QoS.AT_MOST_ONCE, False)
        await bench.until(lambda: len(heard) == 2)
        assert heard == [b"\0\5", b"\0\1b\0next"]
        await bench.link.stop()


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_the_broker_keeps_messages_for_a_link_that_is_away(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol
) -> None:
    name = f"away{protocol}"
    first: Bench = link(mosquitto, client_id=name, protocol=protocol)
    await first.subscribed(name)
    await first.link.stop()
    for number in range(50):
        await peer.publish(name, b"%d" % number, qos=1)
    second: Bench = link(mosquitto, client_id=name, protocol=protocol)
    await second.received(50)
    assert second.payloads == [b"%d" % number for number in range(50)]


async def test_many_messages_may_wait_for_their_acknowledgement(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto, keep=True)
    await bench.subscribed("many")
    for number in range(500):
        await peer.publish("many", b"%d" % number, qos=1)
    await bench.received(500)
    bench.link.acknowledge(bench.messages)
    assert bench.link.unacknowledged == 0


async def test_qos_2_is_delivered_once_for_one_packet_identifier(link: Opener) -> None:
    said: list[bytes] = []
    one = publish(Publish("two", b"1", qos=2, packet_id=5, identifiers=(9,)), v5=True)

    async def act(visit: Visit) -> None:
        await visit.welcome()
        visit.send(one)
        said.append(await visit.expect(5))
        visit.send(one)
        said.append(await visit.expect(5))
        visit.send(packet(0x62, b"\0\5"))
        said.append(await visit.expect(7))
        visit.send(publish(Publish("two", b"2", qos=2, packet_id=5), v5=True))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.received(2)
        assert said == [b"\0\5"] * 3
        assert bench.payloads == [b"1", b"2"]
        await bench.link.stop()


async def test_qos_2_is_not_delivered_again_after_a_lost_connection(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome(session_present=visit.number > 1)
        visit.send(publish(Publish("two", b"1", qos=2, packet_id=5, dup=visit.number > 1), v5=True))
        await visit.expect(5)
        if visit.number > 1:
            visit.send(publish(Publish("two", b"end"), v5=True))
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.received(2)
        assert bench.payloads == [b"1", b"end"]
        await bench.link.stop()


async def test_without_its_session_the_broker_starts_counting_anew(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        visit.send(publish(Publish("two", b"%d" % visit.number, qos=2, packet_id=5), v5=True))
        await visit.expect(5)
        if visit.number > 1:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.received(2)
        assert bench.payloads == [b"1", b"2"]
        await bench.link.stop()


async def test_a_repetition_that_waits_already_is_not_delivered_twice(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        one = publish(Publish("two", b"1", qos=2, packet_id=5), v5=True)
        visit.send(one + one + publish(Publish("two", b"end"), v5=True))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, keep=True)
        await bench.received(2)
        assert bench.payloads == [b"1", b"end"]
        await bench.link.stop()


async def test_a_message_that_is_too_large_is_acknowledged_and_left_out(
    link: Opener, peer: Peer, mosquitto: Server, caplog: pytest.LogCaptureFixture
) -> None:
    bench: Bench = link(mosquitto, max_packet=1_000, protocol=Protocol.MQTT_311)
    await bench.subscribed("huge")
    await peer.publish("huge", b"x" * 200_000, qos=1)
    await peer.publish("huge", b"small", qos=1)
    await bench.received(1)
    assert (bench.payloads, bench.link.oversized) == ([b"small"], 1)
    assert "huge" in caplog.text
    bench.cut()
    await bench.settled()
    await peer.publish("huge", b"end", qos=1)
    await bench.received(2)
    assert bench.link.oversized == 1


async def test_a_publish_that_nobody_acknowledges_fails_and_is_not_repeated(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "_TIMEOUT_SECONDS", 0.1)
    heard: list[int] = []

    async def act(visit: Visit) -> None:
        await visit.welcome(session_present=visit.number > 1)
        while visit.number > 1:
            heard.append((await visit.packet())[0])
        await visit.expect(3)
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.online()
        with pytest.raises(BotError, match="publish_timeout"):
            await bench.link.publish("garage", b"open", QoS.AT_LEAST_ONCE, False)
        bench.cut()
        await bench.until(lambda: len(broker.visits) == 2)
        await bench.online()
        await bench.link.stop()
        await bench.until(lambda: heard)
        assert heard == [0xE0]


async def test_a_publish_in_flight_fails_with_the_connection(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.expect(3)

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.online()
        with pytest.raises(BotError, match="not_connected"):
            await bench.link.publish("a", b"1", QoS.AT_LEAST_ONCE, False)
        await bench.link.stop()


async def test_a_broker_with_a_narrow_window_gets_one_message_at_a_time(link: Opener) -> None:
    heard: list[bytes] = []

    async def act(visit: Visit) -> None:
        await visit.welcome(b"\x21\0\1")
        heard.append(await visit.expect(3))
        for _ in range(2):
            mid = heard[-1][3:5]
            visit.send(packet(0x40, mid))
            heard.append(await visit.expect(3))
        visit.send(packet(0x40, heard[-1][3:5]))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.online()
        await asyncio.gather(
            *[bench.link.publish("a", b"%d" % n, QoS.AT_LEAST_ONCE, False) for n in range(3)]
        )
        assert [body[-1:] for body in heard] == [b"0", b"1", b"2"]
        assert len({struct.unpack("!H", body[3:5]) for body in heard}) == 3
        await bench.link.stop()


async def test_the_keep_alive_of_the_broker_counts_and_silence_ends_the_connection(link: Opener) -> None:
    pinged = asyncio.Event()

    async def act(visit: Visit) -> None:
        await visit.welcome(b"\x13\0\1")
        while visit.number == 1:
            head, _ = await visit.packet()
            if head == 0xC0:
                pinged.set()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(pinged.is_set)
        await bench.offline("connection_lost")
        await bench.link.stop()


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_a_late_acknowledgement_is_not_taken_for_that_of_another_message(
    link: Opener, protocol: Protocol
) -> None:
    """The broker reuses an identifier once it is free; the first message fails after it was stored."""

    async def act(visit: Visit) -> None:
        await visit.welcome()
        visit.send(publish(Publish("a", b"bad", qos=1, packet_id=5), v5=visit.v5))
        await visit.expect(4)
        visit.send(publish(Publish("a", b"good", qos=1, packet_id=5), v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, keep=True, protocol=protocol)
        bench.stored_first = OverflowError("no")
        await bench.received(2)
        bench.link.acknowledge(bench.messages[:1])
        assert bench.link.unacknowledged == 1
        bench.link.acknowledge(bench.messages)
        assert bench.link.unacknowledged == 0
        await bench.link.stop()
