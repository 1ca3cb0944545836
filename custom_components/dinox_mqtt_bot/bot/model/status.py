"""What state a link and the whole bot are in."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a link stands."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """State of one link.

    `reason` is a translation key (`common.reason_<reason>`) or empty; a link that is up may have one too, for
    what is not as it should be. `detail` is what the other side or
    the operating system said, for the log and the diagnostics. `fatal` says that trying again is of little
    use until the user changes something (refused credentials).
    """

    phase: Phase
    reason: str = ""
    detail: str = ""
    fatal: bool = False


class SteadyStatus:
    """The last state of a link that means something, without the flicker of each new attempt.

    `since` is Unix time, 0 if it never came or went.
    """

    def __init__(self, status: LinkStatus) -> None:
        self.status = status
        self.since = 0.0

    def follow(self, status: LinkStatus, now: float) -> bool:
        """Take over a new state; say whether the link came or went.

        An attempt to come back leaves the link offline, with the reason that took it away.
        """
        before = self.status.phase
        if status.phase is Phase.CONNECTING and before is Phase.OFFLINE:
            return False
        self.status = status
        if status.phase is before:
            return False
        self.since = now
        return status.phase is not Phase.CONNECTING


class BotState(StrEnum):
    """What the status sensor and the bot's presence tell (the contract of the states)."""

    CONNECTING = "connecting"
    OFFLINE = "offline"
    WAITING = "waiting"
    ONLINE = "online"


class Delivery(StrEnum):
    """How far a notice has come: queued, acknowledged by the server (XEP-0198), received (0184), read (0333).

    `accepted` is the end of what is known of a target: Home Assistant's action took it.
    """

    QUEUED = "queued"
    SENT = "sent"
    RECEIVED = "received"
    READ = "read"
    ACCEPTED = "accepted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BotStatus:
    """A snapshot for sensors, `status` and diagnostics. Times are Unix seconds, 0 for never, infinity for no end.

    `firing` counts active alerts. `do_not_disturb` is that of the bot, not that of single contacts.
    """

    state: BotState
    broker: LinkStatus
    chat: LinkStatus
    paused: bool
    messages: int
    dropped: int
    unread: int
    undelivered: int
    last_topic: str
    last_text: str
    last_time: float
    refused: tuple[tuple[str, str], ...] = ()
    firing: int = 0
    quiet_until: float = 0.0
    do_not_disturb: bool = False
