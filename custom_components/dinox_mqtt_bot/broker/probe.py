"""One login for the config flow: does it work, and what does the broker offer."""

import asyncio
from dataclasses import dataclass, replace
import ssl

from ..bot.errors import BotError
from .client import Listener
from .connack import Connack, Ended, Failure
from .login import Login, LoginError, RunBlocking
from .settings import BrokerSettings, Transport
from .sockets import Opening

_TLS_SECONDS = 3.0

_KEYS = {
    Failure.TIMEOUT: "timeout",
    Failure.TLS_FAILED: "tls_failed",
    Failure.TLS_EXPECTED: "tls_expected",
    Failure.TLS_UNEXPECTED: "tls_unexpected",
    Failure.NOT_MQTT: "not_mqtt",
    Failure.INVALID_AUTH: "invalid_auth",
}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What the broker agreed to; `will_refused` is its reason for refusing the will, or empty."""

    connack: Connack
    will_refused: str


async def probe(
    settings: BrokerSettings,
    tls: ssl.SSLContext | None,
    run_blocking: RunBlocking,
    loop: asyncio.AbstractEventLoop | None = None,
) -> ProbeResult:
    """Log in once, with a client id of its own so that no running link is thrown out, and log out.

    Raises BotError `cannot_connect`, `timeout`, `invalid_auth`, `tls_failed` (the certificate), `tls_expected`
    (the port speaks TLS), `tls_unexpected` (it does not) or `not_mqtt`; all have the placeholder `detail`.
    """
    aside = replace(settings, client_id=f"{settings.client_id}-probe", session_expiry=0)
    loop = loop or asyncio.get_running_loop()
    login = Login(aside, _deaf(), loop=loop, tls=tls, run_blocking=run_blocking)
    try:
        client = await login.log_in()
    except LoginError as err:
        ended = err.ended
        if (
            tls is None
            and ended.failure is Failure.CONNECTION_LOST
            and await _speaks_tls(settings, run_blocking)
        ):
            ended = Ended(Failure.TLS_EXPECTED)
        key = _KEYS.get(ended.failure, "cannot_connect")
        raise BotError(key, detail=ended.detail or ended.failure.replace("_", " ")) from err
    client.disconnect()
    client.flush()
    client.close(Ended(Failure.STOPPED))
    connack = client.opened.result()
    assert isinstance(connack, Connack)
    return ProbeResult(connack, login.will_refused)


def _deaf() -> Listener:
    """Return a listener for a connection that subscribes to nothing."""

    def ignore(*_: object) -> None:
        pass

    return Listener(ignore, ignore, ignore, ignore, ignore, lambda: True)


async def _speaks_tls(settings: BrokerSettings, run_blocking: RunBlocking) -> bool:
    """Ask the port for a TLS handshake, without trusting it and without sending anything else.

    Brokers hang up on a plain CONNECT without a word, which alone could mean anything.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    spoken = False

    def shake_hands() -> None:
        nonlocal spoken
        try:
            Opening(replace(settings, transport=Transport.TCP), context, _TLS_SECONDS).open().close()
        except OSError, ValueError:
            return
        spoken = True

    await run_blocking(shake_hands)
    return spoken
