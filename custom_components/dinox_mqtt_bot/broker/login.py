"""Finds out how a broker wants to be talked to: MQTT 5 or 3.1.1, with the will or without it."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
import ssl
from typing import Any

from .client import Listener, LoopClient
from .connack import WILL_REFUSALS, Connack, Ended, Failure
from .receipts import Receipts
from .settings import BrokerSettings, Protocol, Will
from .sockets import HandshakeStep, Opening, unreachable

type RunBlocking = Callable[[Callable[[], None]], Awaitable[None]]

_LOGGER = logging.getLogger(__name__)

_CONNECT_SECONDS = 10.0
_ABANDON_SECONDS = 2.0

# The broker said, or showed, that it does not understand MQTT 5.
_NOT_V5 = {Failure.PROTOCOL_REFUSED, Failure.NOT_MQTT}
# It may be that; a broker that spoke MQTT 5 before has another reason.
_PERHAPS_NOT_V5 = {Failure.CONNECTION_LOST, Failure.TIMEOUT}
# Worth remembering once 3.1.1 has worked: some brokers leave a CONNECT of MQTT 5 unanswered, and to wait for
# that with every login would be an outage of its own.
_REMEMBERED = _NOT_V5 | {Failure.TIMEOUT}


class LoginError(Exception):
    """There is no session, because of `ended`."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.failure, ended.detail)
        self.ended = ended


class Login:
    """Logs in again and again, and remembers what worked.

    The newest `client` has a session if its `connack` is there. `will_refused` is the reason, or empty.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        listener: Listener,
        *,
        loop: asyncio.AbstractEventLoop,
        tls: ssl.SSLContext | None,
        run_blocking: RunBlocking,
    ) -> None:
        self.will_refused = ""
        self.client: LoopClient | None = None
        self.receipts = Receipts()
        self._settings = settings
        self._listener = listener
        self._loop = loop
        self._tls = tls
        self._run_blocking = run_blocking
        self._connection = 0
        self._known: Protocol | None = None
        self._forgotten = 0
        # Looking a name up cannot be ended: a thread may be at it long after it was given up.
        self._looking_up: asyncio.Future[Any] | None = None

    def forget(self) -> None:
        """Find out everything anew with the next login."""
        self.will_refused = ""
        self._known = None
        self._forgotten += 1

    async def log_in(self) -> LoopClient:
        """Return a client with a session. Raises LoginError."""
        first, *others = self._versions()
        forgotten = self._forgotten
        spoken = True
        try:
            client = await self._log_in(first)
        except LoginError as err:
            if not others or not self._falls_back(err.ended):
                raise
            client = await self._log_in(others[0])
            spoken = err.ended.failure in _REMEMBERED
        # What was to be forgotten while it was found out is not known.
        if spoken and forgotten == self._forgotten:
            self._known = client.version
        return client

    def _versions(self) -> list[Protocol]:
        if self._settings.protocol is not Protocol.AUTOMATIC:
            return [self._settings.protocol]
        if self._known is Protocol.MQTT_311:
            return [Protocol.MQTT_311]
        return [Protocol.MQTT_5, Protocol.MQTT_311]

    def _falls_back(self, ended: Ended) -> bool:
        return ended.failure in _NOT_V5 or (ended.failure in _PERHAPS_NOT_V5 and self._known is None)

    async def _log_in(self, version: Protocol) -> LoopClient:
        will = None if self.will_refused else self._settings.will
        try:
            return await self._connect(version, will)
        except LoginError as err:
            if err.ended.failure is Failure.PROTOCOL_REFUSED:
                self._known = None
            if will is None or err.ended.code not in WILL_REFUSALS:
                raise
            self.will_refused = err.ended.detail
        try:
            client = await self._connect(version, None)
        except LoginError:
            # It was not the will.
            self.will_refused = ""
            raise
        _LOGGER.warning("The broker refuses the will on %s: connected without it", will.topic)
        return client

    async def _connect(self, version: Protocol, will: Will | None) -> LoopClient:
        """Open one network connection and wait for its CONNACK."""
        await self._last_lookup()
        client = self._client_for(version)
        opening = Opening(self._settings, self._tls, _CONNECT_SECONDS)
        self._connection += 1
        client.prepare(opening, self._connection, will)
        work = asyncio.ensure_future(self._run_blocking(client.open))
        # Given up, it fails with nobody left to hear of it.
        work.add_done_callback(lambda done: done.cancelled() or done.exception())
        answer: Connack | Ended
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.wait([work])
                work.result()
                client.attach()
                answer = await asyncio.shield(client.opened)
        except (OSError, ValueError, IndexError) as err:
            # paho's WebSocket handshake lets IndexError out; a host name that is none is a ValueError.
            answer = unreachable(err, opening.step)
        finally:
            if client.connack is None:
                await self._give_up(client, opening, work)
        if isinstance(answer, Ended):
            raise LoginError(answer)
        return client

    async def _last_lookup(self) -> None:
        """Wait for an earlier lookup, so that one thread at most is at it. Raises LoginError."""
        if self._looking_up is None:
            return
        await asyncio.wait([self._looking_up], timeout=_CONNECT_SECONDS)
        if not self._looking_up.done():
            raise LoginError(unreachable(TimeoutError(), HandshakeStep.NAME))
        self._looking_up = None

    def _client_for(self, version: Protocol) -> LoopClient:
        """Return the client of this version. It is kept: its packet identifiers go on over connections."""
        if self.client is None or self.client.version is not version:
            self.client = LoopClient(self._settings, version, self.receipts, self._listener, self._loop)
        return self.client

    async def _give_up(self, client: LoopClient, opening: Opening, work: asyncio.Future[Any]) -> None:
        """Leave no socket and, if at all possible, no busy thread behind."""
        if not work.done():
            opening.abandon()
            await asyncio.wait([work], timeout=_ABANDON_SECONDS)
        if work.done():
            client.close(Ended(Failure.STOPPED))
        else:
            self._looking_up = work
            self.client = None
            work.add_done_callback(lambda _: client.close(Ended(Failure.STOPPED)))
