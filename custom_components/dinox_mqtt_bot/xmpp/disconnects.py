"""Why there is no session: what slixmpp, the server and the operating system say, told in a few words."""

import socket
import ssl
from typing import Final

from ..bot.model.certificates import EXPIRED, fault_of

CERTIFICATE_EXPIRED: Final = "certificate_expired"
CANNOT_CONNECT: Final = "cannot_connect"
INVALID_AUTH: Final = "invalid_auth"
NO_STARTTLS: Final = "no_starttls"
REGISTRATION: Final = "registration"
SERVER_CLOSED: Final = "server_closed"
STREAM_BROKEN: Final = "stream_broken"
TAKEN_OVER: Final = "session_taken_over"
TIMEOUT: Final = "timeout"
TLS_FAILED: Final = "tls_failed"
UNKNOWN_HOST: Final = "unknown_host"

# SASL conditions that another attempt cannot change (RFC 6120 §6.5); the rest is the server's trouble.
_REFUSED = frozenset(
    {"not-authorized", "account-disabled", "credentials-expired", "invalid-authzid", "mechanism-too-weak"}
)
_STREAM_ERRORS = {"conflict": TAKEN_OVER, "host-unknown": UNKNOWN_HOST, "host-gone": UNKNOWN_HOST}


class Disconnected(Exception):
    """A session is over or did not come about; `fatal`: only the user can help, by a change.

    `fault` says what is wrong with the server's certificate, as `bot.model.certificates` names it.
    """

    def __init__(self, reason: str, detail: str = "", *, fatal: bool = False, fault: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.fatal = fatal
        self.fault = fault


def unreachable(failure: object) -> Disconnected:
    """Tell why no connection came about: an OSError, or slixmpp's sentence about the DNS."""
    if isinstance(failure, ssl.SSLError):
        return insecure(failure)
    if isinstance(failure, TimeoutError):
        return Disconnected(TIMEOUT, str(failure))
    if isinstance(failure, str | socket.gaierror):
        return Disconnected(UNKNOWN_HOST, str(failure))
    return Disconnected(CANNOT_CONNECT, str(failure or ""))


def insecure(failure: ssl.SSLError) -> Disconnected:
    """Tell why there is no encryption."""
    if not isinstance(failure, ssl.SSLCertVerificationError):
        return Disconnected(TLS_FAILED, str(failure))
    fault = fault_of(failure.verify_code)
    reason = CERTIFICATE_EXPIRED if fault == EXPIRED else TLS_FAILED
    return Disconnected(reason, failure.verify_message, fault=fault)


def refused(condition: str) -> Disconnected:
    """Tell what a SASL failure means."""
    if condition in _REFUSED:
        return Disconnected(INVALID_AUTH, condition, fatal=True)
    return Disconnected(SERVER_CLOSED, condition)


def stream_error(condition: str, text: str) -> Disconnected:
    """Tell what a stream error (RFC 6120 §4.9) means."""
    detail = f"{condition}: {text}" if text else condition
    return Disconnected(_STREAM_ERRORS.get(condition, SERVER_CLOSED), detail)


def ended(reason: object) -> Disconnected:
    """Tell what the end of a connection without any stream error means."""
    if isinstance(reason, ssl.SSLError):
        return insecure(reason)
    return Disconnected(SERVER_CLOSED, str(reason or ""))
