"""How the intake shares the event loop, and that no bytes of a stranger get an exception out of it."""

import asyncio
from collections.abc import Callable, Iterator
import socket
from typing import override

from broker_bench import HOST
from hypothesis import given, strategies as st
from publishing import Publish, publish
import pytest

from custom_components.dinox_mqtt_bot.broker.client import Listener, LoopClient
from custom_components.dinox_mqtt_bot.broker.intake import Intake
from custom_components.dinox_mqtt_bot.broker.reader import Reader, Received
from custom_components.dinox_mqtt_bot.broker.receipts import Receipts
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Protocol
from custom_components.dinox_mqtt_bot.broker.sockets import WebSocket
from lab.mqtt_wire import connack


class FakeLoop(asyncio.SelectorEventLoop):
    """A loop that nobody runs and whose time stands still between the messages."""

    now = 0.0

    @override
    def time(self) -> float:
        return self.now


class Rig:
    """An intake with the other end of its socket."""

    def __init__(self) -> None:
        self.loop = FakeLoop()
        self.ready = True
        self.items: list[Received] = []
        self.lost: list[Exception | None] = []
        self.cost = 0.0
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.intake = Intake(
            self.loop,
            ready=lambda: self.ready,
            accept=self._accept,
            lost=self.lost.append,
            flush=lambda: None,
        )
        self.intake.start(self.ours, Reader(v5=False))
        self.intake._again = None

    def _accept(self, item: Received) -> None:
        self.items.append(item)
        self.loop.now += self.cost

    def paused(self) -> bool:
        return self.intake.paused

    def close(self) -> None:
        self.intake.stop()
        self.loop.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def rig(socket_enabled: None) -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


MESSAGE = publish(Publish("a", b"x"), v5=False)


def test_a_turn_ends_after_some_milliseconds_and_goes_on_later(rig: Rig) -> None:
    rig.theirs.sendall(MESSAGE * 500)
    rig.cost = 0.001
    rig.intake._turn()
    assert len(rig.items) < 64
    for _ in range(20):
        assert rig.intake._again or len(rig.items) == 500
        rig.intake._turn()
    assert len(rig.items) == 500


def test_a_readable_socket_does_not_start_a_second_turn(rig: Rig) -> None:
    rig.theirs.sendall(MESSAGE * 500)
    rig.cost = 0.001
    rig.intake._turn()
    taken = len(rig.items)
    rig.intake._readable()
    assert len(rig.items) == taken


def test_without_room_the_socket_is_left_alone(rig: Rig) -> None:
    rig.theirs.sendall(MESSAGE)
    rig.ready = False
    rig.intake._turn()
    assert (rig.paused(), len(rig.items)) == (True, 0)
    rig.intake._turn()
    rig.ready = True
    rig.intake._go_on()
    assert (rig.paused(), len(rig.items)) == (False, 1)


def test_the_end_of_the_stream_is_told_after_what_came_before_it(rig: Rig) -> None:
    rig.theirs.sendall(MESSAGE)
    rig.theirs.shutdown(socket.SHUT_WR)
    rig.intake._turn()
    assert [len(rig.items), len(rig.lost)] == [1, 0]
    rig.intake._turn()
    assert [len(rig.items), len(rig.lost)] == [1, 1]


def test_after_stop_nothing_is_read(rig: Rig) -> None:
    rig.theirs.sendall(MESSAGE)
    rig.intake.stop()
    rig.intake._turn()
    rig.intake._go_on()
    assert rig.items == []


class Sink:
    """A socket that swallows everything."""

    def send(self, data: bytes) -> int:
        return len(data)

    def close(self) -> None:
        pass


def ignore(*_: object) -> None:
    pass


def client_for(version: Protocol, loop: asyncio.AbstractEventLoop) -> LoopClient:
    settings = BrokerSettings(HOST, 1883, "fuzz")
    listener = Listener(ignore, ignore, ignore, ignore, ignore, lambda: True)
    client = LoopClient(settings, version, Receipts(), listener, loop)
    client.opened = loop.create_future()
    client.ended = loop.create_future()
    client._sock = Sink()  # type: ignore[assignment]
    return client


def digest(client: LoopClient, data: bytes, feed: Callable[[Received], None]) -> None:
    reader = Reader(v5=client.v5)
    reader.feed(data)
    for item in reader.take(1_000, 0.0):
        feed(item)


PACKETS = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=6).map(
    lambda packets: b"".join(
        bytes([head if head >> 4 != 3 else 0x20, len(body)]) + body for head, body in packets
    )
)


def test_whoever_does_not_read_does_not_wait_for_a_pong() -> None:
    loop = asyncio.new_event_loop()
    try:
        client = client_for(Protocol.MQTT_5, loop)
        digest(client, connack(v5=True), client._accept)
        client._last_msg_out = client._last_msg_in = client._ping_t = 1.0
        client.keep_alive(1.0, deaf=True)
        assert client.connack is not None
        client._last_msg_out = client._last_msg_in = client._ping_t = 1.0
        client.keep_alive(1.0, deaf=False)
        assert client.connack is None
    finally:
        loop.close()


