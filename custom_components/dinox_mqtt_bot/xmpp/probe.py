"""One login, to try what the user typed; the account may be made first (XEP-0077, XEP-0445)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import dataclasses
import ssl
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from ..bot.model.jid import domain_of
from ..bot.model.replies import BotError
from . import disconnects
from .disconnects import REGISTRATION, Disconnected
from .gate import Gate
from .session import Session
from .settings import DEFAULT_TIMING, Timing, XmppSettings

_PREAUTH: Final = "{urn:xmpp:pars:0}preauth"
_REGISTER: Final = "{jabber:iq:register}"
_LOGIN: Final = ("mechanisms", 100)
"""The feature that slixmpp logs in at, and its place among the others."""

# A server without invitations may be open to everybody.
_NO_INVITATIONS: Final = frozenset({"service-unavailable", "feature-not-implemented"})
_REFUSALS: Final = {
    "conflict": "name_taken_there",
    "not-acceptable": "registration_refused",
    "bad-request": "registration_refused",
    "not-allowed": "registration_closed",
    "forbidden": "registration_closed",
    "service-unavailable": "registration_closed",
    "feature-not-implemented": "registration_closed",
}

_KEYS = {
    disconnects.INVALID_AUTH: "xmpp_invalid_auth",
    disconnects.NO_STARTTLS: "xmpp_no_starttls",
    disconnects.TIMEOUT: "xmpp_timeout",
    disconnects.TLS_FAILED: "xmpp_tls_failed",
    disconnects.CERTIFICATE_EXPIRED: "xmpp_tls_failed",
    disconnects.UNKNOWN_HOST: "xmpp_unknown_host",
}


async def probe(
    settings: XmppSettings, tls: ssl.SSLContext | None, *, timing: Timing = DEFAULT_TIMING
) -> None:
    """Log in once and out, unseen: no presence, and another resource than the running bot's.

    Raises BotError `xmpp_cannot_connect`, `xmpp_invalid_auth`, `xmpp_no_starttls`, `xmpp_plain_refused`,
    `xmpp_timeout`, `xmpp_tls_…` (what is wrong with the certificate) or `xmpp_unknown_host`, with `host`.
    """
    async with logged_in(settings, tls, timing):
        pass


@asynccontextmanager
async def logged_in(
    settings: XmppSettings,
    tls: ssl.SSLContext | None,
    timing: Timing,
    prepare: Callable[[Session], None] = lambda _: None,
) -> AsyncIterator[Session]:
    """Be logged in for a while, as `probe` is; `prepare` comes before the connection. Raises its BotError."""
    settings = dataclasses.replace(settings, resource=f"{settings.resource}-probe")
    session = Session(settings, tls, timing)
    session.xmpp.admits = Gate(settings.jid).admits
    prepare(session)
    try:
        try:
            await session.open()
        except Disconnected as loss:
            host = settings.host or settings.jid.rpartition("@")[2]
            raise BotError(_key(loss), host=host) from loss
        yield session
    finally:
        await session.close()


def _key(loss: Disconnected) -> str:
    if loss.reason == REGISTRATION:
        return loss.detail
    return f"xmpp_{loss.fault}" if loss.fault else _KEYS.get(loss.reason, "xmpp_cannot_connect")


async def register(settings: XmppSettings, tls: ssl.SSLContext | None, token: str, timing: Timing) -> None:
    """Make the account of `settings` with an invitation's token, and log in with it once.

    Raises the BotError of `probe`, `invitation_spent`, `name_taken_there`, `registration_refused` (name or
    password), `registration_closed` or `registration_failed`.
    """

    def prepare(session: Session) -> None:
        order = _LOGIN[1]
        log_in, restart = session.xmpp._stream_feature_handlers[_LOGIN[0]]  # noqa: SLF001 - it has no other way
        session.xmpp.unregister_feature(*_LOGIN)
        first = _before(log_in, session, settings, token, timing.answer)
        session.xmpp.register_feature(_LOGIN[0], first, restart=restart, order=order)

    async with logged_in(settings, tls, timing, prepare):
        pass


def _before(
    log_in: Callable[[Any], Any], session: Session, settings: XmppSettings, token: str, patience: float
) -> Callable[[Any], Awaitable[bool]]:
    """Return what makes the account once, and then logs in."""
    made = False

    async def first(features: Any) -> bool:
        nonlocal made
        if not made:
            try:
                await _make(session.xmpp, settings, token, patience)
            except Disconnected as loss:
                session.drop(loss)
                return False
            made = True
        return bool(log_in(features))

    return first


async def _make(xmpp: Any, settings: XmppSettings, token: str, patience: float) -> None:
    # Before there is a session slixmpp keeps back all but a few requests.
    xmpp._always_send_everything = True  # noqa: SLF001 - it has no other way
    try:
        condition = await _ask(xmpp, ET.Element(_PREAUTH, token=token), settings, patience)
        if condition and condition not in _NO_INVITATIONS:
            raise Disconnected(REGISTRATION, "invitation_spent")
        query = ET.Element(f"{_REGISTER}query")
        ET.SubElement(query, f"{_REGISTER}username").text = settings.jid.rpartition("@")[0]
        ET.SubElement(query, f"{_REGISTER}password").text = settings.password
        if condition := await _ask(xmpp, query, settings, patience):
            raise Disconnected(REGISTRATION, _REFUSALS.get(condition, "registration_failed"))
    finally:
        xmpp._always_send_everything = False  # noqa: SLF001 - as above


async def _ask(xmpp: Any, payload: ET.Element, settings: XmppSettings, patience: float) -> str:
    """Ask the server, and return the condition of its refusal, empty if it agrees."""
    request = xmpp.make_iq_set(ito=domain_of(settings.jid))
    request.append(payload)
    try:
        await request.send(timeout=patience)
    except IqError as error:
        return str(error.condition)
    except IqTimeout:
        return "remote-server-timeout"
    return ""
