"""Reads a connection in the event loop, a few milliseconds at a time."""

import asyncio
from collections.abc import Callable
import socket
import ssl
import time

from .frames import ProtocolError
from .reader import Reader, Received
from .sockets import WebSocket

type Socket = socket.socket | WebSocket

_CHUNK = 65_536
_BATCH = 32
_TURN_SECONDS = 0.005
_PAUSE_SECONDS = 0.02


class Intake:
    """Takes packets out of a socket and hands them to `accept`, as long as there is room.

    `lost` gets the error, None at the end of the stream; `flush` is called after each turn.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        ready: Callable[[], bool],
        accept: Callable[[Received], None],
        lost: Callable[[Exception | None], None],
        flush: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._ready = ready
        self._accept = accept
        self._lost = lost
        self._flush = flush
        self._socket: Socket | None = None
        self._reader = Reader(v5=False)
        self._empty = False
        self._again: asyncio.Handle | None = None
        self._resume: asyncio.TimerHandle | None = None
        self.first = b""
        self.last = 0.0

    @property
    def paused(self) -> bool:
        """Whether the broker is made to wait."""
        return self._resume is not None

    def start(self, sock: Socket, reader: Reader) -> None:
        """Begin to read. `first` keeps the first bytes, `last` the monotonic time of the newest."""
        self._socket = sock
        self._reader = reader
        self._empty = False
        self.first = b""
        self.last = time.monotonic()
        self._loop.add_reader(sock, self._readable)
        # At once: TLS may have read more than its handshake.
        self._again = self._loop.call_soon(self._turn)

    def stop(self) -> None:
        """Leave the socket alone."""
        if self._socket is not None and not self.paused:
            self._loop.remove_reader(self._socket)
        self._socket = None
        for handle in (self._again, self._resume):
            if handle is not None:
                handle.cancel()
        self._again = self._resume = None

    def _readable(self) -> None:
        if self._again is None:
            self._turn()

    def _turn(self) -> None:
        """Read and hand over for a few milliseconds; the loop belongs to others too."""
        self._again = None
        until = self._loop.time() + _TURN_SECONDS
        try:
            while self._step(until):
                pass
        except ProtocolError as err:
            self._lost(err)
        self._flush()

    def _step(self, until: float) -> bool:
        """Hand over a batch, or read a chunk; False when this turn is over."""
        if self._socket is None:
            return False
        if not self._ready():
            self._pause(self._socket)
            return False
        if self._loop.time() > until:
            self._again = self._loop.call_soon(self._turn)
            return False
        items = self._reader.take(_BATCH, time.time())
        for item in items:
            self._accept(item)
        return bool(items) or self._fill()

    def _fill(self) -> bool:
        """Read a chunk; False when there is no more for now."""
        if self._socket is None or self._empty:
            self._empty = False
            return False
        data = self._receive(self._socket)
        if data:
            self.first = self.first or data[:8]
            self.last = time.monotonic()
            self._reader.feed(data)
        return data is not None

    def _receive(self, sock: Socket) -> bytes | None:
        try:
            data = sock.recv(_CHUNK)
        except BlockingIOError, ssl.SSLWantReadError:
            # A TLS record may be decrypted already: the socket is then not readable any more.
            pending = getattr(sock, "pending", None)
            return b"" if pending is not None and pending() else None
        except OSError as err:
            self._lost(err)
            return None
        if not data:
            self._lost(None)
            return None
        # A short read has emptied a plain socket; asking again would only cost a system call.
        self._empty = len(data) < _CHUNK and not isinstance(sock, ssl.SSLSocket | WebSocket)
        return bytes(data)

    def _pause(self, sock: Socket) -> None:
        """Stop reading until there is room; TCP makes the broker wait."""
        if not self.paused:
            self._loop.remove_reader(sock)
            self._resume = self._loop.call_later(_PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._resume = None
        if self._socket is not None:
            self._loop.add_reader(self._socket, self._readable)
            self._readable()
