"""One login for the config flow: does it work, and what does the broker offer."""

import asyncio
from dataclasses import dataclass, replace
import ssl

from ..bot.model.message import QoS
from ..bot.model.replies import BotError
from .client import Listener, LoopClient
from .connack import Connack, Ended, Failure
from .login import Login, LoginError, RunBlocking
from .settings import BrokerSettings, Transport
from .sockets import Opening
from .wanted import Subscribe

_TLS_SECONDS = 3.0
_SUBACK_SECONDS = 3.0

_KEYS = {
    Failure.TIMEOUT: "timeout",
    Failure.UNKNOWN_HOST: "unknown_host",
    Failure.TLS_FAILED: "tls_failed",
    Failure.CERTIFICATE_EXPIRED: "tls_failed",
    Failure.TLS_EXPECTED: "tls_expected",
    Failure.TLS_UNEXPECTED: "tls_unexpected",
    Failure.NOT_MQTT: "not_mqtt",
    Failure.INVALID_AUTH: "invalid_auth",
}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What the broker agreed to, why it refused the will (or empty), and if it answered SUBSCRIBE."""

    connack: Connack
    will_refused: str
    answers: bool = True


async def probe(
    settings: BrokerSettings,
    tls: ssl.SSLContext | None,
    run_blocking: RunBlocking,
    loop: asyncio.AbstractEventLoop | None = None,
    *,
    ask_for: str = "",
) -> ProbeResult:
    """Log in once, with a client id that throws no running link out, and log out.

    `ask_for` is a topic filter to try a subscription with. Raises BotError `unknown_host`, `cannot_connect`,
    `refused`, `no_route`, `timeout`, `invalid_auth`, `tls_failed`, `tls_expected`, `tls_unexpected`,
    `not_mqtt`, or what is wrong with the certificate, with `host` and `port`.
    """
    name = f"{settings.client_id}-probe" if settings.client_id else ""
    aside = replace(settings, client_id=name, session_expiry=0)
    loop = loop or asyncio.get_running_loop()
    answered = asyncio.Event()
    login = Login(aside, _deaf(answered), loop=loop, tls=tls, run_blocking=run_blocking)
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
        key = ended.fault or _KEYS.get(ended.failure, "cannot_connect")
        raise BotError(key, host=settings.host, port=str(settings.port)) from err
    answers = not ask_for or await _subscribe(client, ask_for, answered)
    client.disconnect()
    client.flush()
    client.close(Ended(Failure.STOPPED))
    connack = client.opened.result()
    assert isinstance(connack, Connack)
    return ProbeResult(connack, login.will_refused, answers)


async def _subscribe(client: LoopClient, topic_filter: str, answered: asyncio.Event) -> bool:
    """Say whether the broker answers a SUBSCRIBE."""
    client.request(Subscribe(((topic_filter, QoS.AT_MOST_ONCE),)))
    client.flush()
    try:
        async with asyncio.timeout(_SUBACK_SECONDS):
            await answered.wait()
    except TimeoutError:
        return False
    return True


def _deaf(answered: asyncio.Event) -> Listener:
    """Return a listener for a connection from which nothing is wanted but a SUBACK."""

    def ignore(*_: object) -> None:
        pass

    return Listener(ignore, ignore, ignore, lambda *_: answered.set(), ignore, lambda: True)


async def _speaks_tls(settings: BrokerSettings, run_blocking: RunBlocking) -> bool:
    """Try a TLS handshake, trusting nothing: brokers hang up on a plain CONNECT without a word."""
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
