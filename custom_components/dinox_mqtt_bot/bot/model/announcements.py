"""What the bot announces: to entities, triggers and events."""

from collections.abc import Callable
from dataclasses import dataclass
import logging

from .alert import NO_RECORD, Alert, AlertState, Record, Step
from .inquiry import Answer, Inquiry
from .message import Reading
from .reminder import Reminder
from .rules import AlertRule, Role, Subscription
from .status import BotStatus

_LOGGER = logging.getLogger(__name__)
type Announcement = (
    MessageReceived
    | ChatReceived
    | InquiryClosed
    | ReminderDue
    | StatusChanged
    | AlertChanged
    | AlertValue
    | AlertTold
)


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message came in. `shown`: it goes to the chat, now or in a digest.

    Not `new`: the history has it (a known retained, or a redelivered one); entities show it, nobody is told.
    """

    reading: Reading
    subscription: Subscription | None
    shown: bool
    new: bool = True


@dataclass(frozen=True, slots=True)
class ChatReceived:
    """A contact wrote. `command` says whether the text asks for a command.

    `id` is the stanza id, `reply_to` that of the message answered, `room` where it was said, `file` the
    address of one, or empty. `automatic`: a bot says that it says it.
    """

    jid: str
    text: str
    command: bool
    id: str = ""
    room: str = ""
    reply_to: str = ""
    file: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class InquiryClosed:
    """The question of this id was answered; without an answer, nobody did in time, or it was asked anew."""

    id: str
    inquiry: Inquiry
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """A deed that somebody wanted done later is due; it is done with this role."""

    reminder: Reminder
    role: Role


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A link came or went, the bot was paused, a notice was delivered or read."""

    status: BotStatus


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert changed its state, or somebody (`who`) did `step` to it; `before` is its state then."""

    alert: Alert
    rule: AlertRule
    before: AlertState
    step: Step | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class AlertValue:
    """A value came in for an active alert, and its state stays."""

    alert: Alert
    rule: AlertRule


@dataclass(frozen=True, slots=True)
class AlertTold:
    """That an alert fired whose rule has a picture was said `to` contacts and rooms, whom it reaches now."""

    alert: Alert
    rule: AlertRule
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertBlind:
    """What a rule looks at is not sent any more, or is (`alert.blind` 0); `said` came in its place.

    Not `sure`: it was so once, and the next message may be as all were before.
    """

    alert: Alert
    rule: AlertRule
    said: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What one moment did to the alerts: what is to be stored, and what is to be announced."""

    record: Record = NO_RECORD
    changes: tuple[AlertChanged | AlertValue | AlertBlind, ...] = ()


NOTHING = Judged()


class Listeners[T]:
    """Whoever wants to hear what happens."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], None], ...] = ()

    def __bool__(self) -> bool:
        """Say whether anybody wants to hear."""
        return bool(self._listeners)

    def listen(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Tell `listener` everything from now on, until the function returned is called."""
        self._listeners += (listener,)

        def silence() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return silence

    def announce(self, announcement: T) -> None:
        """Tell all listeners; one that fails does not keep the others from hearing it."""
        for listener in self._listeners:
            try:
                listener(announcement)
            except Exception:  # whatever a listener does wrong is its own affair
                _LOGGER.exception("A listener failed on %s", type(announcement).__name__)
