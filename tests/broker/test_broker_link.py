"""The link on a real Mosquitto: messages in, messages out, and what is left when it goes."""

import asyncio
import socket
import ssl

from broker_bench import PATIENCE, Bench, Opener, Peer, create_task, run_blocking
from publishing import Publish, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.broker import link as link_module
from custom_components.dinox_mqtt_bot.broker.connack import Ended, Failure
from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Protocol, Transport, Will
from lab.mqtt_wire import Visit, packet
from lab.servers import Lab, Server

VERSIONS = [Protocol.MQTT_5, Protocol.MQTT_311]


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_a_published_message_is_received_whole(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol
) -> None:
    bench: Bench = link(mosquitto, protocol=protocol)
    await bench.subscribed("whole/+")
    await peer.publish("whole/ä", b"21.5", qos=1)
    await bench.received(1)
    message = bench.messages[0]
    assert (message.topic, message.payload, message.qos, message.retain) == ("whole/ä", b"21.5", 1, False)


async def test_retained_messages_say_so(link: Opener, peer: Peer, mosquitto: Server) -> None:
    await peer.publish("kept", b"1", qos=1, retain=True)
    bench: Bench = link(mosquitto)
    await bench.subscribed("kept")
    await bench.received(1)
    assert bench.messages[0].retain


async def test_what_the_link_publishes_is_heard_by_others(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto)
    await bench.online()
    await peer.hear("said/#", qos=2)
    for qos in QoS:
        await bench.link.publish("said/it", str(int(qos)).encode(), qos, False)
    assert [await peer.next() for _ in QoS] == [("said/it", b"0"), ("said/it", b"1"), ("said/it", b"2")]


@pytest.mark.parametrize("tls", [False, True])
async def test_a_payload_may_have_5_megabytes(lab: Lab, link: Opener, tls: bool) -> None:
    server = lab.mosquitto(tls=tls)
    bench: Bench = link(server, tls=lab.client_ssl() if tls else None)
    await bench.subscribed("large")
    payload = bytes(range(256)) * 20_000
    await bench.link.publish("large", payload, QoS.AT_LEAST_ONCE, False)
    await bench.received(1)
    assert bench.payloads == [payload]
    await bench.link.stop()
    server.stop()


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_websockets_carry_messages_both_ways(lab: Lab, link: Opener, protocol: Protocol) -> None:
    server = lab.mosquitto(websockets=True)
    bench: Bench = link(server.ports["ws"], transport=Transport.WEBSOCKETS, protocol=protocol)
    await bench.subscribed("ws")
    payloads = [b"", b"small", b"middling" * 100, b"last"]
    for payload in payloads:
        await bench.link.publish("ws", payload, QoS.AT_LEAST_ONCE, False)
    await bench.received(len(payloads))
    assert bench.payloads == payloads
    await bench.link.stop()
    server.stop()


async def test_a_websocket_takes_5_megabytes(lab: Lab, link: Opener) -> None:
    # Mosquitto 2.0 takes them at once, but sends no more than 4 KiB every 100 ms itself.
    server = lab.mosquitto(websockets=True)
    bench: Bench = link(server.ports["ws"], transport=Transport.WEBSOCKETS)
    await bench.online()
    payload = bytes(range(256)) * 20_000
    async with Peer(server.ports["mqtt"]) as peer:
        await peer.hear("ws")
        await bench.link.publish("ws", payload, QoS.AT_MOST_ONCE, False)
        await bench.link.publish("ws", b"after", QoS.AT_MOST_ONCE, False)
        assert [await peer.next(), await peer.next()] == [("ws", payload), ("ws", b"after")]
    await bench.link.stop()
    server.stop()


