"""Prosody's MQTT: no QoS, wildcards or retained messages; that of 2023 answers no subscription."""

import asyncio
from collections.abc import Iterator

from broker_bench import Bench, Opener
import pytest
import pytest_socket
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker import link as link_module
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Limits, Protocol
from lab.mqtt_wire import Visit, packet
from lab.servers import Lab, Server

pytestmark = pytest.mark.usefixtures("socket_enabled")

TOPIC = "pubsub.home.test/utf8/news"
NO_ANSWER = {TOPIC: "unanswered"}
PROSODY = {
    "client_id": "",
    "protocol": Protocol.MQTT_311,
    "session_expiry": 0,
    "limits": Limits(0, retain=False, wildcards=False),
}


@pytest.fixture(scope="module")
def prosody(lab: Lab) -> Iterator[Server]:
    pytest_socket.enable_socket()
    server = lab.prosody(mqtt=True, newer_mqtt=True)
    yield server
    server.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "_SUBACK_SECONDS", 0.3)


async def refused(bench: Bench) -> None:
    await bench.until(lambda: bench.link.refused == NO_ANSWER)


@pytest.mark.usefixtures("impatient")
async def test_the_module_of_2023_answers_no_subscription_and_that_is_told(lab: Lab, link: Opener) -> None:
    server = lab.prosody(mqtt=True)
    bench: Bench = link(server, **PROSODY)
    bench.link.want({TOPIC: QoS.AT_MOST_ONCE})
    await refused(bench)
    await bench.until(lambda: bench.link.status.reason == "no_suback")
    assert {status.phase.value for status in bench.statuses} == {"online"}
    server.stop()


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_comes_late_is_believed() -> None:
    late = asyncio.Event()

    async def act(visit: Visit) -> None:
        await visit.welcome()
        body = await visit.expect(8)
        await late.wait()
        visit.send(packet(0x90, body[:2] + b"\0"))
        await visit.forever()

    async with scripted(act) as broker:
        bench = Bench(broker.port, PROSODY)
        bench.link.want({TOPIC: QoS.AT_MOST_ONCE})
        bench.start()
        await refused(bench)
        assert bench.link.status.reason == "no_suback"
        late.set()
        await bench.until(lambda: not bench.link.refused)
        assert bench.link.status.reason == ""
        await bench.link.stop()


@pytest.mark.usefixtures("impatient")
async def test_each_connection_is_asked_anew() -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        if visit.number == 1:
            await visit.expect(8)
            await visit.expect(8)
            visit.writer.close()
            return
        while True:
            await visit.grant_each(0)

    async with scripted(act) as broker:
        bench = Bench(broker.port, PROSODY)
        bench.link.want({TOPIC: QoS.AT_MOST_ONCE})
        bench.start()
        await refused(bench)
        bench.link.want({TOPIC: QoS.AT_MOST_ONCE, "pubsub.home.test/utf8/more": QoS.AT_MOST_ONCE})
        await bench.until(lambda: len(broker.visits) == 2 and bench.link.status.reason == "")
        await bench.settled()
        assert bench.link.refused == {}
        await bench.link.stop()


async def test_the_module_of_2025_delivers_text(prosody: Server, link: Opener) -> None:
    bench: Bench = link(prosody, **PROSODY)
    await bench.subscribed(TOPIC, qos=QoS.EXACTLY_ONCE)
    assert bench.link.refused == {}
    await bench.link.publish(TOPIC, "22 °C".encode(), QoS.AT_LEAST_ONCE, False)
    await bench.received(1)
    assert [(message.topic, message.payload, message.qos) for message in bench.messages] == [
        (TOPIC, "22 °C".encode(), QoS.AT_MOST_ONCE)
    ]


async def test_what_the_module_lacks_is_refused_before_it_is_asked(prosody: Server, link: Opener) -> None:
    bench: Bench = link(prosody, **PROSODY)
    await bench.subscribed("pubsub.home.test/#", "pubsub.home.test/+/news", "news")
    assert bench.link.refused == {
        "pubsub.home.test/#": "no_wildcards",
        "pubsub.home.test/+/news": "no_wildcards",
        "news": "Unspecified error",
    }
    with pytest.raises(BotError, match="retain_unavailable"):
        await bench.link.publish(TOPIC, b"kept", QoS.AT_MOST_ONCE, True)


async def test_a_restarted_prosody_gets_its_subscriptions_again(lab: Lab, link: Opener) -> None:
    server = lab.prosody(mqtt=True, newer_mqtt=True)
    bench: Bench = link(server, **PROSODY)
    await bench.subscribed(TOPIC)
    server.restart()
    await bench.until(lambda: [status.phase.value for status in bench.statuses].count("online") == 2)
    await bench.settled()
    await bench.link.publish(TOPIC, b"again", QoS.AT_MOST_ONCE, False)
    await bench.received(1)
    server.stop()


def test_limits_are_nothing_to_a_broker_that_was_not_said_to_have_any() -> None:
    assert BrokerSettings("host", 1883, "bot").limits == Limits(2, retain=True, wildcards=True)
