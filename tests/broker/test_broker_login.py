"""How a link finds out what a broker wants, and what it does when it is turned away."""

import asyncio
import socket
import threading

from broker_bench import Bench, Opener
from publishing import Publish, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.broker import link as link_module, login
from custom_components.dinox_mqtt_bot.broker.backoff import Backoff
from custom_components.dinox_mqtt_bot.broker.settings import Protocol, Will
from custom_components.dinox_mqtt_bot.broker.sockets import Opening
from lab.mqtt_wire import Visit, connack, packet
from lab.servers import Lab, Server, free_ports

WILL = Will("bots/status", b"offline")


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(b"\x20\x03\x00\x84\x00", id="unsupported protocol version"),
        pytest.param(b"\x20\x02\x00\x01", id="answer of a 3.1.1 broker"),
        pytest.param(b"\x20\x02\x00\x00", id="CONNACK without properties"),
        pytest.param(b"", id="hangs up"),
        pytest.param(b"\x00\x00nonsense", id="nonsense"),
    ],
)
async def test_it_falls_back_to_311(link: Opener, refusal: bytes) -> None:
    async def act(visit: Visit) -> None:
        if visit.v5:
            visit.send(refusal)
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.online()
        assert broker.versions == [5, 4]
        assert bench.link.status.detail == "MQTT 3.1.1"
        await bench.link.stop()


@pytest.mark.parametrize(
    ("refusal", "versions"),
    [
        pytest.param(b"\x20\x03\x00\x84\x00", [5, 4, 4], id="it was told"),
        pytest.param(b"", [5, 4, 5, 4], id="it can only guess"),
    ],
)
async def test_it_remembers_what_it_was_told(link: Opener, refusal: bytes, versions: list[int]) -> None:
    async def act(visit: Visit) -> None:
        if visit.v5:
            visit.send(refusal)
            return
        await visit.welcome()
        if visit.number > 2:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(lambda: len(broker.visits) >= len(versions))
        await bench.online()
        assert broker.versions == versions
        await bench.link.stop()


async def test_a_broker_that_spoke_5_is_not_given_up_for_hanging_up(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        if visit.number != 2:
            await visit.welcome()
        if visit.number > 2:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(lambda: len(broker.visits) >= 3)
        await bench.online()
        assert broker.versions == [5, 5, 5]
        await bench.link.stop()


async def test_a_protocol_that_is_set_is_the_only_one_tried(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        visit.send(b"\x20\x03\x00\x84\x00")

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.offline("protocol_refused")
        assert broker.versions == [5]


@pytest.mark.parametrize("code", [0x87, 0x90])
async def test_a_refused_will_is_left_out(link: Opener, code: int) -> None:
    async def act(visit: Visit) -> None:
        if visit.has_will:
            visit.send(connack(v5=True, code=code))
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, will=WILL)
        await bench.online()
        assert broker.wills == [True, False]
        assert bench.link.will_refused
        assert (bench.link.status.phase, bench.link.status.reason) == (Phase.ONLINE, "will_refused")
        assert "will refused" in bench.link.status.detail
        await bench.link.stop()


async def test_a_refused_will_of_311_is_left_out(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        if visit.has_will:
            visit.send(connack(v5=False, code=128))
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, will=WILL, protocol=Protocol.MQTT_311)
        await bench.online()
        assert broker.wills == [True, False]
        await bench.link.stop()


async def test_refused_credentials_are_not_mistaken_for_a_refused_will(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        visit.send(connack(v5=True, code=0x87))

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, will=WILL)
        await bench.offline("invalid_auth")
        assert (bench.link.status.fatal, bench.link.will_refused) == (True, "")
        assert broker.wills == [True, False]


@pytest.mark.parametrize("protocol", [Protocol.MQTT_5, Protocol.MQTT_311])
async def test_a_wrong_password_is_not_tried_again_at_once(
    lab: Lab, link: Opener, protocol: Protocol
) -> None:
    server = lab.mosquitto(auth={"ha": "secret"})
    bench: Bench = link(server, username="ha", password="wrong", protocol=protocol)
    await bench.offline("invalid_auth")
    refusals = server.log().count("Sending CONNACK")
    await asyncio.sleep(0.3)
    assert bench.link.status.fatal
    assert server.log().count("Sending CONNACK") == refusals == 1
    server.stop()


async def test_the_right_password_is_tried_after_reconnect(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        if visit.number == 1:
            visit.send(connack(v5=True, code=0x86))
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.offline("invalid_auth")
        bench.link.reconnect()
        await bench.online()
        await bench.link.stop()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0x85, "client_id_refused"),
        (0x88, "broker_unavailable"),
        (0x89, "broker_unavailable"),
        (0x8A, "connection_refused"),
        (0xEE, "connection_refused"),
    ],
)
async def test_the_status_says_why_the_login_was_refused(link: Opener, code: int, reason: str) -> None:
    async def act(visit: Visit) -> None:
        visit.send(connack(v5=True, code=code))

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.offline(reason)
        assert not bench.link.status.fatal


