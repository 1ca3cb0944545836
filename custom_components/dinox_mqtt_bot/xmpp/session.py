"""One slixmpp client: logged in once and safely, watched, and put away without a trace."""

import asyncio
from contextvars import ContextVar, copy_context
import importlib
import ssl
from typing import Any, Final

from slixmpp import JID
from slixmpp.exceptions import IqTimeout
from slixmpp.plugins.xep_0198 import XEP_0198

from ..bot.model.replies import BotError
from . import disconnects
from .disconnects import Disconnected
from .names import look_up
from .settings import DEFAULT_PORTS, Security, Timing, XmppSettings
from .stream.negotiation import condition_of
from .stream.stream import REQUEST_ACK, Stream

SOFTWARE: Final = "DinoX MQTT Bot"
_PLUGINS: Final[dict[str, dict[str, Any]]] = {
    "xep_0030": {"use_cache": False},
    "xep_0054": {},
    "xep_0060": {},
    "xep_0085": {},
    "xep_0092": {"name": SOFTWARE, "version": "", "os": ""},
    "xep_0115": {},
    "xep_0184": {"auto_ack": False, "auto_request": False},
    # slixmpp asks for acknowledgements before it writes the stanza they should cover: `Session` asks itself.
    "xep_0198": {"window": 2**31},
    "xep_0199": {"keepalive": False},
    "xep_0203": {},
    "xep_0280": {},
    "xep_0308": {},
    "xep_0333": {},
    "xep_0359": {},
    "xep_0444": {},
    "xep_0461": {},
}
_FEATURES = ("starttls", "bind", "session", "rosterver", "preapproval", "mechanisms", "limits")
_MECHANISMS = frozenset(
    {f"SCRAM-SHA-{size}{plus}" for size in (1, 224, 256, 384, 512) for plus in ("", "-PLUS")} | {"PLAIN"}
)

# Seconds an aborted connection takes to end: a few turns of the event loop.
_ABORTED: Final = 0.1

# slixmpp imports these when a client is made, which is in the event loop and takes half a second.
for _module in (*(f"plugins.{name}" for name in (*_PLUGINS, "xep_0128", "xep_0131")), "util.sasl"):
    importlib.import_module(f"slixmpp.{_module}")
for _module in _FEATURES:
    importlib.import_module(f"slixmpp.features.feature_{_module}")

# Whose session a task belongs to. slixmpp starts tasks it never ends; asyncio hands the context down to
# all of them, so they can be found again.
_OWNER: ContextVar[object] = ContextVar("dinox_mqtt_bot_session", default=None)


def new_client(settings: XmppSettings, tls: ssl.SSLContext | None) -> Stream:
    """Make a client with one login that approves nobody.

    Raises BotError `xmpp_plain_refused` for an unprotected stream to another machine.
    """
    plain = settings.security is Security.PLAIN
    if plain and not (settings.is_loopback or settings.insecure):
        raise BotError("xmpp_plain_refused", host=settings.host)
    if tls is None and not plain:
        raise ValueError("a protected stream needs an SSL context")
    # Without a context slixmpp would load the system's certificates, which blocks the event loop.
    context = tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    jid = JID(settings.jid)
    jid.resource = settings.resource
    xmpp = Stream(jid, settings.password, lang=settings.language, ssl_context=context)
    xmpp.default_port = DEFAULT_PORTS[settings.security]
    xmpp.enable_direct_tls = settings.security is Security.DIRECT
    xmpp.enable_starttls = settings.security is Security.STARTTLS
    xmpp.enable_plaintext = plain
    xmpp.auto_authorize = None
    xmpp.auto_subscribe = False
    # A redirect would name the host whose certificate is then accepted.
    xmpp.max_redirects = -1
    for name, config in _PLUGINS.items():
        xmpp.register_plugin(name, config)
    xmpp.complete()
    login = xmpp.plugin["feature_mechanisms"]
    login.use_mechs = set(_MECHANISMS)
    login.unencrypted_scram = plain
    login.unencrypted_plain = plain and settings.is_loopback
    _say_what_can_be_bound(login)
    return xmpp


def _say_what_can_be_bound(login: Any) -> None:
    """Have the login say where it cannot bind to the channel (RFC 5802 §6: `n`).

    slixmpp says `y` (it could) where the server offers no binding. A server that offers it on protected
    streams alone, as ejabberd since 24.x, takes that for an attack and refuses the login.
    """
    ask = login.security_callback

    def security(values: Any) -> dict[str, Any]:
        bound = login.sasl_callback(set(), {"channel_binding"})["channel_binding"]
        return {**ask(values), **({} if bound else {"binding_proposed": True})}

    login.security_callback = security


