"""A broker whose bytes come one by one: slow is not gone, and nobody hammers at it."""

import asyncio

from broker_bench import Bench, Opener
from publishing import Publish, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.broker import login
from custom_components.dinox_mqtt_bot.broker.settings import Protocol
from lab.mqtt_wire import Visit, connack, packet

# A second, in a world ten times as quick.
SECOND = 0.1


async def drip(visit: Visit, data: bytes) -> None:
    for byte in data:
        visit.send(bytes([byte]))
        await asyncio.sleep(SECOND)


@pytest.fixture(autouse=True)
def _ten_times_as_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 10 * SECOND)


@pytest.mark.parametrize("qos", [0, 1])
async def test_one_byte_a_second_is_slow_and_not_dead(link: Opener, qos: int) -> None:
    """The answer to a ping waits behind a message that takes several keepalives."""
    message = Publish("a", b"it takes its time: " + bytes(range(40, 70)), qos=qos)

    async def act(visit: Visit) -> None:
        # A CONNACK of MQTT 5 with all that Mosquitto tells takes too long, one of 3.1.1 does not.
        await drip(visit, connack(v5=visit.v5, properties=bytes.fromhex("210014220005") * 2))
        body = await visit.expect(8)
        await drip(visit, packet(0x90, body[:2] + (b"\0" if visit.v5 else b"") + b"\1"))
        await drip(visit, publish(message, v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, keepalive=1)
        await bench.subscribed("a")
        await bench.received(1)
        assert bench.payloads == [message.payload]
        # One with MQTT 5 and one with 3.1.1.
        assert broker.versions == [5, 4]
        await bench.link.stop()


async def test_a_broker_too_slow_to_say_hello_is_named_and_left_in_peace(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More and more slowly: nobody is served sooner by more connections."""

    async def act(visit: Visit) -> None:
        await drip(visit, connack(v5=True, properties=bytes.fromhex("210014220005") * 4))
        await visit.forever()

    pauses: list[float] = []
    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        true_next = bench.link._backoff.next
        monkeypatch.setattr(bench.link._backoff, "next", lambda: pauses.append(true_next()) or pauses[-1])
        await bench.offline("timeout")
        await bench.until(lambda: len(broker.visits) >= 4)
        assert pauses[-1] > pauses[0]
        await bench.link.stop()


async def test_a_broker_that_sends_nothing_more_is_still_missed(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.grant(1)
        visit.send(publish(Publish("a", b"whole"), v5=True) + publish(Publish("a", b"half"), v5=True)[:-3])
        await asyncio.sleep(3600)

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, keepalive=1)
        await bench.subscribed("a")
        await bench.received(1)
        await bench.until(lambda: len(broker.visits) == 2)
        await bench.link.stop()
