"""What the config flow learns from one login."""

import asyncio
import ssl
from typing import Any

from broker_bench import HOST, Bench, Opener, run_blocking
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker import login
from custom_components.dinox_mqtt_bot.broker.probe import ProbeResult, probe
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Protocol, Transport, Will
from lab.mqtt_wire import Visit, connack
from lab.servers import Lab, Server, free_ports

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def ask(port: int, tls: ssl.SSLContext | None = None, **settings: Any) -> ProbeResult:
    return await probe(BrokerSettings(HOST, port, "bot", **settings), tls, run_blocking)


async def failure(port: int, tls: ssl.SSLContext | None = None, **settings: Any) -> str:
    with pytest.raises(BotError) as caught:
        await ask(port, tls, **settings)
    return caught.value.key


async def test_it_tells_what_the_broker_offers(mosquitto: Server) -> None:
    result = await ask(mosquitto.ports["mqtt"])
    assert result.connack.protocol is Protocol.MQTT_5
    assert (result.connack.receive_maximum, result.connack.topic_alias_maximum) == (20, 10)
    assert result.will_refused == ""


async def test_it_tells_that_the_will_is_refused() -> None:
    async def act(visit: Visit) -> None:
        if visit.has_will:
            visit.send(connack(v5=True, code=0x90))
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        assert (await ask(broker.port, will=Will("a", b""))).will_refused == "Topic name invalid"


async def test_it_does_not_throw_a_running_link_out(link: Opener, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto, client_id="bot")
    await bench.subscribed("a")
    await ask(mosquitto.ports["mqtt"])
    await bench.link.publish("a", b"still here", QoS.AT_LEAST_ONCE, False)
    await bench.received(1)
    assert [status.phase.value for status in bench.statuses] == ["online"]


async def test_a_closed_port() -> None:
    assert await failure(free_ports(["none"])["none"]) == "refused"


async def test_a_host_that_is_none() -> None:
    with pytest.raises(BotError, match="cannot_connect"):
        await probe(BrokerSettings("", 1883, "bot"), None, run_blocking)


async def test_a_wrong_password(lab: Lab) -> None:
    server = lab.mosquitto(auth={"ha": "secret"})
    assert await failure(server.ports["mqtt"], username="ha", password="wrong") == "invalid_auth"
    await ask(server.ports["mqtt"], username="ha", password="secret")
    server.stop()


async def test_tls_and_its_mistakes(lab: Lab) -> None:
    server = lab.mosquitto(tls=True)
    port = server.ports["mqtt"]
    await ask(port, lab.client_ssl())
    assert await failure(port) == "tls_expected"
    assert await failure(port, ssl.create_default_context()) == "tls_unknown_authority"
    assert await failure(port, transport=Transport.WEBSOCKETS) in {"tls_expected", "not_mqtt"}
    server.stop()


async def test_tls_to_a_plain_port(lab: Lab, mosquitto: Server) -> None:
    assert await failure(mosquitto.ports["mqtt"], lab.client_ssl()) == "tls_unexpected"


async def test_a_missing_client_certificate(lab: Lab) -> None:
    server = lab.mosquitto(mtls=True)
    assert await failure(server.ports["mqtt"], lab.client_ssl()) == "tls_failed"
    await ask(server.ports["mqtt"], lab.client_ssl(certificate=True))
    server.stop()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"<?xml version='1.0'?><stream:error/>",
        b"220 mail\r\n",
        b"\x20\x00",
    ],
)
async def test_another_kind_of_server(answer: bytes) -> None:
    async def act(visit: Visit) -> None:
        visit.send(answer)

    async with scripted(act) as broker:
        assert await failure(broker.port) == "not_mqtt"


async def test_a_tls_server_that_answers_with_an_alert() -> None:
    async def act(visit: Visit) -> None:
        visit.send(b"\x15\x03\x01\x00\x02\x02\x46")

    async with scripted(act) as broker:
        assert await failure(broker.port) == "tls_expected"


async def test_no_websocket(mosquitto: Server) -> None:
    assert await failure(mosquitto.ports["mqtt"], transport=Transport.WEBSOCKETS) == "not_mqtt"


async def test_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 0.2)

    async def act(visit: Visit) -> None:
        await visit.forever()

    async with scripted(act) as broker:
        assert await failure(broker.port) == "timeout"


async def test_a_broker_that_hangs_up_at_once() -> None:
    async def act(visit: Visit) -> None:
        visit.writer.close()

    async with scripted(act) as broker:
        assert await failure(broker.port) == "cannot_connect"


async def test_a_login_that_is_given_up_in_the_middle_is_nobodys_error(lab: Lab) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    begun = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    login = asyncio.create_task(ask(port, lab.client_ssl()))
    await begun.wait()
    login.cancel()
    with pytest.raises(asyncio.CancelledError):
        await login
    server.close()
    await server.wait_closed()
    assert complaints == []