class Session:
    """One client from its login to its loss; after a loss it may be opened again to resume (XEP-0198 §5)."""

    over: asyncio.Future[Disconnected]

    def __init__(self, settings: XmppSettings, tls: ssl.SSLContext | None, timing: Timing) -> None:
        self._timing = timing
        self._context = copy_context()
        self._context.run(_OWNER.set, self)
        self.xmpp = new_client(settings, tls)
        self.management: XEP_0198 = self.xmpp.plugin["xep_0198"]
        self._domain = self.xmpp.boundjid.domain
        self._address = settings.address(self._domain)
        self._loop = asyncio.get_running_loop()
        self._failure: object = None
        self._prepare()
        for event, listener in (
            ("connection_failed", self._note_failure),
            ("ssl_invalid_chain", lambda error: self.drop(disconnects.insecure(error))),
            ("failed_auth", lambda failure: self.drop(disconnects.refused(condition_of(failure.xml)))),
            ("no_auth", lambda _: self.drop(self._no_mechanism())),
            ("stream_error", self._stream_failed),
            ("stream_broken", self._break_off),
            ("disconnected", lambda reason: self._end(disconnects.ended(reason))),
            ("stream_negotiated", lambda _: self._started(resumed=False)),
            ("session_resumed", lambda _: self._started(resumed=True)),
        ):
            self.xmpp.add_event_handler(event, listener)
        self.xmpp.add_filter("out", self._silent_when_over)

    @property
    def resumable(self) -> bool:
        """Whether opening it again may resume the stream."""
        return bool(self.management.sm_id) and not self.xmpp.is_connected()

    @property
    def acknowledges(self) -> bool:
        """Whether the server tells what it has received (XEP-0198)."""
        return bool(self.management.enabled_in)

    async def open(self) -> bool:
        """Connect and log in; return whether an earlier stream was resumed. Raises Disconnected."""
        self._prepare()
        host, _ = self._address
        await look_up(host or self._domain, self._timing.connect / 2, must_exist=bool(host))
        attempt = self._context.run(self.xmpp.connect, *self._address)
        attempt.add_done_callback(self._attempted)
        await _first(self._ready, self.over, timeout=self._timing.connect)
        if not (self._ready.done() or self.over.done()):
            self.drop(Disconnected(disconnects.TIMEOUT, f"no session after {self._timing.connect:g} s"))
        if self.over.done():
            if self.xmpp.resuming:
                self.management.sm_id = None
            raise self.over.result()
        return self._ready.result()

    def request_ack(self) -> None:
        """Ask the server how much it has received.

        Queued after the stanzas in question. Whoever writes asks: slixmpp keeps what is unacknowledged, and
        sends it again on resumption.
        """
        if self.acknowledges:
            self.xmpp.send(REQUEST_ACK)

    async def alive(self) -> bool:
        """Ask the server for a sign of life (XEP-0199)."""
        answer = self.xmpp.plugin["xep_0199"].send_ping(JID(self._domain), timeout=self._timing.ping_timeout)
        self.request_ack()
        await _first(answer, self.over)
        return not (answer.done() and isinstance(answer.exception(), IqTimeout))

    def drop(self, loss: Disconnected) -> None:
        """End the session at once, for this reason; the server may keep it for resuming."""
        self._end(loss)
        self.xmpp.cancel_connection_attempt()
        self.xmpp.abort()

    async def close(self) -> None:
        """Say goodbye if there is anybody to say it to, and put everything away."""
        if self._ready.done() and not self.over.done():
            if self.acknowledges:
                # What is unacknowledged when the stream ends, the server delivers again to the next session.
                self.management.send_ack()  # type: ignore[no-untyped-call]
            leaving = self._context.run(self.xmpp.disconnect)
            await asyncio.wait({leaving}, timeout=self._timing.ping_timeout)
        await self.clear()

    async def clear(self) -> None:
        """Leave no socket, timer or task; what a resumed stream needs stays."""
        gone = self.xmpp.disconnected
        self.drop(Disconnected(disconnects.SERVER_CLOSED))
        # At once: a task that is about to negotiate TLS must not begin on the closed connection.
        await self._cancel_tasks()
        if self.xmpp.is_connected():
            # While TLS is being negotiated slixmpp never learns of the end of the connection.
            await asyncio.wait({gone}, timeout=_ABORTED)
        for name in list(self.xmpp.scheduled_events):
            self.xmpp.cancel_schedule(name)
        while not self.xmpp.waiting_queue.empty():
            self.xmpp.waiting_queue.get_nowait()
        # What was written after the end: slixmpp would say it at the next beginning, before what came first.
        getattr(self.xmpp, "_XMLStream__queued_stanzas").clear()  # noqa: B009 - it has no other way
        await self._cancel_tasks()

    async def _cancel_tasks(self) -> None:
        tasks = {task for task in asyncio.all_tasks() if task.get_context().get(_OWNER) is self}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _prepare(self) -> None:
        self._ready: asyncio.Future[bool] = self._loop.create_future()
        self.over = self._loop.create_future()
        self._failure = None

    def _started(self, *, resumed: bool) -> None:
        if self.xmpp.boundjid.bare != self.xmpp.requested_jid.bare:
            self._break_off(f"bound to {self.xmpp.boundjid}")
        elif not self._ready.done() and (resumed or self.xmpp.bound):
            self._ready.set_result(resumed)

    def _end(self, loss: Disconnected) -> None:
        if not self.over.done():
            self.over.set_result(loss)

    def _attempted(self, attempt: asyncio.Future[Any]) -> None:
        """Take over from slixmpp, which returns its next attempt after a failure: the pauses are ours."""
        if attempt.cancelled():
            return
        failure = attempt.exception() or (attempt.result() is not None and (self._failure or "no address"))
        if failure:
            self.drop(disconnects.unreachable(failure))

    def _note_failure(self, failure: object) -> None:
        self._failure = failure

    def _no_mechanism(self) -> Disconnected:
        if self.xmpp.enable_starttls and "starttls" not in self.xmpp.features:
            return Disconnected(disconnects.NO_STARTTLS)
        return Disconnected(disconnects.SERVER_CLOSED, "no common login mechanism")

    def _stream_failed(self, error: Any) -> None:
        self._end(disconnects.stream_error(error["condition"], error["text"]))

    def _break_off(self, what: str) -> None:
        """End what the server does against the rules, and never resume it."""
        self.management.sm_id = None
        self.drop(Disconnected(disconnects.STREAM_BROKEN, what))

    def _silent_when_over(self, stanza: Any) -> Any:
        """Keep slixmpp from trying its next login mechanism, and from writing to nobody."""
        return None if self.over.done() else stanza


async def _first(*futures: asyncio.Future[Any], timeout: float | None = None) -> None:  # noqa: ASYNC109
    await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
