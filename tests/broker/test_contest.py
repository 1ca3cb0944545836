"""Another client with the same client id is recognised, and nothing else is taken for one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import itertools
import threading

from broker_bench import HOST, Bench, Opener, Peer
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.broker import backoff, link as link_module
from custom_components.dinox_mqtt_bot.broker.settings import Protocol, Will
from lab.mqtt_wire import Visit, connack
from lab.servers import Lab, Server

pytestmark = pytest.mark.usefixtures("socket_enabled")

_names = itertools.count(1)


@pytest.fixture(autouse=True)
def quick_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The link comes back soon also after it was told that somebody else wants the session."""
    monkeypatch.setattr(backoff, "_LONGEST", 0.2)
    monkeypatch.setattr(link_module, "_TAKEN_OVER_SECONDS", (0.1, 0.4))


@pytest.fixture
def name() -> str:
    return f"contested{next(_names)}"


@asynccontextmanager
async def rival(port: int, name: str, after: float, *, v5: bool, clean: bool) -> AsyncIterator[paho.Client]:
    """A client of the same name that comes back some time after it was thrown out."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        name,
        clean_session=None if v5 else clean,
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
    )
    gone = threading.Event()

    def live() -> None:
        while not gone.is_set():
            try:
                client.connect(HOST, port, **({"clean_start": clean} if v5 else {}))
                client.loop_forever()
            except OSError:
                pass
            gone.wait(after)

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield client
    finally:
        gone.set()
        client.disconnect()
        await asyncio.to_thread(thread.join)


async def contested(bench: Bench) -> None:
    await bench.offline("session_taken_over")
    assert bench.link.contested


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("protocol", [Protocol.MQTT_5, Protocol.MQTT_311])
async def test_a_rival_at_a_broker_that_only_closes_is_recognised(
    link: Opener, mosquitto: Server, peer: Peer, name: str, protocol: Protocol, clean: bool
) -> None:
    port = mosquitto.ports["mqtt"]
    bench: Bench = link(mosquitto, client_id=name, protocol=protocol)
    await bench.subscribed(f"{name}/#")
    async with rival(port, name, 1.0, v5=protocol is Protocol.MQTT_5, clean=clean):
        await contested(bench)
    reasons = [status.reason for status in bench.statuses if status.phase.value == "offline"]
    assert reasons[:3] == ["connection_lost"] * 3
    await bench.settled()
    await peer.publish(f"{name}/alert", b"gets through", qos=1)
    await bench.received(1)
    assert bench.link.refused == {}


@pytest.mark.parametrize("after", [0.0, 0.2])
async def test_a_rival_that_is_back_at_once_is_recognised(
    link: Opener, mosquitto: Server, name: str, after: float
) -> None:
    bench: Bench = link(mosquitto, client_id=name)
    await bench.subscribed(f"{name}/#", f"other/{name}")
    async with rival(mosquitto.ports["mqtt"], name, after, v5=True, clean=True):
        await contested(bench)
    await bench.settled()
    assert bench.link.refused == {}


async def test_two_links_of_one_name_come_to_rest(
    link: Opener, mosquitto: Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both recognise it; from then on each waits."""
    monkeypatch.setattr(link_module, "_TAKEN_OVER_SECONDS", (30.0, 240.0))
    benches: list[Bench] = [link(mosquitto, client_id=name) for _ in range(2)]
    async with asyncio.timeout(60):
        while not any(bench.link.status.reason == "session_taken_over" for bench in benches):
            await asyncio.sleep(0.02)


async def test_a_broker_that_keeps_failing_is_no_rival(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto()
    bench: Bench = link(server)
    for times in range(1, 8):
        await bench.online()
        server.kill()
        await bench.until(lambda: bench.link.status.phase.value == "offline")
        assert not bench.link.contested, times
        server.start()
    assert "session_taken_over" not in {status.reason for status in bench.statuses}
    await bench.link.stop()
    server.stop()


async def test_a_broker_that_throws_everybody_out_is_no_rival(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.until(lambda: len(broker.visits) >= 12)
        assert {status.reason for status in bench.statuses} == {"", "connection_lost"}


async def test_a_broker_that_answers_a_wish_by_closing_is_no_rival(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        if visit.has_will:  # the link itself
            await visit.expect(3)
        else:
            await visit.forever()

    async with scripted(act) as broker:
        said = Will("home/bot", b"x")
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5, will=said, birth=said)
        await bench.until(lambda: len(broker.visits) >= 8)
        assert {status.reason for status in bench.statuses} == {"", "connection_lost"}


@pytest.mark.parametrize("refused", [0x85, 0x87])
async def test_a_broker_that_lets_only_this_name_in_is_believed(link: Opener, refused: int) -> None:
    async def act(visit: Visit) -> None:
        if visit.has_will:
            await visit.welcome()
            await visit.acknowledge_publish()
            await asyncio.sleep(0)
        else:
            visit.send(connack(v5=visit.v5, code=refused))

    async with scripted(act) as broker:
        said = Will("home/bot", b"x")
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5, will=said, birth=said)
        await contested(bench)


async def test_a_link_without_a_name_has_no_rival(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        if visit.number > 12:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_311, client_id="", session_expiry=0)
        bench.link.want({"a": QoS.AT_MOST_ONCE})
        await bench.until(lambda: len(broker.visits) > 12)
        assert not bench.link.contested
