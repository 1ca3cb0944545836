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

from ..bot.model.message import Message
from ..bot.model.replies import BotError
from .connack import Connack, Ended, Failure, dismissed, read_connack, reason_name, refused, stranger
from .frames import ProtocolError, check_header
from .intake import Intake
from .machine import ALIASES, GarbledError, Machine
from .packets import read_codes, write_request
from .properties import read_length
from .reader import Oversized, Reader, Received
from .receipts import Receipts
from .settings import BrokerSettings, Protocol, Will
from .sockets import Opening
from .wanted import Request, Subscribe

_ANSWERS = {PacketTypes.PUBACK, PacketTypes.PUBREC, PacketTypes.PUBCOMP}
# A broker that sends and does not read what it is answered would fill the memory with answers.
_MOST_UNREAD = 20_000


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a client puts what comes in; `ready` asks whether there is room for more messages.

    `subscribed` gets a code and its name for each filter of the request with this packet identifier.
    """

    opened: Callable[[Connack], None]
    message: Callable[[Message], None]
    oversized: Callable[[Oversized], None]
    subscribed: Callable[[int, Sequence[tuple[int, str]]], None]
    unsubscribed: Callable[[int], None]
    ready: Callable[[], bool]


class LoopClient(Machine):
    """A client driven by the event loop: no thread, and PUBLISH never reaches paho.

    For each connection: `prepare`, `open` in a worker thread, `attach` in the loop. `opened` tells the
    broker's answer, `ended` how the connection was lost. `connack` is None without a session; `owed` tells
    whether the last one ended with something unanswered.
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
        self.owed = False
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
        self.on_disconnect = self._disconnected
        self.on_publish = self._published
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
        self.requests.clear()
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
            self.owed = self.waits
            self.ended.set_result(ended)
        self.forget_all()
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(BotError("not_connected"))

    def _lost(self, err: Exception | None) -> None:
        """Close the connection because reading it failed."""
        if isinstance(err, (ProtocolError, GarbledError)):
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

    # Packets that go out

    def request(self, request: Request) -> int:
        """Queue a SUBSCRIBE or UNSUBSCRIBE; return its packet identifier, which is to be answered."""
        mid = self.next_mid()
        self.requests[mid] = request
        self.send(write_request(mid, request, v5=self.v5), mid)
        return mid

    # Packets that came

    def _accept(self, item: Received) -> None:
        if isinstance(item, bytes):
            self._take(item)
        elif self.connack is None:
            if self.is_open:
                self._lost(ProtocolError("PUBLISH before CONNACK"))
        elif isinstance(item, Oversized):
            self._reply(self._receipts.refuse(item.qos, item.packet_id))
            self._listener.oversized(item)
        elif not item.qos or (answer := self._receipts.receive(item)) is None:
            self._listener.message(item)
        else:
            self._reply(answer)

    def _reply(self, packets: bytes) -> None:
        """Answer at once, unless the broker leaves all answers unread."""
        self.send(packets)
        if self.unread > _MOST_UNREAD:
            self._lost(ProtocolError("the broker does not read what it is answered"))

    def _take(self, packet: bytes) -> None:
        """Answer a packet other than PUBLISH; paho gets what its state machine is for, without properties."""
        if not self.is_open:
            return
        kind, body = packet[0] >> 4, packet[read_length(packet, 1, len(packet))[1] :]
        try:
            check_header(packet[0], len(body), v5=self.v5)
            if kind == PacketTypes.CONNACK:
                self._welcome(body)
            elif self.connack is None:
                self._lost(ProtocolError(f"packet of type {kind} before CONNACK"))
            elif kind in _ANSWERS:
                self._settle(packet[0], body)
            elif kind == PacketTypes.PUBREL:
                self._reply(self._receipts.release(int.from_bytes(body[:2])))
            elif kind in {PacketTypes.SUBACK, PacketTypes.UNSUBACK}:
                self._answer_request(kind, body)
            elif kind == PacketTypes.DISCONNECT:
                # paho overlooks the reason code of a DISCONNECT without properties.
                self.close(dismissed(body[0] if body else 0))
            else:
                self.read(packet)
        except (ProtocolError, GarbledError) as err:
            self._lost(err)

    def _welcome(self, body: bytes) -> None:
        if body[1]:
            self.close(refused(self.version, body[1]))
            return
        if self.connack is not None:
            return
        try:
            connack = read_connack(self.version, body, self._settings.limits)
        except ValueError as err:
            raise ProtocolError(str(err)) from err
        self.agree(connack.keepalive, connack.receive_maximum)
        if not connack.session_present:
            self._receipts.forget_session()
        self.connack = connack
        self.opened.set_result(connack)
        self.read(b"\x20\x03" + body[:2] + b"\0" if self.v5 else b"\x20\x02" + body)
        if self.connack is not None:  # what waited may have found the connection broken
            self._listener.opened(connack)

    def _settle(self, head: int, body: bytes) -> None:
        """Take the answer to a PUBLISH in; one that nobody waits for is of an earlier run, or nothing."""
        mid, code = int.from_bytes(body[:2]), body[2] if len(body) > 2 else 0
        if not self.expects(mid):
            return
        if head >> 4 == PacketTypes.PUBREC and code >= 0x80:
            self._refused(mid, reason_name(PacketTypes.PUBREC, code))
        else:
            kept = body[:3]
            self.read(bytes((head, len(kept))) + kept)

    def _answer_request(self, kind: int, body: bytes) -> None:
        """Take in the answer to a SUBSCRIBE or UNSUBSCRIBE, with a code for each filter."""
        mid, codes = read_codes(body, v5=self.v5)
        request = self.requests.pop(mid, None)
        if request is None or isinstance(request, Subscribe) != (kind == PacketTypes.SUBACK):
            raise ProtocolError(f"packet of type {kind} that answers nothing")
        if len(codes) != len(request.filters) and (self.v5 or kind == PacketTypes.SUBACK):
            raise ProtocolError(f"{len(codes)} codes for {len(request.filters)} filters")
        if kind == PacketTypes.SUBACK:
            self._listener.subscribed(mid, [(code, reason_name(kind, code)) for code in codes])
        else:
            self._listener.unsubscribed(mid)

    def _refused(self, mid: int, reason: str) -> None:
        """End a PUBLISH of QoS 2 that the broker refuses; paho would go on with PUBREL."""
        self.forget(mid)
        self._answered(mid, reason)

    def _answered(self, mid: int, reason: str) -> None:
        answer = self.answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason)

    # What paho read

    def _published(
        self, _client: mqtt.Client, _userdata: Any, mid: int, reason: ReasonCode, _: Properties | None
    ) -> None:
        self._answered(mid, str(reason) if reason.is_failure else "")
