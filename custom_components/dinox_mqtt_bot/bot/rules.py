"""What the user configured: subscriptions, contacts and alert rules, the same values for every surface."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .conditions import Condition
from .message import QoS


class Priority(IntEnum):
    """How much a message matters; higher passes more barriers."""

    SILENT = 0
    NORMAL = 1
    ALERT = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The word a user types and reads."""
        return self.name.lower()


class Display(StrEnum):
    """How the messages of a topic appear in the chat."""

    EACH = "each"
    DIGEST = "digest"
    LIVE = "live"
    CHANGES = "changes"
    SILENT = "silent"


class Role(IntEnum):
    """What a contact may ask for."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The word a user types and reads."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic filter the user wants, with how its messages are shown.

    `sound` says whether notifications of Home Assistant about its topics ring; critical ones always do.
    """

    filter: str
    qos: QoS = QoS.AT_LEAST_ONCE
    alias: str = ""
    priority: Priority = Priority.NORMAL
    display: Display = Display.EACH
    icon: str = ""
    sound: bool = True


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When to raise an alert, about what, and whom to tell.

    `id` is the rule's own for ever (that of its subentry; empty before it has one), `number` the handle that a user
    types and `name` the other one. `field` is a path into the payload, empty for the whole value (`paths.lookup`).
    `hold` seconds the condition must last before it fires. Every `repeat` seconds it is told again until it
    is acknowledged, 0 for never. `contacts` (bare JIDs) are told, all that receive if there are none; `targets`
    are notify entities or actions of Home Assistant, told beside those of the bot. As long as nobody
    acknowledges, each `escalate_after` seconds the next of `escalate_to` (contacts or targets) is told, at last
    everybody and as critical; 0 for no escalation.
    """

    filter: str
    condition: Condition
    field: str = ""
    name: str = ""
    id: str = ""
    number: int = 0
    hold: float = 0.0
    repeat: float = 0.0
    priority: Priority = Priority.ALERT
    enabled: bool = True
    contacts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    escalate_after: float = 0.0
    escalate_to: tuple[str, ...] = ()

    @property
    def asks(self) -> tuple[object, ...]:
        """What it asks of which topics: as long as that stays, its alerts do."""
        return self.filter, self.field, self.condition


@dataclass(frozen=True, slots=True)
class Contact:
    """A bare JID the bot talks to. `receives` says whether messages are told to it without being asked."""

    jid: str
    name: str = ""
    role: Role = Role.ADMIN
    receives: bool = True


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything configured for one bot, replaced as a whole when anything changes.

    `targets` are the notify entities and actions that every alert goes to. `sound` is what `Subscription.sound` is,
    for all topics. More than `storm` notices about alerts a minute are told as one; 0 for no such brake.
    `click` is what a notification opens: a path of Home Assistant's pages or an address, or empty.
    """

    subscriptions: tuple[Subscription, ...] = ()
    contacts: tuple[Contact, ...] = ()
    discovery_prefix: str = "homeassistant"
    digest_seconds: float = 300.0
    alerts: tuple[AlertRule, ...] = ()
    targets: tuple[str, ...] = ()
    sound: bool = True
    storm: int = 10
    click: str = ""
