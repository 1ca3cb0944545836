"""What an XMPP account needs to be told."""

from dataclasses import dataclass, field
from enum import StrEnum
import ipaddress


class Security(StrEnum):
    """How the stream is protected; one of them, and no falling back to another."""

    STARTTLS = "starttls"
    DIRECT = "direct"
    PLAIN = "plain"


DEFAULT_PORTS = {Security.STARTTLS: 5222, Security.DIRECT: 5223, Security.PLAIN: 5222}


@dataclass(frozen=True, slots=True)
class XmppSettings:
    """One account and where its server is; `jid` is bare.

    No `host`: SRV lookup (RFC 6120 §3.2). `port` 0: the usual one. `resource` stays over restarts, so that a
    new session replaces the lost one. `insecure`: the user insists on `Security.PLAIN` to another machine.
    `avatar`: PNG, or empty.
    """

    jid: str
    password: str = field(repr=False)
    host: str = ""
    port: int = 0
    resource: str = "dinox-mqtt-bot"
    security: Security = Security.STARTTLS
    insecure: bool = False
    name: str = ""
    avatar: bytes = field(default=b"", repr=False)
    language: str = "en"

    @property
    def is_loopback(self) -> bool:
        """Whether the stream never leaves this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def address(self, domain: str) -> tuple[str | None, int | None]:
        """Return host and port to connect to, or (None, None) for an SRV lookup."""
        if not (self.host or self.port):
            return None, None
        return self.host or domain, self.port or DEFAULT_PORTS[self.security]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A frozen server is noticed after `ping_interval` + `ping_timeout` at the latest."""

    connect: float = 20.0
    answer: float = 15.0
    ping_interval: float = 30.0
    ping_timeout: float = 20.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    takeover_pause: float = 30.0
    # A session that lasted this long was a good one: the pauses start small again.
    steady: float = 30.0
    # Before that is said again which the contact's server could not take.
    put_off: float = 120.0
    # Before a contact is shown that its answer is being written.
    composing: float = 1.0
    # Between two questions whether the bot is still in its rooms, and before it tries again to enter one.
    room_ping: float = 240.0
    room_pause: float = 30.0
    # Before a form that nobody goes on with is forgotten.
    form: float = 900.0


DEFAULT_TIMING = Timing()