async def test_a_client_certificate_is_shown(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto(mtls=True)
    bench: Bench = link(server, tls=lab.client_ssl(certificate=True))
    await bench.online()
    without: Bench = link(server, tls=lab.client_ssl())
    await without.offline("tls_failed")
    await bench.link.stop()
    await without.link.stop()
    server.stop()


async def test_a_certificate_of_a_stranger_is_not_accepted(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto(tls=True)
    bench: Bench = link(server, tls=ssl.create_default_context())
    await bench.offline("tls_failed")
    await bench.link.stop()
    server.stop()


async def test_every_message_of_a_burst_arrives_over_tls(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto(tls=True, extra="max_queued_messages 0")
    bench: Bench = link(server, tls=lab.client_ssl())
    await bench.subscribed("burst")
    async with Peer(server.ports["mqtt"], tls_context=lab.client_ssl()) as peer:
        for number in range(1_500):
            await peer.publish("burst", b"%d" % number)
        await bench.received(1_500)
    assert bench.payloads == [b"%d" % number for number in range(1_500)]
    await bench.link.stop()
    server.stop()


async def test_a_broker_that_comes_back_is_found_with_all_subscriptions(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto()
    bench: Bench = link(server)
    await bench.subscribed("before")
    server.stop()
    await bench.offline("connection_lost")
    bench.link.want({"before": QoS.AT_LEAST_ONCE, "meanwhile": QoS.AT_LEAST_ONCE})
    server.start()
    await bench.settled()
    async with Peer(server.ports["mqtt"]) as peer:
        await peer.publish("before", b"1", qos=1)
        await peer.publish("meanwhile", b"2", qos=1)
    await bench.received(2)
    assert sorted(bench.payloads) == [b"1", b"2"]
    phases = [status.phase for status in bench.statuses]
    assert phases == [Phase.ONLINE, Phase.OFFLINE, Phase.ONLINE]
    await bench.link.stop()
    server.stop()


async def test_reconnect_opens_a_new_connection(link: Opener, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    await bench.online()
    bench.link.reconnect()
    await bench.until(lambda: len(bench.statuses) >= 3)
    assert [status.phase for status in bench.statuses] == [Phase.ONLINE, Phase.CONNECTING, Phase.ONLINE]


async def test_two_clients_with_one_id_do_not_throw_each_other_out_for_ever(
    link: Opener, mosquitto: Server
) -> None:
    first: Bench = link(mosquitto, client_id="twin")
    await first.online()
    link(mosquitto, client_id="twin")
    await first.offline("connection_lost")


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_birth_and_goodbye_are_said(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol
) -> None:
    topic = f"status/{protocol}"
    await peer.hear(topic)
    bench: Bench = link(mosquitto, protocol=protocol, will=Will(topic, b"off"), birth=Will(topic, b"on"))
    assert await peer.next() == (topic, b"on")
    await bench.online()
    await bench.link.stop()
    assert await peer.next() == (topic, b"off")


async def test_the_will_is_said_when_the_connection_breaks(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    await peer.hear("last")
    bench: Bench = link(mosquitto, will=Will("last", b"off"))
    await bench.online()
    bench.cut()
    assert await peer.next() == ("last", b"off")


async def test_an_error_over_one_message_does_not_reach_the_link(
    link: Opener, peer: Peer, mosquitto: Server, caplog: pytest.LogCaptureFixture
) -> None:
    bench: Bench = link(mosquitto)
    await bench.subscribed("hard")
    bench.fault = RuntimeError("no")
    await peer.publish("hard", b"secret", qos=1)
    await bench.until(lambda: "could not be taken in" in caplog.text)
    bench.fault = None
    await peer.publish("hard", b"2", qos=1)
    await bench.received(1)
    assert bench.payloads == [b"2"]
    assert "secret" not in caplog.text
    caplog.clear()


async def test_nothing_is_read_while_there_is_no_room(link: Opener, peer: Peer, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    await bench.subscribed("room")
    bench.ready = False
    for number in range(300):
        await peer.publish("room", b"%d" % number, qos=1)
    await asyncio.sleep(0.1)
    assert bench.messages == []
    bench.ready = True
    await bench.received(300)
    assert bench.payloads == [b"%d" % number for number in range(300)]


async def test_a_refused_publish_says_why(lab: Lab, link: Opener) -> None:
    rules = lab.root / "acl"
    rules.write_text("topic readwrite open/#\n")
    server = lab.mosquitto(extra=f"acl_file {rules}")
    bench: Bench = link(server)
    await bench.online()
    for qos in (QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE):
        with pytest.raises(BotError) as refusal:
            await bench.link.publish("closed", b"1", qos, False)
        assert (refusal.value.key, refusal.value.placeholders) == (
            "publish_refused",
            {"reason": "Not authorized"},
        )
    await bench.link.publish("open/1", b"1", QoS.EXACTLY_ONCE, False)
    await bench.link.stop()
    server.stop()


async def test_the_brokers_limits_are_respected(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto(extra="max_packet_size 1000\nmax_qos 1\nretain_available false")
    bench: Bench = link(server)
    await bench.subscribed("limits")
    with pytest.raises(BotError) as large:
        await bench.link.publish("limits", b"x" * 987, QoS.AT_LEAST_ONCE, False)
    assert (large.value.key, large.value.placeholders["limit"]) == ("payload_too_large", "986")
    await bench.link.publish("limits", b"x" * 986, QoS.EXACTLY_ONCE, False)
    await bench.received(1)
    assert bench.messages[0].qos == 1
    with pytest.raises(BotError, match="retain_unavailable"):
        await bench.link.publish("limits", b"x", QoS.AT_MOST_ONCE, True)
    await bench.link.stop()
    server.stop()


async def test_publishing_without_a_connection_fails_at_once(link: Opener, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    with pytest.raises(BotError, match="not_connected"):
        await bench.link.publish("a", b"", QoS.AT_MOST_ONCE, False)
    await bench.online()
    with pytest.raises(BotError, match="invalid_topic"):
        await bench.link.publish("a/#", b"", QoS.AT_MOST_ONCE, False)


async def test_stop_leaves_nothing_behind(link: Opener, mosquitto: Server) -> None:
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    readers = len(loop._selector.get_map())  # type: ignore[attr-defined]
    bench: Bench = link(mosquitto)
    await bench.subscribed("a")
    await bench.link.stop()
    await bench.link.stop()
    assert asyncio.all_tasks() == before
    assert len(loop._selector.get_map()) == readers  # type: ignore[attr-defined]
    assert bench.link.status.reason == "stopped"
    # Timers and threads are looked for at the end of every test.


async def test_stop_forgets_what_was_about_to_be_asked_for(link: Opener, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    await bench.online()
    bench.link.want({"a": QoS.AT_LEAST_ONCE})
    bench.link._login.client.close(Ended(Failure.STOPPED))  # type: ignore[union-attr]
    await bench.link.stop()
    assert bench.link._sync is None


async def test_a_goodbye_that_nobody_answers_is_given_up(
    link: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_GOODBYE_SECONDS", 0.1)

    async def act(visit: Visit) -> None:
        await visit.welcome()
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, will=Will("a", b"off"))
        await bench.online()
        await bench.link.stop()
        assert bench.link.connack is None


async def test_nothing_is_delivered_while_the_link_says_goodbye(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        body = await visit.expect(3)
        visit.send(publish(Publish("late", b"1"), v5=True) + packet(0x40, body[3:5]))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port, will=Will("a", b"off"))
        await bench.online()
        await bench.link.stop()
        assert bench.messages == []


async def test_after_a_long_connection_the_first_attempt_comes_at_once(
    link: Opener, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_STABLE_SECONDS", 0.0)
    bench: Bench = link(mosquitto)
    await bench.online()
    bench.link._backoff._base = 3600.0
    bench.cut()
    await bench.until(lambda: len(bench.statuses) == 3)


async def test_a_connection_that_breaks_while_it_is_written_to_is_opened_again(
    link: Opener, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto)
    await bench.online()
    client = bench.link._login.client
    assert client is not None
    client._sock.shutdown(socket.SHUT_WR)  # type: ignore[union-attr]
    with pytest.raises(BotError, match="not_connected"):
        await bench.link.publish("a", b"", QoS.AT_LEAST_ONCE, False)
    await bench.until(lambda: len(bench.statuses) == 3)
    assert "Broken pipe" in bench.statuses[1].detail


async def test_acknowledging_without_a_connection_does_nothing(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto, keep=True)
    await bench.subscribed("gone")
    await peer.publish("gone", b"1", qos=1)
    await bench.received(1)
    await bench.link.stop()
    bench.link.acknowledge(bench.messages)
    assert bench.link.unacknowledged == 1


async def test_there_is_always_room_unless_somebody_says_no(mosquitto: Server, socket_enabled: None) -> None:
    loop = asyncio.get_running_loop()
    online = asyncio.Event()
    alone = BrokerLink(
        BrokerSettings("127.0.0.1", mosquitto.ports["mqtt"], "alone"),
        loop=loop,
        tls=None,
        run_blocking=run_blocking,
        create_task=create_task,
    )
    alone.start(on_message=lambda _: None, on_status=lambda _: online.set())
    async with asyncio.timeout(PATIENCE):
        await online.wait()
    await alone.stop()


@pytest.mark.parametrize(
    ("protocol", "count"),
    [
        pytest.param(Protocol.MQTT_311, 60, id="Mosquitto lets 20 wait"),
        pytest.param(Protocol.MQTT_5, 1_100, id="the link lets 1,000 wait"),
    ],
)
@pytest.mark.parametrize("qos", [1, 2])
@pytest.mark.no_fail_on_log_exception
async def test_messages_that_cannot_be_taken_in_do_not_use_the_window_up(
    lab: Lab, link: Opener, caplog: pytest.LogCaptureFixture, protocol: Protocol, count: int, qos: int
) -> None:
    server = lab.mosquitto(extra="max_queued_messages 0")
    bench: Bench = link(server, protocol=protocol, keep=True)
    await bench.subscribed("poison", qos=QoS(qos))
    bench.fault = OverflowError("no")
    async with Peer(server.ports["mqtt"]) as peer:
        for _ in range(count):
            await peer.publish("poison", b"bad", qos=qos)
        await bench.until(lambda: bench.link.failed == count)
        bench.fault = None
        await peer.publish("poison", b"good", qos=qos)
        await bench.received(1)
    assert (bench.payloads, bench.link.unacknowledged) == ([b"good"], 1)
    assert caplog.text.count("could not be taken in") == -(-count // 100)
    caplog.clear()
    await bench.link.stop()
    server.stop()


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_what_comes_while_the_link_is_paused_comes_again(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol
) -> None:
    name = f"paused{protocol}"
    first: Bench = link(mosquitto, client_id=name, protocol=protocol)
    await first.subscribed(name)
    first.link.pause()
    await peer.publish(name, b"1", qos=1)
    await first.until(lambda: first.link.unacknowledged)
    await first.link.stop()
    assert first.messages == []
    second: Bench = link(mosquitto, client_id=name, protocol=protocol)
    await second.received(1)
    assert second.payloads == [b"1"]


async def test_the_link_does_not_tell_of_its_own_coming_and_going(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    said = {"will": Will("own/last", b"off"), "birth": Will("own/first", b"on")}
    bench: Bench = link(mosquitto, keep=True, **said)
    await bench.subscribed("own/#")
    await peer.publish("own/last", b"", qos=1)
    await peer.publish("own/other", b"1", qos=1)
    await bench.received(1)
    assert (bench.payloads, bench.link.unacknowledged) == ([b"1"], 1)
