"""One login, to try what the user typed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import dataclasses
import ssl

from ..bot.model.errors import BotError
from . import disconnects
from .disconnects import Disconnected
from .gate import Gate
from .session import Session
from .settings import DEFAULT_TIMING, Timing, XmppSettings

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
    `xmpp_timeout`, `xmpp_tls_failed` or `xmpp_unknown_host`, with `host` and `detail`.
    """
    async with logged_in(settings, tls, timing):
        pass


@asynccontextmanager
async def logged_in(
    settings: XmppSettings, tls: ssl.SSLContext | None, timing: Timing
) -> AsyncIterator[Session]:
    """Be logged in for a while, as `probe` is. Raises its BotError."""
    settings = dataclasses.replace(settings, resource=f"{settings.resource}-probe")
    session = Session(settings, tls, timing)
    session.xmpp.admits = Gate(settings.jid).admits
    try:
        try:
            await session.open()
        except Disconnected as loss:
            host = settings.host or settings.jid.rpartition("@")[2]
            key = _KEYS.get(loss.reason, "xmpp_cannot_connect")
            raise BotError(key, host=host, detail=loss.detail) from loss
        yield session
    finally:
        await session.close()
