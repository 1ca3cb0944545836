"""What the user configured: subscriptions, contacts and alert rules, the same values for every surface."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .message import QoS


class Operator(StrEnum):
    """How a value is compared; the word a user types."""

    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "=="
    UNEQUAL = "!="
    CONTAINS = "contains"
    MATCHES = "matches"
    BETWEEN = "between"
    OUTSIDE = "outside"
    CHANGES = "changes"
    STALE = "stale"
    RISES = "rises"
    FALLS = "falls"

    @property
    def word(self) -> str:
        """The name, in lower case: a key for translations."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator with what it compares to.

    `values` are as the user typed them: two for BETWEEN and OUTSIDE, none for CHANGES and STALE, one for all others.
    `clear` is the value at which an alert is over, empty: as soon as the condition does not hold. `seconds` is the
    time that RISES and FALLS look back, and the silence that STALE bears; 0 with STALE: learned per topic.
    """

    operator: Operator
    values: tuple[str, ...] = ()
    clear: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule looks at in a reading: the number if it is one, its unit, and the text without the unit."""

    text: str
    number: float | None = None
    unit: str = ""


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

    `sound` says whether notifications of Home Assistant about its topics ring; critical ones always do. `keep_days` is how
    long its messages stay in the history, 0 for as long as all others.
    """

    filter: str
    qos: QoS = QoS.AT_LEAST_ONCE
    alias: str = ""
    priority: Priority = Priority.NORMAL
    display: Display = Display.EACH
    icon: str = ""
    sound: bool = True
    keep_days: float = 0.0


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
    """A bare JID the bot talks to. `receives` says whether messages are told to it without being asked.

    `user` is the id of the user of Home Assistant in whose name a conversation agent acts for it, or empty.
    """

    jid: str
    name: str = ""
    role: Role = Role.ADMIN
    receives: bool = True
    user: str = ""


class Direction(StrEnum):
    """Which way a bridge carries messages: from MQTT to the chat, the other way, or both."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class Format(StrEnum):
    """What a bridge makes of a message: name and value, the payload alone, one short line, a file."""

    FULL = "full"
    PAYLOAD = "payload"
    SHORT = "short"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Bridge:
    """Carries messages between a topic filter and a contact or room.

    `id` and `number` are what they are for an `AlertRule`, so is `name`. `to` is a bare JID, with `room` that of a room (XEP-0045) which
    the bot joins as `nick` (empty: the bot's name). `template` is the text with `{name} {topic} {value} {unit} {time} {payload}`, empty
    for that of the format. `topic` is where what is said there is published, empty: `dinox/bridge/<bot>/<local part of to>`; who says
    it needs `role`. More than `per_minute` messages a minute out are told as one; 0: each by itself and in order, as answers to
    questions must be.
    """

    filter: str
    to: str
    id: str = ""
    number: int = 0
    name: str = ""
    room: bool = False
    nick: str = ""
    direction: Direction = Direction.OUT
    format: Format = Format.FULL
    template: str = ""
    topic: str = ""
    role: Role = Role.OPERATOR
    per_minute: int = 30
    qos: QoS = QoS.AT_LEAST_ONCE
    retain: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Preset:
    """A named publish. `payload` may hold `{value}` (the words after the name), `{contact}` and `{timestamp}` (ISO 8601)."""

    name: str
    topic: str
    payload: str = ""
    id: str = ""
    number: int = 0
    qos: QoS = QoS.AT_LEAST_ONCE
    retain: bool = False
    role: Role = Role.OPERATOR


class Ear(StrEnum):
    """Where a text goes that is no command: nowhere, to a topic, to a conversation agent of Home Assistant."""

    OFF = "off"
    TOPIC = "topic"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class FreeText:
    """What becomes of text that is no command.

    With TOPIC it is published on `topic`; what comes on `response_topic` within `timeout` seconds is the answer. With
    AGENT `agent` is the id of a conversation agent, empty for Home Assistant's own; `without_user` lets it act also for
    contacts who have no user of Home Assistant, with all rights then.
    """

    ear: Ear = Ear.OFF
    topic: str = ""
    response_topic: str = ""
    timeout: float = 30.0
    agent: str = ""
    without_user: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything configured for one bot, replaced as a whole when anything changes.

    `targets` are the notify entities and actions that every alert goes to. `sound` is what `Subscription.sound` is,
    for all topics. More than `storm` notices about alerts a minute are told as one; 0 for no such brake.
    `click` is what a notification opens: a path of Home Assistant's pages or an address, or empty. What is subscribed to
    `beside` reaches the bot and is told to nobody.
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
    bridges: tuple[Bridge, ...] = ()
    presets: tuple[Preset, ...] = ()
    free_text: FreeText = FreeText()
    beside: tuple[Subscription, ...] = ()