def test_an_answered_packet_identifier_is_not_taken_twice() -> None:
    loop = asyncio.new_event_loop()
    try:
        client = client_for(Protocol.MQTT_311, loop)
        digest(client, connack(v5=False), client._accept)
        first = client.publish("a", b"", 1).mid
        client._last_mid = first - 1
        assert client.next_mid() == first + 1
    finally:
        loop.close()


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
@pytest.mark.parametrize("opcode", [0x2, 0xA])
def test_every_frame_of_a_websocket_is_masked(size: int, opcode: int) -> None:
    sock = WebSocket.__new__(WebSocket)
    payload = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    frame = sock._create_frame(opcode, bytearray(payload), 0)
    wide = {126: 2, 127: 8}.get(frame[1] & 127, 0)
    mask = frame[2 + wide : 6 + wide]
    assert (frame[0], frame[1] & 128) == (0x80 | opcode, 128)
    assert (int.from_bytes(frame[2 : 2 + wide]) if wide else frame[1] & 127) == size
    assert bytes(byte ^ mask[index % 4] for index, byte in enumerate(frame[6 + wide :])) == payload


@pytest.fixture
def web(socket_enabled: None) -> Iterator[tuple[WebSocket, socket.socket]]:
    """A WebSocket after its handshake, and the broker's end of it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    web = WebSocket.__new__(WebSocket)
    web._socket, web._readbuffer, web._ssl = ours, bytearray(), False
    yield web, theirs
    ours.close()
    theirs.close()


def received(web: WebSocket) -> bytes:
    """Return what can be had of a WebSocket now."""
    found = b""
    for _ in range(1_000):
        try:
            data = web.recv(1_000)
        except BlockingIOError:
            continue
        if not data:
            break
        found += data
    return found


def frame(opcode: int, payload: bytes, size: int | None = None) -> bytes:
    size = len(payload) if size is None else size
    narrow = size if size < 126 else 126 if size < 65_536 else 127
    wide = b"" if size < 126 else size.to_bytes(2 if size < 65_536 else 8)
    return bytes((0x80 | opcode, narrow)) + wide + payload


def test_a_frame_of_any_size_is_handed_out_as_it_comes(web: tuple[WebSocket, socket.socket]) -> None:
    ours, theirs = web
    theirs.sendall(frame(2, b"x" * 5_000, 2**62))
    assert received(ours) == b"x" * 5_000
    assert len(ours._readbuffer) == 0


def test_frames_come_in_any_pieces(web: tuple[WebSocket, socket.socket]) -> None:
    ours, theirs = web
    found = b""
    stream = (
        frame(2, b"ab") + frame(0, b"c" * 200) + frame(2, b"") + frame(0xA, b"") + frame(2, b"d" * 70_000)
    )
    for at in range(0, len(stream), 777):
        theirs.sendall(stream[at : at + 777])
        found += received(ours)
    for byte in frame(2, b"e" * 130):
        theirs.sendall(bytes((byte,)))
        found += received(ours)
    assert found == b"ab" + b"c" * 200 + b"d" * 70_000 + b"e" * 130


def test_a_ping_is_answered_and_a_goodbye_too(web: tuple[WebSocket, socket.socket]) -> None:
    ours, theirs = web
    theirs.sendall(frame(9, b"hello") + frame(8, b"\3\xe8"))
    assert received(ours) == b""
    assert [theirs.recv(11)[:2], theirs.recv(8)[:2]] == [b"\x8a\x85", b"\x88\x82"]


@pytest.mark.parametrize("bad", [frame(1, b"text"), b"\x82\x81xxxxy", frame(9, b"x" * 126)])
def test_a_frame_that_is_none_ends_the_connection(web: tuple[WebSocket, socket.socket], bad: bytes) -> None:
    ours, theirs = web
    theirs.sendall(bad)
    with pytest.raises(OSError, match="WebSocket"):
        ours.recv(9)


@pytest.mark.parametrize("begun", [b"", b"\x82", frame(2, b"", 9)])
def test_the_end_of_a_websocket_is_the_end(web: tuple[WebSocket, socket.socket], begun: bytes) -> None:
    ours, theirs = web
    theirs.sendall(begun)
    theirs.close()
    assert ours.recv(9) == b""


@given(PACKETS, st.sampled_from([Protocol.MQTT_5, Protocol.MQTT_311]), st.booleans())
def test_no_packet_gets_an_exception_out_of_the_client(data: bytes, version: Protocol, greeted: bool) -> None:
    loop = asyncio.new_event_loop()
    try:
        client = client_for(version, loop)
        if greeted:
            digest(client, connack(v5=client.v5), client._accept)
            assert client.connack is not None
            client.publish("a", b"", 2)
        digest(client, data, client._accept)
        assert client.ended.done() == (client._sock is None)
    finally:
        loop.close()
