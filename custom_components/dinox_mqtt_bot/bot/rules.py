"""What the user configured: subscriptions and contacts, the same values for every surface."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

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
    """One topic filter the user wants, with how its messages are shown."""

    filter: str
    qos: QoS = QoS.AT_LEAST_ONCE
    alias: str = ""
    priority: Priority = Priority.NORMAL
    display: Display = Display.EACH
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A bare JID the bot talks to. `receives` says whether messages are told to it without being asked."""

    jid: str
    name: str = ""
    role: Role = Role.ADMIN
    receives: bool = True


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything configured for one bot, replaced as a whole when anything changes."""

    subscriptions: tuple[Subscription, ...] = ()
    contacts: tuple[Contact, ...] = ()
    discovery_prefix: str = "homeassistant"
    digest_seconds: float = 300.0
