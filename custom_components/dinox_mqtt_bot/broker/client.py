"""A client in the event loop, for one network connection after the other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import ssl
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ..bot.model.errors import BotError
from ..bot.model.message import Message
from .connack import Connack, Ended, Failure, dismissed, read_connack, reason_name, refused, stranger
from .intake import Intake
from .machine import ALIASES, GarbledError, Machine
from .properties import read_length
from .reader import Oversized, ProtocolError, Reader, Received
from .receipts import Receipts
from .settings import BrokerSettings, Protocol, Will
from .sockets import Opening


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a client puts what comes in; `ready` asks whether there is room for more messages."""

    opened: Callable[[Connack], None]
    message: Callable[[Message], None]
    oversized: Callable[[Oversized], None]
    subscribed: Callable[[int, Sequence[ReasonCode]], None]
    unsubscribed: Callable[[int], None]
    ready: Callable[[], bool]


class LoopClient(Machine):
    """A client driven by the event loop: no thread, and PUBLISH never reaches paho.

    For each connection: `prepare`, `open` in a worker thread, `attach` in the loop. `opened` tells the
    broker's answer, `ended` how the connection was lost. `connack` is None without a session.
    """

    opened: asyncio.Future[Connack | Ended]
    ended: asyncio.Future[Ended]

    def __init__(
        self,
        settings: BrokerSettings,
        version: Protocol,
        receipts: Receipts,
        listener: Listener,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(settings, version)
        self.connack: Connack | None = None
        self.answers: dict[int, asyncio.Future[str]] = {}
        self._event_loop = loop
        self._receipts = receipts
        self._listener = listener
        self._intake = Intake(
            loop, ready=listener.ready, accept=self._accept, lost=self._lost, flush=self.flush
        )
        self._opening: Opening | None = None
        self._connection = 0
        self._tick: asyncio.TimerHandle | None = None
        self.on_connect = self._welcomed
        self.on_disconnect = self._disconnected
        self.on_publish = self._published
        self.on_subscribe = self._subscribed
        self.on_unsubscribe = self._unsubscribed
        self.on_socket_register_write = self._want_write
        self.on_socket_unregister_write = self._unwant_write
        self.on_socket_close = self._closing

    # Opening and closing

    def prepare(self, opening: Opening, connection: int, will: Will | None) -> None:
        """Get ready for a new network connection, the link's `connection`th."""
        self.opened = self._event_loop.create_future()
        self.ended = self._event_loop.create_future()
        self._opening = opening
        self._connection = connection
        self._receipts.begin(connection)
        self.will_clear()
        if will is not None:
            self.will_set(will.topic, will.payload, will.qos, will.retain)

    def open(self) -> None:
        """Connect and queue the CONNECT packet. Blocks. Raises OSError, ValueError or IndexError."""
        assert self._opening is not None
        self.dial(self._opening.open)

    def attach(self) -> None:
        """Let the loop drive the open connection from now on."""
        reader = Reader(
            v5=self.v5, connection=self._connection, max_packet=self._settings.max_packet, aliases=ALIASES
        )
        self._tick = self._event_loop.call_later(1, self._ticking)
        # Its first turn reads, then writes the CONNECT packet.
        self._intake.start(self.begin_writing(), reader)

    def close(self, ended: Ended) -> None:
        """Close the connection without a word to the broker."""
        self.drop()
        self._finish(ended)

    def _closing(self, _client: mqtt.Client, _userdata: Any, _sock: Any) -> None:
        self._intake.stop()
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _finish(self, ended: Ended) -> None:
        self.connack = None
        if not self.opened.done():
            self.opened.set_result(stranger(self._intake.first) or ended)
        if not self.ended.done():
            self.ended.set_result(ended)
        self.forget_all()
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(BotError("not_connected"))

    def _lost(self, err: Exception | None) -> None:
        """Close the connection because reading it failed."""
        if isinstance(err, ProtocolError | GarbledError):
            self.close(Ended(Failure.PROTOCOL_ERROR if self.opened.done() else Failure.NOT_MQTT, str(err)))
        elif isinstance(err, ssl.SSLError) and not self.opened.done():
            # TLS 1.3 refuses a missing client certificate only after the handshake.
            self.close(Ended(Failure.TLS_FAILED, str(err)))
        else:
            self.close(Ended(Failure.CONNECTION_LOST, str(err or "")))

    def _disconnected(
        self,
        _client: mqtt.Client,
        _userdata: Any,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _: Properties | None,
    ) -> None:
        if self.fault is not None:
            self._lost(self.fault)
        else:
            self._finish(Ended(Failure.CONNECTION_LOST, str(reason), reason.value))

    # The loop's calls

    def _want_write(self, _client: mqtt.Client, _userdata: Any, sock: Any) -> None:
        # Not from the thread that opens the connection: nothing drives it yet.
        if self._tick is not None:
            self._event_loop.add_writer(sock, self.loop_write)

    def _unwant_write(self, _client: mqtt.Client, _userdata: Any, sock: Any) -> None:
        if self._tick is not None:
            self._event_loop.remove_writer(sock)

    def _ticking(self) -> None:
        """Keep the connection alive (MQTT 5 §3.1.2.10)."""
        self._tick = self._event_loop.call_later(1, self._ticking)
        self.keep_alive(self._intake.last, deaf=self._intake.paused)

    # Packets that came

    def _accept(self, item: Received) -> None:
        if isinstance(item, bytes):
            self._take(item)
        elif self.connack is None:
            if self.is_open:
                self._lost(ProtocolError("PUBLISH before CONNACK"))
        elif isinstance(item, Oversized):
            self.send(self._receipts.refuse(item.qos, item.packet_id))
            self._listener.oversized(item)
        elif not item.qos or (answer := self._receipts.receive(item)) is None:
            self._listener.message(item)
        else:
            self.send(answer)

    def _take(self, packet: bytes) -> None:
        """Answer a packet other than PUBLISH, or leave it to paho."""
        if not self.is_open:
            return
        kind, body = packet[0] >> 4, packet[read_length(packet, 1, len(packet))[1] :]
        if kind == PacketTypes.CONNACK and len(body) > 1 and body[1]:
            self.close(refused(self.version, body[1]))
        elif kind != PacketTypes.CONNACK and self.connack is None:
            self._lost(ProtocolError(f"packet of type {kind} before CONNACK"))
        elif kind == PacketTypes.PUBREL and len(body) >= 2:
            self.send(self._receipts.release(int.from_bytes(body[:2])))
        elif kind == PacketTypes.PUBREC and len(body) > 2 and body[2] >= 0x80:
            self._refused(int.from_bytes(body[:2]), reason_name(PacketTypes.PUBREC, body[2]))
        elif kind == PacketTypes.DISCONNECT and self.v5:
            # paho overlooks the reason code of a DISCONNECT without properties.
            self.close(dismissed(body[0] if body else 0))
        else:
            self._give(packet)

    def _give(self, packet: bytes) -> None:
        before = self.connack
        try:
            self.read(packet)
        except GarbledError as err:
            self._lost(err)
        if before is None and self.connack is not None:
            self._listener.opened(self.connack)

    def _refused(self, mid: int, reason: str) -> None:
        """End a PUBLISH of QoS 2 that the broker refuses; paho would go on with PUBREL."""
        self.forget(mid)
        self._answered(mid, reason)

    def _answered(self, mid: int, reason: str) -> None:
        answer = self.answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason)

    # What paho read

    def _welcomed(
        self,
        _client: mqtt.Client,
        _userdata: Any,
        flags: mqtt.ConnectFlags,
        _reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self.opened.done():
            return
        connack = read_connack(self.version, flags.session_present, properties, self._settings.limits)
        self.agree(connack.keepalive, connack.receive_maximum)
        if not connack.session_present:
            self._receipts.forget_session()
        self.connack = connack
        self.opened.set_result(connack)

    def _published(
        self, _client: mqtt.Client, _userdata: Any, mid: int, reason: ReasonCode, _: Properties | None
    ) -> None:
        self._answered(mid, str(reason) if reason.is_failure else "")

    def _subscribed(
        self, _client: mqtt.Client, _userdata: Any, mid: int, reasons: list[ReasonCode], _: Properties | None
    ) -> None:
        self._listener.subscribed(mid, reasons)

    def _unsubscribed(
        self, _client: mqtt.Client, _userdata: Any, mid: int, _reasons: list[ReasonCode], _: Properties | None
    ) -> None:
        self._listener.unsubscribed(mid)
