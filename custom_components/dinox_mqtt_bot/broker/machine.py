"""paho's state machine without its locks and its reading: everything that reaches into paho is here."""

from collections.abc import Callable
import random
import struct
import time
from typing import Any, Self, override

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MessageState, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import MQTTException, Properties

from ..bot.model import message as bot
from .settings import BrokerSettings, Protocol
from .wanted import Request

ALIASES = 32
"""Topics the broker may abbreviate (MQTT 5 §3.1.2.11.5)."""

# Mosquitto sends 20 unacknowledged messages unless it is told more: too few while a disk is waited for.
_RECEIVE_MAXIMUM = 1_000

_IN_FLIGHT = 20

# What paho's parsers were seen to raise on garbage; they read a packet without looking at its length.
_GARBLED = (
    MQTTException,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
)

# The broker has the message already; only the last step of QoS 2 is missing.
_TAKEN = {MessageState.MQTT_MS_WAIT_FOR_PUBCOMP, MessageState.MQTT_MS_RESEND_PUBREL}
_SENT = {MessageState.MQTT_MS_WAIT_FOR_PUBACK, MessageState.MQTT_MS_WAIT_FOR_PUBREC}

_LOCKS = (
    "_in_callback_mutex",
    "_callback_mutex",
    "_msgtime_mutex",
    "_out_message_mutex",
    "_in_message_mutex",
    "_reconnect_delay_mutex",
    "_mid_generate_mutex",
)


class GarbledError(Exception):
    """A packet that paho cannot read."""


class _NullLock:
    """Stands in for paho's locks: only one thread at a time uses the client."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Refuse, so that paho leaves writing to the loop."""
        return False


class Machine(mqtt.Client):
    """One MQTT client that is given its socket and every packet that came; `fault` is why writing failed.

    `requests` are the SUBSCRIBE and UNSUBSCRIBE packets of this connection that wait for their answer.
    """

    def __init__(self, settings: BrokerSettings, version: Protocol) -> None:
        self.version = version
        self.v5 = version is Protocol.MQTT_5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if self.v5 else not settings.session_expiry,
            protocol=MQTTProtocolVersion.MQTTv5 if self.v5 else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        for lock in _LOCKS:
            setattr(self, lock, _NullLock())
        self._settings = settings
        self.fault: OSError | None = None
        self.requests: dict[int, Request] = {}
        self._packet = b""
        self._make_socket: Callable[[], Any] | None = None
        # An earlier run may have left the broker waiting for the PUBREL of a low number.
        self._last_mid = random.randrange(1, 60_000)
        if settings.username:
            self.username_pw_set(settings.username, settings.password)

    @property
    def is_open(self) -> bool:
        """Whether there is a socket."""
        return self._sock is not None

    @property
    def unread(self) -> int:
        """Packets that the broker has not taken yet."""
        return len(self._out_packet)

    @property
    def waits(self) -> bool:
        """Whether the broker has not answered everything yet."""
        return bool(self.requests or self._out_messages)

    def expects(self, mid: int) -> bool:
        """Say whether a PUBLISH with this packet identifier waits for an answer."""
        return mid in self._out_messages

    def dial(self, make_socket: Callable[[], Any]) -> None:
        """Open the socket and queue the CONNECT packet. Blocks; raises what `make_socket` raises."""
        self._make_socket = make_socket
        self.fault = None
        settings = self._settings
        if not self.v5:
            self.connect(settings.host, settings.port, settings.keepalive)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = settings.session_expiry
        properties.MaximumPacketSize = settings.max_packet
        properties.ReceiveMaximum = _RECEIVE_MAXIMUM
        properties.TopicAliasMaximum = ALIASES
        self.connect(
            settings.host,
            settings.port,
            settings.keepalive,
            clean_start=not settings.session_expiry,
            properties=properties,
        )

    @override
    def _create_socket(self) -> Any:
        assert self._make_socket is not None
        return self._make_socket()

    def begin_writing(self) -> Any:
        """Return the open socket; from now on the write callbacks count."""
        self._registered_write = False
        return self._sock

    def agree(self, keepalive: int | None, receive_maximum: int) -> None:
        """Take over what the broker wants, which paho overlooks (MQTT 5 §3.2.2.3)."""
        if keepalive is not None:
            self._keepalive = keepalive
        self._max_inflight_messages = min(_IN_FLIGHT, receive_maximum)

    def drop(self) -> None:
        """Close the socket without a word to the broker."""
        self._sock_close()

    def ask(self, topic: str, payload: bytes, qos: int, retain: bool, carried: bot.Properties) -> int:
        """Queue a PUBLISH with what it carries, empty for MQTT 3.1.1; return its packet identifier."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if carried.response_topic:
            properties.ResponseTopic = carried.response_topic
        if carried.correlation_data:
            properties.CorrelationData = carried.correlation_data
        if carried.user:
            properties.UserProperty = list(carried.user)
        given = None if properties.isEmpty() else properties  # type: ignore[no-untyped-call]
        return self.publish(topic, payload, qos, retain, properties=given).mid

    def flush(self) -> None:
        """Write what is queued, as far as the socket takes it."""
        if self._out_packet:
            self.loop_write()

    def send(self, packets: bytes, mid: int = 0) -> None:
        """Queue ready-made packets; they go out in one write."""
        if packets and self._sock is not None:
            self._packet_queue(packets[0], packets, mid, 1)

    def forget(self, mid: int) -> None:
        """Do not repeat this PUBLISH with the next connection: whoever sent it was told that it failed."""
        message = self._out_messages.get(mid)
        if message is not None and message.state not in _TAKEN:
            del self._out_messages[mid]
            self._inflight_messages -= message.state in _SENT
            self._update_inflight()

    def forget_all(self) -> None:
        """Do not repeat anything with the next connection."""
        for mid in list(self._out_messages):
            self.forget(mid)

    def next_mid(self) -> int:
        """Return a packet identifier that is free."""
        return self._mid_generate()

    @override
    def _mid_generate(self) -> int:
        mid = super()._mid_generate()
        while mid in self._out_messages or mid in self.requests:
            mid = super()._mid_generate()
        return mid

    def read(self, packet: bytes) -> None:
        """Let paho read one whole packet. Raises GarbledError."""
        self._packet = packet
        try:
            code = self._packet_read()
        except _GARBLED as err:
            raise GarbledError(f"packet of type {packet[0] >> 4}: {err!r}") from err
        if code > 0:
            raise GarbledError(f"packet of type {packet[0] >> 4}: {mqtt.error_string(code)}")

    @override
    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._packet:
            raise BlockingIOError
        data, self._packet = self._packet[:bufsize], self._packet[bufsize:]
        return data

    @override
    def _sock_send(self, buf: bytes) -> int:
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError as err:
            self.fault = err  # paho logs it, and tells an unspecified error
            raise

    def keep_alive(self, heard: float, *, deaf: bool) -> None:
        """Ping when it is time; `heard` is when the broker was last heard of, in monotonic time."""
        self._last_msg_in = heard
        if heard > self._ping_t:
            # It lives: over a slow line a PINGRESP waits behind a long message.
            self._ping_t = 0.0
        if deaf:
            # Whoever does not read cannot see a PINGRESP.
            self._last_msg_in = time.monotonic()
            self._ping_t = 0.0
        self.loop_misc()