async def test_a_connack_that_never_comes_is_not_waited_for(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 0.2)

    async def act(visit: Visit) -> None:
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.offline("timeout")
        await bench.until(lambda: broker.versions.count(5) > 1 and 4 in broker.versions)
        await bench.link.stop()


async def test_a_broker_that_is_down_at_the_start_is_found_later(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto()
    server.stop()
    bench: Bench = link(server)
    await bench.offline("cannot_connect")
    server.start()
    await bench.online()
    assert bench.link.status.detail == "MQTT 5"
    await bench.link.stop()
    server.stop()


async def test_a_taken_over_session_is_not_taken_back_at_once(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    timeout = asyncio.timeout

    def spy(delay: float | None) -> asyncio.Timeout:
        waits.append(delay)
        return timeout(delay)

    async def act(visit: Visit) -> None:
        await visit.welcome()
        visit.send(b"\xe0\x01\x8e")

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        monkeypatch.setattr(asyncio, "timeout", spy)
        await bench.offline("session_taken_over")
        assert any(wait is not None and 30 <= wait < 60 for wait in waits)
        await bench.link.stop()


async def test_losses_in_a_row_are_answered_more_and_more_slowly(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.until(lambda: len(broker.visits) >= 4)
        assert bench.link._backoff._base >= 8 * 0.05
        await bench.link.stop()


async def test_loss_and_return_are_logged_once(link: Opener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    async def act(visit: Visit) -> None:
        if visit.number in {1, 5}:
            await visit.welcome()
        if visit.number == 5:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        await bench.until(lambda: len(broker.visits) >= 5)
        await bench.online()
        await bench.link.stop()
    ours = [record.getMessage() for record in caplog.records if "broker.link" in record.name]
    assert [text.split(",")[0].split(":")[0] for text in ours] == [
        "Connected to the broker",
        "No connection to the broker",
        "Connected to the broker",
    ]


async def test_garbage_within_a_session_ends_the_connection_and_nothing_else(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        if visit.number == 1:
            visit.send(packet(0x30, b"\xff\xff"))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(lambda: len(broker.visits) >= 2)
        await bench.online()
        assert [status.reason for status in bench.statuses if status.phase is Phase.OFFLINE] == [
            "protocol_error"
        ]
        await bench.link.stop()


async def test_stop_ends_a_login_that_hangs(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(lambda: broker.visits)
        await bench.link.stop()
        assert bench.link.status.phase is Phase.OFFLINE


async def test_stop_ends_a_tls_handshake_that_hangs(lab: Lab, link: Opener) -> None:
    silent = asyncio.Event()

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.set()
        await _reader.read()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    bench: Bench = link(server.sockets[0].getsockname()[1], tls=lab.client_ssl())
    await silent.wait()
    async with asyncio.timeout(20):
        await bench.link.stop()
    server.close()
    server.close_clients()
    await server.wait_closed()


async def test_reconnect_during_an_outage_tries_at_once(
    link: Opener, monkeypatch: pytest.MonkeyPatch, mosquitto: Server
) -> None:
    async def act(visit: Visit) -> None:
        if visit.number > 1:
            await visit.welcome()
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, protocol=Protocol.MQTT_5)
        monkeypatch.setattr(bench.link._backoff, "next", lambda: 3600.0)
        await bench.offline("connection_lost")
        bench.link.reconnect()
        await bench.online()
        await bench.link.stop()


async def test_a_thread_that_does_not_come_back_is_not_waited_for_and_leaves_no_socket(
    link: Opener, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_ABANDON_SECONDS", 0.05)
    stuck, release = threading.Event(), threading.Event()
    opened: list[socket.socket] = []
    true_tcp = Opening._tcp

    def slow_tcp(opening: Opening) -> socket.socket:
        stuck.set()
        release.wait(5)
        monkeypatch.setattr(opening, "abandoned", False)
        opened.append(true_tcp(opening))
        return opened[0]

    monkeypatch.setattr(Opening, "_tcp", slow_tcp)
    bench: Bench = link(mosquitto)
    await bench.until(stuck.is_set)
    await bench.link.stop()
    release.set()
    await bench.until(lambda: opened and opened[0].fileno() == -1)


async def test_a_second_address_is_tried(link: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        (good,) = socket.getaddrinfo("127.0.0.1", broker.port, type=socket.SOCK_STREAM)
        bad = (*good[:4], ("127.0.0.1", free_ports(["none"])["none"]))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [bad, good])
        bench: Bench = link(broker.port)
        await bench.online()
        await bench.link.stop()


async def test_a_name_without_an_address_is_unknown(link: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    bench: Bench = link(1883)
    await bench.offline("unknown_host")


async def test_a_broker_may_not_publish_before_it_has_answered(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        visit.send(publish(Publish("a", b"1"), v5=visit.v5))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.offline("not_mqtt")
        assert bench.messages == []
        await bench.link.stop()


async def test_a_second_connack_changes_nothing(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.welcome(session_present=True)
        visit.send(publish(Publish("a", b"1"), v5=True))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.received(1)
        connack = bench.link.connack
        assert connack is not None
        assert not connack.session_present
        await bench.link.stop()


async def test_it_remembers_a_connect_of_mqtt_5_that_nobody_answered(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 0.3)

    async def act(visit: Visit) -> None:
        if not visit.v5:
            await visit.welcome()
        if visit.v5 or visit.number > 2:
            await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.until(lambda: len(broker.visits) >= 3)
        await bench.online()
        assert broker.versions == [5, 4, 4]
        monkeypatch.setattr(login, "_CONNECT_SECONDS", 60)
        bench.link.reconnect()
        await bench.until(lambda: broker.versions[3:] == [5])
        await bench.link.stop()


@pytest.mark.usefixtures("socket_enabled")
async def test_what_is_found_out_while_it_is_to_be_forgotten_is_not_remembered() -> None:
    async def act(visit: Visit) -> None:
        if visit.v5:
            visit.send(connack(v5=True, code=0x84))
        else:
            await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench = Bench(broker.port, {})

        def on_status(status: LinkStatus) -> None:
            if status.phase is Phase.ONLINE and len(broker.visits) == 2:
                bench.link.reconnect()

        bench.link.start(on_message=lambda message: None, on_status=on_status)
        await bench.until(lambda: len(broker.versions) >= 3 and broker.versions[2])
        await bench.link.stop()
        assert broker.versions[:3] == [5, 4, 5]


async def test_a_broker_that_refuses_credentials_for_a_while_is_come_back_to(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_REFUSED_SECONDS", (0.05, 0.1))

    async def act(visit: Visit) -> None:
        if visit.number < 4:
            visit.send(connack(v5=True, code=0x86))
            return
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.online()
        assert [(status.phase, status.fatal) for status in bench.statuses] == [
            (Phase.OFFLINE, True),
            (Phase.ONLINE, False),
        ]
        await bench.link.stop()


def test_refused_credentials_are_tried_again_slowly() -> None:
    refusals = Backoff(*link_module._REFUSED_SECONDS)
    waits = [refusals.next() for _ in range(9)]
    assert waits[0] == 15
    assert sum(waits[:3]) > 35
    assert all(150 <= wait <= 300 for wait in waits[6:])
