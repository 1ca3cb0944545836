"""How the connection to the broker is opened. Everything here blocks: it runs in a worker thread."""

import contextlib
from enum import Enum, auto
import errno
import selectors
import socket
import ssl
from typing import override

from paho.mqtt.client import _WebsocketWrapper

from ..bot.model.certificates import EXPIRED, fault_of
from .connack import Ended, Failure
from .settings import BrokerSettings, Transport

_VERDICT_SECONDS = 0.25
_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}

_NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"}


class WebSocket(_WebsocketWrapper):
    """paho's WebSocket with masking (RFC 6455 §5.3) done at once: byte by byte, 5 MB took a second.

    It masks pongs too, which paho does not: servers must close the connection over that. And it hands out at
    once what comes: paho keeps a frame until it is whole, and a frame may announce any size.
    """

    _left = 0
    """Bytes of the frame's payload that have not come yet."""

    @override
    def _create_frame(self, opcode: int, data: bytearray, do_masking: int = 1) -> bytearray:
        frame = super()._create_frame(opcode, bytearray())
        mask = bytes(frame[-4:])
        size = len(data)
        if size < 126:
            header = bytes((frame[0], 0x80 | size))
        elif size < 65_536:
            header = bytes((frame[0], 0x80 | 126)) + size.to_bytes(2)
        else:
            header = bytes((frame[0], 0x80 | 127)) + size.to_bytes(8)
        pad = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(data) ^ int.from_bytes(pad)).to_bytes(size)
        return bytearray(header + mask + masked)

    @override
    def recv(self, length: int) -> bytes:
        """Return the next bytes of payload, none at the end. Raises OSError, BlockingIOError for later."""
        try:
            if not self._left:
                self._begin_frame()
            data = self._socket.recv(min(length, self._left))
        except ConnectionError:
            return b""
        self._left -= len(data)
        return data

    def _begin_frame(self) -> None:
        """Read the header of a frame with data; a control frame is answered, and there is nothing for now."""
        head = self._keep(2)
        size, opcode = head[1] & 127, head[0] & 15
        if wide := {126: 2, 127: 8}.get(size, 0):
            size = int.from_bytes(self._keep(2 + wide)[2:])
        control = opcode >= self.OPCODE_CONNCLOSE
        if head[1] & 128 or opcode == self.OPCODE_TEXT or (control and size > 125):
            raise OSError("a WebSocket frame that no MQTT broker may send")
        if control:
            payload = bytearray(self._keep(2 + size)[2:])
        self._readbuffer = bytearray()
        if not control:
            self._left = size
        elif opcode == self.OPCODE_CONNCLOSE:
            self._socket.send(self._create_frame(self.OPCODE_CONNCLOSE, payload))
        elif opcode == self.OPCODE_PING:
            self._socket.send(self._create_frame(self.OPCODE_PONG, payload))
        if not self._left:
            raise BlockingIOError

    def _keep(self, size: int) -> bytearray:
        """Return the first bytes of the frame once so many are there."""
        while (missing := size - len(self._readbuffer)) > 0:
            data = self._socket.recv(missing)
            if not data:
                raise ConnectionAbortedError
            self._readbuffer += data
        return self._readbuffer

    @override
    def send(self, data: bytes) -> int:
        """Send a packet as one frame. paho takes the 0 of a half-sent frame for all being out."""
        sent = super().send(data)
        if not sent:
            raise BlockingIOError
        return sent


class HandshakeStep(Enum):
    """How far an opening has come."""

    NAME = auto()
    TCP = auto()
    TLS = auto()
    WEBSOCKET = auto()


class Opening:
    """One attempt to open a connection, which another thread may give up."""

    def __init__(self, settings: BrokerSettings, tls: ssl.SSLContext | None, timeout: float) -> None:
        """`timeout` in seconds is for every single step: name, TCP, TLS handshake, WebSocket handshake."""
        self._settings = settings
        self._tls = tls
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self.abandoned = False
        self.step = HandshakeStep.NAME

    def open(self) -> socket.socket | WebSocket:
        """Return the open connection. Raises OSError; ssl.SSLError is one."""
        try:
            sock = self._tcp()
            if self._tls is not None:
                self.step = HandshakeStep.TLS
                name = self._settings.tls_name or self._settings.host
                sock = self._keep(
                    self._tls.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
                )
                sock.do_handshake()
                _await_verdict(sock)
            return self._upgrade(sock)
        except BaseException:
            self._close()
            raise

    def abandon(self) -> None:
        """Make `open` fail as soon as it can. Safe from any thread."""
        self.abandoned = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _tcp(self) -> socket.socket:
        addresses = socket.getaddrinfo(self._settings.host, self._settings.port, type=socket.SOCK_STREAM)
        for family, kind, number, _, address in addresses:
            self.step = HandshakeStep.TCP
            sock = self._keep(socket.socket(family, kind, number))
            sock.settimeout(self._timeout)
            try:
                sock.connect(address)
            except OSError:
                sock.close()
                if address is addresses[-1][4] or self.abandoned:
                    raise
                continue
            # An acknowledgement must not wait for the next one (Nagle).
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        raise OSError("no address")

    def _upgrade(self, sock: socket.socket) -> socket.socket | WebSocket:
        if self._settings.transport is not Transport.WEBSOCKETS:
            return sock
        self.step = HandshakeStep.WEBSOCKET
        return WebSocket(
            socket=sock,
            host=self._settings.host,
            port=self._settings.port,
            is_ssl=self._tls is not None,
            path=self._settings.path,
            extra_headers=None,
        )

    def _keep[S: socket.socket](self, sock: S) -> S:
        self._socket = sock
        if self.abandoned:
            raise ConnectionAbortedError("abandoned")
        return sock

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def _await_verdict(sock: ssl.SSLSocket) -> None:
    """Wait for what a TLS 1.3 server says to the client's handshake: a ticket, or an alert.

    If it wants a client certificate, CONNECT meanwhile would reset the connection and lose that alert.
    """
    if sock.version() == "TLSv1.3":
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.select(_VERDICT_SECONDS)


def unreachable(err: Exception, step: HandshakeStep) -> Ended:
    """Say what an error of `Opening.open` means."""
    if step is HandshakeStep.NAME and isinstance(err, (OSError, UnicodeError)):
        return Ended(Failure.UNKNOWN_HOST, str(err) or "no answer from the name service")
    if isinstance(err, ssl.SSLCertVerificationError):
        fault = fault_of(err.verify_code)
        failure = Failure.CERTIFICATE_EXPIRED if fault == EXPIRED else Failure.TLS_FAILED
        return Ended(failure, err.verify_message, fault=fault)
    if isinstance(err, TimeoutError):
        return Ended(Failure.TIMEOUT)
    if step is HandshakeStep.TLS:
        # To a broker that speaks no TLS the handshake is garbage: it answers in kind, or hangs up.
        plain = isinstance(err, (ConnectionError, ssl.SSLEOFError)) or (
            isinstance(err, ssl.SSLError) and err.reason in _NOT_TLS
        )
        return Ended(Failure.TLS_UNEXPECTED if plain else Failure.TLS_FAILED, str(err))
    if step is HandshakeStep.WEBSOCKET:
        return Ended(Failure.NOT_MQTT, str(err))
    return Ended(Failure.CANNOT_CONNECT, str(err), fault=_no_way(err))


def _no_way(err: Exception) -> str:
    """Say what the network answered."""
    if isinstance(err, ConnectionRefusedError):
        return "refused"
    return "no_route" if isinstance(err, OSError) and err.errno in _NO_ROUTE else ""
