"""What state a link and the whole bot are in."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """State of one link.

    `reason` (`common.reason_<reason>`, or empty) tells on a link that is up what is amiss. `detail` is in the
    words of the other side or the OS, for log and diagnostics. `fatal`: no use to retry until the user
    changes something (refused credentials).
    """

    phase: Phase
    reason: str = ""
    detail: str = ""
    fatal: bool = False

    @property
    def online(self) -> bool:
        """Whether the link is there and can be used."""
        return self.phase is Phase.ONLINE

    def bot_state(self, *, heard: bool) -> BotState:
        """Return how a bot is by its connection to the broker, and whether it has heard anything."""
        if self.online:
            return BotState.ONLINE if heard else BotState.WAITING
        return BotState.CONNECTING if self.phase is Phase.CONNECTING else BotState.OFFLINE


STOPPED = LinkStatus(Phase.OFFLINE, "stopped")
"""What is written down of the time in which the bot itself did not run."""


class SteadyStatus:
    """A link's last state that means something, without each attempt. `since`: Unix time, 0: never moved."""

    def __init__(self, status: LinkStatus) -> None:
        self.status = status
        self.since = 0.0

    def follow(self, status: LinkStatus, now: float) -> bool:
        """Take over a state; say whether the link came or went. Attempts stay offline, with the reason."""
        before = self.status.phase
        if status.phase is Phase.CONNECTING and before is Phase.OFFLINE:
            return False
        self.status = status
        if status.phase is before:
            return False
        self.since = now
        return Phase.ONLINE in {before, status.phase} or status.phase is Phase.OFFLINE


class BotState(StrEnum):
    """What the status sensor and the bot's presence tell (the contract of the states)."""

    CONNECTING = "connecting"
    OFFLINE = "offline"
    WAITING = "waiting"
    ONLINE = "online"


class Delivery(StrEnum):
    """How far a notice has come: queued, accepted by the server (XEP-0198), received (0184), read (0333).

    A target ends with `accepted`: Home Assistant's action took it.
    """

    QUEUED = "queued"
    SENT = "sent"
    RECEIVED = "received"
    READ = "read"
    ACCEPTED = "accepted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Gap:
    """What the history lacks, and why it cannot be written: in the disk's words, empty once it can again.

    The `missing` messages came between the Unix times `since` and `until`.
    """

    reason: str = ""
    missing: int = 0
    since: float = 0.0
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class BotStatus:
    """A snapshot for sensors, `status` and diagnostics; times: Unix seconds, 0 never, ∞ no end.

    `failed` counts, since the bot began, what came back or could not be said. `unreachable` are the contacts
    whom nothing reaches, each with the reason. `unwritten`: why the history has not been written for a while.
    `firing` counts active alerts. `do_not_disturb` is the bot's, not that of single contacts.
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
    failed: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    firing: int = 0
    quiet_until: float = 0.0
    do_not_disturb: bool = False
    unwritten: str = ""


def bot_state_text(state: BotState, broker: LinkStatus, gap: Gap, phrase: Callable[..., str]) -> str:
    """Return how the bot is: with the reason if it is offline, and that the history cannot be written."""
    text = phrase(f"common.state_{state}")
    if state is BotState.OFFLINE and broker.reason:
        text = f"{text}: {phrase(f'common.reason_{broker.reason}')}"
    return phrase("common.unwritten_too", state=text) if gap.reason else text
