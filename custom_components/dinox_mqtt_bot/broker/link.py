"""The link to the broker: connected whenever possible, with the subscriptions that are wanted."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from itertools import islice
import logging
import ssl
from typing import Any

from ..bot.model.message import Message, Properties, QoS
from ..bot.model.replies import BotError
from ..bot.model.status import LinkStatus, Phase
from .backoff import Backoff
from .client import Listener, LoopClient
from .connack import Connack, Ended, Failure
from .contest import UNDISPUTED_SECONDS, Contest
from .login import Login, LoginError, RunBlocking
from .outgoing import announce, publish
from .reader import Oversized
from .settings import BrokerSettings
from .wanted import Wanted

_LOGGER = logging.getLogger(__name__)

type CreateTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]

_STABLE_SECONDS = 60.0
# Whoever has the same client id comes back too; in between there must be time for messages.
_TAKEN_OVER_SECONDS = (30.0, 240.0)
_GOODBYE_SECONDS = 2.0
# A broker may refuse while what checks its logins is away, as Home Assistant is while it starts. Slow enough
# for brokers that lock out whoever guesses passwords.
_REFUSED_SECONDS = (15.0, 300.0)
# A broker that leaves SUBSCRIBE unanswered for so long (against MQTT 5 §3.8.4) never answers.
_SUBACK_SECONDS = 15.0
_TRACEBACK_EVERY = 100
# Requests in one turn of the loop: many devices that are found at once want many filters.
_MOST_REQUESTS = 50


def _always() -> bool:
    return True


class BrokerLink:
    """`bot.ports.Broker` over a connection of its own; it belongs to the loop.

    While `ready` says False nothing is read. `held` are filters the broker may have from an earlier run.
    """

    _on_message: Callable[[Message], None]
    _on_status: Callable[[LinkStatus], None]

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        loop: asyncio.AbstractEventLoop,
        tls: ssl.SSLContext | None,
        run_blocking: RunBlocking,
        create_task: CreateTask,
        ready: Callable[[], bool] = _always,
        held: Iterable[str] = (),
    ) -> None:
        self.oversized = 0
        self.failed = 0
        self._settings = settings
        self._loop = loop
        self._create_task = create_task
        listener = Listener(
            self._opened, self._receive, self._skipped, self._subscribed, self._unsubscribed, ready
        )
        self._login = Login(settings, listener, loop=loop, tls=tls, run_blocking=run_blocking)
        self._contest = Contest(settings, loop=loop, tls=tls, run_blocking=run_blocking)
        self._wanted = Wanted(held)
        self._status = LinkStatus(Phase.CONNECTING)
        self._backoff = Backoff()
        self._refusals = Backoff(*_REFUSED_SECONDS)
        self._take_overs = Backoff(*_TAKEN_OVER_SECONDS)
        self._again = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sync: asyncio.Handle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._told_refused: dict[str, str] = {}
        self._paused = False
        self._own = {said.topic for said in (settings.birth, settings.will) if said is not None}

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""
        return self._status

    @property
    def refused(self) -> Mapping[str, str]:
        """Topic filters the broker refused, each with the broker's reason."""
        return self._wanted.refused

    @property
    def will_refused(self) -> str:
        """The broker's reason for refusing the will; empty if it has not."""
        return self._login.will_refused

    @property
    def contested(self) -> bool:
        """Whether another client takes the session again and again."""
        return self._contest.lasts

    @property
    def connack(self) -> Connack | None:
        """What the broker agreed to; None without a session."""
        return self._login.client.connack if self._login.client is not None else None

    @property
    def unacknowledged(self) -> int:
        """Messages received on this connection that `acknowledge` has not seen."""
        return self._login.receipts.waiting

    def start(
        self, *, on_message: Callable[[Message], None], on_status: Callable[[LinkStatus], None]
    ) -> None:
        """Connect, and keep the connection from now on.

        `on_message` gets every message read; QoS 1 and 2 must come back by `acknowledge` when safe; if it
        raises, the message is given up and counted in `failed`. `on_status` also tells a new `refused`.
        """
        self._on_message, self._on_status = on_message, on_status
        self._paused = False
        self._task = self._create_task(self._supervise(), "mqtt link")

    def pause(self) -> None:
        """Deliver nothing until `start`; what comes is not acknowledged, so that it comes again."""
        self._paused = True

    async def stop(self) -> None:
        """Say goodbye and disconnect. Nothing is left running."""
        self.pause()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._contest.dismiss()
        if (client := self._session()) is not None:
            await self._say_goodbye(client)
            client.close(Ended(Failure.STOPPED))
        if self._sync is not None:
            self._sync.cancel()
            self._sync = None
        self._lose_patience()
        self._status = LinkStatus(Phase.OFFLINE, Failure.STOPPED)

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions at the broker equal to `filters`, now or as soon as connected."""
        self._wanted.want(filters)
        self._sync_soon()

    def renew(self, filters: Iterable[str]) -> None:
        """Subscribe anew to some of the filters, so that their retained messages come again."""
        self._wanted.renew(filters)
        self._sync_soon()

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        """Publish and wait for the broker's acknowledgement (QoS ≥ 1). Raises as `outgoing.publish` does."""
        if (client := self._session()) is None:
            raise BotError("not_connected")
        await publish(client, topic, payload, qos, retain, carried=properties)

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Tell the broker that these messages are safe; those of an earlier connection it sends again."""
        if (client := self._session()) is not None:
            client.send(self._login.receipts.acknowledge(messages))
            client.flush()

    def acknowledge_all(self) -> None:
        """Tell the broker that all messages of this connection are safe, as far as they will ever be."""
        if not self._paused:
            self.acknowledge(self._login.receipts.messages)

    def reconnect(self) -> None:
        """Drop the connection and connect again at once, also after refused credentials."""
        self._login.forget()
        self._wanted.pardon()
        self._backoff.reset()
        self._refusals.reset()
        self._take_overs.reset()
        self._again.set()
        if (client := self._session()) is not None:
            client.close(Ended(Failure.STOPPED))

    def _session(self) -> LoopClient | None:
        client = self._login.client
        return client if client is not None and client.connack is not None else None

    # Connecting

    async def _supervise(self) -> None:
        """Keep the connection for ever; one round is one connection, or one failure to get one."""
        while True:
            self._again.clear()
            try:
                await self._contest.prepare()
                client = await self._login.log_in()
            except LoginError as err:
                self._contest.missed()
                await self._wait(err.ended, fatal=err.ended.failure is Failure.INVALID_AUTH)
            else:
                self._again.clear()
                self._refusals.reset()
                await self._wait(await self._stay(client), fatal=False)

    def _opened(self, connack: Connack) -> None:
        """Set a new session up, before anything of it is delivered."""
        self._wanted.opened(connack)
        if self._settings.birth is not None and (client := self._session()) is not None:
            announce(client, self._settings.birth)
        # Before anybody hears of it: what they publish then must not overtake the subscriptions.
        self._sync_now()
        self._report_online(connack)

    async def _stay(self, client: LoopClient) -> Ended:
        """Hold one connection until it ends."""
        since = self._loop.time()
        ended = await asyncio.shield(client.ended)
        lasted = self._loop.time() - since
        self._lose_patience()
        ended = self._contest.judge(ended, lasted, owed=client.owed)
        if ended.failure is Failure.SESSION_TAKEN_OVER:
            # No filter is to blame.
            self._wanted.pardon()
        unasked = ended.failure not in {Failure.STOPPED, Failure.SESSION_TAKEN_OVER}
        self._wanted.closed(abruptly=unasked and lasted < _STABLE_SECONDS)
        if lasted >= _STABLE_SECONDS:
            self._backoff.reset()
        if lasted >= UNDISPUTED_SECONDS:
            self._take_overs.reset()
        return ended

    async def _wait(self, ended: Ended, *, fatal: bool) -> None:
        """Tell how it ended, and wait until it is time to try again."""
        if self._again.is_set() or ended.failure is Failure.STOPPED:
            self._report(LinkStatus(Phase.CONNECTING))
            return
        self._report(LinkStatus(Phase.OFFLINE, ended.failure, ended.detail, fatal))
        backoff = self._refusals if fatal else self._backoff
        if ended.failure is Failure.SESSION_TAKEN_OVER:
            backoff = self._take_overs
        try:
            async with asyncio.timeout(backoff.next()):
                await self._again.wait()
        except TimeoutError:
            pass

    def _report_online(self, connack: Connack) -> None:
        """Tell that there is a session, and what is not as it should be."""
        refusal = f", will refused: {self.will_refused}" if self.will_refused else ""
        reason = "will_refused" if self.will_refused else ""
        if self._wanted.doubted:
            reason = "no_suback"
        self._report(LinkStatus(Phase.ONLINE, reason, f"MQTT {connack.protocol}{refusal}"))

    def _report(self, status: LinkStatus) -> None:
        before, self._status = self._status, status
        if status == before:
            return
        if status.phase is Phase.OFFLINE and before.phase is not Phase.OFFLINE:
            _LOGGER.info("No connection to the broker: %s %s", status.reason, status.detail)
        elif status.online and not before.online:
            _LOGGER.info("Connected to the broker, %s", status.detail)
        self._on_status(status)

    async def _say_goodbye(self, client: LoopClient) -> None:
        """Disconnect; say the will ourselves, which a clean DISCONNECT makes the broker forget."""
        will = self._settings.will
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                if will is not None and not self.will_refused:
                    await publish(client, will.topic, will.payload, will.qos, will.retain)
                client.disconnect()
                client.flush()
                await asyncio.shield(client.ended)
        except BotError, TimeoutError:
            _LOGGER.debug("The connection to the broker was lost while it was being ended")

    # Subscribing

    def _sync_soon(self) -> None:
        """Ask for what is missing once this turn of the loop is over: changes come in bunches."""
        if self._sync is None:
            self._sync = self._loop.call_soon(self._sync_now)

    def _sync_now(self) -> None:
        self._sync = None
        if (client := self._session()) is None:
            return
        sent = 0
        for request in islice(self._wanted.requests(), _MOST_REQUESTS):
            self._wanted.sent(client.request(request), request)
            sent += 1
        client.flush()
        if sent == _MOST_REQUESTS:
            self._sync_soon()
        self._wait_for_answers()
        if self.refused != self._told_refused:
            self._told_refused = dict(self.refused)
            self._on_status(self._status)

    def _wait_for_answers(self) -> None:
        if self._patience is None and (asked := self._wanted.unanswered):
            self._patience = self._loop.call_later(_SUBACK_SECONDS, self._doubt, asked)

    def _doubt(self, asked: frozenset[int]) -> None:
        """Tell that these requests are not answered, and go on waiting for later ones."""
        self._patience = None
        self._wanted.doubt(asked)
        self._subscriptions_changed()
        self._wait_for_answers()

    def _lose_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _subscriptions_changed(self) -> None:
        """Tell of a session in which subscriptions are left unanswered, or are answered again."""
        if self.connack is not None:
            self._report_online(self.connack)
        self._sync_soon()

    def _subscribed(self, mid: int, reasons: Sequence[tuple[int, str]]) -> None:
        self._wanted.answered(mid, reasons)
        self._subscriptions_changed()

    def _unsubscribed(self, mid: int) -> None:
        self._wanted.left(mid)

    # Receiving

    def _receive(self, message: Message) -> None:
        if self._paused:
            return
        if message.topic in self._own or self._wanted.copies.is_surplus(message):
            # What the link says of itself is no news to whoever has the link.
            self._discard(message.qos, message.packet_id)
            return
        try:
            self._on_message(message)
        except Exception:  # whatever it was, the next message must come through
            if self.failed % _TRACEBACK_EVERY == 0:
                _LOGGER.exception(
                    "A message on %.200s could not be taken in, after %d others", message.topic, self.failed
                )
            self.failed += 1
            # Left open, such messages would use the window of the unacknowledged up.
            self._discard(message.qos, message.packet_id)

    def _discard(self, qos: int, packet_id: int) -> None:
        if (client := self._session()) is not None:
            client.send(self._login.receipts.refuse(qos, packet_id))

    def _skipped(self, message: Oversized) -> None:
        self.oversized += 1
        _LOGGER.warning(
            "A message of %d bytes on %.200s is too large and was left out", message.size, message.topic
        )
